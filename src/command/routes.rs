//! `mailscope routes`: prints the outbound routes.

mod explain;
mod incidents;
mod watch;

use std::io::Write;
use std::ops::Deref;

use super::check;
use super::output::warn_hidden_columns;
use super::records::{Selection, hits, read_all};
use super::{
    CommandError, Notices, Status, check_fields, empty_index, first_year, output, request,
    table_style,
};
use crate::cli::RoutesArgs as Args;
use crate::config::Config;
use crate::index::Index;
use crate::pipeline::Ingest;
use crate::query::Query;
use crate::report::routes::{GroupRecord, RouteRecord, key_of};
use crate::report::{self, Fields, Format, Printer, View};
use crate::source::{Follow, NoticeLevel};
use crate::triage::{GroupBy, Triage};

pub(super) fn run(args: &Args, config: &Config) -> Result<Status, CommandError> {
    if args.check {
        return check::routes(args, config);
    }
    if let Some(subject) = &args.explain {
        return explain::run(args, config, subject);
    }
    let query = query(args, config)?;
    check_fields(
        args.by.map_or(View::Routes, |_| View::RouteGroups),
        &args.fields,
    )?;
    if args.format == Format::Log {
        return Err(CommandError::Usage(
            "routes are printed as table, json or csv; their lines are printed by `mailscope query 'ip:ADDRESS' --format log`".to_owned(),
        ));
    }
    if args.report {
        return incidents::run(args, config, &query);
    }
    if args.follow {
        return watch::run(args, config, &query);
    }
    let mut notices = notices(args);
    let ingest = read(args, config, &mut notices)?;
    let printed = print(args, config, &query, &ingest)?;
    Ok(notices.status(if printed > 0 {
        Status::Matched
    } else {
        Status::Nothing
    }))
}

fn query(args: &Args, config: &Config) -> Result<Query, CommandError> {
    crate::query::parse_with(&args.query, config.saved()).map_err(CommandError::Query)
}

fn notices(args: &Args) -> Notices {
    let least = if args.follow {
        NoticeLevel::Info
    } else {
        NoticeLevel::Warning
    };
    Notices::of(args.format, least)
}

/// Reads the whole log.
fn read(args: &Args, config: &Config, notices: &mut Notices) -> Result<Ingest, CommandError> {
    let (request, stop) = request(&args.paths, config, Follow::Once)?;
    let index = empty_index(config, crate::index::TrackClosed::Off);
    read_all(&request, stop, first_year(&args.input), index, notices)
}

fn printer<'o>(args: &Args, config: &Config, out: &'o mut dyn Write) -> Box<dyn Printer + 'o> {
    let by = args.by.map(key_of);
    let mut fields = args.fields.clone();
    let view = if by.is_some() {
        View::RouteGroups
    } else {
        View::Routes
    };
    if let (Some(by), Format::Csv, true) = (by, args.format, fields.is_empty()) {
        let is_of_another = |key: &&str| ["profile", "domain", "host"].contains(key) && *key != by;
        fields = view
            .keys()
            .into_iter()
            .filter(|key| !is_of_another(key))
            .map(str::to_owned)
            .collect();
    }
    let style = table_style(config.color);
    let fields = Fields::new(fields).or_columns(config.columns_set(view.name()));
    report::printer(args.format, view, fields, style, out)
}

/// The index, and the routes of the connections that the query matches.
fn triage(
    ingest: &Ingest,
    query: &Query,
    by: GroupBy,
) -> Result<(impl Deref<Target = Index>, Triage), CommandError> {
    let hits = hits(query, &ingest.sources)?;
    let index = ingest.index.read();
    let selection = Selection {
        query,
        index: &index,
        hits: &hits,
    };
    let triage = selection.triage(by);
    Ok((index, triage))
}

/// Prints routes or groups and returns their number.
fn print(
    args: &Args,
    config: &Config,
    query: &Query,
    ingest: &Ingest,
) -> Result<usize, CommandError> {
    let (index, triage) = triage(ingest, query, args.by.unwrap_or_default())?;
    let mut stdout = output();
    let mut out = printer(args, config, &mut stdout);
    let printed = match args.by {
        None => {
            for route in &triage.destinations {
                out.record(&RouteRecord::new(&index, &triage, route))?;
            }
            triage.destinations.len()
        }
        Some(by) => {
            for group in &triage.groups {
                out.record(&GroupRecord::new(&index, &triage, by, group))?;
            }
            triage.groups.len()
        }
    };
    out.flush()?;
    warn_hidden_columns(out.as_ref());
    drop(out);
    stdout.flush()?;
    Ok(printed)
}
