//! `trace`: the whole story of one thing.

use std::io::Write;
use std::ops::ControlFlow;

use super::records::{hits, read_all};
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

/// What is asked for.
#[derive(Clone, PartialEq, Debug)]
enum Id {
    Connection(Query),
    Message(Query),
}

/// Reads everything, then tells the stories of that id.
pub fn run(args: &Args, config: &Config) -> Result<Status, CommandError> {
    let narrowed = parse_with(&args.query, config.saved()).map_err(CommandError::Query)?;
    let id = Id::parse(&args.id)?;
    let (request, stop) = request(&args.paths, config, Follow::Once)?;
    let mut notices = Notices::of_once();
    let years = first_year(&args.input);
    let index = empty_index(config, crate::index::TrackClosed::Off);
    let ingest = read_all(&request, stop, years, index, &mut notices)?;
    let found = find(&ingest, &id, &narrowed)?;
    if found.is_empty() {
        warn(&missing(&ingest, args));
        return Ok(notices.status(Status::Nothing));
    }
    let stories = told(&ingest, &found)?;
    let limit = usize::try_from(args.limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    let mut out = output();
    if args.format == TraceFormat::Log {
        let mut wanted = search::LineRequest::default();
        for (subject, story) in stories.iter().take(limit) {
            wanted.extend(trace::lines_of(&ingest.index.read(), *subject, story));
        }
        crate::report::log::print(&mut out, &ingest.sources, &wanted)
            .map_err(CommandError::Raw)??;
        return Ok(notices.status(Status::Matched));
    }
    for (at, (subject, story)) in stories.iter().enumerate().take(limit) {
        let lines = if args.raw {
            Some(raw_lines(&ingest, *subject, story)?)
        } else {
            None
        };
        let told = TraceView {
            subject: *subject,
            trace: story,
            lines: lines.as_deref(),
        };
        let index = ingest.index.read();
        let place = Ordinal {
            at: at + 1,
            of: stories.len(),
        };
        match args.format {
            TraceFormat::Json => report::json(&mut out, &index, &told)?,
            _ => {
                if at > 0 {
                    writeln!(out)?;
                }
                let style = table_style(config.color);
                report::text(&mut out, &index, &told, place, style)?;
            }
        }
    }
    out.flush()?;
    Ok(notices.status(Status::Matched))
}

impl Id {
    /// Reads `icid:450`, `dcid:5640`, `mid:448` or a Message-ID.
    fn parse(text: &str) -> Result<Self, CommandError> {
        let refused = || {
            CommandError::Usage(format!(
                "`{}` is no id; expected is icid:450, dcid:5640, mid:448 or a Message-ID as in <1@example.com>",
                safe::text(text)
            ))
        };
        let lower = text.trim().to_lowercase();
        let number = |name: &str| {
            let rest = lower.strip_prefix(name)?;
            let rest = rest.strip_prefix([':', ' '])?.trim_start();
            rest.parse::<u64>().ok()
        };
        let query = |text: &str| crate::query::parse(text).map_err(|_| refused());
        for name in ["icid", "dcid", "mid"] {
            if lower.starts_with(&format!("{name}:")) || lower.starts_with(&format!("{name} ")) {
                let number = number(name).ok_or_else(refused)?;
                let query = query(&format!("{name}:{number}"))?;
                return Ok(if name == "mid" {
                    Self::Message(query)
                } else {
                    Self::Connection(query)
                });
            }
        }
        let id = text.trim();
        let id = id.strip_prefix("msgid:").unwrap_or(id);
        if !id.contains('@') && !id.starts_with('<') {
            return Err(refused());
        }
        query(&format!("msgid:{}", quote(id))).map(Self::Message)
    }
}

/// The records of that id, the oldest first.
fn find(ingest: &Ingest, id: &Id, narrowed: &Query) -> Result<Vec<Subject>, CommandError> {
    let hits = hits(narrowed, &ingest.sources)?;
    let none = crate::query::TextMatches::none();
    let index = ingest.index.read();
    Ok(match id {
        Id::Connection(query) => {
            let kept = narrowed.connections(&index, &hits);
            let found = query.connections(&index, &none).into_iter();
            let kept = found.filter(|id| kept.binary_search(id).is_ok());
            kept.map(Subject::Connection).collect()
        }
        Id::Message(query) => {
            let kept = narrowed.messages(&index, &hits);
            let found = query.messages(&index, &none).into_iter();
            let kept = found.filter(|id| kept.binary_search(id).is_ok());
            kept.map(Subject::Message).collect()
        }
    })
}

/// Each one's story, but once only where one tells of the other.
fn told(ingest: &Ingest, found: &[Subject]) -> Result<Vec<(Subject, Trace)>, CommandError> {
    let mut stories: Vec<(Subject, Trace)> = Vec::new();
    for subject in found {
        let is_told = |(of, story): &(Subject, Trace)| {
            matches!(of, Subject::Message(_)) && story.related.contains(subject)
        };
        if stories.iter().any(is_told) {
            continue;
        }
        let wanted = trace::wanted(&ingest.index.read(), *subject);
        let lines =
            search::read_lines(&ingest.sources, &wanted, usize::MAX).map_err(CommandError::Raw)?;
        let story = trace::build(&ingest.index.read(), *subject, &lines);
        stories.push((*subject, story));
    }
    Ok(stories)
}

fn raw_lines(
    ingest: &Ingest,
    subject: Subject,
    story: &Trace,
) -> Result<Vec<Vec<u8>>, CommandError> {
    let wanted = trace::lines_of(&ingest.index.read(), subject, story);
    let mut lines = Vec::new();
    search::for_each_line(&ingest.sources, &wanted, &mut |line| {
        lines.push(line.bytes);
        ControlFlow::Continue(())
    })
    .map_err(CommandError::Raw)?;
    Ok(lines)
}

/// What was looked for, and in which time.
fn missing(ingest: &Ingest, args: &Args) -> String {
    let index = ingest.index.read();
    let span = match (index.oldest(), index.newest()) {
        (Some(oldest), Some(newest)) => format!(", which goes from {oldest} to {newest}"),
        _ => String::new(),
    };
    let narrowed = if args.query.trim().is_empty() {
        ""
    } else {
        " for which the query holds"
    };
    format!("no {}{narrowed} in this log{span}", safe::text(&args.id))
}
