//! Where a record's lines stand, without keeping them.
//!
//! A record's lines stand close together, but a retried delivery adds more hours later. So a record knows runs of the
//! log, each from its first to its last line; a line far from the run before begins a new one. Showing the record reads
//! its runs again and picks the lines that bear its id.

use std::sync::Arc;

use crate::index::store::column::{RecordId, Value, table};
use crate::index::store::int_column::IntColumn;
use crate::index::store::live_set::LiveSet;
use crate::position::Position;

/// A line further than this from the run's last one (in bytes) begins a new run: reading on would cost more than a seek.
pub(crate) const FAR: u32 = 256 * 1024;

/// Kind of [`RunId`].
#[derive(Debug)]
pub enum RunTag {}
/// An older run of some record.
pub type RunId = RecordId<RunTag>;

/// The newest run of each record of one kind.
#[derive(Debug, Default)]
pub struct Runs {
    first: IntColumn<Position>,
    last: IntColumn<Position>,
    older: IntColumn<Option<RunId>>,
}

/// The older runs of all records.
#[derive(Debug, Default)]
pub struct Extents {
    first: IntColumn<Position>,
    last: IntColumn<Position>,
    older: IntColumn<Option<RunId>>,
}

table!(Extents: first, last, older);

impl Value for Position {
    const BLANK: Self = Self::START;
}

/// A run of the log: the places of its first and last line, both of one source.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Span {
    /// Where the first line begins.
    pub first: Position,
    /// Where the last line begins.
    pub last: Position,
}

impl Runs {
    /// The next record begins with its first line.
    pub fn push(&mut self, at: Position) {
        self.first.push(at);
        self.last.push(at);
        self.older.push_blank();
    }

    /// A further line of the record. Nearly every one follows the run's last one soon: then only that is looked at.
    #[inline]
    pub fn extend(&mut self, extents: &mut Extents, record: usize, at: Position) {
        let is_near = |last: Position| at.behind(last).is_some_and(|length| length <= FAR);
        if !self.last.update(record, |last| is_near(last).then_some(at)) {
            self.extend_elsewhere(extents, record, at);
        }
    }

    /// A line before the run's last one, or far from it.
    fn extend_elsewhere(&mut self, extents: &mut Extents, record: usize, at: Position) {
        let (first, last) = (self.first.get(record), self.last.get(record));
        // Lines of one second are not taken in their order: this one stands inside, or just before.
        if first <= at && at <= last {
            return;
        }
        if first.behind(at).is_some_and(|length| length <= FAR) {
            self.first.set(record, at);
            return;
        }
        let older = extents.keep(first, last, self.older.get(record));
        self.older.set(record, Some(older));
        self.first.set(record, at);
        self.last.set(record, at);
    }

    /// The record's runs in the order of the log.
    pub fn spans(&self, extents: &Extents, record: usize) -> Vec<Span> {
        let span = |first, last| Span { first, last };
        let mut spans = vec![span(self.first.get(record), self.last.get(record))];
        let older = self.older(extents, record);
        spans.extend(older.map(|id| span(extents.first.get(id.at()), extents.last.get(id.at()))));
        spans.sort_unstable();
        spans
    }

    /// The older runs of a record, newest first.
    pub fn older<'r>(
        &self,
        extents: &'r Extents,
        record: usize,
    ) -> impl Iterator<Item = RunId> + 'r {
        std::iter::successors(self.older.get(record), |id| extents.older.get(id.at()))
    }

    /// Gives back what is no longer kept.
    pub fn retire(&mut self, kept: &Arc<LiveSet>) {
        self.first.retire(kept);
        self.last.retire(kept);
        self.older.retire(kept);
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.first.bytes() + self.last.bytes() + self.older.bytes()
    }
}

impl Extents {
    fn keep(&mut self, first: Position, last: Position, older: Option<RunId>) -> RunId {
        self.first.push(first);
        self.last.push(last);
        self.older.push(older);
        RunId::new(self.first.end() - 1)
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.column_bytes()
    }
}
