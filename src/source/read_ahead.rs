//! Reading ahead: what a pipe gives, and what an archive unpacks to, is read on a thread of its own.
//!
//! The ingest's threads read one after the other: while one of them unpacked, the other could only wait for it, and a
//! piece that came through a pipe was copied twice and spooled meanwhile. Here pieces are cut at the end of a line, so that
//! they become blocks as they are.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use memchr::memrchr;

use super::blocks::READ;
use super::decompress::fill;

/// How many pieces wait to be taken: who reads ahead is made to wait, not kept in memory.
const WAITING: usize = 8;
/// A shorter piece goes behind the one before it, where that still waits.
const SHORT: usize = READ / 4;

/// When a piece is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Batching {
    /// Once it is full: of what does not keep anybody waiting.
    Full,
    /// As soon as a line has come to its end.
    AtOnce,
}

/// What was read ahead.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// Bytes: whole lines, unless one is longer than a piece.
    Bytes(Vec<u8>),
    /// Nothing now.
    Nothing,
    /// Its end, after an error or without.
    End(Option<io::Error>),
}

/// Takes what a thread reads. The thread ends when this is dropped, once it has something to give.
pub(crate) struct ReadAhead(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    pieces: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    end: Option<io::Result<()>>,
    /// Nobody takes any more.
    left: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, quiet: impl FnMut(&mut State) -> bool) -> MutexGuard<'_, State> {
        let waited = self.changed.wait_while(self.lock(), quiet);
        waited.unwrap_or_else(PoisonError::into_inner)
    }
}

impl ReadAhead {
    /// Starts a thread that does `work`, which gives what it reads; `tell` is called after each piece and at the end.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        name: &str,
        tell: impl Fn() + Send + 'static,
        work: impl FnOnce(&Producer) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let giver = Producer {
            shared: Arc::clone(&shared),
            tell: Box::new(tell),
        };
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let read = work(&giver);
                giver.shared.lock().end = Some(read);
            })?;
        Ok(Self(shared))
    }

    /// The next piece, or the end; waits for it. `spare` is a buffer in exchange.
    pub fn take(&self, spare: impl FnOnce() -> Vec<u8>) -> Chunk {
        let quiet = |state: &mut State| state.pieces.is_empty() && state.end.is_none();
        self.exchange(self.0.wait_while(quiet), spare)
    }

    /// As [`ReadAhead::take`], without waiting.
    pub fn try_take(&self, spare: impl FnOnce() -> Vec<u8>) -> Chunk {
        self.exchange(self.0.lock(), spare)
    }

    fn exchange(&self, mut state: MutexGuard<'_, State>, spare: impl FnOnce() -> Vec<u8>) -> Chunk {
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
        self.0.lock().left = true;
        self.0.changed.notify_all();
    }
}

/// Gives what is read, on the thread that reads.
pub(crate) struct Producer {
    shared: Arc<Shared>,
    tell: Box<dyn Fn() + Send>,
}

impl Producer {
    /// Gives all of `input`. `keep` sees the bytes before they are given.
    ///
    /// # Errors
    /// That of `input`, when what stands before it was given.
    pub fn pass_on(
        &self,
        input: &mut dyn Read,
        pace: Batching,
        mut keep: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let mut buffer = self.buffer();
        // The line that has begun stands at the buffer's front.
        let mut begun = 0;
        loop {
            let (count, error) = match pace {
                Batching::Full => fill(input, &mut buffer[begun..]),
                Batching::AtOnce => read(input, &mut buffer[begun..]),
            };
            let is_last = count == 0 || error.is_some();
            let filled = begun + count;
            let end = match memrchr(b'\n', &buffer[begun..filled]) {
                Some(newline) if !is_last => begun + newline + 1,
                None if !is_last && filled < buffer.len() => 0,
                _ => filled,
            };
            keep(&buffer[..end]);
            if self.give(&mut buffer, end, filled).is_break() {
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

    /// Gives the first `end` bytes; those behind them, up to `filled`, come to the buffer's front.
    fn give(&self, buffer: &mut Vec<u8>, end: usize, filled: usize) -> ControlFlow<()> {
        if end == 0 {
            return ControlFlow::Continue(());
        }
        let fits = |piece: &Vec<u8>| end < SHORT && piece.len() + end <= READ;
        let is_full = |state: &mut State| {
            let joins = state.pieces.back().is_some_and(fits);
            state.pieces.len() >= WAITING && !joins && !state.left
        };
        let mut state = self.shared.wait_while(is_full);
        if state.left {
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
        (self.tell)();
        ControlFlow::Continue(())
    }

    fn buffer(&self) -> Vec<u8> {
        prepared(self.shared.lock().spare.pop())
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        let gone = || Err(io::Error::other("its reading was broken off"));
        self.shared.lock().end.get_or_insert_with(gone);
        self.shared.changed.notify_all();
        (self.tell)();
    }
}

/// A buffer to be read into.
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
