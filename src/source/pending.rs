//! FileTable that were heard of and not looked at yet. They are opened by who hears of them, so that a log that rolls fast may
//! be gone before the reader comes to it: what is joined may take longer than the file keeps its name.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::fs::{self, FileId, Stat};
use super::reader::LogReader;
use super::rotation_order::{self, RotationKey};
use super::scan::{self, FoundFile, Place};

/// How many are held open at most. A file rolled each second is waited for this long in seconds, or half as long where it
/// is compressed too.
const MOST: usize = 128;

/// A file under the newest name that it was heard of.
#[derive(Clone, Debug)]
pub(super) struct PendingFile {
    pub path: PathBuf,
    pub id: FileId,
    pub file: Arc<File>,
    /// Of an decompress, the held file that it was made of.
    pub plain: Option<FileId>,
}

impl PendingFile {
    /// What a listing would tell of it.
    pub fn found(&self) -> Option<FoundFile> {
        let stat = fs::stat(&self.file).ok()?;
        let path = self.path.clone();
        Some(FoundFile { path, stat })
    }
}

#[derive(Debug, Default)]
struct Pool {
    /// What is read, with its folders as the watcher calls them and as they were named.
    wanted: Vec<(PathBuf, PathBuf, Place)>,
    held: Vec<PendingFile>,
    /// A file that there was no room for.
    missed: Option<PathBuf>,
}

/// The files held, shared by the reader and the thread that hears of them.
#[derive(Clone, Debug, Default)]
pub(super) struct PendingFiles(Arc<Mutex<Pool>>);

impl PendingFiles {
    fn with<T>(&self, work: impl FnOnce(&mut Pool) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on what `place` means in `folder` is wanted.
    pub fn want(&self, folder: &Path, place: &Place) {
        let Ok(watched) = std::path::absolute(folder) else {
            return;
        };
        let entry = (watched, folder.to_path_buf(), place.clone());
        self.with(|pool| {
            if !pool.wanted.contains(&entry) {
                pool.wanted.push(entry);
            }
        });
    }

    /// A file is called `path` now. What is no regular file is left alone, and what is gone already.
    pub fn note(&self, path: &Path) {
        let Some(path) = self.with(|pool| pool.path_of(path)) else {
            return;
        };
        if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return;
        }
        let Ok((file, Stat { id, .. })) = fs::open(&path) else {
            return;
        };
        self.with(|pool| {
            if let Some(known) = pool.held.iter_mut().find(|held| held.id == id) {
                // A link to it is not its name.
                if !path.is_symlink() {
                    known.path = path;
                }
            } else if pool.held.len() < MOST {
                let file = Arc::new(file);
                let plain = pool.plain_of(&path);
                pool.held.push(PendingFile {
                    path,
                    id,
                    file,
                    plain,
                });
            } else {
                pool.missed = Some(path);
            }
        });
    }

    /// Gives the files heard of since the last call, in that rotation_order, and one that could not be held, if any.
    pub fn take(&self) -> (Vec<PendingFile>, Option<PathBuf>) {
        self.with(|pool| (std::mem::take(&mut pool.held), pool.missed.take()))
    }
}

#[cfg(test)]
impl PendingFiles {
    /// What the files held are called.
    pub fn names(&self) -> Vec<PathBuf> {
        self.with(|pool| pool.held.iter().map(|held| held.path.clone()).collect())
    }
}

impl Pool {
    /// The file that an archive of this name is being made of.
    fn plain_of(&self, path: &Path) -> Option<FileId> {
        let plain = rotation_order::is_packed(path).then(|| path.with_extension(""))?;
        // Others of that name are older: they are gone, or renamed meanwhile.
        let held = self.held.iter().rfind(|held| held.path == plain);
        held.map(|held| held.id)
    }

    /// What a listing calls this path of the watcher, if it is wanted.
    fn path_of(&self, path: &Path) -> Option<PathBuf> {
        let (folder, name) = (path.parent()?, path.file_name()?);
        let mut wanted = self.wanted.iter().filter(|(watched, ..)| watched == folder);
        wanted.find_map(|(_, named, place)| {
            let path = scan::in_folder(named, name);
            place.may_mean(&path).then_some(path)
        })
    }
}

impl LogReader {
    /// Opens a file that was found: as it was held open since it was heard of, or by its name.
    pub(super) fn open_found(&self, found: &FoundFile) -> io::Result<Arc<File>> {
        let held = self.held.iter().find(|held| held.id == found.stat.id);
        held.map_or_else(|| scan::open(found), |held| Ok(Arc::clone(&held.file)))
    }

    /// What was found, which is `there`, and among it in their order the files that came and short_lived since the last look.
    pub(super) fn with_unlisted(
        &self,
        at: usize,
        mut found: Vec<FoundFile>,
        there: &HashSet<FileId>,
    ) -> Vec<FoundFile> {
        for (turn, held) in self.held.iter().enumerate() {
            let is_met = there.contains(&held.id) || self.by_id.contains_key(&held.id);
            if is_met || !self.targets[at].place.may_mean(&held.path) {
                continue;
            }
            let Some(gone) = held.found() else { continue };
            // A date stays true. A number counts on when a file can no longer be renamed, and other files have the log's
            // name: then what was heard of later is younger.
            let is_dated =
                |found: &FoundFile| matches!(scan::age(&found.path), RotationKey::At(..));
            let is_younger = |other: &FoundFile| match self.turn_of(other.stat.id) {
                _ if is_dated(&gone) && is_dated(other) => scan::by_age(&gone, other).is_lt(),
                Some(heard) => heard > turn,
                None if rotation_order::is_packed(&other.path) => false,
                None => scan::by_age(&gone, other).is_le(),
            };
            let place = found.iter().position(is_younger);
            found.insert(place.unwrap_or(found.len()), gone);
        }
        found
    }

    /// When a file was heard of among those held; an archive's time is that of what it was made of.
    fn turn_of(&self, id: FileId) -> Option<usize> {
        let held = self.held.iter().find(|held| held.id == id)?;
        let id = if rotation_order::is_packed(&held.path) {
            held.plain?
        } else {
            id
        };
        self.held.iter().position(|held| held.id == id)
    }
}

#[cfg(test)]
mod tests;
