//! The state of every followed file, and its transitions.
//!
//! The tracker does no I/O: the reader passes in what it observed (metadata, listings, the time)
//! and carries out what the tracker decides. `T` is the reader's own state of a file, opaque to the
//! tracker.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::{Index, IndexMut};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::fs::{FileId, Stat};
use super::registry::SourceState;
use super::rotation_order::RotationKey;
use super::scan;
use super::settings::Timeouts;

/// The number of a tracked file. It is reused once nothing refers to the file any more.
pub(super) type FileKey = usize;

/// The relation of a file to the name under which it was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Name {
    /// The name leads to the file.
    Current,
    /// The file was renamed and is found under its new name.
    Renamed,
    /// The followed name leads to another file or to none; the new name of this one is known.
    Replaced,
    /// No name is known to lead to the file.
    Unlinked,
}

impl Name {
    /// Whether the file lost the name that is followed.
    pub(super) fn is_lost(self) -> bool {
        matches!(self, Self::Replaced | Self::Unlinked)
    }

    fn renamed(self) -> Self {
        match self {
            Self::Current | Self::Renamed => Self::Renamed,
            Self::Replaced | Self::Unlinked => Self::Replaced,
        }
    }
}

/// How far a file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ReadPhase {
    /// Held open until its first line shows whether it is a log.
    Unclassified,
    Queued,
    /// So far a prefix of content already read; re-checked when its metadata changes.
    Duplicate,
    Open,
    /// Closed to save descriptors; its name is still checked.
    Parked,
    /// Read to its end, which is final, or given up.
    Done,
}

pub(super) struct TrackedFile<T> {
    pub path: PathBuf,
    /// The directory in which its content is compared with that of other files.
    pub folder: PathBuf,
    /// The metadata when it was read last.
    pub stat: Stat,
    /// The modification time when its content was last seen to be as it was left.
    pub modified_at: Option<SystemTime>,
    pub name: Name,
    pub phase: ReadPhase,
    /// Its rank in the reading order.
    pub turn: usize,
    /// It appeared and disappeared between two scans.
    pub short_lived: bool,
    /// Only bytes beyond a known content are wanted.
    pub only_new_bytes: bool,
    /// New metadata of a finished file, and since when, until they have lasted.
    pub changing: Option<(Stat, Instant)>,
    /// When it was last seen to grow.
    pub grown: Instant,
    /// As last reported to the registry.
    pub state: SourceState,
    pub tail: T,
}

/// What to do with a tracked file because of its metadata in a listing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Listed {
    Unchanged,
    /// A parked file was written to.
    Reopen,
    /// A finished file changes, and not for long enough: wait, unless it is another file by now.
    Changing,
    /// A finished file has changed.
    Reread,
}

/// What to report when a listing lacks a file that it had.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Loss {
    /// It was reported, or it is a rolled file that expired.
    Expected,
    /// Another file has its name.
    Replaced,
    /// It was never opened, and it had lines.
    Unread,
    /// The log itself is gone.
    Gone,
}

impl<T> TrackedFile<T> {
    pub(super) fn new(path: &Path, stat: Stat, now: Instant, tail: T) -> Self {
        Self {
            path: path.to_path_buf(),
            folder: scan::folder_of(path),
            stat,
            modified_at: stat.modified,
            name: Name::Current,
            phase: ReadPhase::Queued,
            turn: 0,
            short_lived: false,
            only_new_bytes: false,
            changing: None,
            grown: now,
            state: SourceState::Reading,
            tail,
        }
    }

    pub(super) fn rotation_key(&self) -> RotationKey {
        RotationKey::of_path(&self.path)
    }

    pub(super) fn rename(&mut self, path: &Path) {
        self.path = path.to_path_buf();
        self.name = self.name.renamed();
    }

