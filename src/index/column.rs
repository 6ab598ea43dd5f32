//! Append-only columns in pages: growing copies nothing, and no more than one page stands half empty.

use std::marker::PhantomData;
use std::num::NonZeroU32;

const PAGE_BITS: usize = 12;
const PAGE: usize = 1 << PAGE_BITS;

/// One value a record, by the record's number.
///
/// A page has its full length from the start, so that reaching a value checks one bound, and appending writes one value
/// and counts: a new connection has twenty columns.
#[derive(Debug)]
pub struct Column<T> {
    pages: Vec<Box<[T; PAGE]>>,
    len: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Copy> Column<T> {
    /// Values held.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends the next record's value.
    #[inline]
    pub fn push(&mut self, value: T) {
        let at = self.len;
        if at & (PAGE - 1) == 0 {
            self.grow(value);
        }
        self.set(at, value);
        self.len = at + 1;
    }

    /// A new page; what it is filled with is never read.
    #[cold]
    fn grow(&mut self, filler: T) {
        let page = vec![filler; PAGE].into_boxed_slice();
        let page = page.try_into().ok().expect("a page has its full length");
        self.pages.push(page);
    }

    /// The value of a record that exists.
    #[inline]
    pub fn get(&self, at: usize) -> T {
        self.pages[at >> PAGE_BITS][at & (PAGE - 1)]
    }

    /// Changes the value of a record that exists.
    #[inline]
    pub fn set(&mut self, at: usize, value: T) {
        *self.get_mut(at) = value;
    }

    /// The value of a record that exists, to be changed in place.
    #[inline]
    pub fn get_mut(&mut self, at: usize) -> &mut T {
        &mut self.pages[at >> PAGE_BITS][at & (PAGE - 1)]
    }

    /// All values in the records' order.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        let pages = self.pages.iter().enumerate();
        pages.flat_map(|(number, page)| {
            let held = (self.len - number * PAGE).min(PAGE);
            page[..held].iter().copied()
        })
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.pages.len() * PAGE * size_of::<T>()
    }
}

/// A record's own number, of a kind that cannot be mistaken for another's. An `Option` of it takes four bytes.
pub struct RecordId<K>(NonZeroU32, PhantomData<fn() -> K>);

impl<K> RecordId<K> {
    /// The record at this place of its columns, from 0. Beyond 2³² − 2 records all share the last number.
    pub fn new(at: usize) -> Self {
        let next = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        Self(
            NonZeroU32::new(next).unwrap_or(NonZeroU32::MAX),
            PhantomData,
        )
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
