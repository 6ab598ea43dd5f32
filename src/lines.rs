//! Blocks of whole lines with their positions, and the cutting of bytes into them.
//!
//! A line ends at LF; one CR before it is dropped, any other byte is text. Of a line longer than [`MAX_LINE`] the head
//! is kept and the rest is skipped, so that no input makes the reader grow. What the bytes mean is left to others.

use memchr::{memchr, memchr_iter, memrchr};

use crate::position::SourceId;

/// The most bytes kept of one line, its end not counted.
pub const MAX_LINE: usize = 1 << 20;

/// Zero bytes at the start of a line, so many of them, are the hole that a writer leaves who goes on at his old place in a
/// file that was cut: they are skipped however many they are. Fewer are dropped before the line's text, see [`LineIter`].
pub(crate) const HOLE: usize = 64 << 10;

/// The bytes read at once: with its entries, a block of them stays in a core's second-level cache until it is joined.
pub(crate) const READ: usize = 128 << 10;

/// What some editors put before UTF-8 text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Whether the last line of a block is there to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Truncated {
    /// Every line is whole.
    #[default]
    No,
    /// The last line lost what stood beyond [`MAX_LINE`].
    LastLine,
}

/// A run of whole lines of one source.
///
/// The bytes keep their newlines. Only a line that was cut, or an unfinished line at the end of a finished source, has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// The source that the lines stand in.
    pub source: SourceId,
    /// Where the first byte stands in the source, in decompressed bytes.
    pub offset: u64,
    /// The number of the first line in its source, from 1, blank lines included.
    pub first_line: u64,
    /// The lines.
    pub bytes: Vec<u8>,
    /// Whether the last line was cut.
    pub cut: Truncated,
}

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

/// How many zero bytes stand at the front.
fn zeros(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == 0).count()
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
            0 => Some(zeros(text)).filter(|zeros| *zeros < text.len()),
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

/// Cuts the bytes of one source into blocks of whole lines, whatever pieces they come in.
///
/// The bytes of an unfinished line are kept until its end comes: at most [`MAX_LINE`] and one more for its CR.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineSplitter {
    /// The offset of the next byte to come.
    next: u64,
    /// The unfinished line, which ends at `next`.
    carry: Vec<u8>,
    /// How many lines were told.
    line_count: u64,
    /// Where the last told line ended.
    consumed: u64,
    /// How many zero bytes were skipped that stand before the byte to come, until that is told.
    hole: u64,
    /// Whether the line under way was cut, so that it is only looked through for its end.
    skipping: bool,
}

/// What [`LineSplitter::split`] found: at most an over-long line's head, and the whole lines.
#[derive(Debug, Default)]
pub(crate) struct SplitResult {
    /// The head of a line that is longer than allowed; it comes before `whole`.
    pub cut: Option<Block>,
    /// The whole lines.
    pub whole: Option<Block>,
    /// A run of so many zero bytes was skipped and ends before these lines.
    pub hole: Option<u64>,
}

impl LineSplitter {
    /// The offset of the next byte to come.
    pub fn next_offset(&self) -> u64 {
        self.next
    }

    /// The bytes up to which lines were told.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Whether a line begins with the next byte.
    pub fn is_at_line_start(&self) -> bool {
        self.carry.is_empty() && !self.skipping
    }

    /// Skips so many zero bytes, where [`LineSplitter::is_at_line_start`].
    pub fn skip_hole(&mut self, length: u64) {
        self.next += length;
        self.consumed = self.next;
        self.hole += length;
    }

    /// Makes `buffer` ready to be read into: the unfinished line stands at its front, and `room` bytes follow.
    /// Returns where those begin.
    pub fn prepare(&self, buffer: &mut Vec<u8>, room: usize) -> usize {
        let kept = self.carry.len();
        // Growing is the only thing that fills with zeros: a recycled buffer costs nothing.
        buffer.resize(kept + room, 0);
        buffer[..kept].copy_from_slice(&self.carry);
        kept
    }

    /// As [`LineSplitter::prepare`], of bytes that were read already: puts the unfinished line before them.
    pub fn prepend_carry(&self, bytes: Vec<u8>) -> Vec<u8> {
        if self.carry.is_empty() {
            return bytes;
        }
        [&*self.carry, &bytes].concat()
    }

