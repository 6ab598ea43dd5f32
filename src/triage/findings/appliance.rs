//! Findings from the appliance's own entries: harvest attacks, LDAP outages, limits, keys, and what
//! is suspended.

use std::cmp::Reverse;

use super::{DrillDown, Evidence, Finding, FindingKind, period, time_text};
use crate::event::EventKind;
use crate::header::Timestamp;
use crate::humanize::plural;
use crate::index::{Index, Notice};
use crate::judge::incident::Severity;
use crate::query::{Field, FilterTerm};
use crate::triage::Thresholds;

/// Subjects of one kind with a finding of their own.
const MOST: usize = 3;
/// Seconds after which a limit or a suspension that is not logged any more is over.
const OVER_AFTER: i64 = 3600;
/// Days before the end of a key that make it a warning.
const KEY_DAYS: u64 = 14;

pub(super) fn findings(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let mut all: Vec<Finding> = harvest(index, limits).into_iter().collect();
    all.extend(ldap(index, limits));
    all.extend(resources(index));
    all.extend(rate_limited(index));
    all.extend(suspended(index));
    all.extend(keys(index));
    all
}

/// The notices of a kind, most frequent first.
fn notices(index: &Index, kind: EventKind) -> Vec<&Notice> {
    let mut all: Vec<&Notice> = index.notices().of_kind(kind).collect();
    all.sort_by_key(|notice| Reverse(notice.tally.count));
    all
}

/// A finding of notices of one kind, with the first and the newest line.
fn finding(kind: FindingKind, severity: Severity, notices: &[&Notice]) -> Finding {
    let mut lines: Vec<_> = notices.iter().take(MOST).map(|one| one.first).collect();
    lines.extend(notices.first().map(|one| one.last));
    lines.sort_unstable();
    lines.dedup();
    let event = notices.first().map_or("", |one| one.kind.name());
    Finding {
        facts: None,
        kind,
        severity,
        since: notices.iter().filter_map(|one| one.tally.first).min(),
        until: notices.iter().filter_map(|one| one.tally.last).max(),
        subject: String::new(),
        summary: String::new(),
        evidence: lines.into_iter().map(Evidence::Line).collect(),
        advice: String::new(),
        drill_down: DrillDown::Query(vec![FilterTerm::is(Field::Event, event)]),
    }
}

fn count(notices: &[&Notice]) -> u64 {
    notices.iter().map(|one| one.tally.count).sum()
}

/// `198.51.100.7` of `'198.51.100.7', None`, as the line has it.
fn host(notice: &Notice) -> &str {
    let first = notice.subject.split(',').next().unwrap_or_default();
    let host = first.trim_matches(|c: char| c == '\'' || c == '"' || c.is_whitespace());
    if host.is_empty() { "others" } else { host }
}

fn harvest(index: &Index, limits: &Thresholds) -> Option<Finding> {
    let all = notices(index, EventKind::LdapHarvest);
    let worst = *all.first()?;
    let count = count(&all);
    if count < limits.harvest_drops {
        return None;
    }
    let blank = finding(FindingKind::Harvest, Severity::Notice, &all);
    let hosts = plural(all.len(), "host");
    Some(Finding {
        subject: if all.len() > 1 { hosts.clone() } else { host(worst).to_owned() },
        summary: format!(
            "{} of {hosts} dropped as directory harvest attacks {}, most from {} ({})",
            plural(count, "connection"),
            period(index, blank.since, blank.until),
            host(worst),
            worst.tally.count,
        ),
        advice: "The appliance refuses them by itself; if one of the hosts is yours or a partner's, raise its Max. Invalid Recipients Per Hour in the mail flow policy (listenerconfig), else block it (HAT).".to_owned(),
        ..blank
    })
}

fn ldap(index: &Index, limits: &Thresholds) -> Option<Finding> {
    let all = notices(index, EventKind::LdapFailed);
    let worst = *all.first()?;
    let count = count(&all);
    if count < limits.ldap_failures {
        return None;
    }
    let answered = [
        EventKind::LdapAccepted,
        EventKind::LdapGroup,
        EventKind::LdapRefused,
    ];
    let counts = index.event_counts();
    let answered = answered
        .iter()
        .filter_map(|kind| counts.of(*kind).last)
        .max();
    let blank = finding(FindingKind::LdapFailing, Severity::Warning, &all);
    let over = answered > blank.until || is_past(index, blank.until);
    let what = period(index, blank.since, blank.until);
    Some(Finding {
        severity: if over { Severity::Notice } else { blank.severity },
        until: blank.until.filter(|_| over),
        subject: "LDAP".to_owned(),
        summary: format!("{} failed {what}: {}", plural(count, "LDAP query"), worst.sample),
        advice: "Test the server and the query (ldapconfig, ldaptest): until it answers, recipients are refused, or accepted without a check, as the query's settings say.".to_owned(),
        ..blank
    })
}

