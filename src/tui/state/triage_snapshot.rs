//! The results of one triage, with the timelines that the interface draws.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::header::Timestamp;
use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::triage::{
    Destination, DestinationId, HostId, HostSummary, IndexAccess, RouteSides, Triage,
};
use crate::tui::columns::record::{Peer, Tail};

/// Buckets of a route's timeline.
const STRIP: usize = 48;
/// Routes whose timelines are made while the index is held once.
const AT_ONCE: usize = 8;

/// Routes and findings at one generation of the index.
#[derive(Debug, Default)]
pub(crate) struct TriageSnapshot {
    pub triage: Triage,
    /// The timeline of each host, and the connections that show how it failed.
    hosts: Vec<(Vec<Slot>, RouteSides)>,
    /// The same of each route.
    routes: Vec<(Vec<Slot>, RouteSides)>,
    /// The timeline of each group.
    groups: Vec<Vec<Slot>>,
    hosts_by_id: HashMap<HostId, usize>,
    routes_by_id: HashMap<DestinationId, usize>,
    pub took: Duration,
}

impl TriageSnapshot {
    /// Draws the timelines, holding the index for a few of them at a time.
    pub(super) fn of(
        triage: Triage,
        began: Instant,
        stop: &AtomicBool,
        with: IndexAccess<'_>,
    ) -> Option<Self> {
        let hosts = triage.hosts.iter().enumerate();
        // Of several rows of one host (grouped by domain or profile) the first one counts.
        let hosts_by_id = hosts.rev().map(|(at, host)| (host.id(), at)).collect();
        let routes = triage.destinations.iter().enumerate();
        let routes_by_id = routes.map(|(at, route)| (route.id, at)).collect();
        let mut snapshot = Self {
            triage,
            hosts_by_id,
            routes_by_id,
            ..Self::default()
        };
        let triage = &snapshot.triage;
        let routes_of = hosts_of_routes(triage);
        snapshot.hosts = in_parts(&triage.hosts, stop, with, |index, span, host| {
            let since = routes_of
                .get(&host.id())
                .and_then(|route| route.judgement.since);
            (
                triage.timeline(index, host, span, STRIP),
                triage.sides(index, &[host], since),
            )
        })?;
        snapshot.groups = in_parts(&triage.groups, stop, with, |index, span, group| {
            triage.group_timeline(index, group, span, STRIP)
        })?;
        snapshot.routes = in_parts(&triage.destinations, stop, with, |index, span, route| {
            let hosts = snapshot.hosts_of(route);
            (
                triage.hosts_timeline(index, &hosts, span, STRIP),
                triage.sides(index, &hosts, route.judgement.since),
            )
        })?;
        snapshot.took = began.elapsed();
        Some(snapshot)
    }

    pub(crate) fn host(&self, id: HostId) -> Option<&HostSummary> {
        self.triage.hosts.get(*self.hosts_by_id.get(&id)?)
    }

    pub(crate) fn route(&self, id: DestinationId) -> Option<&Destination> {
        self.triage.destinations.get(*self.routes_by_id.get(&id)?)
    }

    /// The hosts of a route that have records.
    pub(crate) fn hosts_of(&self, route: &Destination) -> Vec<&HostSummary> {
        route.host_ids().filter_map(|id| self.host(id)).collect()
    }

    /// The route of a host.
    pub(crate) fn route_of(&self, id: HostId) -> Option<&Destination> {
        let all = &self.triage.destinations;
        all.iter()
            .find(|route| route.host_ids().any(|host| host == id))
    }

    fn of_host(&self, id: HostId) -> Option<&(Vec<Slot>, RouteSides)> {
        self.hosts.get(*self.hosts_by_id.get(&id)?)
    }

    fn of_route(&self, id: DestinationId) -> Option<&(Vec<Slot>, RouteSides)> {
        self.routes.get(*self.routes_by_id.get(&id)?)
    }

    pub(crate) fn sides(&self, peer: Peer) -> RouteSides {
        let found = match peer {
            Peer::Route(id) => self.of_route(id),
            Peer::Host(id) => self.of_host(id),
        };
        found.map_or_else(RouteSides::default, |(_, sides)| *sides)
    }

    pub(super) fn host_strip(&self, id: HostId) -> Option<&[Slot]> {
        self.of_host(id).map(|(strip, _)| strip.as_slice())
    }

    pub(super) fn route_strip(&self, id: DestinationId) -> Option<&[Slot]> {
        self.of_route(id).map(|(strip, _)| strip.as_slice())
    }

    pub(super) fn group_strip(&self, at: usize) -> Option<&[Slot]> {
        self.groups.get(at).map(Vec::as_slice)
    }

    /// The routes of a part of the tail, those with most waiting mail first.
    pub(crate) fn tail(&self, kind: Tail) -> Vec<&Destination> {
        let all = self.triage.destinations.iter();
        let mut tail: Vec<_> = all.filter(|route| tail_of(route) == Some(kind)).collect();
        tail.sort_by_key(|route| std::cmp::Reverse(route.traffic.waiting));
        tail
    }
}

fn hosts_of_routes(triage: &Triage) -> HashMap<HostId, &Destination> {
    let routes = triage.destinations.iter();
    routes
        .flat_map(|route| route.host_ids().map(move |host| (host, route)))
        .collect()
}

/// The part of the tail that a route belongs to. What the appliance is configured for is no tail.
pub(super) fn tail_of(route: &Destination) -> Option<Tail> {
    let all = Tail::ALL.into_iter();
    let mut same = all.filter(|kind| kind.state() == route.judgement.state);
    same.next().filter(|_| !route.traffic.configured)
}

/// What `make` makes of each, holding the index for a few of them at a time; `None` once `stop` is
/// set, and nothing while the log is empty.
fn in_parts<A, B>(
    all: &[A],
    stop: &AtomicBool,
    with: IndexAccess<'_>,
    make: impl Fn(&Index, (Timestamp, Timestamp), &A) -> B,
) -> Option<Vec<B>> {
    let mut made = Vec::with_capacity(all.len());
    for part in all.chunks(AT_ONCE) {
        with(&mut |index| {
            if let Some(span) = index.oldest().zip(index.newest()) {
                made.extend(part.iter().map(|one| make(index, span, one)));
            }
        });
        if stop.load(Ordering::Relaxed) {
            return None;
        }
    }
    Some(made)
}
