//! Retirement: the oldest closed records go, so that the index can follow a log for weeks.
//!
//! [`Limits`] say how long records are kept and how much memory the index may take. What goes first is what came first:
//! [`Index::mark`] notes now and then how many records of each kind there are, and a [`Step`] lets go of all that lies
//! before such a mark, but for
//!
//! - what is not *over*: connections that are open, messages under way, and whatever has a part behind the mark or,
//!   with [`Limits::keep`], ended too lately;
//! - messages that such a connection carried, and parents and children of such a message;
//! - connections that carried any of these messages.
//!
//! Attempts go with their connection, recipients and deliveries with their message: a kept message is whole, and a
//! connection that is kept for its sake says no more of others. The index answers as if the retired records had never
//! been. Only [`super::Totals`], the census and the timeline go on counting all. An id whose record retired leads nowhere: a late line of it begins a new record.
//!
//! A step is planned while others read and takes the lock only to let go, and each is small: [`crate::pipeline`] does one
//! after the other between its batches. What names and texts no kept record speaks of is given back in [`super::sweep`].

mod plan;
mod step;

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use super::extent::Span;
use super::kept::Kept;
use super::sweep::{Part, Sweep};
use super::{ConnectionId, Ended, Index, Journal, MessageId};
use crate::header::Stamp;
use crate::position::SourceId;

pub use step::Step;

/// What the index may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// Records that ended longer ago, counted back from the newest entry, retire.
    pub keep: Option<Duration>,
    /// Bytes of memory: when the index takes more, the oldest records retire.
    pub memory: Option<u64>,
}

impl Limits {
    /// Whether there is a limit.
    pub fn any(&self) -> bool {
        self.keep.is_some() || self.memory.is_some()
    }
}

/// How many records have retired.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Retired {
    /// Connections.
    pub connections: u64,
    /// Messages.
    pub messages: u64,
}

/// `120 connections and 80 messages retired`
impl std::fmt::Display for Retired {
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

impl Retired {
    /// Connections and messages.
    pub fn all(&self) -> u64 {
        self.connections + self.messages
    }
}

/// Marks that are held at most; beyond, every second one goes.
const MOST_MARKS: usize = 2048;
/// Entries that one step lets go of at most, unless it would have to carry many records over.
const STEP: u64 = 1 << 16;
/// The share of what is held that is let go of at once when it is too much.
const SHARE: u64 = 32;
/// By this share of [`Limits::keep`] records are kept too long at most while a log is followed.
const LATE: u32 = 64;

/// The numbers of the next records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Ends {
    connections: usize,
    messages: usize,
    recipients: usize,
    attempts: usize,
    deliveries: usize,
    runs: usize,
}

/// How much there was when so many entries had been read.
#[derive(Clone, Copy, Debug)]
struct Mark {
    entries: u64,
    /// The newest stamp until then.
    time: Option<Stamp>,
    ends: Ends,
}

/// What the index knows of its limits.
#[derive(Debug, Default)]
pub(super) struct Retention {
    limits: Limits,
    /// Behind what has retired, the oldest first.
    marks: VecDeque<Mark>,
    /// Entries from one mark to the next.
    stride: u64,
    /// Entries before the last mark that was cut at, and its time.
    cut: u64,
    cut_time: Option<Stamp>,
    /// Entries that had been read when it was found that no more can go.
    stuck: Option<u64>,
    retired: Retired,
    /// Entries that retired since names and texts were swept.
    unswept: u64,
    /// How many parts were swept.
    part: usize,
    swept: u64,
    /// What a reader who prints records as they end was told last, and how many entries had been read then.
    told: Vec<Ended>,
    heard: [Option<u64>; 2],
}

impl Retention {
    pub(super) fn bytes(&self) -> usize {
        self.marks.capacity() * size_of::<Mark>() + self.told.capacity() * size_of::<Ended>()
    }
}

/// Whether records retire as soon as they may, or when enough have come together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Haste {
    /// When it is worth while: the log is read as fast as it can be.
    Loading,
    /// When it is worth while, and soon after their time: the log is followed.
    Following,
    /// At once: all has been read.
    AtOnce,
}