/// Whether nothing was logged for long.
fn is_past(index: &Index, last: Option<Timestamp>) -> bool {
    let ages = index.newest().zip(last);
    ages.is_some_and(|(newest, last)| newest.seconds() - last.seconds() > OVER_AFTER)
}

/// Limits of the whole appliance: resource conservation.
fn resources(index: &Index) -> Option<Finding> {
    let mut all = notices(index, EventKind::SystemLimit);
    all.retain(|notice| notice.subject.is_empty());
    let worst = *all.first()?;
    let blank = finding(FindingKind::ResourceLimit, Severity::Warning, &all);
    let over = is_past(index, blank.until);
    let name = index.appliance(worst.appliance).unwrap_or("the appliance");
    Some(Finding {
        severity: if over { Severity::Notice } else { blank.severity },
        until: blank.until.filter(|_| over),
        subject: name.to_owned(),
        summary: format!(
            "{name} is short of resources {}: {}",
            period(index, blank.since, blank.until.filter(|_| over)),
            worst.sample,
        ),
        advice: "Receiving slows down until memory or queue space is free: see what fills the queue (status detail, tophosts, workqueue), and remove it or suspend its source.".to_owned(),
        ..blank
    })
}

/// Senders that the appliance itself limits.
fn rate_limited(index: &Index) -> Vec<Finding> {
    let mut all = notices(index, EventKind::SystemLimit);
    all.retain(|notice| !notice.subject.is_empty());
    let limited = all.into_iter().take(MOST);
    limited
        .map(|notice| {
            let blank = finding(FindingKind::RateLimited, Severity::Notice, &[notice]);
            let sender = notice.subject.trim_matches(['<', '>']);
            Finding {
                subject: sender.to_owned(),
                summary: format!(
                    "the rate of {sender} was limited {} {}",
                    plural(notice.tally.count, "time"),
                    period(index, blank.since, blank.until),
                ),
                advice: "See what it sent and from where: if it is a compromised account, block it and delete what waits from it (deleterecipients); else raise its limit in the mail flow policy (listenerconfig).".to_owned(),
                drill_down: DrillDown::Query(vec![FilterTerm::is(Field::From, sender)]),
                ..blank
            }
        })
        .collect()
}

/// What is suspended and was not resumed.
fn suspended(index: &Index) -> Vec<Finding> {
    let kinds = [
        EventKind::DeliverySuspended,
        EventKind::SystemServer,
        EventKind::SystemQueue,
    ];
    let all = kinds.iter().flat_map(|kind| notices(index, *kind));
    all.filter_map(|notice| {
        let name = notice.subject.strip_suffix(" suspended")?;
        let resumed = index.notices().of_kind(notice.kind).find(|other| {
            other.appliance == notice.appliance
                && other.subject.strip_suffix(" resumed") == Some(name)
                && other.tally.last >= notice.tally.last
        });
        // Only suspended deliveries are logged again and again.
        let repeats = notice.kind == EventKind::DeliverySuspended;
        let over = resumed.is_some() || repeats && is_past(index, notice.tally.last);
        (!over).then(|| still_suspended(index, notice, name))
    })
    .take(MOST)
    .collect()
}

fn still_suspended(index: &Index, notice: &Notice, name: &str) -> Finding {
    let blank = finding(FindingKind::Suspended, Severity::Warning, &[notice]);
    let subject = match index.appliance(notice.appliance) {
        Some(appliance) => format!("{name} of {appliance}"),
        None => name.to_owned(),
    };
    Finding {
        until: None,
        summary: format!(
            "{subject} suspended since {}",
            time_text(index, blank.since)
        ),
        subject,
        advice: "If nobody works on it, let it go on (resumedel, resumelistener, resume; workqueue for the work queue): mail waits as long as it is suspended.".to_owned(),
        ..blank
    }
}

/// Feature keys and licences that end.
fn keys(index: &Index) -> Vec<Finding> {
    let all = notices(index, EventKind::SystemKey).into_iter().take(MOST);
    all.map(|notice| {
        let blank = finding(FindingKind::KeyExpires, Severity::Notice, &[notice]);
        let soon = days(&notice.sample).is_none_or(|days| days <= KEY_DAYS);
        let feature = if notice.subject.is_empty() { "a feature" } else { &notice.subject };
        Finding {
            severity: if soon { Severity::Warning } else { blank.severity },
            until: None,
            subject: feature.to_owned(),
            summary: notice.sample.clone(),
            advice: "Renew the key or licence before it ends (featurekey, license_smart): without it the engine stops, and mail passes unscanned.".to_owned(),
            ..blank
        }
    })
    .collect()
}

/// The days until the end: 60 of `will expire in under 60 day(s)`, none if it has ended.
fn days(text: &str) -> Option<u64> {
    let (before, _) = text.split_once(" day")?;
    before.rsplit(' ').next()?.parse().ok()
}
