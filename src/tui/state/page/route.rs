//! A route's page: its state, since when, cause, impact, what to do, and the evidence.
//!
//! ```text
//!  ✗ failing  172.16.155.102:25  profile OutboundAuthentication
//!   since      2009-04-22 11:19:39 (45 m), 412 consecutive failures
//!   cause         412 × 535 5.7.8 authentication failed
//!                 398 ×   └ 554 5.7.1 <…>: Relay access denied                 consequence
//!   impact     398 recipients bounced, 14 waiting; 371 messages to a.example and 5 more
//!   what to do Check the profile OutboundAuthentication (smtpauthconfig) …
//!   history    11:00 ▁▁▁▁▁▁▁✗✗✗✗✗✗✗✗✗✗✗✗ 12:04
//! › last success   DCID 5633  2009-04-22 11:06:20  delivered
//! › first failure  DCID 5640  2009-04-22 11:19:39  authentication failed
//! › messages       371 affected messages
//!
//!  Last success                               │ First failure
//!  11:06:20 New SMTP DCID 5633 …              │ 11:19:39 New SMTP DCID 5640 …
//! ```

use super::builder::{PageBuilder, text};
use super::{Comparison, PageRow, comparison, message};
use crate::header::Timestamp;
use crate::humanize::{self, and_more, plural};
use crate::index::ConnectionId;
use crate::present::CellContext;
use crate::safe;
use crate::triage::{ConnectionOutcome, Reason, Route, RouteId, RouteState, Tally};
use crate::tui::columns;
use crate::tui::columns::record::Record;
use crate::tui::state::context::RenderContext;
use crate::tui::state::triage_state::TriageSnapshot;
use crate::tui::theme::Role;

/// Reasons, consequences and outages shown individually.
const SHOWN: usize = 5;
/// Affected messages shown.
const LISTED: usize = 5000;

/// The connections to compare: the last success and the first failure.
pub(crate) fn sides(known: RenderContext<'_>, id: RouteId) -> [Option<ConnectionId>; 2] {
    let Some(route) = known.triage.route(id) else {
        return [None, None];
    };
    let sides = match route.outage() {
        Some(outage) => [outage.before, Some(outage.first)],
        None => [route.last_good, None],
    };
    // The analysis may be older than an eviction.
    sides.map(|side| side.filter(|id| known.index.contains_connection(*id)))
}

/// With room for `latest failure`, the longest name.
fn route_builder() -> PageBuilder {
    PageBuilder {
        name_width: 17,
        ..PageBuilder::default()
    }
}

pub(super) fn head(
    known: RenderContext<'_>,
    id: RouteId,
    sides: &Comparison,
    width: usize,
) -> Vec<PageRow> {
    let mut builder = route_builder();
    let Some((snapshot, route)) = found(known, id) else {
        builder.row(vec![(
            Role::Dim,
            format!(" {}  is being analyzed …", text(&id.title(known.index))),
        )]);
        return builder.rows;
    };
    summary(&mut builder, known, snapshot, route, width);
    history(&mut builder, known, snapshot, route, width);
    links(&mut builder, known, snapshot, route);
    outages(&mut builder, known, route);
    // Refusals of single recipients are no failure of the route.
    reasons(&mut builder, "refused", &route.tally.refusals);
    comparison::lines(&mut builder, sides, width);
    builder.rows
}

/// The first lines of the page, shown below the table.
pub(super) fn preview(known: RenderContext<'_>, id: RouteId, width: usize) -> Vec<PageRow> {
    let mut builder = route_builder();
    if let Some((snapshot, route)) = found(known, id) {
        summary(&mut builder, known, snapshot, route, width);
        links(&mut builder, known, snapshot, route);
    }
    builder.rows
}

fn found<'k>(known: RenderContext<'k>, id: RouteId) -> Option<(&'k TriageSnapshot, &'k Route)> {
    let snapshot = known.triage.whole()?;
    Some((snapshot, snapshot.route(id)?))
}

fn summary(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    snapshot: &TriageSnapshot,
    route: &Route,
    width: usize,
) {
    let state = CellContext::SCREEN.route_state(route.state);
    let mut title = vec![
        (state.role, format!(" {}", state.text)),
        (
            Role::Title,
            format!("  {}", text(&route.title(known.index))),
        ),
    ];
    if let Some(profile) = route.profile() {
        let name = known.index.names.profiles.get(profile);
        title.push((Role::Text, format!("  profile {}", text(name))));
    }
    builder.row(title);
    builder.wrapped("since", &since(known, route), Role::Text, width);
    reasons(builder, "cause", &route.tally.reasons);
    impact(builder, snapshot, &route.tally);
    if route.tally.in_clear > 0 {
        let count = humanize::grouped(route.tally.in_clear);
        let sentence = format!("{count} connections delivered unencrypted because TLS had failed");
        builder.parts("cleartext", vec![(Role::Warning, sentence)]);
    }
    if let Some(advice) = snapshot.triage.advice(known.index, route) {
        builder.wrapped("what to do", &text(&advice), Role::Title, width);
    }
}

