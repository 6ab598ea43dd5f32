//! Applies framed blocks to the index, the openings of each second first.

use super::framing::{Framed, Line, second};
use super::{BATCH, SharedIndex};
use crate::event;
use crate::index::{Entry, Index};
use crate::source::{Opened, Position};

/// The writer of the index.
#[derive(Debug)]
pub struct Joiner {
    index: SharedIndex,
    /// How many lines at the start of the next block belong to a second whose openings were taken already.
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

    /// Takes a block in. Lines of one second may go on in the block `ahead`: its openings of that second are taken now.
    /// Whether the growth is news.
    pub fn apply(&mut self, framed: &Framed, ahead: Option<&Framed>) -> bool {
        let lines = &framed.lines;
        let mut at = 0;
        while at < lines.len() {
            let mut index = self.index.write();
            let until = (at + BATCH).min(lines.len());
            while at < until {
                let run = run_length(&lines[at..]);
                if at >= self.taken {
                    apply_run(&mut index, framed, &lines[at..at + run], Pass::Openings);
                }
                let reaches_end = at + run == lines.len();
                let further =
                    ahead.filter(|ahead| reaches_end && goes_on(framed, lines[at], ahead));
                let taken = further.map_or(0, |ahead| {
                    let run = run_length(&ahead.lines);
                    apply_run(&mut index, ahead, &ahead.lines[..run], Pass::Openings);
                    run
                });
                apply_run(&mut index, framed, &lines[at..at + run], Pass::Others);
                at += run;
                if reaches_end {
                    self.taken = taken;
                }
            }
        }
        self.index.grow()
    }
}

/// Whether the second of the last lines of a block goes on in the next one.
fn goes_on(framed: &Framed, line: Line, ahead: &Framed) -> bool {
    framed.block.source == ahead.block.source
        && ahead
            .lines
            .first()
            .is_some_and(|first| second(first) == second(&line))
}

/// Lines at the start that share their second. Lines without a time stand alone.
fn run_length(lines: &[Line]) -> usize {
    match lines.first().map(second) {
        Some(Some(time)) => lines
            .iter()
            .take_while(|line| second(line) == Some(time))
            .count(),
        _ => lines.len().min(1),
    }
}

fn apply_run(index: &mut Index, framed: &Framed, lines: &[Line], pass: Pass) {
    let block = &framed.block;
    for line in lines {
        let bytes = line.bytes(&block.bytes);
        let body = line.frame.body(bytes);
        if Index::is_opening(body) != (pass == Pass::Openings) {
            continue;
        }
        index.apply(&Entry {
            position: Position::new(block.source, block.offset + line.start()),
            time: line.frame.time,
            level: line.frame.level,
            host: line.frame.host(bytes),
            event: event::parse(body),
        });
    }
}
