//! Parses the first and last lines of a log file, and collects ids of unknown lines.
//!
//! ```text
//! Begin Logfile · Version: 15.0.0-104 SN: 4229C84B-0123456789AB · Time offset from UTC: -14400 seconds
//! End Logfile · Logfile rolled over
//! ```

use super::scan::{id, number, split_first};
use super::{ConnId, Dcid, EntryIds, Event, Icid, Mid};

pub(super) fn of_log(body: &[u8]) -> Option<Event<'_>> {
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

/// An unknown line with the ids of its first words, by whose records it is shown.
pub(super) fn unknown(body: &[u8]) -> Event<'_> {
    let mut ids = EntryIds::default();
    // `Word DCID 4 MID 5 …`: at most two words may precede the ids.
    let mut rest = body;
    for _ in 0..3 {
        while let Some(behind) = take_id(rest, &mut ids) {
            rest = behind;
        }
        if ids != EntryIds::default() {
            break;
        }
        match rest.iter().position(|b| *b == b' ') {
            Some(blank) if blank > 0 => rest = &rest[blank + 1..],
            _ => break,
        }
    }
    Event::Unknown { ids, text: body }
}

/// Removes one id from the start of `rest`.
fn take_id<'a>(rest: &'a [u8], ids: &mut EntryIds) -> Option<&'a [u8]> {
    let rest = rest.strip_prefix(b"(").unwrap_or(rest);
    if let Some((value, behind)) = id(rest, b"ICID") {
        ids.link.get_or_insert(ConnId::In(Icid(value)));
        Some(behind)
    } else if let Some((value, behind)) = id(rest, b"DCID") {
        ids.link.get_or_insert(ConnId::Out(Dcid(value)));
        Some(behind)
    } else {
        let (value, behind) = id(rest, b"MID")?;
        ids.mid.get_or_insert(Mid(value));
        Some(behind)
    }
}

/// The first words of an unknown line without ids, addresses and quoted text: a key to group such
/// lines.
pub(crate) fn unknown_shape(text: &[u8]) -> Vec<u8> {
    /// Later words are mostly written by strangers.
    const WORDS: usize = 8;
    /// Longer words are treated as data.
    const LONGEST: usize = 32;
    let is_varying = |word: &[u8]| {
        word.len() > LONGEST
            || word
                .iter()
                .any(|b| b.is_ascii_digit() || !b.is_ascii() || b"@<>'\"/\\=[]".contains(b))
    };
    let mut shape = Vec::new();
    let words = text.split(|b| *b == b' ').filter(|word| !word.is_empty());
    for word in words.take(WORDS) {
        if is_varying(word) {
            if !shape.ends_with(b"*") {
                shape.push(b'*');
            }
        } else {
            shape.push(b' ');
            shape.extend_from_slice(word);
        }
    }
    shape
}
