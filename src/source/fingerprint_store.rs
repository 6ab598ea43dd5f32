//! All contents that were read, found by how they begin.
//!
//! Thousands of files begin with the same bytes where logs are rolled fast, so that contents are found by hashes of their
//! first bytes in several lengths: what a new file is compared with in full is nearly always what it is a copy of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::fingerprint::{PrefixHashes, TrackedContent, hash};

/// How many contents are known of files that are no longer there. A log is compressed soon after it was rolled, and the
/// plain file deleted: of one rolled each second, this is a quarter of an hour.
const MAX_DELETED: usize = 1000;
/// How many of them are known whatever room they take, and what room all may take: the hashes of 64 GiB of text.
const SURE: usize = 64;
const ROOM: usize = 8 << 20;
/// How many of their last bytes are kept, to tell a copy of them that is under way.
const RECENT: usize = 2 << 20;

/// The number of a content. Those that were let go have theirs in the order in which they were.
pub(crate) type ContentId = u32;

/// Where a content is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Location {
    /// Of a file that is there.
    Live(usize),
    /// Of one that no longer is.
    Deleted(ContentId),
}

/// The contents of files that are gone or were rewritten, and where those of the others are.
#[derive(Debug, Default)]
pub(crate) struct FingerprintStore {
    past: BTreeMap<ContentId, TrackedContent>,
    /// The room that their hashes take, and their last bytes, which those before `recent` no longer have.
    room: usize,
    recent_room: usize,
    recent: ContentId,
    /// Which file a content is of, and by how many steps of its beginning it is entered.
    files: HashMap<ContentId, (usize, usize)>,
    by_start: BTreeSet<(u64, ContentId)>,
    next: ContentId,
}

/// How far a content goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// As far as this step at least.
    Passes,
    /// No further than to the next step.
    Ends,
}

fn key(folder: u64, step: usize, reach: Extent, start: u64) -> u64 {
    let place = step as u64 * 2 + u64::from(reach == Extent::Ends);
    let words = [folder, place, start].map(u64::to_ne_bytes);
    hash(words.as_flattened())
}

fn hash_of(folder: &Path) -> u64 {
    hash(folder.as_os_str().as_encoded_bytes())
}

/// What a content is entered under that begins so in a folder, as far as `steps`.
fn keys(folder: &Path, start: &PrefixHashes, steps: usize) -> impl Iterator<Item = u64> {
    let folder = hash_of(folder);
    let steps = &start.hashes()[..steps];
    let passed = steps.iter().enumerate();
    let passes = passed.map(move |(step, &start)| key(folder, step, Extent::Passes, start));
    let last = steps.iter().enumerate().next_back();
    passes.chain(last.map(move |(step, &start)| key(folder, step, Extent::Ends, start)))
}

impl FingerprintStore {
    /// The content of a file was added to, or is known of it now.
    pub fn note(&mut self, file: usize, known: &mut TrackedContent) {
        let steps = known.content.start().hashes().len();
        if steps == 0 {
            return;
        }
        let number = *known.number.get_or_insert_with(|| {
            self.next += 1;
            self.next
        });
        let before = self.files.insert(number, (file, steps));
        let before = before.map_or(0, |(_, steps)| steps);
        if before < steps {
            self.leave(known, before);
            let keys = keys(&known.folder, known.content.start(), steps);
            self.by_start.extend(keys.map(|key| (key, number)));
        }
    }

    fn leave(&mut self, known: &TrackedContent, steps: usize) {
        if let Some(number) = known.number {
            for key in keys(&known.folder, known.content.start(), steps) {
                self.by_start.remove(&(key, number));
            }
        }
    }

    /// The content of a file is no longer known.
    pub fn forget(&mut self, known: &TrackedContent) {
        let entered = known.number.and_then(|number| self.files.remove(&number));
        if let Some((_, steps)) = entered {
            self.leave(known, steps);
        }
    }

    /// A file is gone, or begins anew: what was read of it stays known for a while.
    pub fn let_go(&mut self, mut known: TrackedContent) {
        self.forget(&known);
        let start = *known.content.start();
        if start.hashes().is_empty() {
            return;
        }
        self.next += 1;
        known.number = Some(self.next);
        known.content.shrink();
        self.room += known.content.hashes();
        self.recent_room += known.content.recent();
        let keys = keys(&known.folder, &start, start.hashes().len());
        self.by_start.extend(keys.map(|key| (key, self.next)));
        self.past.insert(self.next, known);
        self.evict();
    }

    /// Forgets the oldest of what is too much.
    fn evict(&mut self) {
        while self.recent_room > RECENT
            && let Some((number, known)) = self.past.range_mut(self.recent..).next()
        {
            self.recent = number + 1;
            self.recent_room -= known.content.recent();
            known.content.forget_recent();
        }
        let is_much = |past: usize, room| past > MAX_DELETED || (past > SURE && room > ROOM);
        while is_much(self.past.len(), self.room)
            && let Some((_, known)) = self.past.pop_first()
        {
            self.room -= known.content.hashes();
            self.recent_room -= known.content.recent();
            self.leave(&known, known.content.start().hashes().len());
        }
    }

    /// The contents that a file in `folder` may be a copy or a part of that begins so, as far as its beginning tells.
    pub fn candidates(&self, folder: &Path, start: &PrefixHashes) -> Vec<Location> {
        let folder = hash_of(folder);
        let last = start.hashes().len().saturating_sub(1);
        let steps = start.hashes().iter().enumerate();
        let alike = steps.flat_map(|(step, &start)| {
            let reach = if step == last {
                Extent::Passes
            } else {
                Extent::Ends
            };
            let key = key(folder, step, reach, start);
            self.by_start.range((key, 0)..=(key, ContentId::MAX))
        });
        alike.filter_map(|&(_, number)| self.home(number)).collect()
    }

    fn home(&self, number: ContentId) -> Option<Location> {
        match self.files.get(&number) {
            Some(&(file, _)) => Some(Location::Live(file)),
            None => self
                .past
                .contains_key(&number)
                .then_some(Location::Deleted(number)),
        }
    }

    /// The file that a content is of, if it is there.
    pub fn file_of(&self, known: &TrackedContent) -> Option<usize> {
        Some(self.files.get(&known.number?)?.0)
    }

    /// A content that was let go.
    pub fn past(&self, number: ContentId) -> Option<&TrackedContent> {
        self.past.get(&number)
    }
}

#[cfg(test)]
mod tests;
