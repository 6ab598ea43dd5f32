//! Dispatches a line to the parser of its family, then to the templates.
//!
//! [`parse_run`] is the fast path of [`parse_entry`] for the many lines of a block.

use super::{Entry, Event, subscription};
use super::{auth, connection, delivery, lineage, message, system, template};
use crate::header::Header;
use crate::position::Position;

/// Parses one line. Parsing never fails: an unknown text is [`Event::Unknown`].
pub(crate) fn parse_entry<'a>(header: &Header, line: &'a [u8]) -> Event<'a> {
    finish(header, line, parse_fast(header.body(line)))
}

/// Lines that are parsed before the first of their events is copied.
const BATCH: usize = 4;

/// Parses `count` lines that share a header and appends their entries.
///
/// An event is 72 bytes, written field by field. Copying it at once stalls until all of them have
/// reached the cache, which took 4 % of a first load. So the fast path never passes an event on
/// except as its return value, and the events of a batch are copied after the last was parsed.
#[inline]
pub(crate) fn parse_run<'a>(
    header: &Header,
    count: usize,
    line: impl Fn(usize) -> (Position, &'a [u8]),
    entries: &mut Vec<Entry<'a>>,
) {
    let fast = |at: usize| match at < count {
        true => parse_fast(header.body(line(at).1)),
        false => None,
    };
    for first in (0..count).step_by(BATCH) {
        // Each result is written to its place in the array: `array::from_fn` would copy it.
        let events: [_; BATCH] = [
            fast(first),
            fast(first + 1),
            fast(first + 2),
            fast(first + 3),
        ];
        entries.extend((first..count).zip(&events).map(|(at, event)| {
            let (position, text) = line(at);
            let event = match event {
                Some(event) if subscription::is_mail_logs(event) => *event,
                _ => finish(header, text, *event),
            };
            Entry::new(position, header, text, event)
        }));
    }
}

/// Completes the event of a line that the fast path did not parse, or that other logs may hold.
#[cold]
#[inline(never)]
fn finish<'a>(header: &Header, line: &'a [u8], fast: Option<Event<'a>>) -> Event<'a> {
    let event = fast.unwrap_or_else(|| parse_slow(header.body(line)));
    if subscription::is_mail_logs(&event) {
        event
    } else {
        subscription::classify(header, line, event)
    }
}

/// Parses a text whose first bytes select its line family, as those of nearly every line do.
fn parse_fast(body: &[u8]) -> Option<Event<'_>> {
    match body {
        [b'M', b'I', ..] => message::of_mid(body),
        [b'M', _, _, _, _, _, _, _, b'd', ..] => delivery::done(body),
        [b'M', ..] => message::of_message(body),
        [b'N', ..] => connection::opening(body),
        [b'D', b'C', b'I', b'D', b':', ..] => auth::outbound(body),
        [b'D', b'C', ..] => connection::of_dcid(body),
        [b'D', b'e', b'l', b'i', ..] => delivery::start(body),
        [b'D' | b'B', ..] => delivery::attempt(body),
        [b'I', b'C', ..] => connection::of_icid(body),
        [b'S', b't', ..] => message::start(body),
        [b'S', ..] => auth::inbound(body),
        [b'C', ..] => delivery::connection_error(body),
        [b'I', ..] => lineage::reinjected(body),
        _ => None,
    }
}

/// Parses a text that is not of the family which its first bytes select.
fn parse_slow(body: &[u8]) -> Event<'_> {
    let other = match body.first() {
        Some(b'D') => connection::of_dcid(body).or_else(|| auth::outbound(body)),
        Some(b'E') => lineage::reinjected(body).or_else(|| system::of_log(body)),
        Some(b'S') => connection::killed(body),
        Some(b'I' | b'M' | b'N' | b'C') => None,
        _ => system::of_log(body),
    };
    other
        .or_else(|| template::of(body))
        .unwrap_or_else(|| system::unknown(body))
}
