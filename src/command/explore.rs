//! `mailscope PATH` and `mailscope demo`: the interface, or a summary where there is no terminal.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::{Problem, Status, complain, first_year, ingest, output, request};
use crate::cli::{Color, Demo, Explore, Reading};
use crate::demo;
use crate::index::Journal;
use crate::ingest::{Ingest, News};
use crate::report::summary;
use crate::safe;
use crate::source::{Feeder, Follow, Request, Severity, Stop};
use crate::tui;

/// `mailscope PATH`
pub fn run(args: &Explore) -> Result<Status, Problem> {
    if !io::stdout().is_terminal() {
        let (request, stop) = request(&args.paths, &args.reading, Follow::Once)?;
        return summarise(&request, stop, &args.reading, &args.query);
    }
    let follow = if args.no_follow {
        Follow::Once
    } else {
        Follow::Live
    };
    let (request, stop) = request(&args.paths, &args.reading, follow)?;
    let paths: Vec<String> = request
        .paths
        .iter()
        .map(|path| safe::path(Path::new(path)))
        .collect();
    interface(&request, stop, &args.reading, &args.query, paths.join(" "))
}

/// `mailscope demo`
pub fn demo(args: &Demo) -> Result<Status, Problem> {
    let reading = Reading {
        year: None,
        poll: None,
        color: args.color,
    };
    if !io::stdout().is_terminal() {
        let (_folder, path) = demo::simulated_hour().map_err(Problem::Demo)?;
        let (request, stop) = request(&[path.into_os_string()], &reading, Follow::Once)?;
        return summarise(&request, stop, &reading, &args.query);
    }
    // The appliance writes until the interface has ended, however it ends.
    let appliance = demo::LiveDemo::start().map_err(Problem::Demo)?;
    let (request, stop) = request(&[appliance.path().into()], &reading, Follow::Live)?;
    let title = "a simulated appliance".to_owned();
    interface(&request, stop, &reading, &args.query, title)
}

fn interface(
    request: &Request,
    stop: Stop,
    reading: &Reading,
    query: &str,
    title: String,
) -> Result<Status, Problem> {
    crate::query::parse(query).map_err(Problem::Query)?;
    let feeder = Feeder::open(request)?;
    let options = tui::Options {
        query: query.to_owned(),
        title,
        follow: match request.follow {
            Follow::Once => tui::Follow::No,
            Follow::Live => tui::Follow::Yes,
        },
        color: match reading.color {
            Color::Auto => tui::Color::Auto,
            Color::Always => tui::Color::Always,
            Color::Never => tui::Color::Never,
        },
    };
    let years = first_year(reading);
    let start = |news: Box<dyn Fn(News) + Send + Sync>| {
        Ingest::start(feeder, stop, years, Journal::Off, news)
    };
    match tui::run(&options, start) {
        Ok(tui::Exit::Quit) => Ok(Status::Matched),
        Ok(tui::Exit::Signal(number)) => Ok(Status::Signal(u8::try_from(number).unwrap_or(0))),
        Err(cause) => Err(Problem::Terminal(cause.to_string())),
    }
}

fn summarise(
    request: &Request,
    stop: Stop,
    reading: &Reading,
    query: &str,
) -> Result<Status, Problem> {
    let query = crate::query::parse(query).map_err(Problem::Query)?;
    let (ingest, news) = ingest(request, stop, reading, Journal::Off)?;
    let mut status = Status::Matched;
    for news in &news {
        match news {
            News::Refused(judgement, opened) => {
                return Err(Problem::Refused(judgement, Box::new(opened)));
            }
            News::Notice(notice) if notice.severity >= Severity::Warning => {
                complain(&safe::text(&notice.to_string()));
                if notice.severity == Severity::Error {
                    status = Status::Incomplete;
                }
            }
            News::End => break,
            _ => {}
        }
    }
    let hits = super::records::hits(&query, &ingest.sources)?;
    let index = ingest.index.read();
    let mut out = output();
    summary::write(&mut out, &index, &query, &hits)?;
    out.flush()?;
    if index.totals().entries == 0 && status == Status::Matched {
        return Ok(Status::Nothing);
    }
    Ok(status)
}
