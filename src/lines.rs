//! The lines of a block with their positions.
//!
//! A line ends at LF; one CR before it is dropped, any other byte is text. Blocks come from `source`; what the bytes
//! mean is left to the parsers.

use memchr::memchr;

use crate::source::leading_zeros;
pub use crate::source::{Block, MAX_LINE, Truncated};

impl Block {
    /// The lines in order, blank ones included.
    pub fn lines(&self) -> LineIter<'_> {
        LineIter {
            rest: &self.bytes,
            offset: self.offset,
            number: self.first_line,
            cut: self.cut,
        }
    }
}

/// One line as it stands in a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line<'a> {
    /// The text without its LF and without one CR before that.
    pub bytes: &'a [u8],
    /// Where it begins in its source, in decompressed bytes.
    pub offset: u64,
    /// Its number in its source, from 1.
    pub number: u64,
    /// Whether the line went on beyond [`MAX_LINE`].
    pub cut: bool,
}

/// The lines of a [`Block`]. Zero bytes before the text of a line are no part of it; a line of nothing else stays as it is.
#[derive(Clone, Debug)]
pub struct LineIter<'a> {
    rest: &'a [u8],
    offset: u64,
    number: u64,
    cut: Truncated,
}

impl<'a> LineIter<'a> {
    /// What stands behind the lines that were given.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next line, in whose first `known` bytes there is no line end and which does not begin with a zero byte where
    /// there are some: so neither is looked for there.
    #[inline]
    pub fn next_after_prefix(&mut self, known: usize) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, taken, cut) = match memchr(b'\n', self.rest.get(known..)?) {
            Some(end) => {
                let end = known + end;
                let text = &self.rest[..end];
                (text.strip_suffix(b"\r").unwrap_or(text), end + 1, false)
            }
            None => (self.rest, self.rest.len(), self.cut == Truncated::LastLine),
        };
        let skipped = match known {
            0 => Some(leading_zeros(text)).filter(|zeros| *zeros < text.len()),
            _ => None,
        };
        let skipped = skipped.unwrap_or(0);
        let line = Line {
            bytes: &text[skipped..],
            offset: self.offset + skipped as u64,
            number: self.number,
            cut,
        };
        self.rest = &self.rest[taken..];
        self.offset += taken as u64;
        self.number += 1;
        Some(line)
    }
}

impl<'a> Iterator for LineIter<'a> {
    type Item = Line<'a>;

    #[inline]
    fn next(&mut self) -> Option<Line<'a>> {
        self.next_after_prefix(0)
    }
}

#[cfg(test)]
mod tests;
