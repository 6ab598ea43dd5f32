//! `query` without `-f`: reads the whole log, then prints the records that match.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::{
    CommandError, Notices, ResultSink, Status, empty_index, first_year, ingest, request, warn,
};
use crate::cli::QueryArgs as Args;
use crate::config::Config;
use crate::index::{Index, Message, TrackClosed};
use crate::pipeline::{FirstYear, Ingest, IngestEvent};
use crate::query::{Query, RecordKind, TextMatches, aggregate};
use crate::report::findings::{EvidencePlaces, FindingRecord};
use crate::report::queue::{LatencyRecord, QueueRecord};
use crate::report::record::{
    AttemptRecord, ConnectionRecord, DeliveryRecord, MessageRecord, ProfileRecord, UserRecord,
};
use crate::report::routes::{HostRecord, RouteRecord};
use crate::report::{Format, Printable, View, log};
use crate::search::{self, LineRequest};
use crate::source::{Follow, Request, Sources, Stop};
use crate::triage::queue::{self, latency::latency};
use crate::triage::{self, GroupBy, Thresholds, Triage};

pub(super) fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    let (mut request, stop) = request(&args.paths, config, Follow::Once)?;
    request.raw_lines = super::raw_lines(args, query);
    let mut notices = Notices::new(args);
    let index = empty_index(config, TrackClosed::Off);
    let years = first_year(&args.input);
    let ingest = read_all(&request, stop, years, index, &mut notices)?;
    let searched = search(query, args.view, &ingest)?;
    let hits = searched.hits;
    let index = ingest.index.read();
    if args.explain {
        if let Some(how) = &searched.how {
            warn(how);
        }
        explain(query, args.view, &index, &hits);
    }
    let selection = Selection {
        query,
        index: &index,
        hits: &hits,
    };
    super::with_output(args, config, |out| match (args.format, args.view) {
        (_, View::Findings) if args.format != Format::Log => {
            selection.findings(&ingest.sources, config.triage, out)
        }
        (Format::Log, _) if !args.count => selection.raw_lines(args.view, &ingest.sources, out),
        _ => Ok(selection.print(args.view, out)?),
    })
    .map(|status| notices.status(status))
}

/// The matching records of a view as JSON, one object per line.
pub(crate) fn json_lines(
    query: &Query,
    view: View,
    ingest: &Ingest,
) -> Result<Vec<u8>, CommandError> {
    let hits = hits(query, &ingest.sources)?;
    let index = ingest.index.read();
    let mut lines = Vec::new();
    let mut out = ResultSink::json(view, &mut lines);
    let selection = Selection {
        query,
        index: &index,
        hits: &hits,
    };
    selection.print(view, &mut out)?;
    out.flush()?;
    drop(out);
    Ok(lines)
}

/// Reads all inputs to their end.
pub(super) fn read_all(
    request: &Request,
    stop: Stop,
    years: FirstYear,
    index: Index,
    notices: &mut Notices,
) -> Result<Ingest, CommandError> {
    let (ingest, events) = ingest(request, stop, years, index)?;
    for event in &events {
        match event {
            IngestEvent::Refused(refused) => return Err(refused.into()),
            IngestEvent::Notice(notice) => notices.report(&notice),
            IngestEvent::End => break,
            IngestEvent::Grew | IngestEvent::CaughtUp => {}
        }
    }
    notices.retired(ingest.index.read().evicted());
    // The exit of the process frees the memory: doing it before took 10 ms for the index of 1 GiB.
    std::mem::forget(ingest.index.clone());
    Ok(ingest)
}

/// The text matches of a query, and how they were searched for.
struct Searched {
    hits: TextMatches,
    how: Option<String>,
}

/// Searches raw text last: if the other terms leave few records, reads only their lines, else the
/// whole log.
fn search(query: &Query, view: View, ingest: &Ingest) -> Result<Searched, CommandError> {
    let sources = &ingest.sources;
    if !query.needs_text() {
        return Ok(Searched {
            hits: TextMatches::none(),
            how: None,
        });
    }
    let began = Instant::now();
    let whole = search::log_bytes(sources);
    let narrowed = query.restricted(&ingest.index.read(), &[kinds(view)], whole);
    let (part, hits) = match narrowed {
        Some(wanted) => {
            let bytes = wanted.bytes();
            let cancelled = AtomicBool::new(false);
            let hits = TextMatches::search_lines(query.texts(), sources, &wanted, &cancelled)
                .map_err(CommandError::Raw)?;
            let part =
                format!("the lines of the records that fields leave, in {bytes} bytes of the log");
            (part, hits)
        }
        None => (
            format!("the whole log, {whole} bytes"),
            hits(query, sources)?,
        ),
    };
    let took = began.elapsed().as_secs_f64() * 1000.0;
    let how = Some(format!("raw text searched in {part}: {took:.1} ms"));
    Ok(Searched { hits, how })
}

/// The records that a view is computed from.
fn kinds(view: View) -> RecordKind {
    match view {
        View::Messages | View::Queue | View::Latency => RecordKind::Messages,
        View::Auth | View::Users | View::Profiles => RecordKind::Attempts,
        View::Deliveries => RecordKind::Deliveries,
        _ => RecordKind::Connections,
    }
}

/// Prints the query plan and timings on standard error.
fn explain(query: &Query, view: View, index: &Index, hits: &TextMatches) {
    let began = Instant::now();
    let (found, steps) = query.explain(index, hits, kinds(view));
    let took = began.elapsed().as_secs_f64() * 1000.0;
    for step in steps {
        warn(&step.to_string());
    }
    warn(&format!("{found} records match: {took:.1} ms in total"));
}

