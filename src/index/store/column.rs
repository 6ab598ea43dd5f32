//! Columns in pages: growing copies nothing, and at most one page is partly empty.
//!
//! Values are appended. Eviction frees whole pages from the front; the values of records that stay
//! although newer ones were evicted ([`LiveSet::pinned`]) move to a dense list. An evicted record
//! reads as [`Value::BLANK`] once its page is freed.

use std::fmt::{self, Debug};
use std::hash::Hash;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::live_set::{LiveSet, Ranks};

const PAGE_BITS: usize = 12;
pub(crate) const PAGE: usize = 1 << PAGE_BITS;

pub(crate) trait Value: Copy {
    const BLANK: Self;
}

impl<T: Copy> Value for Option<T> {
    const BLANK: Self = None;
}
impl<K: Tag> Value for RecordId<K> {
    const BLANK: Self = Self::INVALID;
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

pub(crate) trait ColumnPage<T>: Clone {
    /// The blank page with this number, which follows `last`.
    fn after(last: Option<&Self>, number: usize) -> Self;

    fn get(&self, at: usize) -> T;

    fn set(&mut self, at: usize, value: T);

    fn bytes(&self) -> usize;
}

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

/// One value for each record, by the record's number.
///
/// A page has its full length from the start, so that an access checks one bound, and a blank value
/// is appended by counting: a new connection has twenty columns.
#[derive(Debug)]
pub(crate) struct PagedColumn<T, P = Box<[T; PAGE]>> {
    pages: Vec<P>,
    /// How many pages before these were freed.
    freed: usize,
    /// The number of the next record.
    end: usize,
    live: Arc<LiveSet>,
    /// The values of live records in freed pages: the first ones of [`LiveSet::pinned`].
    pinned: Vec<T>,
    /// Takes writes to evicted records.
    sink: T,
}

impl<T: Value, P> Default for PagedColumn<T, P> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            freed: 0,
            end: 0,
            live: Arc::default(),
            pinned: Vec::new(),
            sink: T::BLANK,
        }
    }
}

impl<T: Value, P: ColumnPage<T>> PagedColumn<T, P> {
    /// The number of the next record.
    #[inline]
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    pub(crate) fn ranks(&self) -> Ranks {
        Ranks::new(self.live.clone(), self.end())
    }

    pub(crate) fn live(&self) -> &Arc<LiveSet> {
        &self.live
    }

    /// Appends the next record's value.
    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        let at = self.end;
        self.push_blank();
        self.set(at, value);
    }

    /// Appends a record with a blank value: most values of a record come with later lines.
    #[inline]
    pub(crate) fn push_blank(&mut self) {
        if self.end & (PAGE - 1) == 0 {
            self.add_page();
        }
        self.end += 1;
    }

    #[cold]
    fn add_page(&mut self) {
        let page = P::after(self.pages.last(), self.end >> PAGE_BITS);
        self.pages.push(page);
    }

    #[inline]
    pub(crate) fn get(&self, at: usize) -> T {
        match self.pages.get((at >> PAGE_BITS).wrapping_sub(self.freed)) {
            Some(page) => page.get(at & (PAGE - 1)),
            None => self.get_pinned(at),
        }
    }

    #[cold]
    #[inline(never)]
    fn get_pinned(&self, at: usize) -> T {
        let value = self.live.rank(at).and_then(|rank| self.pinned.get(rank));
        value.copied().unwrap_or(T::BLANK)
    }

    #[inline]
    pub(crate) fn set(&mut self, at: usize, value: T) {
        match self.page_mut(at) {
            Some((page, at)) => page.set(at, value),
            None => *self.pinned_mut(at) = value,
        }
    }

    /// The page of a record, and its offset there; `None` if the page was freed.
    #[inline]
    pub(crate) fn page_mut(&mut self, at: usize) -> Option<(&mut P, usize)> {
        let page = (at >> PAGE_BITS).wrapping_sub(self.freed);
        Some((self.pages.get_mut(page)?, at & (PAGE - 1)))
    }

    #[cold]
    #[inline(never)]
    fn pinned_mut(&mut self, at: usize) -> &mut T {
        let rank = self.live.rank(at);
        rank.and_then(|rank| self.pinned.get_mut(rank))
            .unwrap_or(&mut self.sink)
    }

    /// The values of all live records in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let pinned = &self.live.pinned()[self.pinned.len()..];
        let in_pages = pinned.iter().map(|number| self.get(*number as usize));
        let first = self.live.first();
        let pages = (self.freed..).zip(&self.pages);
        let pages = pages.skip((first >> PAGE_BITS) - self.freed);
        let unpinned = pages.flat_map(move |(number, page)| {
            let from = first.saturating_sub(number * PAGE);
            let length = (self.end - number * PAGE).min(PAGE);
            (from..length).map(move |at| page.get(at))
        });
        self.pinned.iter().copied().chain(in_pages).chain(unpinned)
    }

    /// Frees the pages without unpinned live records.
    pub(crate) fn evict(&mut self, live: &Arc<LiveSet>) {
        let freed = (live.first() >> PAGE_BITS).max(self.freed);
        let moved = live
            .pinned()
            .partition_point(|number| (*number as usize) < freed * PAGE);
        let (known, mut at) = (self.live.pinned(), 0);
        let pinned = live.pinned()[..moved].iter().map(|number| {
            while at < self.pinned.len() && known[at] < *number {
                at += 1;
            }
            match self.pinned.get(at) {
                Some(value) if known[at] == *number => *value,
                _ => self.get(*number as usize),
            }
        });
        self.pinned = pinned.collect();
        self.pages.drain(..freed - self.freed);
        self.freed = freed;
        self.live = live.clone();
    }

    /// The same column with other values.
    pub(crate) fn map(&self, mut value: impl FnMut(T) -> T) -> Self {
        let mut pages: Vec<P> = Vec::with_capacity(self.pages.len());
        for (number, known) in (self.freed..).zip(&self.pages) {
            let mut page = P::after(pages.last(), number);
            let records = number * PAGE..self.end.min((number + 1) * PAGE);
            for at in records.filter(|record| self.live.rank(*record).is_some()) {
                let at = at & (PAGE - 1);
                page.set(at, value(known.get(at)));
            }
            pages.push(page);
        }
        Self {
            pages,
            freed: self.freed,
            end: self.end,
            live: self.live.clone(),
            pinned: self.pinned.iter().copied().map(value).collect(),
            sink: T::BLANK,
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.pages.iter().map(P::bytes).sum::<usize>()
            + self.pinned.capacity() * size_of::<T>()
            + self.pages.capacity() * size_of::<P>()
    }
}

