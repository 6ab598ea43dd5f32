//! Folds the connections into hosts: totals and impact.

use std::ops::Range;

use super::HostBuilder;
use super::bucket::{Bucket, RouteConnection};
use crate::header::Timestamp;
use crate::index::{DeliveryResult, DeliveryState as Recipient, Index, RecipientId, Symbol};
use crate::triage::host::{HostSummary, Impact, Tally};
use crate::triage::outcome::ConnectionOutcome;
use crate::triage::{Triage, destinations, group};

impl HostBuilder {
    /// In the order of bucket and time.
    pub(super) fn fold(&mut self, index: &Index, members: Range<usize>) {
        for at in members {
            let member = self.members.list[at];
            let number = member.bucket as usize;
            while self.folded.len() <= number {
                let (appliance, remote, port) =
                    self.routes.keys[self.buckets.list[self.folded.len()].route as usize];
                self.folded.push(HostSummary {
                    appliance,
                    remote,
                    port,
                    tally: Tally::default(),
                    last_outcome: None,
                    last_good: None,
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

fn take(route: &mut HostSummary, member: &RouteConnection, opened: Option<Timestamp>) {
    let tally = &mut route.tally;
    tally.connections += 1;
    tally.outcomes[member.outcome.at()] += 1;
    tally.first_seen = tally.first_seen.or(opened);
    tally.last_seen = opened.or(tally.last_seen);
    if member.signals.in_clear() {
        tally.in_clear += 1;
    }
    if member.outcome != ConnectionOutcome::Idle {
        route.last_outcome = Some(member.outcome);
    }
    if member.outcome == ConnectionOutcome::Ok {
        route.tally.last_ok = opened;
        route.last_good = Some(member.connection);
    }
}

pub(super) fn finish(mut builder: HostBuilder, index: &Index) -> Triage {
    let reasons = std::mem::take(&mut builder.reasons).of_buckets(builder.buckets.list.len());
    let buckets = std::mem::take(&mut builder.buckets.list);
    let groups: Vec<Option<Symbol>> = buckets.iter().map(|bucket| bucket.group).collect();
    let mut routes = std::mem::take(&mut builder.folded);
    for ((route, bucket), (reasons, refusals)) in routes.iter_mut().zip(buckets).zip(reasons) {
        complete(index, &builder, route, bucket);
        (route.tally.reasons, route.tally.refusals) = (reasons, refusals);
    }
    let members = builder.members.list.iter();
    let connections = members
        .map(|member| (member.connection, member.outcome))
        .collect();
    let mut triage = Triage {
        hosts: routes,
        connections,
        domains: builder.domains.names,
        generation: builder.generation,
        groups: Vec::new(),
        destinations: Vec::new(),
        findings: Vec::new(),
    };
    triage.groups = group::groups(index, &triage, builder.by, &groups);
    triage.hosts.retain(|route| route.remote.is_some());
    triage.sort(index);
    triage.destinations = destinations(index, &triage, builder.selected.is_none());
    triage
}

fn complete(index: &Index, builder: &HostBuilder, route: &mut HostSummary, bucket: Bucket) {
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
