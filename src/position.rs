//! Where a line begins: a source and an offset in it. Every component above refers to lines by
//! this.

use std::fmt;

/// The number of a source, from 0, in the order in which the reader emitted their first lines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct SourceId(u32);

impl SourceId {
    pub(crate) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a line begins: its source and the offset in it, in decompressed bytes. Positions sort in
/// reading order.
///
/// Sources beyond 4 million and offsets beyond 4 TiB saturate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position(u64);

impl Position {
    pub(crate) const START: Self = Self(0);

    const OFFSET_BITS: u32 = 42;
    const MAX_OFFSET: u64 = (1 << Self::OFFSET_BITS) - 1;
    const MAX_SOURCE: u32 = (1 << (64 - Self::OFFSET_BITS)) - 1;

    pub(crate) fn new(source: SourceId, offset: u64) -> Self {
        let source = u64::from(source.0.min(Self::MAX_SOURCE));
        Self(source << Self::OFFSET_BITS | offset.min(Self::MAX_OFFSET))
    }

    /// As one number, which columns store.
    #[inline]
    pub(crate) fn raw(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    pub(crate) fn source(self) -> SourceId {
        SourceId((self.0 >> Self::OFFSET_BITS) as u32)
    }

    /// The offset in it, in decompressed bytes.
    pub(crate) fn offset(self) -> u64 {
        self.0 & Self::MAX_OFFSET
    }

    /// Bytes from an earlier position of the same source to this one; `None` from another source
    /// and beyond 4 GiB.
    #[inline]
    pub(crate) fn behind(self, earlier: Self) -> Option<u32> {
        let same_source = (self.0 ^ earlier.0) >> Self::OFFSET_BITS == 0;
        let length = u32::try_from(self.0.wrapping_sub(earlier.0)).ok();
        length.filter(|_| same_source)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.source().0, self.offset())
    }
}

#[cfg(test)]
mod tests;
