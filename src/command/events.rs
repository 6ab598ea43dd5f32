//! `query --view events`: entries straight from the sources, without an index.

use std::io;
use std::ops::ControlFlow;

use super::{CommandError, Notices, ResultSink, Status, first_year, request};
use crate::cli::QueryArgs as Args;
use crate::config::Config;
use crate::event::Entry;
use crate::event::{self, Event, EventKind};
use crate::header::{HeaderParser, Timestamp, YearResolver};
use crate::index::records::appliance::Appliances;
use crate::lines::{Block, Line};
use crate::pipeline::{BlockParser, ClockMonitor, FileKind, is_blank, sniff};
use crate::position::{Position, SourceId};
use crate::present::EntryRow;
use crate::query::Query;
use crate::report::event::EventRecord;
use crate::source::{Follow, LogReader, Notice, RawLines, SourceEvent, SourceOpened};

/// Prints the entries that match, as they are read.
pub fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let follow = if args.follow {
        Follow::Live
    } else {
        Follow::Once
    };
    let (mut request, _stop) = request(&args.paths, config, follow)?;
    // They are printed as they come.
    request.raw_lines = RawLines::Unneeded;
    let mut feeder = LogReader::open(&request)?;
    let mut notices = Notices::new(args);
    super::with_output(args, config, |out| {
        let mut appliances = Appliances::default();
        for head in feeder.heads(FIRST_LINES) {
            if let Some(Event::LogVersion { serial, .. }) = version(&head) {
                appliances.expect_serial(serial);
            }
        }
        let mut events = Events {
            query,
            out,
            parser: BlockParser::new(first_year(&args.input)),
            appliances,
            files: Vec::new(),
            newest: None,
            initial: true,
            clocks: ClockMonitor::default(),
            clock_jumps: Vec::new(),
        };
        loop {
            let flow = match feeder.next() {
                SourceEvent::Opened(opened) => events.open(opened)?,
                SourceEvent::Block(block) => events.block(&block)?,
                SourceEvent::CaughtUp => events.caught_up()?,
                SourceEvent::Notice(notice) => {
                    notices.report(&notice);
                    ControlFlow::Continue(())
                }
                SourceEvent::End => ControlFlow::Break(()),
            };
            for step in events.clock_jumps.drain(..) {
                notices.report(&step);
            }
            if flow.is_break() {
                return Ok(());
            }
        }
    })
    .map(|status| notices.status(status))
}

/// Bytes in which a file says whose it is: its first three lines.
const FIRST_LINES: usize = 4 << 10;

/// The line of a file's beginning that tells the appliance's serial number.
///
/// Entries are printed as they are read, and appliances are only named where there are several: so this is looked for
/// before the first file is read, and before a file's first line. A serial number that stands elsewhere, or in a pipe,
/// names its entries from there on.
fn version(head: &[u8]) -> Option<Event<'_>> {
    let mut parser = HeaderParser::new(YearResolver::starting(2000));
    head.split(|b| *b == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !is_blank(line))
        .map(|line| event::of_entry(&parser.parse(line), line))
        .take_while(|event| event.kind().is_framing())
        .find(|event| event.kind() == EventKind::LogVersion)
}

struct Events<'e, 'o> {
    query: &'e Query,
    out: &'e mut ResultSink<'o>,
    parser: BlockParser,
    clocks: ClockMonitor,
    /// Steps of clocks that were not told yet.
    clock_jumps: Vec<Notice>,
    appliances: Appliances,
    /// What each source is called.
    files: Vec<String>,
    newest: Option<Timestamp>,
    /// Until all that was there at the start is read.
    initial: bool,
}

type Flow = Result<ControlFlow<()>, CommandError>;

impl Events<'_, '_> {
    fn open(&mut self, opened: SourceOpened) -> Flow {
        self.parser.open(&opened);
        self.clocks.open(&opened);
        let folder = opened
            .path
            .parent()
            .map(|folder| folder.to_string_lossy().into_owned());
        self.appliances
            .open_source(opened.source, &folder.unwrap_or_default());
        if let Some(version) = version(&opened.head) {
            self.appliances.note_framing(opened.source, &version, None);
        }
        let at = opened.source.index();
        if self.files.len() <= at {
            self.files.resize(at + 1, String::new());
        }
        self.files[at] = opened.path.to_string_lossy().into_owned();
        match sniff(&opened) {
            FileKind::Log => {}
            judgement if self.initial => {
                return Err(CommandError::Refused(judgement, Box::new(opened)));
            }
            _ => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    fn block(&mut self, block: &Block) -> Flow {
        for line in block.lines().filter(|line| !is_blank(line.bytes)) {
            if self.line(block.source, &line)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if !self.initial {
            self.out.flush()?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn line(&mut self, source: SourceId, line: &Line<'_>) -> Result<ControlFlow<()>, io::Error> {
        let header = self.parser.line(source, line);
        let body = header.body(line.bytes);
        let event = event::of_entry(&header, line.bytes);
        if matches!(event.kind(), EventKind::LogVersion) {
            self.appliances.note_framing(source, &event, header.time);
        }
        self.newest = self.newest.max(header.time);
        let entry = Entry::new(
            Position::new(source, line.offset),
            &header,
            line.bytes,
            event,
        );
        self.clock_jumps
            .extend(self.clocks.observe(source, entry.time, entry.host));
        let id = self.appliances.of(source, entry.host);
        let appliance = self.appliances.shown(id);
        if !self.query.event(&entry, line.bytes, appliance, self.newest) {
            return Ok(ControlFlow::Continue(()));
        }
        self.out.record(&EventRecord(EntryRow {
            appliance,
            time: header.time,
            level: header.level,
            event,
            file: &self.files[source.index()],
            line: line.number,
            text: line.bytes,
            body,
            cut: line.cut,
        }))
    }

    fn caught_up(&mut self) -> Flow {
        self.initial = false;
        self.out.flush()?;
        Ok(ControlFlow::Continue(()))
    }
}
