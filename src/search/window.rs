//! The log's lines by place: forward, backward, from the end, found by what they say. For threads that may wait for a
//! disk; nothing of it is kept here.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::{memchr, memrchr_iter};
use regex::bytes::Regex;

use crate::event::{self, DeliveryOutcome, Event};
use crate::header::{HeaderParser, YearResolver};
use crate::position::{Position, SourceId};
use crate::source::Sources;

/// Bytes of a line that are shown.
const SHOWN: usize = 16 * 1024;
const BLOCK: usize = 128 * 1024;

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Where it begins.
    pub position: Position,
    /// Its first bytes, without the line end.
    pub bytes: Vec<u8>,
    /// How long it really is.
    pub length: u64,
}

/// Some lines in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineChunk {
    /// In the order of the log.
    pub lines: Vec<LogLine>,
    /// Where the line behind them begins.
    pub next: Position,
    /// Whether nothing stands before them.
    pub starts: bool,
    /// Whether nothing stands behind them.
    pub ends: bool,
}

/// Which lines are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineRange {
    /// So many before the line that begins there.
    Before(Position, usize),
    /// So many from there on.
    After(Position, usize),
    /// So many from the end.
    Tail(usize),
    /// So many on either side of the line that begins there.
    Around(Position, usize),
}

/// What a line is looked for by.
#[derive(Clone, Debug)]
pub enum LinePattern {
    /// Its text.
    Text(Regex),
    /// That it tells of a failure.
    Failure,
}

/// Which way to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SearchDirection {
    /// To newer lines.
    Forward,
    /// To older lines.
    Backward,
}

impl LinePattern {
    fn is_in(&self, line: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.is_match(line),
            Self::Failure => reports_failure(line),
        }
    }
}

