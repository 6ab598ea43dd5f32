//! A map that strangers can fill: it keeps a fixed number of entries and counts the others.

use std::hash::{BuildHasher, Hash};

use foldhash::quality::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// The key of a name, an address or a net. The function is seeded, so strangers cannot choose names
/// with the same key.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys(RandomState);

impl Keys {
    pub(super) fn of(&self, value: impl Hash) -> u64 {
        self.0.hash_one(value)
    }

    /// Upper and lower case of ASCII give the same key.
    pub(super) fn of_name(&self, name: &[u8]) -> u64 {
        use std::hash::Hasher;
        let mut hasher = self.0.build_hasher();
        for piece in name.chunks(64) {
            let mut lower = [0; 64];
            let lower = &mut lower[..piece.len()];
            lower.copy_from_slice(piece);
            lower.make_ascii_lowercase();
            hasher.write(lower);
        }
        hasher.finish()
    }
}

/// An entry of a [`Bounded`] map.
pub(super) trait Ranked {
    /// The entries of the lowest rank are dropped first.
    fn rank(&self) -> u64;
}

#[derive(Debug)]
pub(super) struct Bounded<V> {
    entries: HashMap<u64, V, RandomState>,
    most: usize,
    dropped: u64,
}

impl<V: Ranked> Bounded<V> {
    pub(super) fn new(most: usize) -> Self {
        Self {
            entries: HashMap::default(),
            most,
            dropped: 0,
        }
    }

    pub(super) fn get(&self, key: u64) -> Option<&V> {
        self.entries.get(&key)
    }

    pub(super) fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        self.entries.get_mut(&key)
    }

    pub(super) fn remove(&mut self, key: u64) -> Option<V> {
        self.entries.remove(&key)
    }

    /// The entry, and whether it is new.
    pub(super) fn entry(&mut self, key: u64, new: impl FnOnce() -> V) -> (&mut V, bool) {
        if self.entries.len() >= self.most && !self.entries.contains_key(&key) {
            self.drop_half();
        }
        match self.entries.entry(key) {
            Entry::Occupied(old) => (old.into_mut(), false),
            Entry::Vacant(free) => (free.insert(new()), true),
        }
    }

    /// One entry more costs the same on average, however many come.
    fn drop_half(&mut self) {
        let mut ranks: Vec<u64> = self.entries.values().map(Ranked::rank).collect();
        let middle = ranks.len() / 2;
        let (_, limit, _) = ranks.select_nth_unstable(middle);
        let (limit, before) = (*limit, self.entries.len());
        self.entries.retain(|_, entry| entry.rank() > limit);
        self.dropped += (before - self.entries.len()) as u64;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        self.entries.iter().map(|(key, entry)| (*key, entry))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut V)> {
        self.entries.iter_mut().map(|(key, entry)| (*key, entry))
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Entries so far. One that came back after it was dropped counts again.
    pub(super) fn seen(&self) -> u64 {
        self.entries.len() as u64 + self.dropped
    }
}
