//! Where a record's lines stand, without keeping them.
//!
//! A record's lines stand close together, but a retried delivery adds more hours later. So a record knows runs of the
//! log, each from its first to its last line; a line far from the run before begins a new one. Showing the record reads
//! its runs again and picks the lines that bear its id.

use std::sync::Arc;

use super::column::{Column, RecordId, Value, table};
use super::kept::Kept;
use super::packed::Packed;
use crate::source::Position;

/// A line further than this from the run's last one (in bytes) begins a new run: reading on would cost more than a seek.
const FAR: u32 = 256 * 1024;

/// Kind of [`RunId`].
#[derive(Debug)]
pub enum Run {}
/// An older run of some record.
pub type RunId = RecordId<Run>;

/// The newest run of each record of one kind.
#[derive(Debug, Default)]
pub struct Runs {
    first: Packed<Position>,
    last: Column<u32>,
    older: Packed<Option<RunId>>,
}

/// The older runs of all records.
#[derive(Debug, Default)]
pub struct Extents {
    first: Packed<Position>,
    last: Column<u32>,
    older: Packed<Option<RunId>>,
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
        self.last.push_blank();
        self.older.push_blank();
    }

    /// A further line of the record. Nearly every one follows the run's last one soon.
    #[inline]
    pub fn extend(&mut self, extents: &mut Extents, record: usize, at: Position) {
        let last = self.last.get_mut(record);
        match at.behind(self.first.get(record)) {
            Some(length) if length >= *last && length - *last <= FAR => *last = length,
            _ => self.extend_elsewhere(extents, record, at),
        }
    }

    /// A line before the run's last one, or far from it.
    fn extend_elsewhere(&mut self, extents: &mut Extents, record: usize, at: Position) {
        let first = self.first.get(record);
        let length = self.last.get(record);
        // Lines of one second are not taken in their order: this one stands inside, or just before.
        if at.behind(first).is_some_and(|place| place <= length) {
            return;
        }
        match first.behind(at) {
            Some(before) if before <= FAR && before.checked_add(length).is_some() => {
                self.first.set(record, at);
                self.last.set(record, before + length);
            }
            _ => {
                let older = extents.keep(first, length, self.older.get(record));
                self.older.set(record, Some(older));
                self.first.set(record, at);
                self.last.set(record, 0);
            }
        }
    }

    /// The record's runs in the order of the log.
    pub fn spans(&self, extents: &Extents, record: usize) -> Vec<Span> {
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
    pub fn retire(&mut self, kept: &Arc<Kept>) {
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
    fn keep(&mut self, first: Position, last: u32, older: Option<RunId>) -> RunId {
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

fn span(first: Position, length: u32) -> Span {
    Span {
        first,
        last: Position::new(first.source(), first.offset() + u64::from(length)),
    }
}
