//! A route's page: its state, since when, cause, impact, what to do, and the evidence.
//!
//! ```text
//!  ✗ failing  172.16.155.102:25  profile OutboundAuthentication
//!   since      2009-04-22 11:19:39 (45 m), 412 consecutive failures
//!   cause        412 × 535 5.7.8 authentication failed
//!                398 ×   └ 554 5.7.1 <…>: Relay access denied                 consequence
//!   impact     398 recipients bounced, 14 waiting; 371 messages to a.example and 5 more
//!   what to do Check the profile OutboundAuthentication (smtpauthconfig) …
//!   history    11:00 ▁▁▁▁▁▁▁✗✗✗✗✗✗✗✗✗✗✗✗ 12:04
//! › last success   DCID 5633  2009-04-22 11:06:20  delivered
//! › first failure  DCID 5640  2009-04-22 11:19:39  authentication failed
//! › messages   371 affected messages
//!
//!  Last success                               │ First failure
//!  11:06:20 New SMTP DCID 5633 …              │ 11:19:39 New SMTP DCID 5640 …
//! ```

use super::builder::{PageBuilder, text};
use super::message;
use super::{Comparison, Row};
use crate::header::Timestamp;
use crate::humanize::{self, and_more, plural};
use crate::index::ConnectionId;
use crate::present::Context;
use crate::safe;
use crate::search::RawLine;
use crate::triage::{ConnectionOutcome, Reason, Route, RouteId, RouteState, Tally};
use crate::tui::columns::{self, RenderContext};
use crate::tui::state::record::Record;
use crate::tui::state::triage_state::TriageSnapshot;
use crate::tui::theme::Role;
use crate::tui::widgets::log_line::{self, HeaderFormat};

/// Reasons, consequences and outages shown individually.
const SHOWN: usize = 5;
/// Affected messages shown.
const LISTED: usize = 5000;
/// The least width that shows two connections side by side.
const BESIDE: usize = 72;

/// The connections to compare: the last success and the first failure.
pub fn sides(known: RenderContext<'_>, id: RouteId) -> [Option<ConnectionId>; 2] {
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

pub(super) fn head(
    known: RenderContext<'_>,
    id: RouteId,
    sides: &Comparison,
    width: usize,
) -> Vec<Row> {
    let mut builder = PageBuilder::default();
    let Some((look, route)) = found(known, id) else {
        builder.row(vec![(
            Role::Dim,
            format!(" {}  is being analyzed …", text(&id.title(known.index))),
        )]);
        return builder.rows;
    };
    summary(&mut builder, known, look, route, width);
    history(&mut builder, known, look, route, width);
    leads(&mut builder, known, look, route);
    outages(&mut builder, known, route);
    // Refusals of single recipients are no failure of the route.
    reasons(&mut builder, "refused", &route.tally.refusals);
    lines(&mut builder, sides, width);
    builder.rows
}

/// The first lines of the page, shown below the table.
pub(super) fn preview(known: RenderContext<'_>, id: RouteId, width: usize) -> Vec<Row> {
    let mut builder = PageBuilder::default();
    if let Some((look, route)) = found(known, id) {
        summary(&mut builder, known, look, route, width);
        leads(&mut builder, known, look, route);
    }
    builder.rows
}

fn found<'k>(known: RenderContext<'k>, id: RouteId) -> Option<(&'k TriageSnapshot, &'k Route)> {
    let look = known.triage.whole()?;
    Some((look, look.route(id)?))
}

