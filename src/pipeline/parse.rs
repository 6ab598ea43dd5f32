//! Line ends, frames and events of each source's blocks.

use std::sync::LazyLock;

use memchr::memmem;

use crate::event::{self, Entry, Event, EventKind};
use crate::header::{DateTime, Header, HeaderParser, YearResolver};
use crate::index::BatchPlan;
use crate::lines::{self, Block, Truncated};
use crate::position::{Position, SourceId};
use crate::safe;
use crate::source::{Marker, Notice, SourceOpened};

use super::FirstYear;
use super::clock_jumps::ClockMonitor;
use super::status::ParseStatus;

/// Among so many first lines of a file is its header.
const HEADER: usize = 8;

/// A block whose lines and frames were read: in order, for the year of a stamp may depend on those before it.
#[derive(Debug)]
pub(crate) struct ParsedHeaders {
    block: Block,
    lines: Vec<LineSpan>,
    headers: Vec<HeaderRun>,
}

/// Where a line stands in its block.
#[derive(Clone, Copy, Debug)]
struct LineSpan {
    start: u32,
    length: u32,
}

/// The frame of lines that follow each other and begin with the same bytes, as those of one second do.
#[derive(Clone, Copy, Debug)]
struct HeaderRun {
    /// The number of the first of them in the block, from 0.
    first: usize,
    header: Header,
}

impl LineSpan {
    fn text(self, block: &Block) -> &[u8] {
        let start = self.start as usize;
        &block.bytes[start..start + self.length as usize]
    }
}

/// Lines that are taken apart before the first of their events is looked at, see [`event::known`].
const LINES_AT_ONCE: usize = 4;

impl ParsedHeaders {
    /// Bytes of the block.
    pub fn length(&self) -> usize {
        self.block.bytes.len()
    }

    /// Where the lines at the end begin that share their second, which may go on in the next block: the number of their
    /// first frame, for [`split_off`](Self::split_off). `None` where the last line has no time.
    pub fn last_second(&self) -> Option<usize> {
        let time = self.headers.last()?.header.time?;
        let of_last = |run: &&HeaderRun| run.header.time == Some(time);
        let count = self.headers.iter().rev().take_while(of_last).count();
        Some(self.headers.len() - count)
    }

    /// Cuts off the lines from one frame on.
    pub fn split_off(&mut self, header: usize) -> Self {
        let mut headers = self.headers.split_off(header);
        let from = headers.first().map_or(self.lines.len(), |run| run.first);
        headers.iter_mut().for_each(|run| run.first -= from);
        let mut lines = self.lines.split_off(from);
        let start = lines.first().map_or(0, |line| line.start);
        lines.iter_mut().for_each(|line| line.start -= start);
        let block = Block {
            source: self.block.source,
            offset: self.block.offset + u64::from(start),
            // Nobody asks for the numbers of entries on their way to the index.
            first_line: self.block.first_line,
            bytes: self.block.bytes[start as usize..].to_vec(),
            cut: std::mem::replace(&mut self.block.cut, Truncated::No),
        };
        self.block.bytes.truncate(start as usize);
        Self {
            block,
            lines,
            headers,
        }
    }

    /// The lines by their frames.
    fn run(&self) -> impl Iterator<Item = (&Header, &[LineSpan])> {
        let ends = self.headers.iter().skip(1).map(|next| next.first);
        let ends = ends.chain([self.lines.len()]);
        let headers = self.headers.iter().zip(ends);
        headers.map(|(run, end)| (&run.header, &self.lines[run.first..end]))
    }

    /// The steps of its clock.
    pub fn clock_jumps(&self, clocks: &mut ClockMonitor) -> Vec<Notice> {
        let observe = |(header, lines): (&Header, &[LineSpan])| {
            let host = header.host(lines.first()?.text(&self.block));
            clocks.observe(self.block.source, header.time, host)
        };
        self.run().filter_map(observe).collect()
    }

    /// Takes the lines apart; needs nothing but them.
    pub fn parse_entries(self) -> ParsedBlock {
        ParsedBlock::new(self, |framed| {
            let block = &framed.block;
            let mut entries = Vec::with_capacity(framed.lines.len());
            for (header, lines) in framed.run() {
                for lines in lines.chunks(LINES_AT_ONCE) {
                    let known = |at: usize| match lines.get(at) {
                        Some(line) => event::known(header.body(line.text(block))),
                        None => None,
                    };
                    let known: [_; LINES_AT_ONCE] = [known(0), known(1), known(2), known(3)];
                    entries.extend(lines.iter().zip(&known).map(|(line, known)| {
                        let text = line.text(block);
                        let place = block.offset + u64::from(line.start);
                        let event = match known {
                            Some(event) if event.is_plain() => *event,
                            _ => event::settled(header, text, *known),
                        };
                        Entry::new(Position::new(block.source, place), header, text, event)
                    }));
                }
            }
            let foresight = BatchPlan::of(&mut entries);
            Entries { entries, foresight }
        })
    }
}

