//! The log's own time: local, without a zone, to the second.

use std::fmt;
use std::num::NonZeroU32;

use chrono::{Datelike, Timelike};

/// Seconds since 1970-01-01T00:00:00 in the log's own local time, up to the year 2105.
///
/// Timestamps compare as the log wrote them. Clocks are set and summer time ends: the order of a
/// log is the order of its lines, never that of its timestamps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Timestamp(NonZeroU32);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct DateTime {
    pub year: i32,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    /// 0 to 60.
    pub second: u8,
}

impl Timestamp {
    /// `None` outside 1 to 2³²−1: logs have no such times.
    pub(crate) fn from_seconds(seconds: i64) -> Option<Self> {
        let seconds = u32::try_from(seconds).ok()?;
        NonZeroU32::new(seconds).map(Self)
    }

    pub(crate) fn seconds(self) -> i64 {
        i64::from(self.0.get())
    }

    /// The value in an index column, in which 0 is none.
    pub(crate) fn raw(self) -> u32 {
        self.0.get()
    }

    pub(crate) fn from_raw(raw: u32) -> Option<Self> {
        NonZeroU32::new(raw).map(Self)
    }

    pub(crate) fn date_time(self) -> DateTime {
        let time = chrono::DateTime::from_timestamp(self.seconds(), 0).unwrap_or_default();
        let part = |value: u32| u8::try_from(value).unwrap_or(0);
        DateTime {
            year: time.year(),
            month: part(time.month()),
            day: part(time.day()),
            hour: part(time.hour()),
            minute: part(time.minute()),
            second: part(time.second()),
        }
    }
}

impl DateTime {
    /// `None` if it does not exist or is outside 1970 to 2105.
    pub(crate) fn to_timestamp(self) -> Option<Timestamp> {
        if !self.exists() || !(1970..=2105).contains(&self.year) {
            return None;
        }
        let of_day =
            i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        Timestamp::from_seconds(days_from_civil(self.year, self.month, self.day) * 86_400 + of_day)
    }
}

/// ISO 8601 without a zone: `2009-04-22T11:43:59`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let c = self.date_time();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A timestamp as written: the year may be missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct ParsedTimestamp {
    pub year: Option<i32>,
    pub month: u8,
    pub day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl ParsedTimestamp {
    /// A timestamp at the start of `text`, and the rest after its blank: with or without weekday,
    /// with the year after it, before it or missing, or in numbers.
    ///
    /// ```text
    /// Mon Mar  2 08:09:10 2026 · Mar  2 08:09:10 2026 · Mar  2 08:09:10 · 2026 Mar  2 08:09:10
    /// 2026-03-02T08:09:10.123456+01:00 · 2026-03-02 08:09:10
    /// ```
    pub(super) fn parse(text: &[u8]) -> Option<(Self, &[u8])> {
        if text.first()?.is_ascii_digit() {
            return Self::year_first(text);
        }
        let rest = weekday(text).unwrap_or(text);
        let (written, rest) = Self::month_first(rest)?;
        let mut rest = rest.strip_prefix(b" ")?;
        let mut year = None;
        if let Some((number, behind)) = digits(rest, 4)
            && number >= 1000
            && let Some(behind) = behind.strip_prefix(b" ")
        {
            year = Some(i32::from(number));
            rest = behind;
        }
        Self { year, ..written }.checked(rest)
    }

    /// `Mar  2 08:09:10`
    fn month_first(text: &[u8]) -> Option<(Self, &[u8])> {
        let month = month(text.get(..3)?)?;
        let rest = text[3..].strip_prefix(b" ")?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let (day, rest) = digits(rest, 2)?;
        Self::with_time(month, day, rest.strip_prefix(b" ")?)
    }

    /// `2026 Mar  2 08:09:10`, or ISO 8601 as syslog servers write it (RFC 3339, RFC 5424). A zone
    /// behind it is the relay's: the digits are taken as the log's own time like all others.
    fn year_first(text: &[u8]) -> Option<(Self, &[u8])> {
        let (year, rest) = digits(text, 4).filter(|(year, _)| *year >= 1000)?;
        let (written, rest) = match rest.strip_prefix(b" ") {
            Some(rest) => Self::month_first(rest)?,
            None => {
                let (month, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
                let (day, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
                let rest = match rest {
                    [b'T' | b't' | b' ', rest @ ..] => rest,
                    _ => return None,
                };
                let (written, rest) = Self::with_time(u8::try_from(month).ok()?, day, rest)?;
                (written, zone(fraction(rest)))
            }
        };
        let year = Some(i32::from(year));
        Self { year, ..written }.checked(rest.strip_prefix(b" ")?)
    }

    /// `08:09:10`
    fn with_time(month: u8, day: u16, text: &[u8]) -> Option<(Self, &[u8])> {
        let (hour, rest) = digits(text, 2)?;
        let (minute, rest) = digits(rest.strip_prefix(b":")?, 2)?;
        let (second, rest) = digits(rest.strip_prefix(b":")?, 2)?;
        let part = |value: u16| u8::try_from(value).ok();
        let written = Self {
            year: None,
            month,
            day: part(day)?,
            hour: part(hour)?,
            minute: part(minute)?,
            second: part(second)?,
        };
        Some((written, rest))
    }

    /// `None` if the day or time does not exist.
    fn checked(self, rest: &[u8]) -> Option<(Self, &[u8])> {
        // 2000 is a leap year: 29 February is a day even where the year is not known.
        (self.date_time(self.year.unwrap_or(2000)).exists()).then_some((self, rest))
    }

    pub(super) fn date_time(&self, year: i32) -> DateTime {
        let Self {
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = *self;
        DateTime {
            year,
            month,
            day,
            hour,
            minute,
            second,
        }
    }
}

impl DateTime {
    fn exists(self) -> bool {
        (1..=12).contains(&self.month)
            && (1..=days_in_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 61
    }
}

/// Skips `.123456` or `,123`.
fn fraction(text: &[u8]) -> &[u8] {
    match text {
        [b'.' | b',', rest @ ..] => &rest[rest.iter().take_while(|b| b.is_ascii_digit()).count()..],
        _ => text,
    }
}

/// Skips `Z`, `+01:00` or `-0500`.
fn zone(text: &[u8]) -> &[u8] {
    match text {
        [b'Z' | b'z', rest @ ..] => rest,
        [b'+' | b'-', rest @ ..] => {
            let length = rest
                .iter()
                .take_while(|b| b.is_ascii_digit() || **b == b':');
            &rest[length.count()..]
        }
        _ => text,
    }
}

fn weekday(text: &[u8]) -> Option<&[u8]> {
    let name = text.get(..4)?;
    let known = matches!(
        name,
        b"Mon " | b"Tue " | b"Wed " | b"Thu " | b"Fri " | b"Sat " | b"Sun "
    );
    known.then(|| &text[4..])
}

fn month(name: &[u8]) -> Option<u8> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let at = MONTHS.chunks(3).position(|month| month == name)?;
    u8::try_from(at + 1).ok()
}

/// Up to `most` digits, and what follows.
fn digits(text: &[u8], most: usize) -> Option<(u16, &[u8])> {
    let text_start = text.iter().take(most);
    let length = text_start.take_while(|b| b.is_ascii_digit()).count();
    let value = text[..length]
        .iter()
        .fold(0u16, |value, digit| value * 10 + u16::from(digit - b'0'));
    (length > 0).then(|| (value, &text[length..]))
}

pub(super) fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
