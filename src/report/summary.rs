//! The summary that is printed if the interface has no terminal: totals, findings, routes, users
//! and profiles, the worst first. Records are left to the other reports.

mod entries;

use std::io::{self, Write};

use crate::humanize::{and_more, date_time_or_unknown, grouped, plural};
use crate::index::{ConnectionId, DeliveryResult, Direction, Index};
use crate::judge::RouteState;
use crate::judge::incident::{Impact, Severity};
use crate::query::aggregate::{self, ProfileTotals, UserTotals, Users};
use crate::query::{Query, TextMatches};
use crate::safe;
use crate::triage::findings::Finding;
use crate::triage::{self, Destination, Thresholds};

/// Rows of each list at most; the others are counted.
const MOST: usize = 10;

/// Writes the summary of the records that match. Findings, routes and entries describe the whole
/// log and are left out if there is a query.
pub(crate) fn write(
    out: &mut dyn Write,
    index: &Index,
    query: &Query,
    hits: &TextMatches,
    thresholds: Thresholds,
) -> io::Result<()> {
    totals(out, index, &query.connections(index, hits))?;
    deliveries(out, index, query, hits)?;
    if query.is_empty() {
        let triage = triage::analyze(index, thresholds);
        findings(out, &triage.findings)?;
        routes(out, index, &triage)?;
    }
    let attempts = query.attempts(index, hits);
    let attempts = || attempts.iter().map(|id| index.attempt(*id));
    users(
        out,
        &Users::of_attempts(index, attempts()).most_failures(index),
    )?;
    profiles(out, &aggregate::profiles(index, attempts()))?;
    if query.is_empty() {
        entries::write(out, index)?;
    }
    Ok(())
}

/// A heading and at most [`MOST`] lines of `all`; without any, nothing.
fn section<T>(
    out: &mut dyn Write,
    heading: &str,
    all: &[T],
    line: impl Fn(&T) -> String,
) -> io::Result<()> {
    writeln!(out, "\n{heading}")?;
    for one in all.iter().take(MOST) {
        writeln!(out, "{}", safe::text(&line(one)))?;
    }
    match and_more(MOST, all.len()) {
        more if more.is_empty() => Ok(()),
        more => writeln!(out, "            {more}"),
    }
}

fn totals(out: &mut dyn Write, index: &Index, connections: &[ConnectionId]) -> io::Result<()> {
    let totals = index.totals();
    let unknown = match totals.unknown {
        0 => String::new(),
        count => format!(", {} of no known shape", grouped(count)),
    };
    writeln!(
        out,
        "log          {}{unknown}",
        plural(totals.entries, "entry")
    )?;
    let evicted = index.evicted();
    if evicted.all() > 0 {
        let connections = plural(evicted.connections, "connection");
        let messages = plural(evicted.messages, "message");
        writeln!(
            out,
            "retired      {connections}, {messages}: past the limits, not counted below"
        )?;
    }
    if totals.entries > 0 {
        let [oldest, newest] = [index.oldest(), index.newest()].map(date_time_or_unknown);
        writeln!(out, "time         {oldest} to {newest}")?;
    }
    for (title, direction) in [
        ("inbound", Direction::Inbound),
        ("outbound", Direction::Outbound),
    ] {
        let all = connections.iter().map(|id| index.connection(*id));
        let all: Vec<_> = all.filter(|c| c.direction() == direction).collect();
        let open = all.iter().filter(|c| c.is_open()).count();
        let attempts: Vec<_> = all
            .iter()
            .flat_map(crate::index::Connection::attempts)
            .collect();
        let succeeded = attempts.iter().filter(|one| one.succeeded()).count();
        writeln!(
            out,
            "{title:<12} {}, {} open; authentication: {} succeeded, {} failed",
            plural(all.len(), "connection"),
            grouped(open),
            grouped(succeeded),
            grouped(attempts.len() - succeeded),
        )?;
    }
    Ok(())
}

fn deliveries(
    out: &mut dyn Write,
    index: &Index,
    query: &Query,
    hits: &TextMatches,
) -> io::Result<()> {
    let mut counts = DeliveryResult::ALL.map(|result| (result, 0u64));
    for id in query.deliveries(index, hits) {
        let result = index.delivery(id).result();
        if let Some((_, count)) = counts.iter_mut().find(|(of, _)| *of == result) {
            *count += 1;
        }
    }
    let counted = counts.iter().filter(|(_, count)| *count > 0);
    let words: Vec<_> = counted
        .map(|(result, count)| format!("{} {}", grouped(count), result.word()))
        .collect();
    let words = match words.as_slice() {
        [] => "none".to_owned(),
        words => words.join(", "),
    };
    writeln!(out, "deliveries   {words}")
}

