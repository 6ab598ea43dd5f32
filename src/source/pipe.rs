//! Standard input and named pipes: read once, in rotation_order, and spooled to an unlinked temporary file where raw lines may be
//! asked for. A log that stands on standard input as a file is its own spool.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::RawLines;
use super::blocks::LineSplitter;
use super::decompress::{self, Compression};
use super::event::{SourceEvent, SourceOpened};
use super::notice::NoticeKind;
use super::open::PEEK_BYTES;
use super::read_ahead::{Batching, Chunk, Producer, ReadAhead};
use super::reader::LogReader;
use super::registry::{SourceState, Spool};
use super::watch::Waker;
use crate::humanize;
use crate::position::SourceId;

/// How much a pipe is asked to hold, as much as anybody may ask for: its writer and its reader wake each other up less
/// often than with the usual 64 KiB.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PIPE: usize = 1 << 20;

/// One pipe.
pub(crate) struct Pipe {
    pub path: PathBuf,
    pub splitter: LineSplitter,
    pub source: Option<SourceId>,
    ahead: Option<ReadAhead>,
    seen: Arc<Mutex<PipeState>>,
}

/// What the thread that reads the pipe knows of it before it gives the first bytes, and what it has met since.
struct PipeState {
    form: Compression,
    /// How many bytes came through it.
    read: u64,
    spool: Option<Spool>,
    /// Why it is no longer spooled, until that is told.
    not_kept: Option<io::Error>,
}

fn lock(seen: &Mutex<PipeState>) -> MutexGuard<'_, PipeState> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pipe {
    /// Begins to read `path`, standard input where it is `-`. A named pipe is opened on the thread, as that waits for a writer.
    pub fn open(path: &Path, lines: RawLines, signal: &Arc<Waker>) -> io::Result<Self> {
        let seen = Arc::new(Mutex::new(PipeState {
            form: Compression::Plain,
            read: 0,
            spool: None,
            not_kept: None,
        }));
        let (opened, signal, found) = (path.to_path_buf(), Arc::clone(signal), Arc::clone(&seen));
        let tell = move || signal.tell(|wake| wake.look = true);
        let ahead = ReadAhead::start("pipe", tell, move |giver| {
            let input = if opened.as_os_str() == "-" {
                File::from(io::stdin().as_fd().try_clone_to_owned()?)
            } else {
                File::open(&opened)?
            };
            read(input, lines, giver, &found)
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            splitter: LineSplitter::default(),
            source: None,
            ahead: Some(ahead),
            seen,
        })
    }

    /// Whether more may come.
    pub fn is_open(&self) -> bool {
        self.ahead.is_some()
    }

    /// What came since the last call, unpacked. `spare` is a buffer in exchange.
    fn take(&mut self, spare: impl FnOnce() -> Vec<u8>) -> Chunk {
        let given = match &self.ahead {
            Some(ahead) => ahead.try_take(spare),
            None => Chunk::Nothing,
        };
        if matches!(given, Chunk::End(_)) {
            self.ahead = None;
        }
        given
    }

    /// How much was unpacked where that is more than `least` and a hundred times what came through the pipe.
    fn limit_passed(&self, least: u64) -> Option<u64> {
        let seen = lock(&self.seen);
        let most = least.max(seen.read.saturating_mul(100));
        (seen.form.is_packed() && self.splitter.next_offset() > most).then_some(most)
    }
}

/// A pipe's bytes, counted as they come.
struct CountingReader {
    input: File,
    seen: Arc<Mutex<PipeState>>,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        lock(&self.seen).read += count as u64;
        Ok(count)
    }
}

fn read(
    mut input: File,
    lines: RawLines,
    giver: &Producer,
    seen: &Arc<Mutex<PipeState>>,
) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // What is no pipe, or may not grow, is read as it is.
    let _ = rustix::pipe::fcntl_setpipe_size(&input, PIPE);
    let itself = seekable_stdin(&mut input);
    let mut input = CountingReader {
        input,
        seen: Arc::clone(seen),
    };
    let magic = magic(&mut input)?;
    let form = Compression::of(&magic);
    lock(seen).form = form;
    let mut written = None;
    match itself {
        _ if lines == RawLines::Unneeded => {}
        Some(itself) if !form.is_packed() => lock(seen).spool = Some(itself),
        _ => match Spool::temporary() {
            Ok(spool) => {
                written = Some(Arc::clone(&spool.file));
                lock(seen).spool = Some(spool);
            }
            Err(error) => lock(seen).not_kept = Some(error),
        },
    }
    let mut input = decompress::unpack(form, io::Cursor::new(magic).chain(input))?;
    giver.pass_on(&mut *input, Batching::AtOnce, |bytes| {
        let keep = |spool: &Arc<File>| (&**spool).write_all(bytes);
        if let Some(Err(error)) = written.as_ref().map(keep) {
            written = None;
            lock(seen).not_kept = Some(error);
        }
    })
}

