//! Findings on connections held open, listeners at their limit, silent appliances, unknown lines.

use std::collections::BTreeMap;

use super::{DrillDown, Evidence, Finding, FindingKind, time_text};
use crate::header::Timestamp;
use crate::humanize::plural;
use crate::index::{ApplianceId, ConnectionId, Direction, Index, Symbol};
use crate::judge::incident::Severity;
use crate::query::{Field, FilterTerm};
use crate::triage::Thresholds;

pub(super) fn findings(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let mut all = held_open(index, limits);
    all.extend(at_limit(index, limits));
    all.extend(silent(index, limits));
    all.extend(unknown(index, limits));
    all
}

/// Peers that keep many connections open for longer than the appliance allows by default.
fn held_open(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let Some(newest) = index
        .newest()
        .filter(|_| index.totals().open_in >= limits.held_connections as u64)
    else {
        return Vec::new();
    };
    let mut by_peer: BTreeMap<Symbol, Vec<ConnectionId>> = BTreeMap::new();
    let numbers = index.connections.ranks().numbers();
    let facts = numbers.zip(index.connections.flags.iter());
    for (at, _) in facts.filter(|(_, facts)| {
        facts.direction == Direction::Inbound && facts.end.is_none() && facts.opened
    }) {
        let connection = index.connection(ConnectionId::new(at));
        let old = connection
            .first_seen()
            .is_some_and(|since| newest.seconds() - since.seconds() > limits.held_seconds);
        if let Some(peer) = connection.remote_name().filter(|_| old) {
            by_peer.entry(peer).or_default().push(connection.record());
        }
    }
    let many_open = by_peer
        .into_iter()
        .filter(|(_, open)| open.len() >= limits.held_connections);
    many_open
        .map(|(peer, open)| held(index, peer, &open))
        .collect()
}

fn held(index: &Index, peer: Symbol, open: &[ConnectionId]) -> Finding {
    let peer = index.names.addresses.get(peer);
    let since = index.connection(open[0]).first_seen();
    Finding {
        facts: None,
        kind: FindingKind::HeldOpen,
        severity: Severity::Warning,
        since,
        until: None,
        subject: peer.to_owned(),
        summary: format!(
            "{peer} keeps {} open, the oldest since {}",
            plural(open.len(), "connection"),
            time_text(index, since),
        ),
        evidence: Evidence::of(open.iter().take(3).copied()),
        advice: format!(
            "Check whether lines are missing from the log; if not, limit connections from {peer} in its mail flow policy or block it (HAT)."
        ),
        drill_down: DrillDown::Query(vec![
            FilterTerm::is(Field::Ip, peer),
            FilterTerm::is(Field::State, "open"),
        ]),
    }
}

/// Listeners that refused connections at their limit.
fn at_limit(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let errors: Vec<Symbol> = index
        .names
        .errors
        .iter()
        .filter(|(_, text)| text.to_ascii_lowercase().contains("limit exceeded"))
        .map(|(name, _)| name)
        .collect();
    if errors.is_empty() {
        return Vec::new();
    }
    let mut by_listener: BTreeMap<Option<&str>, Vec<ConnectionId>> = BTreeMap::new();
    let hit = |error: Option<Symbol>| error.is_some_and(|error| errors.contains(&error));
    let numbers = index.connections.ranks().numbers();
    for (at, _) in numbers
        .zip(index.connections.error.iter())
        .filter(|(_, error)| hit(*error))
    {
        let connection = index.connection(ConnectionId::new(at));
        if connection.direction() == Direction::Inbound {
            by_listener
                .entry(connection.interface())
                .or_default()
                .push(connection.record());
        }
    }
    let often = by_listener
        .into_iter()
        .filter(|(_, refused)| refused.len() as u64 >= limits.limit_refusals);
    often
        .map(|(listener, refused)| limited(index, listener, &refused))
        .collect()
}

