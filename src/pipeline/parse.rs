//! Parses blocks of lines: first the headers, in the order of the log, then the entries, in any
//! order and on any thread.

use super::FirstYear;
use super::clock_jumps::ClockMonitor;
use super::sniff::is_blank;
use super::status::ParseStatus;
use crate::event::{self, Entry, Event};
use crate::header::{DateTime, Header, HeaderParser, YearResolver};
use crate::index::BatchPlan;
use crate::lines::{Block, Truncated};
use crate::position::{Position, SourceId};
use crate::source::{Notice, SourceOpened};

/// Lines at the start of a file that may give the appliance's serial number.
const HEAD_LINES: usize = 8;

/// A block with its lines found and their headers parsed.
///
/// This is done in order: the year of a timestamp may depend on the lines before it.
#[derive(Debug)]
pub(crate) struct ParsedHeaders {
    block: Block,
    lines: Vec<LineSpan>,
    runs: Vec<HeaderRun>,
}

/// The bytes of a line in its block.
#[derive(Clone, Copy, Debug)]
struct LineSpan {
    start: u32,
    length: u32,
}

/// Consecutive lines that begin with the same bytes and so share a header, as those of one second
/// do.
#[derive(Clone, Copy, Debug)]
struct HeaderRun {
    /// The first of its lines, counted from 0 in the block.
    first: usize,
    header: Header,
}

impl LineSpan {
    fn text(self, block: &Block) -> &[u8] {
        let start = self.start as usize;
        &block.bytes[start..start + self.length as usize]
    }
}

impl ParsedHeaders {
    pub(crate) fn length(&self) -> usize {
        self.block.bytes.len()
    }

    /// The first run of the last second, for [`split_off`](Self::split_off): more lines of that
    /// second may follow in the next block. `None` if the last line has no time.
    pub(crate) fn last_second(&self) -> Option<usize> {
        let time = self.runs.last()?.header.time?;
        let of_last = |run: &&HeaderRun| run.header.time == Some(time);
        let count = self.runs.iter().rev().take_while(of_last).count();
        Some(self.runs.len() - count)
    }

    /// Splits off the lines from a run on.
    pub(crate) fn split_off(&mut self, run: usize) -> Self {
        let mut runs = self.runs.split_off(run);
        let from = runs.first().map_or(self.lines.len(), |run| run.first);
        runs.iter_mut().for_each(|run| run.first -= from);
        let mut lines = self.lines.split_off(from);
        let start = lines.first().map_or(0, |line| line.start);
        lines.iter_mut().for_each(|line| line.start -= start);
        let block = Block {
            source: self.block.source,
            offset: self.block.offset + u64::from(start),
            bytes: self.block.bytes[start as usize..].to_vec(),
            cut: std::mem::replace(&mut self.block.cut, Truncated::No),
        };
        self.block.bytes.truncate(start as usize);
        Self { block, lines, runs }
    }

    fn runs(&self) -> impl Iterator<Item = (&Header, &[LineSpan])> {
        let ends = self.runs.iter().skip(1).map(|next| next.first);
        let ends = ends.chain([self.lines.len()]);
        let runs = self.runs.iter().zip(ends);
        runs.map(|(run, end)| (&run.header, &self.lines[run.first..end]))
    }

    pub(crate) fn clock_jumps(&self, clocks: &mut ClockMonitor) -> Vec<Notice> {
        let observe = |(header, lines): (&Header, &[LineSpan])| {
            let host = header.host(lines.first()?.text(&self.block));
            clocks.observe(self.block.source, header.time, host)
        };
        self.runs().filter_map(observe).collect()
    }

    /// Parses the entries. Depends only on the block, so threads can do it in parallel.
    pub(crate) fn parse_entries(self) -> ParsedBlock {
        ParsedBlock::new(self, |headers| {
            let block = &headers.block;
            let mut entries = Vec::with_capacity(headers.lines.len());
            for (header, lines) in headers.runs() {
                let line = |at: usize| {
                    let line: LineSpan = lines[at];
                    let offset = block.offset + u64::from(line.start);
                    (Position::new(block.source, offset), line.text(block))
                };
                event::parse_run(header, lines.len(), line, &mut entries);
            }
            let plan = BatchPlan::of(&mut entries);
            ParsedEntries { entries, plan }
        })
    }
}

#[derive(Debug)]
struct ParsedEntries<'b> {
    entries: Vec<Entry<'b>>,
    plan: BatchPlan,
}

