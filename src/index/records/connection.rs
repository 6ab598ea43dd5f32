//! ConnectionTable, in both directions.

use hashbrown::HashMap;

use crate::event::{ConnId, Dcid, Icid, Policy, Tls};
use crate::header::Timestamp;
use crate::index::records::attempt::AttemptId;
use crate::index::records::delivery::DeliveryId;
use crate::index::records::message::{Message, MessageId};
use crate::index::store::column::{PagedColumn, RecordId, Value, map_bytes, table};
use crate::index::store::extent::{Runs, Span};
use crate::index::store::int_column::{IntCode, IntColumn};
use crate::index::store::intern::Symbol;
use crate::index::store::posting::PostingList;
use crate::index::{ApplianceId, Attempt, Delivery, Index};
use crate::position::Position;

/// Kind of [`ConnectionId`].
#[derive(Debug)]
pub enum ConnectionTag {}
/// A connection's own number.
pub type ConnectionId = RecordId<ConnectionTag>;

/// Which side opened the connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Direction {
    /// A peer connected to a listener (ICID).
    Inbound,
    /// The appliance connected to a destination (DCID).
    Outbound,
}

impl Direction {
    /// As records and queries write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// How a connection ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConnectionEnd {
    /// A `close` line came.
    Close,
    /// A `lost` line came, with or without a `close`.
    Lost,
    /// A Connection Error, `killed`, `disconnected` or `Connection from … lost` line came, and neither of the others.
    Aborted,
    /// Its id came round again before it ended.
    Superseded,
}

impl ConnectionEnd {
    /// As records and queries write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Lost => "lost",
            Self::Aborted => "aborted",
            Self::Superseded => "superseded",
        }
    }
}

/// What is known of a connection beside its ids, names and times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectionFlags {
    pub direction: Direction,
    pub end: Option<ConnectionEnd>,
    /// Whether the opening line was seen.
    pub opened: bool,
    pub verified: bool,
    /// Whether one of its authentication attempts failed.
    pub auth_failed: bool,
}

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct ConnectionTable {
    pub id: IntColumn<u64>,
    pub appliance: IntColumn<ApplianceId>,
    pub flags: IntColumn<ConnectionFlags>,
    /// When its first line was written; the opening's time if that was seen.
    pub began: IntColumn<Option<Timestamp>>,
    pub closed: PagedColumn<Option<Timestamp>>,
    pub remote: PagedColumn<Option<Symbol>>,
    pub by_remote: PostingList<ConnectionTag>,
    /// 0 where there is none.
    pub port: PagedColumn<u16>,
    pub host: PagedColumn<Option<Symbol>>,
    pub interface: IntColumn<Option<Symbol>>,
    pub policy: IntColumn<Option<Symbol>>,
    pub tls: IntColumn<Option<Symbol>>,
    pub error: IntColumn<Option<Symbol>>,
    pub last_attempt: IntColumn<Option<AttemptId>>,
    pub last_delivery: IntColumn<Option<DeliveryId>>,
    pub last_message: IntColumn<Option<MessageId>>,
    pub lines: IntColumn<u32>,
    pub runs: Runs,
    /// What a Connection Error said beside its cause, of the few connections that have one.
    pub failures: HashMap<ConnectionId, ConnectFailure, foldhash::fast::RandomState>,
}

table!(ConnectionTable: id, appliance, flags, began, closed, remote, by_remote, port, host, interface, policy, tls,
    error, last_attempt, last_delivery, last_message, lines, runs);

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
        Self {
            direction: match code & 1 {
                0 => Direction::Inbound,
                _ => Direction::Outbound,
            },
            opened: code >> 1 & 1 == 1,
            verified: code >> 2 & 1 == 1,
            auth_failed: code >> 3 & 1 == 1,
            end: match code >> 4 {
                1 => Some(ConnectionEnd::Close),
                2 => Some(ConnectionEnd::Lost),
                3 => Some(ConnectionEnd::Aborted),
                4 => Some(ConnectionEnd::Superseded),
                _ => None,
            },
        }
    }
}

/// What a Connection Error says beside its cause: no other line of such a connection tells whom it was for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectFailure {
    /// The recipients' domain, in [`crate::index::Interners::domains`].
    pub domain: Option<Symbol>,
    /// What the system or the far end said, in [`crate::index::Interners::errors`].
    pub details: Option<Symbol>,
}