/// The first bytes, which tell the form. A first one that begins no archive is not held back for the others: a writer may be
/// slow.
fn magic(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut magic = vec![0; Compression::MAGIC];
    let mut known = 0;
    while known < magic.len() && (known == 0 || matches!(magic[0], 0x1f | 0x28 | b'B' | 0xfd)) {
        match input.read(&mut magic[known..]) {
            Ok(0) => break,
            Ok(count) => known += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    magic.truncate(known);
    Ok(magic)
}

/// The input, if its bytes can be read again where they stand.
fn seekable_stdin(input: &mut File) -> Option<Spool> {
    let begins = input.stream_position().ok()?;
    let is_file = input.metadata().ok()?.is_file();
    let file = input.try_clone().ok().filter(|_| is_file)?;
    Some(Spool {
        file: Arc::new(file),
        begins,
    })
}

impl LogReader {
    /// Tells something of the first pipe that has something new.
    pub(super) fn read_streams(&mut self) -> bool {
        for at in 0..self.streams.len() {
            let recycler = self.recycler.clone();
            match self.streams[at].take(|| recycler.take()) {
                Chunk::Nothing => {}
                Chunk::Bytes(bytes) => {
                    self.take_piece(at, bytes);
                    return true;
                }
                Chunk::End(error) => {
                    self.end_stream(at, error);
                    return true;
                }
            }
        }
        false
    }

    fn take_piece(&mut self, at: usize, bytes: Vec<u8>) {
        let source = match self.streams[at].source {
            Some(source) => source,
            None => self.begin_stream(at, &bytes),
        };
        let not_kept = lock(&self.streams[at].seen).not_kept.take();
        if let Some(error) = not_kept {
            let path = self.streams[at].path.clone();
            self.sources.overwritten(source);
            self.notice(NoticeKind::NotKept, &path, error.to_string());
        }
        let count = bytes.len();
        let splitter = &mut self.streams[at].splitter;
        let buffer = splitter.prepend_carry(bytes);
        let pieces = splitter.split(source, buffer, count);
        self.sources.expect(count as u64);
        self.sources.count_read(count as u64);
        self.sources
            .set_emitted(source, self.streams[at].splitter.consumed());
        self.emit(pieces.cut);
        self.emit(pieces.whole);
        if let Some(most) = self.streams[at].limit_passed(self.unpack_at_most) {
            let stream = &mut self.streams[at];
            stream.ahead = None;
            let path = stream.path.clone();
            self.sources.set_state(source, SourceState::Damaged);
            self.notice(NoticeKind::Limit, &path, humanize::size(most));
        }
    }

    fn begin_stream(&mut self, at: usize, bytes: &[u8]) -> SourceId {
        let path = self.streams[at].path.clone();
        let (form, spool) = {
            let seen = lock(&self.streams[at].seen);
            (seen.form, seen.spool.clone())
        };
        let source = self.sources.add_stream(&path, form.is_packed(), spool);
        self.streams[at].source = Some(source);
        self.queue.push_back(SourceEvent::Opened(SourceOpened {
            source,
            path,
            head: bytes[..bytes.len().min(PEEK_BYTES)].to_vec(),
            tail: Vec::new(),
            modified: None,
            compressed: form.is_packed(),
            begins: 0,
        }));
        source
    }

    fn end_stream(&mut self, at: usize, error: Option<io::Error>) {
        let unpacks = lock(&self.streams[at].seen).form.is_packed();
        let failed = error.map(|error| match error.kind() {
            // Its decoder was refused the memory that it wants.
            io::ErrorKind::OutOfMemory => (NoticeKind::Unreadable, SourceState::Unreadable, error),
            _ if unpacks => (NoticeKind::Damaged, SourceState::Damaged, error),
            _ => (NoticeKind::Unreadable, SourceState::Unreadable, error),
        });
        if let Some(source) = self.streams[at].source {
            let block = self.streams[at].splitter.finish(source);
            self.sources
                .set_emitted(source, self.streams[at].splitter.consumed());
            self.emit(block);
            let state = failed
                .as_ref()
                .map_or(SourceState::Finished, |(_, state, _)| *state);
            self.sources.set_state(source, state);
        }
        if let Some((kind, _, error)) = failed {
            let path = self.streams[at].path.clone();
            self.notice(kind, &path, error.to_string());
        }
    }
}
