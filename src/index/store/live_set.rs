//! Which records of a kind are kept, when pinned ones have been retired.
//!
//! Records keep their numbers for good: a number that was retired never means another record. All from some number on
//! are kept, and of the ones before it the few that are listed: those open still, and what is linked to them. A
//! record's *place* is its rank among the kept ones; it changes when records retire, so it is used within one look at
//! the index only, where a set of records or a value a record is to be as long as the records are many.

use std::sync::Arc;

/// The kept records of one kind.
#[derive(Debug, Default)]
pub struct LiveSet {
    /// LiveSet ones among the retired, in their order.
    pinned: Vec<u32>,
    /// All from this number on are kept.
    first: usize,
}

impl LiveSet {
    /// Those of `pinned`, in their order and all below `first`, and all from `first` on.
    pub fn new(pinned: Vec<u32>, first: usize) -> Arc<Self> {
        Arc::new(Self { pinned, first })
    }

    /// The listed ones among those before [`first`](Self::first).
    pub fn pinned(&self) -> &[u32] {
        &self.pinned
    }

    /// All from this number on are kept.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The rank of a kept record; `None` when it is retired.
    #[inline]
    pub fn rank(&self, number: usize) -> Option<usize> {
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

    /// The number of the record at a place.
    #[inline]
    pub fn number(&self, place: usize) -> usize {
        match self.pinned.get(place) {
            Some(number) => *number as usize,
            None => place - self.pinned.len() + self.first,
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.pinned.capacity() * 4
    }
}

/// The places of a kind's records at one moment.
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    kept: Arc<LiveSet>,
    len: usize,
}

impl Ranks {
    /// The places of the kept ones among `end` records.
    pub fn new(kept: Arc<LiveSet>, end: usize) -> Self {
        let len = kept.pinned.len() + end.saturating_sub(kept.first);
        Self { kept, len }
    }

    /// How many records are kept.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The rank of a kept record; `None` when it is retired or newer than this.
    #[inline]
    pub fn rank(&self, number: usize) -> Option<usize> {
        self.kept.rank(number).filter(|place| *place < self.len)
    }

    /// The number of the record at a place.
    #[inline]
    pub fn number(&self, place: usize) -> usize {
        self.kept.number(place)
    }

    /// The numbers of all, in their order.
    pub fn numbers(self) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator {
        (0..self.len).map(move |place| self.kept.number(place))
    }
}

/// As many places as there are names, none of them retired.
impl From<usize> for Ranks {
    fn from(len: usize) -> Self {
        Self {
            kept: Arc::default(),
            len,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_numbers_lead_to_each_other() {
        let places = Ranks::new(LiveSet::new(vec![2, 5, 6], 10), 13);
        let numbers: Vec<usize> = places.clone().numbers().collect();
        assert_eq!(numbers, [2, 5, 6, 10, 11, 12]);
        for (place, number) in numbers.into_iter().enumerate() {
            assert_eq!(places.rank(number), Some(place));
        }
        assert_eq!([0, 3, 9, 13].map(|number| places.rank(number)), [None; 4]);
    }
}
