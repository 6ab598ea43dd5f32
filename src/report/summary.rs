//! The summary that is printed if the interface has no terminal: totals, findings, routes, users and
//! profiles, the worst first. Records are left to the other reports.

mod entries;
mod findings;

use std::io::{self, Write};

use crate::humanize::{date_time_or_unknown, endpoint, grouped, plural};
use crate::index::{ConnectionId, DeliveryResult, Direction, Index};
use crate::query::aggregate::{self, ProfileTotals, UserTotals, Users};
use crate::query::{Query, TextMatches};
use crate::safe;
use crate::triage::{self, Route, RouteState, Thresholds};

/// Rows of each list at most; the others are counted.
const MOST: usize = 10;

/// Writes the summary of the records that match. Findings, routes and entries describe the whole log
/// and are left out if there is a query.
pub fn write(
    out: &mut dyn Write,
    index: &Index,
    query: &Query,
    hits: &TextMatches,
    thresholds: Thresholds,
) -> io::Result<()> {
    totals(out, index, &query.connections(index, hits))?;
    let attempts = query.attempts(index, hits);
    deliveries(out, index, query, hits)?;
    if query.is_empty() {
        let seen = triage::analyze(index, thresholds);
        findings::write(out, &seen.findings)?;
        routes(out, index, &seen.routes)?;
    }
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

fn totals(out: &mut dyn Write, index: &Index, connections: &[ConnectionId]) -> io::Result<()> {
    let totals = index.totals();
    let unknown = match totals.unknown {
        0 => String::new(),
        count => format!(", {} of no known shape", grouped(count)),
    };
    writeln!(
        out,
        "log          {} entries{unknown}",
        grouped(totals.entries)
    )?;
    let retired = index.evicted();
    if retired.all() > 0 {
        writeln!(
            out,
            "retired      {} connections, {} messages: past the limits, not among what follows",
            grouped(retired.connections),
            grouped(retired.messages)
        )?;
    }
    if totals.entries > 0 {
        writeln!(
            out,
            "time         {} to {}",
            date_time_or_unknown(index.oldest()),
            date_time_or_unknown(index.newest())
        )?;
    }
    for (title, direction) in [
        ("inbound", Direction::Inbound),
        ("outbound", Direction::Outbound),
    ] {
        let of_direction = connections
            .iter()
            .map(|id| index.connection(*id))
            .filter(|c| c.direction() == direction);
        let (mut all, mut open) = (0, 0);
        let (mut succeeded, mut failed) = (0, 0);
        for connection in of_direction {
            all += 1;
            open += u64::from(connection.is_open());
            for attempt in connection.attempts() {
                *if attempt.succeeded() {
                    &mut succeeded
                } else {
                    &mut failed
                } += 1;
            }
        }
        let [all, open, succeeded, failed] = [all, open, succeeded, failed].map(grouped);
        writeln!(
            out,
            "{title:<12} {all} connections, {open} open; authentication: {succeeded} succeeded, {failed} failed"
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
    let told = counts.iter().filter(|(_, count)| *count > 0);
    let words: Vec<_> = told
        .map(|(result, count)| format!("{} {}", grouped(*count), result.word()))
        .collect();
    let words = if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    };
    writeln!(out, "deliveries   {words}")
}

fn routes(out: &mut dyn Write, index: &Index, routes: &[Route]) -> io::Result<()> {
    let count = |state| routes.iter().filter(|route| route.state == state).count();
    let (failing, degraded, healthy) = (
        count(RouteState::Failing),
        count(RouteState::Degraded),
        count(RouteState::Healthy),
    );
    if routes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nROUTES       {failing} failing, {degraded} degraded, {healthy} healthy"
    )?;
    let bad: Vec<&Route> = routes
        .iter()
        .filter(|route| route.state != RouteState::Healthy)
        .collect();
    for route in bad.iter().take(MOST) {
        route_line(out, index, route)?;
    }
    left_out(out, bad.len())
}

fn route_line(out: &mut dyn Write, index: &Index, route: &Route) -> io::Result<()> {
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
    let line = match route.state {
        RouteState::Failing => format!(
            "✗ failing    {place}{appliance}{profile}: {why}, {} in a row since {}; last good {}",
            grouped(route.run),
            date_time_or_unknown(route.failing_since),
            route.tally.last_ok.map_or_else(
                || "never in this log".to_owned(),
                |stamp| date_time_or_unknown(Some(stamp))
            ),
        ),
        _ => format!(
            "! degraded   {place}{appliance}{profile}: works again, {} of {} connections failed, the last one: {why}",
            grouped(route.tally.failed()),
            grouped(route.tally.connections),
        ),
    };
    writeln!(out, "{}", safe::text(&line))
}

fn left_out(out: &mut dyn Write, all: usize) -> io::Result<()> {
    if all > MOST {
        writeln!(out, "             and {} more", all - MOST)
    } else {
        Ok(())
    }
}

fn users(out: &mut dyn Write, users: &[(&str, &UserTotals)]) -> io::Result<()> {
    if users.is_empty() {
        return Ok(());
    }
    let failed = users
        .iter()
        .filter(|(_, user)| user.totals.failed > 0)
        .count();
    writeln!(
        out,
        "\nUSERS        {} logged in or tried to, {} failed at least once",
        users.len(),
        failed
    )?;
    for (name, user) in users
        .iter()
        .filter(|(_, user)| user.totals.failed > 0)
        .take(MOST)
    {
        let sources = plural(user.sources, "source");
        let name = if name.is_empty() { "(no name)" } else { name };
        let line = format!(
            "✗ {:<10} {name}: {} failed, {} succeeded, from {sources}; last failure {}",
            "",
            grouped(user.totals.failed),
            grouped(user.totals.succeeded),
            date_time_or_unknown(user.totals.last_failure),
        );
        writeln!(out, "{}", safe::text(&line))?;
    }
    left_out(out, failed)
}

fn profiles(out: &mut dyn Write, profiles: &[ProfileTotals<'_>]) -> io::Result<()> {
    if profiles.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nPROFILES")?;
    for profile in profiles.iter().take(MOST) {
        let sign = if profile.totals.failed > 0 {
            "✗"
        } else {
            "✓"
        };
        let line = format!(
            "{sign} {:<10} {}: {} succeeded, {} failed",
            profile.direction.word(),
            profile.profile,
            grouped(profile.totals.succeeded),
            grouped(profile.totals.failed),
        );
        writeln!(out, "{}", safe::text(&line))?;
    }
    left_out(out, profiles.len())
}
