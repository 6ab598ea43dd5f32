//! Standard input and named pipes: read once, in order, on a thread of their own, and spooled to an unlinked temporary
//! file so that their raw lines can be read again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;

use super::SourceId;
use super::archive::{self, Form};
use super::begin::ENDS;
use super::feeder::Feeder;
use super::notice::NoticeKind;
use super::told::{Opened, Told};
use super::watch::Signal;
use crate::lines::Splitter;

/// How much is read at once, and how many of those wait for the reader: a fast writer is made to wait, not kept in memory.
const PIECE: usize = 256 << 10;
const WAITING: usize = 4;

/// One pipe.
pub(crate) struct Stream {
    pub path: PathBuf,
    pub splitter: Splitter,
    pub source: Option<SourceId>,
    pub spool: Option<Arc<File>>,
    pieces: Option<Receiver<Piece>>,
}

struct Piece {
    form: Form,
    bytes: io::Result<Vec<u8>>,
}

/// What a pipe gave.
pub(crate) enum Given {
    /// Bytes, unpacked.
    Bytes(Form, Vec<u8>),
    /// Nothing now.
    Nothing,
    /// Its end, after an error or without.
    End(Option<io::Error>),
}

impl Stream {
    /// Begins to read `path`, standard input where it is `-`. A named pipe is opened on the thread, as that waits for a writer.
    pub fn open(path: &Path, signal: &Arc<Signal>) -> io::Result<Self> {
        let (sender, pieces) = sync_channel(WAITING);
        let (opened, signal) = (path.to_path_buf(), Arc::clone(signal));
        thread::Builder::new()
            .name("pipe".to_owned())
            .spawn(move || {
                let input: io::Result<Box<dyn Read + Send>> = if opened.as_os_str() == "-" {
                    Ok(Box::new(io::stdin()))
                } else {
                    File::open(&opened).map(|file| Box::new(file) as Box<dyn Read + Send>)
                };
                let form = Form::Plain;
                if let Err(error) = input.and_then(|input| read(input, &sender, &signal)) {
                    let _ = sender.send(Piece {
                        form,
                        bytes: Err(error),
                    });
                }
                drop(sender);
                signal.tell(|wake| wake.look = true);
            })?;
        Ok(Self {
            path: path.to_path_buf(),
            splitter: Splitter::default(),
            source: None,
            spool: None,
            pieces: Some(pieces),
        })
    }

    /// Whether more may come.
    pub fn is_open(&self) -> bool {
        self.pieces.is_some()
    }

    /// What came since the last call.
    pub fn take(&mut self) -> Given {
        let Some(pieces) = &self.pieces else {
            return Given::Nothing;
        };
        match pieces.try_recv() {
            Ok(Piece {
                form,
                bytes: Ok(bytes),
            }) => Given::Bytes(form, bytes),
            Ok(Piece {
                bytes: Err(error), ..
            }) => {
                self.pieces = None;
                Given::End(Some(error))
            }
            Err(TryRecvError::Empty) => Given::Nothing,
            Err(TryRecvError::Disconnected) => {
                self.pieces = None;
                Given::End(None)
            }
        }
    }

    /// Makes the spool; what is written to it can be read at its offsets.
    pub fn make_spool(&mut self) -> io::Result<()> {
        self.spool = Some(Arc::new(tempfile::tempfile()?));
        Ok(())
    }

    /// Adds to the spool.
    pub fn keep(&self, bytes: &[u8]) -> io::Result<()> {
        match &self.spool {
            Some(spool) => (&**spool).write_all(bytes),
            None => Ok(()),
        }
    }
}

fn read(
    mut input: Box<dyn Read + Send>,
    sender: &SyncSender<Piece>,
    signal: &Signal,
) -> io::Result<()> {
    let mut magic = [0; Form::MAGIC];
    let mut known = 0;
    // A first byte that begins no archive is not held back for the others: a writer may be slow.
    while known < magic.len() && (known == 0 || matches!(magic[0], 0x1f | 0x28 | b'B' | 0xfd)) {
        match input.read(&mut magic[known..]) {
            Ok(0) => break,
            Ok(count) => known += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let form = Form::of(&magic[..known]);
    let input = io::Cursor::new(magic[..known].to_vec()).chain(input);
    let mut input = archive::unpack(form, input)?;
    let mut piece = vec![0; PIECE];
    loop {
        let count = match input.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let bytes = Ok(piece[..count].to_vec());
        if sender.send(Piece { form, bytes }).is_err() {
            return Ok(());
        }
        signal.tell(|wake| wake.look = true);
    }
}

impl Feeder {
    /// Tells something of the first pipe that has something new.
    pub(super) fn read_streams(&mut self) -> bool {
        for at in 0..self.streams.len() {
            match self.streams[at].take() {
                Given::Nothing => {}
                Given::Bytes(form, bytes) => {
                    self.take_piece(at, form, &bytes);
                    return true;
                }
                Given::End(error) => {
                    self.end_stream(at, error);
                    return true;
                }
            }
        }
        false
    }

    fn take_piece(&mut self, at: usize, form: Form, bytes: &[u8]) {
        let source = match self.streams[at].source {
            Some(source) => source,
            None => self.begin_stream(at, form, bytes),
        };
        if let Err(error) = self.streams[at].keep(bytes) {
            let path = self.streams[at].path.clone();
            self.streams[at].spool = None;
            self.sources.overwritten(source);
            self.notice(NoticeKind::NotKept, &path, error.to_string());
        }
        let mut buffer = self.recycler.take();
        let splitter = &mut self.streams[at].splitter;
        let mark = splitter.prepare(&mut buffer, bytes.len());
        buffer[mark..].copy_from_slice(bytes);
        let pieces = splitter.split(source, buffer, bytes.len());
        self.sources.expect(bytes.len() as u64);
        self.sources.count_read(bytes.len() as u64);
        self.sources
            .set_told(source, self.streams[at].splitter.told());
        self.tell(pieces.cut);
        self.tell(pieces.whole);
    }

    fn begin_stream(&mut self, at: usize, form: Form, bytes: &[u8]) -> SourceId {
        let path = self.streams[at].path.clone();
        if let Err(error) = self.streams[at].make_spool() {
            self.notice(NoticeKind::NotKept, &path, error.to_string());
        }
        let stream = &mut self.streams[at];
        let source = self
            .sources
            .add_stream(&path, form.is_packed(), stream.spool.clone());
        stream.source = Some(source);
        self.queue.push_back(Told::Opened(Opened {
            source,
            path,
            head: bytes[..bytes.len().min(ENDS)].to_vec(),
            tail: Vec::new(),
            modified: None,
            compressed: form.is_packed(),
            begins: 0,
        }));
        source
    }

    fn end_stream(&mut self, at: usize, error: Option<io::Error>) {
        if let Some(source) = self.streams[at].source {
            let block = self.streams[at].splitter.finish(source);
            self.sources
                .set_told(source, self.streams[at].splitter.told());
            self.tell(block);
        }
        if let Some(error) = error {
            let path = self.streams[at].path.clone();
            self.notice(NoticeKind::Unreadable, &path, error.to_string());
        }
    }
}