    /// Compares the file with its metadata in a listing. `settle` is how long a change of a
    /// finished file must last.
    pub(super) fn on_listed(&mut self, found: Stat, now: Instant, settle: Duration) -> Listed {
        if found == self.stat {
            return Listed::Unchanged;
        }
        match self.phase {
            ReadPhase::Parked => Listed::Reopen,
            ReadPhase::Done
                if (found.size, found.modified) == (self.stat.size, self.stat.modified) =>
            {
                self.stat = found;
                Listed::Unchanged
            }
            ReadPhase::Done => match self.changing {
                Some((stat, since)) if stat == found && now - since >= settle => Listed::Reread,
                Some((stat, _)) if stat == found => Listed::Changing,
                _ => {
                    self.changing = Some((found, now));
                    Listed::Changing
                }
            },
            ReadPhase::Unclassified
            | ReadPhase::Queued
            | ReadPhase::Duplicate
            | ReadPhase::Open => Listed::Unchanged,
        }
    }

    /// A listing lacks the file. `successor`: it has another file under this name. `held`: the
    /// reader has it open.
    pub(super) fn on_unlinked(&mut self, path: &Path, successor: bool, held: bool) -> Loss {
        let known = self.name.is_lost();
        self.name = Name::Unlinked;
        if known {
            Loss::Expected
        } else if successor {
            Loss::Replaced
        } else if self.phase == ReadPhase::Queued && !held && self.stat.size > 0 {
            Loss::Unread
        } else if RotationKey::of_path(path) == RotationKey::Newest {
            Loss::Gone
        } else {
            Loss::Expected
        }
    }

    /// The state of a file that is followed and has nothing new.
    pub(super) fn idle_state(&self, stale: bool, incomplete: bool) -> SourceState {
        match self.name {
            _ if incomplete => SourceState::Incomplete,
            Name::Current if stale => SourceState::Stale,
            Name::Current => SourceState::Following,
            _ if self.stat.names == 0 => SourceState::Gone,
            _ => SourceState::Rotated,
        }
    }

    /// How long the file must be quiet before it is closed for good; `None` if it is followed on.
    /// `linked`: it still has a name. `waiting`: a followed name leads to no file, so that the
    /// writer may still use this one.
    pub(super) fn release_after(
        &self,
        linked: bool,
        waiting: bool,
        timeouts: &Timeouts,
    ) -> Option<Duration> {
        match self.name {
            Name::Current | Name::Renamed => None,
            _ if !linked => Some(timeouts.nameless),
            _ if waiting => None,
            _ => Some(timeouts.renamed),
        }
    }
}

/// What a followed path leads to now, compared with the last scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PathChange {
    /// Still to no file.
    Absent,
    /// No longer to the file that it led to.
    Lost(FileKey),
    /// To the same file, or again to a known one.
    Known(FileKey),
    /// To another known file.
    Switched { old: FileKey, file: FileKey },
    /// To a file that is not tracked yet.
    New { old: Option<FileKey> },
}

impl PathChange {
    /// `found` is `None` if the path leads to no file, `Some(None)` if to one that is not tracked.
    pub(super) fn of(current: Option<FileKey>, found: Option<Option<FileKey>>) -> Self {
        match (current, found) {
            (None, None) => Self::Absent,
            (Some(old), None) => Self::Lost(old),
            (Some(old), Some(Some(file))) if old != file => Self::Switched { old, file },
            (_, Some(Some(file))) => Self::Known(file),
            (old, Some(None)) => Self::New { old },
        }
    }
}

/// All tracked files, and the order in which they are read.
#[derive(Default)]
pub(super) struct Tracker<T> {
    files: Vec<Option<Box<TrackedFile<T>>>>,
    free: Vec<FileKey>,
    /// Closed for good; kept while something refers to them.
    closed: Vec<FileKey>,
    by_id: HashMap<FileId, FileKey>,
    /// The files that are polled, in reading order.
    order: VecDeque<FileKey>,
    turns: usize,
}

