//! The log's own framing lines, and what is left over.
//!
//! ```text
//! Begin Logfile · Version: 15.0.0-104 SN: 4229C84B-0123456789AB · Time offset from UTC: -14400 seconds
//! End Logfile · Logfile rolled over
//! ```

use super::scan::{id, number, split_first};
use super::{Dcid, Event, Icid, Link, Mid, message};

/// The first three lines of a file, and the last.
pub fn of_log(body: &[u8]) -> Option<Event<'_>> {
    match body {
        b"Begin Logfile" => Some(Event::LogBegin),
        b"End Logfile" | b"Logfile rolled over" => Some(Event::LogEnd),
        [b'V', ..] => {
            let (version, serial) = split_first(body.strip_prefix(b"Version: ")?, b" SN: ")?;
            Some(Event::LogVersion { version, serial })
        }
        _ => {
            let text = body
                .strip_prefix(b"Time offset from UTC: ")?
                .strip_suffix(b" seconds")?;
            let (sign, digits) = text
                .strip_prefix(b"-")
                .map_or((1, text), |digits| (-1, digits));
            let (seconds, rest) = number(digits)?;
            (rest.is_empty() && seconds < 1 << 31).then(|| Event::LogOffset {
                seconds: sign * i64::try_from(seconds).unwrap_or(0),
            })
        }
    }
}

/// An entry of no known shape that speaks of a connection.
pub fn of_link(link: Link) -> Event<'static> {
    match link {
        Link::In(icid) => Event::Unknown {
            icid: Some(icid),
            dcid: None,
            mid: None,
        },
        Link::Out(dcid) => Event::Unknown {
            icid: None,
            dcid: Some(dcid),
            mid: None,
        },
    }
}

/// An entry of no known shape that speaks of a message.
pub fn of_message(mid: Mid) -> Event<'static> {
    Event::Unknown {
        icid: None,
        dcid: None,
        mid: Some(mid),
    }
}

/// An entry of no known shape, under the id that stands in its first words: it is kept and shown there.
pub fn unknown(body: &[u8]) -> Event<'static> {
    if let Some(event) = message::older_spelling(body) {
        return event;
    }
    let (mut icid, mut dcid, mut mid) = (None, None, None);
    // `Word DCID 4 MID 5 …`: at most two words may stand before the ids.
    let mut rest = body;
    for _ in 0..3 {
        while let Some(behind) = take_ids(rest, &mut icid, &mut dcid, &mut mid) {
            rest = behind;
        }
        if icid.is_some() || dcid.is_some() || mid.is_some() {
            break;
        }
        match rest.iter().position(|b| *b == b' ') {
            Some(blank) if blank > 0 => rest = &rest[blank + 1..],
            _ => break,
        }
    }
    Event::Unknown { icid, dcid, mid }
}

/// Takes one id off the front of `rest`.
fn take_ids<'a>(
    rest: &'a [u8],
    icid: &mut Option<Icid>,
    dcid: &mut Option<Dcid>,
    mid: &mut Option<Mid>,
) -> Option<&'a [u8]> {
    if let Some((value, behind)) = id(rest, b"ICID") {
        icid.get_or_insert(Icid(value));
        Some(behind)
    } else if let Some((value, behind)) = id(rest, b"DCID") {
        dcid.get_or_insert(Dcid(value));
        Some(behind)
    } else if let Some((value, behind)) = id(rest, b"MID") {
        mid.get_or_insert(Mid(value));
        Some(behind)
    } else {
        None
    }
}