fn since(known: RenderContext<'_>, route: &Route) -> String {
    let newest = known.index.newest();
    let short = |time: Timestamp| humanize::short_time(time, newest);
    let good = match route.tally.last_ok {
        None => "; no success in this log",
        Some(_) => "",
    };
    let failed = format!(
        "{} of {} connections failed",
        humanize::grouped(route.tally.failed()),
        humanize::grouped(route.tally.connections)
    );
    match (route.state, route.failing_since, route.outage()) {
        (RouteState::Failing, Some(since), _) => {
            let age = newest.map_or(0, |newest| newest.seconds() - since.seconds());
            format!(
                "{} ({}), {}{good}",
                humanize::date_time(since),
                humanize::age(age),
                plural(route.run, "consecutive failure")
            )
        }
        (_, _, Some(outage)) => {
            let until = outage.until.map_or_else(String::new, |until| {
                format!("works again since {}; ", short(until))
            });
            format!("{until}{failed}{good}")
        }
        // Without a failure, a missing success means that nothing was tried.
        _ if route.tally.failed() == 0 => failed,
        _ => format!("{failed}{good}"),
    }
}

fn reasons(builder: &mut PageBuilder, name: &str, reasons: &[Reason]) {
    let mut name = name;
    for reason in reasons.iter().take(SHOWN) {
        reason_row(builder, name, reason, "");
        name = "";
        for consequence in reason.consequences.iter().take(SHOWN) {
            reason_row(builder, "", consequence, "  └ ");
        }
    }
    if reasons.len() > SHOWN {
        let more = format!("… {} more", reasons.len() - SHOWN);
        builder.parts("", vec![(Role::Dim, more)]);
    }
}

fn reason_row(builder: &mut PageBuilder, name: &str, reason: &Reason, under: &str) {
    let role = if under.is_empty() {
        Role::Text
    } else {
        Role::Dim
    };
    let mut parts = vec![
        (
            Role::Warning,
            format!("{:>6} × ", humanize::grouped(reason.count)),
        ),
        (Role::Dim, under.to_owned()),
        (role, text(&reason.line())),
    ];
    if !under.is_empty() {
        parts.push((Role::Dim, "   consequence".to_owned()));
    }
    builder.parts(name, parts).link = reason.example.map(Record::Connection);
}

fn impact(builder: &mut PageBuilder, snapshot: &TriageSnapshot, tally: &Tally) {
    let impact = tally.impact.text();
    if impact.is_empty() {
        return;
    }
    let role = if tally.impact.is_loss() {
        Role::Failed
    } else {
        Role::Pending
    };
    let mut messages = format!("; {}", plural(tally.affected.len(), "message"));
    let domains = tally.domains.iter().take(3);
    let domains: Vec<String> = domains
        .map(|name| text(snapshot.triage.domain(*name)))
        .collect();
    if !domains.is_empty() {
        let more = and_more(domains.len(), tally.domains.len());
        messages.push_str(&format!(" to {}{more}", domains.join(", ")));
    }
    builder.parts("impact", vec![(role, impact), (Role::Text, messages)]);
}

/// The outcomes over the whole time of the log.
fn history(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    snapshot: &TriageSnapshot,
    route: &Route,
    width: usize,
) {
    let index = known.index;
    let Some((oldest, newest)) = index.oldest().zip(index.newest()) else {
        return;
    };
    let label = |time: Timestamp| {
        let time = humanize::short_time(time, Some(newest));
        time.rsplit_once(':').map_or(time.clone(), |(minute, _)| {
            if minute.contains(':') {
                minute.to_owned()
            } else {
                time.clone()
            }
        })
    };
    let (first, last) = (label(oldest), label(newest));
    let room = width
        .saturating_sub(builder.names() + 1 + first.len() + last.len() + 2)
        .min(160);
    let strip = snapshot
        .triage
        .timeline(index, route, (oldest, newest), room.max(1));
    let mut parts = vec![(Role::Dim, format!("{first} "))];
    for (role, bar) in columns::rate(&strip, room) {
        match parts.last_mut() {
            Some((last, run)) if *last == role => run.push(bar),
            _ => parts.push((role, bar.to_string())),
        }
    }
    parts.push((Role::Dim, format!(" {last}")));
    builder.parts("history", parts);
}

