//! The summary that is printed if the interface has no terminal: totals, findings, routes, users
//! and profiles, the worst first. Records are left to the other reports.

mod entries;

use std::io::{self, Write};

use crate::humanize::{and_more, date_time, date_time_or_unknown, endpoint, grouped, plural};
use crate::index::{ConnectionId, DeliveryResult, Direction, Index};
use crate::query::aggregate::{self, ProfileTotals, UserTotals, Users};
use crate::query::{Query, TextMatches};
use crate::safe;
use crate::triage::findings::{Finding, FindingSeverity};
use crate::triage::{self, Route, RouteState, Thresholds};

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

fn findings(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let severities = [
        (FindingSeverity::Critical, "✗"),
        (FindingSeverity::Warning, "!"),
        (FindingSeverity::Notice, "·"),
    ];
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let counts: Vec<String> = severities
        .into_iter()
        .map(|(severity, _)| (count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let heading = format!("FINDINGS     {}", counts.join(", "));
    section(out, &heading, findings, |finding| {
        let sign = severities.iter().find(|(of, _)| *of == finding.severity);
        let sign = sign.map_or("", |(_, sign)| sign);
        format!("{sign} {:<10} {}", finding.severity.word(), finding.summary)
    })
}

fn routes(out: &mut dyn Write, index: &Index, triage: &triage::Triage) -> io::Result<()> {
    if triage.routes.is_empty() {
        return Ok(());
    }
    let heading = format!(
        "ROUTES       {} failing, {} degraded, {} healthy",
        triage.count(RouteState::Failing),
        triage.count(RouteState::Degraded),
        triage.count(RouteState::Healthy),
    );
    let routes = triage.routes.iter();
    let bad: Vec<&Route> = routes
        .filter(|route| route.state != RouteState::Healthy)
        .collect();
    section(out, &heading, &bad, |route| route_line(index, route))
}

fn route_line(index: &Index, route: &Route) -> String {
    let ip = route
        .remote
        .map_or("?", |name| index.names.addresses.get(name));
    let place = endpoint(ip, route.port);
    let appliance = index
        .appliance(route.appliance)
        .map_or_else(String::new, |name| format!(" on {name}"));
    let profile = route.profile().map_or_else(String::new, |name| {
        format!(", profile {}", index.names.profiles.get(name))
    });
    let why = route.why.map_or("", triage::ConnectionOutcome::phrase);
    if route.state == RouteState::Failing {
        let success = match route.tally.last_ok {
            Some(time) => format!("last success {}", date_time(time)),
            None => "no success in this log".to_owned(),
        };
        return format!(
            "✗ failing    {place}{appliance}{profile}: {why}, {} since {}; {success}",
            plural(route.run, "consecutive failure"),
            date_time_or_unknown(route.failing_since),
        );
    }
    format!(
        "! degraded   {place}{appliance}{profile}: works again; {} of {} failed, the last: {why}",
        grouped(route.tally.failed()),
        plural(route.tally.connections, "connection"),
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
