//! Outbound routes: which work, which fail, since when, why, what it impact and what to do.
//!
//! A route is a destination that an appliance delivers to: address and port. The profile is no part of it, for a
//! connection that dies early undelivered tells. What a connection says of its route is its [`ConnectionOutcome`]; runs of failures
//! are [`Outage`]s; what was said of them are [`Reason`]s, with what followed from them under them. [`advice`] is the
//! one table of what a reason means.
//!
//! A [`RouteBuilder`] reads the index in slices, so that a reader in between undelivered waits for all of it.

pub mod advice;
mod domains;
pub mod findings;
mod group;
mod outcome;
mod reason;
mod route;
mod route_builder;
mod thresholds;

use std::ops::Range;

use crate::header::Timestamp;
use crate::index::records::timeline::{Slot, Timeline, TimelineEvent as Went};
use crate::index::{ApplianceId, ConnectionId, Index, Interner, Symbol};

pub use findings::{Finding, analyze};
pub use group::Group;
pub use outcome::{ConnectionOutcome, RouteState};
pub use reason::{Reason, normalize};
pub use route::{DEGRADED_WITHIN, Impact, Outage, Route, Tally};
pub use route_builder::{Progress, RouteBuilder};
pub use thresholds::Thresholds;

/// What routes are summed by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, clap::ValueEnum)]
pub enum GroupBy {
    /// Not at all: one record a route.
    #[default]
    #[value(skip)]
    Route,
    /// SMTP Auth profile.
    Profile,
    /// Recipients' domain.
    Domain,
    /// Address, whatever the port and the appliance.
    Ip,
}

/// Who a route is, whatever else changes: to find it again in a later look.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RouteId {
    /// Whose route it is.
    pub appliance: ApplianceId,
    /// Its address's number in [`crate::index::Interners::addresses`].
    pub remote: Option<Symbol>,
    /// Its port.
    pub port: Option<u16>,
}

/// All routes at one generation of the index.
#[derive(Debug, Default)]
pub struct Triage {
    /// Failing ones first, then degraded ones, each by failures.
    pub routes: Vec<Route>,
    /// The routes rolled up, where that was asked for.
    pub groups: Vec<Group>,
    /// What was noticed, worst first; see [`analyze`].
    pub findings: Vec<Finding>,
    /// Connections by route and time, with their outcomes.
    order: Vec<(ConnectionId, ConnectionOutcome)>,
    domains: Interner,
    /// The index's generation that it is of.
    pub generation: u64,
}

/// All routes, of these connections alone where some are given, rolled up as asked.
pub fn routes(index: &Index, by: GroupBy, selected: Option<&[ConnectionId]>) -> Triage {
    let mut builder = RouteBuilder::new(index, by, selected);
    while builder.step(index) == Progress::More {}
    builder.finish(index)
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

    /// How many routes are in a state.
    pub fn count(&self, state: RouteState) -> usize {
        self.routes
            .iter()
            .filter(|route| route.state == state)
            .count()
    }

    /// The route of that name, if there is one.
    pub fn find(&self, id: RouteId) -> Option<&Route> {
        self.routes.iter().find(|route| route.id() == id)
    }

    /// The text of a domain in [`Tally::domains`].
    pub fn domain(&self, name: Symbol) -> &str {
        self.domains.get(name)
    }

    /// A route's connections with their outcomes, the oldest first.
    pub fn connections(&self, route: &Route) -> &[(ConnectionId, ConnectionOutcome)] {
        self.order.get(route.members.clone()).unwrap_or_default()
    }

    /// How a route's connections went from `from` to `to`, in `columns` equal parts.
    pub fn strip(
        &self,
        index: &Index,
        route: &Route,
        (from, to): (Timestamp, Timestamp),
        columns: usize,
    ) -> Vec<Slot> {
        let mut line = Timeline::default();
        self.draw(index, &route.members, &mut line);
        line.strip(from.seconds(), to.seconds() + 1, columns)
    }

    /// How the connections of a group's routes went; see [`Triage::strip`].
    pub fn group_strip(
        &self,
        index: &Index,
        group: &Group,
        (from, to): (Timestamp, Timestamp),
        columns: usize,
    ) -> Vec<Slot> {
        let mut line = Timeline::default();
        for part in &group.parts {
            self.draw(index, part, &mut line);
        }
        line.strip(from.seconds(), to.seconds() + 1, columns)
    }

    fn draw(&self, index: &Index, part: &Range<usize>, line: &mut Timeline) {
        for (id, outcome) in self.order.get(part.clone()).unwrap_or_default() {
            let went = match outcome {
                ConnectionOutcome::Idle => continue,
                ConnectionOutcome::Ok => Went::Succeeded,
                _ => Went::Failed,
            };
            if let Some(time) = index.connection(*id).first_seen() {
                line.add(time, went);
            }
        }
    }

    /// What is known of a route, for advice.
    pub fn context(&self, index: &Index, route: &Route) -> advice::RouteContext {
        advice::RouteContext {
            route: route.address(index),
            profile: route
                .profile()
                .map(|name| index.names.profiles.get(name).to_owned()),
            domain: route
                .tally
                .domains
                .first()
                .map(|name| self.domain(*name).to_owned()),
        }
    }

    /// One sentence on what is wrong with a route and what to do; nothing of a healthy one.
    pub fn advice(&self, index: &Index, route: &Route) -> Option<String> {
        if route.state == RouteState::Healthy {
            return None;
        }
        Some(advice::of_reason(
            route.cause()?,
            &self.context(index, route),
        ))
    }
}

impl RouteId {
    /// `198.51.100.7:25`, `[2001:db8::7]:25`; as written in the log.
    pub fn address(self, index: &Index) -> String {
        let ip = self
            .remote
            .map_or("?", |name| index.names.addresses.get(name));
        match self.port {
            Some(port) if ip.contains(':') => format!("[{ip}]:{port}"),
            Some(port) => format!("{ip}:{port}"),
            None => ip.to_owned(),
        }
    }

    /// The address, and the appliance where there are several.
    pub fn title(self, index: &Index) -> String {
        let address = self.address(index);
        match index.appliance(self.appliance) {
            Some(name) => format!("{address} on {name}"),
            None => address,
        }
    }
}

impl Route {
    /// Who it is.
    pub fn id(&self) -> RouteId {
        RouteId {
            appliance: self.appliance,
            remote: self.remote,
            port: self.port,
        }
    }

    /// `198.51.100.7:25`, `[2001:db8::7]:25`; as written in the log.
    pub fn address(&self, index: &Index) -> String {
        self.id().address(index)
    }

    /// The address, and the appliance where there are several.
    pub fn title(&self, index: &Index) -> String {
        self.id().title(index)
    }

    /// The reason of the newest failure.
    pub fn cause(&self) -> Option<&Reason> {
        let newest = self
            .tally
            .reasons
            .iter()
            .filter(|reason| Some(reason.outcome) == self.why)
            .max_by_key(|reason| (reason.last, reason.count));
        newest.or_else(|| self.tally.reasons.first())
    }
}