fn summary(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    look: &TriageSnapshot,
    route: &Route,
    width: usize,
) {
    let state = Context::SCREEN.route_state(route.state);
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
    impact(builder, look, &route.tally);
    if route.tally.in_clear > 0 {
        let said = format!(
            "{} connections delivered unencrypted because TLS had failed",
            humanize::grouped(route.tally.in_clear)
        );
        builder.parts("cleartext", vec![(Role::Warning, said)]);
    }
    if let Some(advice) = look.triage.advice(known.index, route) {
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

fn impact(builder: &mut PageBuilder, look: &TriageSnapshot, tally: &Tally) {
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
        .map(|name| text(look.triage.domain(*name)))
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
    look: &TriageSnapshot,
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
        .saturating_sub(14 + first.len() + last.len() + 2)
        .min(160);
    let strip = look
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
fn leads(
    builder: &mut PageBuilder,
    known: RenderContext<'_>,
    look: &TriageSnapshot,
    route: &Route,
) {
    let [good, bad] = sides(known, route.id());
    let outcome = |id: ConnectionId| {
        let all = look.triage.connections(route).iter();
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
    let hit = route.tally.affected.len() as u64;
    if hit > 0 {
        let said = plural(hit, "affected message");
        builder.parts("messages", vec![(Role::Text, said)]).link =
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
        let said = format!(
            "{}–{}  {}, {}",
            at(outage.since),
            at(outage.until),
            plural(outage.connections, "connection"),
            outage.outcome.phrase()
        );
        builder.parts(name, vec![(Role::Text, said)]).link = Some(Record::Connection(outage.first));
        name = "";
    }
    if over.len() > SHOWN {
        let more = format!("… {} earlier ones", over.len() - SHOWN);
        builder.parts("", vec![(Role::Dim, more)]);
    }
}

/// The raw lines of the last success and the first failure, side by side if the width allows.
fn lines(builder: &mut PageBuilder, sides: &Comparison, width: usize) {
    if sides.of.iter().all(Option::is_none) {
        return;
    }
    builder.row(Vec::new());
    let [good, bad] = match &sides.read {
        None => {
            builder.row(vec![(Role::Dim, "  reading …".to_owned())]);
            return;
        }
        Some(Err(error)) => {
            let said = format!("  cannot read its lines again: {}", text(error));
            builder.row(vec![(Role::Failed, said)]);
            return;
        }
        Some(Ok(sides)) => sides,
    };
    if width < BESIDE || good.is_empty() || bad.is_empty() {
        for (title, lines) in [("Last success", good), ("First failure", bad)] {
            if !lines.is_empty() {
                builder.row(vec![(Role::Title, format!(" {title}"))]);
            }
            for line in lines {
                let mut parts = raw(line);
                parts.insert(0, (Role::Text, "  ".to_owned()));
                builder.row(parts);
            }
        }
        return;
    }
    let half = (width - 4) / 2;
    builder.row(vec![
        (Role::Title, safe::fit("Last success", half + 1)),
        (Role::Dim, "│ ".to_owned()),
        (Role::Title, "First failure".to_owned()),
    ]);
    for at in 0..good.len().max(bad.len()) {
        let mut parts = vec![(Role::Text, " ".to_owned())];
        let side = |lines: &[RawLine]| {
            let line = lines.get(at).map_or_else(Vec::new, raw);
            cut(verdict_first(line, half), half)
        };
        parts.extend(side(good));
        parts.push((Role::Dim, "│ ".to_owned()));
        parts.extend(side(bad));
        builder.row(parts);
    }
}

fn raw(line: &RawLine) -> Vec<(Role, String)> {
    let bytes = &line.bytes[..line.bytes.len().min(4096)];
    log_line::parts(&line.frame, bytes, HeaderFormat::Short)
}

/// Shortens the text before the verdict of a line so that the verdict fits into `width` columns.
fn verdict_first(mut parts: Vec<(Role, String)>, width: usize) -> Vec<(Role, String)> {
    let is_verdict = |(role, _): &(Role, String)| matches!(role, Role::Ok | Role::Failed);
    let Some(at) = parts.iter().position(is_verdict).filter(|at| *at > 0) else {
        return parts;
    };
    let wide = |parts: &[(Role, String)]| -> usize {
        parts.iter().map(|(_, part)| safe::width(part)).sum()
    };
    let behind = wide(&parts[at..]).min(width / 2);
    let room = width.saturating_sub(wide(&parts[..at - 1]) + behind);
    let before = &mut parts[at - 1].1;
    if safe::width(before) > room {
        *before = ending(before, room);
    }
    parts
}

/// The end of a safe text in at most `width` columns.
fn ending(text: &str, width: usize) -> String {
    let (mut start, mut taken) = (text.len(), 1);
    for (at, c) in text.char_indices().rev() {
        taken += safe::width(c.encode_utf8(&mut [0; 4]));
        if taken > width {
            break;
        }
        start = at;
    }
    format!("…{}", &text[start..])
}

/// The parts in exactly `width` columns.
fn cut(parts: Vec<(Role, String)>, width: usize) -> Vec<(Role, String)> {
    let mut left = width;
    let mut out = Vec::with_capacity(parts.len() + 1);
    for (role, part) in parts {
        if left == 0 {
            break;
        }
        let wide = safe::width(&part).min(left);
        out.push((role, safe::fit(&part, wide)));
        left -= wide;
    }
    out.push((Role::Text, " ".repeat(left)));
    out
}

/// A group: its totals, and each of its routes.
pub(super) fn group_head(known: RenderContext<'_>, number: u32, width: usize) -> Vec<Row> {
    let mut builder = PageBuilder::default();
    let look = known.triage.look_of(Record::Group(number));
    let Some((look, group)) = look.zip(known.triage.group(number)) else {
        return builder.rows;
    };
    let state = Context::SCREEN.route_state(group.state);
    let key = group.key.as_deref().map_or("(none)".into(), text);
    builder.row(vec![
        (state.role, format!(" {}", state.text)),
        (Role::Title, format!("  {key}")),
        (Role::Text, format!("  {}", plural(group.routes, "route"))),
    ]);
    let said = group.failing_since.map_or_else(
        || {
            format!(
                "{} of {} connections failed",
                humanize::grouped(group.tally.failed()),
                humanize::grouped(group.tally.connections)
            )
        },
        |since| format!("{}, on every route", humanize::date_time(since)),
    );
    builder.wrapped("since", &said, Role::Text, width);
    reasons(&mut builder, "cause", &group.tally.reasons);
    impact(&mut builder, look, &group.tally);
    let mut name = "routes";
    for id in group.members.iter().take(super::MOST) {
        let route = known.triage.route(*id);
        let state = route.map(|route| Context::SCREEN.route_state(route.state));
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
pub(super) fn hit_head(known: RenderContext<'_>, id: RouteId) -> Vec<Row> {
    let mut builder = PageBuilder::default();
    let Some((_, route)) = found(known, id) else {
        return builder.rows;
    };
    let hit = &route.tally.affected;
    let said = format!(
        " {} of {}, newest first",
        plural(hit.len(), "affected message"),
        text(&id.title(known.index))
    );
    builder.row(vec![(Role::Title, said)]);
    let kept = hit
        .iter()
        .rev()
        .filter(|id| known.index.contains_message(**id));
    for id in kept.take(LISTED) {
        message::line(&mut builder, known.index, &known.index.message(*id));
    }
    if hit.len() > LISTED {
        let more = format!(
            "  … {} older ones",
            humanize::grouped((hit.len() - LISTED) as u64)
        );
        builder.row(vec![(Role::Dim, more)]);
    }
    builder.rows
}

#[cfg(test)]
mod tests;
