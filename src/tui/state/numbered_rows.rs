//! Rows that keep their numbers from one analysis to the next.

use std::collections::HashMap;

use crate::tui::columns::record::Record;

/// The rows of what has no ID: a key has the same number in every snapshot.
#[derive(Debug)]
pub(super) struct NumberedRows<K> {
    numbers: HashMap<K, u32>,
    /// Positions in the current snapshot, by number.
    pub at: HashMap<u32, usize>,
    pub rows: Vec<Record>,
}

impl<K> Default for NumberedRows<K> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            at: HashMap::new(),
            rows: Vec::new(),
        }
    }
}

impl<K: std::hash::Hash + Eq> NumberedRows<K> {
    pub(super) fn renew(&mut self, keys: impl Iterator<Item = K>, record: fn(u32) -> Record) {
        self.at.clear();
        self.rows.clear();
        for (at, key) in keys.enumerate() {
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            let number = *self.numbers.entry(key).or_insert(next);
            self.at.insert(number, at);
            self.rows.push(record(number));
        }
    }
}
