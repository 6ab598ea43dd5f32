//! Retirement: the oldest closed records go, so that the index can follow a log for weeks.
//!
//! [`RetentionLimits`] say how long records are kept and how much memory the index may take. What goes first is what came first:
//! [`Index::set_watermark`] notes now and then how many records of each kind there are, and a [`EvictionStep`] lets go of all that lies
//! before such a mark, but for
//!
//! - what is not *over*: connections that are open, messages under way, and whatever has a part behind the mark or,
//!   with [`RetentionLimits::keep`], ended too lately;
//! - messages that such a connection carried, and parents and children of such a message;
//! - connections that carried any of these messages.
//!
//! Attempts go with their connection, recipients and deliveries with their message: a kept message is whole, and a
//! connection that is kept for its sake says no more of others. The index answers as if the retired records had never
//! been. Only [`super::Totals`], the event_counts and the timeline go on counting all. An id whose record retired leads nowhere: a late line of it begins a new record.
//!
//! A step is planned while others read and takes the lock only to let go, and each is small: [`crate::pipeline`] does one
//! after the other between its batches. What names and texts no kept record speaks of is given back in [`super::sweep`].

pub(super) mod compact;
mod plan;
mod step;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::{ClosedRecord, ConnectionId, Index, MessageId, TrackClosed};
use crate::header::Timestamp;
use crate::index::evict::compact::{Compaction, CompactionPart};
use crate::index::store::extent::Span;
use crate::index::store::live_set::LiveSet;
use crate::position::SourceId;

pub use step::EvictionStep;

/// What the index may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RetentionLimits {
    /// Records that ended longer ago, counted back from the newest entry, retire.
    pub keep: Option<Duration>,
    /// Bytes of memory: when the index takes more, the oldest records retire.
    pub memory: Option<u64>,
}

impl RetentionLimits {
    /// Whether there is a limit.
    pub fn any(&self) -> bool {
        self.keep.is_some() || self.memory.is_some()
    }
}

/// How many records have retired.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Evicted {
    /// Connections.
    pub connections: u64,
    /// Messages.
    pub messages: u64,
}

/// `120 connections and 80 messages retired`
impl std::fmt::Display for Evicted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let many = |count: u64| if count == 1 { "" } else { "s" };
        let (connections, messages) = (self.connections, self.messages);
        write!(
            f,
            "{connections} connection{} and {messages} message{} retired (--keep, --max-memory)",
            many(connections),
            many(messages)
        )
    }
}

impl Evicted {
    /// Connections and messages.
    pub fn all(&self) -> u64 {
        self.connections + self.messages
    }
}

/// Marks that are held at most; beyond, every second one goes.
const MAX_WATERMARKS: usize = 2048;
/// Entries that one step lets go of at most, unless it would have to carry many records over.
const STEP: u64 = 1 << 16;
/// The share of what is held that is let go of at once when it is too much.
const SHARE: u64 = 32;
/// By this share of [`RetentionLimits::keep`] records are kept too long at most while a log is followed.
const LATE: u32 = 64;

/// The numbers of the next records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct TableLengths {
    connections: usize,
    messages: usize,
    recipients: usize,
    attempts: usize,
    deliveries: usize,
    runs: usize,
}

/// How much there was when so many entries had been read.
#[derive(Clone, Copy, Debug)]
struct Watermark {
    entries: u64,
    /// The newest stamp until then.
    time: Option<Timestamp>,
    ends: TableLengths,
}

/// What the index knows of its limits.
#[derive(Debug, Default)]
pub(super) struct RetentionState {
    limits: RetentionLimits,
    /// Behind what has retired, the oldest first.
    watermarks: VecDeque<Watermark>,
    /// Entries from one mark to the next.
    stride: u64,
    /// Entries before the last mark that was cut at, and its time.
    cut: u64,
    cut_time: Option<Timestamp>,
    /// Entries that had been read when it was found that no more can go.
    stuck_at: Option<u64>,
    evicted: Evicted,
    /// Entries that retired since names and texts were compacted.
    uncompacted: u64,
    /// How many parts were compacted.
    part: usize,
    compacted: u64,
    /// What a reader who prints records as they end was told last, and how many entries had been read then.
    told: Vec<ClosedRecord>,
    heard: [Option<u64>; 2],
}

impl RetentionState {
    pub(super) fn bytes(&self) -> usize {
        self.watermarks.capacity() * size_of::<Watermark>()
            + self.told.capacity() * size_of::<ClosedRecord>()
    }
}

/// Whether records retire as soon as they may, or when enough have come together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EvictionMode {
    /// When it is worth while: the log is read as fast as it can be.
    Loading,
    /// When it is worth while, and soon after their time: the log is followed.
    Following,
    /// At once: all has been read.
    AtOnce,
}

