//! Reads the log's lines again: those of a record, those around a position, those that hold a text.
//!
//! The index keeps positions, not texts. Nothing here is kept in memory after a call; callers may run on threads that
//! wait for a disk. Which records a query selects is decided in `query`.

mod lines;
mod window;

pub use lines::{LineRequest, RawLine, for_each_line, read_lines};
pub use window::{
    LineChunk, LinePattern, LineRange, LogLine, SearchDirection, find, read_range, reports_failure,
};
