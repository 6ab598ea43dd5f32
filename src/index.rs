//! The records of a log in memory: connections, messages, recipients, authentication attempts,
//! deliveries.
//!
//! One writer [`apply`](Index::apply)s the entries in bounded batches; readers take the lock
//! between two batches and cache results by [`generation`](Index::generation).
//!
//! - [`store`] is the engine: paged columns, interned texts, posting lists, id maps, line ranges.
//! - [`records`] has the tables of columns, and the views that read a record.
//! - [`correlate`] applies entries to the tables.
//! - [`evict`] removes old records.
//!
//! Each folder uses those before it. Records are numbered in the order in which they were first
//! seen, because the appliance reuses its ids. Raw lines are not kept: a record knows the ranges of
//! the log that hold its lines.

mod correlate;
pub(crate) mod evict;
#[cfg(any(test, fuzzing))]
#[path = "index/tests/oracle/check.rs"]
pub(crate) mod oracle;
pub(crate) mod records;
pub(crate) mod store;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use crate::event::{ConnId, Entry, Event, EventKind, Mid};
use crate::header::Timestamp;
use crate::judge::logins::LoginLimits;
use crate::judge::{Judge, Judges, RouteLimits, Subject};
use crate::position::SourceId;
use records::appliance::Appliances;
use records::attempt::AttemptTable;
use records::closed::ClosedLog;
use records::connection::ConnectionTable;
use records::delivery::DeliveryTable;
use records::log_stats::LogStats;
use records::message::MessageTable;
use records::names::Interners;
use records::notices::Notices;
use records::recipient::RecipientTable;
use records::timeline::Timeline;
use store::extent::Extents;

pub(crate) use correlate::RETRY_WINDOW;
pub(crate) use correlate::apply_plan::BatchPlan;
pub(crate) use evict::Evicted;
pub(crate) use evict::{EvictionMode, RetentionLimits};
pub(crate) use records::appliance::{ApplianceId, SourceFacts};
pub(crate) use records::attempt::{Attempt, AttemptId};
pub(crate) use records::closed::ClosedRecord;
pub(crate) use records::closed::TrackClosed;
pub(crate) use records::connection::{Connection, ConnectionEnd, ConnectionId, Direction};
pub(crate) use records::delivery::{Delivery, DeliveryId, DeliveryResult};
pub(crate) use records::event_counts::EventCounts;
pub(crate) use records::log_stats::Totals;
pub(crate) use records::message::{DeliveryState, Message, MessageId};
pub(crate) use records::notices::Notice;
pub(crate) use records::recipient::{Recipient, RecipientId};
pub(crate) use store::intern::{Interner, Symbol, TextId};

/// Implements, for each kind of record, the view of one and those of all in the order of the log.
macro_rules! records {
    ($($one:ident, $all:ident: $view:ident $id:ident;)*) => {$(
        pub(crate) fn $one(&self, id: $id) -> $view<'_> {
            $view::new(self, id)
        }

        pub(crate) fn $all(
            &self,
        ) -> impl DoubleEndedIterator<Item = $view<'_>> + ExactSizeIterator {
            self.$all.ranks().numbers().map(|at| self.$one($id::new(at)))
        }
    )*};
}

/// The records of a log.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) names: Interners,
    /// Subjects, message ids, replies.
    pub(crate) texts: store::text_store::TextStore,
    /// The parsed address of each name in [`Interners::addresses`].
    addresses: Vec<Option<IpAddr>>,
    pub(crate) appliances: Appliances,
    pub(crate) connections: ConnectionTable,
    pub(crate) messages: MessageTable,
    pub(crate) recipients: RecipientTable,
    pub(crate) attempts: AttemptTable,
    pub(crate) deliveries: DeliveryTable,
    /// The line ranges of all records but their newest ones.
    extents: Extents,
    stats: LogStats,
    closed: ClosedLog,
    working: correlate::WorkingSet,
    retention: evict::Retention,
    judges: Judges,
    generation: u64,
}

impl Index {
    /// An empty index that keeps all records.
    pub(crate) fn new(track: TrackClosed) -> Self {
        Self::limited(track, RetentionLimits::default())
    }

    /// An empty index that evicts records to keep to `limits`.
    pub(crate) fn limited(track: TrackClosed, limits: RetentionLimits) -> Self {
        Self {
            closed: ClosedLog::new(track),
            retention: evict::Retention::new(limits),
            ..Self::default()
        }
    }

    /// A source begins; `folder` names its appliance until the log does.
    pub(crate) fn open_source(&mut self, source: SourceId, folder: &str) {
        self.appliances.open_source(source, folder);
    }

    pub(crate) fn apply(&mut self, entry: &Entry<'_>) {
        let mut entry = *entry;
        let plan = BatchPlan::of(std::slice::from_mut(&mut entry));
        self.prefetch(&plan);
        self.count_entries(1);
        self.apply_planned(&entry);
    }

