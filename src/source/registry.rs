//! The registry of all sources, and access to their raw lines.
//!
//! Lines are not kept in memory. They are read again from their file, also after it was renamed;
//! from a copy, if nothing else is left; or from the spool, if they came through a pipe.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::decompress::{self, CompressedFile, Compression, Unpacked};
use super::fs::{self, FileId};
use super::notice::Notice;
use super::scan;
use crate::position::{Position, SourceId};

mod status;

use status::NoticeLog;
pub(crate) use status::{SourceState, SourceStatus};

/// How many files are kept open for reading again, and how many archives are kept decompressed
/// half-way.
const KEPT_OPEN: usize = 8;
const CURSORS: usize = 4;

/// The progress of reading, in bytes on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct ReadProgress {
    pub read: u64,
    /// Bytes to be read, as far as known; never less than `read`.
    pub total: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct FileLocation {
    pub path: PathBuf,
    pub compression: Compression,
    pub id: FileId,
    /// The first bytes on disk, as far as known: an inode may come back as another file.
    pub head: Vec<u8>,
}

impl FileLocation {
    /// Opens the file under this path, if it is still the same.
    fn open(&self, path: &Path) -> io::Result<Arc<File>> {
        let file = scan::open(path, self.id)?;
        if fs::first(&file, self.head.len())? == self.head {
            Ok(file)
        } else {
            Err(scan::other_file())
        }
    }
}

/// Where the bytes of a pipe are kept: an unlinked file, or the file redirected to standard input.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    pub file: Arc<File>,
    /// The offset of the first of them.
    pub begins: u64,
}

#[derive(Debug)]
enum Backing {
    File(FileLocation),
    /// The spool of a pipe; `None` if none could be created or none is needed.
    Spool(Option<Spool>),
}

impl Default for Backing {
    fn default() -> Self {
        Self::Spool(None)
    }
}

#[derive(Debug, Default)]
struct SourceEntry {
    path: PathBuf,
    /// The path when it was opened.
    opened_as: PathBuf,
    compressed: bool,
    backing: Backing,
    emitted: u64,
    /// The bytes are no longer at their own location.
    overwritten: bool,
    copy: Option<FileLocation>,
    /// Its file is no longer followed.
    ended: bool,
    state: SourceState,
    size: u64,
    notice: Option<Notice>,
}

/// Number of ended sources that triggers a sweep for unreferenced ones.
const MANY_ENDED: usize = 64;

/// The sources by number; `None` if one was reaped.
#[derive(Debug, Default)]
struct SourceTable {
    all: Vec<Option<Box<SourceEntry>>>,
    /// How many ended since the last sweep.
    ended: usize,
}

impl SourceTable {
    fn get(&self, source: SourceId) -> Option<&SourceEntry> {
        self.all.get(source.index())?.as_deref()
    }

    fn get_mut(&mut self, source: SourceId) -> Option<&mut SourceEntry> {
        self.all.get_mut(source.index())?.as_deref_mut()
    }

    fn known(&self) -> impl DoubleEndedIterator<Item = (SourceId, &SourceEntry)> {
        let all = self.all.iter().enumerate();
        all.filter_map(|(at, entry)| Some((SourceId::new(at), entry.as_deref()?)))
    }
}

/// An archive decompressed up to an offset.
struct ArchiveCursor {
    id: FileId,
    stream: Unpacked,
    at: u64,
}

/// Every source read so far; shared with the components that show raw lines.
#[derive(Default)]
pub(crate) struct Sources {
    entries: RwLock<SourceTable>,
    open: Mutex<Vec<(FileId, Arc<File>)>>,
    cursors: Mutex<Vec<ArchiveCursor>>,
    read: AtomicU64,
    total: AtomicU64,
    log: Mutex<NoticeLog>,
}

impl Sources {
    /// How many sources were opened so far, reaped ones included.
    pub(crate) fn len(&self) -> usize {
        self.entries.read().all.len()
    }

    /// The current path of a source; empty if it does not exist or was reaped.
    pub(crate) fn path(&self, source: SourceId) -> PathBuf {
        let entries = self.entries.read();
        entries
            .get(source)
            .map_or_else(PathBuf::new, |entry| entry.path.clone())
    }

