//! Folds the route connections into routes: outages, unencrypted periods, impact.

use std::ops::Range;

use super::RouteBuilder;
use super::bucket::{Bucket, RouteConnection};
use crate::header::Timestamp;
use crate::index::{DeliveryResult, DeliveryState as Recipient, Index, RecipientId, Symbol};
use crate::triage::outcome::{ConnectionOutcome, RouteState, Signals};
use crate::triage::route::{ClearRun, Impact, Outage, Route, Tally};
use crate::triage::{Triage, group};

impl RouteBuilder {
    /// In the order of bucket and time.
    pub(super) fn fold(&mut self, index: &Index, members: Range<usize>) {
        for at in members {
            let member = self.members.list[at];
            let number = member.bucket as usize;
            while self.folded.len() <= number {
                let (appliance, remote, port) =
                    self.routes.keys[self.buckets.list[self.folded.len()].route as usize];
                self.folded.push(Route {
                    appliance,
                    remote,
                    port,
                    tally: Tally::default(),
                    state: RouteState::Healthy,
                    failing_since: None,
                    run: 0,
                    why: None,
                    newest_bad: None,
                    last_good: None,
                    outages: Vec::new(),
                    clear: Vec::new(),
                    newest_failure: None,
                    members: at..at,
                });
            }
            let opened = index.connections.began.get(member.connection.at());
            let route = &mut self.folded[number];
            if route.members.is_empty() {
                route.members = at..at;
            }
            route.members.end = at + 1;
            take(route, &member, opened);
            if member.outcome.is_failure() {
                self.note_cause(index, at);
                self.note_error(index, at);
            }
        }
    }
}

fn take(route: &mut Route, member: &RouteConnection, opened: Option<Timestamp>) {
    let tally = &mut route.tally;
    tally.connections += 1;
    tally.outcomes[member.outcome.at()] += 1;
    tally.first_seen = tally.first_seen.or(opened);
    tally.last_seen = opened.or(tally.last_seen);
    if member.signals.in_clear() {
        tally.in_clear += 1;
    }
    take_clear(route, member, opened);
    match member.outcome {
        ConnectionOutcome::Idle => {}
        ConnectionOutcome::Ok => {
            route.tally.last_ok = opened;
            route.last_good = Some(member.connection);
            if let Some(outage) = route
                .outages
                .last_mut()
                .filter(|outage| outage.until.is_none())
            {
                outage.until = opened;
            }
            (route.failing_since, route.run) = (None, 0);
        }
        outcome => {
            if route.run == 0 {
                route.failing_since = opened;
                route.outages.push(Outage {
                    since: opened,
                    until: None,
                    connections: 0,
                    first: member.connection,
                    last: member.connection,
                    outcome,
                    before: route.last_good,
                });
            }
            if let Some(outage) = route.outages.last_mut() {
                outage.connections += 1;
                outage.last = member.connection;
            }
            route.run += 1;
            route.why = Some(outcome);
            route.newest_bad = Some(member.connection);
            route.newest_failure = opened;
        }
    }
}

/// Periods of unencrypted mail: from failed TLS until TLS succeeds again.
fn take_clear(route: &mut Route, member: &RouteConnection, opened: Option<Timestamp>) {
    let current = route.clear.last_mut().filter(|run| run.until.is_none());
    match (current, member.signals.has(Signals::TLS_FAILED)) {
        (Some(run), true) if member.signals.in_clear() => {
            run.connections += 1;
            run.last = member.connection;
        }
        (None, true) => route.clear.push(ClearRun {
            since: opened,
            until: None,
            connections: u64::from(member.signals.in_clear()),
            first: member.connection,
            last: member.connection,
        }),
        (Some(run), false) if member.signals.has(Signals::TLS) => run.until = opened,
        _ => {}
    }
}

pub(super) fn finish(mut builder: RouteBuilder, index: &Index) -> Triage {
    let reasons = std::mem::take(&mut builder.reasons).of_buckets(builder.buckets.list.len());
    let newest = index.newest();
    let buckets = std::mem::take(&mut builder.buckets.list);
    let groups: Vec<Option<Symbol>> = buckets.iter().map(|bucket| bucket.group).collect();
    let mut routes = std::mem::take(&mut builder.folded);
    for ((route, bucket), (reasons, refusals)) in routes.iter_mut().zip(buckets).zip(reasons) {
        complete(index, &builder, route, bucket);
        (route.tally.reasons, route.tally.refusals) = (reasons, refusals);
        route.judge(newest);
    }
    let members = builder.members.list.iter();
    let connections = members
        .map(|member| (member.connection, member.outcome))
        .collect();
    let mut triage = Triage {
        routes,
        connections,
        domains: builder.domains.names,
        generation: builder.generation,
        groups: Vec::new(),
        findings: Vec::new(),
    };
    triage.groups = group::groups(index, &triage, builder.by, &groups);
    triage.routes.retain(|route| route.remote.is_some());
    triage.sort(index);
    triage
}

fn complete(index: &Index, builder: &RouteBuilder, route: &mut Route, bucket: Bucket) {
    let tally = &mut route.tally;
    (tally.delivered, tally.bounced, tally.delayed) =
        (bucket.delivered, bucket.bounced, bucket.delayed);
    tally.domains = by_count(bucket.domains.iter(), |name| {
        builder.domains.names.get(name).to_owned()
    });
    let profiles = builder.routes.profiles[bucket.route as usize].iter();
    tally.profiles = by_count(profiles, |name| index.names.profiles.get(name).to_owned());
    tally.affected = distinct(bucket.messages);
    tally.impact = impact(index, distinct(bucket.recipients));
}

/// Most frequent first.
fn by_count<'c>(
    counts: impl Iterator<Item = (&'c Symbol, &'c u64)>,
    text: impl Fn(Symbol) -> String,
) -> Vec<Symbol> {
    let mut names: Vec<(std::cmp::Reverse<u64>, String, Symbol)> = counts
        .map(|(name, count)| (std::cmp::Reverse(*count), text(*name), *name))
        .collect();
    names.sort_unstable();
    names.into_iter().map(|(.., name)| name).collect()
}

fn distinct<T: Ord>(mut ids: Vec<T>) -> Vec<T> {
    ids.sort_unstable();
    ids.dedup();
    ids.shrink_to_fit();
    ids
}

/// The states of the affected recipients.
fn impact(index: &Index, recipients: Vec<RecipientId>) -> Impact {
    let mut impact = Impact::default();
    for recipient in recipients.into_iter().map(|id| index.recipient(id)) {
        let count = match recipient.state() {
            Recipient::Delivered => &mut impact.delivered_later,
            Recipient::Bounced => {
                // A bounce by the appliance itself has no reply code and an earlier attempt.
                let own = recipient.decided_by().is_some_and(|delivery| {
                    delivery.result() == DeliveryResult::Bounced
                        && delivery.code().is_none()
                        && delivery.earlier().is_some()
                });
                if own {
                    &mut impact.given_up
                } else {
                    &mut impact.bounced
                }
            }
            Recipient::Dropped | Recipient::Aborted => &mut impact.given_up,
            Recipient::Queued | Recipient::Delayed | Recipient::Quarantined => &mut impact.waiting,
        };
        *count += 1;
    }
    impact
}
