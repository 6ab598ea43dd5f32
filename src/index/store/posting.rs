//! Posting lists: from a name to all its records, newest first, at four bytes a record.
//!
//! A list is a chain: the name has its newest record, each record the previous one of the same
//! name. Chains lead through records in falling order. They end at the first live record that is
//! not pinned ([`LiveSet::pinned`]); pinned ones are searched one by one.

use std::sync::Arc;

use super::column::{ColumnPage, PagedColumn, RecordId, Tag, make_room};
use super::int_column::IntColumn;
use super::intern::Symbol;
use super::live_set::LiveSet;

#[cfg(test)]
mod tests;

/// The newest record of a name, and how many live ones it has.
type Head<K> = (Option<RecordId<K>>, u32);

/// The records of each name of one kind.
#[derive(Debug)]
pub(crate) struct PostingList<K: Tag> {
    heads: Vec<Head<K>>,
    prev: IntColumn<Option<RecordId<K>>>,
}

impl<K: Tag> Default for PostingList<K> {
    fn default() -> Self {
        Self {
            heads: Vec::new(),
            prev: IntColumn::default(),
        }
    }
}

impl<K: Tag> PostingList<K> {
    /// Appends the next record; it may have no such name.
    pub(crate) fn push(&mut self, name: Option<Symbol>) {
        let record = RecordId::new(self.prev.end());
        self.push_blank();
        if let Some(name) = name {
            self.link(record, name);
        }
    }

    /// Appends the next record, without a name yet.
    #[inline]
    pub(crate) fn push_blank(&mut self) {
        self.prev.push_blank();
    }

    /// Gives a record that had no such name its name.
    pub(crate) fn link(&mut self, record: RecordId<K>, name: Symbol) {
        if self.heads.len() <= name.at() {
            make_room(&mut self.heads, name.at() + 1);
            self.heads.resize(name.at() + 1, (None, 0));
        }
        let head = &mut self.heads[name.at()];
        head.1 = head.1.saturating_add(1);
        // Nearly always it is the newest.
        let mut newer = None;
        let mut older = head.0;
        while let Some(id) = older.filter(|id| *id > record) {
            newer = Some(id);
            older = self.prev.get(id.at());
        }
        self.prev.set(record.at(), older);
        match newer {
            Some(id) => self.prev.set(id.at(), Some(record)),
            None => head.0 = Some(record),
        }
    }

    /// How many live records have the name.
    pub(crate) fn count(&self, name: Symbol) -> usize {
        self.heads.get(name.at()).map_or(0, |head| head.1 as usize)
    }

    /// The name's records, newest first, without pinned ones.
    pub(crate) fn recent(&self, name: Symbol) -> impl Iterator<Item = RecordId<K>> + '_ {
        let first = self.prev.live().first();
        let head = self.heads.get(name.at()).and_then(|head| head.0);
        let recent = move |id: &RecordId<K>| id.at() >= first;
        std::iter::successors(head.filter(recent), move |id| {
            self.prev.get(id.at()).filter(recent)
        })
    }

    /// The name's live records, newest first; `column` has each record's name.
    pub(crate) fn records<'p>(
        &'p self,
        name: Symbol,
        column: &'p PagedColumn<Option<Symbol>, impl ColumnPage<Option<Symbol>>>,
    ) -> impl Iterator<Item = RecordId<K>> + 'p {
        let pinned = self.prev.live().pinned().iter().rev();
        let pinned = pinned.map(|number| *number as usize);
        let pinned = pinned.filter(move |number| column.get(*number) == Some(name));
        self.recent(name).chain(pinned.map(RecordId::new))
    }

    /// A record of the name is evicted.
    pub(crate) fn remove_one(&mut self, name: Symbol) {
        if let Some(head) = self.heads.get_mut(name.at()) {
            head.1 = head.1.saturating_sub(1);
            if head.1 == 0 {
                head.0 = None;
            }
        }
    }

    pub(crate) fn evict(&mut self, live: &Arc<LiveSet>) {
        self.prev.evict(live);
    }

    pub(crate) fn bytes(&self) -> usize {
        self.heads.capacity() * size_of::<Head<K>>() + self.prev.bytes()
    }
}
