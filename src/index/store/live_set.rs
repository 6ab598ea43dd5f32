//! The live records of one kind, after eviction.
//!
//! A record keeps its number for good: the number of an evicted record never means another one. All
//! records from some number on are live, and of the older ones those that are pinned: open ones,
//! and those linked to them. A record's *rank* is its position among the live ones. It changes with
//! eviction, so it is valid within one look at the index only. Sets of records are stored by rank,
//! so that their size depends on the number of live records.

use std::sync::Arc;

#[cfg(test)]
mod tests;

#[derive(Debug, Default)]
pub(crate) struct LiveSet {
    /// Live records below `first`, in their order.
    pinned: Vec<u32>,
    first: usize,
}

impl LiveSet {
    /// The records of `pinned`, in their order and all below `first`, and all from `first` on.
    pub(crate) fn new(pinned: Vec<u32>, first: usize) -> Arc<Self> {
        Arc::new(Self { pinned, first })
    }

    pub(crate) fn pinned(&self) -> &[u32] {
        &self.pinned
    }

    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// The rank of a live record; `None` if it was evicted.
    #[inline]
    pub(crate) fn rank(&self, number: usize) -> Option<usize> {
        match number.checked_sub(self.first) {
            Some(at) => Some(at + self.pinned.len()),
            None => self.pinned_rank(number),
        }
    }

    #[cold]
    fn pinned_rank(&self, number: usize) -> Option<usize> {
        let number = u32::try_from(number).ok()?;
        self.pinned.binary_search(&number).ok()
    }

    /// The number of the record with that rank.
    #[inline]
    pub(crate) fn number(&self, rank: usize) -> usize {
        match self.pinned.get(rank) {
            Some(number) => *number as usize,
            None => rank - self.pinned.len() + self.first,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.pinned.capacity() * 4
    }
}

/// The ranks of the live records at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ranks {
    live: Arc<LiveSet>,
    len: usize,
}

impl Ranks {
    /// The ranks of the live ones among `end` records.
    pub(crate) fn new(live: Arc<LiveSet>, end: usize) -> Self {
        let len = live.pinned.len() + end.saturating_sub(live.first);
        Self { live, len }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The rank of a live record; `None` if it was evicted, or appended later.
    #[inline]
    pub(crate) fn rank(&self, number: usize) -> Option<usize> {
        self.live.rank(number).filter(|rank| *rank < self.len)
    }

    #[inline]
    pub(crate) fn number(&self, rank: usize) -> usize {
        self.live.number(rank)
    }

    /// The numbers of all, in their order.
    pub(crate) fn numbers(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        (0..self.len).map(move |rank| self.live.number(rank))
    }
}

/// Ranks of names, of which none is evicted.
impl From<usize> for Ranks {
    fn from(len: usize) -> Self {
        Self {
            live: Arc::default(),
            len,
        }
    }
}
