//! A hash table from texts to numbers; the texts are stored elsewhere.

use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use foldhash::quality::RandomState;

#[cfg(test)]
mod tests;

/// Numbers by the hash of their text.
///
/// A first load waits for memory here more than anywhere. So a slot holds the hash and the number
/// (8 bytes, eight slots to a cache line, probed linearly): most texts differ in their hash, and
/// growing the table reads no text.
#[derive(Debug)]
pub(super) struct HashIndex<N> {
    /// A power of two of them, at most three quarters used; none at first.
    slots: Vec<HashSlot<N>>,
    used: usize,
}

/// The seeded hash of a text; it differs in each run of the program.
#[inline]
pub(crate) fn hash(text: &[u8]) -> u32 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    let mut hasher = SEED.build_hasher();
    hasher.write(text);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

#[derive(Clone, Copy, Debug)]
struct HashSlot<N> {
    hash: u32,
    number: Option<N>,
}

impl<N> Default for HashIndex<N> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
        }
    }
}

impl<N: Copy> HashIndex<N> {
    /// The number of a text; `is_it` compares the text of a number with the same hash.
    #[inline]
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(N) -> bool) -> Option<N> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            let number = slot.number?;
            if slot.hash == hash && is_it(number) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }

    /// Prefetches the slot for `hash`; the return value only defeats the optimizer.
    #[inline]
    pub(super) fn prefetch(&self, hash: u32) -> u32 {
        let mask = self.slots.len().wrapping_sub(1);
        let slot = self.slots.get(hash as usize & mask);
        slot.map_or(0, |slot| slot.hash)
    }

    /// Adds a text that the table does not have.
    pub(super) fn insert(&mut self, hash: u32, number: N) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let none = HashSlot {
                hash: 0,
                number: None,
            };
            let slots = vec![none; (self.slots.len() * 2).max(16)];
            for slot in std::mem::replace(&mut self.slots, slots) {
                if slot.number.is_some() {
                    self.put(slot);
                }
            }
        }
        let number = Some(number);
        self.put(HashSlot { hash, number });
        self.used += 1;
    }

    fn put(&mut self, slot: HashSlot<N>) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number.is_some() {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    /// The same texts with other numbers, without those that get none.
    pub(super) fn renumbered(&self, number: impl Fn(N) -> Option<N>) -> Self {
        let mut index = Self::default();
        for slot in &self.slots {
            if let Some(number) = slot.number.and_then(&number) {
                index.insert(slot.hash, number);
            }
        }
        index
    }

    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<HashSlot<N>>()
    }
}
