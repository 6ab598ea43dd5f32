//! The outcome of one delivery connection.

use crate::index::{Delivery, DeliveryResult};

/// The first of these that applies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum ConnectionOutcome {
    /// No session was opened.
    ConnectionError,
    /// TLS failed and nothing was delivered after it.
    TlsFailed,
    /// The remote server refused the appliance's login. The appliance goes on without one, so
    /// relay refusals that follow are consequences.
    AuthFailed,
    /// A recipient was accepted, or refused for a reason of its own: the route works.
    Ok,
    /// Every recipient was refused for another reason, or delayed.
    Rejected,
    /// Nothing was tried.
    Idle,
}

impl ConnectionOutcome {
    pub(crate) const ALL: [Self; 6] = [
        Self::Ok,
        Self::AuthFailed,
        Self::TlsFailed,
        Self::ConnectionError,
        Self::Rejected,
        Self::Idle,
    ];

    /// The value in JSON.
    pub(crate) fn word(self) -> &'static str {
        self.names().0
    }

    /// The words for people.
    pub(crate) fn phrase(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ConnectionError => ("connection_error", "no connection"),
            Self::TlsFailed => ("tls_failed", "TLS failed"),
            Self::AuthFailed => ("auth_failed", "authentication failed"),
            Self::Ok => ("ok", "delivered"),
            Self::Rejected => ("rejected", "refused"),
            Self::Idle => ("idle", "nothing tried"),
        }
    }

    pub(crate) fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::Idle)
    }

    pub(super) fn at(self) -> usize {
        self as usize
    }
}

/// What was seen on one connection: a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Signals(u8);

impl Signals {
    const TRIED: u8 = 1;
    const DELIVERED: u8 = 2;
    const WORKS: u8 = 4;
    pub(super) const ERROR: u8 = 8;
    pub(super) const TLS_FAILED: u8 = 16;
    pub(super) const AUTH_FAILED: u8 = 32;

    pub(super) fn set(&mut self, bit: u8) {
        self.0 |= bit;
    }

    pub(super) fn has(self, bit: u8) -> bool {
        self.0 & bit > 0
    }

    pub(super) fn delivery(&mut self, delivery: &Delivery<'_>) {
        self.set(Self::TRIED);
        match delivery.result() {
            DeliveryResult::Delivered => self.set(Self::DELIVERED | Self::WORKS),
            DeliveryResult::Bounced if is_about_recipient(delivery) => self.set(Self::WORKS),
            _ => {}
        }
    }

    /// Mail was sent unencrypted because TLS had failed.
    pub(super) fn in_clear(self) -> bool {
        self.has(Self::TLS_FAILED) && self.has(Self::DELIVERED) && !self.has(Self::ERROR)
    }

    pub(super) fn outcome(self) -> ConnectionOutcome {
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

/// Whether a refusal concerns only the recipient: enhanced code 5.1.x (RFC 3463), or without one
/// the replies for an unknown or refused mailbox (RFC 5321).
fn is_about_recipient(delivery: &Delivery<'_>) -> bool {
    match delivery.enhanced() {
        Some(code) => code.starts_with("5.1."),
        None => matches!(delivery.code(), Some(550 | 551 | 553)),
    }
}
