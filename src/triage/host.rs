//! A host and the totals of its connections.

use std::ops::Range;

use super::outcome::ConnectionOutcome;
use super::reason::Reason;
use crate::header::Timestamp;
use crate::humanize::grouped;
use crate::index::{ApplianceId, ConnectionId, MessageId, Symbol};

/// The recipients affected by a failure, by their state at the end of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Impact {
    pub bounced: u64,
    /// Returned by the appliance itself after the last retry.
    pub given_up: u64,
    /// To be retried.
    pub waiting: u64,
    /// Delivered by a later attempt.
    pub delivered_later: u64,
}

impl Impact {
    /// The counts over 0 with their words, what is lost first.
    pub(crate) fn counts(self) -> impl Iterator<Item = (u64, &'static str)> {
        let counts = [
            (self.bounced, "bounced"),
            (self.given_up, "given up"),
            (self.waiting, "waiting"),
            (self.delivered_later, "delivered later"),
        ];
        counts.into_iter().filter(|(count, _)| *count > 0)
    }

    pub(crate) fn recipients(self) -> u64 {
        self.counts().map(|(count, _)| count).sum()
    }

    /// `92 bounced, 14 waiting`; empty without an affected recipient.
    pub(crate) fn short(self) -> String {
        let words = self.counts();
        let words = words.map(|(count, word)| format!("{} {word}", grouped(count)));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Whether mail is lost.
    pub(crate) fn is_loss(self) -> bool {
        self.bounced + self.given_up > 0
    }

    /// `92 recipients bounced, 14 waiting`; empty without an affected recipient.
    pub(crate) fn text(self) -> String {
        let noun = match self.counts().next() {
            Some((1, _)) => " recipient ",
            _ => " recipients ",
        };
        self.short().replacen(' ', noun, 1)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.bounced += other.bounced;
        self.given_up += other.given_up;
        self.waiting += other.waiting;
        self.delivered_later += other.delivered_later;
    }
}

/// The totals of the connections of a route or of a group.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tally {
    /// SMTP Auth profiles, most used first.
    pub profiles: Vec<Symbol>,
    /// Recipient domains, see [`super::Triage::domain`], most mail first.
    pub domains: Vec<Symbol>,
    pub connections: u64,
    pub(super) outcomes: [u64; 6],
    pub delivered: u64,
    pub bounced: u64,
    /// Attempts that will be retried.
    pub delayed: u64,
    /// Connections that delivered unencrypted because TLS had failed.
    pub in_clear: u64,
    pub first_seen: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
    pub last_ok: Option<Timestamp>,
    /// Why connections failed, most frequent first.
    pub reasons: Vec<Reason>,
    /// Why recipients were refused although the route works, most frequent first.
    pub refusals: Vec<Reason>,
    /// Messages with an affected recipient, by ID.
    pub affected: Vec<MessageId>,
    pub impact: Impact,
}

impl Tally {
    pub(crate) fn outcome(&self, outcome: ConnectionOutcome) -> u64 {
        self.outcomes[outcome.at()]
    }
    pub(crate) fn failed(&self) -> u64 {
        ConnectionOutcome::ALL
            .iter()
            .filter(|outcome| outcome.is_failure())
            .map(|outcome| self.outcome(*outcome))
            .sum()
    }
}

/// A host that mail is delivered to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct HostSummary {
    pub appliance: ApplianceId,
    /// `None` if the log never names the address.
    pub remote: Option<Symbol>,
    pub port: Option<u16>,
    pub tally: Tally,
    /// Of the newest connection that tried something.
    pub last_outcome: Option<ConnectionOutcome>,
    pub last_good: Option<ConnectionId>,
    /// Its connections in the list of [`super::Triage`].
    pub(super) members: Range<usize>,
}