fn limited(index: &Index, listener: Option<&str>, refused: &[ConnectionId]) -> Finding {
    let name = listener.unwrap_or("a listener");
    let time = |id: Option<&ConnectionId>| id.and_then(|id| index.connection(*id).first_seen());
    let (since, last) = (time(refused.first()), time(refused.last()));
    Finding {
            facts: None,
        kind: FindingKind::ListenerLimit,
        severity: Severity::Warning,
        since,
        until: last,
        subject: name.to_owned(),
        summary: format!(
            "{name} refused {} at its limit between {} and {}",
            plural(refused.len(), "connection"),
            time_text(index, since),
            time_text(index, last),
        ),
        evidence: Evidence::of(refused.iter().take(3).copied()),
        advice: "Check who connects most (tophosts, topin) before raising the limit (listenerconfig, or the mail flow policy's Max. Concurrent Connections).".to_owned(),
        drill_down: DrillDown::Query(
            listener
                .map(|listener| FilterTerm::is(Field::Interface, listener))
                .into_iter()
                .chain([FilterTerm::Text("limit exceeded".to_owned())])
                .collect(),
        ),
    }
}

/// Appliances that write nothing while another one does.
fn silent(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let mut last: BTreeMap<ApplianceId, (Timestamp, ConnectionId, u64)> = BTreeMap::new();
    let times = index
        .connections
        .began
        .iter()
        .zip(index.connections.closed.iter());
    let numbers = index.connections.ranks().numbers();
    for (at, ((began, closed), appliance)) in
        numbers.zip(times.zip(index.connections.appliance.iter()))
    {
        let Some(time) = began.max(closed) else {
            continue;
        };
        let id = ConnectionId::new(at);
        let entry = last.entry(appliance).or_insert((time, id, 0));
        entry.2 += 1;
        if time > entry.0 {
            (entry.0, entry.1) = (time, id);
        }
    }
    let Some(newest) = last
        .values()
        .map(|(time, ..)| *time)
        .max()
        .filter(|_| last.len() > 1)
    else {
        return Vec::new();
    };
    let stale = last.into_iter().filter(|(_, (time, _, count))| {
        *count >= 100 && newest.seconds() - time.seconds() > limits.stale_seconds
    });
    stale
        .filter_map(|(appliance, (time, id, _))| {
            let name = index.appliance(appliance)?;
            Some(Finding {
            facts: None,
                kind: FindingKind::SourceStale,
                severity: Severity::Warning,
                since: Some(time),
                until: None,
                subject: name.to_owned(),
                summary: format!(
                    "{name} has written nothing since {} while others wrote until {}",
                    time_text(index, Some(time)),
                    time_text(index, Some(newest)),
                ),
                evidence: Evidence::of([id]),
                advice: "Its newer files may be missing from the command line; if not, check that it runs and sends its log (status, logconfig).".to_owned(),
                drill_down: DrillDown::Evidence,
            })
        })
        .collect()
}

/// Frequent entries of an unknown shape that began in the second half of the log.
fn unknown(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let (Some(oldest), Some(newest)) = (index.oldest(), index.newest()) else {
        return Vec::new();
    };
    let middle = i64::midpoint(oldest.seconds(), newest.seconds());
    let shapes = index.event_counts().unknown().into_iter();
    let new = shapes.filter(|shape| {
        let late = shape
            .tally
            .first
            .is_some_and(|first| first.seconds() > middle);
        late && shape.tally.count >= limits.unknown_entries
    });
    new.take(5)
        .map(|shape| {
            let sample = String::from_utf8_lossy(&shape.sample);
            let sample: String = sample.chars().take(80).collect();
            Finding {
            facts: None,
                kind: FindingKind::UnknownRising,
                severity: Severity::Notice,
                since: shape.tally.first,
                until: None,
                subject: sample.clone(),
                summary: format!(
                    "{} of an unknown shape since {}: {sample}",
                    plural(shape.tally.count, "line"),
                    time_text(index, shape.tally.first),
                ),
                evidence: vec![Evidence::Line(shape.position)],
                advice: "Something on the appliance has changed, perhaps its release or the log subscription: read the lines (view 6), and report the shape.".to_owned(),
                drill_down: DrillDown::Query(vec![FilterTerm::is(Field::Event, "unknown")]),
            }
        })
        .collect()
}