impl Index {
    /// An index that keeps to limits.
    pub fn limited(journal: Journal, limits: Limits) -> Self {
        let mut index = Self::new(journal);
        index.retention.limits = limits;
        index
    }

    /// Between two seconds of the log: notes how much there is, where records are to retire.
    #[inline]
    pub fn mark(&mut self) {
        if self.retention.limits.any() {
            self.set_mark();
        }
    }

    fn set_mark(&mut self) {
        let entries = self.totals.entries;
        let last = self.retention.marks.back();
        let last = last.map_or(self.retention.cut, |mark| mark.entries);
        if entries < last + self.retention.stride.max(1) {
            return;
        }
        let mark = Mark {
            entries,
            time: self.newest,
            ends: self.ends(),
        };
        let retention = &mut self.retention;
        retention.marks.push_back(mark);
        if retention.marks.len() > MOST_MARKS {
            let mut odd = false;
            retention.marks.retain(|_| {
                odd = !odd;
                odd
            });
            retention.stride = (entries - retention.cut) / MOST_MARKS as u64 * 2;
        }
    }

    fn ends(&self) -> Ends {
        Ends {
            connections: self.connections.end(),
            messages: self.messages.end(),
            recipients: self.recipients.end(),
            attempts: self.attempts.end(),
            deliveries: self.deliveries.end(),
            runs: self.extents.end(),
        }
    }

    /// How many records have retired since the start.
    pub fn retired(&self) -> Retired {
        self.retention.retired
    }

    /// What the index takes, where that is more than it may: asked when [`Index::retirement`] had nothing more to do.
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
    pub fn keeps_connection(&self, id: ConnectionId) -> bool {
        self.connections.places().of(id.at()).is_some()
    }

    /// Whether a message is kept; a number that never was is not.
    pub fn keeps_message(&self, id: MessageId) -> bool {
        self.messages.places().of(id.at()).is_some()
    }

    /// The number that the next attempt will bear.
    pub fn attempts_end(&self) -> usize {
        self.attempts.end()
    }

    /// The number that the next delivery will bear.
    pub fn deliveries_end(&self) -> usize {
        self.deliveries.end()
    }

    /// What is to be done next to keep to the limits, prepared for [`Index::retire`]. Nothing may be applied in between.
    pub fn retirement(&self, haste: Haste) -> Option<Step> {
        if !self.retention.limits.any() {
            return None;
        }
        if let Some((cut, before)) = self.cut_by_age(haste) {
            let step = plan::plan(self, &cut, Some(before));
            return Some(Step::Records(Box::new(step)));
        }
        let begun = !self.retention.part.is_multiple_of(Part::ALL.len());
        if begun || self.retention.unswept > self.held() / 2 + STEP / 16 {
            return Some(self.sweep());
        }
        self.relief()
    }

    /// Entries since the last cut.
    pub(super) fn held(&self) -> u64 {
        self.totals.entries - self.retention.cut
    }

    /// Entries that retired since names and texts were swept.
    pub(super) fn unswept(&self) -> u64 {
        self.retention.unswept
    }

    /// Grows when names and texts may come to stand under other numbers.
    pub fn swept(&self) -> u64 {
        self.retention.swept
    }

    /// The mark before which all is older than it may be, and the time by which records must have ended.
    fn cut_by_age(&self, haste: Haste) -> Option<(Mark, Stamp)> {
        let retention = &self.retention;
        let keep = retention.limits.keep?;
        let seconds = i64::try_from(keep.as_secs()).unwrap_or(i64::MAX);
        let before = Stamp::from_seconds(self.newest?.seconds().checked_sub(seconds)?)?;
        let is_old = |mark: &&Mark| mark.time.is_none_or(|time| time < before);
        let last = self.heard_marks().take_while(is_old).last()?;
        let old = last.entries - retention.cut;
        let held = self.held();
        let waited = retention
            .cut_time
            .is_none_or(|cut| before.seconds() - cut.seconds() > seconds / i64::from(LATE));
        let much = (held / u64::from(LATE) + STEP / SHARE).max(2 * self.carried());
        let is_due = match haste {
            Haste::Loading => old >= much,
            Haste::Following => old >= much || waited,
            Haste::AtOnce => true,
        };
        is_due.then(|| (self.within_step(last), before))
    }

