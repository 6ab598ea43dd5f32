//! Groups hosts by profile, domain, or address and port, and sums their tallies.

use std::collections::BTreeMap;
use std::ops::Range;

use super::host::{HostSummary, Tally};
use super::reason::merge;
use super::{GroupBy, HostId, Triage};
use crate::index::{Index, Symbol};
use crate::judge::RouteState;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// The profile, domain or address; `None` for connections without one.
    pub key: Option<String>,
    pub tally: Tally,
    /// That of its worst host.
    pub state: RouteState,
    pub routes: usize,
    /// Failing ones first.
    pub members: Vec<HostId>,
    /// The ranges of their connections in [`Triage`].
    pub(super) parts: Vec<Range<usize>>,
}

pub(super) fn groups(
    index: &Index,
    triage: &Triage,
    by: GroupBy,
    of_routes: &[Option<Symbol>],
) -> Vec<Group> {
    if by == GroupBy::Route {
        return Vec::new();
    }
    let mut groups: BTreeMap<Option<String>, Vec<&HostSummary>> = BTreeMap::new();
    for (route, group) in triage.hosts.iter().zip(of_routes) {
        let key = match by {
            GroupBy::Host => Some(route.address(index)),
            GroupBy::Profile => group.map(|name| index.names.profiles.get(name).to_owned()),
            GroupBy::Domain => group.map(|name| triage.domains.get(name).to_owned()),
            GroupBy::Route => None,
        };
        groups.entry(key).or_default().push(route);
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(key, routes)| sum(index, key, &routes))
        .collect();
    groups.sort_by(|a, b| {
        let order = |g: &Group| (g.state, std::cmp::Reverse(g.tally.failed()));
        order(a).cmp(&order(b)).then_with(|| a.key.cmp(&b.key))
    });
    groups
}

fn sum(index: &Index, key: Option<String>, routes: &[&HostSummary]) -> Group {
    let mut tally = Tally::default();
    for route in routes {
        add(&mut tally, &route.tally);
    }
    tally.affected.sort_unstable();
    tally.affected.dedup();
    let states = routes.iter().map(|route| route.id().state(index));
    let state = states.min().unwrap_or(RouteState::Idle);
    let members = routes
        .iter()
        .map(|route| (route.id().state(index), route.id()));
    let mut members: Vec<(RouteState, HostId)> = members.collect();
    members.sort_unstable();
    members.dedup_by_key(|(_, id)| *id);
    Group {
        key,
        tally,
        state,
        routes: routes.len(),
        members: members.into_iter().map(|(_, id)| id).collect(),
        parts: routes.iter().map(|route| route.members.clone()).collect(),
    }
}

pub(super) fn add(sum: &mut Tally, other: &Tally) {
    extend(&mut sum.profiles, &other.profiles);
    extend(&mut sum.domains, &other.domains);
    sum.connections += other.connections;
    for (sum, count) in sum.outcomes.iter_mut().zip(other.outcomes) {
        *sum += count;
    }
    sum.delivered += other.delivered;
    sum.bounced += other.bounced;
    sum.delayed += other.delayed;
    sum.in_clear += other.in_clear;
    sum.first_seen = sum.first_seen.into_iter().chain(other.first_seen).min();
    sum.last_seen = sum.last_seen.max(other.last_seen);
    sum.last_ok = sum.last_ok.max(other.last_ok);
    merge(&mut sum.reasons, &other.reasons);
    merge(&mut sum.refusals, &other.refusals);
    sum.affected.extend_from_slice(&other.affected);
    sum.impact.add(other.impact);
}

fn extend(names: &mut Vec<Symbol>, more: &[Symbol]) {
    for name in more {
        if !names.contains(name) {
            names.push(*name);
        }
    }
}
