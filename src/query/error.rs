//! Errors in queries, with the range that they are about.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::safe;

/// A query that cannot be read. Its `Display` has three lines: the message, the query, a caret
/// under the place; it is safe to print whatever the query holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    query: String,
    range: Range<usize>,
    message: String,
}

/// An error and its range in a query, to be completed by [`SyntaxError::of`].
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub range: Range<usize>,
    pub message: String,
}

impl SyntaxError {
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
        }
    }

    pub(super) fn of(self, query: &str) -> QueryError {
        QueryError {
            query: query.to_owned(),
            range: self.range,
            message: self.message,
        }
    }
}

/// Columns of the query that are shown before and after the error.
const AROUND: usize = 60;

impl QueryError {
    /// The error and what was expected, in one line that is safe to print.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The place in the query, in bytes; empty at its end.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The query around the place, safe to print, and the columns of the place in it.
    pub fn excerpt(&self) -> (String, Range<usize>) {
        let (mut shown, mut place, mut column) = (Vec::new(), None, 0);
        for (at, c) in self.query.char_indices() {
            if at >= self.range.start && place.is_none() {
                place = Some(column..column);
            }
            let (text, width) = visible(c);
            column += width;
            if let Some(place) = &mut place
                && at < self.range.end
            {
                place.end = column;
            }
            shown.push((column, text));
        }
        let place = place.unwrap_or(column..column);
        let place = place.start..place.end.min(place.start + AROUND);
        let first = place.start.saturating_sub(AROUND);
        let last = place.end + AROUND;
        let mut text = String::new();
        let mut start = None;
        for (end, piece) in shown {
            if end > first && end <= last {
                let begin = end - piece.width();
                start.get_or_insert(begin);
                text.push_str(&piece);
            }
        }
        let cut = start.unwrap_or(0);
        let mut place = place.start - cut..place.end - cut;
        if cut > 0 {
            text.insert(0, '…');
            place = place.start + 1..place.end + 1;
        }
        if column > last {
            text.push('…');
        }
        (text, place)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, place) = self.excerpt();
        let carets = "^".repeat(place.len().max(1));
        write!(
            f,
            "{}\n  {text}\n  {:2$}{carets}",
            self.message, "", place.start
        )
    }
}

impl std::error::Error for QueryError {}

/// A character as it can be printed, and its columns.
fn visible(c: char) -> (String, usize) {
    let text = safe::text(c.encode_utf8(&mut [0; 4])).into_owned();
    let width = text.width();
    (text, width)
}

/// The hint for a word that is probably text.
pub(super) fn quote_hint(word: &str) -> String {
    let word = shown(word).replace('"', "\\\"");
    format!("to search for this text, quote it: \"{word}\"")
}

/// Text from a query inside a message: safe to print, and short.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 40;
    let mut out: String = text.chars().take(MOST).map(|c| visible(c).0).collect();
    if text.chars().nth(MOST).is_some() {
        out.push('…');
    }
    out
}
