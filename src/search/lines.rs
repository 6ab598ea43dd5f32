//! Records' raw lines, read again from where they stand.
//!
//! What is wanted is taken from the index under its lock; the files are read without it. Many records are read in one
//! pass over the parts of the log in which any of them has lines.

use std::io;
use std::ops::ControlFlow;

use hashbrown::HashMap;

use crate::event::{self, ConnId, Event, Mid};
use crate::header::{Header, HeaderParser, YearResolver};
use crate::index::store::extent::Span;
use crate::index::{Connection, Message};
use crate::position::{Position, SourceId};
use crate::source::Sources;

/// Whose lines are asked for.
#[derive(Clone, Debug, Default)]
pub struct LineRequest {
    /// The runs of the log that each owner has lines in: an id that came round again has several owners.
    owners: HashMap<RecordKey, Vec<Span>, foldhash::fast::RandomState>,
}

/// An id, and the syslog host that tells appliances in one file apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct RecordKey {
    id: Id,
    host: Option<Box<[u8]>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Id {
    Connection(ConnId),
    Message(Mid),
}

/// One line of the log, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawLine {
    /// Where it begins.
    pub position: Position,
    /// Its bytes without the line end; at most the first MiB.
    pub bytes: Vec<u8>,
    /// What stands before the message; year-less stamps are not resolved here.
    pub frame: Header,
}

impl RawLine {
    /// The message behind the frame.
    pub fn body(&self) -> &[u8] {
        self.frame.body(&self.bytes)
    }

    /// What it says.
    pub fn event(&self) -> Event<'_> {
        event::of_entry(&self.frame, &self.bytes)
    }
}

impl LineRequest {
    /// The lines of a connection.
    pub fn of_connection(connection: &Connection<'_>) -> Self {
        let mut wanted = Self::default();
        wanted.add_connection(connection);
        wanted
    }

    /// The lines of a message.
    pub fn of_message(message: &Message<'_>) -> Self {
        let mut wanted = Self::default();
        wanted.add_message(message);
        wanted
    }

    /// A connection's lines too.
    pub fn add_connection(&mut self, connection: &Connection<'_>) {
        self.add(
            Id::Connection(connection.link()),
            connection.host_of_appliance(),
            connection.spans(),
        );
    }

    /// A message's lines too.
    pub fn add_message(&mut self, message: &Message<'_>) {
        self.add(
            Id::Message(message.mid()),
            message.host_of_appliance(),
            message.spans(),
        );
    }

    /// What another one asks for, too.
    pub fn extend(&mut self, other: Self) {
        for (owner, spans) in other.owners {
            self.owners.entry(owner).or_default().extend(spans);
        }
    }

    fn add(&mut self, id: Id, host: Option<&str>, spans: Vec<Span>) {
        let host = host.map(|host| host.as_bytes().into());
        self.owners
            .entry(RecordKey { id, host })
            .or_default()
            .extend(spans);
    }

    /// Bytes of the log that must be read to find them.
    pub fn bytes(&self) -> u64 {
        let parts = self.parts();
        let lengths = parts
            .iter()
            .map(|part| part.last.offset().saturating_sub(part.first.offset()) + 1);
        lengths.sum()
    }

    /// The parts of the log to read, in its order, none twice.
    fn parts(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.owners.values().flatten().copied().collect();
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
        let owners = event::of_entry(frame, line).owners();
        let host: Option<Box<[u8]>> = frame.host(line).map(Into::into);
        let ids = [owners.link.map(Id::Connection), owners.mid.map(Id::Message)];
        ids.into_iter().flatten().any(|id| {
            let spans = self.owners.get(&RecordKey {
                id,
                host: host.clone(),
            });
            spans.is_some_and(|spans| spans.iter().any(|span| span.first <= at && at <= span.last))
        })
    }
}

