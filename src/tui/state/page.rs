//! A record's page: its facts, its links and its raw lines.
//!
//! The modules below build the lines of each kind of page; the raw lines are read by a worker.

mod builder;
mod comparison;
mod connection;
mod failures;
mod finding;
mod group;
mod host;
mod message;
mod route;
mod source;

use crate::index::ConnectionId;
use crate::index::store::extent::Span;
use crate::position::Position;
use crate::search::{RawLine, SearchDirection, reports_failure};
use crate::tui::columns::record::Record;
use crate::tui::keymap::Command;
use crate::tui::state::context::RenderContext;
use crate::tui::state::{Motion, Outcome, RecordLines, Scroll};
use crate::tui::theme::Role;

pub(crate) use failures::tally;
pub(crate) use finding::has_routes;
pub(crate) use route::{sides, tail_sentence};

/// Links of one kind that are shown; the rest is counted.
const MOST: usize = 500;

/// A line of the page above the raw lines.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct PageRow {
    /// Sanitized texts with their roles.
    pub parts: Vec<(Role, String)>,
    /// The record that it opens.
    pub link: Option<Record>,
}

#[derive(Debug)]
pub(crate) struct Page {
    /// Facts and links.
    pub head: Vec<PageRow>,
    pub lines: RecordLines,
    /// Counts the lines of the head and the raw lines together.
    pub scroll: Scroll,
    /// Shown in the tab bar.
    pub title: String,
    pub sides: Comparison,
    /// The serial of the triage and the width that the head was built for.
    pub(super) built_from: Option<(u64, u16)>,
    /// Whether the cursor was set to the first link.
    is_placed: bool,
}

/// Two connections whose raw lines are shown side by side.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Comparison {
    pub of: [Option<ConnectionId>; 2],
    pub spans: [Vec<Span>; 2],
    /// The lines, or why they cannot be read; `None` until they are read.
    pub read: Option<Result<[Vec<RawLine>; 2], String>>,
}

impl Page {
    pub(crate) fn new(record: Record, title: String) -> Self {
        let has_lines = record.has_lines();
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
            is_placed: false,
        }
    }

    /// Replaces the head; the cursor stays on its link.
    pub(crate) fn set_head(&mut self, head: Vec<PageRow>) {
        let link = self.link();
        self.head = head;
        let at = self.head.iter().position(|row| row.link == link);
        if let (Some(_), Some(at)) = (link, at) {
            self.scroll.cursor = at;
        }
    }

    pub(crate) fn awaits_lines(&self) -> bool {
        let sides = &self.sides;
        self.lines.read.is_none() || sides.read.is_none() && sides.of.iter().any(Option::is_some)
    }

    pub(crate) fn len(&self) -> usize {
        let raw = match &self.lines.read {
            Some(Ok(lines)) => lines.len(),
            _ => 1,
        };
        self.head.len() + raw
    }

    /// The record that the line under the cursor opens.
    pub(crate) fn link(&self) -> Option<Record> {
        let at = self.scroll.cursor;
        match self.head.get(at) {
            Some(row) => row.link,
            None => self.line_at(at).map(Record::Line),
        }
    }

    /// The position of the raw line at a line of the page; of findings only, whose lines belong to
    /// several records.
    fn line_at(&self, at: usize) -> Option<Position> {
        let at = at.checked_sub(self.head.len())?;
        let line = self.lines.known()?.get(at)?;
        matches!(self.lines.record, Record::Finding(_)).then_some(line.position)
    }

    /// Whether a line of the page is a raw line that shows a finding.
    pub(crate) fn shows_evidence(&self, at: usize) -> bool {
        self.line_at(at).is_some()
    }

    /// Whether a line opens a record.
    pub(crate) fn leads(&self, at: usize) -> bool {
        match self.head.get(at) {
            Some(row) => row.link.is_some(),
            None => self.line_at(at).is_some(),
        }
    }

    pub(super) fn update(&mut self, command: Command, height: u16) -> Option<Outcome> {
        let (forward, backward) = (SearchDirection::Forward, SearchDirection::Backward);
        let links = |page: &Self, at: usize| page.leads(at);
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

    fn next_failure(&mut self, direction: SearchDirection) {
        self.seek(direction, |page, at| match page.head.get(at) {
            Some(row) => row.parts.iter().any(|(role, _)| *role == Role::Failed),
            None => match &page.lines.read {
                Some(Ok(lines)) => lines
                    .get(at - page.head.len())
                    .is_some_and(|line| reports_failure(&line.bytes)),
                _ => false,
            },
        });
    }

    fn seek(&mut self, direction: SearchDirection, wanted: impl Fn(&Self, usize) -> bool) {
        let found = match direction {
            SearchDirection::Forward => {
                (self.scroll.cursor + 1..self.len()).find(|at| wanted(self, *at))
            }
            SearchDirection::Backward => (0..self.scroll.cursor).rev().find(|at| wanted(self, *at)),
        };
        self.scroll.cursor = found.unwrap_or(self.scroll.cursor);
    }

    /// Scrolls so that the cursor is visible.
    pub(crate) fn settle(&mut self, height: usize) {
        if !self.is_placed && !self.head.is_empty() {
            self.is_placed = true;
            let first = self.head.iter().position(|row| row.link.is_some());
            self.scroll.cursor = first.unwrap_or(0);
        }
        self.scroll.settle(height, self.len());
        self.scroll.fill(height.max(1), self.len());
    }
}

/// The lines above the raw lines.
pub(crate) fn head(known: RenderContext<'_>, page: &Page, width: u16) -> Vec<PageRow> {
    let width = usize::from(width);
    let index = known.index;
    match page.lines.record {
        record if !record.is_kept(index) => evicted(),
        Record::Connection(id) => connection::head(index, &index.connection(id)),
        Record::Message(id) => {
            let lines = page.lines.known().unwrap_or_default();
            message::head(index, &index.message(id), lines)
        }
        Record::Route(id) => route::head(known, id, &page.sides, width),
        Record::Host(id) => host::head(known, id, &page.sides, width),
        Record::Group(number) => group::head(known, number, width),
        Record::AffectedMessages(peer) => failures::affected_head(known, peer),
        Record::FailedConnections(peer) => failures::failed_head(known, peer),
        Record::Finding(number) => finding::head(known, number, width),
        Record::User(_) | Record::Source(_) | Record::Tail(_) | Record::Line(_) => Vec::new(),
    }
}

fn evicted() -> Vec<PageRow> {
    let text = " This record was evicted: it was among the oldest, and the index is limited (--keep, --max-memory).";
    vec![PageRow {
        parts: vec![(Role::Pending, text.to_owned())],
        link: None,
    }]
}

/// The lines below a table for a selected row that has no raw lines.
pub(crate) fn preview(known: RenderContext<'_>, record: Record, width: u16) -> Vec<PageRow> {
    let width = usize::from(width);
    match record {
        Record::Route(id) => route::preview(known, id, width),
        Record::Host(id) => host::preview(known, id, width),
        Record::Tail(kind) => route::tail_preview(known, kind),
        Record::Group(number) => group::head(known, number, width),
        Record::Finding(number) => finding::preview(known, number, width),
        Record::Source(at) => source::preview(known, at, width),
        _ => Vec::new(),
    }
}
