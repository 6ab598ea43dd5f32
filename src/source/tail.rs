//! Reads one open file: its handle, its offset, and whether the bytes before the offset are
//! unchanged.
//!
//! A file is read on from an offset only if the bytes before the offset are still the same.
//! Otherwise it was truncated or rewritten and becomes another source.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::blocks::{HOLE, READ};
use super::decompress::{CompressedFile, Compression, read_full};
use super::fingerprint::{HEAD, TrackedContent};
use super::fs::{self, Stat};
use super::liveness::FileMarkers;
use super::read_ahead::{Batching, Chunk, Producer, ReadAhead};
use super::registry::FileLocation;
use super::scan;
use super::tracker::{ReadPhase, TrackedFile};

pub(super) type TailedFile = TrackedFile<Tail>;

#[derive(Default)]
pub(super) enum Handle {
    #[default]
    Closed,
    Plain(Arc<File>),
    Compressed(Decompression),
}

/// A compressed file that is being read, on a thread of its own.
pub(super) struct Decompression {
    stream: ReadAhead,
    /// Compressed bytes read, and how many of them were reported as read.
    read: Arc<AtomicU64>,
    counted: u64,
}

pub(super) enum PollResult {
    /// `count` new bytes in the buffer, behind the unfinished line.
    Bytes {
        buffer: Vec<u8>,
        count: usize,
    },
    Nothing,
    /// Bytes already read were overwritten.
    Rewritten,
    Failed(io::Error),
}

#[derive(Default)]
pub(super) struct Tail {
    link_target: Option<PathBuf>,
    pub handle: Handle,
    pub compression: Compression,
    pub known: TrackedContent,
    first_bytes: Vec<u8>,
    /// The bytes before the offset up to which the file was read.
    last_bytes: Vec<u8>,
    pub markers: FileMarkers,
    /// Reading failed; when it is tried again.
    pub retry_at: Option<Instant>,
    /// It was reported that the file cannot be read.
    pub unreadable: bool,
    /// Damage that was not reported yet, and when it was found: possibly an upload in progress.
    pub damage: Option<(String, Instant)>,
}

fn nothing_read(path: &Path) -> TrackedContent {
    TrackedContent {
        folder: scan::folder_of(path),
        ..TrackedContent::default()
    }
}

impl Tail {
    fn new(path: &Path, handle: Option<Arc<File>>) -> Self {
        let link = path.is_symlink().then_some(path);
        Self {
            link_target: link.and_then(|path| path.canonicalize().ok()),
            handle: handle.map_or(Handle::Closed, Handle::Plain),
            known: nothing_read(path),
            ..Self::default()
        }
    }

    pub(super) fn file(&self) -> Option<&Arc<File>> {
        match &self.handle {
            Handle::Plain(file) => Some(file),
            Handle::Compressed(_) | Handle::Closed => None,
        }
    }

    fn is_unchanged(&self, file: &File, offset: u64) -> io::Result<bool> {
        Ok(self.last_bytes.is_empty() || before(file, offset, HEAD)? == self.last_bytes)
    }

    fn keep_last(&mut self, fresh: &[u8]) {
        self.last_bytes
            .extend_from_slice(&fresh[fresh.len().saturating_sub(HEAD)..]);
        let over = self.last_bytes.len().saturating_sub(HEAD);
        self.last_bytes.drain(..over);
    }

    /// Restores the fingerprint's last bytes from a plain file that was read up to `offset`.
    fn restore(&mut self, file: &File, offset: u64) -> io::Result<()> {
        if let Some(length) = self.known.content.forgotten() {
            self.known.content.restore(&before(file, offset, length)?);
        }
        Ok(())
    }

    /// Skips the NUL hole left by a writer that kept its old offset after truncation.
    fn skip_hole(&mut self, file: &File, offset: u64, stat: Stat) -> u64 {
        if !stat.sparse || !self.known.splitter.is_at_line_start() {
            return offset;
        }
        let hole = fs::next_data(file, offset, stat.size) - offset;
        if hole < HOLE as u64 || !self.is_unchanged(file, offset).unwrap_or(false) {
            return offset;
        }
        self.known.splitter.skip_hole(hole);
        self.known.content.add_zeros(hole);
        self.keep_last(&[0; HEAD]);
        offset + hole
    }

