//! How numbers, sizes, times and addresses are written for people. One function for each kind of
//! value, so that a size or an address reads the same in a table, a report, a notice and on screen.
//!
//! JSON and CSV do not use these. Times are taken as anything that displays as ISO 8601, which
//! keeps this module below the one that reads timestamps. Nothing is sanitized here: see
//! [`crate::safe`].

use std::fmt::Display;

/// A whole number with thousands separators: `1,126,409`.
pub(crate) fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 entry`, `1,204 entries`.
pub(crate) fn plural(number: impl Display, noun: &str) -> String {
    let number = grouped(number);
    if number == "1" {
        return format!("1 {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) => format!("{number} {stem}ies"),
        None if noun.ends_with(['s', 'x']) => format!("{number} {noun}es"),
        None => format!("{number} {noun}s"),
    }
}

/// What follows the first `shown` of `all`: ` and 3 more`, or nothing.
pub(crate) fn and_more(shown: usize, all: usize) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more)),
    }
}

/// Bytes in units of 1024, as the query's `8k` means them: `812 B`, `8.0 KB`, `120 MB`. At most
/// seven columns wide.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(value < 99.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

/// How long something took, in a sentence: `7 s`, `3 min 5 s`, `2 h 4 min`, `7 d 22 h`.
pub(crate) fn duration(seconds: i64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => format!("{minutes} min {rest} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// How long something has lasted, in the six columns of a table: `3 s`, `2m 13`, `1h 05`, `3 d`.
pub(crate) fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..600 => format!("{}m {:02}", seconds / 60, seconds % 60),
        600..3600 => format!("{} m", seconds / 60),
        3600..86_400 => format!("{}h {:02}", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Date and time: `2009-04-22 11:43:59`.
pub(crate) fn date_time(time: impl Display) -> String {
    time.to_string().replacen('T', " ", 1)
}

/// Date and time, or `?` if the log does not give one.
pub(crate) fn date_time_or_unknown(time: Option<impl Display>) -> String {
    time.map_or_else(|| "?".to_owned(), date_time)
}

/// The time of day: `11:43:59`.
pub(crate) fn clock(time: impl Display) -> String {
    let text = time.to_string();
    text.split_once('T')
        .map_or_else(String::new, |(_, clock)| clock.to_owned())
}

/// The time of day on the day of `newest`, else day and time: `11:43:59`, `04-21 11:43`.
pub(crate) fn short_time<T: Display>(time: T, newest: Option<T>) -> String {
    let text = time.to_string();
    let date = text.split('T').next();
    let newest = newest.map(|newest| newest.to_string());
    if date.is_some() && newest.as_ref().and_then(|newest| newest.split('T').next()) == date {
        return clock(text);
    }
    let from_month = text.get(5..16).unwrap_or(&text);
    from_month.replacen('T', " ", 1)
}

/// An address with its port, as it is dialled: `192.0.2.1:25`, `[2001:db8::1]:25`, `192.0.2.1`.
pub(crate) fn endpoint(address: &str, port: Option<u16>) -> String {
    match port {
        Some(port) if address.contains(':') => format!("[{address}]:{port}"),
        Some(port) => format!("{address}:{port}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
