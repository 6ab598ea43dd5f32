//! View Log: a window of lines around those on the screen, extended at either end by requests for more.

use std::collections::{BTreeSet, VecDeque};

use super::{Effect, Motion, Outcome, Scroll};
use crate::position::{Position, SourceId};
use crate::search::{LineChunk, LinePattern, LineRange, LogLine, SearchDirection, TextPattern};
use crate::tui::keymap::Command;
use crate::tui::theme::Role;

/// Lines held at most.
const MOST: usize = 6000;
/// Lines requested at once.
const STEP: usize = 500;

/// A window of the log's lines around those on the screen.
#[derive(Debug)]
pub(crate) struct LogView {
    pub lines: VecDeque<LogLine>,
    pub scroll: Scroll,
    /// Whether the window stays at the end of the log.
    tailing: bool,
    /// The regular expression searched for.
    pub search: Option<TextPattern>,
    /// Whether a search is running.
    pub finding: bool,
    pub marks: BTreeSet<Position>,
    /// Why there are no lines.
    pub error: Option<String>,
    /// The position after the last line held.
    next: Option<Position>,
    /// Whether the first line held is the first one of the log.
    starts: bool,
    /// Whether the last line held is the last one of the log.
    ends: bool,
    /// The lines requested and not yet read.
    asked: Option<LineRange>,
    /// The line to select when it is there.
    target: Option<Position>,
    /// Whether the log has grown since lines were last requested.
    grown: bool,
}

