//! `query --view events`: prints entries as they are parsed, without an index.

use std::ops::ControlFlow;

use super::{CommandError, Notices, ResultSink, Status, first_year, request};
use crate::cli::QueryArgs as Args;
use crate::config::Config;
use crate::event::{Event, EventKind};
use crate::header::Timestamp;
use crate::index::records::appliance::Appliances;
use crate::lines::{Block, LineNumbers, Truncated};
use crate::pipeline::{EntryStream, IngestEvent, ParsedBlock, PipelineItem, serial};
use crate::position::Position;
use crate::present::EntryRow;
use crate::query::Query;
use crate::report::event::EventRecord;
use crate::source::{Follow, LogReader, RawLines, SourceOpened, Sources};

/// Prints the entries that match, as they are read.
pub(super) fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let follow = if args.follow {
        Follow::Live
    } else {
        Follow::Once
    };
    let (mut request, _stop) = request(&args.paths, config, follow)?;
    // No line is read a second time.
    request.raw_lines = RawLines::Unneeded;
    let reader = LogReader::open(&request)?;
    let mut notices = Notices::new(args);
    super::with_output(args, config, |out| {
        let mut appliances = Appliances::default();
        // Appliances are named only if there are several, and entries are printed as they are
        // read: so all serial numbers must be known before the first file is read.
        for head in reader.heads(HEAD_BYTES) {
            if let Some((_, serial)) = serial(&head) {
                appliances.expect_serial(serial);
            }
        }
        let sources = reader.sources();
        let mut printer = EntryPrinter {
            query,
            out,
            sources: &sources,
            appliances,
            files: Vec::new(),
            newest: None,
            initial: true,
        };
        for item in EntryStream::new(reader, first_year(&args.input)) {
            match item {
                PipelineItem::Opened(opened) => printer.open(&opened),
                PipelineItem::Lines(blocks) => {
                    if printer.print(&blocks)?.is_break() {
                        break;
                    }
                }
                PipelineItem::Event(IngestEvent::Notice(notice)) => notices.report(&notice),
                PipelineItem::Event(IngestEvent::Refused(refused)) => return Err(refused.into()),
                PipelineItem::Event(IngestEvent::CaughtUp) => {
                    printer.initial = false;
                    printer.out.flush()?;
                }
                PipelineItem::Event(IngestEvent::Grew | IngestEvent::End) => {}
            }
        }
        Ok(())
    })
    .map(|status| notices.status(status))
}

/// Enough for the first three lines of a file, one of which has the serial number.
const HEAD_BYTES: usize = 4 << 10;

struct EntryPrinter<'e, 'o> {
    query: &'e Query,
    out: &'e mut ResultSink<'o>,
    sources: &'e Sources,
    appliances: Appliances,
    files: Vec<FileLines>,
    newest: Option<Timestamp>,
    /// Before the first `CaughtUp`.
    initial: bool,
}

#[derive(Clone, Default)]
struct FileLines {
    name: String,
    /// `None` before its first block.
    numbers: Option<LineNumbers>,
}

impl EntryPrinter<'_, '_> {
    fn open(&mut self, opened: &SourceOpened) {
        let folder = opened
            .path
            .parent()
            .map(|folder| folder.to_string_lossy().into_owned());
        self.appliances
            .open_source(opened.source, &folder.unwrap_or_default());
        if let Some((version, serial)) = serial(&opened.head) {
            let event = Event::LogVersion { version, serial };
            self.appliances.note_framing(opened.source, &event, None);
        }
        let at = opened.source.index();
        if self.files.len() <= at {
            self.files.resize(at + 1, FileLines::default());
        }
        self.files[at] = FileLines {
            name: opened.path.to_string_lossy().into_owned(),
            numbers: None,
        };
    }

    fn print(&mut self, blocks: &[ParsedBlock]) -> Result<ControlFlow<()>, CommandError> {
        for parsed in blocks {
            if self.print_block(parsed)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if !self.initial {
            self.out.flush()?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn print_block(&mut self, parsed: &ParsedBlock) -> Result<ControlFlow<()>, CommandError> {
        let block = parsed.block();
        let source = block.source;
        let mut numbers = match self.files[source.index()].numbers.take() {
            Some(numbers) => numbers,
            None => LineNumbers::after(self.lines_before(block)),
        };
        for (entry, header, line) in parsed.lines() {
            if entry.event.kind() == EventKind::LogVersion {
                self.appliances
                    .note_framing(source, &entry.event, entry.time);
            }
            self.newest = self.newest.max(entry.time);
            let id = self.appliances.of(source, entry.host);
            let appliance = self.appliances.shown(id);
            if !self.query.event(entry, line, appliance, self.newest) {
                continue;
            }
            let flow = self.out.record(&EventRecord(EntryRow {
                appliance,
                time: entry.time,
                level: entry.level,
                event: entry.event,
                file: &self.files[source.index()].name,
                line: numbers.at(block, entry.position.offset()),
                text: line,
                body: header.body(line),
                cut: block.cut == Truncated::LastLine,
            }))?;
            if flow.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        numbers.end_block(block);
        self.files[source.index()].numbers = Some(numbers);
        Ok(ControlFlow::Continue(()))
    }

    /// Lines before the first block of a source, which is after a prefix that was already read from
    /// another file.
    fn lines_before(&self, block: &Block) -> u64 {
        let mut buffer = vec![0; 64 << 10];
        let (mut at, mut lines) = (0, 0);
        while at < block.offset {
            let left = usize::try_from(block.offset - at).unwrap_or(usize::MAX);
            let room = left.min(buffer.len());
            let bytes = &mut buffer[..room];
            match self.sources.read_at(Position::new(block.source, at), bytes) {
                Ok(count) if count > 0 => {
                    lines += memchr::memchr_iter(b'\n', &bytes[..count]).count() as u64;
                    at += count as u64;
                }
                _ => break,
            }
        }
        lines
    }
}