    /// Cuts what was read behind the mark that [`LineSplitter::prepare`] gave; `fresh` is how many bytes that were.
    pub fn split(&mut self, source: SourceId, mut buffer: Vec<u8>, fresh: usize) -> SplitResult {
        let kept = self.carry.len();
        let mut start = 0;
        let end = kept + fresh;
        buffer.truncate(end);
        let base = self.next - kept as u64;
        self.next += fresh as u64;
        let mut pieces = SplitResult::default();
        if !self.skipping {
            let zeros = zeros(&buffer);
            if zeros >= HOLE || (self.hole > 0 && kept == 0) {
                start = zeros;
                self.hole += zeros as u64;
                self.consumed = base + start as u64;
            }
            if start < end && self.hole > 0 {
                pieces.hole = Some(std::mem::take(&mut self.hole));
            }
        }
        if self.skipping {
            match memchr(b'\n', &buffer) {
                Some(at) => {
                    self.skipping = false;
                    start = at + 1;
                    self.consumed = base + start as u64;
                }
                None => {
                    self.consumed = self.next;
                    return pieces;
                }
            }
        } else if let Some(head) = self.overlong(&buffer[start..], kept.saturating_sub(start)) {
            let kept = buffer[start..start + MAX_LINE].to_vec();
            pieces.cut = Some(self.block(source, base + start as u64, kept, Truncated::LastLine));
            self.carry = Vec::new();
            match head {
                Some(newline) => start += newline + 1,
                None => {
                    self.skipping = true;
                    self.consumed = self.next;
                    return pieces;
                }
            }
            self.consumed = base + start as u64;
        }
        let Some(last) = memrchr(b'\n', &buffer[start..]) else {
            self.carry.clear();
            self.carry.extend_from_slice(&buffer[start..]);
            return pieces;
        };
        let stop = start + last + 1;
        self.carry.clear();
        self.carry.extend_from_slice(&buffer[stop..]);
        buffer.truncate(stop);
        if start > 0 {
            buffer.drain(..start);
        }
        pieces.whole = Some(self.block(source, base + start as u64, buffer, Truncated::No));
        pieces
    }

    /// Ends the unfinished line: nothing more comes.
    pub fn finish(&mut self, source: SourceId) -> Option<Block> {
        let mut bytes = std::mem::take(&mut self.carry);
        if bytes.is_empty() {
            return None;
        }
        let base = self.next - bytes.len() as u64;
        let cut = if bytes.len() > MAX_LINE {
            bytes.truncate(MAX_LINE);
            Truncated::LastLine
        } else {
            Truncated::No
        };
        let block = self.block(source, base, bytes, cut);
        self.consumed = self.next;
        Some(block)
    }

    /// Drops the unfinished line, because its bytes are gone or another source tells them.
    pub fn forget_unfinished(&mut self) {
        self.carry = Vec::new();
    }

    /// Whether the first line of `buffer` is too long, and where its newline is if it is there. A line that begins
    /// behind the kept bytes cannot be: no read is longer than [`MAX_LINE`].
    fn overlong(&self, buffer: &[u8], kept: usize) -> Option<Option<usize>> {
        if buffer.len() <= MAX_LINE + 1 {
            return None;
        }
        match memchr(b'\n', &buffer[kept..]) {
            Some(at) => {
                let at = at + kept;
                let text = at - usize::from(at > 0 && buffer[at - 1] == b'\r');
                (text > MAX_LINE).then_some(Some(at))
            }
            None => Some(None),
        }
    }

    fn block(
        &mut self,
        source: SourceId,
        offset: u64,
        mut bytes: Vec<u8>,
        cut: Truncated,
    ) -> Block {
        let first_line = self.line_count + 1;
        let unended = usize::from(!bytes.ends_with(b"\n"));
        self.line_count += (memchr_iter(b'\n', &bytes).count() + unended) as u64;
        self.consumed = offset + bytes.len() as u64;
        let mut offset = offset;
        if offset == 0 && bytes.starts_with(BOM) {
            bytes.drain(..BOM.len());
            offset = BOM.len() as u64;
        }
        Block {
            source,
            offset,
            first_line,
            bytes,
            cut,
        }
    }
}

#[cfg(test)]
mod tests;