/// The entries of a block, which borrow its bytes, and what joining them will need.
#[derive(Debug)]
struct Entries<'b> {
    entries: Vec<Entry<'b>>,
    foresight: BatchPlan,
}

self_cell::self_cell!(
    /// A block with its entries taken apart; blank lines are none.
    ///
    /// Entries borrow the block: nothing is copied out of it.
    pub(crate) struct ParsedBlock {
        owner: ParsedHeaders,
        #[covariant]
        dependent: Entries,
    }
);

impl ParsedBlock {
    /// The source and its entries, in the order of the log.
    pub fn entries(&self) -> &[Entry<'_>] {
        &self.borrow_dependent().entries
    }

    /// What joining them will need.
    pub fn foresight(&self) -> &BatchPlan {
        &self.borrow_dependent().foresight
    }

    /// Records what these lines say about their source.
    pub fn note(&self, status: &ParseStatus) {
        let entries = self.entries();
        let newest = entries.iter().rev().find_map(|entry| entry.time);
        let host = entries.last().and_then(|last| last.host);
        // The serial number stands in one of a file's first lines.
        let serial = entries
            .iter()
            .take(HEADER)
            .find_map(|entry| match entry.event {
                Event::LogVersion { serial, .. } => Some(serial),
                _ => None,
            });
        let source = self.borrow_owner().block.source;
        status.record(source, entries.len(), newest, host.or(serial));
    }

    /// The block's bytes, to be used again.
    pub fn into_bytes(self) -> Vec<u8> {
        self.into_owner().block.bytes
    }
}

/// Frames the blocks of many sources, each with its own state.
#[derive(Debug)]
pub struct BlockParser {
    years: FirstYear,
    framers: Vec<HeaderParser>,
    /// The source whose year-less stamps were resolved last: further ones go on from there.
    last: Option<usize>,
}

impl BlockParser {
    /// `years` tells where stamps without a year start.
    pub fn new(years: FirstYear) -> Self {
        Self {
            years,
            framers: Vec::new(),
            last: None,
        }
    }

    /// A source begins.
    pub fn open(&mut self, opened: &SourceOpened) {
        let years = match (self.years, self.last) {
            (FirstYear::Is(_), Some(last)) => self.framers[last].years().clone(),
            (FirstYear::Is(year), None) => YearResolver::starting(year),
            (FirstYear::ByModification, _) => {
                YearResolver::before(written(opened), &opened.head, &opened.tail)
            }
        };
        let at = opened.source.index();
        if at >= self.framers.len() {
            self.framers
                .resize(at + 1, HeaderParser::new(years.clone()));
        }
        self.framers[at] = HeaderParser::new(years);
        self.last = Some(at);
    }

    /// Frames one line of a source.
    pub fn line(&mut self, source: SourceId, line: &lines::Line<'_>) -> Header {
        self.parser(source).parse(line.bytes)
    }

    fn parser(&mut self, source: SourceId) -> &mut HeaderParser {
        let at = source.index();
        if at >= self.framers.len() {
            self.framers
                .resize(at + 1, HeaderParser::new(YearResolver::starting(1970)));
        }
        &mut self.framers[at]
    }