/// Links to the evidence and to the affected messages.
fn links(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    snapshot: &TriageSnapshot,
    route: &Route,
) {
    let [good, bad] = sides(known, route.id());
    let outcome = |id: ConnectionId| {
        let all = snapshot.triage.connections(route).iter();
        all.rev()
            .find(|(of, _)| *of == id)
            .map(|(_, outcome)| *outcome)
    };
    let newest = route
        .newest_bad
        .filter(|newest| bad != Some(*newest) && known.index.contains_connection(*newest));
    for (name, id) in [
        ("last success", good),
        ("first failure", bad),
        ("latest failure", newest),
    ] {
        let Some(id) = id else { continue };
        let time = known.index.connection(id).first_seen();
        let role = match outcome(id) {
            Some(ConnectionOutcome::Ok) => Role::Ok,
            _ => Role::Failed,
        };
        let mut parts = vec![
            (Role::Id, Record::Connection(id).title(known.index)),
            (
                Role::Dim,
                format!("  {}  ", time.map_or_else(String::new, humanize::date_time)),
            ),
        ];
        if let Some(outcome) = outcome(id) {
            let sign = if role == Role::Ok { "✓" } else { "✗" };
            parts.push((role, format!("{sign} {}", outcome.phrase())));
        }
        builder.parts(name, parts).link = Some(Record::Connection(id));
    }
    if !route.tally.affected.is_empty() {
        let count = plural(route.tally.affected.len(), "affected message");
        builder.parts("messages", vec![(Role::Text, count)]).link =
            Some(Record::AffectedMessages(route.id()));
    }
}

fn outages(builder: &mut PageBuilder, known: RenderContext<'_>, route: &Route) {
    let newest = known.index.newest();
    let over: Vec<_> = route
        .outages
        .iter()
        .rev()
        .filter(|outage| outage.until.is_some())
        .collect();
    let mut name = "outages";
    for outage in over.iter().take(SHOWN) {
        let at = |time: Option<Timestamp>| {
            time.map_or_else(|| "?".to_owned(), |time| humanize::short_time(time, newest))
        };
        let period = format!(
            "{}–{}  {}, {}",
            at(outage.since),
            at(outage.until),
            plural(outage.connections, "connection"),
            outage.outcome.phrase()
        );
        builder.parts(name, vec![(Role::Text, period)]).link =
            Some(Record::Connection(outage.first));
        name = "";
    }
    if over.len() > SHOWN {
        let more = format!("… {} earlier ones", over.len() - SHOWN);
        builder.parts("", vec![(Role::Dim, more)]);
    }
}

/// A group: its totals, and each of its routes.
pub(super) fn group_head(known: RenderContext<'_>, number: u32, width: usize) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let snapshot = known.triage.snapshot_of(Record::Group(number));
    let Some((snapshot, group)) = snapshot.zip(known.triage.group(number)) else {
        return builder.rows;
    };
    let state = CellContext::SCREEN.route_state(group.state);
    let key = group.key.as_deref().map_or("(none)".into(), text);
    builder.row(vec![
        (state.role, format!(" {}", state.text)),
        (Role::Title, format!("  {key}")),
        (Role::Text, format!("  {}", plural(group.routes, "route"))),
    ]);
    let since = group.failing_since.map_or_else(
        || {
            format!(
                "{} of {} connections failed",
                humanize::grouped(group.tally.failed()),
                humanize::grouped(group.tally.connections)
            )
        },
        |since| format!("{}, on every route", humanize::date_time(since)),
    );
    builder.wrapped("since", &since, Role::Text, width);
    reasons(&mut builder, "cause", &group.tally.reasons);
    impact(&mut builder, snapshot, &group.tally);
    let mut name = "routes";
    for id in group.members.iter().take(super::MOST) {
        let route = known.triage.route(*id);
        let state = route.map(|route| CellContext::SCREEN.route_state(route.state));
        let why = route
            .filter(|route| route.state != RouteState::Healthy)
            .and_then(Route::cause);
        let parts = vec![
            (
                state.as_ref().map_or(Role::Dim, |state| state.role),
                safe::fit(&state.map_or_else(String::new, |state| state.text), 11),
            ),
            (Role::Id, text(&id.title(known.index))),
            (
                Role::Dim,
                why.map_or_else(String::new, |reason| format!("  {}", text(&reason.line()))),
            ),
        ];
        builder.parts(name, parts).link = Some(Record::Route(*id));
        name = "";
    }
    builder.more(group.members.len());
    builder.rows
}

/// The affected messages, newest first.
pub(super) fn affected_head(known: RenderContext<'_>, id: RouteId) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let Some((_, route)) = found(known, id) else {
        return builder.rows;
    };
    let affected = &route.tally.affected;
    let title = format!(
        " {} of {}, newest first",
        plural(affected.len(), "affected message"),
        text(&id.title(known.index))
    );
    builder.row(vec![(Role::Title, title)]);
    let newest_first = affected.iter().rev();
    let kept = newest_first.filter(|id| known.index.contains_message(**id));
    for id in kept.take(LISTED) {
        message::line(&mut builder, known.index, &known.index.message(*id));
    }
    if affected.len() > LISTED {
        let more = humanize::grouped((affected.len() - LISTED) as u64);
        builder.row(vec![(Role::Dim, format!("  … {more} older ones"))]);
    }
    builder.rows
}