/// The text matches of a query in the whole log.
pub(super) fn hits(query: &Query, sources: &Sources) -> Result<TextMatches, CommandError> {
    if !query.needs_text() {
        return Ok(TextMatches::none());
    }
    TextMatches::search(query.texts(), sources, &AtomicBool::new(false), &mut |_| {})
        .map_err(CommandError::Raw)
}

/// The records of an index that match a query.
pub(super) struct Selection<'s> {
    pub query: &'s Query,
    pub index: &'s Index,
    pub hits: &'s TextMatches,
}

impl Selection<'_> {
    /// Prints the records of a view, up to the limit.
    pub(super) fn print(&self, view: View, out: &mut ResultSink<'_>) -> io::Result<()> {
        let (query, index, hits) = (self.query, self.index, self.hits);
        match view {
            View::Connections => {
                let all = query.connections(index, hits);
                each(out, all, |id| ConnectionRecord(index.connection(id)))
            }
            View::Messages => {
                let all = query.messages(index, hits);
                each(out, all, |id| MessageRecord(index.message(id)))
            }
            View::Auth => {
                let all = query.attempts(index, hits);
                each(out, all, |id| AttemptRecord(index.attempt(id)))
            }
            View::Deliveries => {
                let all = query.deliveries(index, hits);
                each(out, all, |id| DeliveryRecord(index.delivery(id)))
            }
            View::Users => {
                let attempts = query.attempts(index, hits);
                let attempts = attempts.iter().map(|id| index.attempt(*id));
                let users = aggregate::Users::of_attempts(index, attempts);
                each(out, users.most_failures(index), |(name, user)| {
                    UserRecord::new(index, name, user)
                })
            }
            View::Profiles => {
                let attempts = query.attempts(index, hits);
                let attempts = attempts.iter().map(|id| index.attempt(*id));
                each(out, &aggregate::profiles(index, attempts), ProfileRecord)
            }
            View::Routes => {
                let triage = self.triage(GroupBy::Route);
                let all = triage.destinations.iter();
                each(out, all, |route| RouteRecord::new(index, &triage, route))
            }
            View::Queue => {
                let all = queue::queue(index, self.messages());
                each(out, &all, QueueRecord)
            }
            View::Latency => {
                let all = latency(index, self.messages());
                each(out, &all, LatencyRecord)
            }
            View::Hosts => {
                let triage = self.triage(GroupBy::Route);
                let all = triage.hosts.iter();
                each(out, all, |host| HostRecord::new(index, &triage, host))
            }
            View::Findings | View::Events | View::RouteGroups => Ok(()),
        }
    }

    fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        let found = self.query.messages(self.index, self.hits);
        found.into_iter().map(|id| self.index.message(id))
    }

    /// Prints findings. They need the whole log: on the matches of a query, normal traffic can look
    /// abnormal.
    fn findings(
        &self,
        sources: &Sources,
        limits: Thresholds,
        out: &mut ResultSink<'_>,
    ) -> Result<(), CommandError> {
        if !self.query.is_empty() {
            return Err(CommandError::Usage(
                "findings are computed from the whole log: use --view findings with the query '' (each finding names the query of its records)".to_owned(),
            ));
        }
        let triage = triage::analyze(self.index, limits);
        let places = EvidencePlaces::read(self.index, sources, &triage);
        let places = places.map_err(CommandError::Raw)?;
        let record = |finding| FindingRecord((self.index, finding, &places));
        Ok(each(out, &triage.findings, record)?)
    }

    /// The routes of the connections that match.
    pub(super) fn triage(&self, by: GroupBy) -> Triage {
        if self.query.is_empty() {
            return triage::routes(self.index, by, None);
        }
        let selected = self.query.connections(self.index, self.hits);
        triage::routes(self.index, by, Some(&selected))
    }

    /// Prints the raw lines of the records of a view.
    fn raw_lines(
        &self,
        view: View,
        sources: &Sources,
        out: &mut ResultSink<'_>,
    ) -> Result<(), CommandError> {
        let (query, index, hits) = (self.query, self.index, self.hits);
        let mut wanted = LineRequest::default();
        match view {
            View::Messages => {
                for id in query.messages(index, hits) {
                    if out.count_one().is_break() {
                        break;
                    }
                    wanted.add_message(&index.message(id));
                }
            }
            View::Connections => {
                for id in query.connections(index, hits) {
                    if out.count_one().is_break() {
                        break;
                    }
                    wanted.add_connection(&index.connection(id));
                }
            }
            _ => {
                return Err(CommandError::Usage(
                    "--format log prints the lines of connections, messages or events; select one with --view".to_owned(),
                ));
            }
        }
        if let Some(raw) = out.raw() {
            print_lines(raw, sources, &wanted)?;
        }
        Ok(())
    }
}

fn each<I, R: Printable>(
    out: &mut ResultSink<'_>,
    records: impl IntoIterator<Item = I>,
    record: impl Fn(I) -> R,
) -> io::Result<()> {
    for item in records {
        let flow = if out.is_counting() {
            out.count_one()
        } else {
            out.record(&record(item))?
        };
        if flow.is_break() {
            break;
        }
    }
    Ok(())
}

/// Prints the requested lines of the log in its order, each once.
pub(super) fn print_lines(
    out: &mut dyn Write,
    sources: &Sources,
    request: &LineRequest,
) -> Result<(), CommandError> {
    let mut written = Ok(());
    search::for_each_line(sources, request, &mut |line| {
        written = log::write_line(out, &line.bytes);
        if written.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })
    .map_err(CommandError::Raw)?;
    written?;
    Ok(out.flush()?)
}