    /// Counts entries that are about to be applied, whether they change a record or not.
    pub(crate) fn count_entries(&mut self, entries: usize) {
        self.stats.totals.entries += entries as u64;
    }

    /// Applies an entry whose batch was [prefetched](Self::prefetch) and that was
    /// [counted](Self::count_entries).
    pub(crate) fn apply_planned(&mut self, entry: &Entry<'_>) {
        self.generation += 1;
        if let Event::Unknown { text, .. } = entry.event {
            let counts = &mut self.stats.event_counts;
            counts.add_unknown(text, entry.position, entry.time);
        }
        if let Some(time) = entry.time {
            self.stats.extend_to(time);
        }
        let appliance = self.appliances.of(entry.position.source(), entry.host);
        correlate::apply(self, entry, appliance);
        self.judges.observe(appliance.at(), entry);
    }

    /// Judges routes and logins by these limits; to be set before the first entry.
    pub(crate) fn judge_by(&mut self, routes: RouteLimits, logins: LoginLimits) {
        self.judges = Judges::new(routes, logins);
    }

    /// Records the evidence of a route; to be set after the limits and before the first entry.
    pub(crate) fn record_evidence(&mut self, subject: Subject) {
        self.judges.record(subject);
    }

    /// The reader has caught up: what the newest second holds is judged.
    pub(crate) fn finish_judging(&mut self) {
        self.judges.finish();
    }

    /// The judges of routes, with their appliances.
    pub(crate) fn judges(&self) -> impl Iterator<Item = (ApplianceId, &Judge)> {
        let judges = self.judges.all();
        judges.map(|(at, judge)| (ApplianceId::new(at), judge))
    }

    pub(crate) fn judge(&self, appliance: ApplianceId) -> Option<&Judge> {
        self.judges.of(appliance.at())
    }

    /// Grows with every change: what was computed at one generation holds until the next.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn totals(&self) -> Totals {
        Totals {
            unknown: self.stats.event_counts.of(EventKind::Unknown).count,
            ..self.stats.totals
        }
    }

    pub(crate) fn event_counts(&self) -> &EventCounts {
        &self.stats.event_counts
    }

    pub(crate) fn notices(&self) -> &Notices {
        &self.stats.notices
    }

    pub(crate) fn timeline(&self) -> &Timeline {
        &self.stats.timeline
    }

    /// The latest time of all entries.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.stats.newest
    }

    /// The earliest time of all entries.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.stats.oldest
    }

    /// Records that ended since the last call, each once.
    pub(crate) fn drain_closed(&mut self) -> Vec<ClosedRecord> {
        let drained = std::mem::take(&mut self.closed.records);
        self.note_drained(&drained);
        drained
    }

    /// The address that a name in [`Interners::addresses`] parses to, if it is one.
    pub(crate) fn address(&self, name: Symbol) -> Option<IpAddr> {
        self.addresses[name.at()]
    }

    /// The appliance's name on screens: its syslog host, else its serial number when several logs
    /// are read together.
    pub(crate) fn appliance(&self, id: ApplianceId) -> Option<&str> {
        self.appliances.shown(id)
    }

    pub(crate) fn connection_count(&self) -> usize {
        self.connections.ranks().len()
    }

    pub(crate) fn message_count(&self) -> usize {
        self.messages.ranks().len()
    }

    records! {
        connection, connections: Connection ConnectionId;
        message, messages: Message MessageId;
        attempt, attempts: Attempt AttemptId;
        delivery, deliveries: Delivery DeliveryId;
    }

    pub(crate) fn recipient(&self, id: RecipientId) -> Recipient<'_> {
        Recipient::new(self, id)
    }

    /// The newest connection with that id, of each appliance that has one.
    pub(crate) fn find_connections(&self, link: ConnId) -> Vec<ConnectionId> {
        self.appliances.newest_connections(link)
    }

    /// The newest message with that id, of each appliance that has one.
    pub(crate) fn find_messages(&self, mid: Mid) -> Vec<MessageId> {
        self.appliances.newest_messages(mid)
    }

    /// Bytes of memory that the columns, names and maps hold.
    pub(crate) fn bytes(&self) -> usize {
        self.names.bytes()
            + self.texts.bytes()
            + self.addresses.capacity() * size_of::<Option<IpAddr>>()
            + self.appliances.bytes()
            + self.connections.bytes()
            + self.messages.bytes()
            + self.recipients.bytes()
            + self.attempts.bytes()
            + self.deliveries.bytes()
            + self.extents.bytes()
            + self.stats.timeline.bytes()
            + self.closed.bytes()
            + self.working.bytes()
            + self.retention.bytes()
            + self.judges.bytes()
    }
}
