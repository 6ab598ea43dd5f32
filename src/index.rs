//! Everything the log told, in memory: connections, messages, recipients, authentication attempts, deliveries.
//!
//! One writer [`apply`](Index::apply)s entries in their order, in bounded batches; many readers look at it between
//! batches and cache by [`generation`](Index::generation). Records stand in columns ([`mod@column`]) under numbers of their
//! own, for the appliance's ids come round again; names are kept once ([`intern`]); ids lead to the newest record that
//! bears them (`ids`); users, profiles and addresses lead to all their records ([`posting`]). Raw lines are not kept:
//! a record knows where its lines stand ([`extent`]).
//!
//! What an entry changes is written in `correlate`, one function a family.

mod correlate;
pub mod evict;
#[cfg(any(test, fuzzing))]
pub(crate) mod model;
pub mod records;
pub mod store;

#[cfg(test)]
mod tests;

use crate::event::{Entry, Event, EventKind};
use crate::header::Timestamp;
use crate::position::SourceId;

pub use correlate::apply_plan::BatchPlan;
pub use evict::{Evicted, EvictionMode, RetentionLimits};
pub use records::appliance::{ApplianceId, SourceFacts};
pub use records::attempt::{Attempt, AttemptId};
pub use records::connection::{Connection, ConnectionEnd, ConnectionId, Direction};
pub use records::delivery::{Delivery, DeliveryId, DeliveryResult};
pub use records::event_counts::{Count, EventCounts, KindCounts, UnknownShape};
pub use records::message::{DeliveryState, Message, MessageId, Recipient, RecipientId};
pub use store::intern::{Interner, Symbol, TextId, TextStore};

/// The names of each kind.
#[derive(Debug, Default)]
pub struct Interners {
    /// Users of inbound logins, as typed.
    pub users: Interner,
    /// SMTP Auth profiles, inbound and outbound.
    pub profiles: Interner,
    /// `PLAIN`, `LOGIN`, …
    pub mechanisms: Interner,
    /// Remote addresses; parsed ones stand in [`Index::address`].
    pub addresses: Interner,
    /// Reverse DNS names.
    pub hosts: Interner,
    /// Interfaces as written: `IncomingMail (192.0.2.25)`, or an address.
    pub interfaces: Interner,
    /// HAT verdicts as written; to be read by [`crate::event::Policy::parse`].
    pub policies: Interner,
    /// TLS results as written; to be read by [`crate::event::Tls::parse`].
    pub tls: Interner,
    /// Envelope addresses.
    pub mail: Interner,
    /// TextStore of connection errors.
    pub errors: Interner,
    /// Domains that connection errors name.
    pub domains: Interner,
}

impl Interners {
    fn bytes(&self) -> usize {
        let kinds = [
            &self.users,
            &self.profiles,
            &self.mechanisms,
            &self.addresses,
            &self.hosts,
            &self.interfaces,
            &self.policies,
            &self.tls,
            &self.mail,
            &self.errors,
            &self.domains,
        ];
        kinds.iter().map(|kind| kind.bytes()).sum()
    }
}

/// Totals since the start: what retires stays counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Entries read.
    pub entries: u64,
    /// Entries of no known shape.
    pub unknown: u64,
    /// Injection connections that were opened and have not ended.
    pub open_in: u64,
    /// Delivery connections that were opened and have not ended.
    pub open_out: u64,
    /// Inbound logins that succeeded.
    pub logins: u64,
    /// Inbound logins that failed.
    pub failed_logins: u64,
    /// Outbound authentications that failed.
    pub failed_outbound: u64,
}

/// A record that has just ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClosedRecord {
    /// A connection was closed, lost, aborted or superseded.
    Connection(ConnectionId),
    /// A message was finished.
    Message(MessageId),
}

impl ClosedRecord {
    /// The connection that ended, if it is one.
    pub fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::Connection(id) => Some(*id),
            Self::Message(_) => None,
        }
    }

    /// The message that was finished, if it is one.
    pub fn message(&self) -> Option<MessageId> {
        match self {
            Self::Message(id) => Some(*id),
            Self::Connection(_) => None,
        }
    }
}

