//! Groups routes by profile, domain or address and sums their tallies.
//!
//! A group is failing if every route that was tried is failing, and degraded if only some are: mail
//! of a domain gets out while one of two hosts accepts it, and a profile that one server refuses
//! may be right for the others.

use std::collections::BTreeMap;
use std::ops::Range;

use super::outcome::RouteState;
use super::reason::merge;
use super::route::{Route, Tally};
use super::{GroupBy, RouteId, Triage};
use crate::header::Timestamp;
use crate::index::{Index, Symbol};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Group {
    /// The profile, domain or address; `None` for connections without one.
    pub key: Option<String>,
    pub tally: Tally,
    pub state: RouteState,
    /// The time from which none of them worked; `None` unless failing.
    pub failing_since: Option<Timestamp>,
    pub routes: usize,
    /// Failing ones first.
    pub members: Vec<RouteId>,
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
    let mut groups: BTreeMap<Option<String>, Vec<&Route>> = BTreeMap::new();
    for (route, group) in triage.routes.iter().zip(of_routes) {
        let key = match by {
            GroupBy::Ip => route
                .remote
                .map(|name| index.names.addresses.get(name).to_owned()),
            GroupBy::Profile => group.map(|name| index.names.profiles.get(name).to_owned()),
            GroupBy::Domain => group.map(|name| triage.domains.get(name).to_owned()),
            GroupBy::Route => None,
        };
        groups.entry(key).or_default().push(route);
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(key, routes)| sum(key, &routes))
        .collect();
    groups.sort_by(|a, b| {
        let order = |g: &Group| (g.state, std::cmp::Reverse(g.tally.failed()));
        order(a).cmp(&order(b)).then_with(|| a.key.cmp(&b.key))
    });
    groups
}

fn sum(key: Option<String>, routes: &[&Route]) -> Group {
    let tried = |route: &&&Route| route.tally.last_ok.is_some() || route.why.is_some();
    let tried: Vec<&&Route> = routes.iter().filter(tried).collect();
    let failing = tried
        .iter()
        .filter(|route| route.state == RouteState::Failing)
        .count();
    let state = if failing > 0 && failing == tried.len() {
        RouteState::Failing
    } else if tried.iter().any(|route| route.state != RouteState::Healthy) {
        RouteState::Degraded
    } else {
        RouteState::Healthy
    };
    let since = tried.iter().filter_map(|route| route.failing_since).max();
    let mut tally = Tally::default();
    for route in routes {
        add(&mut tally, &route.tally);
    }
    tally.affected.sort_unstable();
    tally.affected.dedup();
    let mut members: Vec<(RouteState, RouteId)> = routes
        .iter()
        .map(|route| (route.state, route.id()))
        .collect();
    members.sort_unstable();
    members.dedup_by_key(|(_, id)| *id);
    Group {
        key,
        tally,
        state,
        failing_since: since.filter(|_| state == RouteState::Failing),
        routes: routes.len(),
        members: members.into_iter().map(|(_, id)| id).collect(),
        parts: routes.iter().map(|route| route.members.clone()).collect(),
    }
}

fn add(sum: &mut Tally, other: &Tally) {
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