impl Index {
    /// An index that keeps to limits.
    pub fn limited(journal: TrackClosed, limits: RetentionLimits) -> Self {
        let mut index = Self::new(journal);
        index.retention.limits = limits;
        index
    }

    /// Between two seconds of the log: notes how much there is, where records are to retire.
    #[inline]
    pub fn set_watermark(&mut self) {
        if self.retention.limits.any() {
            self.push_watermark();
        }
    }

    fn push_watermark(&mut self) {
        let entries = self.totals.entries;
        let last = self.retention.watermarks.back();
        let last = last.map_or(self.retention.cut, |mark| mark.entries);
        if entries < last + self.retention.stride.max(1) {
            return;
        }
        let mark = Watermark {
            entries,
            time: self.newest,
            ends: self.ends(),
        };
        let retention = &mut self.retention;
        retention.watermarks.push_back(mark);
        if retention.watermarks.len() > MAX_WATERMARKS {
            let mut odd = false;
            retention.watermarks.retain(|_| {
                odd = !odd;
                odd
            });
            retention.stride = (entries - retention.cut) / MAX_WATERMARKS as u64 * 2;
        }
    }

    fn ends(&self) -> TableLengths {
        TableLengths {
            connections: self.connections.end(),
            messages: self.messages.end(),
            recipients: self.recipients.end(),
            attempts: self.attempts.end(),
            deliveries: self.deliveries.end(),
            runs: self.extents.end(),
        }
    }

    /// How many records have retired since the start.
    pub fn evicted(&self) -> Evicted {
        self.retention.evicted
    }

    /// What the index takes, where that is more than it may: asked when [`Index::plan_eviction`] had nothing more to do.
    pub fn over_limit(&self) -> Option<u64> {
        let limit = self.retention.limits.memory?;
        let bytes = self.bytes() as u64;
        (bytes > limit).then_some(bytes)
    }

    /// The sources that kept records have lines in.
    pub fn sources_of_records(&self) -> HashSet<SourceId> {
        let mut sources = HashSet::new();
        let mut note = |spans: Vec<Span>| {
            sources.extend(spans.iter().map(|span| span.first.source()));
        };
        self.connections().for_each(|one| note(one.spans()));
        self.messages().for_each(|one| note(one.spans()));
        sources
    }

    /// Whether a connection is kept; a number that never was is not.
    pub fn contains_connection(&self, id: ConnectionId) -> bool {
        self.connections.ranks().rank(id.at()).is_some()
    }

    /// Whether a message is kept; a number that never was is not.
    pub fn contains_message(&self, id: MessageId) -> bool {
        self.messages.ranks().rank(id.at()).is_some()
    }

    /// The number that the next attempt will bear.
    pub fn attempts_end(&self) -> usize {
        self.attempts.end()
    }

    /// The number that the next delivery will bear.
    pub fn deliveries_end(&self) -> usize {
        self.deliveries.end()
    }

    /// What is to be done next to keep to the limits, prepared for [`Index::evict`]. Nothing may be applied in between.
    pub fn plan_eviction(&self, haste: EvictionMode) -> Option<EvictionStep> {
        if !self.retention.limits.any() {
            return None;
        }
        if let Some((cut, before)) = self.cut_by_age(haste) {
            let step = plan::plan(self, &cut, Some(before));
            return Some(EvictionStep::Records(Box::new(step)));
        }
        let begun = !self
            .retention
            .part
            .is_multiple_of(CompactionPart::ALL.len());
        if begun || self.retention.uncompacted > self.held() / 2 + STEP / 16 {
            return Some(self.sweep());
        }
        self.evict_for_memory()
    }

    /// Entries since the last cut.
    pub(super) fn held(&self) -> u64 {
        self.totals.entries - self.retention.cut
    }

    /// Entries that retired since names and texts were compacted.
    pub(super) fn uncompacted(&self) -> u64 {
        self.retention.uncompacted
    }

    /// Grows when names and texts may come to stand under other numbers.
    pub fn compactions(&self) -> u64 {
        self.retention.compacted
    }

    /// The mark before which all is older than it may be, and the time by which records must have ended.
    fn cut_by_age(&self, haste: EvictionMode) -> Option<(Watermark, Timestamp)> {
        let retention = &self.retention;
        let keep = retention.limits.keep?;
        let seconds = i64::try_from(keep.as_secs()).unwrap_or(i64::MAX);
        let before = Timestamp::from_seconds(self.newest?.seconds().checked_sub(seconds)?)?;
        let is_old = |mark: &&Watermark| mark.time.is_none_or(|time| time < before);
        let last = self.drained_watermarks().take_while(is_old).last()?;
        let old = last.entries - retention.cut;
        let held = self.held();
        let waited = retention
            .cut_time
            .is_none_or(|cut| before.seconds() - cut.seconds() > seconds / i64::from(LATE));
        let much = (held / u64::from(LATE) + STEP / SHARE).max(2 * self.carried());
        let is_due = match haste {
            EvictionMode::Loading => old >= much,
            EvictionMode::Following => old >= much || waited,
            EvictionMode::AtOnce => true,
        };
        is_due.then(|| (self.within_step(last), before))
    }

