//! The files met, by numbers that stay theirs while anybody may speak of them.

use std::ops::{Index, IndexMut};

use super::tail::TailedFile;

/// FileTable under their numbers. A log that is rolled for weeks leads to any number of files: those that were let go give
/// their numbers back.
#[derive(Default)]
pub(super) struct FileTable {
    all: Vec<Option<Box<TailedFile>>>,
    free: Vec<usize>,
    /// Those let go, until nobody speaks of them.
    gone: Vec<usize>,
}

impl FileTable {
    /// Enters a file; returns its number.
    pub fn add(&mut self, file: TailedFile) -> usize {
        let file = Some(Box::new(file));
        if let Some(at) = self.free.pop() {
            self.all[at] = file;
            return at;
        }
        self.all.push(file);
        self.all.len() - 1
    }

    /// Nothing leads to a file any more but what is under way.
    pub fn let_go(&mut self, at: usize) {
        if !self.gone.contains(&at) {
            self.gone.push(at);
        }
    }

    /// Forgets the files let go that nobody speaks of.
    pub fn forget(&mut self, is_referenced: impl Fn(usize) -> bool) {
        let gone = std::mem::take(&mut self.gone);
        for at in gone {
            if is_referenced(at) {
                self.gone.push(at);
            } else {
                self.all[at] = None;
                self.free.push(at);
            }
        }
    }

    /// The files for which that holds.
    pub fn which(&self, holds: impl Fn(&TailedFile) -> bool) -> Vec<usize> {
        let all = self.all.iter().enumerate();
        let which = all.filter(|(_, file)| file.as_deref().is_some_and(&holds));
        which.map(|(at, _)| at).collect()
    }

    /// How many are kept.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.all.len() - self.free.len()
    }
}

impl Index<usize> for FileTable {
    type Output = TailedFile;

    fn index(&self, at: usize) -> &TailedFile {
        let file = self.all[at].as_deref();
        file.expect("whoever has the number of a file is asked before it is forgotten")
    }
}

impl IndexMut<usize> for FileTable {
    fn index_mut(&mut self, at: usize) -> &mut TailedFile {
        let file = self.all[at].as_deref_mut();
        file.expect("whoever has the number of a file is asked before it is forgotten")
    }
}