impl<T> Index<FileKey> for Tracker<T> {
    type Output = TrackedFile<T>;

    fn index(&self, key: FileKey) -> &TrackedFile<T> {
        let file = self.files[key].as_deref();
        file.expect("keys of reaped files are not used: see `reap`")
    }
}

impl<T> IndexMut<FileKey> for Tracker<T> {
    fn index_mut(&mut self, key: FileKey) -> &mut TrackedFile<T> {
        let file = self.files[key].as_deref_mut();
        file.expect("keys of reaped files are not used: see `reap`")
    }
}

impl<T> Tracker<T> {
    /// Tracks a file from now on and queues it before those that are younger by their names.
    pub(super) fn add(&mut self, file: TrackedFile<T>) -> FileKey {
        let id = file.stat.id;
        let file = Some(Box::new(file));
        let key = match self.free.pop() {
            Some(key) => {
                self.files[key] = file;
                key
            }
            None => {
                self.files.push(file);
                self.files.len() - 1
            }
        };
        self.by_id.insert(id, key);
        self.enqueue_by_name(key);
        key
    }

    /// The file with this identity, unless it was closed for good.
    pub(super) fn find(&self, id: FileId) -> Option<FileKey> {
        self.by_id.get(&id).copied()
    }

    /// All files that were not closed for good.
    pub(super) fn iter(&self) -> impl Iterator<Item = (FileKey, &TrackedFile<T>)> {
        self.by_id.values().map(|&key| (key, &self[key]))
    }

    /// The keys of the files that match, closed files included.
    pub(super) fn which(&self, holds: impl Fn(&TrackedFile<T>) -> bool) -> Vec<FileKey> {
        let all = self.files.iter().enumerate();
        let which = all.filter(|(_, file)| file.as_deref().is_some_and(&holds));
        which.map(|(key, _)| key).collect()
    }

    pub(super) fn order(&self) -> &VecDeque<FileKey> {
        &self.order
    }

    /// Closes a file for good. Its inode may come back as another file.
    pub(super) fn close(&mut self, key: FileKey) {
        let id = self[key].stat.id;
        if self.find(id) == Some(key) {
            self.by_id.remove(&id);
        }
        self[key].phase = ReadPhase::Done;
        if !self.closed.contains(&key) {
            self.closed.push(key);
        }
        self.dequeue(key);
    }

    /// Drops the closed files to which nothing refers.
    pub(super) fn reap(&mut self, is_referenced: impl Fn(FileKey) -> bool) {
        for key in std::mem::take(&mut self.closed) {
            if is_referenced(key) {
                self.closed.push(key);
            } else {
                self.files[key] = None;
                self.free.push(key);
            }
        }
    }

    /// A parked file is read again, at its old rank.
    pub(super) fn reopened(&mut self, key: FileKey) {
        if self.order.contains(&key) {
            return;
        }
        let turn = self[key].turn;
        let rank = self.order.iter().position(|&other| self[other].turn > turn);
        self.order.insert(rank.unwrap_or(self.order.len()), key);
    }

    /// Stops polling a file, which is nearly always among the first.
    pub(super) fn dequeue(&mut self, key: FileKey) {
        if let Some(rank) = self.order.iter().position(|&other| other == key) {
            self.order.remove(rank);
        }
    }

    fn enqueue_by_name(&mut self, key: FileKey) {
        let file = &self[key];
        let own = file.rotation_key();
        let younger = |&other: &FileKey| {
            let other = &self[other];
            // A short-lived file under the log's name had it before the file that has it now.
            let succeeds =
                file.short_lived && own == RotationKey::Newest && other.rotation_key() == own;
            let younger = other.rotation_key() > own || succeeds;
            other.folder == file.folder && other.name != Name::Unlinked && younger
        };
        // Nearly always there is none.
        let linked = |key: &&FileKey| self[**key].name != Name::Unlinked;
        let rank = match self.order.iter().rfind(linked) {
            Some(last) if younger(last) => self.order.iter().position(younger),
            _ => None,
        };
        self.enqueue(key, rank);
    }

