//! The registry of everything read: how to find raw lines again.
//!
//! Lines are not kept in memory. They are read again from their file, also after it was renamed; from a copy of it, where
//! that is all that is left; or from the spool, where they came through a pipe.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::decompress::{self, CompressedFile, Compression, Unpacked};
use super::fs::{self, FileId};
use super::scan;
use crate::position::{Position, SourceId};

mod status;

use status::{Condition, NoticeLog};
pub use status::{SourceState, SourceStatus};

/// How many files are kept open for reading again, and how many archives stay unpacked half-way.
const KEPT_OPEN: usize = 8;
const CURSORS: usize = 4;

/// What is known of a source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceInfo {
    /// What it is called, as on fs: to be made safe before it is shown.
    pub path: PathBuf,
    /// Whether its bytes are unpacked while they are read.
    pub compressed: bool,
    /// How many bytes of it were told, unpacked.
    pub told: u64,
}

/// How far the reading is, in bytes as they lie on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Read so far.
    pub read: u64,
    /// To be read, as far as known; never less than `read`.
    pub total: u64,
}

/// Where a file lies.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub path: PathBuf,
    pub form: Compression,
    pub id: FileId,
    /// Its first bytes as they lie on fs, as far as known: an inode may come back as another file.
    pub head: Vec<u8>,
}

impl Place {
    /// Opens it under this name, if it is the file that it was.
    fn open(&self, path: &Path) -> io::Result<Arc<File>> {
        let (file, stat) = fs::open(path)?;
        let mut head = vec![0; self.head.len()];
        fs::read_at(&file, &mut head, 0)?;
        if stat.id != self.id || head != self.head {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "another file has its name now",
            ));
        }
        Ok(Arc::new(file))
    }
}

/// Where a pipe's bytes are kept: an unlinked file, or the file that stands on standard input.
#[derive(Clone, Debug)]
pub(crate) struct Spool {
    pub file: Arc<File>,
    /// Where the first of them stands.
    pub begins: u64,
}

impl Spool {
    /// A new, empty one.
    pub fn temporary() -> io::Result<Self> {
        tempfile::tempfile().map(Self::from)
    }
}

impl From<File> for Spool {
    fn from(file: File) -> Self {
        Self {
            file: Arc::new(file),
            begins: 0,
        }
    }
}

#[derive(Debug)]
enum Body {
    File(Place),
    /// The spool of a pipe; `None` where none could be made or none is needed.
    Spool(Option<Spool>),
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    /// What it was called when it began.
    called: PathBuf,
    compressed: bool,
    body: Body,
    told: u64,
    /// Its bytes are no longer in its own place.
    overwritten: bool,
    /// Another file with the same bytes.
    copy: Option<Place>,
    /// Its file is no longer followed: nothing comes to it any more.
    over: bool,
    condition: Condition,
}

/// How many sources are over before it is looked which of them nobody speaks of any more.
const MANY_OVER: usize = 64;

/// The sources by their numbers; `None` of those that nobody speaks of any more.
#[derive(Debug, Default)]
struct Entries {
    all: Vec<Option<Box<Entry>>>,
    /// How many ended since it was last looked.
    over: usize,
}

impl Entries {
    fn get(&self, source: SourceId) -> Option<&Entry> {
        self.all.get(source.index())?.as_deref()
    }

    fn get_mut(&mut self, source: SourceId) -> Option<&mut Entry> {
        self.all.get_mut(source.index())?.as_deref_mut()
    }

    /// Those that are known, with their numbers.
    fn known(&self) -> impl DoubleEndedIterator<Item = (SourceId, &Entry)> {
        let all = self.all.iter().enumerate();
        all.filter_map(|(at, entry)| Some((SourceId::new(at), entry.as_deref()?)))
    }
}

/// An archive unpacked half-way.
struct Cursor {
    id: FileId,
    stream: Unpacked,
    at: u64,
}

