//! The columns of routes, and of routes summed up.

use super::{
    Cell, Column, Field, RenderContext, Sortable, impact_parts, none, number, plain, short, styled,
    text, thousands,
};
use crate::header::Timestamp;
use crate::index::records::timeline::Slot;
use crate::query::term;
use crate::safe;
use crate::triage::{GroupBy, Reason, RouteId, RouteState, Tally};
use crate::tui::state::record::Record;
use crate::tui::theme::Role;

/// Of routes.
pub const ROUTES: &[Column] = &[
    text(Field::State, "state", 10, 10, 0, Sortable::Yes),
    text(Field::Route, "route", 17, 40, 0, Sortable::Yes),
    text(Field::Since, "since", 8, 11, 0, Sortable::Yes),
    text(Field::Why, "reason", 14, 80, 0, Sortable::No),
    text(Field::Cost, "cost", 11, 30, 0, Sortable::Yes),
    text(Field::Rate, "failure rate", 12, 48, 1, Sortable::No),
    number(Field::Failed, "failed", 12, 17, 2),
    text(Field::LastSuccess, "last good", 9, 11, 3, Sortable::Yes),
    text(Field::Profiles, "profile", 12, 28, 4, Sortable::No),
    text(Field::Domains, "domains", 14, 40, 5, Sortable::No),
];

/// A route, or several summed up.
pub struct Row<'r> {
    pub state: RouteState,
    pub since: Option<Timestamp>,
    pub tally: &'r Tally,
    pub reason: Option<&'r Reason>,
}

/// What a row of view Routes stands for.
pub fn row<'k>(known: RenderContext<'k>, record: Record) -> Option<Row<'k>> {
    match record {
        Record::Route(id) => {
            let route = known.triage.route_shown(id)?;
            Some(Row {
                state: route.state,
                since: match route.state {
                    RouteState::Failing => route.failing_since,
                    RouteState::Degraded => route.outage().and_then(|outage| outage.since),
                    RouteState::Healthy => None,
                },
                tally: &route.tally,
                reason: route.cause().filter(|_| route.state != RouteState::Healthy),
            })
        }
        Record::Group(number) => {
            let group = known.triage.group(number)?;
            Some(Row {
                state: group.state,
                since: group.failing_since,
                tally: &group.tally,
                reason: group
                    .tally
                    .reasons
                    .first()
                    .filter(|_| group.state != RouteState::Healthy),
            })
        }
        _ => None,
    }
}

/// A route's state in a word and a sign.
pub fn state_of(state: RouteState) -> Cell {
    let role = match state {
        RouteState::Failing => Role::Failed,
        RouteState::Degraded => Role::Warning,
        RouteState::Healthy => Role::Ok,
    };
    styled(format!("{} {}", state.sign(), state.word()), role)
}

pub(super) fn cell(known: RenderContext<'_>, record: Record, field: Field) -> Cell {
    let Some(row) = row(known, record) else {
        return none();
    };
    let newest = known.index.newest();
    let time = |time: Option<Timestamp>, role| {
        time.map_or_else(none, |time| styled(short(time, newest), role))
    };
    let tally = row.tally;
    match field {
        Field::State => state_of(row.state),
        Field::Route => title(known, record),
        Field::Since => time(row.since, Role::Text),
        Field::Why => row.reason.map_or_else(none, |reason| plain(&reason.line())),
        Field::Cost => {
            let parts = impact_parts(tally.impact);
            let lost = tally.impact.bounced + tally.impact.given_up > 0;
            match parts.is_empty() {
                true => none(),
                false if lost => styled(parts.join(", "), Role::Failed),
                false => styled(parts.join(", "), Role::Pending),
            }
        }
        Field::Failed => {
            let failed = tally.failed();
            let of = format!("{} of {}", thousands(failed), thousands(tally.connections));
            let role = if failed > 0 { Role::Text } else { Role::Dim };
            styled(of, role)
        }
        Field::LastSuccess => time(tally.last_ok, Role::Text),
        Field::Profiles => several(&tally.profiles, |name| known.index.names.profiles.get(name)),
        Field::Domains => domains(known, record, tally),
        _ => none(),
    }
}

