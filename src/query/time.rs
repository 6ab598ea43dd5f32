//! Times as queries write them: absolute, of the newest day, or back from the newest entry. Also
//! durations.

use std::fmt;
use std::time::Duration;

use crate::header::{DateTime, Timestamp};

/// A time; those of the newest day and those that count back depend on the newest entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TimeExpr {
    /// A date, at its first second, and a time of that day.
    On(DateTime, Option<TimeOfDay>),
    /// A time of the newest day.
    OfDay(TimeOfDay),
    /// Seconds before the newest entry.
    Back(i64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TimeOfDay {
    hour: u8,
    minute: u8,
    /// `None` where only the minute is written.
    second: Option<u8>,
}

impl TimeExpr {
    /// Reads a moment: `2009-04-22`, `2009-04-22T11:50:30`, `11:50`, `-15m`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(back) = text.strip_prefix('-') {
            return parse_seconds(back).map(Self::Back);
        }
        let Some((date, rest)) = text.split_at_checked(10).filter(|_| text.contains('-')) else {
            return TimeOfDay::parse(text).map(Self::OfDay);
        };
        let mut parts = date.splitn(3, '-');
        let mut part = |digits: usize| {
            let text = parts.next()?;
            (text.len() == digits).then(|| whole(text)).flatten()
        };
        let date = DateTime {
            year: i32::from(part(4)?),
            month: u8::try_from(part(2)?).ok()?,
            day: u8::try_from(part(2)?).ok()?,
            hour: 0,
            minute: 0,
            second: 0,
        };
        let clock = match rest.strip_prefix(['T', 't', ' ']) {
            None if rest.is_empty() => None,
            None => return None,
            Some(clock) => Some(TimeOfDay::parse(clock)?),
        };
        let moment = Self::On(date, clock);
        moment.span(None).map(|_| moment)
    }

    /// The first and last second: a date is a whole day, a time without seconds a whole minute.
    /// `None` if the time is relative and there is no newest entry.
    pub(super) fn span(self, newest: Option<Timestamp>) -> Option<(i64, i64)> {
        match self {
            Self::On(date, clock) => {
                // A timestamp is never 0.
                let first = DateTime { second: 1, ..date }.to_timestamp()?;
                let midnight = first.seconds() - 1;
                Some(clock.map_or((midnight, midnight + 86_399), |clock| clock.of(midnight)))
            }
            Self::OfDay(clock) => {
                let newest = newest?.seconds();
                Some(clock.of(newest - newest.rem_euclid(86_400)))
            }
            Self::Back(seconds) => {
                newest.map(|newest| (newest.seconds() - seconds, newest.seconds() - seconds))
            }
        }
    }

    /// The last second of `until`: a bare date includes its whole day, a time only its second.
    pub(super) fn until(self, newest: Option<Timestamp>) -> Option<i64> {
        let (first, last) = self.span(newest)?;
        Some(if matches!(self, Self::On(_, None)) {
            last
        } else {
            first
        })
    }
}

impl TimeOfDay {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let mut part = |limit: u16| {
            let text = parts.next()?;
            let value = whole(text).filter(|value| *value < limit && text.len() <= 2)?;
            u8::try_from(value).ok()
        };
        let clock = Self {
            hour: part(24)?,
            minute: part(60)?,
            second: None,
        };
        match text.matches(':').count() {
            1 => Some(clock),
            2 => Some(Self {
                second: Some(part(60)?),
                ..clock
            }),
            _ => None,
        }
    }

    fn of(self, midnight: i64) -> (i64, i64) {
        let minute = midnight + i64::from(self.hour) * 3600 + i64::from(self.minute) * 60;
        match self.second {
            Some(second) => (minute + i64::from(second), minute + i64::from(second)),
            None => (minute, minute + 59),
        }
    }
}

/// A number in digits alone.
fn whole(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Reads a moment as the interface's prompt takes it: its first second.
pub(crate) fn moment(text: &str, newest: Timestamp) -> Option<Timestamp> {
    let (first, _) = TimeExpr::parse(text.trim())?.span(Some(newest))?;
    Timestamp::from_seconds(first)
}

/// Reads a duration: seconds, or `5m`, `1h30m`, `30d`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let seconds = parse_seconds(text)?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// Writes a duration so that [`duration`] reads it.
pub(crate) fn written_duration(seconds: u64) -> String {
    write_seconds(i128::from(seconds))
}

/// Seconds, or a count of `s m h d w`, or several of them: `90`, `5m`, `1h30m`.
pub(super) fn parse_seconds(text: &str) -> Option<i64> {
    let (mut total, mut rest) = (0i64, text);
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let count: i64 = rest[..digits].parse().ok()?;
        let mut behind = rest[digits..].chars();
        let unit = match behind.next() {
            None if rest.len() == text.len() => 1,
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => return None,
        };
        total = total
            .checked_add(count.checked_mul(unit)?)
            .filter(|total| *total <= LONGEST)?;
        rest = behind.as_str();
    }
    (!text.is_empty()).then_some(total)
}

/// Seconds: longer than any log.
pub(super) const LONGEST: i64 = 1 << 33;

/// Seconds in the largest unit that holds them exactly.
pub(super) fn write_seconds(seconds: i128) -> String {
    let units = [
        (604_800, 'w'),
        (86_400, 'd'),
        (3600, 'h'),
        (60, 'm'),
        (1, 's'),
    ];
    units
        .into_iter()
        .find(|(unit, _)| seconds != 0 && seconds % unit == 0)
        .map_or_else(
            || seconds.to_string(),
            |(unit, sign)| format!("{}{sign}", seconds / unit),
        )
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        self.second
            .map_or(Ok(()), |second| write!(f, ":{second:02}"))
    }
}

impl fmt::Display for TimeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date, clock) => {
                write!(f, "{:04}-{:02}-{:02}", date.year, date.month, date.day)?;
                clock.map_or(Ok(()), |clock| write!(f, "T{clock}"))
            }
            Self::OfDay(clock) => clock.fmt(f),
            Self::Back(seconds) => write!(f, "-{}", write_seconds(i128::from(*seconds))),
        }
    }
}

#[cfg(test)]
mod tests;
