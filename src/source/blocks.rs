//! Cuts the bytes of one source into blocks of whole lines.
//!
//! A line ends at LF. The head of a line longer than [`MAX_LINE`] is kept and the rest skipped, so
//! that no input makes the reader grow. The lines of a block and what they mean are left to `lines`
//! and the parsers above it.

use memchr::{memchr, memrchr};

use crate::position::SourceId;

/// The most bytes kept of one line, its end not counted.
pub(crate) const MAX_LINE: usize = 1 << 20;

/// At least so many NUL bytes at the start of a line are a hole, left by a writer that kept its old
/// offset after truncation: they are skipped, however many they are. Fewer are dropped by `lines`.
pub(crate) const HOLE: usize = 64 << 10;

/// How many bytes are read at once: with its entries, such a block stays in the second-level cache
/// until it is indexed.
pub(crate) const READ: usize = 128 << 10;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Whether the last line of a block is complete.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Truncated {
    #[default]
    No,
    /// The part of the last line beyond [`MAX_LINE`] is missing.
    LastLine,
}

/// A run of whole lines of one source.
///
/// The bytes keep their newlines. Only a line that was cut, or an unfinished line at the end of a
/// finished source, has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Block {
    pub source: SourceId,
    /// The offset of the first byte, in decompressed bytes.
    pub offset: u64,
    pub bytes: Vec<u8>,
    pub cut: Truncated,
}

pub(crate) fn leading_zeros(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == 0).count()
}

/// Cuts the bytes of one source into blocks of whole lines, whatever pieces they come in.
///
/// The bytes of an unfinished line are kept until its end comes: at most [`MAX_LINE`] and one more
/// for its CR.
#[derive(Clone, Debug, Default)]
pub(crate) struct LineSplitter {
    /// The offset of the next byte to come.
    next: u64,
    /// The unfinished line, which ends at `next`.
    carry: Vec<u8>,
    /// The end of the last line that was returned.
    consumed: u64,
    /// Skipped NUL bytes before `next` that were not reported yet.
    hole: u64,
    /// The current line was truncated: only its end is searched.
    skipping: bool,
}

/// The result of [`LineSplitter::split`]: the head of at most one over-long line, and the whole
/// lines.
#[derive(Debug, Default)]
pub(crate) struct SplitResult {
    /// The head of an over-long line; it comes before `whole`.
    pub cut: Option<Block>,
    pub whole: Option<Block>,
    /// So many NUL bytes were skipped before these lines.
    pub hole: Option<u64>,
}

impl LineSplitter {
    pub(crate) fn next_offset(&self) -> u64 {
        self.next
    }

    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    pub(crate) fn unfinished(&self) -> &[u8] {
        &self.carry
    }

    pub(super) fn is_at_line_start(&self) -> bool {
        self.carry.is_empty() && !self.skipping
    }

    /// Skips so many NUL bytes. Only if [`LineSplitter::is_at_line_start`].
    pub(super) fn skip_hole(&mut self, length: u64) {
        self.next += length;
        self.consumed = self.next;
        self.hole += length;
    }

    /// Fills `buffer` with the unfinished line and `room` bytes to read into. Returns the start of
    /// those.
    pub(crate) fn prepare(&self, buffer: &mut Vec<u8>, room: usize) -> usize {
        let kept = self.carry.len();
        // Growing is the only thing that fills with zeros: a recycled buffer costs nothing.
        buffer.resize(kept + room, 0);
        buffer[..kept].copy_from_slice(&self.carry);
        kept
    }

    /// Puts the unfinished line before bytes that were read already.
    pub(super) fn prepend_carry(&self, bytes: Vec<u8>) -> Vec<u8> {
        if self.carry.is_empty() {
            return bytes;
        }
        [&*self.carry, &bytes].concat()
    }

    /// Cuts `fresh` bytes that were read behind the unfinished line; see [`LineSplitter::prepare`].
    pub(crate) fn split(
        &mut self,
        source: SourceId,
        mut buffer: Vec<u8>,
        fresh: usize,
    ) -> SplitResult {
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

    /// Returns the unfinished line as a line: nothing more comes.
    pub(crate) fn finish(&mut self, source: SourceId) -> Option<Block> {
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

    /// Drops the unfinished line, because its bytes are gone or belong to another source now.
    pub(super) fn forget_unfinished(&mut self) {
        self.carry = Vec::new();
    }

    /// `Some` if the first line of `buffer` is over-long, with the place of its newline if that was
    /// read. A line that begins behind the kept bytes is never over-long: no read is longer than
    /// [`MAX_LINE`].
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
