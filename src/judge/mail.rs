//! What is under way: open delivery connections, messages that are not finished, and the results of
//! the newest second.

use hashbrown::HashMap;

use super::Seconds;
use super::class::Class;
use super::destinations::{DomainNo, HostNo};
use super::few::Few;
use crate::memory::map_bytes;
use crate::position::Position;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A message is kept for longer than the appliance tries: 72 hours by default (user guide, bounce
/// profiles).
const KEPT: Seconds = 7 * 86_400;

#[derive(Debug, Default)]
pub(super) struct Mail {
    pub connections: Map<u64, Connection>,
    pub messages: Map<u64, Message>,
    /// Results of the newest second by connection and message, and those of the second before it.
    pub results: Map<(u64, u64), Result>,
    pub earlier: Map<(u64, u64), Result>,
    /// Failures of connections of the newest second.
    pub failures: Vec<ConnectionFailure>,
    /// Connections and messages that ended, and when.
    pub ended: Vec<(Seconds, Ended)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    Connection(u64),
    Message(u64),
}

#[derive(Clone, Debug)]
pub(super) struct Connection {
    pub host: HostNo,
    pub opened: Seconds,
    /// The newest `Delivery start`.
    pub started: Seconds,
    /// Why it cannot deliver: what follows from that is no attempt.
    pub refused: Option<Class>,
    /// Whether it was lost before a reply.
    pub lost: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub seen: Seconds,
    /// The connection that it came by; 0 if the log does not say.
    pub icid: u64,
    pub queued: Option<Seconds>,
    pub sender: u32,
    pub has_sender: bool,
    /// The sender, if the client logged in.
    pub from: Option<Box<[u8]>>,
    pub recipients: Few<Recipient>,
}

#[derive(Clone, Debug)]
pub(super) struct Recipient {
    pub rid: u64,
    pub domain: DomainNo,
    pub done: bool,
    /// The address, if its domain goes to a private net: if that takes the mail, the user exists.
    pub address: Option<Box<[u8]>>,
    /// The incident that hit it.
    pub incident: Option<u32>,
}

/// What became of a recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Delivered,
    Delayed,
    Bounced,
    Expired,
    Dropped,
}

/// One recipient's result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    pub rid: u64,
    pub class: Class,
    pub fate: Fate,
}

/// The results of one message on one connection.
#[derive(Clone, Debug)]
pub(super) struct Result {
    /// The newest line.
    pub at: Seconds,
    pub started: Seconds,
    /// The line of the best result.
    pub position: Position,
    pub outcomes: Few<Outcome>,
}

impl Result {
    /// The best class among the recipients: if the server took one, the route works.
    pub(super) fn class(&self) -> Option<(Class, bool)> {
        let best = self.outcomes.iter().min_by_key(|outcome| outcome.class)?;
        Some((best.class, best.fate == Fate::Expired))
    }
}

/// A connection without a session, or whose login or required TLS failed.
#[derive(Clone, Debug)]
pub(super) struct ConnectionFailure {
    pub at: Seconds,
    pub dcid: u64,
    pub host: Option<HostNo>,
    pub domain: Option<DomainNo>,
    pub opened: Seconds,
    pub class: Class,
    pub position: Position,
}

impl Mail {
    pub(super) fn bytes(&self) -> usize {
        map_bytes(&self.connections) + map_bytes(&self.messages)
    }

    /// Bytes of memory that the messages hold beside their map.
    pub(super) fn held(&self) -> usize {
        let messages = self.messages.values().map(|message| {
            let addresses = message
                .recipients
                .iter()
                .filter_map(|one| one.address.as_ref());
            message.recipients.bytes()
                + message.from.as_ref().map_or(0, |from| from.len())
                + addresses.map(|address| address.len()).sum::<usize>()
        });
        messages.sum()
    }

    /// Forgets connections whose end the log does not tell, and gives the messages to forget.
    pub(super) fn age(&mut self, now: Seconds) -> Vec<u64> {
        let newest = |connection: &Connection| connection.started.max(connection.opened);
        self.connections
            .retain(|_, connection| now - newest(connection) < 86_400);
        let old = self
            .messages
            .iter()
            .filter(|(_, message)| now - message.seen >= KEPT);
        let mut old: Vec<u64> = old.map(|(mid, _)| *mid).collect();
        old.sort_unstable();
        old
    }
}