/// Reads the lines, in the order of the log, each followed by the lines without a frame that stand under it; `most` at
/// most, as a connection held open for weeks has more than a screen can use.
///
/// # Errors
/// When a source is gone or cannot be read.
pub fn read_lines(
    sources: &Sources,
    wanted: &LineRequest,
    most: usize,
) -> io::Result<Vec<RawLine>> {
    let mut lines = Vec::new();
    for_each_line(sources, wanted, &mut |line| {
        lines.push(line);
        if lines.len() < most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(lines)
}

/// Hands the lines to `take` one by one, in the order of the log, until it breaks off.
///
/// # Errors
/// When a source is gone or cannot be read.
pub fn for_each_line(
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
    let mut reader = Reader::new(sources, part.first);
    let mut owned = false;
    loop {
        let position = reader.position();
        let behind = position > part.last;
        if behind && !owned {
            return Ok(ControlFlow::Continue(()));
        }
        let Some((bytes, _)) = reader.next()? else {
            return Ok(ControlFlow::Continue(()));
        };
        let frame = parser.parse(&bytes);
        let is_entry = frame.is_present() || !matches!(event::parse(&bytes), Event::Unknown { .. });
        owned = if is_entry {
            !behind && wanted.contains(&frame, &bytes, position)
        } else {
            owned && !bytes.is_empty()
        };
        if owned
            && take(RawLine {
                position,
                bytes,
                frame,
            })
            .is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
    }
}

/// How much of a line is kept; longer ones are cut there.
const LONGEST: usize = crate::lines::MAX_LINE;

/// Lines of one source from a position on.
#[derive(Debug)]
pub struct Reader<'s> {
    sources: &'s Sources,
    source: SourceId,
    /// Where `buffer` begins.
    base: u64,
    buffer: Vec<u8>,
    /// Where the next line begins in `buffer`.
    at: usize,
}

const CHUNK: usize = 64 * 1024;

impl<'s> Reader<'s> {
    /// Reads on from a line's beginning.
    pub fn new(sources: &'s Sources, at: Position) -> Self {
        Self {
            sources,
            source: at.source(),
            base: at.offset(),
            buffer: Vec::new(),
            at: 0,
        }
    }

    /// Where the next line begins.
    pub fn position(&self) -> Position {
        Position::new(self.source, self.base + self.at as u64)
    }

    /// The next line without its line end, and where the one behind it begins. `None` at the end of what was read of
    /// the source.
    ///
    /// # Errors
    /// When the source is gone or cannot be read.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator could not tell an error from the end"
    )]
    pub fn next(&mut self) -> io::Result<Option<(Vec<u8>, Position)>> {
        let mut searched = 0;
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(end) = memchr::memchr(b'\n', &rest[searched..]) {
                let end = searched + end;
                let line = &rest[..end];
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let line = line[..line.len().min(LONGEST)].to_vec();
                self.at += end + 1;
                return Ok(Some((line, self.position())));
            }
            searched = rest.len();
            if self.fill()? == 0 {
                let line = self.buffer[self.at..].to_vec();
                self.at = self.buffer.len();
                return Ok((!line.is_empty()).then(|| (line, self.position())));
            }
            if self.buffer.len() - self.at > LONGEST + CHUNK {
                return self.skip_to_line_end().map(Some);
            }
        }
    }

    /// Reads on behind the buffer; what was taken of it goes.
    fn fill(&mut self) -> io::Result<usize> {
        self.buffer.drain(..self.at);
        self.base += self.at as u64;
        self.at = 0;
        let kept = self.buffer.len();
        self.buffer.resize(kept + CHUNK, 0);
        let from = Position::new(self.source, self.base + kept as u64);
        let read = self.sources.read_at(from, &mut self.buffer[kept..]);
        self.buffer.truncate(kept + *read.as_ref().unwrap_or(&0));
        read
    }

    /// The head of an over-long line; its tail is passed over.
    fn skip_to_line_end(&mut self) -> io::Result<(Vec<u8>, Position)> {
        let line = self.buffer[self.at..self.at + LONGEST].to_vec();
        loop {
            self.at = self.buffer.len();
            if self.fill()? == 0 {
                break;
            }
            if let Some(end) = memchr::memchr(b'\n', &self.buffer) {
                self.at = end + 1;
                break;
            }
        }
        Ok((line, self.position()))
    }
}