/// Whether records that end are noted for [`Index::drain_closed`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrackClosed {
    /// Nobody asks.
    Off,
    /// Somebody prints each record as it ends.
    On,
}

/// The index; see the module's text.
#[derive(Debug)]
pub struct Index {
    /// Interners by kind.
    pub names: Interners,
    /// Subjects, message ids, replies.
    pub texts: TextStore,
    pub(crate) appliances: records::appliance::Appliances,
    pub(crate) connections: records::connection::ConnectionTable,
    pub(crate) messages: records::message::MessageTable,
    pub(crate) recipients: records::message::RecipientTable,
    pub(crate) attempts: records::attempt::AttemptTable,
    pub(crate) deliveries: records::delivery::DeliveryTable,
    pub(crate) timeline: records::timeline::Timeline,
    event_counts: EventCounts,
    addresses: Vec<Option<std::net::IpAddr>>,
    extents: store::extent::Extents,
    journal: TrackClosed,
    pending_replies: correlate::PendingReplies,
    ended: Vec<ClosedRecord>,
    totals: Totals,
    newest: Option<Timestamp>,
    oldest: Option<Timestamp>,
    generation: u64,
    sight: store::intern::PrefetchScratch,
    retention: evict::RetentionState,
}

impl Index {
    /// An empty index.
    pub fn new(journal: TrackClosed) -> Self {
        Self {
            names: Interners::default(),
            texts: TextStore::default(),
            appliances: records::appliance::Appliances::default(),
            connections: records::connection::ConnectionTable::default(),
            messages: records::message::MessageTable::default(),
            recipients: records::message::RecipientTable::default(),
            attempts: records::attempt::AttemptTable::default(),
            deliveries: records::delivery::DeliveryTable::default(),
            timeline: records::timeline::Timeline::default(),
            event_counts: EventCounts::default(),
            addresses: Vec::new(),
            extents: store::extent::Extents::default(),
            journal,
            pending_replies: correlate::PendingReplies::default(),
            ended: Vec::new(),
            totals: Totals::default(),
            newest: None,
            oldest: None,
            generation: 0,
            sight: store::intern::PrefetchScratch::default(),
            retention: evict::RetentionState::default(),
        }
    }

    /// A source begins; `folder` names its ids until it says better.
    pub fn open_source(&mut self, source: SourceId, folder: &str) {
        self.appliances.open_source(source, folder);
    }

    /// Takes one entry in.
    pub fn apply(&mut self, entry: &Entry<'_>) {
        let mut entry = *entry;
        let foresight = BatchPlan::of(std::slice::from_mut(&mut entry));
        self.prefetch(&foresight);
        self.count_entries(1);
        self.apply_planned(&entry);
    }

    /// KindCounts entries that are about to be taken in, whether they change anything or not.
    pub(crate) fn count_entries(&mut self, entries: usize) {
        self.totals.entries += entries as u64;
    }

