//! Reads the lines of one source, through [`Sources::read_at`].
//!
//! Of a line longer than [`MAX_LINE`] the first bytes are kept and the rest is skipped, so that a
//! sender who controls part of a line cannot make its tail look like an entry.

use std::io;
use std::ops::Range;

use memchr::{memchr, memrchr, memrchr_iter};

use crate::lines::MAX_LINE;
use crate::position::Position;
use crate::source::Sources;

/// Bytes read first; doubled with each read, so that a short record costs little and a whole log
/// few calls.
const FIRST_READ: usize = 64 * 1024;

/// Reads one source from a position to the end of what was read of it before.
pub(super) struct LineReader<'s> {
    sources: &'s Sources,
    /// Position of the first byte of `buffer`.
    base: Position,
    buffer: Vec<u8>,
    /// The bytes of `buffer` that were read and not returned. At most one more than [`MAX_LINE`].
    pending: Range<usize>,
    read_size: usize,
    /// Whether `pending`, and the next block, continue a line whose first bytes were returned.
    pub inside: bool,
    /// The first bytes of the over-long line that was returned last.
    head: Vec<u8>,
    /// Offset after the last line end that was returned: where to read on when the source has grown.
    pub resume: u64,
}

/// A line without its line end.
#[derive(Clone, Copy, Debug)]
pub(super) struct SourceLine<'b> {
    pub position: Position,
    /// At most the first [`MAX_LINE`] bytes.
    pub bytes: &'b [u8],
    /// Length in the file.
    pub length: u64,
}

impl<'s> LineReader<'s> {
    /// Reads on from the line that begins at `from`.
    pub(super) fn forward(sources: &'s Sources, from: Position) -> Self {
        Self {
            sources,
            base: from,
            buffer: Vec::new(),
            pending: 0..0,
            read_size: FIRST_READ,
            inside: false,
            head: Vec::new(),
            resume: from.offset(),
        }
    }

    /// Reads on from the line that begins `count` lines before `from`, or from the beginning of the
    /// source.
    pub(super) fn backward(sources: &'s Sources, from: Position, count: usize) -> io::Result<Self> {
        let at = |offset| Position::new(from.source(), offset);
        let mut block = vec![0; FIRST_READ];
        let (mut end, mut found) = (from.offset(), 0);
        while end > 0 {
            let start = end.saturating_sub(FIRST_READ as u64);
            let length = usize::try_from(end - start).unwrap_or(FIRST_READ);
            let read = sources.read_at(at(start), &mut block[..length])?;
            let line_starts = memrchr_iter(b'\n', &block[..read]).map(|end| start + end as u64 + 1);
            for line in line_starts.filter(|line| *line != from.offset()) {
                found += 1;
                if found == count {
                    return Ok(Self::forward(sources, at(line)));
                }
            }
            end = start;
        }
        Ok(Self::forward(sources, at(0)))
    }

    /// Where the next line begins.
    pub(super) fn position(&self) -> Position {
        Position::new(
            self.base.source(),
            self.base.offset() + self.pending.start as u64,
        )
    }

    /// The next line; at the end of the source, the unfinished one. `None` after it.
    pub(super) fn line(&mut self) -> io::Result<Option<SourceLine<'_>>> {
        let mut searched = 0;
        let end = loop {
            let pending = &self.buffer[self.pending.clone()];
            if let Some(end) = memchr(b'\n', &pending[searched..]) {
                break searched + end;
            }
            searched = pending.len();
            if searched > MAX_LINE {
                return self.long_line().map(Some);
            }
            if self.fill()? == 0 {
                let position = self.position();
                let bytes = self.take(searched);
                return Ok((searched > 0).then_some(SourceLine {
                    position,
                    bytes,
                    length: searched as u64,
                }));
            }
        };
        let position = self.position();
        let line = &self.take(end + 1)[..end];
        let bytes = line.strip_suffix(b"\r").unwrap_or(line);
        Ok(Some(SourceLine {
            position,
            bytes,
            length: bytes.len() as u64,
        }))
    }

    /// The first bytes of an over-long line, its length counted up to its end.
    fn long_line(&mut self) -> io::Result<SourceLine<'_>> {
        let position = self.position();
        self.head = self.take(MAX_LINE).to_vec();
        let mut length = MAX_LINE as u64;
        self.inside = true;
        while self.inside {
            let Some(skipped) = self.skip()? else { break };
            length += skipped;
        }
        Ok(SourceLine {
            position,
            bytes: &self.head,
            length,
        })
    }

    /// The next whole lines; at the end of the source, the unfinished one. Empty while an over-long
    /// line is skipped.
    pub(super) fn block(&mut self) -> io::Result<Option<(Position, &[u8])>> {
        if self.inside {
            let skipped = self.skip()?;
            return Ok(skipped.map(|_| (self.position(), &[][..])));
        }
        let length = loop {
            let pending = &self.buffer[self.pending.clone()];
            if let Some(end) = memrchr(b'\n', pending) {
                break end + 1;
            }
            let length = pending.len();
            if length > MAX_LINE {
                self.inside = true;
                break MAX_LINE;
            }
            if self.fill()? == 0 {
                break length;
            }
        };
        let position = self.position();
        let block = self.take(length);
        Ok((length > 0).then_some((position, block)))
    }

    /// Skips what was read of an over-long line; the number of bytes, or `None` at the end of the
    /// source.
    fn skip(&mut self) -> io::Result<Option<u64>> {
        if self.pending.is_empty() && self.fill()? == 0 {
            return Ok(None);
        }
        let pending = &self.buffer[self.pending.clone()];
        let end = memchr(b'\n', pending);
        let length = end.unwrap_or(pending.len());
        self.inside = end.is_none();
        self.take(length + usize::from(end.is_some()));
        Ok(Some(length as u64))
    }

    fn take(&mut self, length: usize) -> &[u8] {
        let start = self.pending.start;
        self.pending.start += length;
        let taken = &self.buffer[start..self.pending.start];
        if taken.last() == Some(&b'\n') {
            self.resume = self.base.offset() + self.pending.start as u64;
        }
        taken
    }

    /// Appends to the pending bytes; 0 at the end of the source.
    fn fill(&mut self) -> io::Result<usize> {
        let (start, kept) = (self.position(), self.pending.len());
        self.buffer.copy_within(self.pending.clone(), 0);
        (self.base, self.pending) = (start, 0..kept);
        let wanted = (kept + self.read_size).min(MAX_LINE + 1);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        self.read_size = (2 * self.read_size).min(MAX_LINE + 1);
        while self.pending.end < wanted {
            let end = self.pending.end;
            let from = Position::new(start.source(), start.offset() + end as u64);
            match self.sources.read_at(from, &mut self.buffer[end..wanted])? {
                0 => break,
                read => self.pending.end += read,
            }
        }
        Ok(self.pending.end - kept)
    }
}

#[cfg(test)]
mod tests;
