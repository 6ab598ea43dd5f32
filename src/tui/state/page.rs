//! A record's page: what is known of it, what it is linked to, its raw lines.

mod builder;
mod connection;
mod finding;
mod message;
mod route;
mod source;

use crate::index::ConnectionId;
use crate::index::store::extent::Span;
use crate::search::RawLine;
use crate::search::{SearchDirection, reports_failure};
use crate::tui::columns::RenderContext;
use crate::tui::keymap::Command;
use crate::tui::state::record::Record;
use crate::tui::state::{Motion, Outcome, RecordLines, Scroll};
use crate::tui::theme::Role;

pub use route::sides;

/// Links of one kind shown at most; what is left out is counted.
const MOST: usize = 500;

/// A line of the page above the raw lines.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// Safe texts and how they look.
    pub parts: Vec<(Role, String)>,
    /// The record it leads to.
    pub link: Option<Record>,
}

/// A page being read.
#[derive(Debug)]
pub struct Page {
    /// What is known, and links.
    pub head: Vec<Row>,
    /// The record and its raw lines.
    pub lines: RecordLines,
    /// The cursor and the offset, in lines of head and raw lines together.
    pub scroll: Scroll,
    /// What the tab bar calls it.
    pub title: String,
    /// Lines of other records that are shown beside each other.
    pub sides: Comparison,
    /// What the head was built_from of: the look at routes and the width.
    pub(super) built_from: Option<(u64, u16)>,
    /// Whether the cursor has gone to the first link.
    placed: bool,
}

/// Two connections whose lines stand beside each other.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Comparison {
    /// Which.
    pub of: [Option<ConnectionId>; 2],
    /// Where their lines stand.
    pub spans: [Vec<Span>; 2],
    /// What was read, or why not; `None` until it is there.
    pub read: Option<Result<[Vec<RawLine>; 2], String>>,
}

impl Page {
    /// A page of that record, to be filled.
    pub fn new(record: Record, title: String) -> Self {
        let has_lines = record.subject().is_some();
        Self {
            head: Vec::new(),
            lines: RecordLines {
                record,
                spans: Vec::new(),
                read: (!has_lines).then(|| Ok(Vec::new())),
            },
            scroll: Scroll::default(),
            title,
            sides: Comparison::default(),
            built_from: None,
            placed: false,
        }
    }

    /// Its raw lines, as far as they were read.
    pub fn known_lines(&self) -> &[RawLine] {
        self.lines.known().unwrap_or_default()
    }

    /// Takes in what is known by now; the cursor stays on the link it is on.
    pub fn set_head(&mut self, head: Vec<Row>) {
        let link = self.link();
        self.head = head;
        let at = self.head.iter().position(|row| row.link == link);
        if let (Some(_), Some(at)) = (link, at) {
            self.scroll.cursor = at;
        }
    }

    /// Whether lines that it shows were asked for and are not there.
    pub fn awaits_lines(&self) -> bool {
        let sides = &self.sides;
        self.lines.read.is_none() || sides.read.is_none() && sides.of.iter().any(Option::is_some)
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        let raw = match &self.lines.read {
            Some(Ok(lines)) => lines.len(),
            _ => 1,
        };
        self.head.len() + raw
    }

    /// Where the line under the cursor leads to.
    pub fn link(&self) -> Option<Record> {
        self.head.get(self.scroll.cursor).and_then(|row| row.link)
    }

    pub(super) fn update(&mut self, command: Command, height: u16) -> Option<Outcome> {
        let (forward, backward) = (SearchDirection::Forward, SearchDirection::Backward);
        let links =
            |page: &Self, at: usize| page.head.get(at).is_some_and(|row| row.link.is_some());
        match (Motion::of(command, height), command) {
            (Some(Motion::By(lines)), _) => self.scroll.step(lines, self.len()),
            (Some(Motion::Sideways(by)), _) => self.scroll.step_sideways(by),
            (Some(Motion::First), _) => self.scroll.cursor = 0,
            (Some(Motion::Last), _) => self.scroll.cursor = usize::MAX,
            (None, Command::Next) => self.seek(forward, links),
            (None, Command::Previous) => self.seek(backward, links),
            (None, Command::NextFailure) => self.next_failure(forward),
            (None, Command::PreviousFailure) => self.next_failure(backward),
            (None, _) => return None,
        }
        Some(Outcome::Done)
    }

    fn next_failure(&mut self, way: SearchDirection) {
        self.seek(way, |page, at| match page.head.get(at) {
            Some(row) => row.parts.iter().any(|(role, _)| *role == Role::Failed),
            None => match &page.lines.read {
                Some(Ok(lines)) => lines
                    .get(at - page.head.len())
                    .is_some_and(|line| reports_failure(&line.bytes)),
                _ => false,
            },
        });
    }

    fn seek(&mut self, way: SearchDirection, wanted: impl Fn(&Self, usize) -> bool) {
        let found = match way {
            SearchDirection::Forward => {
                (self.scroll.cursor + 1..self.len()).find(|at| wanted(self, *at))
            }
            SearchDirection::Backward => (0..self.scroll.cursor).rev().find(|at| wanted(self, *at)),
        };
        self.scroll.cursor = found.unwrap_or(self.scroll.cursor);
    }

    /// Scrolls so that the cursor is seen.
    pub fn settle(&mut self, height: usize) {
        if !self.placed && !self.head.is_empty() {
            self.placed = true;
            self.scroll.cursor = self
                .head
                .iter()
                .position(|row| row.link.is_some())
                .unwrap_or(0);
        }
        self.scroll.settle(height, self.len());
        self.scroll.fill(height.max(1), self.len());
    }
}

/// What is known of a page's record and what it is linked to, in so many columns.
pub fn head(known: RenderContext<'_>, page: &Page, width: u16) -> Vec<Row> {
    let width = usize::from(width);
    let index = known.index;
    match page.lines.record {
        record if !record.is_kept(index) => retired(),
        Record::Connection(id) => connection::head(index, &index.connection(id)),
        Record::Message(id) => message::head(index, &index.message(id), page.known_lines()),
        Record::Route(id) => route::head(known, id, &page.sides, width),
        Record::Group(number) => route::group_head(known, number, width),
        Record::AffectedMessages(id) => route::hit_head(known, id),
        Record::User(_) | Record::Finding(_) | Record::Source(_) => Vec::new(),
    }
}

/// Of a record that is no longer there.
fn retired() -> Vec<Row> {
    let text = " This record has retired: it was among the oldest, and the index keeps to its limits (--keep, --max-memory).";
    vec![Row {
        parts: vec![(Role::Pending, text.to_owned())],
        link: None,
    }]
}

/// What stands under a table of a row that has no lines of its own.
pub fn preview(known: RenderContext<'_>, record: Record, width: u16) -> Vec<Row> {
    let width = usize::from(width);
    match record {
        Record::Route(id) => route::preview(known, id, width),
        Record::Group(number) => route::group_head(known, number, width),
        Record::Finding(number) => finding::preview(known, number, width),
        Record::Source(at) => source::preview(known, at, width),
        _ => Vec::new(),
    }
}
