//! `mailscope PATH` and `mailscope demo`: the interface, or a summary without a
//! terminal.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::{CommandError, Status, empty_index, first_year, ingest, output, request, warn};
use crate::cli::{DemoArgs, ExploreArgs};
use crate::config::Config;
use crate::demo;
use crate::index::TrackClosed;
use crate::pipeline::{FirstYear, Ingest, IngestEvent};
use crate::report::incident;
use crate::report::summary;
use crate::safe;
use crate::source::{Follow, LogReader, NoticeLevel, Request, Stop};
use crate::tui;

pub(super) fn run(args: &ExploreArgs, config: &Config) -> Result<Status, CommandError> {
    let years = first_year(&args.input);
    if !io::stdout().is_terminal() {
        let (request, stop) = request(&args.paths, config, Follow::Once)?;
        return summarise(&request, stop, years, config);
    }
    let follow = if config.follow {
        Follow::Live
    } else {
        Follow::Once
    };
    let (request, stop) = request(&args.paths, config, follow)?;
    let paths: Vec<String> = request
        .paths
        .iter()
        .map(|path| safe::path(Path::new(path)))
        .collect();
    interface(&request, stop, years, config, paths.join(" "))
}

pub(super) fn demo(args: &DemoArgs, config: &Config) -> Result<Status, CommandError> {
    if let Some(path) = &args.write {
        return write_log(args, path);
    }
    let years = FirstYear::ByModification;
    if !io::stdout().is_terminal() {
        let (_folder, path) = demo::simulated_outage().map_err(CommandError::Demo)?;
        let (request, stop) = request(&[path.into_os_string()], config, Follow::Once)?;
        return summarise(&request, stop, years, config);
    }
    // Dropping it stops the simulation, also after an error.
    let appliance = demo::LiveDemo::start().map_err(CommandError::Demo)?;
    let (request, stop) = request(&[appliance.path().into()], config, Follow::Live)?;
    let title = "a simulated appliance".to_owned();
    interface(&request, stop, years, config, title)
}

/// `mailscope demo --write`
fn write_log(args: &DemoArgs, path: &Path) -> Result<Status, CommandError> {
    let (seed, bytes) = (args.seed, args.bytes);
    if path == Path::new("-") {
        demo::write_log(seed, bytes, &mut io::stdout().lock())?;
        return Ok(Status::Matched);
    }
    let written = File::create(path).and_then(|mut file| demo::write_log(seed, bytes, &mut file));
    written.map_err(|cause| CommandError::WriteLog(path.to_owned(), cause))?;
    Ok(Status::Matched)
}

fn interface(
    request: &Request,
    stop: Stop,
    years: FirstYear,
    config: &Config,
    title: String,
) -> Result<Status, CommandError> {
    let query = &config.query;
    crate::query::parse_with(query, config.saved()).map_err(CommandError::Query)?;
    let reader = LogReader::open(request)?;
    // The preview reads only the last entries: their year does not follow from that of the first.
    let newest = match years {
        FirstYear::ByModification => reader.tail_preview().map(Ingest::of_preview),
        FirstYear::Is(_) => None,
    };
    let options = tui::Options {
        query: query.to_owned(),
        title,
        follow: request.follow,
        color: config.color,
        settings: tui::Settings::from_config(config)?,
    };
    let index = empty_index(config, TrackClosed::Off);
    let start = |emit: Box<dyn Fn(IngestEvent) + Send + Sync>| {
        Ingest::start(reader, stop, years, index, emit)
    };
    match tui::run(&options, incident::file::write, newest, start) {
        Ok(tui::Exit::Quit) => Ok(Status::Matched),
        Ok(tui::Exit::Signal(number)) => Ok(Status::Signal(u8::try_from(number).unwrap_or(0))),
        Err(cause) => Err(CommandError::Terminal(cause.to_string())),
    }
}

fn summarise(
    request: &Request,
    stop: Stop,
    years: FirstYear,
    config: &Config,
) -> Result<Status, CommandError> {
    let text = &config.query;
    let query = crate::query::parse_with(text, config.saved()).map_err(CommandError::Query)?;
    let index = empty_index(config, TrackClosed::Off);
    let (ingest, events) = ingest(request, stop, years, index)?;
    let mut status = Status::Matched;
    for event in &events {
        match event {
            IngestEvent::Refused(refused) => return Err(refused.into()),
            IngestEvent::Notice(notice) if notice.kind.severity() >= NoticeLevel::Warning => {
                warn(&safe::text(&notice.to_string()));
                if notice.kind.severity() == NoticeLevel::Error {
                    status = Status::Incomplete;
                }
            }
            IngestEvent::End => break,
            _ => {}
        }
    }
    let hits = super::records::hits(&query, &ingest.sources)?;
    let index = ingest.index.read();
    let mut out = output();
    summary::write(&mut out, &index, &query, &hits, config.triage)?;
    out.flush()?;
    if index.totals().entries == 0 && status == Status::Matched {
        return Ok(Status::Nothing);
    }
    Ok(status)
}
