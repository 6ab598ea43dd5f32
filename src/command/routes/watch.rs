//! `routes -f`: prints all routes, then each change of the state or severity of an incident.
//!
//! ```text
//! 2009-04-22 11:21:07  failing     critical  OutboundAuthentication  535 5.7.8 Error: authentication failed
//! 2009-04-22 11:40:12  recovering  critical  OutboundAuthentication  535 5.7.8 Error: authentication failed
//! ```

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use super::super::output::warn_hidden_columns;
use super::super::{CommandError, Status, empty_index, first_year, ingest, output, request};
use super::{Args, notices, printer};
use crate::config::Config;
use crate::header::Timestamp;
use crate::humanize;
use crate::index::{ApplianceId, Index, TrackClosed};
use crate::judge::Seconds;
use crate::judge::incident::{Incident, Severity, State};
use crate::pipeline::{Ingest, IngestEvent};
use crate::query::Query;
use crate::report::routes::RouteRecord;
use crate::report::{Format, Printer};
use crate::safe;
use crate::source::Follow;
use crate::triage::findings::FindingKind;
use crate::triage::{Destination, DestinationId, GroupBy, Reason, Triage};

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
            for route in &triage.destinations {
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
        of: &Changed<'_>,
    ) -> Result<(), CommandError> {
        match self {
            Self::Records(out) => {
                for route in of.routes(triage) {
                    out.record(&RouteRecord::new(index, triage, route))?;
                }
                Ok(out.flush()?)
            }
            Self::Lines(out, ..) => {
                let line = of.line(index, triage);
                writeln!(out, "{}", safe::text(line.trim_end()))?;
                Ok(out.flush()?)
            }
        }
    }
}

/// A change of an incident.
struct Changed<'j> {
    appliance: ApplianceId,
    incident: &'j Incident,
    change: Change,
}

type Change = (Seconds, State, Option<Severity>);

impl Changed<'_> {
    /// Its route, or those that a common cause hit.
    fn routes<'t>(&self, triage: &'t Triage) -> impl Iterator<Item = &'t Destination> {
        let numbers = self.incident.kind.route().into_iter();
        let numbers = numbers.chain(self.incident.members.iter().copied());
        let appliance = self.appliance;
        numbers.filter_map(move |no| triage.destination(DestinationId { appliance, no }))
    }

    fn line(&self, index: &Index, triage: &Triage) -> String {
        let (at, state, severity) = self.change;
        let at = Timestamp::from_seconds(at).map_or_else(String::new, humanize::date_time);
        let severity = severity.map_or("", Severity::word);
        let class = self.incident.class();
        let mut routes = self.routes(triage);
        let first = routes.next();
        let kind = FindingKind::of_incident(self.incident);
        let name = match first {
            Some(route) if self.incident.kind.is_common() => {
                let more = humanize::and_more(1, 1 + routes.count());
                format!("{}: {}{more}", kind.phrase(), route.title())
            }
            Some(route) => route.title(),
            None => kind.phrase().to_owned(),
        };
        let appliance = index.appliance(self.appliance);
        let appliance = appliance.map_or_else(String::new, |name| format!(" on {name}"));
        let why = first.and_then(|route| route.reason_of(class));
        let why = why.map_or_else(|| class.phrase().to_owned(), Reason::line);
        format!(
            "{at:<19}  {:<10}  {severity:<8}  {name}{appliance}  {why}",
            state.word()
        )
    }
}

/// How many changes of an incident were printed, and the last one.
type Printed = (usize, Option<Change>);

struct RouteWatch<'w> {
    query: &'w Query,
    ingest: &'w Ingest,
    /// By incident.
    known: Option<BTreeMap<(ApplianceId, usize), Printed>>,
}

impl RouteWatch<'_> {
    /// Prints what has changed since the last call.
    fn update(&mut self, changes: &mut Changes<'_>) -> Result<(), CommandError> {
        self.ingest.ack_growth();
        let (index, triage) = super::triage(self.ingest, self.query, GroupBy::Route)?;
        let is_first = self.known.is_none();
        let known = self.known.get_or_insert_default();
        if is_first {
            changes.first(&index, &triage)?;
        }
        let mut new: Vec<Changed<'_>> = Vec::new();
        for (appliance, judge) in index.judges() {
            for (id, incident) in judge.incidents().iter().enumerate() {
                let all = &incident.progress.changes;
                let now = (all.len(), all.last().copied());
                let before = known.insert((appliance, id), now).unwrap_or_default();
                // Only so many are kept: of a list that is full, the last one may be new.
                let from = match before.0 {
                    count if count < all.len() || before.1 == now.1 => count,
                    count => count.saturating_sub(1),
                };
                let changed = all.iter().skip(from).map(|change| Changed {
                    appliance,
                    incident,
                    change: *change,
                });
                new.extend(changed);
            }
        }
        if is_first {
            return Ok(());
        }
        new.sort_by_key(|changed| changed.change.0);
        let is_selected = |changed: &&Changed<'_>| {
            self.query.is_empty() || changed.routes(&triage).next().is_some()
        };
        for changed in new.iter().filter(is_selected) {
            changes.change(&index, &triage, changed)?;
        }
        Ok(())
    }
}