    /// Whether a source exists and was not reaped.
    pub(crate) fn is_known(&self, source: SourceId) -> bool {
        self.entries.read().get(source).is_some()
    }

    /// How many decompressed bytes of a source were emitted.
    pub(crate) fn emitted_bytes(&self, source: SourceId) -> u64 {
        self.entries
            .read()
            .get(source)
            .map_or(0, |entry| entry.emitted)
    }

    pub(crate) fn progress(&self) -> ReadProgress {
        let read = self.read.load(Ordering::Relaxed);
        ReadProgress {
            read,
            total: self.total.load(Ordering::Relaxed).max(read),
        }
    }

    /// Reads emitted bytes again. Fewer than requested mean the end of what was emitted. Bytes of
    /// an archive are decompressed once if they are read in ascending order, else from the start
    /// again.
    ///
    /// # Errors
    /// The file is gone or was overwritten and no copy of it is known, or the system reports an
    /// error.
    pub(crate) fn read_at(&self, at: Position, buffer: &mut [u8]) -> io::Result<usize> {
        let (locations, spool, emitted) = {
            let entries = self.entries.read();
            let Some(entry) = entries.get(at.source()) else {
                // It was reaped: no record refers to it.
                return Ok(0);
            };
            let mut locations = Vec::new();
            let mut spool = None;
            match &entry.backing {
                Backing::File(location) if !entry.overwritten => locations.push(location.clone()),
                Backing::File(_) => {}
                Backing::Spool(kept) => spool.clone_from(kept),
            }
            locations.extend(entry.copy.clone());
            (locations, spool, entry.emitted)
        };
        let left = usize::try_from(emitted.saturating_sub(at.offset())).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let buffer = &mut buffer[..wanted];
        if let Some(spool) = spool {
            return fs::read_at(&spool.file, buffer, spool.begins + at.offset());
        }
        let gone = "the bytes are no longer on disk";
        let mut result = Err(io::Error::new(io::ErrorKind::NotFound, gone));
        for location in locations {
            result = self.read_location(&location, at.offset(), buffer);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn read_location(
        &self,
        location: &FileLocation,
        offset: u64,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        let file = self.file(location)?;
        if !location.compression.is_packed() {
            return fs::read_at(&file, buffer, offset);
        }
        let mut cursor = match self.cursor(location.id, offset) {
            Some(cursor) => cursor,
            None => ArchiveCursor {
                id: location.id,
                stream: CompressedFile::open(location.compression, &file, &Arc::default())?,
                at: 0,
            },
        };
        let skipped = io::copy(
            &mut (&mut cursor.stream).take(offset - cursor.at),
            &mut io::sink(),
        )?;
        cursor.at += skipped;
        let (filled, error) = decompress::read_full(&mut cursor.stream, buffer);
        cursor.at += filled as u64;
        match error {
            Some(error) if filled == 0 => Err(error),
            Some(_) => Ok(filled),
            None => {
                let mut cursors = self.cursors.lock();
                if cursors.len() >= CURSORS {
                    cursors.remove(0);
                }
                cursors.push(cursor);
                Ok(filled)
            }
        }
    }

    /// Takes the nearest cursor at or before `offset`. The caller puts it back: no lock is held
    /// while it decompresses.
    fn cursor(&self, id: FileId, offset: u64) -> Option<ArchiveCursor> {
        let mut cursors = self.cursors.lock();
        let best = (0..cursors.len())
            .filter(|&at| cursors[at].id == id && cursors[at].at <= offset)
            .max_by_key(|&at| cursors[at].at)?;
        Some(cursors.remove(best))
    }

    fn file(&self, location: &FileLocation) -> io::Result<Arc<File>> {
        if let Some((_, file)) = self.open.lock().iter().find(|(id, _)| *id == location.id) {
            return Ok(Arc::clone(file));
        }
        let file = match location.open(&location.path) {
            Ok(file) => file,
            // It may have been rolled on since.
            Err(error) => match scan::name_of(location.id, &scan::folder_of(&location.path)) {
                Some(name) => location.open(&name)?,
                None => return Err(error),
            },
        };
        self.keep_open(location.id, &file);
        Ok(file)
    }

    fn change(&self, source: SourceId, change: impl FnOnce(&mut SourceEntry)) {
        let mut entries = self.entries.write();
        if let Some(entry) = entries.get_mut(source) {
            change(entry);
        }
    }

    fn add(&self, path: &Path, compressed: bool, backing: Backing) -> SourceId {
        let mut entries = self.entries.write();
        entries.all.push(Some(Box::new(SourceEntry {
            path: path.to_path_buf(),
            opened_as: path.to_path_buf(),
            compressed,
            backing,
            ..SourceEntry::default()
        })));
        SourceId::new(entries.all.len() - 1)
    }

    pub(crate) fn add_file(&self, location: FileLocation, path: &Path) -> SourceId {
        self.add(
            path,
            location.compression.is_packed(),
            Backing::File(location),
        )
    }

    pub(crate) fn add_stream(
        &self,
        path: &Path,
        compressed: bool,
        spool: Option<Spool>,
    ) -> SourceId {
        self.add(path, compressed, Backing::Spool(spool))
    }

    /// Keeps a recently read file open; the least recently used one is closed.
    pub(crate) fn keep_open(&self, id: FileId, file: &Arc<File>) {
        let mut open = self.open.lock();
        open.retain(|(kept, _)| *kept != id);
        if open.len() >= KEPT_OPEN {
            open.remove(0);
        }
        open.push((id, Arc::clone(file)));
    }

    pub(crate) fn close_all(&self) {
        self.open.lock().clear();
        self.cursors.lock().clear();
    }

    /// Closes a deleted file, so that its disk space is freed.
    pub(crate) fn close(&self, id: FileId) {
        self.open.lock().retain(|(kept, _)| *kept != id);
        self.cursors.lock().retain(|cursor| cursor.id != id);
    }

    pub(crate) fn set_emitted(&self, source: SourceId, emitted: u64) {
        self.change(source, |entry| entry.emitted = entry.emitted.max(emitted));
    }

    /// As [`Sources::set_emitted`], of a file of this size on disk.
    pub(crate) fn set_emitted_of(&self, source: SourceId, emitted: u64, size: u64) {
        self.change(source, |entry| {
            entry.emitted = entry.emitted.max(emitted);
            entry.size = size;
        });
    }

    pub(crate) fn renamed(&self, source: SourceId, path: &Path) {
        self.change(source, |entry| {
            entry.path = path.to_path_buf();
            if let Backing::File(location) = &mut entry.backing {
                location.path = path.to_path_buf();
            }
        });
    }

    /// The emitted bytes are no longer in the file.
    pub(crate) fn overwritten(&self, source: SourceId) {
        self.change(source, |entry| entry.overwritten = true);
    }

    pub(crate) fn copied(&self, source: SourceId, location: FileLocation) {
        self.change(source, |entry| entry.copy = Some(location));
    }

    pub(crate) fn prev(&self, source: SourceId) -> Option<SourceId> {
        let entries = self.entries.read();
        let earlier = &entries.all[..source.index().min(entries.all.len())];
        Some(SourceId::new(earlier.iter().rposition(Option::is_some)?))
    }

    pub(crate) fn next(&self, source: SourceId) -> Option<SourceId> {
        let entries = self.entries.read();
        let first = source.index() + 1;
        let at = entries.all.get(first..)?.iter().position(Option::is_some)?;
        Some(SourceId::new(first + at))
    }

    /// The file of a source was closed for good.
    pub(crate) fn end(&self, source: SourceId) {
        let mut entries = self.entries.write();
        if let Some(entry) = entries.get_mut(source) {
            entry.ended = true;
            entries.ended += 1;
        }
    }

    /// Whether enough sources have ended since the last [`Sources::reap_ended`].
    pub(crate) fn should_reap(&self) -> bool {
        self.entries.read().ended >= MANY_ENDED
    }

    /// Drops the ended sources to which no record refers. The numbers of the others stay.
    pub(crate) fn reap_ended(&self, referenced: &HashSet<SourceId>) {
        let mut entries = self.entries.write();
        entries.ended = 0;
        for (at, entry) in entries.all.iter_mut().enumerate() {
            let is_ended = entry.as_deref().is_some_and(|entry| entry.ended);
            if is_ended && !referenced.contains(&SourceId::new(at)) {
                *entry = None;
            }
        }
    }

    pub(crate) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn count_read(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Sources")
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}
