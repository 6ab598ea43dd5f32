//! Columns in pages: growing copies nothing, and no more than one page stands half empty.
//!
//! Values are appended, and given back from the front as records retire ([`super::kept`]): pages that no kept record
//! stands in go, what few values of them are kept stand closely together. The value of a retired record is blank.

use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::index::store::live_set::{LiveSet, Ranks};

const PAGE_BITS: usize = 12;
pub(crate) const PAGE: usize = 1 << PAGE_BITS;

/// A value of a column.
pub trait Value: Copy {
    /// What is read of a retired record.
    const BLANK: Self;
}

impl<T: Copy> Value for Option<T> {
    const BLANK: Self = None;
}
impl<K> Value for RecordId<K> {
    const BLANK: Self = Self::INVALID;
}
impl Value for u8 {
    const BLANK: Self = 0;
}
impl Value for bool {
    const BLANK: Self = false;
}
impl Value for u16 {
    const BLANK: Self = 0;
}
impl Value for u32 {
    const BLANK: Self = 0;
}
impl Value for u64 {
    const BLANK: Self = 0;
}

/// A page of values.
pub trait ColumnPage<T>: Clone {
    /// A blank page of this number, which follows `last`.
    fn after(last: Option<&Self>, number: usize) -> Self;

    /// The value at a place.
    fn get(&self, at: usize) -> T;

    /// Changes the value at a place.
    fn set(&mut self, at: usize, value: T);

    /// Bytes held in memory.
    fn bytes(&self) -> usize;
}

/// Values as they are.
impl<T: Value> ColumnPage<T> for Box<[T; PAGE]> {
    fn after(_: Option<&Self>, _: usize) -> Self {
        let page = vec![T::BLANK; PAGE].into_boxed_slice();
        page.try_into().ok().expect("a page has its full length")
    }

    #[inline]
    fn get(&self, at: usize) -> T {
        self[at]
    }

    #[inline]
    fn set(&mut self, at: usize, value: T) {
        self[at] = value;
    }

    fn bytes(&self) -> usize {
        size_of::<[T; PAGE]>()
    }
}

/// One value a record, by the record's number.
///
/// A page has its full length from the start, so that reaching a value checks one bound, and appending only counts where
/// there is no value yet: a new connection has twenty columns.
#[derive(Debug)]
pub struct PagedColumn<T, P = Box<[T; PAGE]>> {
    pages: Vec<P>,
    /// How many pages before these are gone.
    gone: usize,
    /// The number of the next record.
    end: usize,
    kept: Arc<LiveSet>,
    /// The values of kept records in the pages that are gone: the first ones of [`LiveSet::pinned`].
    older: Vec<T>,
    /// Where writes to retired records go.
    lost: T,
}

impl<T: Value, P> Default for PagedColumn<T, P> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            gone: 0,
            end: 0,
            kept: Arc::default(),
            older: Vec::new(),
            lost: T::BLANK,
        }
    }
}

impl<T: Value, P: ColumnPage<T>> PagedColumn<T, P> {
    /// The number of the next record.
    #[inline]
    pub fn end(&self) -> usize {
        self.end
    }

    /// The places of the kept records.
    pub fn ranks(&self) -> Ranks {
        Ranks::new(self.kept.clone(), self.end())
    }

    /// Which records are kept.
    pub fn kept(&self) -> &Arc<LiveSet> {
        &self.kept
    }

    /// Appends the next record's value.
    #[inline]
    pub fn push(&mut self, value: T) {
        let at = self.end;
        self.push_blank();
        self.set(at, value);
    }

    /// Appends a record without a value: pages are blank when they are new. Most values of a record are told later.
    #[inline]
    pub fn push_blank(&mut self) {
        if self.end & (PAGE - 1) == 0 {
            self.grow();
        }
        self.end += 1;
    }

    #[cold]
    fn grow(&mut self) {
        let page = P::after(self.pages.last(), self.end >> PAGE_BITS);
        self.pages.push(page);
    }

    /// The value of a record; blank when it is retired.
    #[inline]
    pub fn get(&self, at: usize) -> T {
        match self.pages.get((at >> PAGE_BITS).wrapping_sub(self.gone)) {
            Some(page) => page.get(at & (PAGE - 1)),
            None => self.get_older(at),
        }
    }

    #[cold]
    #[inline(never)]
    fn get_older(&self, at: usize) -> T {
        let place = self.kept.rank(at);
        let value = place.and_then(|place| self.older.get(place));
        value.copied().unwrap_or(T::BLANK)
    }

    /// Changes the value of a record.
    #[inline]
    pub fn set(&mut self, at: usize, value: T) {
        match self.page_mut(at) {
            Some((page, at)) => page.set(at, value),
            None => *Self::older_mut(&self.kept, &mut self.older, &mut self.lost, at) = value,
        }
    }

    /// The page of a record, and its place there; `None` where the page is gone.
    #[inline]
    pub(crate) fn page_mut(&mut self, at: usize) -> Option<(&mut P, usize)> {
        let page = (at >> PAGE_BITS).wrapping_sub(self.gone);
        Some((self.pages.get_mut(page)?, at & (PAGE - 1)))
    }

    #[cold]
    #[inline(never)]
    fn older_mut<'c>(kept: &LiveSet, older: &'c mut [T], lost: &'c mut T, at: usize) -> &'c mut T {
        let place = kept.rank(at);
        place.and_then(|place| older.get_mut(place)).unwrap_or(lost)
    }

