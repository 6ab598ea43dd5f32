//! An entry: one parsed line and where it came from.

use super::Event;
use crate::header::{Header, Level, Timestamp};
use crate::position::Position;

/// One entry of a log, taken apart, and where it came from.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Where its line begins.
    pub position: Position,
    /// The log's local time; `None` where the line has none.
    pub time: Option<Timestamp>,
    /// The appliance's level.
    pub level: Option<Level>,
    /// The syslog host.
    pub host: Option<&'a [u8]>,
    /// What it says.
    pub event: Event<'a>,
    /// The hash of the name that the index interns for this entry; 0 until the index has prepared it.
    pub(crate) name_hash: u32,
}

impl<'a> Entry<'a> {
    /// The entry of a line with this frame.
    #[inline]
    pub fn new(position: Position, frame: &Header, line: &'a [u8], event: Event<'a>) -> Self {
        Self {
            position,
            time: frame.time,
            level: frame.level,
            host: frame.host(line),
            event,
            name_hash: 0,
        }
    }
}
