//! The one place where text of a log becomes printable.
//!
//! Half of a log is written by strangers: user names, host names, subjects, addresses, replies. Printed as it is, such
//! text can drive a terminal, turn reading order round, or hide. Here every character that would not print as itself is
//! made visible; nothing is deleted. What no terminal misreads stays as it was, so making safe twice changes nothing.
//!
//! | character | becomes |
//! |---|---|
//! | C0, DEL, C1 | `\x1b` |
//! | TAB | `\t` |
//! | bidi, zero-width, tags, line separators, private use, noncharacters, … | `‹U+202E›` |
//! | more than four combining marks on one base | `‹U+0301›` |
//!
//! JSON escapes by its own rules and asks [`is_control_like`] only.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Marks that may stand on one base character; scripts need fewer.
const MOST_MARKS: usize = 4;

/// The text with everything visible that would not print as itself.
pub fn text(text: &str) -> Cow<'_, str> {
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

/// Bytes of a log as safe text; what is no UTF-8 becomes U+FFFD first.
pub fn bytes(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(decoded) => text(decoded),
        Cow::Owned(decoded) => Cow::Owned(text(&decoded).into_owned()),
    }
}

/// A path as safe text: whoever may create files beside a log chooses their names.
pub fn path(path: &Path) -> String {
    text(&path.to_string_lossy()).into_owned()
}

/// Safe text in exactly `width` columns: cut with `…` where it is longer, padded with blanks where it is shorter.
pub fn fit(safe: &str, width: usize) -> String {
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

/// Columns that safe text takes.
pub fn width(safe: &str) -> usize {
    safe.width()
}

/// Whether a character controls rather than prints, wherever it stands: categories Cc, Cf, Zl and Zp, and those
/// that terminals treat alike.
pub fn is_control_like(c: char) -> bool {
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

/// Symbols that come as text and as a picture.
fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2194..=0x21aa | 0x231a..=0x23ff | 0x24c2
        | 0x25aa..=0x27bf | 0x2934..=0x2b55 | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}

/// Categories Cf, Zl, Zp and Co, noncharacters, variation selectors, and letters that print as nothing.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_text_of_any_script_stays_as_it_is() {
        for plain in [
            "",
            "svc-01@corp.example",
            "Grüße aus Köln",
            "日本語",
            "naïve cafe\u{301}",
            "☎\u{fe0f} ✓",
            "a\u{fffd}b",
        ] {
            assert_eq!(text(plain), plain);
        }
        assert!(matches!(text("ascii"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_does_not_print_becomes_visible() {
        assert_eq!(
            text("\x1b]0;x\x07\x7f\u{9b}31m\t\r"),
            "\\x1b]0;x\\x07\\x7f\\x9b31m\\t\\x0d"
        );
        assert_eq!(text("red\u{202e}gnp\u{200b}"), "red‹U+202E›gnp‹U+200B›");
        assert_eq!(
            text("a\u{feff}\u{2028}\u{e0041}\u{e000}\u{ffff}x\u{fe0f}"),
            "a‹U+FEFF›‹U+2028›‹U+E0041›‹U+E000›‹U+FFFF›x‹U+FE0F›"
        );
        assert_eq!(bytes(b"a\xff\x1b"), "a\u{fffd}\\x1b");
        assert_eq!(path(Path::new("/var/\u{1b}[2J.log")), "/var/\\x1b[2J.log");
    }

    #[test]
    fn marks_are_capped_on_each_base() {
        let safe = text("a\u{301}\u{301}\u{301}\u{301}\u{301}b\u{301}").into_owned();
        assert_eq!(safe, "a\u{301}\u{301}\u{301}\u{301}‹U+0301›b\u{301}");
        assert_eq!(text("\u{301}"), "‹U+0301›");
    }

    #[test]
    fn text_is_cut_and_padded_by_columns() {
        assert_eq!(fit("abc", 5), "abc  ");
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("日本語", 4), "日… ");
        assert_eq!(fit("abc", 0), "");
    }

    proptest! {
        #[test]
        fn nothing_that_controls_gets_through(wild in any::<Vec<char>>()) {
            let wild: String = wild.into_iter().collect();
            let safe = text(&wild).into_owned();
            for (at, c) in safe.char_indices() {
                let before = safe[..at].chars().next_back().unwrap_or('\0');
                let is_picture = is_emoji(before) && (0xfe0e..=0xfe0f).contains(&u32::from(c));
                prop_assert!(!is_control_like(c) || is_picture);
            }
            prop_assert_eq!(text(&safe).into_owned(), safe.clone());
        }

        #[test]
        fn bytes_of_any_kind_become_safe(wild in any::<Vec<u8>>(), room in 0usize..40) {
            let safe = bytes(&wild).into_owned();
            prop_assert!(!safe.chars().any(char::is_control));
            prop_assert_eq!(width(&fit(&safe, room)), room);
        }
    }
}
