//! Retention: evicts the oldest records, so that the index can follow a log for weeks.
//!
//! [`RetentionLimits`] say how long records are kept and how much memory the index may take. The
//! oldest records go first: [`Index::set_watermark`] notes now and then how many records of each
//! kind there are, and one [`EvictionStep`] evicts those below such a watermark, except
//!
//! - records that are not *over*: open connections, messages in the queue, and those with a part
//!   above the watermark, or with [`RetentionLimits::keep`] those that ended too recently;
//! - messages that such a connection carried, and parents and children of such a message;
//! - connections that carried any of these messages.
//!
//! Attempts are evicted with their connection, recipients and deliveries with their message: a kept
//! message is complete, and a connection that is kept for its sake lists no other messages. The
//! index answers as if the evicted records had never existed; only [`super::Totals`], the event
//! counts and the timeline keep counting them. A late line with the id of an evicted record begins
//! a new record.
//!
//! Each step is small, and planned under the read lock; the write lock is taken to apply it only.
//! [`crate::pipeline`] runs the steps between its batches. [`compact`] frees the names and texts
//! that no record uses any more.

pub(super) mod compact;
mod plan;
mod step;

#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::{ClosedRecord, ConnectionId, Index, MessageId};
use crate::header::Timestamp;
use crate::index::store::column::{RecordId, Tag};
use crate::index::store::live_set::LiveSet;
use crate::position::SourceId;
use compact::{Compaction, CompactionPart};

pub(crate) use step::EvictionStep;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RetentionLimits {
    /// Records that ended longer ago than this, before the newest entry, are evicted.
    pub keep: Option<Duration>,
    /// Bytes of memory: if the index takes more, the oldest records are evicted.
    pub memory: Option<u64>,
}

