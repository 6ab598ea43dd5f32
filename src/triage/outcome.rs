//! What a delivery connection says of its route, and how a route is doing.

use crate::index::{Delivery, DeliveryResult};

/// What a delivery connection says of its route: the first of these that holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConnectionOutcome {
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

impl ConnectionOutcome {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 6] = [
        Self::Ok,
        Self::AuthFailed,
        Self::TlsFailed,
        Self::ConnectionError,
        Self::Rejected,
        Self::Idle,
    ];

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

    /// Whether the route did not work.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::Idle)
    }

    pub(super) fn at(self) -> usize {
        self as usize
    }
}

/// What the deliveries of one connection say, as far as the outcome asks.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Signals(u8);

impl Signals {
    const TRIED: u8 = 1;
    const DELIVERED: u8 = 2;
    const WORKS: u8 = 4;
    const ERROR: u8 = 8;
    const TLS_FAILED: u8 = 16;
    const AUTH_FAILED: u8 = 32;
    const TLS: u8 = 64;

    /// A further delivery of the connection.
    pub fn delivery(&mut self, delivery: &Delivery<'_>) {
        self.0 |= Self::TRIED;
        match delivery.result() {
            DeliveryResult::Delivered => self.0 |= Self::DELIVERED | Self::WORKS,
            DeliveryResult::Bounced if is_about_recipient(delivery) => self.0 |= Self::WORKS,
            _ => {}
        }
    }

    /// The connection had an error.
    pub fn error(&mut self) {
        self.0 |= Self::ERROR;
    }

    /// TLS failed.
    pub fn tls_failed(&mut self) {
        self.0 |= Self::TLS_FAILED;
    }

    /// TLS succeeded.
    pub fn tls(&mut self) {
        self.0 |= Self::TLS;
    }

    /// Whether TLS succeeded.
    pub fn tls_succeeded(self) -> bool {
        self.has(Self::TLS)
    }

    /// The appliance's own login failed.
    pub fn auth_failed(&mut self) {
        self.0 |= Self::AUTH_FAILED;
    }

    fn has(self, bit: u8) -> bool {
        self.0 & bit > 0
    }

    /// Whether TLS failed.
    pub fn tls_has_failed(self) -> bool {
        self.has(Self::TLS_FAILED)
    }

    /// Whether mail went out in the clear because TLS had failed.
    pub fn in_clear(self) -> bool {
        self.has(Self::TLS_FAILED) && self.has(Self::DELIVERED) && !self.has(Self::ERROR)
    }

    /// The connection's outcome.
    pub fn outcome(self) -> ConnectionOutcome {
        if self.has(Self::ERROR) {
            ConnectionOutcome::ConnectionError
        } else if self.has(Self::TLS_FAILED) && !self.has(Self::DELIVERED) {
            ConnectionOutcome::TlsFailed
        } else if self.has(Self::AUTH_FAILED) {
            ConnectionOutcome::AuthFailed
        } else if self.has(Self::WORKS) {
            ConnectionOutcome::Ok
        } else if self.has(Self::TRIED) {
            ConnectionOutcome::Rejected
        } else {
            ConnectionOutcome::Idle
        }
    }
}

/// Whether a refusal is about the recipient alone: RFC 3463 says so with 5.1.x; without such a code the replies of
/// RFC 5321 for an unknown or refused mailbox do.
fn is_about_recipient(delivery: &Delivery<'_>) -> bool {
    match delivery.enhanced() {
        Some(code) => code.starts_with("5.1."),
        None => matches!(delivery.code(), Some(550 | 551 | 553)),
    }
}

/// How a route is doing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RouteState {
    /// Its newest connection that tried something failed.
    Failing,
    /// It works, but did not all the time lately.
    Degraded,
    /// It works, or was undelivered tried.
    Healthy,
}

impl RouteState {
    /// As records write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Degraded => "degraded",
            Self::Healthy => "healthy",
        }
    }

    /// A sign that stands beside the word.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Failing => "✗",
            Self::Degraded => "!",
            Self::Healthy => "✓",
        }
    }
}
