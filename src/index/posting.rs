//! From a name to all its records, newest first, at four bytes a record.
//!
//! A posting is a chain: the name knows its newest record, each record the one before it of the same name.

use super::column::{Column, RecordId};
use super::intern::Name;

/// The records of each name of one kind.
#[derive(Debug)]
pub struct Posting<K> {
    heads: Vec<(Option<RecordId<K>>, u32)>,
    before: Column<Option<RecordId<K>>>,
}

impl<K> Default for Posting<K> {
    fn default() -> Self {
        Self {
            heads: Vec::new(),
            before: Column::default(),
        }
    }
}

impl<K> Posting<K> {
    /// The next record, in the records' order; a record may have no such name.
    pub fn push(&mut self, name: Option<Name>) {
        let record = RecordId::new(self.before.len());
        self.before.push(None);
        if let Some(name) = name {
            self.link(record, name);
        }
    }

    /// Gives a record that had no such name its name.
    pub fn link(&mut self, record: RecordId<K>, name: Name) {
        if self.heads.len() <= name.at() {
            self.heads.resize(name.at() + 1, (None, 0));
        }
        let head = &mut self.heads[name.at()];
        self.before.set(record.at(), head.0);
        *head = (Some(record), head.1.saturating_add(1));
    }

    /// How many records bear the name.
    pub fn count(&self, name: Name) -> usize {
        self.heads.get(name.at()).map_or(0, |head| head.1 as usize)
    }

    /// The name's records, newest first.
    pub fn records(&self, name: Name) -> impl Iterator<Item = RecordId<K>> + '_ {
        let mut next = self.heads.get(name.at()).and_then(|head| head.0);
        std::iter::from_fn(move || {
            let record = next?;
            next = self.before.get(record.at());
            Some(record)
        })
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.heads.capacity() * 8 + self.before.bytes()
    }
}
