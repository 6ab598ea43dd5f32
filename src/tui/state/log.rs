//! The log view's window: some lines around those that are shown, moved by asking for more at either end.

use std::collections::VecDeque;

use regex::bytes::Regex;

use crate::position::Position;
use crate::search::{LineChunk, LineRange, LogLine, SearchDirection};

/// Lines held at most.
const MOST: usize = 6000;
/// Lines asked for at once.
const STEP: usize = 500;

/// Whether the view stays at the log's end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tailing {
    /// It does.
    Yes,
    /// The reader has gone back.
    No,
}

/// The window and what of it is shown.
#[derive(Debug)]
pub struct Log {
    /// The lines held.
    pub lines: VecDeque<LogLine>,
    /// The line under the cursor.
    pub cursor: usize,
    /// The first line shown.
    pub offset: usize,
    /// Columns to the left of what is shown.
    pub sideways: usize,
    /// Whether it stays at the end.
    pub tailing: Tailing,
    /// What is searched for.
    pub search: Option<Regex>,
    /// Why nothing is shown.
    pub error: Option<String>,
    next: Option<Position>,
    starts: bool,
    ends: bool,
    /// What was asked for and has not come.
    asked: Option<LineRange>,
    /// Where to go when it is there.
    target: Option<Position>,
    /// Whether the log grew since lines were last asked for.
    grown: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            cursor: 0,
            offset: 0,
            sideways: 0,
            tailing: Tailing::Yes,
            search: None,
            error: None,
            next: None,
            starts: false,
            ends: false,
            asked: None,
            target: None,
            grown: true,
        }
    }
}

impl Log {
    /// The log has more lines.
    pub fn grew(&mut self) {
        self.grown = true;
    }

    /// Whether lines are on their way.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// The line under the cursor.
    pub fn current(&self) -> Option<&LogLine> {
        self.lines.get(self.cursor)
    }

    /// Goes to the line that begins there.
    pub fn go_to(&mut self, position: Position) {
        self.tailing = Tailing::No;
        match self.lines.iter().position(|line| line.position == position) {
            Some(at) => self.cursor = at,
            None => self.target = Some(position),
        }
    }

    /// Goes to the log's end and stays there.
    pub fn go_to_end(&mut self) {
        self.tailing = Tailing::Yes;
        self.target = None;
        self.grown = true;
        self.cursor = self.lines.len().saturating_sub(1);
    }

    /// Moves the cursor; beyond the last line it follows again.
    pub fn step(&mut self, by: isize) {
        let last = self.lines.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        let at_end = self.cursor == last && self.ends && by > 0;
        self.tailing = if at_end { Tailing::Yes } else { Tailing::No };
    }

    /// Where a search goes on.
    pub fn search_from(&self, way: SearchDirection) -> Option<Position> {
        let line = match way {
            SearchDirection::Forward => self.current().or(self.lines.back()),
            SearchDirection::Backward => self.current().or(self.lines.front()),
        };
        line.map(|line| line.position)
    }

    /// What to ask for now, if anything.
    pub fn ask(&mut self, height: usize) -> Option<LineRange> {
        if self.asked.is_some() {
            return None;
        }
        let ask = if let Some(target) = self.target {
            Some(LineRange::Around(target, STEP))
        } else if self.tailing == Tailing::Yes || self.lines.is_empty() {
            std::mem::take(&mut self.grown).then_some(LineRange::Tail(STEP.max(height * 2)))
        } else {
            self.more(height)
        };
        self.asked = ask;
        ask
    }

    fn more(&mut self, height: usize) -> Option<LineRange> {
        let margin = height * 2;
        if self.offset < margin && !self.starts {
            return self
                .lines
                .front()
                .map(|line| LineRange::Before(line.position, STEP));
        }
        let near_end = self.offset + height + margin > self.lines.len();
        if near_end && (!self.ends || std::mem::take(&mut self.grown)) {
            self.ends = false;
            return self.next.map(|next| LineRange::After(next, STEP));
        }
        None
    }

    /// Takes lines in that were asked for.
    pub fn take(&mut self, ask: LineRange, chunk: Result<LineChunk, String>) {
        self.asked = None;
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                self.error = Some(error);
                self.target = None;
                (self.starts, self.ends) = (true, true);
                return;
            }
        };
        self.error = None;
        match ask {
            LineRange::Before(..) => self.prepend(chunk),
            LineRange::After(..) => self.append(chunk),
            LineRange::Tail(_) if self.tailing == Tailing::No && !self.lines.is_empty() => {}
            LineRange::Tail(_) => {
                self.replace(chunk);
                self.cursor = self.lines.len().saturating_sub(1);
            }
            LineRange::Around(position, _) => {
                self.replace(chunk);
                self.target = None;
                self.cursor = self
                    .lines
                    .iter()
                    .position(|line| line.position >= position)
                    .unwrap_or(0);
                self.offset = self.cursor.saturating_sub(5);
            }
        }
    }

    fn replace(&mut self, chunk: LineChunk) {
        self.lines = chunk.lines.into();
        self.next = Some(chunk.next);
        (self.starts, self.ends) = (chunk.starts, chunk.ends);
    }

    fn prepend(&mut self, chunk: LineChunk) {
        let more = chunk.lines.len();
        for line in chunk.lines.into_iter().rev() {
            self.lines.push_front(line);
        }
        self.starts = chunk.starts || more == 0;
        self.cursor += more;
        self.offset += more;
        while self.lines.len() > MOST {
            self.next = self.lines.pop_back().map(|line| line.position);
            self.ends = false;
        }
    }

    fn append(&mut self, chunk: LineChunk) {
        self.lines.extend(chunk.lines);
        self.next = Some(chunk.next);
        self.ends = chunk.ends;
        while self.lines.len() > MOST && self.offset > 0 {
            self.lines.pop_front();
            self.starts = false;
            self.cursor = self.cursor.saturating_sub(1);
            self.offset -= 1;
        }
    }

    /// Moves what is shown so that the cursor is seen.
    pub fn settle(&mut self, height: usize) {
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
        let height = height.max(1);
        self.offset = self
            .offset
            .clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        self.offset = self.offset.min(self.lines.len().saturating_sub(height));
    }
}
