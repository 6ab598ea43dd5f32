//! Applies blocks of entries to the index, the openings of each second first.

use super::framing::Parsed;
use super::{BATCH, SharedIndex};
use crate::index::{Entry, Index};
use crate::source::Opened;

/// The writer of the index.
#[derive(Debug)]
pub struct Joiner {
    index: SharedIndex,
    /// How many entries at the start of the next block belong to a second whose openings were taken already.
    taken: usize,
}

/// Which of a second's entries are taken in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Openings,
    Others,
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
                if at >= self.taken {
                    apply_run(&mut index, run, Pass::Openings);
                }
                let reaches_end = at + run.len() == entries.len();
                let mut taken = 0;
                if reaches_end && goes_on(&run[0], ahead) {
                    taken = run_length(ahead);
                    apply_run(&mut index, &ahead[..taken], Pass::Openings);
                }
                apply_run(&mut index, run, Pass::Others);
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

fn apply_run(index: &mut Index, entries: &[Entry<'_>], pass: Pass) {
    for entry in entries {
        if entry.event.is_opening() == (pass == Pass::Openings) {
            index.apply(entry);
        }
    }
}
