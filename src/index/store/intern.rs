//! Interned names: each text is stored once and has a number.
//!
//! Most names come from strangers, so the hash is seeded. All text is decoded when it is interned
//! (bytes that are not UTF-8 become U+FFFD), so that readers of the index work on text.

use std::borrow::Cow;

use super::arena::{Arena, MAX_LENGTH};
use super::column::{RecordId, make_room};
use super::hash_index::HashIndex;

pub(crate) use super::arena::TextId;
pub(crate) use super::hash_index::hash;

#[cfg(test)]
mod tests;

/// Keeps the optimizer from removing the prefetching reads.
pub(crate) fn touch_lines(prefetched: impl Iterator<Item = u32>) {
    std::hint::black_box(prefetched.fold(0, u32::wrapping_add));
}

/// Buffers of [`Interner::prefetch`], to be reused.
#[derive(Debug, Default)]
pub(crate) struct PrefetchScratch {
    /// The names found by the last prefetch.
    pub(crate) names: Vec<Symbol>,
    texts: Vec<TextId>,
}

impl PrefetchScratch {
    pub(crate) fn bytes(&self) -> usize {
        self.names.capacity() * size_of::<Symbol>() + self.texts.capacity() * size_of::<TextId>()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum NameTag {}
/// The number of an interned name among its kind, in the order in which names were first seen.
pub(crate) type Symbol = RecordId<NameTag>;

/// Names of one kind: users, profiles, addresses.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    arena: Arena,
    /// The text of each number; `None` after its name was removed.
    texts: Vec<Option<TextId>>,
    known: HashIndex<Symbol>,
    /// Numbers for new names.
    free: Vec<u32>,
    /// Numbers whose names the last compaction removed. A reader may still hold one until it sees
    /// that the index was compacted, so they are free only after the next compaction.
    quarantined: Vec<u32>,
}

impl Interner {
    /// The name's number; a new one if the text is new. If no more names fit, each further one gets
    /// the last number.
    ///
    /// The raw bytes are looked up first: what equals a stored text is text, and needs no decoding.
    #[inline]
    pub(crate) fn intern(&mut self, text: &[u8]) -> Symbol {
        self.intern_hashed(hash(text), text)
    }

    /// Like [`intern`](Self::intern), for a text whose [`hash()`] is computed.
    #[inline]
    pub(crate) fn intern_hashed(&mut self, hash: u32, text: &[u8]) -> Symbol {
        match self.find_bytes(hash, text) {
            Some(name) => name,
            None => self.insert(hash, text),
        }
    }

    #[inline]
    fn find_bytes(&self, hash: u32, text: &[u8]) -> Option<Symbol> {
        let is_it = |name: Symbol| {
            let id = self.texts[name.at()];
            id.is_some_and(|id| self.arena.get_bytes(id) == text)
        };
        self.known.find(hash, is_it)
    }

    /// Prefetches the memory that interning texts with these hashes will read. Each of the three
    /// steps reads what the one before found, for all texts at once, so that their cache misses
    /// overlap.
    pub(crate) fn prefetch(&self, hashes: &[u32], scratch: &mut PrefetchScratch) {
        touch_lines(hashes.iter().map(|hash| self.known.prefetch(*hash)));
        scratch.names.clear();
        let names = hashes.iter();
        let names = names.filter_map(|hash| self.known.find(*hash, |_| true));
        scratch.names.extend(names);
        scratch.texts.clear();
        let texts = scratch.names.iter();
        let texts = texts.filter_map(|name| self.texts[name.at()]);
        scratch.texts.extend(texts);
        touch_lines(scratch.texts.iter().map(|id| self.arena.prefetch(*id)));
    }

    /// Inserts a name whose raw bytes are unknown; its decoded form may be known.
    fn insert(&mut self, hashed: u32, text: &[u8]) -> Symbol {
        let decoded = decoded(text);
        let stored = &decoded[..decoded.floor_char_boundary(MAX_LENGTH)];
        let mut hashed = hashed;
        if stored.as_bytes() != text {
            hashed = hash(stored.as_bytes());
            if let Some(name) = self.find_bytes(hashed, stored.as_bytes()) {
                return name;
            }
        }
        let (Some(number), Some(id)) = (self.new_number(), self.arena.push(stored, None)) else {
            return Symbol::new(self.texts.len().saturating_sub(1));
        };
        self.texts[number as usize] = Some(id);
        let name = Symbol::new(number as usize);
        self.known.insert(hashed, name);
        name
    }

    fn new_number(&mut self) -> Option<u32> {
        self.free.pop().or_else(|| {
            let number = u32::try_from(self.texts.len()).ok()?;
            make_room(&mut self.texts, number as usize + 1);
            self.texts.push(None);
            Some(number)
        })
    }

    /// The name's text; empty if the name was removed.
    pub(crate) fn get(&self, name: Symbol) -> &str {
        let id = self.texts.get(name.at()).copied().flatten();
        id.map_or("", |id| self.arena.get(id))
    }

    /// Whether the number has a name.
    pub(crate) fn is_used(&self, name: Symbol) -> bool {
        self.texts.get(name.at()).is_some_and(Option::is_some)
    }

    /// A copy with the names that are used, by their numbers, which stay the same.
    pub(crate) fn compacted(&self, is_used: &[bool]) -> Self {
        let mut arena = Arena::default();
        let (mut free, mut quarantined) = (self.free.clone(), Vec::new());
        free.extend(&self.quarantined);
        let of_number = (0u32..).zip(&self.texts).map(|(number, id)| {
            let id = (*id)?;
            if is_used[number as usize] {
                arena.push(self.arena.get(id), None)
            } else {
                quarantined.push(number);
                None
            }
        });
        let texts: Vec<Option<TextId>> = of_number.collect();
        let known = (self.known).renumbered(|name| texts[name.at()].map(|_| name));
        Self {
            arena,
            texts,
            known,
            free,
            quarantined,
        }
    }

    /// The name with exactly this text.
    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        let text = text.as_bytes();
        self.find_bytes(hash(text), text)
    }

    /// How many numbers there are, with those of removed names.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// All names by their numbers, in the order in which they were first seen; removed names are
    /// empty.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Symbol, &str)> {
        let numbers = (0..self.texts.len()).map(Symbol::new);
        numbers.map(|name| (name, self.get(name)))
    }

    pub(crate) fn bytes(&self) -> usize {
        let numbers = self.texts.capacity() + self.free.capacity() + self.quarantined.capacity();
        self.arena.bytes() + numbers * 4 + self.known.bytes()
    }
}

pub(super) fn decoded(text: &[u8]) -> Cow<'_, str> {
    // The lossy decoder is slow and nearly all text is valid: check that first.
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(text),
    }
}
