//! From a name to all its records, newest first, at four bytes a record.
//!
//! A posting is a chain: the name knows its newest record, each record the one before it of the same name. Chains lead
//! through records in falling order and end where all older ones have been retired but a few ([`super::kept`]): those
//! are looked for one by one.

use std::sync::Arc;

use crate::index::store::column::{ColumnPage, PagedColumn, RecordId, make_room};
use crate::index::store::int_column::IntColumn;
use crate::index::store::intern::Symbol;
use crate::index::store::live_set::LiveSet;

/// The records of each name of one kind.
#[derive(Debug)]
pub struct PostingList<K> {
    heads: Vec<(Option<RecordId<K>>, u32)>,
    prev: IntColumn<Option<RecordId<K>>>,
}

impl<K> Default for PostingList<K> {
    fn default() -> Self {
        Self {
            heads: Vec::new(),
            prev: IntColumn::default(),
        }
    }
}

impl<K> PostingList<K> {
    /// The next record, in the records' order; a record may have no such name.
    pub fn push(&mut self, name: Option<Symbol>) {
        let record = RecordId::new(self.prev.end());
        self.push_blank();
        if let Some(name) = name {
            self.link(record, name);
        }
    }

    /// The next record, which has no such name yet.
    #[inline]
    pub fn push_blank(&mut self) {
        self.prev.push_blank();
    }

    /// Gives a record that had no such name its name.
    pub fn link(&mut self, record: RecordId<K>, name: Symbol) {
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

    /// How many kept records bear the name.
    pub fn count(&self, name: Symbol) -> usize {
        self.heads.get(name.at()).map_or(0, |head| head.1 as usize)
    }

    /// The name's records, newest first, without the listed ones among the retired ([`LiveSet::pinned`]).
    pub fn recent(&self, name: Symbol) -> impl Iterator<Item = RecordId<K>> + '_ {
        let first = self.prev.kept().first();
        let head = self.heads.get(name.at()).and_then(|head| head.0);
        let recent = move |id: &RecordId<K>| id.at() >= first;
        std::iter::successors(head.filter(recent), move |id| {
            self.prev.get(id.at()).filter(recent)
        })
    }

    /// The name's kept records, newest first; `column` tells each record's name.
    pub fn records<'p>(
        &'p self,
        name: Symbol,
        column: &'p PagedColumn<Option<Symbol>, impl ColumnPage<Option<Symbol>>>,
    ) -> impl Iterator<Item = RecordId<K>> + 'p {
        let older = self.prev.kept().pinned().iter().rev();
        let older = older.map(|number| *number as usize);
        let older = older.filter(move |number| column.get(*number) == Some(name));
        self.recent(name).chain(older.map(RecordId::new))
    }

    /// A record of the name retires.
    pub fn forget(&mut self, name: Symbol) {
        if let Some(head) = self.heads.get_mut(name.at()) {
            head.1 = head.1.saturating_sub(1);
            if head.1 == 0 {
                head.0 = None;
            }
        }
    }

    /// Gives back what is no longer kept.
    pub fn retire(&mut self, kept: &Arc<LiveSet>) {
        self.prev.retire(kept);
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.heads.capacity() * 8 + self.prev.bytes()
    }
}
