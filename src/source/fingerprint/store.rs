//! The fingerprints of all content that was read, indexed by hashes of the first bytes.
//!
//! If logs are rolled fast, thousands of files begin with the same bytes. Fingerprints are
//! therefore found by hashes of several lengths: the one that a new file is compared with in full
//! is nearly always that of its original.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::{PrefixHashes, TrackedContent, hash};

/// How many fingerprints are kept of deleted files. A log is compressed soon after it was rolled,
/// and the plain file deleted: of one rolled each second, this is a quarter of an hour.
const MAX_DELETED: usize = 1000;
/// How many of them are kept whatever their size, and the bytes that all may occupy: the hashes of
/// 64 GiB of text.
const MIN_DELETED: usize = 64;
const ROOM: usize = 8 << 20;
/// How many of their last bytes are kept, to recognise a copy under way.
const RECENT: usize = 2 << 20;

/// The number of a content. Deleted ones are numbered in the order of their deletion.
pub(crate) type ContentId = u32;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Location {
    Live(usize),
    Deleted(ContentId),
}

/// The content of deleted and rewritten files, and the keys of the files that have the rest.
#[derive(Debug, Default)]
pub(crate) struct FingerprintStore {
    deleted: BTreeMap<ContentId, TrackedContent>,
    /// The room that their hashes take, and their last bytes, which those before `recent` no longer
    /// have.
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

/// The keys of a content in a directory, up to `steps` of its first bytes.
fn keys(folder: &Path, start: &PrefixHashes, steps: usize) -> impl Iterator<Item = u64> {
    let folder = hash_of(folder);
    let steps = &start.hashes()[..steps];
    let passed = steps.iter().enumerate();
    let passes = passed.map(move |(step, &start)| key(folder, step, Extent::Passes, start));
    let last = steps.iter().enumerate().next_back();
    passes.chain(last.map(move |(step, &start)| key(folder, step, Extent::Ends, start)))
}

impl FingerprintStore {
    /// The content of a file has grown, or is known from now on.
    pub(crate) fn note(&mut self, file: usize, known: &mut TrackedContent) {
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

    pub(crate) fn forget(&mut self, known: &TrackedContent) {
        let entered = known.number.and_then(|number| self.files.remove(&number));
        if let Some((_, steps)) = entered {
            self.leave(known, steps);
        }
    }

    /// A file was deleted or rewritten: its former content stays known for a while.
    pub(crate) fn release(&mut self, mut known: TrackedContent) {
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
        self.deleted.insert(self.next, known);
        self.evict();
    }

    fn evict(&mut self) {
        while self.recent_room > RECENT
            && let Some((number, known)) = self.deleted.range_mut(self.recent..).next()
        {
            self.recent = number + 1;
            self.recent_room -= known.content.recent();
            known.content.forget_recent();
        }
        let is_much =
            |count: usize, room| count > MAX_DELETED || (count > MIN_DELETED && room > ROOM);
        while is_much(self.deleted.len(), self.room)
            && let Some((_, known)) = self.deleted.pop_first()
        {
            self.room -= known.content.hashes();
            self.recent_room -= known.content.recent();
            self.leave(&known, known.content.start().hashes().len());
        }
    }

    /// The contents of which a file in `folder` that begins with `start` may be a copy or a prefix.
    pub(crate) fn candidates(&self, folder: &Path, start: &PrefixHashes) -> Vec<Location> {
        let folder = hash_of(folder);
        let last = start.hashes().len().saturating_sub(1);
        let steps = start.hashes().iter().enumerate();
        let candidates = steps.flat_map(|(step, &start)| {
            let reach = if step == last {
                Extent::Passes
            } else {
                Extent::Ends
            };
            let key = key(folder, step, reach, start);
            self.by_start.range((key, 0)..=(key, ContentId::MAX))
        });
        candidates
            .filter_map(|&(_, number)| self.location(number))
            .collect()
    }

    fn location(&self, number: ContentId) -> Option<Location> {
        match self.files.get(&number) {
            Some(&(file, _)) => Some(Location::Live(file)),
            None => {
                let is_deleted = self.deleted.contains_key(&number);
                is_deleted.then_some(Location::Deleted(number))
            }
        }
    }

    pub(crate) fn file_of(&self, known: &TrackedContent) -> Option<usize> {
        Some(self.files.get(&known.number?)?.0)
    }

    pub(crate) fn deleted(&self, number: ContentId) -> Option<&TrackedContent> {
        self.deleted.get(&number)
    }
}

#[cfg(test)]
mod tests;
