//! `query --view events`: entries straight from the sources, without an index.

use std::io;
use std::ops::ControlFlow;

use super::{Notices, Out, Problem, Status, first_year, request};
use crate::cli::Query as Args;
use crate::config::Config;
use crate::event::{self, Kind};
use crate::frame::Stamp;
use crate::index::Entry;
use crate::index::appliance::Appliances;
use crate::ingest::{Framing, Judgement, is_blank, judge};
use crate::lines::{Block, Line};
use crate::query::Query;
use crate::report::event::EventRecord;
use crate::source::{Feeder, Follow, Opened, Position, SourceId, Told};

/// Prints the entries that match, as they are read.
pub fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, Problem> {
    let follow = if args.follow {
        Follow::Live
    } else {
        Follow::Once
    };
    let (request, _stop) = request(&args.paths, config, follow)?;
    let mut feeder = Feeder::open(&request)?;
    let mut notices = Notices::new(args);
    super::with_output(args, config, |out| {
        let mut events = Events {
            query,
            out,
            framing: Framing::new(first_year(&args.reading)),
            appliances: Appliances::default(),
            files: Vec::new(),
            newest: None,
            initial: true,
        };
        loop {
            let flow = match feeder.next() {
                Told::Opened(opened) => events.open(opened)?,
                Told::Block(block) => events.block(&block)?,
                Told::CaughtUp => events.caught_up()?,
                Told::Notice(notice) => {
                    notices.tell(&notice);
                    ControlFlow::Continue(())
                }
                Told::End => ControlFlow::Break(()),
            };
            if flow.is_break() {
                return Ok(());
            }
        }
    })
    .map(|status| notices.status(status))
}

struct Events<'e, 'o> {
    query: &'e Query,
    out: &'e mut Out<'o>,
    framing: Framing,
    appliances: Appliances,
    /// What each source is called.
    files: Vec<String>,
    newest: Option<Stamp>,
    /// Until all that was there at the start is read.
    initial: bool,
}

type Flow = Result<ControlFlow<()>, Problem>;

impl Events<'_, '_> {
    fn open(&mut self, opened: Opened) -> Flow {
        self.framing.open(&opened);
        let folder = opened
            .path
            .parent()
            .map(|folder| folder.to_string_lossy().into_owned());
        self.appliances
            .open_source(opened.source, &folder.unwrap_or_default());
        let at = opened.source.index();
        if self.files.len() <= at {
            self.files.resize(at + 1, String::new());
        }
        self.files[at] = opened.path.to_string_lossy().into_owned();
        match judge(&opened) {
            Judgement::Log => {}
            judgement if self.initial => return Err(Problem::Refused(judgement, Box::new(opened))),
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
        let frame = self.framing.line(source, line);
        let body = frame.body(line.bytes);
        let event = event::of_entry(&frame, line.bytes);
        if matches!(event.kind(), Kind::LogVersion) {
            self.appliances.note_framing(source, &event, frame.time);
        }
        self.newest = self.newest.max(frame.time);
        let entry = Entry {
            position: Position::new(source, line.offset),
            time: frame.time,
            level: frame.level,
            host: frame.host(line.bytes),
            event,
        };
        let id = self.appliances.of(source, entry.host);
        let appliance = self.appliances.shown(id);
        if !self.query.event(&entry, line.bytes, appliance, self.newest) {
            return Ok(ControlFlow::Continue(()));
        }
        self.out.record(&EventRecord {
            appliance,
            time: frame.time,
            level: frame.level,
            event,
            file: &self.files[source.index()],
            line: line.number,
            text: line.bytes,
            body,
            cut: line.cut,
        })
    }

    fn caught_up(&mut self) -> Flow {
        self.initial = false;
        self.out.flush()?;
        Ok(ControlFlow::Continue(()))
    }
}