/// Every source read so far; shared with all who show raw lines.
#[derive(Default)]
pub struct Sources {
    entries: RwLock<Entries>,
    open: Mutex<Vec<(FileId, Arc<File>)>>,
    cursors: Mutex<Vec<Cursor>>,
    read: AtomicU64,
    total: AtomicU64,
    told: Mutex<NoticeLog>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sources {
    /// How many sources were opened so far.
    pub fn len(&self) -> usize {
        self.entries().all.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is known of a source; of one that does not exist or was forgotten, a nameless empty one.
    pub fn info(&self, source: SourceId) -> SourceInfo {
        let entries = self.entries();
        let Some(entry) = entries.get(source) else {
            return SourceInfo {
                path: PathBuf::new(),
                compressed: false,
                told: 0,
            };
        };
        SourceInfo {
            path: entry.path.clone(),
            compressed: entry.compressed,
            told: entry.told,
        }
    }

    /// Whether a source exists and was not reaped.
    pub fn is_known(&self, source: SourceId) -> bool {
        self.entries().get(source).is_some()
    }

    /// How many bytes of a source were told, unpacked.
    pub fn emitted_bytes(&self, source: SourceId) -> u64 {
        self.entries().get(source).map_or(0, |entry| entry.told)
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        let read = self.read.load(Ordering::Relaxed);
        Progress {
            read,
            total: self.total.load(Ordering::Relaxed).max(read),
        }
    }

    /// Reads told bytes again. Fewer than asked for mean the end of what was told. Bytes of an archive in ascending order
    /// are unpacked once, else from the start again.
    ///
    /// # Errors
    /// The file is gone or was overwritten and no copy of it is known, or the system refuses.
    pub fn read_at(&self, at: Position, buffer: &mut [u8]) -> io::Result<usize> {
        let (places, spool, told) = {
            let entries = self.entries();
            let Some(entry) = entries.get(at.source()) else {
                // Nothing is told of it any more.
                return Ok(0);
            };
            let mut places = Vec::new();
            let mut spool = None;
            match &entry.body {
                Body::File(place) if !entry.overwritten => places.push(place.clone()),
                Body::File(_) => {}
                Body::Spool(kept) => spool.clone_from(kept),
            }
            places.extend(entry.copy.clone());
            (places, spool, entry.told)
        };
        let left = usize::try_from(told.saturating_sub(at.offset())).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let buffer = &mut buffer[..wanted];
        if let Some(spool) = spool {
            return fs::read_at(&spool.file, buffer, spool.begins + at.offset());
        }
        let mut result = Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the bytes are no longer on disk",
        ));
        for place in places {
            result = self.read_place(&place, at.offset(), buffer);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    fn read_place(&self, place: &Place, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let file = self.file(place)?;
        if !place.form.is_packed() {
            return fs::read_at(&file, buffer, offset);
        }
        let mut cursor = match self.cursor(place.id, offset) {
            Some(cursor) => cursor,
            None => Cursor {
                id: place.id,
                stream: CompressedFile::open(place.form, &file, &Arc::default())?,
                at: 0,
            },
        };
        let skipped = io::copy(
            &mut (&mut cursor.stream).take(offset - cursor.at),
            &mut io::sink(),
        )?;
        cursor.at += skipped;
        let (filled, error) = decompress::fill(&mut cursor.stream, buffer);
        cursor.at += filled as u64;
        match error {
            Some(error) if filled == 0 => Err(error),
            Some(_) => Ok(filled),
            None => {
                let mut cursors = lock(&self.cursors);
                if cursors.len() >= CURSORS {
                    cursors.remove(0);
                }
                cursors.push(cursor);
                Ok(filled)
            }
        }
    }

    /// Takes out a cursor that stands at or before `offset`; who uses it puts it back, so that no lock is held meanwhile.
    fn cursor(&self, id: FileId, offset: u64) -> Option<Cursor> {
        let mut cursors = lock(&self.cursors);
        let best = (0..cursors.len())
            .filter(|&at| cursors[at].id == id && cursors[at].at <= offset)
            .max_by_key(|&at| cursors[at].at)?;
        Some(cursors.remove(best))
    }

    fn file(&self, place: &Place) -> io::Result<Arc<File>> {
        if let Some((_, file)) = lock(&self.open).iter().find(|(id, _)| *id == place.id) {
            return Ok(Arc::clone(file));
        }
        let file = match place.open(&place.path) {
            Ok(file) => file,
            // It may have been rolled on since.
            Err(error) => match scan::name_of(place.id, &scan::folder_of(&place.path)) {
                Some(name) => place.open(&name)?,
                None => return Err(error),
            },
        };
        self.keep_open(place.id, &file);
        Ok(file)
    }

    fn entries(&self) -> std::sync::RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, source: SourceId, change: impl FnOnce(&mut Entry)) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(source) {
            change(entry);
        }
    }

