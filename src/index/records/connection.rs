//! Connections, in both directions.

use hashbrown::HashMap;

use super::appliance::ApplianceId;
use super::attempt::{Attempt, AttemptId};
use super::delivery::{Delivery, DeliveryId};
use super::message::{Message, MessageId};
use super::view::{View, columns, names};
use crate::event::{ConnId, Dcid, Icid, Policy, Tls};
use crate::header::Timestamp;
use crate::index::store::column::{PagedColumn, RecordId, Value, oldest_first, table};
use crate::index::store::extent::{Runs, Span};
use crate::index::store::int_column::{IntCode, IntColumn};
use crate::index::store::intern::Symbol;
use crate::index::store::posting::PostingList;
use crate::position::Position;
use crate::words::words;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum ConnectionTag {}
pub(crate) type ConnectionId = RecordId<ConnectionTag>;

words! {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub(crate) enum Direction {
        /// A peer connected to a listener (ICID).
        Inbound = "inbound",
        /// The appliance connected to a destination (DCID).
        Outbound = "outbound",
    }
}

words! {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub(crate) enum ConnectionEnd {
        const ALL;
        Close = "close",
        /// A `lost` line, with or without a `close`.
        Lost = "lost",
        /// A Connection Error, `killed`, `disconnected` or `Connection from … lost` line, and neither
        /// of the others.
        Aborted = "aborted",
        /// The appliance reused its id before it ended.
        Superseded = "superseded",
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectionFlags {
    pub(crate) direction: Direction,
    pub(crate) end: Option<ConnectionEnd>,
    /// Whether the opening line was seen.
    pub(crate) opened: bool,
    pub(crate) verified: bool,
    /// Whether one of its authentication attempts failed.
    pub(crate) auth_failed: bool,
}

impl Value for ConnectionFlags {
    const BLANK: Self = Self {
        direction: Direction::Inbound,
        end: None,
        opened: false,
        verified: false,
        auth_failed: false,
    };
}

impl IntCode for ConnectionFlags {
    #[inline]
    fn to_code(self) -> u64 {
        let end = self.end.map_or(0, |end| end as u64 + 1);
        u64::from(self.direction == Direction::Outbound)
            | u64::from(self.opened) << 1
            | u64::from(self.verified) << 2
            | u64::from(self.auth_failed) << 3
            | end << 4
    }

    #[inline]
    fn from_code(code: u64) -> Self {
        let end = (code >> 4).checked_sub(1);
        Self {
            direction: match code & 1 {
                0 => Direction::Inbound,
                _ => Direction::Outbound,
            },
            opened: code >> 1 & 1 == 1,
            verified: code >> 2 & 1 == 1,
            auth_failed: code >> 3 & 1 == 1,
            end: end.and_then(|end| ConnectionEnd::ALL.get(end as usize).copied()),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct PeerColumns {
    pub(crate) address: PagedColumn<Option<Symbol>>,
    pub(crate) by_address: PostingList<ConnectionTag>,
    pub(crate) host: PagedColumn<Option<Symbol>>,
    /// 0 if unknown.
    pub(crate) port: PagedColumn<u16>,
}

/// The newest records on each connection, from which `prev` columns lead to older ones.
#[derive(Debug, Default)]
pub(crate) struct NewestColumns {
    pub(crate) attempt: IntColumn<Option<AttemptId>>,
    pub(crate) delivery: IntColumn<Option<DeliveryId>>,
    pub(crate) message: IntColumn<Option<MessageId>>,
}

#[derive(Debug, Default)]
pub(crate) struct ConnectionTable {
    pub(crate) id: IntColumn<u64>,
    pub(crate) appliance: IntColumn<ApplianceId>,
    pub(crate) flags: IntColumn<ConnectionFlags>,
    /// Time of the opening line, or of the first line if the opening was not seen.
    pub(crate) began: IntColumn<Option<Timestamp>>,
    pub(crate) closed: PagedColumn<Option<Timestamp>>,
    pub(crate) peer: PeerColumns,
    pub(crate) interface: IntColumn<Option<Symbol>>,
    pub(crate) policy: IntColumn<Option<Symbol>>,
    pub(crate) tls: IntColumn<Option<Symbol>>,
    pub(crate) error: IntColumn<Option<Symbol>>,
    pub(crate) newest: NewestColumns,
    pub(crate) lines: IntColumn<u32>,
    pub(crate) runs: Runs,
    /// Further parts of Connection Errors; few connections have one.
    pub(crate) failures: HashMap<ConnectionId, ConnectFailure, foldhash::fast::RandomState>,
}

table!(ConnectionTable: id, appliance, flags, began, closed, peer.address, peer.by_address, peer.host, peer.port,
    interface, policy, tls, error, newest.attempt, newest.delivery, newest.message, lines, runs; failures);

/// The parts of a Connection Error beside its cause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectFailure {
    /// The recipients' domain; no other line of such a connection names it.
    pub(crate) domain: Option<Symbol>,
    /// The system's or the remote server's text, in [`super::names::Interners::errors`].
    pub(crate) details: Option<Symbol>,
}

impl ConnectionTable {
    /// Appends a connection with its first line.
    pub(crate) fn push(
        &mut self,
        link: ConnId,
        appliance: ApplianceId,
        time: Option<Timestamp>,
        at: Position,
    ) -> ConnectionId {
        let (id, direction) = match link {
            ConnId::In(Icid(id)) => (id, Direction::Inbound),
            ConnId::Out(Dcid(id)) => (id, Direction::Outbound),
        };
        self.id.push(id);
        self.appliance.push(appliance);
        self.flags.push(ConnectionFlags {
            direction,
            ..Value::BLANK
        });
        self.began.push(time);
        self.closed.push_blank();
        self.peer.address.push_blank();
        self.peer.by_address.push_blank();
        self.peer.host.push_blank();
        self.peer.port.push_blank();
        self.interface.push_blank();
        self.policy.push_blank();
        self.tls.push_blank();
        self.error.push_blank();
        self.newest.attempt.push_blank();
        self.newest.delivery.push_blank();
        self.newest.message.push_blank();
        self.lines.push_blank();
        self.runs.push(at);
        ConnectionId::new(self.end() - 1)
    }

    pub(crate) fn set_flags(&mut self, id: ConnectionId, set: impl FnOnce(&mut ConnectionFlags)) {
        self.flags.change(id.at(), set);
    }

    /// Gives a connection that has none its remote address.
    pub(crate) fn set_address(&mut self, id: ConnectionId, name: Symbol) {
        self.peer.address.set(id.at(), Some(name));
        self.peer.by_address.link(id, name);
    }
}

/// Bytes of an interned name as text: names are decoded when they are interned, and cut at ASCII
/// only.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

pub(crate) type Connection<'i> = View<'i, ConnectionTag>;

columns! { Connection connections;
    flags: ConnectionFlags = flags,
    number: u64 = id,
    appliance_id: ApplianceId = appliance,
    first_seen: Option<Timestamp> = began,
    closed: Option<Timestamp> = closed,
    interface_name: Option<Symbol> = interface,
    /// The remote address in [`super::names::Interners::addresses`].
    remote_name: Option<Symbol> = peer.address,
    host_name: Option<Symbol> = peer.host,
    policy_name: Option<Symbol> = policy,
    tls_name: Option<Symbol> = tls,
    /// How many log lines have its id in their fixed part.
    lines: u32 = lines,
}

names! { Connection;
    remote_ip = addresses[remote_name],
    /// The peer's reverse DNS name (inbound).
    remote_host = hosts[host_name],
}

impl<'i> Connection<'i> {
    /// The appliance's id of the connection.
    pub(crate) fn link(&self) -> ConnId {
        let id = self.number();
        match self.direction() {
            Direction::Inbound => ConnId::In(Icid(id)),
            Direction::Outbound => ConnId::Out(Dcid(id)),
        }
    }

    pub(crate) fn direction(&self) -> Direction {
        self.flags().direction
    }

    /// The appliance's name on screens.
    pub(crate) fn appliance(&self) -> Option<&'i str> {
        self.index.appliance(self.appliance_id())
    }

    /// The syslog host that writes its lines.
    pub(crate) fn host_of_appliance(&self) -> Option<&'i str> {
        self.index.appliances.host(self.appliance_id())
    }

    /// Time of the opening line; `None` if the log begins after it.
    pub(crate) fn opened(&self) -> Option<Timestamp> {
        self.first_seen().filter(|_| self.flags().opened)
    }

    /// How it ended; `None` while it is open, or if the log has no line of its end.
    pub(crate) fn end(&self) -> Option<ConnectionEnd> {
        self.flags().end
    }

    pub(crate) fn is_open(&self) -> bool {
        self.flags().end.is_none()
    }

    pub(crate) fn has_failed_auth(&self) -> bool {
        self.flags().auth_failed
    }

    /// Whether the peer's reverse DNS name resolves to its address.
    pub(crate) fn is_verified(&self) -> bool {
        self.flags().verified
    }

    /// The listener's interface name (inbound).
    pub(crate) fn interface(&self) -> Option<&'i str> {
        let written = self.interface_written()?;
        (self.direction() == Direction::Inbound)
            .then(|| text(crate::event::listener(written.as_bytes()).0))
    }

    /// The appliance's own address.
    pub(crate) fn interface_ip(&self) -> Option<&'i str> {
        let written = self.interface_written()?;
        match self.direction() {
            Direction::Inbound => crate::event::listener(written.as_bytes()).1.map(text),
            Direction::Outbound => Some(written),
        }
    }

    fn interface_written(&self) -> Option<&'i str> {
        Some(self.index.names.interfaces.get(self.interface_name()?))
    }

    /// The destination's port (outbound).
    pub(crate) fn remote_port(&self) -> Option<u16> {
        Some(self.read(&self.index.connections.peer.port)).filter(|port| *port > 0)
    }

    /// The HAT verdict (inbound).
    pub(crate) fn policy(&self) -> Option<Policy<'i>> {
        let written = self.index.names.policies.get(self.policy_name()?);
        Policy::parse(written.as_bytes())
    }

    pub(crate) fn tls(&self) -> Option<Tls<'i>> {
        Tls::parse(self.index.names.tls.get(self.tls_name()?).as_bytes())
    }

    pub(crate) fn error(&self) -> Option<&'i str> {
        let name = self.read(&self.index.connections.error)?;
        Some(self.index.names.errors.get(name))
    }

    /// The domain that a Connection Error names: its messages stay in the queue.
    pub(crate) fn failed_domain(&self) -> Option<&'i str> {
        let failure = self.index.connections.failures.get(&self.id)?;
        Some(self.index.names.domains.get(failure.domain?))
    }

    /// The system's or the remote server's text, if a Connection Error has a reason and a text.
    pub(crate) fn error_details(&self) -> Option<&'i str> {
        let failure = self.index.connections.failures.get(&self.id)?;
        Some(self.index.names.errors.get(failure.details?))
    }

    /// Its authentication attempts in the order of the log.
    pub(crate) fn attempts(&self) -> Vec<Attempt<'i>> {
        let (index, newest) = (
            self.index,
            self.read(&self.index.connections.newest.attempt),
        );
        oldest_first(newest, &index.attempts.prev, |id| index.attempt(id))
    }

    pub(crate) fn last_attempt(&self) -> Option<Attempt<'i>> {
        let newest = self.read(&self.index.connections.newest.attempt);
        newest.map(|id| self.index.attempt(id))
    }

    /// Its deliveries in the order of the log (outbound).
    pub(crate) fn deliveries(&self) -> Vec<Delivery<'i>> {
        let (index, newest) = (
            self.index,
            self.read(&self.index.connections.newest.delivery),
        );
        oldest_first(newest, &index.deliveries.prev, |id| index.delivery(id))
    }

    /// The messages that it received, in the order of the log (inbound).
    pub(crate) fn messages(&self) -> Vec<Message<'i>> {
        let (index, newest) = (
            self.index,
            self.read(&self.index.connections.newest.message),
        );
        oldest_first(newest, &index.messages.prev, |id| index.message(id))
    }

    /// The messages that it received or delivered, each once, in the order of the log.
    pub(crate) fn carried(&self) -> Vec<Message<'i>> {
        if self.direction() == Direction::Inbound {
            return self.messages();
        }
        let mut seen = std::collections::HashSet::new();
        let deliveries = self.deliveries().into_iter();
        let messages = deliveries.map(|delivery| delivery.message());
        messages
            .filter(|message| seen.insert(message.record()))
            .collect()
    }

    /// The ranges of the log that hold its lines.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.index
            .connections
            .runs
            .spans(&self.index.extents, self.id.at())
    }

    /// Seconds from its first line to its end, or to `now` while it is open; never below 0.
    pub(crate) fn duration(&self, now: Option<Timestamp>) -> Option<i64> {
        let until = match self.end() {
            None => now,
            Some(_) => self.closed(),
        };
        Some((until?.seconds() - self.first_seen()?.seconds()).max(0))
    }
}
