//! Sets of records: one bit a record.

use crate::index::store::column::{RecordId, Tag};
use crate::index::store::live_set::Ranks;

/// A set of records of one kind, by rank among the kept ones, or of names, by number.
#[derive(Clone, Debug)]
pub(super) struct BitSet {
    words: Vec<u64>,
    places: Ranks,
}

/// Number of records from which an expensive predicate is evaluated by several threads.
const SHARED: usize = 1 << 16;
const MOST_THREADS: usize = 8;

impl BitSet {
    pub(super) fn none(places: impl Into<Ranks>) -> Self {
        let places = places.into();
        Self {
            words: vec![0; places.len().div_ceil(64)],
            places,
        }
    }

    pub(super) fn all(places: impl Into<Ranks>) -> Self {
        let mut all = Self::none(places);
        all.words.fill(u64::MAX);
        all.trim();
        all
    }

    /// The records whose values match; values come in the order of the records.
    pub(super) fn of<T>(
        values: impl Iterator<Item = T>,
        places: impl Into<Ranks>,
        mut holds: impl FnMut(T) -> bool,
    ) -> Self {
        let mut bits = Self::none(places);
        values
            .take(bits.len())
            .enumerate()
            .for_each(|(at, value)| bits.words[at >> 6] |= u64::from(holds(value)) << (at & 63));
        bits
    }

    pub(super) fn of_ids<K: Tag>(
        places: impl Into<Ranks>,
        ids: impl IntoIterator<Item = RecordId<K>>,
    ) -> Self {
        let mut bits = Self::none(places);
        ids.into_iter().for_each(|id| bits.set(id.at()));
        bits
    }

    /// The records whose numbers hold, for questions that cost enough to be shared among threads:
    /// texts read from all over memory.
    pub(super) fn of_numbers(
        places: impl Into<Ranks>,
        holds: impl Fn(usize) -> bool + Sync,
    ) -> Self {
        let mut bits = Self::none(places);
        let len = bits.len();
        let threads = match std::thread::available_parallelism() {
            Ok(threads) if len >= SHARED => threads.get().min(MOST_THREADS),
            _ => 1,
        };
        let share = bits.words.len().div_ceil(threads).max(1);
        let places = &bits.places;
        let fill = &|first: usize, words: &mut [u64]| {
            for (word, first) in words.iter_mut().zip((first * 64..).step_by(64)) {
                let all = first..len.min(first + 64);
                *word = all.fold(0, |word, at| {
                    word | u64::from(holds(places.number(at))) << (at - first)
                });
            }
        };
        std::thread::scope(|scope| {
            let mut shares = bits.words.chunks_mut(share).enumerate();
            let own = shares.next();
            for (number, words) in shares {
                scope.spawn(move || fill(number * share, words));
            }
            if let Some((_, words)) = own {
                fill(0, words);
            }
        });
        bits
    }

    /// Clears the bits after the last record.
    fn trim(&mut self) {
        if let (Some(last), used @ 1..) = (self.words.last_mut(), self.places.len() & 63) {
            *last &= (1 << used) - 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Adds the record of that number, if it is kept.
    pub(super) fn set(&mut self, number: usize) {
        if let Some(at) = self.places.rank(number) {
            self.words[at >> 6] |= 1 << (at & 63);
        }
    }

    #[inline]
    pub(super) fn contains(&self, number: usize) -> bool {
        let at = self.places.rank(number);
        at.is_some_and(|at| self.words[at >> 6] >> (at & 63) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn count(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    pub(super) fn and(mut self, other: &Self) -> Self {
        let pairs = self.words.iter_mut().zip(&other.words);
        pairs.for_each(|(word, other)| *word &= other);
        self
    }

    pub(super) fn or(mut self, other: &Self) -> Self {
        let pairs = self.words.iter_mut().zip(&other.words);
        pairs.for_each(|(word, other)| *word |= other);
        self
    }

    pub(super) fn not(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        self.trim();
        self
    }

    /// The numbers of its records, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let places = self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        });
        places.map(|at| self.places.number(at))
    }

    /// Its records' ids, in their order.
    pub(super) fn ids<K: Tag>(&self) -> Vec<RecordId<K>> {
        let mut ids = Vec::with_capacity(self.count());
        ids.extend(self.iter().map(RecordId::new));
        ids
    }
}

#[cfg(test)]
mod tests;