    /// Records that each step has to carry over.
    fn carried(&self) -> u64 {
        let kept = [self.connections.kept(), self.messages.kept()];
        kept.iter().map(|kept| kept.older().len() as u64).sum()
    }

    /// Marks that whoever prints records as they end has heard of.
    fn heard_marks(&self) -> impl Iterator<Item = &Mark> {
        let heard = self.retention.heard[0].unwrap_or(u64::MAX);
        let marks = self.retention.marks.iter();
        marks.take_while(move |mark| mark.entries <= heard)
    }

    /// The last mark up to this one that a single step may go to.
    fn within_step(&self, last: &Mark) -> Mark {
        let most = self.retention.cut + STEP.max(8 * self.carried());
        let near = |mark: &&Mark| mark.entries <= most.min(last.entries);
        let marks = self.retention.marks.iter();
        *marks
            .take_while(near)
            .last()
            .unwrap_or_else(|| self.retention.marks.front().unwrap_or(last))
    }

    /// One part after the other.
    fn sweep(&self) -> Step {
        let part = Part::ALL[self.retention.part % Part::ALL.len()];
        Step::Sweep(Box::new(Sweep::new(self, part)))
    }

    /// What gives memory back when too much is held.
    fn relief(&self) -> Option<Step> {
        let retention = &self.retention;
        let limit = usize::try_from(retention.limits.memory?).unwrap_or(usize::MAX);
        // A sweep holds the names of one kind twice for a moment.
        if self.bytes() + self.most_swept() <= limit {
            return None;
        }
        let entries = self.totals.entries;
        let held = self.held();
        if retention.unswept > held / 4 {
            return Some(self.sweep());
        }
        let stuck = retention.stuck;
        if stuck.is_some_and(|stuck| entries < stuck + held / SHARE + STEP / SHARE) {
            return None;
        }
        let far = retention.cut + (held / SHARE).max(2 * self.carried());
        let marks: Vec<&Mark> = self.heard_marks().collect();
        let at = marks.partition_point(|mark| mark.entries < far);
        let last = *marks.get(at).or(marks.last())?;
        let cut = self.within_step(last);
        let before = cut.time.and_then(|time| {
            // What ended in the second of the mark may go with it.
            Stamp::from_seconds(time.seconds() + 1)
        });
        let step = plan::plan(self, &cut, before);
        Some(Step::Records(Box::new(step)))
    }

    /// Does what was prepared. What it gives back is freed when the answer is dropped, which may be without the lock.
    pub fn retire(&mut self, step: Step) -> impl Sized + use<> {
        self.generation += 1;
        match step {
            Step::Records(step) => {
                self.let_go(&step);
                None
            }
            Step::Sweep(sweep) => {
                self.retention.part += 1;
                if self.retention.part.is_multiple_of(Part::ALL.len()) {
                    self.retention.unswept = 0;
                }
                self.retention.swept += 1;
                Some(self.take_sweep(*sweep))
            }
        }
    }

    /// Somebody was told what has ended: that and what has come since is kept until the next time.
    pub(super) fn note_told(&mut self, told: &[Ended]) {
        if self.retention.limits.any() {
            self.retention.told = told.to_vec();
            let heard = &mut self.retention.heard;
            *heard = [Some(heard[1].unwrap_or(0)), Some(self.totals.entries)];
        }
    }

    /// Records that were not told yet, or only just.
    fn untold(&self) -> HashSet<Ended> {
        if self.retention.heard[1].is_none() {
            return HashSet::new();
        }
        let told = self.retention.told.iter();
        told.chain(&self.ended).copied().collect()
    }
}

/// Whether a record is kept by what will be.
fn keeps<K>(kept: &Kept, id: super::column::RecordId<K>) -> bool {
    kept.place(id.at()).is_some()
}

#[cfg(test)]
mod tests;
