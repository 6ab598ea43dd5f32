//! Times as a reader types them.

use crate::header::{DateTime, Timestamp};

/// Reads `11:20`, `11:20:30`, `2009-04-22`, `2009-04-22 11:20`, `-15m`. Without a date it is the newest day; a minus
/// counts back from the newest entry.
pub fn parse(text: &str, newest: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(back) = text.strip_prefix('-') {
        return Timestamp::from_seconds(newest.seconds() - span(back)?);
    }
    let (date, time) = match text.split_once([' ', 'T']) {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let midnight = DateTime {
        hour: 0,
        minute: 0,
        second: 0,
        ..newest.date_time()
    };
    let day = date.map_or(Some(midnight), |date| day(date, midnight))?;
    let mut parts = time
        .unwrap_or("0:00")
        .split(':')
        .map(|part| part.parse::<u8>().ok());
    let hour = parts.next()??;
    let minute = parts.next()??;
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    DateTime {
        hour,
        minute,
        second,
        ..day
    }
    .to_timestamp()
}

fn day(text: &str, midnight: DateTime) -> Option<DateTime> {
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some(DateTime {
        year,
        month,
        day,
        ..midnight
    })
}

fn span(text: &str) -> Option<i64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_typed() {
        let newest = DateTime {
            year: 2009,
            month: 4,
            day: 22,
            hour: 11,
            minute: 47,
            second: 56,
        }
        .to_timestamp()
        .unwrap();
        let read = |text| parse(text, newest).map(|time| time.to_string());
        assert_eq!(read("11:20").as_deref(), Some("2009-04-22T11:20:00"));
        assert_eq!(read("9:05:07").as_deref(), Some("2009-04-22T09:05:07"));
        assert_eq!(read("2009-04-20").as_deref(), Some("2009-04-20T00:00:00"));
        assert_eq!(
            read("2009-04-20 11:20").as_deref(),
            Some("2009-04-20T11:20:00")
        );
        assert_eq!(read("-15m").as_deref(), Some("2009-04-22T11:32:56"));
        for wrong in [
            "",
            "noon",
            "25:00",
            "11",
            "11:20:30:40",
            "-5x",
            "2009-02-30",
            "-9999999999d",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
