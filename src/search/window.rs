//! Lines around a position, from the end of the log, or found by a pattern, across sources, for the
//! log view.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use super::pattern::TextPattern;
use super::reader::{LineReader, SourceLine};
use crate::event::{self, DeliveryOutcome, Event};
use crate::header::{HeaderParser, YearResolver};
use crate::position::{Position, SourceId};
use crate::source::Sources;

/// Bytes of a line that are shown.
const SHOWN: usize = 16 * 1024;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LogLine {
    pub position: Position,
    /// Its first bytes, without the line end.
    pub bytes: Vec<u8>,
    /// Length in the file.
    pub length: u64,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LineChunk {
    pub lines: Vec<LogLine>,
    /// The position after the last line.
    pub next: Position,
    /// Whether they begin the log.
    pub starts: bool,
    /// Whether they end the log.
    pub ends: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LineRange {
    /// The count of lines before this position.
    Before(Position, usize),
    After(Position, usize),
    Tail(usize),
    /// The count of lines on either side of this position.
    Around(Position, usize),
}

#[derive(Clone, Debug)]
pub(crate) enum LinePattern {
    Text(TextPattern),
    Failure,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SearchDirection {
    Forward,
    Backward,
}

impl LogLine {
    fn shown(line: SourceLine<'_>) -> Self {
        Self {
            position: line.position,
            bytes: line.bytes[..line.bytes.len().min(SHOWN)].to_vec(),
            length: line.length,
        }
    }
}

impl LinePattern {
    fn matches(&self, line: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.matches(line),
            Self::Failure => reports_failure(line),
        }
    }
}

/// Whether a line reports a failed login, delivery or connection.
pub(crate) fn reports_failure(line: &[u8]) -> bool {
    let frame = HeaderParser::new(YearResolver::starting(2000)).parse(line);
    match event::parse_entry(&frame, line) {
        Event::AuthIn { succeeded, .. } => !succeeded,
        Event::AuthOut { failure, .. } => failure.is_some(),
        Event::Attempt { outcome, .. } => matches!(
            outcome,
            DeliveryOutcome::Bounced | DeliveryOutcome::DoubleBounced
        ),
        Event::AuthTrouble { .. }
        | Event::ConnectionError { .. }
        | Event::ReceivingFailed { .. } => true,
        Event::Tls { text, .. } => !text.starts_with(b"success"),
        _ => false,
    }
}

/// Reads lines.
pub(crate) fn read_range(sources: &Sources, ask: LineRange) -> io::Result<LineChunk> {
    match ask {
        LineRange::After(from, count) => after(sources, from, count),
        LineRange::Before(from, count) => before(sources, from, count),
        LineRange::Tail(count) => {
            let mut chunk = before(sources, end(sources), count)?;
            chunk.ends = true;
            Ok(chunk)
        }
        LineRange::Around(from, count) => {
            let mut chunk = before(sources, from, count)?;
            let behind = after(sources, from, count)?;
            chunk.lines.extend(behind.lines);
            Ok(LineChunk {
                next: behind.next,
                ends: behind.ends,
                ..chunk
            })
        }
    }
}

/// Searches for a line after (or before) `from`. `None` without a match, and once
/// `stop` is set.
pub(crate) fn find(
    sources: &Sources,
    from: Position,
    way: SearchDirection,
    pattern: &LinePattern,
    stop: &AtomicBool,
) -> io::Result<Option<Position>> {
    match way {
        SearchDirection::Forward => find_forward(sources, from, pattern, stop),
        SearchDirection::Backward => find_backward(sources, from, pattern, stop),
    }
}

fn find_forward(
    sources: &Sources,
    from: Position,
    pattern: &LinePattern,
    stop: &AtomicBool,
) -> io::Result<Option<Position>> {
    let mut reader = LineReader::forward(sources, from);
    reader.line()?;
    while !stop.load(Ordering::Relaxed) {
        if let Some(line) = reader.line()? {
            if pattern.matches(line.bytes) {
                return Ok(Some(line.position));
            }
        } else {
            let Some(next) = sources.next(reader.position().source()) else {
                break;
            };
            reader = LineReader::forward(sources, Position::new(next, 0));
        }
    }
    Ok(None)
}

/// Lines that are read at once on the way back.
const BACK: usize = 2000;

fn find_backward(
    sources: &Sources,
    mut from: Position,
    pattern: &LinePattern,
    stop: &AtomicBool,
) -> io::Result<Option<Position>> {
    while !stop.load(Ordering::Relaxed) {
        let mut reader = LineReader::backward(sources, from, BACK)?;
        let (start, mut found) = (reader.position(), None);
        while reader.position() < from {
            let Some(line) = reader.line()? else { break };
            if pattern.matches(line.bytes) {
                found = Some(line.position);
            }
        }
        if found.is_some() {
            return Ok(found);
        }
        from = match sources.prev(start.source()) {
            _ if start.offset() > 0 => start,
            Some(earlier) => end_of(sources, earlier),
            None => break,
        };
    }
    Ok(None)
}

fn end_of(sources: &Sources, source: SourceId) -> Position {
    Position::new(source, sources.emitted_bytes(source))
}

fn end(sources: &Sources) -> Position {
    end_of(sources, SourceId::new(sources.len().saturating_sub(1)))
}

fn after(sources: &Sources, from: Position, count: usize) -> io::Result<LineChunk> {
    let mut reader = LineReader::forward(sources, from);
    let mut lines = Vec::new();
    let mut ends = false;
    while lines.len() < count {
        if let Some(line) = reader.line()? {
            lines.push(LogLine::shown(line));
        } else if let Some(next) = sources.next(reader.position().source()) {
            reader = LineReader::forward(sources, Position::new(next, 0));
        } else {
            ends = true;
            break;
        }
    }
    Ok(LineChunk {
        lines,
        next: reader.position(),
        starts: from.offset() == 0 && sources.prev(from.source()).is_none(),
        ends,
    })
}

fn before(sources: &Sources, from: Position, count: usize) -> io::Result<LineChunk> {
    let mut reader = LineReader::backward(sources, from, count)?;
    let start = reader.position();
    let mut lines = Vec::new();
    while reader.position() < from {
        let Some(line) = reader.line()? else { break };
        lines.push(LogLine::shown(line));
    }
    let mut starts = false;
    if lines.len() < count && start.offset() == 0 {
        if let Some(earlier) = sources.prev(start.source()) {
            let mut chunk = before(sources, end_of(sources, earlier), count - lines.len())?;
            chunk.lines.append(&mut lines);
            (lines, starts) = (chunk.lines, chunk.starts);
        } else {
            starts = true;
        }
    }
    Ok(LineChunk {
        lines,
        next: from,
        starts,
        ends: false,
    })
}

#[cfg(test)]
mod tests;
