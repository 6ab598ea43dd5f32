//! Outbound routes: which work, which fail, and since when.
//!
//! A route is a destination that an appliance delivers to: address and port. The profile is no part of it, for a
//! connection that dies early never tells. What a connection says of its route is its [`Outcome`].

use std::collections::BTreeMap;

use crate::frame::Stamp;
use crate::index::{ApplianceId, Connection, Delivery, DeliveryResult, Direction, Index, Name};

/// A route counts as degraded when a connection failed within this many seconds before the newest entry.
pub const DEGRADED_WITHIN: i64 = 3600;

/// What a delivery connection says of its route: the first of these that holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// No session came about.
    ConnectionError,
    /// TLS failed and nothing was delivered after it.
    TlsFailed,
    /// The appliance's own login was refused. It goes on without, so relay refusals that follow are consequences.
    AuthFailed,
    /// A recipient was accepted, or refused for itself: the route works.
    Ok,
    /// Every recipient was refused for another reason, or delayed.
    Rejected,
    /// Nothing was tried.
    Idle,
}

impl Outcome {
    /// As records write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ConnectionError => "connection_error",
            Self::TlsFailed => "tls_failed",
            Self::AuthFailed => "auth_failed",
            Self::Ok => "ok",
            Self::Rejected => "rejected",
            Self::Idle => "idle",
        }
    }

    /// What happened, for people.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::ConnectionError => "no connection",
            Self::TlsFailed => "TLS failed",
            Self::AuthFailed => "authentication failed",
            Self::Ok => "delivered",
            Self::Rejected => "refused",
            Self::Idle => "nothing tried",
        }
    }

    /// What a connection says of its route.
    pub fn of(connection: &Connection<'_>) -> Self {
        if connection.error().is_some() {
            return Self::ConnectionError;
        }
        let deliveries = connection.deliveries();
        let delivered = |delivery: &Delivery<'_>| delivery.result() == DeliveryResult::Delivered;
        if connection.tls().is_some_and(|tls| !tls.success) && !deliveries.iter().any(delivered) {
            return Self::TlsFailed;
        }
        if connection.has_failed_auth() {
            return Self::AuthFailed;
        }
        if deliveries.is_empty() {
            return Self::Idle;
        }
        let works = deliveries
            .iter()
            .any(|delivery| delivered(delivery) || speaks_of_the_recipient(delivery));
        if works { Self::Ok } else { Self::Rejected }
    }
}

/// Whether a refusal is about the recipient alone: RFC 3463 says so with 5.1.x; without such a code the replies of
/// RFC 5321 for an unknown or refused mailbox do.
fn speaks_of_the_recipient(delivery: &Delivery<'_>) -> bool {
    if delivery.result() != DeliveryResult::Bounced {
        return false;
    }
    match delivery.enhanced() {
        Some(code) => code.starts_with("5.1."),
        None => matches!(delivery.code(), Some(550 | 551 | 553)),
    }
}

/// How a route is doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Its newest connection that tried something failed.
    Failing,
    /// It works, but did not all the time lately.
    Degraded,
    /// It works, or was never tried.
    Healthy,
}

impl State {
    /// As records write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Degraded => "degraded",
            Self::Healthy => "healthy",
        }
    }
}

/// A destination and how its connections went.
#[derive(Clone, Debug)]
pub struct Route {
    /// Whose route it is.
    pub appliance: ApplianceId,
    /// The address's number in [`crate::index::Names::addresses`].
    pub remote: Option<Name>,
    /// The port.
    pub port: Option<u16>,
    /// Connections opened to it.
    pub connections: u64,
    /// Those of them that failed.
    pub failed: u64,
    /// How it is doing.
    pub state: State,
    /// When the first of an unbroken run of failures up to now was opened.
    pub failing_since: Option<Stamp>,
    /// How many failures that run has.
    pub run: u64,
    /// What the newest failure was.
    pub why: Option<Outcome>,
    /// When a connection last worked.
    pub last_ok: Option<Stamp>,
    /// The profile last used for it.
    pub profile: Option<Name>,
    newest_failure: Option<Stamp>,
}

type Key = (ApplianceId, Option<Name>, Option<u16>);

/// All routes, failing ones first, then by failures.
pub fn routes(index: &Index) -> Vec<Route> {
    let mut routes: BTreeMap<Key, Route> = BTreeMap::new();
    let mut connections: Vec<_> = index
        .connections()
        .filter(|connection| connection.direction() == Direction::Outbound)
        .collect();
    // Of connections opened in one second the highest DCID is the newest.
    connections.sort_by_key(|connection| (connection.first_seen(), connection.number()));
    for connection in connections {
        let key = (
            connection.appliance_id(),
            connection.remote_name(),
            connection.remote_port(),
        );
        routes
            .entry(key)
            .or_insert_with(|| Route::new(key))
            .add(&connection);
    }
    let mut routes: Vec<_> = routes.into_values().collect();
    for route in &mut routes {
        route.judge(index.newest());
    }
    routes.sort_by_key(|route| (route.state, std::cmp::Reverse(route.failed), route.remote));
    routes
}

impl Route {
    fn new((appliance, remote, port): Key) -> Self {
        Self {
            appliance,
            remote,
            port,
            connections: 0,
            failed: 0,
            state: State::Healthy,
            failing_since: None,
            run: 0,
            why: None,
            last_ok: None,
            profile: None,
            newest_failure: None,
        }
    }

    /// Takes the next connection in, in the order in which they were opened.
    fn add(&mut self, connection: &Connection<'_>) {
        self.connections += 1;
        self.profile = connection
            .last_attempt()
            .and_then(|attempt| attempt.profile_name())
            .or(self.profile);
        match Outcome::of(connection) {
            Outcome::Idle => {}
            Outcome::Ok => {
                self.last_ok = connection.first_seen();
                (self.failing_since, self.run) = (None, 0);
            }
            outcome => {
                self.failed += 1;
                if self.run == 0 {
                    self.failing_since = connection.first_seen();
                }
                self.run += 1;
                self.why = Some(outcome);
                self.newest_failure = connection.first_seen();
            }
        }
    }

    fn judge(&mut self, newest: Option<Stamp>) {
        let lately = match (self.newest_failure, newest) {
            (Some(failure), Some(newest)) => {
                failure.seconds() >= newest.seconds() - DEGRADED_WITHIN
            }
            _ => false,
        };
        self.state = match self.run {
            0 if lately => State::Degraded,
            0 => State::Healthy,
            _ => State::Failing,
        };
    }
}