fn title(known: RenderContext<'_>, record: Record) -> Cell {
    match record {
        Record::Route(id) => plain(&id.title(known.index)),
        Record::Group(number) => match known.triage.group(number).and_then(|g| g.key.as_ref()) {
            Some(key) => plain(key),
            None => styled("(none)", Role::Dim),
        },
        _ => none(),
    }
}

fn several<'n, T: Copy>(names: &[T], text: impl Fn(T) -> &'n str) -> Cell {
    match names {
        [] => none(),
        [first] => plain(text(*first)),
        [first, ..] => styled(
            format!("{} +{}", safe::text(text(*first)), names.len() - 1),
            Role::Text,
        ),
    }
}

fn domains(known: RenderContext<'_>, record: Record, tally: &Tally) -> Cell {
    match known.triage.look_of(record) {
        Some(look) => several(&tally.domains, |name| look.triage.domain(name)),
        None => none(),
    }
}

/// How a row's connections went over the log's time: `▁` all was well, higher the more failed, `✗` all of them.
pub fn rate(strip: &[Slot], columns: usize) -> Vec<(Role, char)> {
    const SOME: [char; 6] = ['▂', '▃', '▄', '▅', '▆', '▇'];
    let mut slots = vec![(0u64, 0u64); columns];
    for (at, slot) in strip.iter().enumerate() {
        if let Some((well, failed)) = slots.get_mut(at * columns / strip.len()) {
            *well += u64::from(slot.succeeded);
            *failed += u64::from(slot.failed);
        }
    }
    let of_slot = |(well, failed): (u64, u64)| match (well, failed) {
        (0, 0) => (Role::Dim, ' '),
        (_, 0) => (Role::Ok, '▁'),
        (0, _) => (Role::Failed, '✗'),
        (well, failed) => {
            let share = failed * SOME.len() as u64 / (well + failed);
            let at = usize::try_from(share).unwrap_or(0).min(SOME.len() - 1);
            (Role::Failed, SOME[at])
        }
    };
    slots.into_iter().map(of_slot).collect()
}

/// The filter that keeps a route's connections.
fn route_term(known: RenderContext<'_>, id: RouteId) -> String {
    let index = known.index;
    let mut terms = vec![term("dir", "out")];
    if let Some(remote) = id.remote {
        terms.push(term("ip", index.names.addresses.get(remote)));
    }
    if let Some(port) = id.port {
        terms.push(term("port", &port.to_string()));
    }
    if let Some(name) = index.appliance(id.appliance) {
        terms.push(term("appliance", name));
    }
    terms.join(" ")
}

/// The filter that keeps the connections of a row of view Routes.
pub fn row_term(known: RenderContext<'_>, record: Record) -> Option<String> {
    match record {
        Record::Route(id) | Record::AffectedMessages(id) => Some(route_term(known, id)),
        Record::Group(number) => {
            let key = known.triage.group(number)?.key.as_ref()?;
            Some(match known.triage.wanted.by {
                GroupBy::Profile => format!("dir:out {}", term("profile", key)),
                GroupBy::Domain => format!("dir:out {}", term("domain", key)),
                GroupBy::Ip | GroupBy::Route => format!("dir:out {}", term("ip", key)),
            })
        }
        _ => None,
    }
}

pub(super) fn cell_term(known: RenderContext<'_>, record: Record, field: Field) -> Option<String> {
    let tally = row(known, record)?.tally;
    let look = known.triage.look_of(record)?;
    match field {
        Field::Route => row_term(known, record).map(|text| text.replacen("dir:out ", "", 1)),
        Field::Profiles => {
            let name = tally.profiles.first()?;
            Some(term("profile", known.index.names.profiles.get(*name)))
        }
        Field::Domains => Some(term("domain", look.triage.domain(*tally.domains.first()?))),
        _ => None,
    }
}
