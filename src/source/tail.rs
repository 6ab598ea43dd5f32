//! One file under way: how far it was read, and whether it still is what was read.
//!
//! A file goes on where it was left only when the bytes before that place are still the same; else it was truncated or
//! rewritten and is another source.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use super::blocks::{HOLE, LineSplitter, READ};
use super::decompress::{CompressedFile, Compression, fill};
use super::fingerprint::{Fingerprint, HEAD, TrackedContent};
use super::fs::{self, Stat};
use super::liveness::FileMarkers;
use super::read_ahead::{Batching, Chunk, Producer, ReadAhead};
use super::registry::{Place, SourceState};
use super::rotation_order::RotationKey;
use super::scan;

/// How a file is read.
pub(crate) enum Body {
    /// Not begun; held open where its name may be taken from it meanwhile.
    New(Option<Arc<File>>),
    /// As far as it goes, it is what another source told; it is looked at again when it is no longer as here.
    Part(Arc<File>, Stat),
    /// Under way.
    Plain(Arc<File>),
    /// Under way, unpacked.
    Packed(Unpack),
    /// Closed: quiet, and others need the descriptor. Its name is looked at.
    Asleep,
    /// Read to its end, which is final.
    Done,
}

/// An archive under way.
pub(crate) struct Unpack {
    pub stream: ReadAhead,
    pub packed: Arc<AtomicU64>,
    /// Packed bytes that were counted as read.
    pub counted: u64,
}

/// What a look at a file gave.
pub(crate) enum Look {
    /// So many bytes behind the mark in the buffer.
    Bytes(Vec<u8>, usize, usize),
    /// Nothing new.
    Nothing,
    /// Other bytes stand where read ones stood.
    Rewritten,
    /// It cannot be read on.
    Failed(io::Error),
}

/// A file that is read or was.
pub(crate) struct TailedFile {
    pub path: PathBuf,
    /// Where a link led to.
    real: Option<PathBuf>,
    /// Its place in the reading order.
    pub turn: usize,
    /// What it looked like when it was read last.
    pub stat: Stat,
    /// When its content changed last, as of the last look that found it as it was left.
    pub since: Option<SystemTime>,
    /// A state it was found in later, and when, until that has lasted.
    pub changing: Option<(Stat, Instant)>,
    pub form: Compression,
    pub body: Body,
    pub known: TrackedContent,
    /// Its first bytes as they lie on disk.
    raw_head: Vec<u8>,
    /// The bytes before the place where it was left.
    marker: Vec<u8>,
    /// When it was last seen to grow.
    pub grown: Instant,
    /// Its name is another's now, or gone.
    pub replaced: bool,
    /// No name is known to lead to it.
    pub lost: bool,
    /// It came and short_lived between two looks, held open since it was heard of.
    pub short_lived: bool,
    /// Whether it is a mail log is not known: it held nothing yet.
    pub unclassified: bool,
    /// It was given another name.
    pub renamed: bool,
    /// Only what it has more than a known content is wanted.
    pub only_new_bytes: bool,
    /// It was said that it cannot be read.
    pub unreadable: bool,
    /// What its framing told.
    pub framed: FileMarkers,
    /// It could not be read when last tried, and when it is tried again.
    pub failed: Option<Instant>,
    /// What it is doing, as last said to the registry.
    pub state: SourceState,
    /// Damage found that may be but an upload under way, until that is told.
    pub damage: Option<(String, Instant)>,
}

impl TailedFile {
    /// A file not yet begun.
    pub fn new(path: &Path, stat: Stat, file: Option<Arc<File>>) -> Self {
        Self {
            path: path.to_path_buf(),
            real: path
                .is_symlink()
                .then(|| path.canonicalize().ok())
                .flatten(),
            turn: 0,
            stat,
            since: stat.modified,
            changing: None,
            form: Compression::Plain,
            body: Body::New(file),
            known: Self::nothing_known(path),
            raw_head: Vec::new(),
            marker: Vec::new(),
            grown: Instant::now(),
            replaced: false,
            lost: false,
            short_lived: false,
            unclassified: false,
            renamed: false,
            only_new_bytes: false,
            unreadable: false,
            framed: FileMarkers::default(),
            failed: None,
            state: SourceState::Reading,
            damage: None,
        }
    }

    fn nothing_known(path: &Path) -> TrackedContent {
        TrackedContent {
            number: None,
            folder: scan::folder_of(path),
            content: Fingerprint::default(),
            splitter: LineSplitter::default(),
            source: None,
        }
    }

