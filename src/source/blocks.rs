//! Cuts the bytes of one source into blocks of whole lines.
//!
//! A line ends at LF. The head of a line longer than [`MAX_LINE`] is kept and the rest skipped, so that no input
//! makes the reader grow. The lines of a block and what they mean are left to `lines` and the parsers above it.

use memchr::{memchr, memrchr};

use crate::position::SourceId;

/// The most bytes kept of one line, its end not counted.
pub const MAX_LINE: usize = 1 << 20;

/// Zero bytes at the start of a line, so many of them, are the hole that a writer leaves who goes on at his old place in a
/// file that was cut: they are skipped however many they are. Fewer are dropped before the line's text, see `lines`.
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
    /// The lines.
    pub bytes: Vec<u8>,
    /// Whether the last line was cut.
    pub cut: Truncated,
}

pub(crate) fn leading_zeros(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == 0).count()
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

    #[cfg(test)]
    pub fn unfinished(&self) -> &[u8] {
        &self.carry
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
            let zeros = leading_zeros(&buffer);
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
        self.consumed = offset + bytes.len() as u64;
        let mut offset = offset;
        if offset == 0 && bytes.starts_with(BOM) {
            bytes.drain(..BOM.len());
            offset = BOM.len() as u64;
        }
        Block {
            source,
            offset,
            bytes,
            cut,
        }
    }
}
