//! What comes into the state and what goes out of it.

use std::path::PathBuf;
use std::sync::Arc;

use ratatui::crossterm::event::KeyEvent;

use crate::index::ConnectionId;
use crate::index::store::extent::Span;
use crate::pipeline::ReadProgress;
use crate::position::Position;
use crate::query::{Query, TextMatches};
use crate::search::{LineChunk, LinePattern, LineRange, LineRequest, RawLine, SearchDirection};
use crate::triage::HostId;
use crate::tui::columns::record::Record;
use crate::tui::state::source_list::SourceList;
use crate::tui::state::triage_state::{TriageJob, TriageResult};

#[derive(Debug)]
pub(crate) enum Action {
    Key(KeyEvent),
    Paste(String),
    /// Columns and rows of the terminal.
    Resize(u16, u16),
    /// The index has grown: the bytes read so far, and the lines per second.
    Grew(ReadProgress, Option<u64>),
    /// Everything that was in the log at the start has been read.
    CaughtUp,
    /// A message to show, safe to print.
    Notice(String),
    /// The log has ended and will not grow.
    End,
    Answer(Answer),
    Files(SourceList),
}

#[derive(Debug)]
pub(crate) enum Effect {
    Exit,
    Redraw,
    Suspend,
    /// Ring the terminal's bell.
    Bell,
    /// Put safe text on the clipboard.
    Copy(String),
    Read(Job),
    /// Search the log for the filter's texts, after the part that these matches cover.
    Search(Arc<Query>, TextMatches),
    /// Search the log for a line.
    Find(Position, SearchDirection, LinePattern),
    /// Stop the running search.
    Cancel,
    /// Analyze routes and findings.
    Look(TriageJob),
    /// Write a route's incident report.
    Report(HostId),
    /// Fetch the state of the sources.
    Files,
}

/// Lines for a worker to read.
#[derive(Debug)]
pub(crate) enum Job {
    /// A record's lines, in these spans.
    Record(Record, Vec<Span>, LineRequest),
    /// The lines of two connections that are compared side by side.
    Sides([Option<ConnectionId>; 2], [Option<LineRequest>; 2]),
    Log(LineRange),
}

/// A worker's result; errors are one sentence each.
#[derive(Debug)]
pub(crate) enum Answer {
    Record(Record, Vec<Span>, Result<Vec<RawLine>, String>),
    Sides([Option<ConnectionId>; 2], Result<[Vec<RawLine>; 2], String>),
    Log(LineRange, Result<LineChunk, String>),
    /// Bytes searched so far for the filter of that text.
    Searched(String, u64),
    /// Matches so far.
    Partial(String, TextMatches),
    /// All matches.
    Hits(String, Result<TextMatches, String>),
    /// The line that a search in the log found.
    Found(Result<Option<Position>, String>),
    /// Where the report was written.
    Reported(Result<PathBuf, String>),
    /// Part of the result of the triage job of that number.
    Seen(u64, TriageResult),
}
