//! `routes --report`: an incident report of each route that does not do well.

use std::io::Write;

use super::super::records::{Selection, hits};
use super::super::{CommandError, Status, output, warn};
use super::{Args, notices, read};
use crate::config::Config;
use crate::index::Index;
use crate::pipeline::Ingest;
use crate::query::Query;
use crate::report::incident::{self, Lines, Shown};
use crate::search::{self, LineRequest};
use crate::triage::{self, GroupBy, Route, RouteState, Triage};

/// Writes the reports; with nothing to report it says so on standard error.
pub fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let mut notices = notices(args);
    let ingest = read(args, config, &mut notices)?;
    let hits = hits(query, &ingest.sources)?;
    let index = ingest.index.read();
    let selection = Selection {
        query,
        index: &index,
        hits: &hits,
    };
    // Findings are of the whole log.
    let triage = if query.is_empty() {
        triage::analyze(&index, config.triage)
    } else {
        selection.triage(GroupBy::Route)
    };
    let mut out = output();
    let mut reported = 0;
    for route in told(&triage) {
        if reported > 0 {
            writeln!(out, "\n---\n")?;
        }
        let lines = lines(&ingest, &index, route);
        incident::write(&mut out, &index, &triage, route, &lines)?;
        reported += 1;
    }
    out.flush()?;
    if reported == 0 {
        warn("no route is failing or degraded: nothing to report");
    }
    Ok(notices.status(if reported == 0 {
        Status::Nothing
    } else {
        Status::Matched
    }))
}

/// The failing routes; where there is none, the degraded ones.
fn told(triage: &Triage) -> impl Iterator<Item = &Route> {
    let worst = if triage.count(RouteState::Failing) > 0 {
        RouteState::Failing
    } else {
        RouteState::Degraded
    };
    triage
        .routes
        .iter()
        .filter(move |route| route.state == worst)
}

/// The lines that show it. All was read: nobody waits for the index.
fn lines(ingest: &Ingest, index: &Index, route: &Route) -> Vec<(Shown, Lines)> {
    let read = |shown: Shown| {
        let wanted: LineRequest = shown.wanted(index);
        let lines = search::read_lines(&ingest.sources, &wanted, incident::LINES + 1);
        (shown, lines.map_err(|error| error.to_string()))
    };
    incident::shown(index, route)
        .into_iter()
        .map(read)
        .collect()
}
