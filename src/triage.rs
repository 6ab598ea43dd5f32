//! Outbound routes and findings: which routes work, which fail, since when, why, with what impact,
//! and what to do.
//!
//! What fails is judged in `judge` while the log is read. Here its routes are [`Destination`]s, with
//! the totals of the connections to their hosts: a host is appliance, address and port. Each of its
//! connections has a [`ConnectionOutcome`]; the texts of failures are [`Reason`]s with their
//! consequences. [`advice`] is the one table of what a reason means. [`findings`] is what deserves
//! attention. Printing is left to `report` and `tui`.
//!
//! The [`Analyzer`] works in slices: a reader or writer of the index waits for one of them at most.

pub(crate) mod advice;
mod destination;
mod domains;
pub(crate) mod findings;
mod group;
mod host;
mod host_builder;
pub(crate) mod logins;
mod outcome;
pub(crate) mod queue;
mod reason;
mod thresholds;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::header::Timestamp;
use crate::humanize;
use crate::index::records::timeline::{Slot, Timeline, TimelineEvent};
use crate::index::{ApplianceId, ConnectionId, Index, Interner, Symbol};

pub(crate) use destination::{Destination, DestinationHost, DestinationId, RouteSides};
pub(crate) use findings::Finding;
pub(crate) use group::Group;
pub(crate) use host::{HostSummary, Tally};
pub(crate) use outcome::ConnectionOutcome;
pub(crate) use reason::{Reason, normalize};
pub(crate) use thresholds::Thresholds;

use destination::destinations;
use findings::Analyzer;

/// What routes are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) enum GroupBy {
    /// Not grouped.
    #[default]
    Route,
    Profile,
    /// Recipient domain.
    Domain,
    /// Address and port, on any appliance.
    Host,
}

/// The identity of a route, the same in every analysis.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct HostId {
    pub appliance: ApplianceId,
    /// Its address's number in [`crate::index::Interners::addresses`].
    pub remote: Option<Symbol>,
    pub port: Option<u16>,
}

/// The routes and findings at one generation of the index.
#[derive(Debug, Default)]
pub(crate) struct Triage {
    /// The hosts: those whose newest connection failed first, then by failures.
    pub hosts: Vec<HostSummary>,
    /// Empty unless grouped.
    pub groups: Vec<Group>,
    /// The routes as destinations, worst first.
    pub destinations: Vec<Destination>,
    /// Worst first; see [`analyze`].
    pub findings: Vec<Finding>,
    /// By route and time.
    connections: Vec<(ConnectionId, ConnectionOutcome)>,
    domains: Interner,
    pub generation: u64,
}

/// Runs a function while holding the index.
pub(crate) type IndexAccess<'w> = &'w dyn Fn(&mut dyn FnMut(&Index));

/// The routes of all connections, or of the selected ones.
pub(crate) fn routes(index: &Index, by: GroupBy, selected: Option<&[ConnectionId]>) -> Triage {
    in_one_go(index, |index| Analyzer::of_routes(index, by, selected))
}

/// The routes and the findings of the whole index.
pub(crate) fn analyze(index: &Index, thresholds: Thresholds) -> Triage {
    in_one_go(index, |index| Analyzer::new(index, thresholds))
}

/// [`routes`] in slices; `None` once `stop` is set.
pub(crate) fn routes_in_slices(
    by: GroupBy,
    select: impl Fn(&Index) -> Option<Vec<ConnectionId>>,
    stop: &AtomicBool,
    with: IndexAccess<'_>,
) -> Option<Triage> {
    let new = |index: &Index| Analyzer::of_routes(index, by, select(index).as_deref());
    in_slices(new, stop, with)
}

/// [`analyze`] in slices; `None` once `stop` is set.
pub(crate) fn analyze_in_slices(
    thresholds: Thresholds,
    stop: &AtomicBool,
    with: IndexAccess<'_>,
) -> Option<Triage> {
    in_slices(|index| Analyzer::new(index, thresholds), stop, with)
}

/// Whether there is another slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Slices {
    More,
    Done,
}

fn in_one_go(index: &Index, new: impl Fn(&Index) -> Analyzer) -> Triage {
    let never = AtomicBool::new(false);
    in_slices(new, &never, &|work| work(index)).unwrap_or_default()
}

fn in_slices(
    new: impl Fn(&Index) -> Analyzer,
    stop: &AtomicBool,
    with: IndexAccess<'_>,
) -> Option<Triage> {
    let mut analyzer = None;
    with(&mut |index| analyzer = Some(new(index)));
    let mut analyzer = analyzer?;
    let mut left = Slices::More;
    while left == Slices::More {
        analyzer.step_without_index();
        with(&mut |index| left = analyzer.step(index));
        if stop.load(Ordering::Relaxed) {
            return None;
        }
    }
    let (mut analyzer, mut triage) = (Some(analyzer), None);
    with(&mut |index| triage = analyzer.take().map(|analyzer| analyzer.finish(index)));
    triage
}

impl Triage {
    fn sort(&mut self, index: &Index) {
        let port = |route: &HostSummary| (index.appliance(route.appliance), route.port);
        let ip = |route: &HostSummary| route.remote.and_then(|name| index.address(name));
        self.hosts.sort_by(|a, b| {
            let order = |host: &HostSummary| {
                let fails = host.last_outcome.is_some_and(ConnectionOutcome::is_failure);
                (!fails, std::cmp::Reverse(host.tally.failed()), ip(host))
            };
            order(a).cmp(&order(b)).then_with(|| port(a).cmp(&port(b)))
        });
    }