impl<T: Value> PagedColumn<T> {
    #[inline]
    pub(crate) fn get_mut(&mut self, at: usize) -> &mut T {
        let page = (at >> PAGE_BITS).wrapping_sub(self.freed);
        if page < self.pages.len() {
            return &mut self.pages[page][at & (PAGE - 1)];
        }
        self.pinned_mut(at)
    }
}

/// Reserves room for `length` values and an eighth more. Doubling would leave half of the room
/// unused, and the allocator moves a large block without copying it.
#[inline]
pub(crate) fn make_room<T>(values: &mut Vec<T>, length: usize) {
    if length > values.capacity() {
        values.reserve_exact(length + length / 8 + 64 - values.len());
    }
}

/// The records from `newest` along a column of previous ones, newest first.
pub(crate) fn newest_first<K: Tag, P: ColumnPage<Option<RecordId<K>>>>(
    newest: Option<RecordId<K>>,
    prev: &PagedColumn<Option<RecordId<K>>, P>,
) -> impl Iterator<Item = RecordId<K>> {
    std::iter::successors(newest, |id| prev.get(id.at()))
}

/// The views of the same records, oldest first.
pub(crate) fn oldest_first<K: Tag, P: ColumnPage<Option<RecordId<K>>>, V>(
    newest: Option<RecordId<K>>,
    prev: &PagedColumn<Option<RecordId<K>>, P>,
    view: impl FnMut(RecordId<K>) -> V,
) -> Vec<V> {
    let mut views: Vec<V> = newest_first(newest, prev).map(view).collect();
    views.reverse();
    views
}

/// Implements what concerns all columns of a table: `table!(Table: column, group.column; map)`.
macro_rules! table {
    ($table:ty: $first:ident, $($($column:ident).+),+ $(; $($map:ident),+)?) => {
        impl $table {
            pub(crate) fn end(&self) -> usize {
                self.$first.end()
            }

            pub(crate) fn ranks(&self) -> crate::index::store::live_set::Ranks {
                self.$first.ranks()
            }

            pub(crate) fn live(&self) -> &std::sync::Arc<crate::index::store::live_set::LiveSet> {
                self.$first.live()
            }

            pub(crate) fn evict(
                &mut self,
                live: &std::sync::Arc<crate::index::store::live_set::LiveSet>,
            ) {
                self.$first.evict(live);
                $(self.$($column).+.evict(live);)+
            }

            pub(crate) fn bytes(&self) -> usize {
                self.$first.bytes() $(+ self.$($column).+.bytes())+ + self.$first.live().bytes()
                    $($(+ crate::memory::map_bytes(&self.$map))+)?
            }
        }
    };
}
pub(crate) use table;

/// A kind of record; derived implementations ask for those of its tag.
pub(crate) trait Tag: Copy + Ord + Hash + Debug {}
impl<K: Copy + Ord + Hash + Debug> Tag for K {}

/// The number of a record, of a type for each kind of record. An `Option` of it takes four bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RecordId<K>(NonZeroU32, PhantomData<K>);

impl<K: Tag> RecordId<K> {
    pub(crate) const INVALID: Self = Self(NonZeroU32::MAX, PhantomData);

    /// The record at this place of its columns, from 0. Beyond 2³² − 2 records all share the last
    /// number.
    pub(crate) fn new(at: usize) -> Self {
        let next = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        Self::from_raw(NonZeroU32::new(next).unwrap_or(NonZeroU32::MAX))
    }

    #[inline]
    pub(super) fn raw(self) -> NonZeroU32 {
        self.0
    }

    #[inline]
    pub(super) fn from_raw(raw: NonZeroU32) -> Self {
        Self(raw, PhantomData)
    }

    /// The record's place in its columns, from 0; records are numbered in the order in which they
    /// were first seen.
    #[inline]
    pub(crate) fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl<K: Tag> Debug for RecordId<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.at())
    }
}