    /// What its name tells of its place in time.
    pub fn age(&self) -> RotationKey {
        scan::age(&self.path)
    }

    /// Where it lies.
    pub fn place(&self) -> Place {
        let path = self.real.as_ref().unwrap_or(&self.path).clone();
        let head = if self.form.is_packed() {
            Vec::new()
        } else {
            self.known.content.head().to_vec()
        };
        Place {
            path,
            form: self.form,
            id: self.stat.id,
            head,
        }
    }

    /// It is called otherwise now.
    pub fn rename(&mut self, path: &Path) {
        self.path = path.to_path_buf();
        self.real = None;
        self.renamed = true;
        self.lost = false;
    }

    /// Closes it until its name tells of something new.
    pub fn sleep(&mut self, body: Body) {
        self.body = body;
        self.known.content.forget_recent();
    }

    /// The open file.
    pub fn file(&self) -> Option<&Arc<File>> {
        match &self.body {
            Body::New(file) => file.as_ref(),
            Body::Plain(file) | Body::Part(file, _) => Some(file),
            Body::Packed(_) | Body::Asleep | Body::Done => None,
        }
    }

    /// Whether it has bytes that were not read, as far as a look tells.
    pub fn has_more(&self) -> bool {
        let longer = |file: &File, than| fs::stat(file).is_ok_and(|stat| stat.size > than);
        match &self.body {
            Body::Plain(file) => longer(file, self.known.splitter.next_offset()),
            Body::New(Some(file)) => longer(file, 0),
            Body::New(None) | Body::Packed(_) => true,
            Body::Part(..) | Body::Asleep | Body::Done => false,
        }
    }

    /// Whether the file of that name begins as this one did when it was opened.
    pub fn starts_as_before(&self, path: &Path) -> bool {
        let head = fs::open(path).and_then(|(file, _)| head_of(&file));
        head.is_ok_and(|head| head.starts_with(&self.raw_head))
    }

    /// Whether nothing more can be read of it once its name is gone.
    pub fn is_closed(&self) -> bool {
        matches!(self.body, Body::Asleep | Body::Done | Body::New(None))
    }

    /// Whether other bytes stand where it was left.
    pub fn was_rewritten(&self) -> bool {
        let offset = self.known.splitter.next_offset();
        match &self.body {
            Body::Plain(file) => self.is_unchanged(file, offset).is_ok_and(|same| !same),
            _ => false,
        }
    }

    /// SoFar on behind what `known` told of the same bytes.
    pub fn resume_after(&mut self, known: &TrackedContent) {
        self.known.content = known.content.clone();
        self.known.splitter = known.splitter.clone();
    }

    /// Begins anew from the first byte; returns what was known of the former content.
    pub fn restart(&mut self) -> TrackedContent {
        self.marker = Vec::new();
        std::mem::replace(&mut self.known, Self::nothing_known(&self.path))
    }

    /// Begins to read at the place that was set.
    pub fn begin(&mut self, file: &Arc<File>, form: Compression) -> io::Result<()> {
        self.form = form;
        self.raw_head = head_of(file)?;
        let offset = self.known.splitter.next_offset();
        if form.is_packed() {
            let packed = Arc::new(AtomicU64::new(0));
            let mut stream = CompressedFile::open(form, file, &packed)?;
            let last = self.known.content.forgotten().unwrap_or(0);
            io::copy(
                &mut io::Read::take(&mut stream, offset - last as u64),
                &mut io::sink(),
            )?;
            let mut bytes = vec![0; last];
            fill(&mut stream, &mut bytes);
            self.recall(&bytes);
            let unpack =
                move |giver: &Producer| giver.pass_on(&mut *stream, Batching::Full, |_| {});
            self.body = Body::Packed(Unpack {
                stream: ReadAhead::start("unpack", || {}, unpack)?,
                packed,
                counted: 0,
            });
        } else {
            self.marker = before(file, offset, HEAD)?;
            let last = self.known.content.forgotten().unwrap_or(0);
            self.recall(&before(file, offset, last)?);
            self.body = Body::Plain(Arc::clone(file));
        }
        Ok(())
    }

    fn recall(&mut self, last: &[u8]) {
        if self.known.content.forgotten().is_some() {
            self.known.content.recall(last);
        }
    }

