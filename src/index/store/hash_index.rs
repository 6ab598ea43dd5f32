//! Which texts are known: a table of hashes and numbers.

use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use foldhash::quality::RandomState;

/// Which texts are known, by their hash.
///
/// A first load waits for memory here more than anywhere. So a text's hash and number stand in one slot (8 bytes, eight
/// to a cache line, looked for in a row): most texts are told apart, and all are moved when the table grows, without a
/// look at them.
#[derive(Debug)]
pub(crate) struct HashIndex<N> {
    /// A power of two of them, at most three quarters full; none at first.
    slots: Vec<HashSlot<N>>,
    used: usize,
}

/// The hash by which texts are found; others in each run of the program.
#[inline]
pub fn hash(text: &[u8]) -> u32 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    let mut hasher = SEED.build_hasher();
    hasher.write(text);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

/// A text's hash, and what it is known by.
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
    /// What the text is known by; `is_it` tells whether a number is its.
    #[inline]
    pub fn find(&self, hash: u32, is_it: impl Fn(N) -> bool) -> Option<N> {
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

    /// Has the memory come where a text of that hash is looked for first; the answer means nothing.
    #[inline]
    pub fn prefetch(&self, hash: u32) -> u32 {
        let slot = self
            .slots
            .get(hash as usize & self.slots.len().wrapping_sub(1));
        slot.map_or(0, |slot| slot.hash)
    }

    /// Enters a text that is not there.
    pub fn insert(&mut self, hash: u32, number: N) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let none = HashSlot {
                hash: 0,
                number: None,
            };
            let slots = vec![none; (self.slots.len() * 2).max(16)];
            for slot in std::mem::replace(&mut self.slots, slots) {
                if slot.number.is_some() {
                    self.place(slot);
                }
            }
        }
        let number = Some(number);
        self.place(HashSlot { hash, number });
        self.used += 1;
    }

    fn place(&mut self, slot: HashSlot<N>) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number.is_some() {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    /// The same texts by other numbers, without those that have none.
    pub fn moved(&self, number: impl Fn(N) -> Option<N>) -> Self {
        let mut known = Self::default();
        for slot in &self.slots {
            if let Some(number) = slot.number.and_then(&number) {
                known.insert(slot.hash, number);
            }
        }
        known
    }

    pub fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<HashSlot<N>>()
    }
}
