//! Entries by kind, and the shapes of unknown ones.
//!
//! Every release of AsyncOS adds lines. Unknown ones are counted by shape, with one entry of each
//! as a sample, so that an administrator sees what mailscope does not understand, and how much of
//! it there is.

use hashbrown::HashMap;

use crate::event::{EventKind, unknown_shape};
use crate::header::Timestamp;
use crate::position::Position;

#[cfg(test)]
mod tests;

/// Shapes counted separately. Strangers can produce any number of shapes, so further ones are
/// counted together.
const MOST_SHAPES: usize = 256;

/// Bytes kept of a sample.
const SAMPLE: usize = 300;

/// How many entries there were, and the first and the last time of those that have one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Count {
    pub(crate) count: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

impl Count {
    #[inline]
    pub(super) fn add(&mut self, time: Option<Timestamp>) {
        self.count += 1;
        if time.is_some() {
            self.first = self.first.or(time);
            self.last = time;
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct UnknownShape {
    pub(crate) tally: Count,
    /// The first entry of the shape, without its header; at most 300 bytes.
    pub(crate) sample: Vec<u8>,
    pub(crate) position: Position,
}

#[derive(Clone, Debug)]
pub(crate) struct KindCounts(Vec<Count>);

impl Default for KindCounts {
    fn default() -> Self {
        Self(vec![Count::default(); EventKind::ALL.len()])
    }
}

impl KindCounts {
    #[inline]
    pub(crate) fn add(&mut self, kind: EventKind, time: Option<Timestamp>) {
        self.0[kind as usize].add(time);
    }

    /// Adds the counts of later entries.
    fn append(&mut self, behind: &Self) {
        for (tally, behind) in self.0.iter_mut().zip(&behind.0) {
            tally.count += behind.count;
            tally.first = tally.first.or(behind.first);
            tally.last = behind.last.or(tally.last);
        }
    }
}

/// Counts of all entries, and of the shapes of unknown ones.
#[derive(Debug, Default)]
pub(crate) struct EventCounts {
    kinds: KindCounts,
    shapes: Vec<UnknownShape>,
    numbers: HashMap<Vec<u8>, usize, foldhash::quality::RandomState>,
    others: Count,
}

impl EventCounts {
    pub(crate) fn add(&mut self, counts: &KindCounts) {
        self.kinds.append(counts);
    }

    pub(crate) fn add_unknown(&mut self, text: &[u8], position: Position, time: Option<Timestamp>) {
        let shape = unknown_shape(text);
        let at = match self.numbers.get(&shape) {
            Some(at) => *at,
            None if self.shapes.len() < MOST_SHAPES => {
                self.numbers.insert(shape, self.shapes.len());
                self.shapes.push(UnknownShape {
                    tally: Count::default(),
                    sample: text[..text.len().min(SAMPLE)].to_vec(),
                    position,
                });
                self.shapes.len() - 1
            }
            None => return self.others.add(time),
        };
        self.shapes[at].tally.add(time);
    }

    pub(crate) fn of(&self, kind: EventKind) -> Count {
        self.kinds.0[kind as usize]
    }

    /// The kinds that occurred, most frequent first.
    pub(crate) fn kinds(&self) -> Vec<(EventKind, Count)> {
        let kinds = EventKind::ALL.iter().map(|kind| (*kind, self.of(*kind)));
        let mut seen: Vec<_> = kinds.filter(|(_, tally)| tally.count > 0).collect();
        seen.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count));
        seen
    }

    /// The unknown shapes, most frequent first.
    pub(crate) fn unknown(&self) -> Vec<&UnknownShape> {
        let mut shapes: Vec<_> = self.shapes.iter().collect();
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.tally.count));
        shapes
    }

    /// Unknown entries beyond the shapes that are counted separately.
    pub(crate) fn other_unknown(&self) -> Count {
        self.others
    }
}