    /// All kept values in the records' order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let listed = &self.kept.pinned()[self.older.len()..];
        let listed = listed.iter().map(|number| self.get(*number as usize));
        let first = self.kept.first();
        let pages = (self.gone..).zip(&self.pages);
        let pages = pages.skip((first >> PAGE_BITS) - self.gone);
        let all_pages = pages.flat_map(move |(number, page)| {
            let from = first.saturating_sub(number * PAGE);
            let held = (self.end - number * PAGE).min(PAGE);
            (from..held).map(move |at| page.get(at))
        });
        self.older.iter().copied().chain(listed).chain(all_pages)
    }

    /// Gives back what is no longer kept.
    pub fn retire(&mut self, kept: &Arc<LiveSet>) {
        let gone = (kept.first() >> PAGE_BITS).max(self.gone);
        let moved = kept
            .pinned()
            .partition_point(|number| (*number as usize) < gone * PAGE);
        let (known, mut at) = (self.kept.pinned(), 0);
        let older = kept.pinned()[..moved].iter().map(|number| {
            while at < self.older.len() && known[at] < *number {
                at += 1;
            }
            match self.older.get(at) {
                Some(value) if known[at] == *number => *value,
                _ => self.get(*number as usize),
            }
        });
        self.older = older.collect();
        self.pages.drain(..gone - self.gone);
        self.gone = gone;
        self.kept = kept.clone();
    }

    /// The same with other values.
    pub fn map(&self, mut value: impl FnMut(T) -> T) -> Self {
        let mut pages: Vec<P> = Vec::with_capacity(self.pages.len());
        for (number, known) in (self.gone..).zip(&self.pages) {
            let mut page = P::after(pages.last(), number);
            let records = number * PAGE..self.end.min((number + 1) * PAGE);
            for at in records.filter(|record| self.kept.rank(*record).is_some()) {
                let at = at & (PAGE - 1);
                page.set(at, value(known.get(at)));
            }
            pages.push(page);
        }
        Self {
            pages,
            gone: self.gone,
            end: self.end,
            kept: self.kept.clone(),
            older: self.older.iter().copied().map(value).collect(),
            lost: T::BLANK,
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.pages.iter().map(P::bytes).sum::<usize>()
            + self.older.capacity() * size_of::<T>()
            + self.pages.capacity() * size_of::<P>()
    }
}

impl<T: Value> PagedColumn<T> {
    /// The value of a record, to be changed in place. What is written to a retired one is lost.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> &mut T {
        let page = (at >> PAGE_BITS).wrapping_sub(self.gone);
        match self.pages.get_mut(page) {
            Some(page) => &mut page[at & (PAGE - 1)],
            None => Self::older_mut(&self.kept, &mut self.older, &mut self.lost, at),
        }
    }
}

/// Room for so many values, and an eighth more: what doubles stands half empty, and the allocator moves a large piece
/// without copying it.
#[inline]
pub(crate) fn make_room<T>(values: &mut Vec<T>, length: usize) {
    if length > values.capacity() {
        values.reserve_exact(length + length / 8 + 64 - values.len());
    }
}

/// Bytes that a map holds in memory: its slots, and a byte of control each.
pub fn map_bytes<K, V, S>(map: &hashbrown::HashMap<K, V, S>) -> usize {
    // Of so many slots seven in eight are used at most.
    (map.capacity() * 8 / 7).next_power_of_two() * (size_of::<(K, V)>() + 1)
}

/// What is done to all columns of a table alike.
macro_rules! table {
    ($table:ty: $first:ident, $($column:ident),+) => {
        impl $table {
            /// The number of the next record.
            pub fn end(&self) -> usize {
                self.$first.end()
            }

            /// The places of the kept records.
            pub fn ranks(&self) -> crate::index::store::live_set::Ranks {
                self.$first.ranks()
            }

            /// Which records are kept.
            pub fn kept(&self) -> &std::sync::Arc<crate::index::store::live_set::LiveSet> {
                self.$first.kept()
            }

            /// Gives back what is no longer kept.
            pub fn retire(&mut self, kept: &std::sync::Arc<crate::index::store::live_set::LiveSet>) {
                self.$first.retire(kept);
                $(self.$column.retire(kept);)+
            }

            /// Bytes that the columns hold in memory.
            fn column_bytes(&self) -> usize {
                self.$first.bytes() $(+ self.$column.bytes())+ + self.$first.kept().bytes()
            }
        }
    };
}
pub(crate) use table;

/// A record's own number, of a kind that cannot be mistaken for another's. An `Option` of it takes four bytes.
pub struct RecordId<K>(NonZeroU32, PhantomData<fn() -> K>);

impl<K> RecordId<K> {
    /// No record's number.
    pub const INVALID: Self = Self(NonZeroU32::MAX, PhantomData);

    /// The record at this place of its columns, from 0. Beyond 2³² − 2 records all share the last number.
    pub fn new(at: usize) -> Self {
        let next = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        Self(
            NonZeroU32::new(next).unwrap_or(NonZeroU32::MAX),
            PhantomData,
        )
    }

    /// The number as it is kept, which is no 0.
    #[inline]
    pub(crate) fn raw(self) -> NonZeroU32 {
        self.0
    }

    #[inline]
    pub(crate) fn from_raw(raw: NonZeroU32) -> Self {
        Self(raw, PhantomData)
    }

    /// The record's place in its columns, from 0; records are numbered in the order in which they were first seen.
    #[inline]
    pub fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<K> Clone for RecordId<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for RecordId<K> {}
impl<K> PartialEq for RecordId<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for RecordId<K> {}
impl<K> PartialOrd for RecordId<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for RecordId<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for RecordId<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> std::fmt::Debug for RecordId<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.at())
    }
}