    /// Queues a file that was rewritten after its former content, which began with `known`, was
    /// read. It comes behind the copies made of that content; but if it lost its name, before all
    /// files that came since. `first_bytes` gives the beginning of a file as far as the reader can
    /// get it.
    pub(super) fn enqueue_rewritten(
        &mut self,
        key: FileKey,
        known: &[u8],
        first_bytes: impl Fn(&TrackedFile<T>) -> Vec<u8>,
    ) {
        let file = &self[key];
        let own = file.rotation_key();
        let now = first_bytes(file);
        let is_unlinked = file.name == Name::Unlinked;
        let is_new = |other: &TrackedFile<T>| {
            matches!(other.phase, ReadPhase::Queued | ReadPhase::Unclassified)
        };
        let after = |&other: &FileKey| {
            let other = &self[other];
            let first = first_bytes(other);
            // A short-lived file had the log's name after a rolled file; it is a copy of one that
            // has the name still.
            let short_lived = other.short_lived && own != RotationKey::Newest && !first.is_empty();
            let came_since =
                (is_unlinked || short_lived) && is_new(other) && !first.starts_with(known);
            let younger =
                !is_unlinked && other.name != Name::Unlinked && other.rotation_key() > own;
            other.folder == file.folder && (younger || came_since)
        };
        // Its own copy shows its rank for certain.
        let twin = |&other: &FileKey| {
            let other = &self[other];
            !now.is_empty() && is_new(other) && first_bytes(other) == now
        };
        let twin = self.order.iter().position(twin).filter(|_| is_unlinked);
        let rank = twin.or_else(|| self.order.iter().position(after));
        self.enqueue(key, rank);
    }

    fn enqueue(&mut self, key: FileKey, rank: Option<usize>) {
        let Some(rank) = rank else {
            self.turns += 1;
            self[key].turn = self.turns;
            return self.order.push_back(key);
        };
        self.order.insert(rank, key);
        for key in self.order.clone() {
            self.turns += 1;
            self[key].turn = self.turns;
        }
    }

    /// The rolled files of `path` that a listing of its directory lacks.
    pub(super) fn missing_rolled(&self, path: &Path, listed: &HashSet<FileId>) -> Vec<FileKey> {
        let (folder, stem) = (scan::folder_of(path), scan::stem(path));
        let is_missing = |(_, file): &(FileKey, &TrackedFile<T>)| {
            !listed.contains(&file.stat.id)
                && file.folder == folder
                && scan::stem(&file.path) == stem
        };
        self.iter().filter(is_missing).map(|(key, _)| key).collect()
    }

    /// The numbers that are missing between a followed log and `old`, which had its name before, if
    /// more are missing than were read and deleted since. `listed` are the names in the directory;
    /// `is_plain` excludes compressed files.
    pub(super) fn missing_numbers(
        &self,
        old: FileKey,
        listed: &HashSet<RotationKey>,
        is_plain: impl Fn(&TrackedFile<T>) -> bool,
    ) -> Vec<u32> {
        let old = &self[old];
        let RotationKey::Rolled(Reverse(number)) = old.rotation_key() else {
            return Vec::new();
        };
        // If it expired, those after it may have been read and have expired too.
        if old.name == Name::Unlinked {
            return Vec::new();
        }
        let stem = scan::stem(&old.path);
        let was_read = |file: &TrackedFile<T>| {
            file.name == Name::Unlinked
                && file.turn > old.turn
                && file.folder == old.folder
                && is_plain(file)
                && scan::stem(&file.path) == stem
        };
        let is_missing = |number: &u32| !listed.contains(&RotationKey::Rolled(Reverse(*number)));
        let missing: Vec<u32> = (1..number).filter(is_missing).collect();
        if missing.len() > self.which(was_read).len() {
            missing
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests;