    /// Records that each step has to carry over.
    fn carried(&self) -> u64 {
        let kept = [self.connections.kept(), self.messages.kept()];
        kept.iter().map(|kept| kept.pinned().len() as u64).sum()
    }

    /// Marks that whoever prints records as they end has heard of.
    fn drained_watermarks(&self) -> impl Iterator<Item = &Watermark> {
        let heard = self.retention.heard[0].unwrap_or(u64::MAX);
        let watermarks = self.retention.watermarks.iter();
        watermarks.take_while(move |mark| mark.entries <= heard)
    }

    /// The last mark up to this one that a single step may go to.
    fn within_step(&self, last: &Watermark) -> Watermark {
        let most = self.retention.cut + STEP.max(8 * self.carried());
        let near = |mark: &&Watermark| mark.entries <= most.min(last.entries);
        let watermarks = self.retention.watermarks.iter();
        *watermarks
            .take_while(near)
            .last()
            .unwrap_or_else(|| self.retention.watermarks.front().unwrap_or(last))
    }

    /// One part after the other.
    fn sweep(&self) -> EvictionStep {
        let part = CompactionPart::ALL[self.retention.part % CompactionPart::ALL.len()];
        EvictionStep::Compaction(Box::new(Compaction::new(self, part)))
    }

    /// What gives memory back when too much is held.
    fn evict_for_memory(&self) -> Option<EvictionStep> {
        let retention = &self.retention;
        let limit = usize::try_from(retention.limits.memory?).unwrap_or(usize::MAX);
        // A sweep holds the names of one kind twice for a moment.
        if self.bytes() + self.compaction_bytes() <= limit {
            return None;
        }
        let entries = self.totals.entries;
        let held = self.held();
        if retention.uncompacted > held / 4 {
            return Some(self.sweep());
        }
        let stuck_at = retention.stuck_at;
        if stuck_at.is_some_and(|stuck_at| entries < stuck_at + held / SHARE + STEP / SHARE) {
            return None;
        }
        let far = retention.cut + (held / SHARE).max(2 * self.carried());
        let watermarks: Vec<&Watermark> = self.drained_watermarks().collect();
        let at = watermarks.partition_point(|mark| mark.entries < far);
        let last = *watermarks.get(at).or(watermarks.last())?;
        let cut = self.within_step(last);
        let before = cut.time.and_then(|time| {
            // What ended in the second of the mark may go with it.
            Timestamp::from_seconds(time.seconds() + 1)
        });
        let step = plan::plan(self, &cut, before);
        Some(EvictionStep::Records(Box::new(step)))
    }

    /// Does what was prepared. What it gives back is freed when the answer is dropped, which may be without the lock.
    pub fn evict(&mut self, step: EvictionStep) -> impl Sized + use<> {
        self.generation += 1;
        match step {
            EvictionStep::Records(step) => {
                self.evict_records(&step);
                None
            }
            EvictionStep::Compaction(sweep) => {
                self.retention.part += 1;
                if self
                    .retention
                    .part
                    .is_multiple_of(CompactionPart::ALL.len())
                {
                    self.retention.uncompacted = 0;
                }
                self.retention.compacted += 1;
                Some(self.install_compaction(*sweep))
            }
        }
    }

    /// Somebody was told what has ended: that and what has come since is kept until the next time.
    pub(super) fn note_drained(&mut self, told: &[ClosedRecord]) {
        if self.retention.limits.any() {
            self.retention.told = told.to_vec();
            let heard = &mut self.retention.heard;
            *heard = [Some(heard[1].unwrap_or(0)), Some(self.totals.entries)];
        }
    }

    /// Records that were not told yet, or only just.
    fn undrained(&self) -> HashSet<ClosedRecord> {
        if self.retention.heard[1].is_none() {
            return HashSet::new();
        }
        let told = self.retention.told.iter();
        told.chain(&self.ended).copied().collect()
    }
}

/// Whether a record is kept by what will be.
fn keeps<K>(kept: &LiveSet, id: crate::index::store::column::RecordId<K>) -> bool {
    kept.rank(id.at()).is_some()
}

#[cfg(test)]
mod tests;
