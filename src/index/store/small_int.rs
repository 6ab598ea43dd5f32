//! Columns of values that are mostly small: a few policies' names, the lines of a connection, the record just before.
//!
//! A small value stands in a byte or two. A large one stands in a map, and a mark in its place. Where a log has large ones
//! everywhere they take more room than a plain column of them; where it has few, a record takes a quarter less.

use std::sync::Arc;

use hashbrown::HashMap;

use crate::index::store::column::{PagedColumn, RecordId, Value, map_bytes};
use crate::index::store::intern::Symbol;
use crate::index::store::live_set::{LiveSet, Ranks};

/// What a narrow column keeps in a record's place.
pub trait SmallInt: Value + Eq {
    /// Stands for a value that is too large.
    const ESCAPE: Self;

    /// The code as it is kept; `None` where it is too large.
    fn of(code: u64) -> Option<Self>;

    /// The code that is kept.
    fn code(self) -> u64;
}

macro_rules! small {
    ($($type:ty)*) => {$(
        impl SmallInt for $type {
            const ESCAPE: Self = Self::MAX;

            #[inline]
            fn of(code: u64) -> Option<Self> {
                Self::try_from(code).ok().filter(|code| *code != Self::ESCAPE)
            }

            #[inline]
            fn code(self) -> u64 {
                u64::from(self)
            }
        }
    )*};
}
small!(u8 u16 u32);

/// A value that a number tells, mostly a small one. What is read of a retired record is that of 0.
pub trait IntCode: Copy {
    /// The number; it may depend on the record's own.
    fn code(self, at: usize) -> u64;

    /// The value of a number.
    fn of(code: u64, at: usize) -> Self;
}

impl IntCode for u64 {
    #[inline]
    fn code(self, _: usize) -> u64 {
        self
    }

    #[inline]
    fn of(code: u64, _: usize) -> Self {
        code
    }
}

/// The greatest number, which stands for none in some columns, is the smallest code.
impl IntCode for u32 {
    #[inline]
    fn code(self, _: usize) -> u64 {
        u64::from(self.wrapping_add(1))
    }

    #[inline]
    fn of(code: u64, _: usize) -> Self {
        (code as u32).wrapping_sub(1)
    }
}

impl IntCode for Option<Symbol> {
    #[inline]
    fn code(self, _: usize) -> u64 {
        self.map_or(0, |name| name.at() as u64 + 1)
    }

    #[inline]
    fn of(code: u64, _: usize) -> Self {
        code.checked_sub(1).map(|at| Symbol::new(at as usize))
    }
}

/// A record of the same kind, by how far it stands before.
impl<K> IntCode for Option<RecordId<K>> {
    #[inline]
    fn code(self, at: usize) -> u64 {
        self.map_or(0, |id| at.wrapping_sub(id.at()) as u64)
    }

    #[inline]
    fn of(code: u64, at: usize) -> Self {
        (code > 0).then(|| RecordId::new(at.wrapping_sub(code as usize)))
    }
}

/// A column like [`PagedColumn`], see the module's text.
#[derive(Debug)]
pub struct SmallIntColumn<S, T> {
    small: PagedColumn<S>,
    large: HashMap<u32, T, foldhash::fast::RandomState>,
}

impl<S: SmallInt, T> Default for SmallIntColumn<S, T> {
    fn default() -> Self {
        Self {
            small: PagedColumn::default(),
            large: HashMap::default(),
        }
    }
}

impl<S: SmallInt, T: IntCode> SmallIntColumn<S, T> {
    /// The number of the next record.
    #[inline]
    pub fn end(&self) -> usize {
        self.small.end()
    }

    /// The places of the kept records.
    pub fn ranks(&self) -> Ranks {
        self.small.ranks()
    }

    /// Which records are kept.
    pub fn kept(&self) -> &Arc<LiveSet> {
        self.small.kept()
    }

    /// Appends the next record's value.
    #[inline]
    pub fn push(&mut self, value: T) {
        let at = self.end();
        match S::of(value.code(at)) {
            Some(small) => self.small.push(small),
            None => {
                self.small.push(S::BLANK);
                self.set_large(at, None, value);
            }
        }
    }

    /// Appends a record whose value's code is 0.
    #[inline]
    pub fn push_blank(&mut self) {
        self.small.push_blank();
    }

