//! Findings on senders of our own that send many times as much as usual.

use hashbrown::HashMap;

use super::{DrillDown, Evidence, Finding, FindingKind, time_text};
use crate::event::Policy;
use crate::header::Timestamp;
use crate::humanize::plural;
use crate::index::{Connection, Index, MessageId, Symbol};
use crate::judge::incident::Severity;
use crate::query::{Field, FilterTerm};
use crate::triage::Thresholds;

/// Senders with a finding.
const MOST: usize = 3;
/// Seconds of one count.
const HOUR: i64 = 3600;
/// Hours of log before which nothing is usual.
const LEAST_HOURS: i64 = 6;
/// A sender that has another such hour, farther away than this, sends reports at fixed times.
const APART: i64 = 3;
/// How many times as much as in any of these hours is a flood.
const PEAKS: u64 = 3;
/// Recipients an hour below which a sender's usual rate is not trusted.
const LEAST_USUAL: u64 = 5;

/// Recipients of a sender in one hour.
#[derive(Clone, Copy, Debug)]
struct Hour {
    recipients: u64,
    messages: u64,
    first: MessageId,
}

/// Recipients of a sender over the whole log, and in its busiest hour.
#[derive(Debug, Default)]
struct Sender {
    recipients: u64,
    hours: HashMap<i64, Hour, foldhash::fast::RandomState>,
}

pub(super) fn findings(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let (Some(oldest), Some(newest)) = (index.oldest(), index.newest()) else {
        return Vec::new();
    };
    let hours = (newest.seconds() - oldest.seconds()) / HOUR;
    if hours < LEAST_HOURS {
        return Vec::new();
    }
    let mut found: Vec<(u64, Finding)> = senders(index)
        .iter()
        .filter_map(|(name, sender)| flood(index, limits, *name, sender, hours.unsigned_abs()))
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.subject.cmp(&b.1.subject)));
    let worst = found.into_iter().take(MOST);
    worst.map(|(_, finding)| finding).collect()
}

/// What each sender sent through us: from hosts that may relay, or after a login.
fn senders(index: &Index) -> HashMap<Symbol, Sender, foldhash::fast::RandomState> {
    let mut all: HashMap<Symbol, Sender, foldhash::fast::RandomState> = HashMap::default();
    let relays = relays(index);
    for message in index.messages() {
        let (Some(name), Some(time)) = (message.sender_name(), message.first_seen()) else {
            continue;
        };
        let ours = |connection: &Connection<'_>| {
            let relay = connection
                .policy_name()
                .is_some_and(|name| relays[name.at()]);
            relay
                || connection
                    .last_attempt()
                    .is_some_and(|login| login.succeeded())
        };
        if !message.connection().as_ref().is_some_and(ours) {
            continue;
        }
        let recipients = message.recipients().len() as u64;
        let sender = all.entry(name).or_default();
        sender.recipients += recipients;
        let hour = sender.hours.entry(time.seconds().div_euclid(HOUR));
        let hour = hour.or_insert(Hour {
            recipients: 0,
            messages: 0,
            first: message.record(),
        });
        hour.recipients += recipients;
        hour.messages += 1;
    }
    all
}

/// For each HAT line of the log, whether it lets the host relay.
fn relays(index: &Index) -> Vec<bool> {
    let lines = index.names.policies.iter();
    lines
        .map(|(_, text)| {
            Policy::parse(text.as_bytes()).is_some_and(|policy| policy.action == b"RELAY")
        })
        .collect()
}

fn flood(
    index: &Index,
    limits: &Thresholds,
    name: Symbol,
    sender: &Sender,
    hours: u64,
) -> Option<(u64, Finding)> {
    let from = index.names.mail.get(name);
    let busiest = sender.hours.iter();
    let (at, hour) = busiest.max_by_key(|(at, hour)| (hour.recipients, **at))?;
    let usual = (sender.recipients - hour.recipients) / hours.saturating_sub(1).max(1);
    let apart = sender
        .hours
        .iter()
        .filter(|(other, _)| (*other - at).abs() > APART);
    let peak = apart.map(|(_, hour)| hour.recipients).max().unwrap_or(0);
    let much = hour.recipients >= limits.flood_recipients
        && hour.recipients >= PEAKS * peak
        && hour.recipients >= limits.flood_factor * usual.max(LEAST_USUAL);
    if from.is_empty() || !much {
        return None;
    }
    let since = index.message(hour.first).first_seen();
    let until = Timestamp::from_seconds((at + 1) * HOUR).filter(|end| Some(*end) <= index.newest());
    let connection = index.message(hour.first).connection();
    let connection = connection.map(|connection| connection.record());
    let finding = Finding {
        facts: None,
        kind: FindingKind::SenderFlood,
        severity: if until.is_none() { Severity::Warning } else { Severity::Notice },
        since,
        until,
        subject: from.to_owned(),
        summary: format!(
            "{from} sent to {} in {} within an hour from {}, usually {usual} an hour",
            plural(hour.recipients, "recipient"),
            plural(hour.messages, "message"),
            time_text(index, since),
        ),
        evidence: Evidence::of(connection),
        advice: "If it is not a newsletter or a report: look where it comes from and who logs in there, block the account, and delete what still waits from it (deleterecipients).".to_owned(),
        drill_down: DrillDown::Query(vec![FilterTerm::is(Field::From, from)]),
    };
    Some((hour.recipients, finding))
}