    /// Finds the lines of a block and reads their frames.
    pub(crate) fn block(&mut self, block: Block) -> ParsedHeaders {
        let parser = self.parser(block.source);
        let mut lines = Vec::with_capacity(block.bytes.len() / 88);
        let mut headers: Vec<HeaderRun> = Vec::new();
        let mut text = block.lines();
        loop {
            let known = if headers.is_empty() {
                0
            } else {
                parser.cached_header_len(text.rest())
            };
            let Some(line) = text.next_after_prefix(known) else {
                break;
            };
            if known == 0 {
                if is_blank(line.bytes) {
                    continue;
                }
                headers.push(HeaderRun {
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
        ParsedHeaders {
            block,
            lines,
            headers,
        }
    }
}

/// What a line tells of the file it stands in. Only a framed line does: the same words in a subject mean nothing.
pub fn file_marker(line: &[u8]) -> Option<Marker> {
    // Nearly every line is told from these by what it lacks.
    static STATUS: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new(b" Status: "));
    let ends = line.ends_with(b" Logfile") || line.ends_with(b"Logfile rolled over");
    if !ends && STATUS.find(line).is_none() {
        return None;
    }
    let header = HeaderParser::new(YearResolver::starting(2000)).parse(line);
    if !header.is_present() {
        return None;
    }
    match event::of_entry(&header, line).kind() {
        EventKind::LogBegin => Some(Marker::Begin),
        EventKind::LogEnd => Some(Marker::End),
        EventKind::SystemStatus => Some(Marker::Heartbeat),
        _ => None,
    }
}

/// Blank lines are no entries.
pub fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii().is_empty()
}

/// When the source was last written, in its log's local time as far as anybody knows: a stream is written now.
fn written(opened: &SourceOpened) -> DateTime {
    use chrono::{Datelike, Local, Timelike};
    let at: chrono::DateTime<Local> = opened.modified.map_or_else(Local::now, Into::into);
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

/// What the first bytes of a file say of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// A mail_logs, or nothing yet that says otherwise.
    Log,
    /// Not text.
    Binary,
    /// Framed like a log of the appliance, but of another subscription.
    OtherSubscription,
    /// Text without a single entry.
    OtherText,
}

impl FileKind {
    /// Why the file is not read, in one line that is safe to print.
    pub fn refusal(self, opened: &SourceOpened) -> String {
        let path = safe::path(&opened.path);
        match self {
            Self::Binary => format!("{path}: not text; name a mail_logs file"),
            Self::OtherSubscription => {
                format!(
                    "{path}: a log of another subscription, without mail_logs entries; name the mail_logs file beside it"
                )
            }
            Self::OtherText | Self::Log => {
                format!("{path}: no mail_logs entries in its first 64 KiB; name a mail_logs file")
            }
        }
    }
}

/// Judges a file that was asked for by name: one odd line is never an error, a file without any entry is a mistake.
/// A stream is taken as it comes, for its first piece may be a few bytes.
pub fn sniff(opened: &SourceOpened) -> FileKind {
    if opened.modified.is_none() {
        FileKind::Log
    } else {
        sniff_head(&opened.head)
    }
}

pub(crate) fn sniff_head(head: &[u8]) -> FileKind {
    let mut parser = HeaderParser::new(YearResolver::starting(2000));
    let (mut framed, mut odd) = (0usize, 0usize);
    for line in head.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if is_blank(line) {
            continue;
        }
        let header = parser.parse(line);
        let event = event::of_entry(&header, line);
        let kind = event.kind();
        let names_mail = (event.icid(), event.dcid(), event.mid()) != (None, None, None);
        // What syslog writes may hold more than one log: mail_logs entries can follow.
        if names_mail || !kind.is_foreign() && !kind.is_shared() || header.tag(line).is_some() {
            return FileKind::Log;
        }
        if kind.is_framing() {
            continue;
        }
        if header.is_present() || kind.is_foreign() {
            framed += 1;
        } else {
            odd += 1;
        }
    }
    let controls = head
        .iter()
        .filter(|b| matches!(b, 0..=8 | 14..=31 if **b != 0x1b))
        .count();
    match (framed, odd) {
        (0, 0) => FileKind::Log,
        (0, _) if controls * 20 > head.len() => FileKind::Binary,
        (0, _) => FileKind::OtherText,
        _ => FileKind::OtherSubscription,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_68_words_of_the_framing_inside_a_text_frame_nothing() {
        let stamp = "Mon Mar  2 08:00:00 2026 Info: ";
        let mark = |text: &str| file_marker(format!("{stamp}{text}").as_bytes());
        assert_eq!(mark("Begin Logfile"), Some(Marker::Begin));
        assert_eq!(mark("End Logfile"), Some(Marker::End));
        assert_eq!(mark("Logfile rolled over"), Some(Marker::End));
        assert_eq!(
            mark("Status: CPULd 3 DskIO 0 RAMUtil 1 CrtMID 414 CrtICID 644 CrtDCID 76"),
            Some(Marker::Heartbeat)
        );
        for forged in [
            "MID 7 Subject 'End Logfile'",
            "MID 7 Subject ' Info: End Logfile",
            "MID 7 Subject 'Info: Status: CPULd 3'",
            "New SMTP ICID 7 interface A (192.0.2.1) address 192.0.2.8 reverse dns host Logfile rolled over",
            "MID 7 From: <a@Begin Logfile",
        ] {
            assert_eq!(mark(forged), None, "{forged}");
        }
        assert_eq!(file_marker(b"End Logfile"), None, "no frame");
    }
}
