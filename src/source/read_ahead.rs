//! Reads pipes and decompresses archives on a thread of their own.
//!
//! Only one thread of the pipeline reads at a time; without this, the other would wait while it
//! decompresses or spools. Chunks end at a line end, so that they become blocks without being
//! copied.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;

use memchr::memrchr;
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::blocks::READ;
use super::decompress::read_full;

/// How many chunks may wait to be taken; the producer blocks when there are as many.
const WAITING: usize = 8;
/// A shorter chunk is appended to the one before it if that still waits.
const SHORT: usize = READ / 4;

/// When a chunk is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Batching {
    /// When it is full: for input that never waits.
    Full,
    /// As soon as a line is complete.
    ByLine,
}

/// What a [`ReadAhead`] has.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Whole lines, unless one is longer than a chunk.
    Bytes(Vec<u8>),
    Nothing,
    /// The end of the input, after an error or without.
    End(Option<io::Error>),
}

/// The receiving end. When it is dropped, the thread ends with the next chunk that it sends.
pub(crate) struct ReadAhead(Arc<ChunkQueue>);

#[derive(Default)]
struct ChunkQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    pieces: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    end: Option<io::Result<()>>,
    closed: bool,
}

impl ChunkQueue {
    fn wait_while(&self, quiet: impl FnMut(&mut QueueState) -> bool) -> MutexGuard<'_, QueueState> {
        let mut state = self.state.lock();
        self.changed.wait_while(&mut state, quiet);
        state
    }
}

impl ReadAhead {
    /// Starts a thread that does `work`; `notify` is called after each chunk and at the end.
    pub(super) fn start(
        name: &str,
        notify: impl Fn() + Send + 'static,
        work: impl FnOnce(&Producer) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::<ChunkQueue>::default();
        let producer = Producer {
            shared: Arc::clone(&shared),
            notify: Box::new(notify),
        };
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let read = work(&producer);
                producer.shared.state.lock().end = Some(read);
            })?;
        Ok(Self(shared))
    }

    /// The next chunk or the end; waits for it. `spare` is a buffer in exchange.
    pub(super) fn take(&self, spare: impl FnOnce() -> Vec<u8>) -> Chunk {
        let quiet = |state: &mut QueueState| state.pieces.is_empty() && state.end.is_none();
        self.exchange(self.0.wait_while(quiet), spare)
    }

    /// As [`ReadAhead::take`], without waiting.
    pub(super) fn try_take(&self, spare: impl FnOnce() -> Vec<u8>) -> Chunk {
        self.exchange(self.0.state.lock(), spare)
    }

    fn exchange(
        &self,
        mut state: MutexGuard<'_, QueueState>,
        spare: impl FnOnce() -> Vec<u8>,
    ) -> Chunk {
        if let Some(piece) = state.pieces.pop_front() {
            let spare = spare();
            if spare.capacity() >= READ && state.spare.len() < WAITING {
                state.spare.push(spare);
            }
            drop(state);
            self.0.changed.notify_all();
            return Chunk::Bytes(piece);
        }
        match &mut state.end {
            None => Chunk::Nothing,
            Some(end) => Chunk::End(std::mem::replace(end, Ok(())).err()),
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.0.state.lock().closed = true;
        self.0.changed.notify_all();
    }
}

/// The sending end, on the thread that reads.
pub(crate) struct Producer {
    shared: Arc<ChunkQueue>,
    notify: Box<dyn Fn() + Send>,
}

impl Producer {
    /// Sends all of `input`. `keep` gets the bytes before they are sent.
    pub(super) fn copy_from(
        &self,
        input: &mut dyn Read,
        pace: Batching,
        mut keep: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let mut buffer = prepared(self.shared.state.lock().spare.pop());
        // Bytes of an unfinished line, at the front of the buffer.
        let mut begun = 0;
        loop {
            let (count, error) = match pace {
                Batching::Full => read_full(input, &mut buffer[begun..]),
                Batching::ByLine => read(input, &mut buffer[begun..]),
            };
            let is_last = count == 0 || error.is_some();
            let filled = begun + count;
            let end = match memrchr(b'\n', &buffer[begun..filled]) {
                Some(newline) if !is_last => begun + newline + 1,
                None if !is_last && filled < buffer.len() => 0,
                _ => filled,
            };
            keep(&buffer[..end]);
            if self.send(&mut buffer, end, filled).is_break() {
                return Ok(());
            }
            begun = filled - end;
            match error {
                Some(error) => return Err(error),
                None if is_last => return Ok(()),
                None => {}
            }
        }
    }

    /// Sends the first `end` bytes and moves those up to `filled` to the front of the buffer.
    fn send(&self, buffer: &mut Vec<u8>, end: usize, filled: usize) -> ControlFlow<()> {
        if end == 0 {
            return ControlFlow::Continue(());
        }
        let fits = |piece: &Vec<u8>| end < SHORT && piece.len() + end <= READ;
        let is_full = |state: &mut QueueState| {
            let joins = state.pieces.back().is_some_and(fits);
            state.pieces.len() >= WAITING && !joins && !state.closed
        };
        let mut state = self.shared.wait_while(is_full);
        if state.closed {
            return ControlFlow::Break(());
        }
        match state.pieces.back_mut() {
            Some(piece) if fits(piece) => {
                piece.extend_from_slice(&buffer[..end]);
                buffer.copy_within(end..filled, 0);
            }
            _ => {
                let mut next = prepared(state.spare.pop());
                next[..filled - end].copy_from_slice(&buffer[end..filled]);
                buffer.truncate(end);
                state.pieces.push_back(std::mem::replace(buffer, next));
            }
        }
        drop(state);
        self.shared.changed.notify_all();
        (self.notify)();
        ControlFlow::Continue(())
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let gone = || Err(io::Error::other("the reading thread ended early"));
        self.shared.state.lock().end.get_or_insert_with(gone);
        self.shared.changed.notify_all();
        (self.notify)();
    }
}

fn prepared(spare: Option<Vec<u8>>) -> Vec<u8> {
    let mut buffer = spare.unwrap_or_default();
    // Growing is the only thing that fills with zeros.
    buffer.resize(READ, 0);
    buffer
}

fn read(input: &mut dyn Read, buffer: &mut [u8]) -> (usize, Option<io::Error>) {
    loop {
        match input.read(buffer) {
            Ok(count) => return (count, None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (0, Some(error)),
        }
    }
}

#[cfg(test)]
mod tests;
