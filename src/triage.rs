//! Outbound routes and findings: which routes work, which fail, since when, why, with what impact,
//! and what to do.
//!
//! A route is a destination of one appliance: address and port. The profile is no part of it,
//! because a connection that fails early never names one. Each connection of a route has a
//! [`ConnectionOutcome`]; consecutive failures are an [`Outage`]; their texts are [`Reason`]s with
//! the consequences below them. [`advice`] is the one table of what a reason means. [`findings`] is
//! what deserves attention. Printing is left to `report` and `tui`.
//!
//! The [`Analyzer`] works in slices: a reader or writer of the index waits for one of them at most.

pub(crate) mod advice;
mod domains;
pub(crate) mod findings;
mod group;
mod outcome;
mod reason;
mod route;
mod route_builder;
mod thresholds;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::header::Timestamp;
use crate::humanize;
use crate::index::records::timeline::{Slot, Timeline, TimelineEvent};
use crate::index::{ApplianceId, ConnectionId, Index, Interner, Symbol};

pub(crate) use findings::Finding;
pub(crate) use group::Group;
pub(crate) use outcome::{ConnectionOutcome, RouteState};
pub(crate) use reason::{Reason, normalize};
pub(crate) use route::{ClearRun, DEGRADED_WITHIN, Impact, Outage, Route, Tally};
pub(crate) use thresholds::Thresholds;

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
    /// Address, with any port and on any appliance.
    Ip,
}

/// The identity of a route, the same in every analysis.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct RouteId {
    pub appliance: ApplianceId,
    /// Its address's number in [`crate::index::Interners::addresses`].
    pub remote: Option<Symbol>,
    pub port: Option<u16>,
}

/// The routes and findings at one generation of the index.
#[derive(Debug, Default)]
pub(crate) struct Triage {
    /// Failing ones first, then degraded ones, each by failures.
    pub routes: Vec<Route>,
    /// Empty unless grouped.
    pub groups: Vec<Group>,
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
        let port = |route: &Route| (index.appliance(route.appliance), route.port);
        let ip = |route: &Route| route.remote.and_then(|name| index.address(name));
        self.routes.sort_by(|a, b| {
            let order = |r: &Route| (r.state, std::cmp::Reverse(r.tally.failed()), ip(r));
            order(a).cmp(&order(b)).then_with(|| port(a).cmp(&port(b)))
        });
    }

    pub(crate) fn count(&self, state: RouteState) -> usize {
        self.routes
            .iter()
            .filter(|route| route.state == state)
            .count()
    }

    pub(crate) fn find(&self, id: RouteId) -> Option<&Route> {
        self.routes.iter().find(|route| route.id() == id)
    }

    /// The text of a domain in [`Tally::domains`].
    pub(crate) fn domain(&self, name: Symbol) -> &str {
        self.domains.get(name)
    }

    /// Oldest first.
    pub(crate) fn connections(&self, route: &Route) -> &[(ConnectionId, ConnectionOutcome)] {
        self.connections
            .get(route.members.clone())
            .unwrap_or_default()
    }

    /// The outcomes of a route over a time span, in `columns` buckets.
    pub(crate) fn timeline(
        &self,
        index: &Index,
        route: &Route,
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

    /// What is wrong with a route and what to do, in one sentence; `None` for a healthy one.
    pub(crate) fn advice(&self, index: &Index, route: &Route) -> Option<String> {
        let is_healthy = route.state == RouteState::Healthy;
        (!is_healthy && route.cause().is_some()).then(|| self.advice_of(index, route))
    }

    fn advice_of(&self, index: &Index, route: &Route) -> String {
        let domain = route.tally.domains.first();
        let context = advice::RouteContext {
            route: route.address(index),
            profile: route.profile().map(|name| index.names.profiles.get(name)),
            domain: domain.map(|name| self.domain(*name)),
        };
        let cause = route.cause();
        cause.map_or_else(String::new, |reason| advice::of_reason(reason, &context))
    }
}

impl RouteId {
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

impl Route {
    pub(crate) fn id(&self) -> RouteId {
        RouteId {
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

    /// The reason of the newest failure.
    pub(crate) fn cause(&self) -> Option<&Reason> {
        let newest = self
            .tally
            .reasons
            .iter()
            .filter(|reason| Some(reason.outcome) == self.why)
            .max_by_key(|reason| (reason.last, reason.count));
        newest.or_else(|| self.tally.reasons.first())
    }
}
