//! Reads the raw lines of records again.
//!
//! A request is made from the index under its lock; the files are read without it. The lines of
//! many records are read in one pass over the parts of the log that hold any of them.

use std::io;
use std::ops::ControlFlow;

use hashbrown::HashMap;

use super::reader::LineReader;
use crate::event::{self, ConnId, Event, Mid};
use crate::header::{Header, HeaderParser, YearResolver};
use crate::index::store::extent::Span;
use crate::index::{Connection, Message};
use crate::position::Position;
use crate::source::Sources;

#[derive(Clone, Debug, Default)]
pub(crate) struct LineRequest {
    /// An id that was reused, or that several appliances use, has several owners.
    owners: HashMap<RecordKey, Vec<Owner>, foldhash::fast::RandomState>,
    /// Lines wanted for themselves, sorted.
    lines: Vec<Position>,
}

/// A record as a line names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum RecordKey {
    Connection(ConnId),
    Message(Mid),
}

impl RecordKey {
    /// The records that a line belongs to: those whose ids its fixed part carries.
    pub(super) fn of_line(frame: &Header, line: &[u8]) -> impl Iterator<Item = Self> {
        let owners = event::parse_entry(frame, line).owners();
        let connection = owners.link.map(Self::Connection);
        [connection, owners.mid.map(Self::Message)]
            .into_iter()
            .flatten()
    }
}

/// One record of an id: its lines are within these spans.
#[derive(Clone, Debug)]
struct Owner {
    /// The syslog host, which distinguishes the appliances that write one file.
    host: Option<Box<str>>,
    spans: Vec<Span>,
}

/// One line of the log, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RawLine {
    pub position: Position,
    /// Its bytes without the line end; at most the first MiB.
    pub bytes: Vec<u8>,
    /// The header; timestamps without a year are not resolved.
    pub frame: Header,
}

impl RawLine {
    /// The bytes after the header.
    pub(crate) fn body(&self) -> &[u8] {
        self.frame.body(&self.bytes)
    }

    pub(crate) fn event(&self) -> Event<'_> {
        event::parse_entry(&self.frame, &self.bytes)
    }
}

impl LineRequest {
    pub(crate) fn of_lines(mut lines: Vec<Position>) -> Self {
        lines.sort_unstable();
        Self {
            lines,
            ..Self::default()
        }
    }

    pub(crate) fn of_connection(connection: &Connection<'_>) -> Self {
        let mut wanted = Self::default();
        wanted.add_connection(connection);
        wanted
    }

    pub(crate) fn of_message(message: &Message<'_>) -> Self {
        let mut wanted = Self::default();
        wanted.add_message(message);
        wanted
    }

    pub(crate) fn add_connection(&mut self, connection: &Connection<'_>) {
        let key = RecordKey::Connection(connection.link());
        self.add(key, connection.host_of_appliance(), connection.spans());
    }

    pub(crate) fn add_message(&mut self, message: &Message<'_>) {
        let key = RecordKey::Message(message.mid());
        self.add(key, message.host_of_appliance(), message.spans());
    }

    fn add(&mut self, key: RecordKey, host: Option<&str>, spans: Vec<Span>) {
        let host = host.map(Into::into);
        let owners = self.owners.entry(key).or_default();
        owners.push(Owner { host, spans });
    }

    pub(crate) fn extend(&mut self, other: Self) {
        for (key, owners) in other.owners {
            self.owners.entry(key).or_default().extend(owners);
        }
        self.lines.extend(other.lines);
        self.lines.sort_unstable();
    }

    /// Bytes of the log that must be read to find the lines.
    pub(crate) fn bytes(&self) -> u64 {
        let parts = self.parts();
        let lengths = parts
            .iter()
            .map(|part| part.last.offset().saturating_sub(part.first.offset()) + 1);
        lengths.sum()
    }

    /// The parts of the log to read: in its order, without overlaps.
    fn parts(&self) -> Vec<Span> {
        let owners = self.owners.values().flatten();
        let mut spans: Vec<Span> = owners.flat_map(|owner| &owner.spans).copied().collect();
        spans.extend(self.lines.iter().map(|at| Span {
            first: *at,
            last: *at,
        }));
        spans.sort_unstable();
        let mut parts: Vec<Span> = Vec::new();
        for span in spans {
            match parts.last_mut() {
                Some(part)
                    if span.first.source() == part.last.source() && span.first <= part.last =>
                {
                    part.last = part.last.max(span.last);
                }
                _ => parts.push(span),
            }
        }
        parts
    }

    fn contains(&self, frame: &Header, line: &[u8], at: Position) -> bool {
        if self.lines.binary_search(&at).is_ok() {
            return true;
        }
        let host = frame.host(line);
        RecordKey::of_line(frame, line).any(|key| {
            let owners = self.owners.get(&key).into_iter().flatten();
            owners
                .filter(|owner| owner.host.as_deref().map(str::as_bytes) == host)
                .flat_map(|owner| &owner.spans)
                .any(|span| span.first <= at && at <= span.last)
        })
    }
}

/// Reads the lines in the order of the log, each followed by the lines without a header below it.
/// At most `most`: a connection that is open for weeks has more than a screen can use.
pub(crate) fn read_lines(
    sources: &Sources,
    wanted: &LineRequest,
    most: usize,
) -> io::Result<Vec<RawLine>> {
    let mut lines = Vec::new();
    for_each_line(sources, wanted, &mut |line| {
        lines.push(line);
        match lines.len() < most {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    })?;
    Ok(lines)
}

/// The bytes of the line at a position; `None` at the end of its source.
///
/// # Errors
/// The source is gone or cannot be read.
pub(crate) fn line_at(sources: &Sources, at: Position) -> io::Result<Option<Vec<u8>>> {
    let mut reader = LineReader::forward(sources, at);
    let line = reader.line()?;
    Ok(line.map(|line| line.bytes.to_vec()))
}

/// Passes the lines to `take` one by one, in the order of the log, until it returns `Break`.
pub(crate) fn for_each_line(
    sources: &Sources,
    wanted: &LineRequest,
    take: &mut dyn FnMut(RawLine) -> ControlFlow<()>,
) -> io::Result<()> {
    for part in wanted.parts() {
        if for_each_line_of(sources, wanted, part, take)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn for_each_line_of(
    sources: &Sources,
    wanted: &LineRequest,
    part: Span,
    take: &mut dyn FnMut(RawLine) -> ControlFlow<()>,
) -> io::Result<ControlFlow<()>> {
    let mut parser = HeaderParser::new(YearResolver::starting(2000));
    let mut reader = LineReader::forward(sources, part.first);
    let mut owned = false;
    while reader.position() <= part.last || owned {
        let Some(line) = reader.line()? else { break };
        let (position, bytes) = (line.position, line.bytes);
        let frame = parser.parse(bytes);
        let is_entry = frame.is_present()
            || !matches!(event::parse_entry(&frame, bytes), Event::Unknown { .. });
        owned = if is_entry {
            position <= part.last && wanted.contains(&frame, bytes, position)
        } else {
            owned && !bytes.is_empty()
        };
        if owned {
            let bytes = bytes.to_vec();
            let line = RawLine {
                position,
                bytes,
                frame,
            };
            if take(line).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
