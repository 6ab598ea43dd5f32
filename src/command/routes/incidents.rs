//! `routes --report`: a report of each open incident, else of each that is over.

use std::io::Write;

use super::super::records::{Selection, hits};
use super::super::{CommandError, Status, output, warn};
use super::{Args, notices, read};
use crate::config::Config;
use crate::query::Query;
use crate::report::incident::{self, Reported};
use crate::triage::findings::Finding;
use crate::triage::{self, DestinationId, GroupBy, Triage};

/// Prints a report for each; without one, a note to standard error.
pub(super) fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let mut notices = notices(args);
    let ingest = read(args, config, &mut notices)?;
    let hits = hits(query, &ingest.sources)?;
    let index = ingest.index.read();
    let selected: Option<Vec<DestinationId>> = (!query.is_empty()).then(|| {
        let selection = Selection {
            query,
            index: &index,
            hits: &hits,
        };
        let routes = selection.triage(GroupBy::Route).destinations;
        routes.iter().map(|route| route.id).collect()
    });
    let triage = triage::analyze(&index, config.triage);
    let mut out = output();
    let mut reported = 0;
    for finding in worst(&triage, selected.as_deref()) {
        if reported > 0 {
            writeln!(out, "\n---\n")?;
        }
        let incident = Reported::of_finding(&triage, finding);
        let requests = incident::requests(&index, &triage, &incident);
        let lines = incident::read(&ingest.sources, requests);
        incident::write(&mut out, &index, &incident, &lines)?;
        reported += 1;
    }
    out.flush()?;
    if reported == 0 {
        warn("no incident is open: nothing to report");
    }
    Ok(notices.status(if reported == 0 {
        Status::Nothing
    } else {
        Status::Matched
    }))
}

/// The open incidents of the selected routes, else those that are over.
fn worst<'t>(
    triage: &'t Triage,
    selected: Option<&[DestinationId]>,
) -> impl Iterator<Item = &'t Finding> {
    let is_wanted = |finding: &&Finding| {
        let of_routes = finding.kind.is_of_routes() && !finding.kind.is_tail();
        of_routes
            && selected.is_none_or(|selected| finding.routes().any(|id| selected.contains(&id)))
    };
    let wanted: Vec<&Finding> = triage.findings.iter().filter(is_wanted).collect();
    let any_open = wanted.iter().any(|finding| finding.is_open());
    wanted
        .into_iter()
        .filter(move |finding| finding.is_open() == any_open)
}
