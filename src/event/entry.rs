//! The entry type: a parsed line and its position in the log.

use super::{Event, parse_entry};
use crate::header::{Header, Level, Timestamp};
use crate::position::Position;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    /// The first byte of its line.
    pub position: Position,
    /// The log's local time; `None` if the line has none.
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    pub host: Option<&'a [u8]>,
    pub event: Event<'a>,
    /// Hash of the name that the index interns for this entry; 0 until its batch is planned.
    pub(crate) name_hash: u32,
}

impl<'a> Entry<'a> {
    /// Parses a line that has this header.
    pub(crate) fn parse(position: Position, header: &Header, line: &'a [u8]) -> Self {
        Self::new(position, header, line, parse_entry(header, line))
    }

    #[inline]
    pub(super) fn new(
        position: Position,
        header: &Header,
        line: &'a [u8],
        event: Event<'a>,
    ) -> Self {
        Self {
            position,
            time: header.time,
            level: header.level,
            host: header.host(line),
            event,
            name_hash: 0,
        }
    }
}
