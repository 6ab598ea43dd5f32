//! `routes -f`: prints all routes, then each change of a state.
//!
//! ```text
//! 2009-04-22 11:19:39  healthy → failing   172.16.155.102:25  535 5.7.8 Error: authentication failed
//! ```

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use super::super::output::warn_hidden_columns;
use super::super::{CommandError, Status, empty_index, first_year, ingest, output, request};
use super::{Args, notices, printer};
use crate::config::Config;
use crate::humanize;
use crate::index::{Index, TrackClosed};
use crate::pipeline::{Ingest, IngestEvent};
use crate::query::Query;
use crate::report::routes::RouteRecord;
use crate::report::{Format, Printer};
use crate::safe;
use crate::source::Follow;
use crate::triage::{GroupBy, Reason, Route, RouteId, RouteState, Triage};

/// The delay between new lines and the analysis, so that lines of one burst are analyzed once.
const DELAY: Duration = Duration::from_millis(200);

/// Runs until the input ends or a signal stops it.
pub(super) fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let (request, stop) = request(&args.paths, config, Follow::Live)?;
    let mut notices = notices(args);
    let index = empty_index(config, TrackClosed::Off);
    let (ingest, news) = ingest(&request, stop, first_year(&args.input), index)?;
    let mut watch = RouteWatch {
        query,
        ingest: &ingest,
        known: None,
    };
    let mut stdout = output();
    let mut changes = Changes::new(args, config, &mut stdout);
    for news in &news {
        match news {
            IngestEvent::Refused(refused) => return Err(refused.into()),
            IngestEvent::Notice(notice) => notices.report(&notice),
            IngestEvent::CaughtUp => watch.update(&mut changes)?,
            IngestEvent::Grew if watch.known.is_some() => {
                std::thread::sleep(DELAY);
                watch.update(&mut changes)?;
            }
            IngestEvent::Grew => {}
            IngestEvent::End => {
                watch.update(&mut changes)?;
                break;
            }
        }
    }
    Ok(notices.status(Status::Matched))
}

/// Prints changes as records, or as lines below the first table.
enum Changes<'o> {
    Records(Box<dyn Printer + 'o>),
    Lines(&'o mut dyn Write, &'o Args, &'o Config),
}

impl<'o> Changes<'o> {
    fn new(args: &'o Args, config: &'o Config, out: &'o mut dyn Write) -> Self {
        if args.format == Format::Table {
            Self::Lines(out, args, config)
        } else {
            Self::Records(printer(args, config, out))
        }
    }

    /// Prints all routes.
    fn first(&mut self, index: &Index, triage: &Triage) -> Result<(), CommandError> {
        let print = |out: &mut dyn Printer| -> Result<(), CommandError> {
            for route in &triage.routes {
                out.record(&RouteRecord::new(index, triage, route))?;
            }
            out.flush()?;
            warn_hidden_columns(out);
            Ok(())
        };
        match self {
            Self::Records(out) => print(out.as_mut()),
            Self::Lines(out, args, config) => print(printer(args, config, *out).as_mut()),
        }
    }

    fn change(
        &mut self,
        index: &Index,
        triage: &Triage,
        route: &Route,
        before: Option<RouteState>,
    ) -> Result<(), CommandError> {
        match self {
            Self::Records(out) => {
                out.record(&RouteRecord::new(index, triage, route))?;
                Ok(out.flush()?)
            }
            Self::Lines(out, ..) => {
                writeln!(out, "{}", safe::text(line(index, route, before).trim_end()))?;
                Ok(out.flush()?)
            }
        }
    }
}

fn line(index: &Index, route: &Route, before: Option<RouteState>) -> String {
    let at = match route.state {
        RouteState::Failing => route.failing_since,
        _ => route.tally.last_ok.or(route.tally.last_seen),
    };
    let at = at.map_or_else(String::new, humanize::date_time);
    let why = match route.state {
        RouteState::Healthy => String::new(),
        _ => route.cause().map_or_else(String::new, Reason::line),
    };
    format!(
        "{at:<19}  {} → {:<9} {}  {why}",
        before.map_or("new", RouteState::word),
        route.state.word(),
        route.title(index),
    )
}

struct RouteWatch<'w> {
    query: &'w Query,
    ingest: &'w Ingest,
    /// The states printed last.
    known: Option<BTreeMap<RouteId, RouteState>>,
}

impl RouteWatch<'_> {
    /// Prints the routes whose state has changed.
    fn update(&mut self, changes: &mut Changes<'_>) -> Result<(), CommandError> {
        self.ingest.ack_growth();
        let (index, triage) = super::triage(self.ingest, self.query, GroupBy::Route)?;
        match &self.known {
            None => changes.first(&index, &triage)?,
            Some(known) => {
                for route in &triage.routes {
                    let before = known.get(&route.id()).copied();
                    if before.unwrap_or(RouteState::Healthy) != route.state {
                        changes.change(&index, &triage, route, before)?;
                    }
                }
            }
        }
        let states = triage.routes.iter().map(|route| (route.id(), route.state));
        self.known = Some(states.collect());
        Ok(())
    }
}