/// Whether a line tells of a login, a delivery or a connection that failed.
pub fn reports_failure(line: &[u8]) -> bool {
    let frame = HeaderParser::new(YearResolver::starting(2000)).parse(line);
    match event::of_entry(&frame, line) {
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

/// Reads the lines asked for.
///
/// # Errors
/// When a source is gone or cannot be read.
pub fn read_range(sources: &Sources, ask: LineRange) -> io::Result<LineChunk> {
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

/// Looks for a line, from the one behind (or before) `from` on.
///
/// # Errors
/// When a source is gone or cannot be read.
pub fn find(
    sources: &Sources,
    from: Position,
    way: SearchDirection,
    needle: &LinePattern,
    stop: &AtomicBool,
) -> io::Result<Option<Position>> {
    let mut at = from;
    let mut skip = usize::from(way == SearchDirection::Forward);
    while !stop.load(Ordering::Relaxed) {
        let chunk = match way {
            SearchDirection::Forward => after(sources, at, 2000)?,
            SearchDirection::Backward => before(sources, at, 2000)?,
        };
        let hit = |line: &&LogLine| needle.is_in(&line.bytes);
        let found = match way {
            SearchDirection::Forward => chunk.lines.iter().skip(skip).find(hit),
            SearchDirection::Backward => chunk.lines.iter().rfind(hit),
        };
        if let Some(line) = found {
            return Ok(Some(line.position));
        }
        let over = if way == SearchDirection::Forward {
            chunk.ends
        } else {
            chunk.starts
        };
        let Some(first) = chunk.lines.first().filter(|_| !over) else {
            return Ok(None);
        };
        at = if way == SearchDirection::Forward {
            chunk.next
        } else {
            first.position
        };
        skip = 0;
    }
    Ok(None)
}

fn end(sources: &Sources) -> Position {
    let last = source(sources.len().saturating_sub(1));
    Position::new(last, sources.emitted_bytes(last))
}

fn source(at: usize) -> SourceId {
    SourceId::new(at)
}

fn after(sources: &Sources, from: Position, count: usize) -> io::Result<LineChunk> {
    let mut reader = Reader {
        sources,
        at: from,
        block: Vec::new(),
        used: 0,
    };
    let mut lines = Vec::new();
    let mut ends = false;
    while lines.len() < count {
        match reader.line()? {
            Some(line) => lines.push(line),
            None => match sources.next(reader.at.source()) {
                Some(next) => reader.jump(Position::new(next, 0)),
                None => {
                    ends = true;
                    break;
                }
            },
        }
    }
    Ok(LineChunk {
        lines,
        next: reader.at,
        starts: from.offset() == 0 && sources.prev(from.source()).is_none(),
        ends,
    })
}

fn before(sources: &Sources, from: Position, count: usize) -> io::Result<LineChunk> {
    let start = line_start(sources, from, count)?;
    let mut reader = Reader {
        sources,
        at: start,
        block: Vec::new(),
        used: 0,
    };
    let mut lines = Vec::new();
    while reader.at < from {
        let Some(line) = reader.line()? else { break };
        lines.push(line);
    }
    let mut starts = false;
    if lines.len() < count && start.offset() == 0 {
        if let Some(earlier) = sources.prev(start.source()) {
            let end = Position::new(earlier, sources.emitted_bytes(earlier));
            let mut chunk = before(sources, end, count - lines.len())?;
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

/// Where the line begins that stands `count` lines before `from`, in the same source.
fn line_start(sources: &Sources, from: Position, count: usize) -> io::Result<Position> {
    let mut block = vec![0; BLOCK];
    let mut end = from.offset();
    // The line end right before `from` closes the first line that counts.
    let mut ends_seen = 0;
    while end > 0 {
        let start = end.saturating_sub(BLOCK as u64);
        let length = usize::try_from(end - start).unwrap_or(BLOCK);
        let got = sources.read_at(Position::new(from.source(), start), &mut block[..length])?;
        for at in memrchr_iter(b'\n', &block[..got]) {
            let behind = start + at as u64 + 1;
            if behind == from.offset() {
                continue;
            }
            ends_seen += 1;
            if ends_seen == count {
                return Ok(Position::new(from.source(), behind));
            }
        }
        end = start;
    }
    Ok(Position::new(from.source(), 0))
}

/// Reads line after line of one source.
struct Reader<'s> {
    sources: &'s Sources,
    at: Position,
    block: Vec<u8>,
    used: usize,
}

impl Reader<'_> {
    fn jump(&mut self, to: Position) {
        self.at = to;
        self.block.clear();
        self.used = 0;
    }

    fn line(&mut self) -> io::Result<Option<LogLine>> {
        let mut line = LogLine {
            position: self.at,
            bytes: Vec::new(),
            length: 0,
        };
        loop {
            if self.used == self.block.len() && !self.fill(line.length)? {
                let unfinished = line.length > 0;
                self.at = Position::new(self.at.source(), self.at.offset() + line.length);
                return Ok(unfinished.then_some(line));
            }
            let rest = &self.block[self.used..];
            let end = memchr(b'\n', rest);
            let part = &rest[..end.unwrap_or(rest.len())];
            let room = SHOWN.saturating_sub(line.bytes.len());
            line.bytes.extend_from_slice(&part[..part.len().min(room)]);
            line.length += part.len() as u64;
            self.used += part.len();
            if end.is_some() {
                self.used += 1;
                self.at = Position::new(self.at.source(), self.at.offset() + line.length + 1);
                if line.bytes.last() == Some(&b'\r') && line.length <= SHOWN as u64 {
                    line.bytes.pop();
                    line.length -= 1;
                }
                return Ok(Some(line));
            }
        }
    }

    fn fill(&mut self, ahead: u64) -> io::Result<bool> {
        self.block.resize(BLOCK, 0);
        let from = Position::new(self.at.source(), self.at.offset() + ahead);
        let got = self
            .sources
            .read_at(from, &mut self.block)
            .inspect_err(|_| self.block.clear())?;
        self.block.truncate(got);
        self.used = 0;
        Ok(got > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::path::Path;

    use super::*;

    /// Of files that are gone and whose records retired nothing is left to look at, however many they were.
    #[test]
    fn the_log_goes_on_from_the_oldest_file_that_is_known() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "one\ntwo\n").unwrap();
        let opened = || std::fs::File::open(file.path()).unwrap();
        let sources = Sources::default();
        let ids: Vec<SourceId> = (0..20_000)
            .map(|number| {
                // Only those that are read are open.
                let is_read = number == 7 || number >= 19_998;
                let spool = is_read.then(|| opened().into());
                let id = sources.add_stream(Path::new("-"), false, spool);
                sources.set_emitted(id, 8);
                id
            })
            .collect();
        ids[..19_998].iter().for_each(|id| sources.end(*id));
        sources.reap_ended(&HashSet::from([ids[7]]));
        let chunk = read_range(&sources, LineRange::Tail(100)).unwrap();
        let places: Vec<Position> = chunk.lines.iter().map(|line| line.position).collect();
        let known = [ids[7], ids[19_998], ids[19_999]];
        let lines = known.map(|id| [Position::new(id, 0), Position::new(id, 4)]);
        assert_eq!(places, lines.as_flattened());
        assert!(chunk.starts && chunk.ends);
        let chunk = read_range(&sources, LineRange::After(Position::new(ids[0], 0), 100)).unwrap();
        assert_eq!(chunk.lines.len(), 6);
        assert!(chunk.starts && chunk.ends);
    }
}
