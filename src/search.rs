//! Reads the log's lines again: those of a record, those around a position, those that match a
//! text.
//!
//! The index keeps positions, not texts. [`LineReader`](reader::LineReader) is the only reader of
//! lines; nothing is cached after a call, and a call may wait for a disk. `query` decides which
//! records a query selects; it asks [`TextMatches`] for its texts.

mod lines;
mod locate;
mod matches;
mod pattern;
mod reader;
mod window;

pub(crate) use lines::{LineRequest, RawLine, for_each_line, line_at, read_lines};
pub(crate) use locate::{LineLocation, locate};
pub(crate) use matches::{SearchProgress, TextMatches};
pub(crate) use pattern::TextPattern;
pub(crate) use window::{
    LineChunk, LinePattern, LineRange, LogLine, SearchDirection, find, read_range, reports_failure,
};

use crate::position::SourceId;
use crate::source::Sources;

/// Bytes of the whole log, as far as it was read.
pub(crate) fn log_bytes(sources: &Sources) -> u64 {
    let all = (0..sources.len()).map(SourceId::new);
    all.map(|source| sources.emitted_bytes(source)).sum()
}
