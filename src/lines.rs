//! The lines of a block with their positions.
//!
//! A line ends at LF. One CR before it is dropped; any other byte is text. Blocks come from
//! [`crate::source`]; what the bytes mean is left to the parsers.

use memchr::{memchr, memchr_iter};

use crate::source::leading_zeros;
pub(crate) use crate::source::{Block, MAX_LINE, Truncated};

impl Block {
    pub(crate) fn lines(&self) -> LineIter<'_> {
        LineIter {
            rest: &self.bytes,
            offset: self.offset,
            cut: self.cut,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BlockLine<'a> {
    /// The text without its LF and without one CR before that.
    pub bytes: &'a [u8],
    /// The first byte's offset in the source, in decompressed bytes.
    pub offset: u64,
    /// Whether the line was longer than [`MAX_LINE`].
    pub cut: bool,
}

/// The lines of a [`Block`]. Zero bytes before the text of a line are dropped; a line of nothing
/// else is kept.
#[derive(Clone, Debug)]
pub(crate) struct LineIter<'a> {
    rest: &'a [u8],
    offset: u64,
    cut: Truncated,
}

impl<'a> LineIter<'a> {
    /// The bytes after the lines returned so far.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next line, whose first `prefix` bytes are known to contain no line end and, if there are
    /// any, not to begin with a zero byte. Neither is searched for there.
    #[inline]
    pub(crate) fn next_after_prefix(&mut self, prefix: usize) -> Option<BlockLine<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, taken, cut) = match memchr(b'\n', self.rest.get(prefix..)?) {
            Some(end) => {
                let end = prefix + end;
                let text = &self.rest[..end];
                (text.strip_suffix(b"\r").unwrap_or(text), end + 1, false)
            }
            None => (self.rest, self.rest.len(), self.cut == Truncated::LastLine),
        };
        let skipped = match prefix {
            0 => Some(leading_zeros(text)).filter(|zeros| *zeros < text.len()),
            _ => None,
        };
        let skipped = skipped.unwrap_or(0);
        let line = BlockLine {
            bytes: &text[skipped..],
            offset: self.offset + skipped as u64,
            cut,
        };
        self.rest = &self.rest[taken..];
        self.offset += taken as u64;
        Some(line)
    }
}

impl<'a> Iterator for LineIter<'a> {
    type Item = BlockLine<'a>;

    #[inline]
    fn next(&mut self) -> Option<BlockLine<'a>> {
        self.next_after_prefix(0)
    }
}

/// Numbers the lines of one source, blank lines included, from its blocks in their order.
#[derive(Clone, Debug)]
pub(crate) struct LineNumbers {
    /// The number of the line at `counted`.
    line: u64,
    /// Bytes of the current block whose line ends are counted.
    counted: usize,
}

impl LineNumbers {
    /// The first block begins after this many lines.
    pub(crate) fn after(lines: u64) -> Self {
        Self {
            line: lines + 1,
            counted: 0,
        }
    }

    /// The number of the line at an offset of the source, which is in `block` and not before that
    /// of the last call.
    pub(crate) fn at(&mut self, block: &Block, offset: u64) -> u64 {
        let end = usize::try_from(offset - block.offset).unwrap_or(usize::MAX);
        self.count(&block.bytes[..end.min(block.bytes.len())]);
        self.line
    }

    /// Counts the rest of a block; the next call is about the next block.
    pub(crate) fn end_block(&mut self, block: &Block) {
        self.count(&block.bytes);
        // A truncated line and the last line of a source have no line end.
        self.line += u64::from(!block.bytes.ends_with(b"\n"));
        self.counted = 0;
    }

    fn count(&mut self, bytes: &[u8]) {
        self.line += memchr_iter(b'\n', &bytes[self.counted.min(bytes.len())..]).count() as u64;
        self.counted = bytes.len();
    }
}

#[cfg(test)]
mod tests;
