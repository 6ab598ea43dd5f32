//! Standard input and named pipes: read once, in order, and spooled to an unlinked temporary file
//! if raw lines may be needed. A log that is redirected to standard input is its own spool.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

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

/// The capacity requested of a pipe, the most that is allowed: its writer and its reader wake each
/// other up less often than with the usual 64 KiB.
#[cfg(any(target_os = "linux", target_os = "android"))]
const PIPE: usize = 1 << 20;

pub(crate) struct Pipe {
    pub path: PathBuf,
    pub splitter: LineSplitter,
    pub source: Option<SourceId>,
    ahead: Option<ReadAhead>,
    state: Arc<Mutex<PipeState>>,
}

/// What the thread that reads the pipe has found out.
#[derive(Default)]
struct PipeState {
    compression: Compression,
    /// How many bytes came through the pipe.
    read: u64,
    spool: Option<Spool>,
    /// Why the pipe is no longer spooled, until that is reported.
    not_kept: Option<io::Error>,
}

impl Pipe {
    /// Begins to read `path`, or standard input if it is `-`. A named pipe is opened on the thread:
    /// that waits for a writer.
    pub(super) fn open(path: &Path, keep: bool, waker: &Arc<Waker>) -> io::Result<Self> {
        let state = Arc::<Mutex<PipeState>>::default();
        let (opened, waker, found) = (path.to_path_buf(), Arc::clone(waker), Arc::clone(&state));
        let notify = move || waker.wake(|wakeup| wakeup.look = true);
        let ahead = ReadAhead::start("pipe", notify, move |producer| {
            let input = if opened.as_os_str() == "-" {
                File::from(io::stdin().as_fd().try_clone_to_owned()?)
            } else {
                File::open(&opened)?
            };
            read(input, keep, producer, &found)
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            splitter: LineSplitter::default(),
            source: None,
            ahead: Some(ahead),
            state,
        })
    }

    pub(super) fn is_open(&self) -> bool {
        self.ahead.is_some()
    }

    /// The next decompressed chunk, without waiting. `spare` is a buffer in exchange.
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

    /// The limit of decompressed bytes, if it is exceeded: `least`, or a hundred times what came
    /// through the pipe.
    fn exceeded_limit(&self, least: u64) -> Option<u64> {
        let state = self.state.lock();
        let most = least.max(state.read.saturating_mul(100));
        (state.compression.is_packed() && self.splitter.next_offset() > most).then_some(most)
    }
}

struct CountingReader {
    input: File,
    state: Arc<Mutex<PipeState>>,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.state.lock().read += count as u64;
        Ok(count)
    }
}

fn read(
    mut input: File,
    keep: bool,
    producer: &Producer,
    state: &Arc<Mutex<PipeState>>,
) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // A failure changes nothing: it is no pipe, or may not grow.
    let _ = rustix::pipe::fcntl_setpipe_size(&input, PIPE);
    let itself = seekable_stdin(&mut input);
    let mut input = CountingReader {
        input,
        state: Arc::clone(state),
    };
    let magic = magic(&mut input)?;
    let compression = Compression::of(&magic);
    state.lock().compression = compression;
    let mut written = None;
    match itself {
        _ if !keep => {}
        Some(itself) if !compression.is_packed() => state.lock().spool = Some(itself),
        _ => match tempfile::tempfile().map(Arc::new) {
            Ok(file) => {
                written = Some(Arc::clone(&file));
                state.lock().spool = Some(Spool { file, begins: 0 });
            }
            Err(error) => state.lock().not_kept = Some(error),
        },
    }
    let mut input = decompress::unpack(compression, io::Cursor::new(magic).chain(input))?;
    producer.copy_from(&mut *input, Batching::ByLine, |bytes| {
        let write = |spool: &Arc<File>| (&**spool).write_all(bytes);
        if let Some(Err(error)) = written.as_ref().map(write) {
            written = None;
            state.lock().not_kept = Some(error);
        }
    })
}

/// The first bytes, which show the compression. If the first one begins no archive, the others are
/// not waited for: the writer may be slow.
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

/// The input itself as a spool, if its bytes can be read again.
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
    /// Emits from the first pipe that has something new; `false` if none has.
    pub(super) fn read_pipes(&mut self) -> bool {
        for at in 0..self.pipes.len() {
            let pool = self.pool.clone();
            match self.pipes[at].take(|| pool.take()) {
                Chunk::Nothing => continue,
                Chunk::Bytes(bytes) => self.emit_chunk(at, bytes),
                Chunk::End(error) => self.end_pipe(at, error),
            }
            return true;
        }
        false
    }

    fn emit_chunk(&mut self, at: usize, bytes: Vec<u8>) {
        let source = match self.pipes[at].source {
            Some(source) => source,
            None => self.begin_pipe(at, &bytes),
        };
        let pipe = &mut self.pipes[at];
        let path = pipe.path.clone();
        let not_kept = pipe.state.lock().not_kept.take();
        let count = bytes.len();
        let buffer = pipe.splitter.prepend_carry(bytes);
        let result = pipe.splitter.split(source, buffer, count);
        self.sources.expect(count as u64);
        self.sources.count_read(count as u64);
        self.sources.set_emitted(source, pipe.splitter.consumed());
        let limit = pipe.exceeded_limit(self.settings.max_unpacked);
        if limit.is_some() {
            pipe.ahead = None;
        }
        if let Some(error) = not_kept {
            self.sources.overwritten(source);
            self.notice(NoticeKind::NotKept, &path, error.to_string());
        }
        self.emit(result.cut);
        self.emit(result.whole);
        if let Some(most) = limit {
            self.sources.set_state(source, SourceState::Damaged);
            self.notice(NoticeKind::Limit, &path, humanize::size(most));
        }
    }

    fn begin_pipe(&mut self, at: usize, bytes: &[u8]) -> SourceId {
        let pipe = &mut self.pipes[at];
        let (compression, spool) = {
            let state = pipe.state.lock();
            (state.compression, state.spool.clone())
        };
        let compressed = compression.is_packed();
        let source = self.sources.add_stream(&pipe.path, compressed, spool);
        pipe.source = Some(source);
        self.output
            .events
            .push_back(SourceEvent::Opened(SourceOpened {
                source,
                path: pipe.path.clone(),
                head: bytes[..bytes.len().min(PEEK_BYTES)].to_vec(),
                tail: Vec::new(),
                modified: None,
            }));
        source
    }

    fn end_pipe(&mut self, at: usize, error: Option<io::Error>) {
        let pipe = &mut self.pipes[at];
        let path = pipe.path.clone();
        let is_packed = pipe.state.lock().compression.is_packed();
        let failed = error.map(|error| match error.kind() {
            // Its decoder was refused the memory that it needs.
            io::ErrorKind::OutOfMemory => (NoticeKind::Unreadable, SourceState::Unreadable, error),
            _ if is_packed => (NoticeKind::Damaged, SourceState::Damaged, error),
            _ => (NoticeKind::Unreadable, SourceState::Unreadable, error),
        });
        if let Some(source) = pipe.source {
            let block = pipe.splitter.finish(source);
            self.sources.set_emitted(source, pipe.splitter.consumed());
            self.emit(block);
            let state = failed
                .as_ref()
                .map_or(SourceState::Finished, |failed| failed.1);
            self.sources.set_state(source, state);
        }
        if let Some((kind, _, error)) = failed {
            self.notice(kind, &path, error.to_string());
        }
    }
}