    fn add(&self, path: &Path, compressed: bool, body: Body) -> SourceId {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.all.push(Some(Box::new(Entry {
            path: path.to_path_buf(),
            called: path.to_path_buf(),
            compressed,
            body,
            told: 0,
            overwritten: false,
            copy: None,
            over: false,
            condition: Condition::default(),
        })));
        SourceId::new(entries.all.len() - 1)
    }

    /// Enters a file, which is called `path`.
    pub(crate) fn add_file(&self, place: Place, path: &Path) -> SourceId {
        self.add(path, place.form.is_packed(), Body::File(place))
    }

    /// Enters a pipe.
    pub(crate) fn add_stream(
        &self,
        path: &Path,
        compressed: bool,
        spool: Option<Spool>,
    ) -> SourceId {
        self.add(path, compressed, Body::Spool(spool))
    }

    /// Keeps a file open that is read or was read lately; the one longest unused goes.
    pub(crate) fn keep_open(&self, id: FileId, file: &Arc<File>) {
        let mut open = lock(&self.open);
        open.retain(|(kept, _)| *kept != id);
        if open.len() >= KEPT_OPEN {
            open.remove(0);
        }
        open.push((id, Arc::clone(file)));
    }

    /// Closes every file that is kept open for reading again.
    pub(crate) fn close_all(&self) {
        lock(&self.open).clear();
        lock(&self.cursors).clear();
    }

    /// Closes a file that was deleted, so that the disk gets its room back.
    pub(crate) fn close(&self, id: FileId) {
        lock(&self.open).retain(|(kept, _)| *kept != id);
        lock(&self.cursors).retain(|cursor| cursor.id != id);
    }

    pub(crate) fn set_emitted(&self, source: SourceId, told: u64) {
        self.change(source, |entry| entry.told = entry.told.max(told));
    }

    /// As [`Sources::set_emitted`], of a file that is so long on disk.
    pub(crate) fn set_emitted_of(&self, source: SourceId, told: u64, size: u64) {
        self.change(source, |entry| {
            entry.told = entry.told.max(told);
            entry.condition.size = size;
        });
    }

    /// The file is called otherwise now.
    pub(crate) fn renamed(&self, source: SourceId, path: &Path) {
        self.change(source, |entry| {
            entry.path = path.to_path_buf();
            if let Body::File(place) = &mut entry.body {
                place.path = path.to_path_buf();
            }
        });
    }

    /// Other bytes stand where the told ones stood.
    pub(crate) fn overwritten(&self, source: SourceId) {
        self.change(source, |entry| entry.overwritten = true);
    }

    /// The same bytes lie in another place too.
    pub(crate) fn copied(&self, source: SourceId, place: Place) {
        self.change(source, |entry| entry.copy = Some(place));
    }

    /// The source known before this one.
    pub fn prev(&self, source: SourceId) -> Option<SourceId> {
        let entries = self.entries();
        let earlier = &entries.all[..source.index().min(entries.all.len())];
        Some(SourceId::new(earlier.iter().rposition(Option::is_some)?))
    }

    /// The source known behind this one.
    pub fn next(&self, source: SourceId) -> Option<SourceId> {
        let entries = self.entries();
        let first = source.index() + 1;
        let at = entries.all.get(first..)?.iter().position(Option::is_some)?;
        Some(SourceId::new(first + at))
    }

    /// Nothing more comes to a source: its file was let go.
    pub(crate) fn end(&self, source: SourceId) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.get_mut(source) {
            entry.over = true;
            entries.over += 1;
        }
    }

    /// Whether many sources have ended since they were last forgotten.
    pub fn should_reap(&self) -> bool {
        self.entries().over >= MANY_OVER
    }

    /// Forgets the sources that have ended but those that are spoken of: of the others nothing was told, as far as anybody
    /// who asks hears. Numbers stay as they are.
    pub fn reap_ended(&self, referenced: &HashSet<SourceId>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.over = 0;
        for (at, entry) in entries.all.iter_mut().enumerate() {
            let is_over = entry.as_deref().is_some_and(|entry| entry.over);
            if is_over && !referenced.contains(&SourceId::new(at)) {
                *entry = None;
            }
        }
    }

    /// So many more bytes are to be read.
    pub(crate) fn expect(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many more bytes were read.
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
