//! Applies blocks of entries to the index, the openings of each second first.

use super::framing::Parsed;
use super::{BATCH, SharedIndex};
use crate::event::Turn;
use crate::index::{Entry, Index};
use crate::source::Opened;

/// The writer of the index.
#[derive(Debug)]
pub struct Joiner {
    index: SharedIndex,
    /// How many entries at the start of the next block belong to a second whose openings were taken already.
    taken: usize,
}

impl Joiner {
    /// The writer of `index`.
    pub fn new(index: SharedIndex) -> Self {
        Self { index, taken: 0 }
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

    /// Takes a block in. Entries of one second may go on in the block `ahead`: its openings of that second are taken now.
    /// Whether the growth is news.
    pub fn apply(&mut self, block: &Parsed, ahead: Option<&Parsed>) -> bool {
        let entries = block.entries();
        let ahead = ahead.map_or(&[][..], Parsed::entries);
        let mut at = 0;
        while at < entries.len() {
            let mut index = self.index.write();
            let until = (at + BATCH).min(entries.len());
            while at < until {
                let run = &entries[at..at + run_length(&entries[at..])];
                let reaches_end = at + run.len() == entries.len();
                let taken = if reaches_end && goes_on(&run[0], ahead) {
                    run_length(ahead)
                } else {
                    0
                };
                // Openings that the block before has taken are not taken twice.
                let new = if at >= self.taken { run } else { &[] };
                for turn in [Turn::Connections, Turn::Messages] {
                    apply_run(&mut index, new, turn);
                    apply_run(&mut index, &ahead[..taken], turn);
                }
                apply_run(&mut index, run, Turn::Others);
                at += run.len();
                if reaches_end {
                    self.taken = taken;
                }
            }
        }
        self.index.grow()
    }
}

/// Whether the second of the last entries of a block goes on in the next one.
fn goes_on(last: &Entry<'_>, ahead: &[Entry<'_>]) -> bool {
    let same = |first: &Entry<'_>| {
        first.position.source() == last.position.source() && first.time == last.time
    };
    last.time.is_some() && ahead.first().is_some_and(same)
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

fn apply_run(index: &mut Index, entries: &[Entry<'_>], turn: Turn) {
    for entry in entries.iter().filter(|entry| entry.event.turn() == turn) {
        index.apply(entry);
    }
}
