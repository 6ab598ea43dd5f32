//! From sources to the index: reading and taking apart on one thread, joining on another.
//!
//! ```text
//! source::Feeder ── blocks ──▶ Framing ── entries, bounded ──▶ Joiner ── batches ──▶ Index
//! ```
//!
//! Two threads are what two cores can use: reading and taking entries apart costs about as much as joining them. The index's lock is held for a batch of 2048 entries at a time, and given away
//! between batches when somebody waits for it.

mod clock;
mod framing;
mod joiner;
mod shared;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

pub use clock::Clocks;
pub use framing::{Framing, Judgement, is_blank, judge, mark_of};
pub use shared::{Reading, SharedIndex};

use crate::index::{Index, Journal};
use crate::source::{Feeder, Notice, Opened, Progress, Recycler, Sources, Stop, Told};
use framing::Parsed;
#[cfg(test)]
use framing::judge_head;
use joiner::Joiner;

/// Entries taken in under one lock: well under a millisecond.
const BATCH: usize = 2048;

/// Blocks read ahead of the joining.
const AHEAD: usize = 4;

/// What a running [`Ingest`] tells whoever started it. Never sent in floods: `Grew` comes once until
/// [`Ingest::seen`] is called.
#[derive(Debug)]
pub enum News {
    /// The index has grown since it was last looked at.
    Grew,
    /// All that was there has been read.
    CaughtUp,
    /// Something happened to a source.
    Notice(Notice),
    /// Nothing more will come: standard input has ended, or nothing is followed.
    End,
    /// A file that was asked for is no log.
    Refused(Judgement, Opened),
}

/// What the years of stamps without one start from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstYear {
    /// The year of the first entry of the first source.
    Is(i32),
    /// Those that put the newest entry closest before the file's modification time.
    ByModification,
}

/// What the reading thread hands on.
pub(crate) enum Piece {
    Opened(Opened),
    Lines(Parsed),
    Notice(Notice),
    Refused(Judgement, Opened),
    CaughtUp,
    End,
}

/// A running ingest. Dropping it ends the reading.
#[derive(Debug)]
pub struct Ingest {
    /// The index; its writer is here.
    pub index: SharedIndex,
    /// Where its lines can be read again.
    pub sources: Arc<Sources>,
    stop: Stop,
    threads: Vec<JoinHandle<()>>,
}

impl Ingest {
    /// Starts reading. `news` is called on the ingest's own threads and must not block.
    pub fn start(
        feeder: Feeder,
        stop: Stop,
        years: FirstYear,
        journal: Journal,
        news: impl Fn(News) + Send + 'static,
    ) -> Self {
        let index = SharedIndex::new(Index::new(journal));
        let sources = feeder.sources();
        let recycler = feeder.recycler();
        let (pieces, incoming) = sync_channel(AHEAD);
        let reading = named("read", move || read(feeder, years, &pieces));
        let joiner = Joiner::new(index.clone());
        let joining = named("join", move || join(joiner, &incoming, &recycler, &news));
        Self {
            index,
            sources,
            stop,
            threads: vec![reading, joining],
        }
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        self.sources.progress()
    }

    /// The reader has looked: the next growth is told again.
    pub fn seen(&self) {
        self.index.seen();
    }

    /// Waits until nothing more will come.
    pub fn wait(&mut self) {
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// A thread whose name tells in a debugger or profile what it does.
fn named(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let builder = thread::Builder::new().name(name.to_owned());
    builder.spawn(work).expect("a process can start a thread")
}

/// The reading thread: blocks in, entries out, until the end or until nobody listens.
fn read(mut feeder: Feeder, years: FirstYear, pieces: &SyncSender<Piece>) {
    let mut framing = Framing::new(years);
    let sources = feeder.sources();
    let mut clocks = Clocks::default();
    let mut initial = true;
    loop {
        let piece = match feeder.next() {
            Told::Opened(opened) => {
                framing.open(&opened);
                clocks.open(&opened);
                match judge(&opened) {
                    Judgement::Log => Piece::Opened(opened),
                    judgement if initial => Piece::Refused(judgement, opened),
                    _ => Piece::Opened(opened),
                }
            }
            Told::Block(block) => {
                let parsed = framing.block(block);
                parsed.note(&sources);
                for step in parsed.steps(&mut clocks) {
                    sources.noticed(&step);
                    if pieces.send(Piece::Notice(step)).is_err() {
                        return;
                    }
                }
                Piece::Lines(parsed)
            }
            Told::CaughtUp => {
                initial = false;
                Piece::CaughtUp
            }
            Told::Notice(notice) => Piece::Notice(notice),
            Told::End => Piece::End,
        };
        let last = matches!(piece, Piece::End);
        if pieces.send(piece).is_err() || last {
            return;
        }
    }
}

/// The joining thread. One piece is looked ahead: a second may go on in the next block.
fn join(mut joiner: Joiner, incoming: &Receiver<Piece>, recycler: &Recycler, news: &dyn Fn(News)) {
    let mut next = incoming.recv().ok();
    while let Some(piece) = next {
        next = match &piece {
            Piece::End => None,
            // Only behind a block there is surely a further piece: the reader says when it has caught up.
            Piece::Lines(_) => incoming.recv().ok(),
            _ => None,
        };
        match piece {
            Piece::Opened(opened) => joiner.open(&opened),
            Piece::Lines(parsed) => {
                let ahead = match &next {
                    Some(Piece::Lines(ahead)) => Some(ahead),
                    _ => None,
                };
                if joiner.apply(&parsed, ahead) {
                    news(News::Grew);
                }
                recycler.give(parsed.into_owner().bytes);
            }
            Piece::Notice(notice) => news(News::Notice(notice)),
            Piece::Refused(judgement, opened) => news(News::Refused(judgement, opened)),
            Piece::CaughtUp => news(News::CaughtUp),
            Piece::End => {
                news(News::End);
                return;
            }
        }
        if next.is_none() {
            next = incoming.recv().ok();
        }
    }
}
