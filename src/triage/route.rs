//! A route and what its connections came to.

use std::ops::Range;

use super::outcome::{ConnectionOutcome, RouteState};
use super::reason::Reason;
use crate::header::Timestamp;
use crate::index::{ApplianceId, ConnectionId, MessageId, Symbol};

/// A route counts as degraded when a connection failed within this many seconds before the newest entry.
pub const DEGRADED_WITHIN: i64 = 3600;

/// What became of the recipients that a failure hit, as far as the log says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Impact {
    /// Refused for good.
    pub bounced: u64,
    /// Returned by the appliance itself, which had tried long enough.
    pub given_up: u64,
    /// Still to be tried again.
    pub waiting: u64,
    /// Taken by a far end later.
    pub delivered_later: u64,
}

impl Impact {
    /// Recipients that were hit.
    pub fn recipients(&self) -> u64 {
        self.bounced + self.given_up + self.waiting + self.delivered_later
    }

    pub(super) fn add(&mut self, other: Self) {
        self.bounced += other.bounced;
        self.given_up += other.given_up;
        self.waiting += other.waiting;
        self.delivered_later += other.delivered_later;
    }
}

/// An unbroken run of failing connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// When the first of them was opened.
    pub since: Option<Timestamp>,
    /// When the first one that worked again was opened; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// How many failed.
    pub connections: u64,
    /// The first of them.
    pub first: ConnectionId,
    /// The last of them.
    pub last: ConnectionId,
    /// What the first of them was.
    pub outcome: ConnectionOutcome,
    /// The connection that worked last before it.
    pub before: Option<ConnectionId>,
}

/// Failed TLS on a route, up to now or until TLS succeeded again, while mail went out in the clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClearRun {
    /// When the first connection whose TLS failed was opened, delivered or not.
    pub since: Option<Timestamp>,
    /// When TLS succeeded again; `None` while it fails.
    pub until: Option<Timestamp>,
    /// Connections that delivered in the clear.
    pub connections: u64,
    /// The first whose TLS failed.
    pub first: ConnectionId,
    /// The last one that delivered, else the first.
    pub last: ConnectionId,
}

/// What the connections of a route, or of several, came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// SMTP Auth profiles used, the most used first.
    pub profiles: Vec<Symbol>,
    /// Recipients' domains in [`super::Triage::domain`], those with most mail first.
    pub domains: Vec<Symbol>,
    /// Connections opened.
    pub connections: u64,
    /// Connections by outcome; see [`Tally::outcome`].
    pub(super) outcomes: [u64; 6],
    /// Recipients taken by the far end.
    pub delivered: u64,
    /// Recipients refused for good.
    pub bounced: u64,
    /// Attempts that are to be made again.
    pub delayed: u64,
    /// Connections that delivered in the clear because TLS had failed.
    pub in_clear: u64,
    /// When the first connection was opened.
    pub first_seen: Option<Timestamp>,
    /// When the last one was.
    pub last_seen: Option<Timestamp>,
    /// When the last one that worked was.
    pub last_ok: Option<Timestamp>,
    /// Why connections failed, most frequent first.
    pub reasons: Vec<Reason>,
    /// Why recipients were refused though the route works, most frequent first.
    pub refusals: Vec<Reason>,
    /// Messages with a recipient that a failure of the route hit, in the records' order.
    pub affected: Vec<MessageId>,
    /// What became of those recipients.
    pub impact: Impact,
}

impl Tally {
    /// Connections with this outcome.
    pub fn outcome(&self, outcome: ConnectionOutcome) -> u64 {
        self.outcomes[outcome.at()]
    }

    /// Connections that failed.
    pub fn failed(&self) -> u64 {
        ConnectionOutcome::ALL
            .iter()
            .filter(|outcome| outcome.is_failure())
            .map(|outcome| self.outcome(*outcome))
            .sum()
    }
}

/// A destination that an appliance delivers to, and how its connections went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Route {
    /// Whose route it is.
    pub appliance: ApplianceId,
    /// The address's number in [`crate::index::Interners::addresses`]; `None` where the log undelivered gives it.
    pub remote: Option<Symbol>,
    /// The port.
    pub port: Option<u16>,
    /// What its connections came to.
    pub tally: Tally,
    /// How it is doing.
    pub state: RouteState,
    /// When the first of an unbroken run of failures up to now was opened.
    pub failing_since: Option<Timestamp>,
    /// How many failures that run has.
    pub run: u64,
    /// What the newest failure was.
    pub why: Option<ConnectionOutcome>,
    /// The newest connection that failed.
    pub newest_bad: Option<ConnectionId>,
    /// The newest connection that worked.
    pub last_good: Option<ConnectionId>,
    /// Its outages, the oldest first.
    pub outages: Vec<Outage>,
    /// When mail went out in the clear because TLS failed, the oldest first.
    pub clear: Vec<ClearRun>,
    /// When the newest failure was opened.
    pub(super) newest_failure: Option<Timestamp>,
    /// Its connections in [`super::Triage`]'s order.
    pub(super) members: Range<usize>,
}

impl Route {
    /// The first connection of the run of failures up to now.
    pub fn first_bad(&self) -> Option<ConnectionId> {
        let current = self.outages.last().filter(|outage| outage.until.is_none());
        current.map(|outage| outage.first)
    }

    /// The outage that is most worth looking at: the current one, else the last.
    pub fn outage(&self) -> Option<&Outage> {
        self.outages.last()
    }

    /// The profile last or mostly used.
    pub fn profile(&self) -> Option<Symbol> {
        self.tally.profiles.first().copied()
    }

    pub(super) fn judge(&mut self, newest: Option<Timestamp>) {
        let lately = match (self.newest_failure, newest) {
            (Some(failure), Some(newest)) => {
                failure.seconds() >= newest.seconds() - DEGRADED_WITHIN
            }
            _ => false,
        };
        self.state = match self.run {
            0 if lately => RouteState::Degraded,
            0 => RouteState::Healthy,
            _ => RouteState::Failing,
        };
    }
}
