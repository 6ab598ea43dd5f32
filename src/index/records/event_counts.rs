//! How many entries of each kind were read, and what those look like that have no known shape.
//!
//! Every release of AsyncOS adds lines. What is not known is counted by shape, with one entry of each as a sample, so
//! that an administrator sees what a reader of the log has not understood, and how much of it there is.

use hashbrown::HashMap;

use crate::event::{EventKind, unknown_shape};
use crate::header::Timestamp;
use crate::position::Position;

/// Shapes that are told apart; a stranger may write as many as he likes, so further ones are counted together.
const MOST_SHAPES: usize = 256;

/// Bytes kept of a sample.
const SAMPLE: usize = 300;

/// How many entries there were, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Count {
    /// Entries.
    pub count: u64,
    /// The first one's time that has one.
    pub first: Option<Timestamp>,
    /// The last one's time that has one.
    pub last: Option<Timestamp>,
}

impl Count {
    #[inline]
    fn add(&mut self, time: Option<Timestamp>) {
        self.count += 1;
        if time.is_some() {
            self.first = self.first.or(time);
            self.last = time;
        }
    }
}

/// One shape of entries that mailscope does not know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownShape {
    /// How many, and when.
    pub tally: Count,
    /// The first entry of the shape, without its frame; at most its first 300 bytes.
    pub sample: Vec<u8>,
    /// Where that entry stands.
    pub position: Position,
}

/// How many entries of each kind there are.
#[derive(Clone, Debug)]
pub struct KindCounts(Vec<Count>);

impl Default for KindCounts {
    fn default() -> Self {
        Self(vec![Count::default(); EventKind::ALL.len()])
    }
}

impl KindCounts {
    /// KindCounts an entry.
    #[inline]
    pub(crate) fn add(&mut self, kind: EventKind, time: Option<Timestamp>) {
        self.0[kind as usize].add(time);
    }

    /// Adds those of entries that follow.
    fn append(&mut self, behind: &Self) {
        for (tally, behind) in self.0.iter_mut().zip(&behind.0) {
            tally.count += behind.count;
            tally.first = tally.first.or(behind.first);
            tally.last = behind.last.or(tally.last);
        }
    }
}

/// The counts.
#[derive(Debug, Default)]
pub struct EventCounts {
    kinds: KindCounts,
    shapes: Vec<UnknownShape>,
    numbers: HashMap<Vec<u8>, usize, foldhash::quality::RandomState>,
    others: Count,
}

impl EventCounts {
    /// KindCounts entries.
    pub(crate) fn add(&mut self, counts: &KindCounts) {
        self.kinds.append(counts);
    }

    /// Notes the shape of an entry of no known kind.
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

    /// How many entries of a kind there were.
    pub fn of(&self, kind: EventKind) -> Count {
        self.kinds.0[kind as usize]
    }

    /// The kinds that occurred, most frequent first.
    pub fn kinds(&self) -> Vec<(EventKind, Count)> {
        let mut seen: Vec<_> = EventKind::ALL
            .iter()
            .map(|kind| (*kind, self.of(*kind)))
            .filter(|(_, tally)| tally.count > 0)
            .collect();
        seen.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count));
        seen
    }

    /// The unknown shapes, most frequent first.
    pub fn unknown(&self) -> Vec<&UnknownShape> {
        let mut shapes: Vec<_> = self.shapes.iter().collect();
        shapes.sort_by_key(|shape| std::cmp::Reverse(shape.tally.count));
        shapes
    }

    /// Unknown entries whose shapes are not told apart any more.
    pub fn other_unknown(&self) -> Count {
        self.others
    }
}
