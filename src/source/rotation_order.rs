//! The order of rotated files by the time or number in their names. The times of the files
//! themselves do not show it: a copy has its own.

use std::cmp::Reverse;
use std::ffi::OsStr;
use std::path::Path;

use chrono::NaiveDate;

const PACKED: [&str; 4] = ["gz", "zst", "bz2", "xz"];
/// Suffixes of logs that do not depend on their age.
const PLAIN: [&str; 5] = ["s", "c", "current", "log", "txt"];

/// The place of a file in time, by its name. Sorts oldest first.
///
/// ```text
/// mail.@20090422T114359.s   mail.log-20260301.gz   mail.log-1772323200     the time, in any of these formats
/// mail.log.3.gz   mail.log.2.gz   mail.log.1                               the higher the older
/// mail.current   mail.log                                                  what is written now
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum RotationKey {
    /// When the file was begun or rolled, in seconds, and its number among files of that time.
    At(i64, Reverse<u32>),
    /// The number of files that were rolled after it.
    Rolled(Reverse<u32>),
    /// The name does not show that the file was rolled.
    Newest,
}

impl RotationKey {
    pub(super) fn of_path(path: &Path) -> Self {
        Self::of(path.file_name().unwrap_or_default())
    }

    pub(super) fn of(name: &OsStr) -> Self {
        let name = name.to_string_lossy();
        let mut stem: &str = &name;
        while let Some((rest, ending)) = stem.rsplit_once('.') {
            if !PACKED.contains(&ending) && !PLAIN.contains(&ending) {
                break;
            }
            stem = rest;
        }
        let rolled = stem
            .rsplit_once('.')
            .filter(|(_, number)| {
                number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit())
            })
            .and_then(|(_, number)| number.parse().ok());
        match (time_in(stem.as_bytes()), rolled) {
            (Some(time), number) => Self::At(time, Reverse(number.unwrap_or(0))),
            (None, Some(number)) => Self::Rolled(Reverse(number)),
            (None, None) => Self::Newest,
        }
    }
}

/// The file name without the suffix of a compression.
pub(crate) fn uncompressed(path: &Path) -> String {
    let name = if is_packed(path) {
        path.file_stem()
    } else {
        path.file_name()
    };
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// Whether the name has the suffix of an archive.
pub(crate) fn is_packed(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| PACKED.contains(&ending))
}

/// The last time in a name, in seconds since 1970.
fn time_in(name: &[u8]) -> Option<i64> {
    let mut found = None;
    let mut at = 0;
    while at < name.len() {
        if !name[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = digits(&name[at..]);
        let (time, taken) = match date(&name[at..]) {
            Some((day, length)) => {
                let (seconds, clock) = clock(&name[at + length..]);
                (Some(day * 86400 + seconds), length + clock)
            }
            None if run == 10 && name[at] == b'1' => (Some(number(&name[at..at + run])), run),
            None => (None, run),
        };
        found = time.or(found);
        at += taken;
    }
    found
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn number(text: &[u8]) -> i64 {
    text.iter()
        .fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'))
}

/// A date at the front, as days since 1970 and the bytes it takes: `20260301`, `2026-03-01`, also
/// when a clock follows at once.
fn date(text: &[u8]) -> Option<(i64, usize)> {
    let run = digits(text);
    let (year, month, day, length) = if matches!(run, 8 | 10 | 12 | 14) {
        (&text[..4], &text[4..6], &text[6..8], 8)
    } else if run == 4
        && text.len() >= 10
        && matches!(text[4], b'-' | b'_' | b'.')
        && text[7] == text[4]
        && digits(&text[5..]) == 2
        && digits(&text[8..]) == 2
    {
        (&text[..4], &text[5..7], &text[8..10], 10)
    } else {
        return None;
    };
    let (year, month, day) = (number(year), number(month), number(day));
    if !(1990..2200).contains(&year) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    Some((days, length))
}

/// A time of day at the front, in seconds and the bytes it takes: `T114359`, `-1143`, `_11`,
/// `114359`.
fn clock(text: &[u8]) -> (i64, usize) {
    let mark = usize::from(
        text.first()
            .is_some_and(|byte| matches!(byte, b'T' | b't' | b'-' | b'_')),
    );
    let run = digits(&text[mark..]);
    if !matches!(run, 2 | 4 | 6) {
        return (0, 0);
    }
    let part = |at: usize| {
        if at < run {
            number(&text[mark + at..mark + at + 2])
        } else {
            0
        }
    };
    let (hour, minute, second) = (part(0), part(2), part(4));
    if hour > 23 || minute > 59 || second > 60 {
        return (0, 0);
    }
    (hour * 3600 + minute * 60 + second, mark + run)
}

#[cfg(test)]
mod tests;