/// The worst ones; the long tail is counted in one line.
fn findings(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let severities = [
        (Severity::Critical, "✗"),
        (Severity::Warning, "!"),
        (Severity::Notice, "·"),
    ];
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let counts: Vec<String> = severities
        .into_iter()
        .map(|(severity, _)| (count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let heading = format!("FINDINGS     {}", counts.join(", "));
    let (tail, others): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.kind.is_tail());
    section(out, &heading, &others, |finding| {
        let sign = severities.iter().find(|(of, _)| *of == finding.severity);
        let sign = sign.map_or("", |(_, sign)| sign);
        format!("{sign} {:<10} {}", finding.severity.word(), finding.summary)
    })?;
    if tail.is_empty() {
        return Ok(());
    }
    let parts = tail.iter().map(|finding| {
        let members = finding.facts.as_ref().map_or(1, |facts| facts.members);
        format!("{} {}", finding.kind.phrase(), grouped(members))
    });
    let parts: Vec<String> = parts.collect();
    writeln!(out, "· {:<10} as every day: {}", "tail", parts.join(", "))
}

fn routes(out: &mut dyn Write, index: &Index, triage: &triage::Triage) -> io::Result<()> {
    let routes = &triage.destinations;
    if routes.is_empty() {
        return Ok(());
    }
    let with_incident = |route: &&Destination| route.judgement.incident.is_some();
    let healthy = |route: &&Destination| route.judgement.state == RouteState::Healthy;
    let tail = |route: &&Destination| route.is_tail();
    // A configured route that failed last deserves a look before it is an incident.
    let shown = |route: &&Destination| {
        with_incident(route) || route.traffic.configured && route.judgement.class.is_some()
    };
    let bad: Vec<&Destination> = routes.iter().filter(shown).collect();
    let heading = format!(
        "ROUTES       {} with an incident, {} healthy, {} that never worked in this log",
        grouped(routes.iter().filter(with_incident).count()),
        grouped(routes.iter().filter(healthy).count()),
        grouped(routes.iter().filter(tail).count()),
    );
    section(out, &heading, &bad, |route| route_line(index, route))
}

fn route_line(index: &Index, route: &Destination) -> String {
    let appliance = index
        .appliance(route.id.appliance)
        .map_or_else(String::new, |name| format!(" on {name}"));
    let judgement = &route.judgement;
    let why = match (route.reason(), judgement.class) {
        (Some(reason), _) => reason.line(),
        (None, Some(class)) => class.phrase().to_owned(),
        (None, None) => String::new(),
    };
    let impact = judgement.impact.as_ref().map(Impact::text);
    let impact = impact.filter(|text| !text.is_empty());
    let impact = impact.map_or_else(String::new, |text| format!("; {text}"));
    let sign = match judgement.severity {
        Some(Severity::Critical) => "✗",
        Some(Severity::Warning) => "!",
        _ => "·",
    };
    let since = match judgement.incident {
        Some(_) => format!("since {}", date_time_or_unknown(judgement.since)),
        None => "the newest connection failed".to_owned(),
    };
    format!(
        "{sign} {:<10} {}{appliance} {since}: {why}{impact}",
        judgement.state.word(),
        route.title(),
    )
}

fn users(out: &mut dyn Write, users: &[(&str, &UserTotals)]) -> io::Result<()> {
    if users.is_empty() {
        return Ok(());
    }
    let failed: Vec<_> = users
        .iter()
        .filter(|(_, user)| user.totals.failed > 0)
        .collect();
    let heading = format!(
        "USERS        {} logged in or tried to, {} failed at least once",
        grouped(users.len()),
        grouped(failed.len())
    );
    section(out, &heading, &failed, |(name, user)| {
        let name = if name.is_empty() { "(no name)" } else { name };
        format!(
            "✗            {name}: {} failed, {} succeeded, from {}; last failure {}",
            grouped(user.totals.failed),
            grouped(user.totals.succeeded),
            plural(user.sources, "source"),
            date_time_or_unknown(user.totals.last_failure),
        )
    })
}

fn profiles(out: &mut dyn Write, profiles: &[ProfileTotals<'_>]) -> io::Result<()> {
    if profiles.is_empty() {
        return Ok(());
    }
    section(out, "PROFILES", profiles, |profile| {
        let totals = &profile.totals;
        let sign = if totals.failed > 0 { "✗" } else { "✓" };
        format!(
            "{sign} {:<10} {}: {} succeeded, {} failed",
            profile.direction.word(),
            profile.profile,
            grouped(totals.succeeded),
            grouped(totals.failed),
        )
    })
}