    /// Opens a file that slept; whether it is still the one that was left.
    pub fn wake(&mut self) -> io::Result<bool> {
        if self.known.splitter.next_offset() == 0 {
            self.body = Body::New(None);
            return Ok(true);
        }
        let (file, stat) = fs::open(&self.path)?;
        let offset = self.known.splitter.next_offset();
        let head = head_of(&file)?;
        if stat.id != self.stat.id
            || !head.starts_with(self.known.content.head())
            || before(&file, offset, HEAD)? != self.marker
        {
            return Ok(false);
        }
        let last = self.known.content.forgotten().unwrap_or(0);
        self.recall(&before(&file, offset, last)?);
        self.body = Body::Plain(Arc::new(file));
        Ok(true)
    }

    /// Reads what came, at most as much as a block holds. `buffer` is used where there is something.
    pub fn look(&mut self, buffer: impl FnOnce() -> Vec<u8>) -> Look {
        match &mut self.body {
            Body::Plain(file) => {
                let file = Arc::clone(file);
                self.look_plain(&file, buffer).unwrap_or_else(Look::Failed)
            }
            Body::Packed(unpack) => match unpack.stream.take(buffer) {
                Chunk::Bytes(bytes) => {
                    let count = bytes.len();
                    let buffer = self.known.splitter.prepend_carry(bytes);
                    let mark = buffer.len() - count;
                    Look::Bytes(buffer, mark, count)
                }
                Chunk::End(Some(error)) => Look::Failed(error),
                Chunk::End(None) | Chunk::Nothing => Look::Nothing,
            },
            Body::New(_) | Body::Part(..) | Body::Asleep | Body::Done => Look::Nothing,
        }
    }

    fn look_plain(&mut self, file: &File, buffer: impl FnOnce() -> Vec<u8>) -> io::Result<Look> {
        let stat = fs::stat(file)?;
        let offset = self.known.splitter.next_offset();
        if stat.size <= offset {
            self.stat = stat;
            // Neither the size nor the times tell for sure: a network file system's are old, and a log that was rewritten
            // to the same length within a tick of the clock has the same. The bytes themselves decide.
            return Ok(if self.is_unchanged(file, offset)? {
                self.since = stat.modified;
                Look::Nothing
            } else {
                Look::Rewritten
            });
        }
        self.stat = stat;
        let offset = self.skip_hole(file, offset, stat);
        if offset >= stat.size {
            return Ok(Look::Nothing);
        }
        let room = usize::try_from(stat.size - offset)
            .unwrap_or(READ)
            .min(READ);
        let mut buffer = buffer();
        let mark = self.known.splitter.prepare(&mut buffer, room);
        let count = fs::read_at(file, &mut buffer[mark..], offset)?;
        // Looked at after the reading: what changed before it is seen, what changes after it is seen next time.
        if !self.is_unchanged(file, offset)? {
            return Ok(Look::Rewritten);
        }
        self.since = stat.modified;
        if count == 0 {
            return Ok(Look::Nothing);
        }
        self.grown = Instant::now();
        self.remember(&buffer[mark..mark + count]);
        Ok(Look::Bytes(buffer, mark, count))
    }

    /// Skips the hole that a writer left who short_lived on at his old place after the file was cut.
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
        self.remember(&[0; HEAD]);
        offset + hole
    }

    fn is_unchanged(&self, file: &File, offset: u64) -> io::Result<bool> {
        Ok(self.marker.is_empty() || before(file, offset, HEAD)? == self.marker)
    }

    fn remember(&mut self, fresh: &[u8]) {
        if fresh.len() < HEAD {
            self.marker.extend_from_slice(fresh);
            let over = self.marker.len().saturating_sub(HEAD);
            self.marker.drain(..over);
        } else {
            self.marker.clear();
            self.marker.extend_from_slice(&fresh[fresh.len() - HEAD..]);
        }
    }

    /// Packed bytes read since the last call.
    pub fn newly_unpacked(&mut self) -> u64 {
        let Body::Packed(unpack) = &mut self.body else {
            return 0;
        };
        let read = unpack.packed.load(Ordering::Relaxed);
        let fresh = read.saturating_sub(unpack.counted);
        unpack.counted = read;
        fresh
    }
}

/// The at most `most` bytes before `offset`; fewer where the file ends before it.
fn before(file: &File, offset: u64, most: usize) -> io::Result<Vec<u8>> {
    let start = offset.saturating_sub(most as u64);
    let mut bytes = vec![0; usize::try_from(offset - start).unwrap_or(most)];
    let count = fs::read_at(file, &mut bytes, start)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn head_of(file: &File) -> io::Result<Vec<u8>> {
    fs::first(file, HEAD)
}
