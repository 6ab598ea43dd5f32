//! Rows found by their key, with numbers that are reused after a row was removed.

use std::hash::BuildHasher;
use std::ops::{Index, IndexMut};

use hashbrown::HashTable;

macro_rules! number {
    ($($name:ident)+) => {$(
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(u32);

        impl Number for $name {
            fn new(at: usize) -> Self {
                Self::new(at)
            }
            fn at(self) -> usize {
                self.at()
            }
        }

        impl $name {
            pub(crate) fn new(at: usize) -> Self {
                Self(u32::try_from(at).unwrap_or(u32::MAX))
            }
            pub(crate) fn at(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}
number! { HostNo DomainNo RouteNo }

pub(in crate::judge) trait Number: Copy {
    fn new(at: usize) -> Self;
    fn at(self) -> usize;
}

/// A row with its key.
pub(in crate::judge) trait Keyed {
    type Key: Eq + std::hash::Hash + ?Sized;
    fn key(&self) -> &Self::Key;
    fn new(key: &Self::Key) -> Self;
}

/// The number type of a row.
pub(in crate::judge) trait Numbered: Keyed {
    type No: Number;
}

impl Numbered for super::Host {
    type No = HostNo;
}

impl Numbered for super::Domain {
    type No = DomainNo;
}

#[derive(Debug)]
pub(crate) struct Table<R> {
    rows: Vec<Option<R>>,
    free: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: foldhash::fast::RandomState,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            free: Vec::new(),
            numbers: HashTable::new(),
            hasher: foldhash::fast::RandomState::default(),
        }
    }
}

impl<R: Numbered> Table<R> {
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The number of a key; a new row if it has none.
    pub(in crate::judge) fn number(&mut self, key: &R::Key) -> R::No {
        let hash = self.hasher.hash_one(key);
        let rows = &self.rows;
        let same = |no: &u32| {
            rows[*no as usize]
                .as_ref()
                .is_some_and(|row| row.key() == key)
        };
        if let Some(no) = self.numbers.find(hash, same) {
            return R::No::new(*no as usize);
        }
        let row = Some(R::new(key));
        let no = match self.free.pop() {
            Some(no) => {
                self.rows[no as usize] = row;
                no
            }
            None => {
                self.rows.push(row);
                self.rows.len() as u32 - 1
            }
        };
        let (rows, hasher) = (&self.rows, &self.hasher);
        self.numbers.insert_unique(hash, no, |no| {
            rows[*no as usize]
                .as_ref()
                .map_or(0, |row| hasher.hash_one(row.key()))
        });
        R::No::new(no as usize)
    }

    pub(in crate::judge) fn find(&self, key: &R::Key) -> Option<R::No> {
        let hash = self.hasher.hash_one(key);
        let same = |no: &u32| {
            self.rows[*no as usize]
                .as_ref()
                .is_some_and(|row| row.key() == key)
        };
        self.numbers
            .find(hash, same)
            .map(|no| R::No::new(*no as usize))
    }

    pub(in crate::judge) fn has(&self, no: R::No) -> bool {
        self.get(no).is_some()
    }

    /// `None` for a row that was removed.
    pub(in crate::judge) fn get(&self, no: R::No) -> Option<&R> {
        self.rows[no.at()].as_ref()
    }

    pub(super) fn remove(&mut self, no: R::No) {
        if let Some(row) = self.rows[no.at()].take() {
            let hash = self.hasher.hash_one(row.key());
            if let Ok(entry) = self
                .numbers
                .find_entry(hash, |other| *other as usize == no.at())
            {
                entry.remove();
            }
            self.free.push(no.at() as u32);
        }
    }

    pub(in crate::judge) fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut R> {
        self.rows.iter_mut().flatten()
    }

    pub(super) fn numbers_where(&self, holds: impl Fn(&R) -> bool) -> Vec<R::No> {
        let rows = self.rows.iter().enumerate();
        let held = rows.filter(|(_, row)| row.as_ref().is_some_and(&holds));
        held.map(|(at, _)| R::No::new(at)).collect()
    }

    /// The rows that hold and whose value is least, at most so many.
    pub(super) fn oldest(
        &self,
        most: usize,
        holds: impl Fn(&R) -> bool,
        value: impl Fn(&R) -> i64,
    ) -> Vec<R::No> {
        let mut held = self.numbers_where(holds);
        held.sort_by_cached_key(|no| value(&self[*no]));
        held.truncate(most);
        held
    }

    pub(super) fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<R>() + self.numbers.capacity() * 5
    }
}

impl<R: Numbered> Index<R::No> for Table<R> {
    type Output = R;
    fn index(&self, no: R::No) -> &R {
        self.rows[no.at()]
            .as_ref()
            .expect("a number is dropped with its row")
    }
}

impl<R: Numbered> IndexMut<R::No> for Table<R> {
    fn index_mut(&mut self, no: R::No) -> &mut R {
        self.rows[no.at()]
            .as_mut()
            .expect("a number is dropped with its row")
    }
}
