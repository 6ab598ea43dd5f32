//! What the project's own tests, benchmarks and fuzz targets reach of the closed library. No part of
//! its interface: it changes without notice.

#[cfg(any(test, fuzzing))]
#[path = "../tests/support/fuzz/checks.rs"]
pub mod fuzz;
mod memory;

#[cfg(test)]
mod tests;

use std::hint::black_box;

pub use memory::MeasuredIndex;

use crate::Log;
use crate::event::{self, EventKind};
use crate::header::{HeaderParser, YearResolver};
use crate::search::TextMatches;
use crate::source::NoticeKind;
use crate::{cli, demo, query, tui};

/// The tables of the README and of assets/events.md: document, section and text.
pub fn document_tables() -> [(&'static str, &'static str, String); 5] {
    let examples = cli::examples::markdown(cli::examples::HelpTopic::Program);
    [
        ("README.md", "fields", query::field::markdown()),
        ("README.md", "examples", examples),
        ("README.md", "keys", tui::keymap::markdown()),
        ("README.md", "notices", NoticeKind::markdown()),
        ("assets/events.md", "events", EventKind::markdown()),
    ]
}

/// The name of every notice.
pub fn notice_names() -> impl Iterator<Item = &'static str> {
    NoticeKind::ALL.into_iter().map(NoticeKind::word)
}

/// The name of every event.
pub fn event_names() -> impl Iterator<Item = &'static str> {
    EventKind::ALL.iter().map(|kind| kind.name())
}

/// A query in its normal form.
///
/// # Errors
/// The query is malformed.
pub fn normal_form(text: &str) -> Result<String, String> {
    let query = query::parse(text).map_err(|error| error.to_string())?;
    Ok(query.to_string())
}

/// A simulated log of at most this many bytes.
pub fn simulated_log(seed: u64, bytes: u64) -> Vec<u8> {
    let mut log = Vec::new();
    demo::write_log(seed, bytes, &mut log).expect("a Vec takes every byte");
    log
}

/// Parses every line of a log and keeps nothing.
pub fn parse_lines(log: &[u8]) {
    let mut parser = HeaderParser::new(YearResolver::starting(2026));
    for line in log.split(|byte| *byte == b'\n') {
        let header = parser.parse(line);
        black_box(event::parse_entry(&header, line));
    }
}

/// Answers a query on each call: the number of connections that match.
///
/// # Panics
/// The query is malformed.
pub fn filter(log: &Log, query: &str) -> impl Fn() -> usize {
    let query = query::parse(query).expect("a well-formed query");
    move || {
        let index = log.ingest.index.read();
        query.connections(&index, &TextMatches::none()).len()
    }
}
