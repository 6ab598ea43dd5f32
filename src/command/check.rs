//! `mailscope check` and `mailscope routes --check`: one status for monitoring.

use std::ffi::OsString;
use std::io::Write;

use super::records::{Selection, hits, read_all};
use super::{CommandError, Notices, Status, empty_index, first_year, output, request};
use crate::cli::{CheckArgs, InputArgs, RoutesArgs};
use crate::config::Config;
use crate::index::TrackClosed;
use crate::report::check::{Check, Judged, Restriction};
use crate::source::Follow;
use crate::triage::{self, DestinationId, GroupBy};

/// What one of the two commands asks.
struct Asked<'a> {
    judged: Judged,
    paths: &'a [OsString],
    input: &'a InputArgs,
    query: &'a str,
    only: Option<&'a glob::Pattern>,
}

pub(super) fn routes(args: &RoutesArgs, config: &Config) -> Result<Status, CommandError> {
    run(
        &Asked {
            judged: Judged::Routes,
            paths: &args.paths,
            input: &args.input,
            query: &args.query,
            only: args.only.as_ref(),
        },
        config,
    )
}

pub(super) fn all(args: &CheckArgs, config: &Config) -> Result<Status, CommandError> {
    run(
        &Asked {
            judged: Judged::All,
            paths: &args.paths,
            input: &args.input,
            query: "",
            only: args.only.as_ref(),
        },
        config,
    )
}

/// On an error, monitoring gets a status line and exit status 3.
pub(super) fn unknown(judged: Judged, problem: &CommandError) -> Result<Status, CommandError> {
    print(&Check::unknown(judged, &problem.to_string()))
}

fn run(asked: &Asked<'_>, config: &Config) -> Result<Status, CommandError> {
    print(&checked(asked, config)?)
}

fn print(check: &Check) -> Result<Status, CommandError> {
    let mut out = output();
    out.write_all(check.text.as_bytes())?;
    out.flush()?;
    Ok(Status::Check(check.status))
}

fn checked(asked: &Asked<'_>, config: &Config) -> Result<Check, CommandError> {
    let query = crate::query::parse_with(asked.query, config.saved());
    let query = query.map_err(CommandError::Query)?;
    let (request, stop) = request(asked.paths, config, Follow::Once)?;
    let mut notices = Notices::of_once();
    let index = empty_index(config, TrackClosed::Off);
    let years = first_year(asked.input);
    let ingest = read_all(&request, stop, years, index, &mut notices)?;
    if notices.status(Status::Matched) == Status::Incomplete {
        let why = "not all of the log could be read; see standard error";
        return Ok(Check::unknown(asked.judged, why));
    }
    let hits = hits(&query, &ingest.sources)?;
    let index = ingest.index.read();
    let selected: Option<Vec<DestinationId>> = (!query.is_empty()).then(|| {
        let selection = Selection {
            query: &query,
            index: &index,
            hits: &hits,
        };
        let routes = selection.triage(GroupBy::Route).destinations;
        routes.iter().map(|route| route.id).collect()
    });
    let triage = triage::analyze(&index, config.triage);
    let restriction = Restriction {
        only: asked.only,
        routes: selected.as_deref(),
    };
    let warnings = match asked.judged {
        Judged::Routes => &[][..],
        Judged::All => notices.warnings(),
    };
    Ok(Check::new(
        asked.judged,
        &index,
        &triage,
        &restriction,
        warnings,
    ))
}
