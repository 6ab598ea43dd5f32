//! Files reported by the watcher but not yet scanned.
//!
//! The watcher thread opens them immediately, so a quickly rotated and deleted log can still be
//! read after its name is gone.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::fs::{self, FileId, Stat};
use super::input::Input;
use super::reader::LogReader;
use super::rotation_order::{self, RotationKey};
use super::scan::{self, FoundFile};

/// How many are held open at most. A file that is rolled each second is held for this many seconds,
/// or half as many if it is compressed too.
const MAX_PENDING: usize = 128;

/// A file under the newest name that was reported.
#[derive(Clone, Debug)]
pub(super) struct PendingFile {
    pub path: PathBuf,
    pub id: FileId,
    pub file: Arc<File>,
    /// Of an archive, the pending file that it was made of.
    plain: Option<FileId>,
}

impl PendingFile {
    fn found(&self) -> Option<FoundFile> {
        let stat = fs::stat(&self.file).ok()?;
        let path = self.path.clone();
        Some(FoundFile { path, stat })
    }
}

#[derive(Debug, Default)]
struct PendingState {
    /// Absolute path, path as given and input of each registered directory.
    registered: Vec<(PathBuf, PathBuf, Input)>,
    files: Vec<PendingFile>,
    /// A file for which there was no room.
    dropped: Option<PathBuf>,
}

/// Shared by the reader and the watcher thread.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingFiles(Arc<Mutex<PendingState>>);

impl PendingFiles {
    fn with<T>(&self, work: impl FnOnce(&mut PendingState) -> T) -> T {
        work(&mut self.0.lock())
    }

    /// Opens new files of `input` in `folder` from now on.
    pub(super) fn register(&self, folder: &Path, input: &Input) {
        let Ok(watched) = std::path::absolute(folder) else {
            return;
        };
        let entry = (watched, folder.to_path_buf(), input.clone());
        self.with(|state| {
            if !state.registered.contains(&entry) {
                state.registered.push(entry);
            }
        });
    }

    /// Opens the regular file at `path`, if it still exists.
    pub(super) fn open_on_event(&self, path: &Path) {
        let Some(path) = self.with(|state| state.listed_path(path)) else {
            return;
        };
        if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return;
        }
        let Ok((file, Stat { id, .. })) = fs::open(&path) else {
            return;
        };
        self.with(|state| {
            if let Some(known) = state.files.iter_mut().find(|pending| pending.id == id) {
                // The name of the file is preferred to links to it.
                if !path.is_symlink() {
                    known.path = path;
                }
            } else if state.files.len() < MAX_PENDING {
                state.files.push(PendingFile {
                    plain: state.plain_of(&path),
                    path,
                    id,
                    file: Arc::new(file),
                });
            } else {
                state.dropped = Some(path);
            }
        });
    }

    /// Takes the files reported since the last call, in that order, and one that was dropped, if
    /// any.
    pub(super) fn take(&self) -> (Vec<PendingFile>, Option<PathBuf>) {
        self.with(|state| (std::mem::take(&mut state.files), state.dropped.take()))
    }
}

impl PendingState {
    /// The file that an archive of this name is being made of.
    fn plain_of(&self, path: &Path) -> Option<FileId> {
        let plain = rotation_order::is_packed(path).then(|| path.with_extension(""))?;
        // Others of that name are older: they are gone, or renamed meanwhile.
        let pending = self.files.iter().rfind(|pending| pending.path == plain);
        pending.map(|pending| pending.id)
    }

    /// The path that a listing has for this path of the watcher, if the file is to be read.
    fn listed_path(&self, path: &Path) -> Option<PathBuf> {
        let (folder, name) = (path.parent()?, path.file_name()?);
        let mut registered = self.registered.iter();
        registered.find_map(|(watched, named, input)| {
            let path = scan::in_folder(named, name);
            (watched == folder && input.may_include(&path)).then_some(path)
        })
    }
}

impl LogReader {
    /// Opens a file that was found: the handle of the watcher thread, or by its name.
    pub(super) fn open_found(&self, found: &FoundFile) -> io::Result<Arc<File>> {
        let id = found.stat.id;
        let mut arrived = self.notifications.arrived.iter();
        match arrived.find(|pending| pending.id == id) {
            Some(pending) => Ok(Arc::clone(&pending.file)),
            None => scan::open(&found.path, id),
        }
    }

    /// Inserts into a listing, in their order, the files that appeared and disappeared since the
    /// last scan.
    pub(super) fn with_unlisted(
        &self,
        at: usize,
        mut found: Vec<FoundFile>,
        listed: &HashSet<FileId>,
    ) -> Vec<FoundFile> {
        for (rank, pending) in self.notifications.arrived.iter().enumerate() {
            let is_known = listed.contains(&pending.id) || self.tracker.find(pending.id).is_some();
            if is_known || !self.targets[at].input.may_include(&pending.path) {
                continue;
            }
            let Some(gone) = pending.found() else {
                continue;
            };
            // A date stays true. A number is not counted up once the file can no longer be renamed,
            // and other files have the log's name: then what was reported later is younger.
            let is_dated = |found: &FoundFile| {
                matches!(RotationKey::of_path(&found.path), RotationKey::At(..))
            };
            let is_younger = |other: &FoundFile| match self.rank_of(other.stat.id) {
                _ if is_dated(&gone) && is_dated(other) => scan::by_age(&gone, other).is_lt(),
                Some(reported) => reported > rank,
                None if rotation_order::is_packed(&other.path) => false,
                None => scan::by_age(&gone, other).is_le(),
            };
            let place = found.iter().position(is_younger);
            found.insert(place.unwrap_or(found.len()), gone);
        }
        found
    }

    /// When a pending file was reported; of an archive, when the file was that it was made of.
    fn rank_of(&self, id: FileId) -> Option<usize> {
        let arrived = &self.notifications.arrived;
        let pending = arrived.iter().find(|pending| pending.id == id)?;
        let id = if rotation_order::is_packed(&pending.path) {
            pending.plain?
        } else {
            id
        };
        arrived.iter().position(|pending| pending.id == id)
    }
}

#[cfg(test)]
mod tests;