self_cell::self_cell!(
    /// A block and the entries that borrow from it. Blank lines have no entry.
    pub(crate) struct ParsedBlock {
        owner: ParsedHeaders,
        #[covariant]
        dependent: ParsedEntries,
    }
);

impl ParsedBlock {
    pub(crate) fn entries(&self) -> &[Entry<'_>] {
        &self.borrow_dependent().entries
    }

    pub(crate) fn plan(&self) -> &BatchPlan {
        &self.borrow_dependent().plan
    }

    pub(crate) fn block(&self) -> &Block {
        &self.borrow_owner().block
    }

    /// Each entry with its header and its line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&Entry<'_>, &Header, &[u8])> {
        let headers = self.borrow_owner();
        let lines = headers
            .runs()
            .flat_map(|(header, lines)| lines.iter().map(move |line| (header, line)));
        let entries = self.entries().iter();
        entries
            .zip(lines)
            .map(|(entry, (header, line))| (entry, header, line.text(&headers.block)))
    }

    /// Updates the status of the block's source.
    pub(crate) fn record(&self, status: &ParseStatus) {
        let entries = self.entries();
        let newest = entries.iter().rev().find_map(|entry| entry.time);
        let host = entries.last().and_then(|last| last.host);
        let serial = entries
            .iter()
            .take(HEAD_LINES)
            .find_map(|entry| match entry.event {
                Event::LogVersion { serial, .. } => Some(serial),
                _ => None,
            });
        status.record(self.block().source, entries.len(), newest, host.or(serial));
    }

    /// The block's buffer, for reuse.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.into_owner().block.bytes
    }
}

/// Parses the headers of many sources' blocks, each source with its own state.
#[derive(Debug)]
pub(crate) struct BlockParser {
    years: FirstYear,
    sources: Vec<HeaderParser>,
    /// The last opened source: the next one continues its years.
    last: Option<usize>,
}

impl BlockParser {
    pub(crate) fn new(years: FirstYear) -> Self {
        Self {
            years,
            sources: Vec::new(),
            last: None,
        }
    }

    pub(crate) fn open(&mut self, opened: &SourceOpened) {
        let years = match (self.years, self.last) {
            (FirstYear::Is(_), Some(last)) => self.sources[last].years.clone(),
            (FirstYear::Is(year), None) => YearResolver::starting(year),
            (FirstYear::ByModification, _) => {
                YearResolver::before(modified(opened), &opened.head, &opened.tail)
            }
        };
        self.last = Some(opened.source.index());
        *self.source(opened.source) = HeaderParser::new(years);
    }

    fn source(&mut self, source: SourceId) -> &mut HeaderParser {
        let at = source.index();
        if at >= self.sources.len() {
            let unknown = HeaderParser::new(YearResolver::starting(1970));
            self.sources.resize(at + 1, unknown);
        }
        &mut self.sources[at]
    }

    /// Finds the lines of a block and parses their headers.
    pub(crate) fn block(&mut self, block: Block) -> ParsedHeaders {
        let parser = self.source(block.source);
        let mut lines = Vec::with_capacity(block.bytes.len() / 88);
        let mut runs: Vec<HeaderRun> = Vec::new();
        let mut text = block.lines();
        loop {
            let cached = if runs.is_empty() {
                0
            } else {
                parser.cached_header_len(text.rest())
            };
            let Some(line) = text.next_after_prefix(cached) else {
                break;
            };
            if cached == 0 {
                if is_blank(line.bytes) {
                    continue;
                }
                runs.push(HeaderRun {
                    first: lines.len(),
                    header: parser.parse(line.bytes),
                });
            }
            // No block is longer than two reads.
            lines.push(LineSpan {
                start: (line.offset - block.offset) as u32,
                length: line.bytes.len() as u32,
            });
        }
        ParsedHeaders { block, lines, runs }
    }
}

/// The source's modification time in local time; for a stream the current time.
fn modified(opened: &SourceOpened) -> DateTime {
    use chrono::{Datelike, Local, Timelike};
    let at = opened
        .modified
        .map_or_else(Local::now, chrono::DateTime::<Local>::from);
    let part = |value: u32| u8::try_from(value).unwrap_or(0);
    DateTime {
        year: at.year(),
        month: part(at.month()),
        day: part(at.day()),
        hour: part(at.hour()),
        minute: part(at.minute()),
        second: part(at.second()),
    }
}