impl Default for LogView {
    fn default() -> Self {
        Self {
            lines: VecDeque::new(),
            scroll: Scroll::default(),
            tailing: true,
            search: None,
            finding: false,
            marks: BTreeSet::new(),
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

impl LogView {
    pub(crate) fn grew(&mut self) {
        self.grown = true;
    }

    pub(super) fn awaits_lines(&self) -> bool {
        self.lines.is_empty() && self.error.is_none() && self.asked.is_some()
    }

    pub(super) fn update(&mut self, command: Command, height: u16) -> Option<Outcome> {
        let (forward, backward) = (SearchDirection::Forward, SearchDirection::Backward);
        match (Motion::of(command, height), command) {
            (Some(Motion::By(lines)), _) => self.step(lines),
            (Some(Motion::Sideways(by)), _) => self.scroll.step_sideways(by),
            (Some(Motion::First), _) => self.go_to(Position::new(SourceId::new(0), 0)),
            (Some(Motion::Last), _) => self.go_to_end(),
            (None, Command::Next) => return self.find_text(forward),
            (None, Command::Previous) => return self.find_text(backward),
            (None, Command::NextFailure) => return self.find(forward, LinePattern::Failure),
            (None, Command::PreviousFailure) => return self.find(backward, LinePattern::Failure),
            (None, Command::Mark) => {
                let position = self.current()?.position;
                let marked = self.marks.insert(position) || !self.marks.remove(&position);
                return Some(marked_notice(marked));
            }
            (None, Command::NextMark) => {
                let here = self.current().map(|line| line.position);
                let later = self.marks.iter().find(|mark| Some(**mark) > here);
                match later.or(self.marks.first()).copied() {
                    Some(mark) => self.go_to(mark),
                    None => return Some(no_marks()),
                }
            }
            (None, _) => return None,
        }
        Some(Outcome::Done)
    }

    fn find_text(&mut self, way: SearchDirection) -> Option<Outcome> {
        match self.search.clone() {
            Some(search) => self.find(way, LinePattern::Text(search)),
            None => {
                let text = "no search yet; press /".to_owned();
                Some(Outcome::Notice(Role::Pending, text))
            }
        }
    }

    /// Searches from the line under the cursor.
    pub(super) fn find(&mut self, way: SearchDirection, pattern: LinePattern) -> Option<Outcome> {
        let line = self.current().or(match way {
            SearchDirection::Forward => self.lines.back(),
            SearchDirection::Backward => self.lines.front(),
        });
        let Some(from) = line.map(|line| line.position) else {
            return Some(Outcome::Done);
        };
        self.finding = true;
        self.tailing = false;
        Some(Outcome::Effect(Box::new(Effect::Find(from, way, pattern))))
    }

    /// Searches for a text: at the end of the log backward, for nothing comes after it.
    pub(super) fn search(&mut self, search: TextPattern) -> Option<Outcome> {
        self.search = Some(search.clone());
        let at_end = self.scroll.cursor + 1 >= self.lines.len();
        let way = match at_end {
            true => SearchDirection::Backward,
            false => SearchDirection::Forward,
        };
        self.find(way, LinePattern::Text(search))
    }

    pub(crate) fn current(&self) -> Option<&LogLine> {
        self.lines.get(self.scroll.cursor)
    }

    pub(crate) fn go_to(&mut self, position: Position) {
        self.tailing = false;
        match self.lines.iter().position(|line| line.position == position) {
            Some(at) => self.scroll.cursor = at,
            None => self.target = Some(position),
        }
    }

    /// Goes to the log's end and stays there.
    pub(crate) fn go_to_end(&mut self) {
        self.tailing = true;
        self.target = None;
        self.grown = true;
        self.scroll.cursor = self.lines.len().saturating_sub(1);
    }

    /// Moves the cursor; from the last line down it follows again.
    fn step(&mut self, by: isize) {
        self.scroll.step(by, self.lines.len());
        let is_last = self.scroll.cursor + 1 >= self.lines.len();
        self.tailing = is_last && self.ends && by > 0;
    }

    /// The lines to request now.
    pub(crate) fn ask(&mut self, height: usize) -> Option<LineRange> {
        if self.asked.is_some() {
            return None;
        }
        let ask = if let Some(target) = self.target {
            Some(LineRange::Around(target, STEP))
        } else if self.tailing || self.lines.is_empty() {
            std::mem::take(&mut self.grown).then_some(LineRange::Tail(STEP.max(height * 2)))
        } else {
            self.more(height)
        };
        self.asked = ask;
        ask
    }

    fn more(&mut self, height: usize) -> Option<LineRange> {
        let margin = height * 2;
        if self.scroll.offset < margin && !self.starts {
            let first = self.lines.front();
            return first.map(|line| LineRange::Before(line.position, STEP));
        }
        let near_end = self.scroll.offset + height + margin > self.lines.len();
        if near_end && (!self.ends || std::mem::take(&mut self.grown)) {
            self.ends = false;
            return self.next.map(|next| LineRange::After(next, STEP));
        }
        None
    }

    pub(crate) fn take(&mut self, ask: LineRange, chunk: Result<LineChunk, String>) {
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
            LineRange::Tail(_) if !self.tailing && !self.lines.is_empty() => {}
            LineRange::Tail(_) => {
                self.replace(chunk);
                self.scroll.cursor = self.lines.len().saturating_sub(1);
            }
            LineRange::Around(position, _) => {
                self.replace(chunk);
                self.target = None;
                let mut lines = self.lines.iter();
                let at = lines.position(|line| line.position >= position);
                self.scroll.cursor = at.unwrap_or(0);
                self.scroll.offset = self.scroll.cursor.saturating_sub(5);
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
        self.scroll.cursor += more;
        self.scroll.offset += more;
        while self.lines.len() > MOST {
            self.next = self.lines.pop_back().map(|line| line.position);
            self.ends = false;
        }
    }

    fn append(&mut self, chunk: LineChunk) {
        self.lines.extend(chunk.lines);
        self.next = Some(chunk.next);
        self.ends = chunk.ends;
        while self.lines.len() > MOST && self.scroll.offset > 0 {
            self.lines.pop_front();
            self.starts = false;
            self.scroll.cursor = self.scroll.cursor.saturating_sub(1);
            self.scroll.offset -= 1;
        }
    }

    pub(super) fn settle(&mut self, height: usize) {
        self.scroll.settle(height, self.lines.len());
        self.scroll.fill(height.max(1), self.lines.len());
    }
}

/// The notice after marking or unmarking a row.
pub(super) fn marked_notice(marked: bool) -> Outcome {
    let text = match marked {
        true => "marked (': next mark)",
        false => "unmarked",
    };
    Outcome::Notice(Role::Dim, text.to_owned())
}

pub(super) fn no_marks() -> Outcome {
    let text = "no marks yet; press m to set one";
    Outcome::Notice(Role::Pending, text.to_owned())
}
