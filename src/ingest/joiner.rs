//! Applies entries to the index, the openings of each second first.

use std::sync::RwLockWriteGuard;

use super::framing::Parsed;
use super::{BATCH, SharedIndex};
use crate::event::Turn;
use crate::index::{Entry, Haste, Index};
use crate::source::Opened;

/// The writer of the index.
#[derive(Debug)]
pub struct Joiner {
    index: SharedIndex,
    haste: Haste,
}

impl Joiner {
    /// The writer of `index`.
    pub fn new(index: SharedIndex) -> Self {
        Self {
            index,
            haste: Haste::Loading,
        }
    }

    /// A source begins.
    pub fn open(&mut self, opened: &Opened) {
        let folder = opened
            .path
            .parent()
            .map(|folder| folder.to_string_lossy().into_owned());
        self.index
            .write()
            .open_source(opened.source, &folder.unwrap_or_default());
    }

    /// Takes blocks in that follow each other; a second may go on from one to the next. Whether the growth is news.
    pub fn apply(&mut self, blocks: &[Parsed]) -> bool {
        let mut batch = Batch::new(self);
        let mut second: Vec<&[Entry<'_>]> = Vec::new();
        for block in blocks {
            batch.lock(0).foresee(block.entries());
            let mut rest = block.entries();
            while !rest.is_empty() {
                let (run, behind) = rest.split_at(run_length(rest));
                if second.first().is_some_and(|first| !goes_on(first, run)) {
                    batch.take_second(&second);
                    second.clear();
                }
                second.push(run);
                rest = behind;
            }
        }
        batch.take_second(&second);
        drop(batch);
        self.retire(self.haste);
        self.index.grow()
    }

    /// All that is there for now has been read: the log is followed from here on.
    pub fn catch_up(&mut self) {
        if self.haste == Haste::Loading {
            self.haste = Haste::Following;
            self.retire(Haste::AtOnce);
        }
    }

    /// Keeps the index to its limits. Each step is prepared beside the readers and done between them.
    pub fn retire(&self, haste: Haste) {
        loop {
            let Some(step) = self.index.read().retirement(haste) else {
                return;
            };
            let freed = self.index.write().retire(step);
            drop(freed);
        }
    }
}

/// The index as long as it is locked: for so many entries more.
struct Batch<'i> {
    joiner: &'i Joiner,
    index: Option<RwLockWriteGuard<'i, Index>>,
    left: usize,
}

impl<'i> Batch<'i> {
    fn new(joiner: &'i Joiner) -> Self {
        Self {
            joiner,
            index: None,
            left: 0,
        }
    }

    /// Takes the entries of one second in: connections before the messages that come by them, and both before all else.
    fn take_second(&mut self, second: &[&[Entry<'_>]]) {
        self.lock(0).mark();
        for turn in [Turn::Connections, Turn::Messages, Turn::Others] {
            for part in second.iter().flat_map(|run| run.chunks(BATCH)) {
                let index = self.lock(part.len());
                let due = part.iter().filter(|entry| entry.event.turn() == turn);
                due.for_each(|entry| index.apply(entry));
            }
        }
    }

    /// The index for `count` entries; given away before that where somebody may wait for it long enough.
    fn lock(&mut self, count: usize) -> &mut Index {
        if self.left < count {
            if self.index.take().is_some() {
                self.joiner.retire(self.joiner.haste);
            }
            self.left = BATCH;
        }
        self.left -= count;
        self.index.get_or_insert_with(|| self.joiner.index.write())
    }
}

/// Whether a second that holds `first` goes on with `run`.
fn goes_on(first: &[Entry<'_>], run: &[Entry<'_>]) -> bool {
    let (first, next) = (&first[0], &run[0]);
    let same_source = first.position.source() == next.position.source();
    first.time.is_some() && first.time == next.time && same_source
}

/// Entries at the start that share their second. Those without a time stand alone.
fn run_length(entries: &[Entry<'_>]) -> usize {
    match entries.first().map(|first| first.time) {
        Some(time @ Some(_)) => entries
            .iter()
            .take_while(|entry| entry.time == time)
            .count(),
        _ => entries.len().min(1),
    }
}