impl RetentionLimits {
    fn any(&self) -> bool {
        self.keep.is_some() || self.memory.is_some()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Evicted {
    pub connections: u64,
    pub messages: u64,
}

impl Evicted {
    pub(crate) fn all(&self) -> u64 {
        self.connections + self.messages
    }
}

/// The most watermarks that are held; beyond, every second one is dropped.
const MAX_WATERMARKS: usize = 2048;
/// The most entries that one step evicts, unless it would keep many older records.
const STEP: u64 = 1 << 16;
/// The share of the entries held that one step evicts for memory.
const SHARE: u64 = 32;
/// While a log is followed, records are kept too long by this share of [`RetentionLimits::keep`] at
/// most.
const LATE: u32 = 64;

/// One value for each table.
#[derive(Clone, Copy, Debug)]
struct ByTable<T> {
    connections: T,
    messages: T,
    recipients: T,
    attempts: T,
    deliveries: T,
    runs: T,
}

/// The index's length when a number of entries had been read.
#[derive(Clone, Copy, Debug)]
struct Watermark {
    entries: u64,
    /// The newest time until then.
    time: Option<Timestamp>,
    /// The number of the next record.
    lengths: ByTable<usize>,
}

#[derive(Debug, Default)]
pub(crate) struct Retention {
    limits: RetentionLimits,
    /// Watermarks above the last cut, oldest first.
    watermarks: VecDeque<Watermark>,
    /// Entries between two watermarks.
    stride: u64,
    /// Entries below the last watermark that was cut at, and its time.
    cut: u64,
    cut_time: Option<Timestamp>,
    /// The number of entries read when no more could be evicted.
    stuck_at: Option<u64>,
    evicted: Evicted,
    /// Entries evicted since the last compaction.
    uncompacted: u64,
    compactions: u64,
    drained: Drained,
}

/// What the last reader of closed records got. Records are evicted only after the next call,
/// because the reader prints them after the first.
#[derive(Debug, Default)]
struct Drained {
    records: Vec<ClosedRecord>,
    /// Entries read at the last call but one, and at the last one.
    entries: Option<(u64, u64)>,
}

impl Retention {
    pub(super) fn new(limits: RetentionLimits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// The part that is compacted next, in turn.
    fn part(&self) -> CompactionPart {
        let parts = CompactionPart::ALL;
        parts[usize::try_from(self.compactions).unwrap_or(0) % parts.len()]
    }

    pub(super) fn bytes(&self) -> usize {
        self.watermarks.capacity() * size_of::<Watermark>()
            + self.drained.records.capacity() * size_of::<ClosedRecord>()
    }
}

/// When records are evicted by age.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EvictionMode {
    /// If a step is worth it: the log is read as fast as possible.
    Loading,
    /// If a step is worth it, or is late: the log is followed.
    Following,
    /// At once: all was read.
    AtOnce,
}

impl Index {
    /// Called between two seconds of the log: notes the index's length, if records are evicted.
    #[inline]
    pub(crate) fn set_watermark(&mut self) {
        if self.retention.limits.any() {
            self.push_watermark();
        }
    }

    fn push_watermark(&mut self) {
        let entries = self.stats.totals.entries;
        let last = self.retention.watermarks.back();
        let last = last.map_or(self.retention.cut, |mark| mark.entries);
        if entries < last + self.retention.stride.max(1) {
            return;
        }
        let watermark = Watermark {
            entries,
            time: self.newest(),
            lengths: ByTable {
                connections: self.connections.end(),
                messages: self.messages.end(),
                recipients: self.recipients.end(),
                attempts: self.attempts.end(),
                deliveries: self.deliveries.end(),
                runs: self.extents.end(),
            },
        };
        let retention = &mut self.retention;
        retention.watermarks.push_back(watermark);
        if retention.watermarks.len() > MAX_WATERMARKS {
            let mut odd = false;
            retention.watermarks.retain(|_| {
                odd = !odd;
                odd
            });
            retention.stride = (entries - retention.cut) / MAX_WATERMARKS as u64 * 2;
        }
    }

    pub(crate) fn evicted(&self) -> Evicted {
        self.retention.evicted
    }

    /// The bytes that the index takes, if they exceed the limit. Valid after
    /// [`Index::plan_eviction`] had no step.
    pub(crate) fn over_limit(&self) -> Option<u64> {
        let limit = self.retention.limits.memory?;
        let bytes = self.bytes() as u64;
        (bytes > limit).then_some(bytes)
    }

    /// The sources that hold lines of live records.
    pub(crate) fn sources_of_records(&self) -> HashSet<SourceId> {
        let connections = self.connections().flat_map(|one| one.spans());
        let messages = self.messages().flat_map(|one| one.spans());
        let spans = connections.chain(messages);
        spans.map(|span| span.first.source()).collect()
    }

    /// Whether a connection is live; a number that was never given is not.
    pub(crate) fn contains_connection(&self, id: ConnectionId) -> bool {
        self.connections.ranks().rank(id.at()).is_some()
    }

    /// Whether a message is live; a number that was never given is not.
    pub(crate) fn contains_message(&self, id: MessageId) -> bool {
        self.messages.ranks().rank(id.at()).is_some()
    }

    pub(crate) fn attempts_end(&self) -> usize {
        self.attempts.end()
    }

    pub(crate) fn deliveries_end(&self) -> usize {
        self.deliveries.end()
    }

    /// The next step towards the limits, for [`Index::evict`]. No entry may be applied in between.
    pub(crate) fn plan_eviction(&self, mode: EvictionMode) -> Option<EvictionStep> {
        let retention = &self.retention;
        if !retention.limits.any() {
            return None;
        }
        if let Some((cut, before)) = self.cut_by_age(mode) {
            return Some(self.evict_below(&cut, Some(before)));
        }
        let is_begun = retention.part() != CompactionPart::ALL[0];
        if is_begun || retention.uncompacted > self.held() / 2 + STEP / 16 {
            return Some(self.compact());
        }
        self.evict_for_memory()
    }

    /// Entries since the last cut.
    fn held(&self) -> u64 {
        self.stats.totals.entries - self.retention.cut
    }

    /// Grows with each compaction: text ids are valid until the next one.
    pub(crate) fn compactions(&self) -> u64 {
        self.retention.compactions
    }

    /// The watermark below which everything is too old, and the time before which records must have
    /// ended.
    fn cut_by_age(&self, mode: EvictionMode) -> Option<(Watermark, Timestamp)> {
        let retention = &self.retention;
        let keep = retention.limits.keep?;
        let seconds = i64::try_from(keep.as_secs()).unwrap_or(i64::MAX);
        let before = Timestamp::from_seconds(self.newest()?.seconds().checked_sub(seconds)?)?;
        let is_old = |mark: &&Watermark| mark.time.is_none_or(|time| time < before);
        let last = self.drained_watermarks().take_while(is_old).last()?;
        let old = last.entries - retention.cut;
        let is_late = retention
            .cut_time
            .is_none_or(|cut| before.seconds() - cut.seconds() > seconds / i64::from(LATE));
        let worthwhile = self.held() / u64::from(LATE) + STEP / SHARE;
        let is_worthwhile = old >= worthwhile.max(2 * self.pinned());
        let is_due = match mode {
            EvictionMode::Loading => is_worthwhile,
            EvictionMode::Following => is_worthwhile || is_late,
            EvictionMode::AtOnce => true,
        };
        is_due.then(|| (self.within_step(last), before))
    }

    /// Records that each step has to keep again.
    fn pinned(&self) -> u64 {
        let live = [self.connections.live(), self.messages.live()];
        live.iter().map(|live| live.pinned().len() as u64).sum()
    }

    /// The watermarks below which the reader of closed records got everything.
    fn drained_watermarks(&self) -> impl Iterator<Item = &Watermark> {
        let drained = self.retention.drained.entries;
        let drained = drained.map_or(u64::MAX, |(entries, _)| entries);
        let watermarks = self.retention.watermarks.iter();
        watermarks.take_while(move |mark| mark.entries <= drained)
    }

    /// The highest watermark up to this one that a single step may cut at.
    fn within_step(&self, last: &Watermark) -> Watermark {
        let most = self.retention.cut + STEP.max(8 * self.pinned());
        let is_near = |mark: &&Watermark| mark.entries <= most.min(last.entries);
        let watermarks = &self.retention.watermarks;
        let highest = watermarks.iter().take_while(is_near).last();
        *highest.or(watermarks.front()).unwrap_or(last)
    }

    fn evict_below(&self, cut: &Watermark, before: Option<Timestamp>) -> EvictionStep {
        EvictionStep::Records(Box::new(plan::plan(self, cut, before)))
    }

    fn compact(&self) -> EvictionStep {
        EvictionStep::Compaction(Box::new(Compaction::new(self, self.retention.part())))
    }

    /// A step that frees memory, if the index takes too much.
    fn evict_for_memory(&self) -> Option<EvictionStep> {
        let retention = &self.retention;
        let limit = usize::try_from(retention.limits.memory?).unwrap_or(usize::MAX);
        // A compaction holds one kind of names twice for a moment.
        if self.bytes() + self.compaction_bytes() <= limit {
            return None;
        }
        let held = self.held();
        if retention.uncompacted > held / 4 {
            return Some(self.compact());
        }
        let retry_after = held / SHARE + STEP / SHARE;
        let stuck_at = retention.stuck_at;
        if stuck_at.is_some_and(|stuck_at| self.stats.totals.entries < stuck_at + retry_after) {
            return None;
        }
        let wanted = retention.cut + (held / SHARE).max(2 * self.pinned());
        let watermarks: Vec<&Watermark> = self.drained_watermarks().collect();
        let at = watermarks.partition_point(|mark| mark.entries < wanted);
        let last = *watermarks.get(at).or(watermarks.last())?;
        let cut = self.within_step(last);
        let before = cut.time.and_then(|time| {
            // Records that ended within the watermark's second may be evicted too.
            Timestamp::from_seconds(time.seconds() + 1)
        });
        Some(self.evict_below(&cut, before))
    }

    /// Applies a step. What it frees is dropped with the returned value, which may be after the
    /// lock is released.
    pub(crate) fn evict(&mut self, step: EvictionStep) -> impl Sized + use<> {
        self.generation += 1;
        match step {
            EvictionStep::Records(step) => {
                self.evict_records(&step);
                None
            }
            EvictionStep::Compaction(compaction) => {
                self.retention.compactions += 1;
                if self.retention.part() == CompactionPart::ALL[0] {
                    self.retention.uncompacted = 0;
                }
                Some(self.install_compaction(*compaction))
            }
        }
    }

    /// A reader got the closed records: these and those that follow stay until the next call.
    pub(super) fn note_drained(&mut self, records: &[ClosedRecord]) {
        if self.retention.limits.any() {
            let drained = &mut self.retention.drained;
            drained.records = records.to_vec();
            let previous = drained.entries.map_or(0, |(_, last)| last);
            drained.entries = Some((previous, self.stats.totals.entries));
        }
    }

    /// Closed records that the reader did not get yet, or only at the last call.
    fn undrained(&self) -> HashSet<ClosedRecord> {
        let drained = &self.retention.drained;
        match drained.entries {
            None => HashSet::new(),
            Some(_) => {
                let records = drained.records.iter().chain(&self.closed.records);
                records.copied().collect()
            }
        }
    }
}

/// Whether a record will be live.
fn keeps<K: Tag>(live: &LiveSet, id: RecordId<K>) -> bool {
    live.rank(id.at()).is_some()
}