    /// Takes one entry in that is [foreseen](Self::prefetch) and [counted](Self::count_entries).
    pub(crate) fn apply_planned(&mut self, entry: &Entry<'_>) {
        self.generation += 1;
        if let Event::Unknown { text, .. } = entry.event {
            self.event_counts
                .add_unknown(text, entry.position, entry.time);
        }
        if let Some(time) = entry.time
            && self.newest != Some(time)
        {
            self.newest = self.newest.max(Some(time));
            self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time)));
        }
        let appliance = self.appliances.of(entry.position.source(), entry.host);
        correlate::apply(self, entry, appliance);
    }

    /// Grows with every entry: what was computed at one generation holds until the next.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Totals so far.
    pub fn totals(&self) -> Totals {
        Totals {
            unknown: self.event_counts.of(EventKind::Unknown).count,
            ..self.totals
        }
    }

    /// How many entries of each kind were read, and what the unknown ones look like.
    pub fn event_counts(&self) -> &EventCounts {
        &self.event_counts
    }

    /// The latest stamp of all entries.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The earliest stamp of all entries.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// Logins and deliveries over the log's whole time.
    pub fn timeline(&self) -> &records::timeline::Timeline {
        &self.timeline
    }

    /// Records that ended since this was last asked, each once.
    pub fn drain_closed(&mut self) -> Vec<ClosedRecord> {
        let ended = std::mem::take(&mut self.ended);
        self.note_drained(&ended);
        ended
    }

    /// The remote address of that name, where it is one.
    pub fn address(&self, name: Symbol) -> Option<std::net::IpAddr> {
        self.addresses[name.at()]
    }

    /// How the appliance is shown: its syslog host, else its serial number when logs of several are read together.
    pub fn appliance(&self, id: ApplianceId) -> Option<&str> {
        self.appliances.shown(id)
    }

    /// What a source's first and last lines say of it.
    pub fn source_facts(&self, source: SourceId) -> Option<&SourceFacts> {
        self.appliances.facts(source)
    }

    /// How many connections are kept, in and out.
    pub fn connection_count(&self) -> usize {
        self.connections.ranks().len()
    }

    /// A connection.
    pub fn connection(&self, id: ConnectionId) -> Connection<'_> {
        Connection::new(self, id)
    }

    /// All connections in the order in which they were first seen.
    pub fn connections(
        &self,
    ) -> impl DoubleEndedIterator<Item = Connection<'_>> + ExactSizeIterator {
        let numbers = self.connections.ranks().numbers();
        numbers.map(|at| Connection::new(self, ConnectionId::new(at)))
    }

    /// How many messages are kept.
    pub fn message_count(&self) -> usize {
        self.messages.ranks().len()
    }

    /// A message.
    pub fn message(&self, id: MessageId) -> Message<'_> {
        Message::new(self, id)
    }

    /// All messages in the order in which they were first seen.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = Message<'_>> + ExactSizeIterator {
        let numbers = self.messages.ranks().numbers();
        numbers.map(|at| Message::new(self, MessageId::new(at)))
    }

    /// How many authentication attempts are kept.
    pub fn attempt_count(&self) -> usize {
        self.attempts.ranks().len()
    }

    /// An authentication attempt.
    pub fn attempt(&self, id: AttemptId) -> Attempt<'_> {
        Attempt::new(self, id)
    }

    /// All authentication attempts in the order of the log.
    pub fn attempts(&self) -> impl DoubleEndedIterator<Item = Attempt<'_>> + ExactSizeIterator {
        let numbers = self.attempts.ranks().numbers();
        numbers.map(|at| Attempt::new(self, AttemptId::new(at)))
    }

    /// How many deliveries are kept: one a recipient and attempt.
    pub fn delivery_count(&self) -> usize {
        self.deliveries.ranks().len()
    }

    /// A delivery.
    pub fn delivery(&self, id: DeliveryId) -> Delivery<'_> {
        Delivery::new(self, id)
    }

    /// All deliveries in the order of the log.
    pub fn deliveries(&self) -> impl DoubleEndedIterator<Item = Delivery<'_>> + ExactSizeIterator {
        let numbers = self.deliveries.ranks().numbers();
        numbers.map(|at| Delivery::new(self, DeliveryId::new(at)))
    }

    /// A recipient of a message.
    pub fn recipient(&self, id: RecipientId) -> Recipient<'_> {
        Recipient::new(self, id)
    }

    /// How many recipients are kept.
    pub fn recipient_count(&self) -> usize {
        self.recipients.ranks().len()
    }

    /// The newest connection of that id, on each appliance that has one.
    pub fn find_connections(&self, link: crate::event::ConnId) -> Vec<ConnectionId> {
        self.appliances.newest_of(link)
    }

    /// The newest message of that id, on each appliance that has one.
    pub fn find_messages(&self, mid: crate::event::Mid) -> Vec<MessageId> {
        self.appliances.newest_message_of(mid)
    }

    /// Bytes that the columns, names and maps hold in memory.
    pub fn bytes(&self) -> usize {
        self.names.bytes()
            + self.texts.bytes()
            + self.appliances.bytes()
            + self.connections.bytes()
            + self.messages.bytes()
            + self.recipients.bytes()
            + self.attempts.bytes()
            + self.deliveries.bytes()
            + self.extents.bytes()
            + self.addresses.capacity() * size_of::<Option<std::net::IpAddr>>()
            + store::column::map_bytes(&self.pending_replies)
            + self.ended.capacity() * size_of::<ClosedRecord>()
            + self.timeline.bytes()
            + self.retention.bytes()
    }
}
