//! `mailscope trace`: prints the traces of the records that have an ID.

use std::io::Write;
use std::ops::ControlFlow;

use super::records::{hits, print_lines, read_all};
use super::{
    CommandError, Notices, Status, empty_index, first_year, output, request, table_style, warn,
};
use crate::cli::{TraceArgs as Args, TraceFormat};
use crate::config::Config;
use crate::pipeline::Ingest;
use crate::query::{Query, parse_with, quote};
use crate::report::trace::{self as report, Ordinal, TraceView};
use crate::safe;
use crate::search;
use crate::source::Follow;
use crate::trace::{self, Subject, Trace};

/// The ID on the command line, as the query that finds its records.
#[derive(Clone, PartialEq, Debug)]
enum TraceId {
    Connection(Query),
    Message(Query),
}

/// Reads the whole log, then prints the trace of each record that has the ID.
pub(super) fn run(args: &Args, config: &Config) -> Result<Status, CommandError> {
    let filter = parse_with(&args.query, config.saved()).map_err(CommandError::Query)?;
    let id = TraceId::parse(&args.id)?;
    let (request, stop) = request(&args.paths, config, Follow::Once)?;
    let mut notices = Notices::of_once();
    let years = first_year(&args.input);
    let index = empty_index(config, crate::index::TrackClosed::Off);
    let ingest = read_all(&request, stop, years, index, &mut notices)?;
    let found = find(&ingest, &id, &filter)?;
    if found.is_empty() {
        warn(&not_found(&ingest, args));
        return Ok(notices.status(Status::Nothing));
    }
    let traces = traces(&ingest, &found)?;
    let limit = usize::try_from(args.limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut out = output();
    if args.format == TraceFormat::Log {
        let mut request = search::LineRequest::default();
        for (subject, trace) in traces.iter().take(limit) {
            request.extend(trace::lines_of(&ingest.index.read(), *subject, trace));
        }
        print_lines(&mut out, &ingest.sources, &request)?;
        return Ok(notices.status(Status::Matched));
    }
    for (at, (subject, trace)) in traces.iter().enumerate().take(limit) {
        let lines = match args.raw {
            true => Some(raw_lines(&ingest, *subject, trace)?),
            false => None,
        };
        let view = TraceView {
            subject: *subject,
            trace,
            lines: lines.as_deref(),
        };
        let index = ingest.index.read();
        if args.format == TraceFormat::Json {
            report::json(&mut out, &index, &view)?;
            continue;
        }
        if at > 0 {
            writeln!(out)?;
        }
        let ordinal = Ordinal {
            at: at + 1,
            of: traces.len(),
        };
        let style = table_style(config.color);
        report::text(&mut out, &index, &view, ordinal, style)?;
    }
    out.flush()?;
    Ok(notices.status(Status::Matched))
}

impl TraceId {
    /// Parses `icid:450`, `dcid:5640`, `mid:448` or a Message-ID.
    fn parse(text: &str) -> Result<Self, CommandError> {
        let refused = || {
            CommandError::Usage(format!(
                "not an id: `{}` (use icid:450, dcid:5640, mid:448 or a Message-ID as in <1@example.com>)",
                safe::text(text)
            ))
        };
        let query = |text: &str| crate::query::parse(text).map_err(|_| refused());
        let lower = text.trim().to_lowercase();
        let named = lower.split_once([':', ' ']);
        if let Some((name @ ("icid" | "dcid" | "mid"), number)) = named {
            let number: u64 = number.trim_start().parse().map_err(|_| refused())?;
            let query = query(&format!("{name}:{number}"))?;
            return Ok(match name {
                "mid" => Self::Message(query),
                _ => Self::Connection(query),
            });
        }
        let id = text.trim();
        let id = id.strip_prefix("msgid:").unwrap_or(id);
        if !id.contains('@') && !id.starts_with('<') {
            return Err(refused());
        }
        query(&format!("msgid:{}", quote(id))).map(Self::Message)
    }
}

/// The records that have the ID and match the filter, oldest first.
fn find(ingest: &Ingest, id: &TraceId, filter: &Query) -> Result<Vec<Subject>, CommandError> {
    let hits = hits(filter, &ingest.sources)?;
    let none = crate::query::TextMatches::none();
    let index = ingest.index.read();
    Ok(match id {
        TraceId::Connection(query) => {
            let kept = filter.connections(&index, &hits);
            let found = query.connections(&index, &none).into_iter();
            let kept = found.filter(|id| kept.binary_search(id).is_ok());
            kept.map(Subject::Connection).collect()
        }
        TraceId::Message(query) => {
            let kept = filter.messages(&index, &hits);
            let found = query.messages(&index, &none).into_iter();
            let kept = found.filter(|id| kept.binary_search(id).is_ok());
            kept.map(Subject::Message).collect()
        }
    })
}

/// A trace for each record, except for those that the trace of another message contains.
fn traces(ingest: &Ingest, found: &[Subject]) -> Result<Vec<(Subject, Trace)>, CommandError> {
    let mut traces: Vec<(Subject, Trace)> = Vec::new();
    for subject in found {
        let contains = |(of, trace): &(Subject, Trace)| {
            matches!(of, Subject::Message(_)) && trace.related.contains(subject)
        };
        if traces.iter().any(contains) {
            continue;
        }
        let request = trace::lines_needed(&ingest.index.read(), *subject);
        let lines = search::read_lines(&ingest.sources, &request, usize::MAX);
        let lines = lines.map_err(CommandError::Raw)?;
        let trace = trace::build(&ingest.index.read(), *subject, &lines);
        traces.push((*subject, trace));
    }
    Ok(traces)
}

fn raw_lines(
    ingest: &Ingest,
    subject: Subject,
    trace: &Trace,
) -> Result<Vec<Vec<u8>>, CommandError> {
    let request = trace::lines_of(&ingest.index.read(), subject, trace);
    let mut lines = Vec::new();
    search::for_each_line(&ingest.sources, &request, &mut |line| {
        lines.push(line.bytes);
        ControlFlow::Continue(())
    })
    .map_err(CommandError::Raw)?;
    Ok(lines)
}

fn not_found(ingest: &Ingest, args: &Args) -> String {
    let index = ingest.index.read();
    let span = match (index.oldest(), index.newest()) {
        (Some(oldest), Some(newest)) => format!(" ({oldest} to {newest})"),
        _ => String::new(),
    };
    let filter = match args.query.trim() {
        "" => "",
        _ => " that matches the query",
    };
    format!("no {}{filter} in this log{span}", safe::text(&args.id))
}
