//! Sanitizes text of a log for printing; nothing else does.
//!
//! Half of a log is written by strangers: user names, host names, subjects, addresses, replies.
//! Printed as it is, such text can control a terminal, reverse the reading order, or hide. Here
//! every character that does not print as itself is made visible; nothing is deleted. Other text is
//! unchanged, so sanitizing twice equals sanitizing once.
//!
//! | character | becomes |
//! |---|---|
//! | C0, DEL, C1 | `\x1b` |
//! | TAB | `\t` |
//! | bidi, zero-width, tags, line separators, private use, noncharacters, … | `‹U+202E›` |
//! | more than four combining marks on one base | `‹U+0301›` |
//!
//! JSON escapes by its own rules and uses [`is_control_like`] only.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Combining marks on one base character; scripts need fewer.
const MOST_MARKS: usize = 4;

/// Makes every character visible that does not print as itself.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    let mut marks = 0;
    let mut before = '\0';
    for c in text.chars() {
        match nature(c, before) {
            Nature::Plain => {
                marks = 0;
                safe.push(c);
            }
            Nature::Mark if marks < MOST_MARKS && before != '\0' => {
                marks += 1;
                safe.push(c);
            }
            Nature::Tab => safe.push_str("\\t"),
            Nature::Control => push(&mut safe, format_args!("\\x{:02x}", u32::from(c))),
            Nature::Mark | Nature::Hidden => {
                push(&mut safe, format_args!("‹U+{:04X}›", u32::from(c)));
            }
        }
        before = c;
    }
    Cow::Owned(safe)
}

/// As [`text`]; invalid UTF-8 becomes U+FFFD first.
pub(crate) fn bytes(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(decoded) => text(decoded),
        Cow::Owned(decoded) => Cow::Owned(text(&decoded).into_owned()),
    }
}

/// As [`text`]: any user who may create files beside a log chooses their names.
pub(crate) fn path(path: &Path) -> String {
    text(&path.to_string_lossy()).into_owned()
}

/// Safe text in exactly `width` columns: cut with `…` if it is longer, padded with blanks if it is
/// shorter.
pub(crate) fn fit(safe: &str, width: usize) -> String {
    let long = safe.width();
    if long <= width {
        let mut fitted = String::with_capacity(safe.len() + width - long);
        fitted.push_str(safe);
        fitted.extend(std::iter::repeat_n(' ', width - long));
        return fitted;
    }
    let mut fitted = String::with_capacity(width * 2);
    let mut used = 0;
    for cluster in safe.graphemes(true) {
        let wide = cluster.width();
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        fitted.push_str(cluster);
    }
    if width > 0 {
        fitted.push('…');
    }
    let used = fitted.width();
    fitted.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    fitted
}

/// Columns of a safe text.
pub(crate) fn width(safe: &str) -> usize {
    safe.width()
}

/// Whether a character controls rather than prints: categories Cc, Cf, Zl and Zp, and those
/// that terminals treat alike.
pub(crate) fn is_control_like(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

enum Nature {
    Plain,
    Tab,
    Control,
    Mark,
    Hidden,
}

fn nature(c: char, before: char) -> Nature {
    match c {
        '\t' => Nature::Tab,
        _ if c.is_control() => Nature::Control,
        // A variation selector belongs to the emoji before it, and to nothing else.
        '\u{fe0e}' | '\u{fe0f}' if is_emoji(before) => Nature::Mark,
        _ if is_hidden(c) => Nature::Hidden,
        _ if c.width() == Some(0) => Nature::Mark,
        _ => Nature::Plain,
    }
}

/// Symbols with a text and an emoji form.
fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2194..=0x21aa | 0x231a..=0x23ff | 0x24c2
        | 0x25aa..=0x27bf | 0x2934..=0x2b55 | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}

/// Categories Cf, Zl, Zp and Co, noncharacters, variation selectors, and letters that print as
/// nothing.
fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    code >= 0xad
        && (code & 0xfffe == 0xfffe
            || matches!(code,
                0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x115f..=0x1160
                | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164
                | 0xe000..=0xf8ff | 0xfdd0..=0xfdef | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
                | 0x110bd | 0x110cd | 0x13430..=0x1343f | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a
                | 0xe0000..=0xe0fff | 0xf0000..=0x10_ffff))
}

fn push(text: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(what);
}

#[cfg(test)]
mod tests;