    /// The value of a record.
    #[inline]
    pub fn get(&self, at: usize) -> T {
        self.read(self.small.get(at), at)
    }

    #[inline]
    fn read(&self, small: S, at: usize) -> T {
        if small == S::ESCAPE {
            self.get_large(at)
        } else {
            T::of(small.code(), at)
        }
    }

    #[cold]
    fn get_large(&self, at: usize) -> T {
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        let value = self.large.get(&number).copied();
        value.unwrap_or_else(|| T::of(0, at))
    }

    /// Changes the value of a record.
    #[inline]
    pub fn set(&mut self, at: usize, value: T) {
        let place = self.small.get_mut(at);
        match S::of(value.code(at)) {
            Some(small) if *place != S::ESCAPE => *place = small,
            small => self.set_large(at, small, value),
        }
    }

    #[cold]
    fn set_large(&mut self, at: usize, small: Option<S>, value: T) {
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        if small.is_some() {
            self.large.remove(&number);
        } else if self.kept().rank(at).is_some() {
            self.large.insert(number, value);
        }
        self.small.set(at, small.unwrap_or(S::ESCAPE));
    }

    /// Changes the value of a record in place.
    #[inline]
    pub fn change(&mut self, at: usize, change: impl FnOnce(&mut T)) {
        let place = self.small.get_mut(at);
        if *place == S::ESCAPE {
            return self.change_large(at, change);
        }
        let mut value = T::of(place.code(), at);
        change(&mut value);
        match S::of(value.code(at)) {
            Some(small) => *place = small,
            None => self.set_large(at, None, value),
        }
    }

    #[cold]
    fn change_large(&mut self, at: usize, change: impl FnOnce(&mut T)) {
        let mut value = self.get(at);
        change(&mut value);
        self.set(at, value);
    }

    /// All kept values in the records' order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let numbers = self.ranks().numbers();
        let values = numbers.zip(self.small.iter());
        values.map(|(at, small)| self.read(small, at))
    }

    /// Gives back what is no longer kept.
    pub fn retire(&mut self, kept: &Arc<LiveSet>) {
        self.small.retire(kept);
        self.large
            .retain(|number, _| kept.rank(*number as usize).is_some());
        if self.large.len() < self.large.capacity() / 4 {
            self.large.shrink_to_fit();
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.small.bytes() + map_bytes(&self.large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn values_of_any_size_are_kept_like_in_a_plain_column(
            pushed in proptest::collection::vec(proptest::prop_oneof![0u64..300, proptest::num::u64::ANY], 1..40),
            changed in proptest::collection::vec((0usize..40, proptest::prop_oneof![0u64..300, proptest::num::u64::ANY]), 0..40),
            first in 0usize..40,
        ) {
            let (mut narrow, mut plain) = (SmallIntColumn::<u8, u64>::default(), PagedColumn::<u64>::default());
            for value in &pushed {
                narrow.push(*value);
                plain.push(*value);
            }
            let first = first.min(pushed.len());
            let older = (0..first as u32).filter(|number| number % 3 == 0).collect();
            let kept = LiveSet::new(older, first);
            narrow.retire(&kept);
            plain.retire(&kept);
            for (at, value) in changed.into_iter().filter(|(at, _)| *at < pushed.len()) {
                narrow.set(at, value);
                if kept.rank(at).is_some() {
                    plain.set(at, value);
                    assert_eq!(narrow.get(at), value);
                }
            }
            assert!(narrow.iter().eq(plain.iter()));
            assert!(narrow.large.keys().all(|number| kept.rank(*number as usize).is_some()));
        }
    }

    #[test]
    fn the_record_before_is_told_by_its_distance() {
        let mut before = SmallIntColumn::<u8, Option<crate::index::MessageId>>::default();
        let ids = [None, Some(0), Some(1), Some(0)].map(|at| at.map(RecordId::new));
        ids.into_iter().for_each(|id| before.push(id));
        (4..600).for_each(|_| before.push(Some(RecordId::new(2))));
        assert!(before.iter().take(4).eq(ids));
        assert!(before.iter().skip(4).all(|id| id == Some(RecordId::new(2))));
        assert!(!before.large.is_empty());
    }
}
