//! The ranges of the log that hold a record's lines; the lines themselves are not kept.
//!
//! A record's lines are close together, but a retried delivery adds more hours later. So a record
//! has runs, each from its first to its last line; a line far from the last run begins a new one.
//! To show the record, its runs are read again and the lines with its id picked.

use std::sync::Arc;

use super::column::{RecordId, Value, newest_first};
use super::int_column::IntColumn;
use super::live_set::LiveSet;
use crate::position::Position;

#[cfg(test)]
mod tests;

/// A line further than this from a run (in bytes) begins a new one: reading on would cost more than
/// a seek.
pub(crate) const FAR: u32 = 256 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum RunTag {}
/// An older run of some record.
pub(crate) type RunId = RecordId<RunTag>;

/// The newest run of each record of one kind.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    first: IntColumn<Position>,
    last: IntColumn<Position>,
    older: IntColumn<Option<RunId>>,
}

/// The older runs of all records: each is the newest run of what remains of its record.
#[derive(Debug, Default)]
pub(crate) struct Extents(Runs);

impl Value for Position {
    const BLANK: Self = Self::START;
}

/// A range of the log by the positions of its first and last line, both of one source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Span {
    pub(crate) first: Position,
    pub(crate) last: Position,
}

impl Runs {
    /// Appends a record with its first line.
    pub(crate) fn push(&mut self, at: Position) {
        self.first.push(at);
        self.last.push(at);
        self.older.push_blank();
    }

    /// Adds a line to a record. Nearly each follows the run's last line soon: then only that is
    /// read.
    #[inline]
    pub(crate) fn extend(&mut self, extents: &mut Extents, record: usize, at: Position) {
        let is_near = |last: Position| at.behind(last).is_some_and(|length| length <= FAR);
        if !self.last.update(record, |last| is_near(last).then_some(at)) {
            self.extend_elsewhere(extents, record, at);
        }
    }

    /// Adds a line before the run's last one, or far from it.
    fn extend_elsewhere(&mut self, extents: &mut Extents, record: usize, at: Position) {
        let (first, last) = (self.first.get(record), self.last.get(record));
        // Lines of one second are not applied in their order: this one is inside, or just before.
        if first <= at && at <= last {
            return;
        }
        if first.behind(at).is_some_and(|length| length <= FAR) {
            self.first.set(record, at);
            return;
        }
        let older = extents.push(first, last, self.older.get(record));
        self.older.set(record, Some(older));
        self.first.set(record, at);
        self.last.set(record, at);
    }

    /// The record's runs in the order of the log.
    pub(crate) fn spans(&self, extents: &Extents, record: usize) -> Vec<Span> {
        let mut spans = vec![self.newest(record)];
        let older = self.older(extents, record);
        spans.extend(older.map(|id| extents.0.newest(id.at())));
        spans.sort_unstable();
        spans
    }

    fn newest(&self, record: usize) -> Span {
        Span {
            first: self.first.get(record),
            last: self.last.get(record),
        }
    }

    /// The older runs of a record, newest first.
    pub(crate) fn older<'r>(
        &self,
        extents: &'r Extents,
        record: usize,
    ) -> impl Iterator<Item = RunId> + 'r {
        newest_first(self.older.get(record), &extents.0.older)
    }

    pub(crate) fn evict(&mut self, live: &Arc<LiveSet>) {
        self.first.evict(live);
        self.last.evict(live);
        self.older.evict(live);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.first.bytes() + self.last.bytes() + self.older.bytes()
    }
}

impl Extents {
    /// The number of the next run.
    pub(crate) fn end(&self) -> usize {
        self.0.first.end()
    }

    fn push(&mut self, first: Position, last: Position, older: Option<RunId>) -> RunId {
        self.0.first.push(first);
        self.0.last.push(last);
        self.0.older.push(older);
        RunId::new(self.end() - 1)
    }

    pub(crate) fn evict(&mut self, live: &Arc<LiveSet>) {
        self.0.evict(live);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.0.bytes() + self.0.first.live().bytes()
    }
}