    pub(crate) fn destination(&self, id: DestinationId) -> Option<&Destination> {
        self.destinations
            .iter()
            .find(|destination| destination.id == id)
    }

    /// The route of a host.
    pub(crate) fn destination_of(&self, host: HostId) -> Option<&Destination> {
        let has = |route: &&Destination| route.hosts.iter().any(|one| one.id == Some(host));
        self.destinations.iter().find(has)
    }

    pub(crate) fn find(&self, id: HostId) -> Option<&HostSummary> {
        self.hosts.iter().find(|route| route.id() == id)
    }

    /// The text of a domain in [`Tally::domains`].
    pub(crate) fn domain(&self, name: Symbol) -> &str {
        self.domains.get(name)
    }

    /// Oldest first.
    pub(crate) fn connections(&self, route: &HostSummary) -> &[(ConnectionId, ConnectionOutcome)] {
        self.connections
            .get(route.members.clone())
            .unwrap_or_default()
    }

    /// The outcomes of a route over a time span, in `columns` buckets.
    pub(crate) fn timeline(
        &self,
        index: &Index,
        route: &HostSummary,
        span: (Timestamp, Timestamp),
        columns: usize,
    ) -> Vec<Slot> {
        self.timeline_of(index, std::slice::from_ref(&route.members), span, columns)
    }

    pub(crate) fn group_timeline(
        &self,
        index: &Index,
        group: &Group,
        span: (Timestamp, Timestamp),
        columns: usize,
    ) -> Vec<Slot> {
        self.timeline_of(index, &group.parts, span, columns)
    }

    /// The outcomes of some hosts over a time span, in `columns` buckets.
    pub(crate) fn hosts_timeline(
        &self,
        index: &Index,
        hosts: &[&HostSummary],
        span: (Timestamp, Timestamp),
        columns: usize,
    ) -> Vec<Slot> {
        let parts: Vec<_> = hosts.iter().map(|host| host.members.clone()).collect();
        self.timeline_of(index, &parts, span, columns)
    }

    /// The connections that show how some hosts failed, since a time if it is known.
    pub(crate) fn sides(
        &self,
        index: &Index,
        hosts: &[&HostSummary],
        since: Option<Timestamp>,
    ) -> RouteSides {
        let all = hosts.iter().flat_map(|host| self.connections(host));
        let timed = all.filter_map(|(id, outcome)| {
            let is_kept = index.contains_connection(*id);
            let time = is_kept.then(|| index.connection(*id).first_seen())??;
            Some((time, *id, *outcome))
        });
        let ok = |outcome: ConnectionOutcome| outcome == ConnectionOutcome::Ok;
        let (mut good, mut newest_bad) = (None, None);
        for (time, id, outcome) in timed.clone() {
            if ok(outcome) && since.is_none_or(|since| time < since) {
                good = good.max(Some((time, id)));
            } else if outcome.is_failure() {
                newest_bad = newest_bad.max(Some((time, id)));
            }
        }
        let from = since.or(good.map(|(time, _)| time));
        let failed = timed.filter(|(time, _, outcome)| {
            outcome.is_failure() && from.is_none_or(|from| *time >= from)
        });
        RouteSides {
            good: good.map(|(_, id)| id),
            first_bad: failed
                .map(|(time, id, _)| (time, id))
                .min()
                .map(|(_, id)| id),
            newest_bad: newest_bad.map(|(_, id)| id),
        }
    }

    fn timeline_of(
        &self,
        index: &Index,
        parts: &[Range<usize>],
        (from, to): (Timestamp, Timestamp),
        columns: usize,
    ) -> Vec<Slot> {
        let mut timeline = Timeline::default();
        let connections = parts
            .iter()
            .filter_map(|part| self.connections.get(part.clone()));
        for (id, outcome) in connections.flatten() {
            let event = match outcome {
                ConnectionOutcome::Idle => continue,
                ConnectionOutcome::Ok => TimelineEvent::Succeeded,
                _ => TimelineEvent::Failed,
            };
            if let Some(time) = index.connection(*id).first_seen() {
                timeline.add(time, event);
            }
        }
        timeline.strip(from.seconds(), to.seconds() + 1, columns)
    }
}

impl HostId {
    pub(crate) fn address(self, index: &Index) -> String {
        let ip = self
            .remote
            .map_or("?", |name| index.names.addresses.get(name));
        humanize::endpoint(ip, self.port)
    }

    /// The address, and the appliance if the log has several.
    pub(crate) fn title(self, index: &Index) -> String {
        let address = self.address(index);
        match index.appliance(self.appliance) {
            Some(name) => format!("{address} on {name}"),
            None => address,
        }
    }
}

impl HostSummary {
    pub(crate) fn id(&self) -> HostId {
        HostId {
            appliance: self.appliance,
            remote: self.remote,
            port: self.port,
        }
    }

    pub(crate) fn address(&self, index: &Index) -> String {
        self.id().address(index)
    }

    pub(crate) fn title(&self, index: &Index) -> String {
        self.id().title(index)
    }
}
