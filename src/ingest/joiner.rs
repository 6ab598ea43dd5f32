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
                apply_openings(&mut index, new, &ahead[..taken]);
                for entry in run
                    .iter()
                    .filter(|entry| entry.event.turn() == Turn::Others)
                {
                    index.apply(entry);
                }
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

/// Takes the openings of a second in, connections before the messages that come by them.
fn apply_openings(index: &mut Index, run: &[Entry<'_>], ahead: &[Entry<'_>]) {
    let mut starts = Vec::new();
    for entry in run.iter().chain(ahead) {
        match entry.event.turn() {
            Turn::Connections => index.apply(entry),
            Turn::Messages => starts.push(entry),
            Turn::Others => {}
        }
    }
    for entry in starts {
        index.apply(entry);
    }
}