    /// Compressed bytes read since the last call.
    pub(super) fn newly_decompressed(&mut self) -> u64 {
        let Handle::Compressed(decompression) = &mut self.handle else {
            return 0;
        };
        let read = decompression.read.load(Ordering::Relaxed);
        let fresh = read.saturating_sub(decompression.counted);
        decompression.counted = read;
        fresh
    }
}

impl TailedFile {
    /// A file that was not read yet, perhaps already open.
    pub(super) fn found(path: &Path, stat: Stat, handle: Option<Arc<File>>) -> Self {
        Self::new(path, stat, Instant::now(), Tail::new(path, handle))
    }

    pub(super) fn location(&self) -> FileLocation {
        let tail = &self.tail;
        FileLocation {
            path: tail.link_target.as_ref().unwrap_or(&self.path).clone(),
            compression: tail.compression,
            id: self.stat.id,
            head: if tail.compression.is_packed() {
                Vec::new()
            } else {
                tail.known.content.head().to_vec()
            },
        }
    }

    pub(super) fn rename_to(&mut self, path: &Path) {
        self.rename(path);
        self.tail.link_target = None;
    }

    pub(super) fn finish(&mut self) {
        self.phase = ReadPhase::Done;
        self.tail.handle = Handle::Closed;
        self.tail.damage = None;
    }

    /// Closes the file; the hash of its last bytes replaces them.
    pub(super) fn park(&mut self, phase: ReadPhase) {
        self.phase = phase;
        self.tail.handle = Handle::Closed;
        self.tail.known.content.forget_recent();
    }

    pub(super) fn is_held(&self) -> bool {
        self.tail.file().is_some()
    }

    /// Whether the file has bytes that were not read, as far as its length shows.
    pub(super) fn has_more(&self) -> bool {
        let longer = |than| {
            let stat = self.tail.file().map(|file| fs::stat(file));
            stat.is_some_and(|stat| stat.is_ok_and(|stat| stat.size > than))
        };
        match self.phase {
            ReadPhase::Open if self.tail.compression.is_packed() => true,
            ReadPhase::Open => longer(self.tail.known.splitter.next_offset()),
            ReadPhase::Queued | ReadPhase::Unclassified => !self.is_held() || longer(0),
            ReadPhase::Duplicate | ReadPhase::Parked | ReadPhase::Done => false,
        }
    }

    /// Whether nothing more can be read once the name is gone.
    pub(super) fn is_closed(&self) -> bool {
        match self.phase {
            ReadPhase::Parked | ReadPhase::Done => true,
            ReadPhase::Queued | ReadPhase::Unclassified => !self.is_held(),
            ReadPhase::Duplicate | ReadPhase::Open => false,
        }
    }

    /// Whether the file at `path` begins as this one did when it was opened.
    pub(super) fn starts_as_before(&self, path: &Path) -> bool {
        let head = fs::open(path).and_then(|(file, _)| fs::first(&file, HEAD));
        head.is_ok_and(|head| head.starts_with(&self.tail.first_bytes))
    }

    /// Whether other bytes are before the offset up to which an open file was read.
    pub(super) fn was_rewritten(&self) -> bool {
        let offset = self.tail.known.splitter.next_offset();
        let file = self.tail.file().filter(|_| self.phase == ReadPhase::Open);
        file.is_some_and(|file| self.tail.is_unchanged(file, offset).is_ok_and(|same| !same))
    }

    /// Starts again from the first byte; returns what was known of the former content.
    pub(super) fn restart(&mut self) -> TrackedContent {
        self.tail.last_bytes = Vec::new();
        self.folder = scan::folder_of(&self.path);
        std::mem::replace(&mut self.tail.known, nothing_read(&self.path))
    }

    /// Begins to read behind the known content.
    pub(super) fn begin(&mut self, file: &Arc<File>, compression: Compression) -> io::Result<()> {
        let tail = &mut self.tail;
        tail.compression = compression;
        tail.first_bytes = fs::first(file, HEAD)?;
        let offset = tail.known.splitter.next_offset();
        if compression.is_packed() {
            let read = Arc::new(AtomicU64::new(0));
            let mut stream = CompressedFile::open(compression, file, &read)?;
            let length = tail.known.content.forgotten();
            let last = length.unwrap_or(0);
            io::copy(
                &mut io::Read::take(&mut stream, offset - last as u64),
                &mut io::sink(),
            )?;
            let mut bytes = vec![0; last];
            read_full(&mut stream, &mut bytes);
            if length.is_some() {
                tail.known.content.restore(&bytes);
            }
            let unpack =
                move |producer: &Producer| producer.copy_from(&mut *stream, Batching::Full, |_| {});
            tail.handle = Handle::Compressed(Decompression {
                stream: ReadAhead::start("unpack", || {}, unpack)?,
                read,
                counted: 0,
            });
        } else {
            tail.last_bytes = before(file, offset, HEAD)?;
            tail.restore(file, offset)?;
            tail.handle = Handle::Plain(Arc::clone(file));
        }
        self.phase = ReadPhase::Open;
        Ok(())
    }

