//! `routes --report`: an incident report of each failing or degraded route.

use std::io::Write;

use super::super::records::{Selection, hits};
use super::super::{CommandError, Status, output, warn};
use super::{Args, notices, read};
use crate::config::Config;
use crate::query::Query;
use crate::report::incident;
use crate::triage::{self, GroupBy, Route, RouteState, Triage};

/// Prints a report for each; without one, a note to standard error.
pub(super) fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let mut notices = notices(args);
    let ingest = read(args, config, &mut notices)?;
    let hits = hits(query, &ingest.sources)?;
    let index = ingest.index.read();
    let selection = Selection {
        query,
        index: &index,
        hits: &hits,
    };
    // Findings exist for the whole log only.
    let triage = if query.is_empty() {
        triage::analyze(&index, config.triage)
    } else {
        selection.triage(GroupBy::Route)
    };
    let mut out = output();
    let mut reported = 0;
    for route in worst(&triage) {
        if reported > 0 {
            writeln!(out, "\n---\n")?;
        }
        let requests = incident::requests(&index, route);
        let lines = incident::read(&ingest.sources, requests);
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

/// The failing routes, else the degraded ones.
fn worst(triage: &Triage) -> impl Iterator<Item = &Route> {
    let state = if triage.count(RouteState::Failing) > 0 {
        RouteState::Failing
    } else {
        RouteState::Degraded
    };
    triage
        .routes
        .iter()
        .filter(move |route| route.state == state)
}