impl ConnectionTable {
    /// A new connection with its first line.
    pub fn push(
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
        self.remote.push_blank();
        self.by_remote.push_blank();
        self.port.push_blank();
        self.host.push_blank();
        self.interface.push_blank();
        self.policy.push_blank();
        self.tls.push_blank();
        self.error.push_blank();
        self.last_attempt.push_blank();
        self.last_delivery.push_blank();
        self.last_message.push_blank();
        self.lines.push(0);
        self.runs.push(at);
        ConnectionId::new(self.end() - 1)
    }

    /// Gives a connection that has none its remote address.
    pub fn set_remote(&mut self, id: ConnectionId, name: Symbol) {
        self.remote.set(id.at(), Some(name));
        self.by_remote.link(id, name);
    }

    pub fn bytes(&self) -> usize {
        self.column_bytes() + map_bytes(&self.failures)
    }
}

/// Text of the index as text again: names are decoded on their way in, and cut at ASCII only.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// A connection, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Connection<'i> {
    index: &'i Index,
    id: ConnectionId,
}

impl<'i> Connection<'i> {
    pub(crate) fn new(index: &'i Index, id: ConnectionId) -> Self {
        Self { index, id }
    }

    fn columns(&self) -> &'i ConnectionTable {
        &self.index.connections
    }

    fn flags(&self) -> ConnectionFlags {
        self.columns().flags.get(self.id.at())
    }

    /// The record's own number.
    pub fn record(&self) -> ConnectionId {
        self.id
    }

    /// The appliance's id for it.
    pub fn link(&self) -> ConnId {
        let id = self.columns().id.get(self.id.at());
        match self.direction() {
            Direction::Inbound => ConnId::In(Icid(id)),
            Direction::Outbound => ConnId::Out(Dcid(id)),
        }
    }

    /// The ICID or DCID as a number.
    pub fn number(&self) -> u64 {
        self.columns().id.get(self.id.at())
    }

    /// Which side opened it.
    pub fn direction(&self) -> Direction {
        self.flags().direction
    }

    /// Whose id it is.
    pub fn appliance_id(&self) -> ApplianceId {
        self.columns().appliance.get(self.id.at())
    }

    /// The appliance as it is shown.
    pub fn appliance(&self) -> Option<&'i str> {
        self.index.appliance(self.appliance_id())
    }

    /// The syslog host that writes its lines.
    pub fn host_of_appliance(&self) -> Option<&'i str> {
        self.index.appliances.host(self.appliance_id())
    }

    /// When it was opened; `None` where the log begins in its middle.
    pub fn opened(&self) -> Option<Timestamp> {
        self.first_seen().filter(|_| self.flags().opened)
    }

    /// When its first line was written.
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.columns().began.get(self.id.at())
    }

    /// When it ended.
    pub fn closed(&self) -> Option<Timestamp> {
        self.columns().closed.get(self.id.at())
    }

    /// How it ended; `None` while it is open or where the log never says.
    pub fn end(&self) -> Option<ConnectionEnd> {
        self.flags().end
    }

    /// Whether the log has not said how it ended.
    pub fn is_open(&self) -> bool {
        self.flags().end.is_none()
    }

    /// Whether one of its authentication attempts failed.
    pub fn has_failed_auth(&self) -> bool {
        self.flags().auth_failed
    }

    /// Whether the peer's reverse DNS name leads back to its address.
    pub fn is_verified(&self) -> bool {
        self.flags().verified
    }

    /// The listener's interface name (inbound).
    pub fn interface(&self) -> Option<&'i str> {
        let written = self.interface_written()?;
        (self.direction() == Direction::Inbound)
            .then(|| text(crate::event::listener(written.as_bytes()).0))
    }

    /// The appliance's own address.
    pub fn interface_ip(&self) -> Option<&'i str> {
        let written = self.interface_written()?;
        match self.direction() {
            Direction::Inbound => crate::event::listener(written.as_bytes()).1.map(text),
            Direction::Outbound => Some(written),
        }
    }

    fn interface_written(&self) -> Option<&'i str> {
        Some(self.index.names.interfaces.get(self.interface_name()?))
    }

    /// The number of the interface's name in [`crate::index::Interners::interfaces`].
    pub fn interface_name(&self) -> Option<Symbol> {
        self.columns().interface.get(self.id.at())
    }

    /// The far end's address.
    pub fn remote_ip(&self) -> Option<&'i str> {
        Some(self.index.names.addresses.get(self.remote_name()?))
    }

    /// The number of the far end's address in [`crate::index::Interners::addresses`].
    pub fn remote_name(&self) -> Option<Symbol> {
        self.columns().remote.get(self.id.at())
    }

    /// The destination's port (outbound).
    pub fn remote_port(&self) -> Option<u16> {
        Some(self.columns().port.get(self.id.at())).filter(|port| *port > 0)
    }

    /// The peer's reverse DNS name (inbound).
    pub fn remote_host(&self) -> Option<&'i str> {
        Some(self.index.names.hosts.get(self.host_name()?))
    }

    /// The number of the peer's reverse DNS name in [`crate::index::Interners::hosts`].
    pub fn host_name(&self) -> Option<Symbol> {
        self.columns().host.get(self.id.at())
    }

    /// The HAT verdict (inbound).
    pub fn policy(&self) -> Option<Policy<'i>> {
        Policy::parse(
            self.index
                .names
                .policies
                .get(self.policy_name()?)
                .as_bytes(),
        )
    }

    /// The number of the verdict in [`crate::index::Interners::policies`].
    pub fn policy_name(&self) -> Option<Symbol> {
        self.columns().policy.get(self.id.at())
    }

    /// How TLS went, if it was tried.
    pub fn tls(&self) -> Option<Tls<'i>> {
        Tls::parse(self.index.names.tls.get(self.tls_name()?).as_bytes())
    }

    /// The number of the TLS result in [`crate::index::Interners::tls`].
    pub fn tls_name(&self) -> Option<Symbol> {
        self.columns().tls.get(self.id.at())
    }

    /// The connection's error.
    pub fn error(&self) -> Option<&'i str> {
        Some(
            self.index
                .names
                .errors
                .get(self.columns().error.get(self.id.at())?),
        )
    }

    /// The domain that a Connection Error names: whose messages wait.
    pub fn failed_domain(&self) -> Option<&'i str> {
        let failures = self.columns().failures.get(&self.id)?;
        Some(self.index.names.domains.get(failures.domain?))
    }

    /// What the system or the far end said, of a Connection Error that also gives a reason.
    pub fn error_details(&self) -> Option<&'i str> {
        let failures = self.columns().failures.get(&self.id)?;
        Some(self.index.names.errors.get(failures.details?))
    }

    /// Log lines that carry its id in their fixed part.
    pub fn lines(&self) -> u32 {
        self.columns().lines.get(self.id.at())
    }

    /// Its authentication attempts in the order of the log.
    pub fn attempts(&self) -> Vec<Attempt<'i>> {
        let (index, mut next) = (self.index, self.columns().last_attempt.get(self.id.at()));
        let mut all = Vec::new();
        while let Some(id) = next {
            all.push(index.attempt(id));
            next = index.attempts.before.get(id.at());
        }
        all.reverse();
        all
    }

    /// The newest authentication attempt.
    pub fn last_attempt(&self) -> Option<Attempt<'i>> {
        self.columns()
            .last_attempt
            .get(self.id.at())
            .map(|id| self.index.attempt(id))
    }

    /// Its deliveries in the order of the log (outbound).
    pub fn deliveries(&self) -> Vec<Delivery<'i>> {
        let (index, mut next) = (self.index, self.columns().last_delivery.get(self.id.at()));
        let mut all = Vec::new();
        while let Some(id) = next {
            all.push(index.delivery(id));
            next = index.deliveries.before.get(id.at());
        }
        all.reverse();
        all
    }

    /// The messages that came in on it, in the order of the log (inbound).
    pub fn messages(&self) -> Vec<Message<'i>> {
        let (index, mut next) = (self.index, self.columns().last_message.get(self.id.at()));
        let mut all = Vec::new();
        while let Some(id) = next {
            all.push(index.message(id));
            next = index.messages.before.get(id.at());
        }
        all.reverse();
        all
    }

    /// The messages that it carried, either way, each once, in the order of the log.
    pub fn carried(&self) -> Vec<Message<'i>> {
        if self.direction() == Direction::Inbound {
            return self.messages();
        }
        let mut seen = std::collections::HashSet::new();
        let messages = self
            .deliveries()
            .into_iter()
            .map(|delivery| delivery.message());
        messages
            .filter(|message| seen.insert(message.record()))
            .collect()
    }

    /// The runs of the log in which its lines stand.
    pub fn spans(&self) -> Vec<Span> {
        self.columns().runs.spans(&self.index.extents, self.id.at())
    }

    /// Seconds from its first line to its end, or to `now` while it is open; never below 0.
    pub fn duration(&self, now: Option<Timestamp>) -> Option<i64> {
        let until = match self.end() {
            None => now,
            Some(_) => self.closed(),
        };
        Some((until?.seconds() - self.first_seen()?.seconds()).max(0))
    }
}