    /// Opens a parked file; `false` if it is no longer the file that was parked.
    pub(super) fn reopen(&mut self) -> io::Result<bool> {
        let offset = self.tail.known.splitter.next_offset();
        if offset == 0 {
            self.phase = ReadPhase::Queued;
            return Ok(true);
        }
        let (file, stat) = fs::open(&self.path)?;
        let head = fs::first(&file, HEAD)?;
        if stat.id != self.stat.id
            || !head.starts_with(self.tail.known.content.head())
            || before(&file, offset, HEAD)? != self.tail.last_bytes
        {
            return Ok(false);
        }
        self.tail.restore(&file, offset)?;
        self.tail.handle = Handle::Plain(Arc::new(file));
        self.phase = ReadPhase::Open;
        Ok(true)
    }

    /// Reads new bytes, at most one block. `buffer` is called only if there are some.
    pub(super) fn poll(&mut self, buffer: impl FnOnce() -> Vec<u8>) -> PollResult {
        if self.phase != ReadPhase::Open {
            return PollResult::Nothing;
        }
        match &mut self.tail.handle {
            Handle::Plain(file) => {
                let file = Arc::clone(file);
                let result = self.poll_plain(&file, buffer);
                result.unwrap_or_else(PollResult::Failed)
            }
            Handle::Compressed(decompression) => match decompression.stream.take(buffer) {
                Chunk::Bytes(bytes) => {
                    let count = bytes.len();
                    let buffer = self.tail.known.splitter.prepend_carry(bytes);
                    PollResult::Bytes { buffer, count }
                }
                Chunk::End(Some(error)) => PollResult::Failed(error),
                Chunk::End(None) | Chunk::Nothing => PollResult::Nothing,
            },
            Handle::Closed => PollResult::Nothing,
        }
    }

    fn poll_plain(
        &mut self,
        file: &File,
        buffer: impl FnOnce() -> Vec<u8>,
    ) -> io::Result<PollResult> {
        let stat = fs::stat(file)?;
        let offset = self.tail.known.splitter.next_offset();
        self.stat = stat;
        if stat.size <= offset {
            // Neither the size nor the times are reliable: a network file system's are old, and a
            // log that was rewritten to the same length within a tick of the clock has the same.
            // The bytes themselves decide.
            if !self.tail.is_unchanged(file, offset)? {
                return Ok(PollResult::Rewritten);
            }
            self.modified_at = stat.modified;
            return Ok(PollResult::Nothing);
        }
        let offset = self.tail.skip_hole(file, offset, stat);
        if offset >= stat.size {
            return Ok(PollResult::Nothing);
        }
        let room = usize::try_from(stat.size - offset)
            .unwrap_or(READ)
            .min(READ);
        let mut buffer = buffer();
        let start = self.tail.known.splitter.prepare(&mut buffer, room);
        let count = fs::read_at(file, &mut buffer[start..], offset)?;
        // Checked after reading: an earlier change is seen now, a later one by the next poll.
        if !self.tail.is_unchanged(file, offset)? {
            return Ok(PollResult::Rewritten);
        }
        self.modified_at = stat.modified;
        if count == 0 {
            return Ok(PollResult::Nothing);
        }
        self.grown = Instant::now();
        self.tail.keep_last(&buffer[start..start + count]);
        Ok(PollResult::Bytes { buffer, count })
    }
}

/// At most `most` bytes before `offset`; fewer if the file ends before it.
fn before(file: &File, offset: u64, most: usize) -> io::Result<Vec<u8>> {
    let start = offset.saturating_sub(most as u64);
    fs::read_up_to(file, start, usize::try_from(offset - start).unwrap_or(most))
}
