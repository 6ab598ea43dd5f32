//! From a name to all its records, newest first, at four bytes a record.
//!
//! A posting is a chain: the name knows its newest record, each record the one before it of the same name. Chains lead
//! through records in falling order and end where all older ones have been retired but a few ([`super::kept`]): those
//! are looked for one by one.

use std::sync::Arc;

use super::column::{Column, Page, RecordId, make_room};
use super::intern::Name;
use super::kept::Kept;
use super::packed::Packed;

/// The records of each name of one kind.
#[derive(Debug)]
pub struct Posting<K> {
    heads: Vec<(Option<RecordId<K>>, u32)>,
    before: Packed<Option<RecordId<K>>>,
}

impl<K> Default for Posting<K> {
    fn default() -> Self {
        Self {
            heads: Vec::new(),
            before: Packed::default(),
        }
    }
}

impl<K> Posting<K> {
    /// The next record, in the records' order; a record may have no such name.
    pub fn push(&mut self, name: Option<Name>) {
        let record = RecordId::new(self.before.end());
        self.push_blank();
        if let Some(name) = name {
            self.link(record, name);
        }
    }

    /// The next record, which has no such name yet.
    #[inline]
    pub fn push_blank(&mut self) {
        self.before.push_blank();
    }

    /// Gives a record that had no such name its name.
    pub fn link(&mut self, record: RecordId<K>, name: Name) {
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
            older = self.before.get(id.at());
        }
        self.before.set(record.at(), older);
        match newer {
            Some(id) => self.before.set(id.at(), Some(record)),
            None => head.0 = Some(record),
        }
    }

    /// How many kept records bear the name.
    pub fn count(&self, name: Name) -> usize {
        self.heads.get(name.at()).map_or(0, |head| head.1 as usize)
    }

    /// The name's records, newest first, without the listed ones among the retired ([`Kept::older`]).
    pub fn recent(&self, name: Name) -> impl Iterator<Item = RecordId<K>> + '_ {
        let first = self.before.kept().first();
        let head = self.heads.get(name.at()).and_then(|head| head.0);
        let recent = move |id: &RecordId<K>| id.at() >= first;
        std::iter::successors(head.filter(recent), move |id| {
            self.before.get(id.at()).filter(recent)
        })
    }

    /// The name's kept records, newest first; `column` tells each record's name.
    pub fn records<'p>(
        &'p self,
        name: Name,
        column: &'p Column<Option<Name>, impl Page<Option<Name>>>,
    ) -> impl Iterator<Item = RecordId<K>> + 'p {
        let older = self.before.kept().older().iter().rev();
        let older = older.map(|number| *number as usize);
        let older = older.filter(move |number| column.get(*number) == Some(name));
        self.recent(name).chain(older.map(RecordId::new))
    }

    /// A record of the name retires.
    pub fn forget(&mut self, name: Name) {
        if let Some(head) = self.heads.get_mut(name.at()) {
            head.1 = head.1.saturating_sub(1);
            if head.1 == 0 {
                head.0 = None;
            }
        }
    }

    /// Gives back what is no longer kept.
    pub fn retire(&mut self, kept: &Arc<Kept>) {
        self.before.retire(kept);
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.heads.capacity() * 8 + self.before.bytes()
    }
}
