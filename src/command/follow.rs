//! `query -f` over records: prints those that the log already holds, then each one as it closes.

use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use super::records::{Selection, hits};
use super::{CommandError, Notices, ResultSink, Status, empty_index, first_year, ingest, request};
use crate::cli::QueryArgs as Args;
use crate::config::Config;
use crate::index::{ClosedRecord, ConnectionId, MessageId, TrackClosed};
use crate::pipeline::{Ingest, IngestEvent};
use crate::query::Query;
use crate::report::record::{AttemptRecord, ConnectionRecord, DeliveryRecord, MessageRecord};
use crate::report::{Format, View};
use crate::source::Follow;

/// Lines of one second arrive together: a short wait handles them at once.
const GATHER: Duration = Duration::from_millis(20);

/// Prints the existing records, then new ones until standard input ends or a signal arrives.
pub(super) fn run(args: &Args, config: &Config, query: &Query) -> Result<Status, CommandError> {
    if args.format == Format::Log {
        return Err(CommandError::Usage(
            "--follow --format log needs --view events: a record's lines are complete only after it has ended".to_owned(),
        ));
    }
    let (mut request, stop) = request(&args.paths, config, Follow::Live)?;
    request.raw_lines = super::raw_lines(args, query);
    let mut notices = Notices::new(args);
    let index = empty_index(config, TrackClosed::On);
    let (ingest, events) = ingest(&request, stop, first_year(&args.input), index)?;
    super::with_output(args, config, |out| {
        let mut follower = Follower {
            args,
            query,
            ingest: &ingest,
            initial: true,
            attempts: 0,
            deliveries: 0,
        };
        for event in &events {
            let flow = match event {
                IngestEvent::Refused(refused) => return Err(refused.into()),
                IngestEvent::Notice(notice) => {
                    notices.report(&notice);
                    ControlFlow::Continue(())
                }
                IngestEvent::CaughtUp if follower.initial => {
                    notices.retired(ingest.index.read().evicted());
                    follower.print_existing(out)?
                }
                IngestEvent::Grew if !follower.initial => {
                    std::thread::sleep(GATHER);
                    follower.print_new(out)?
                }
                IngestEvent::End => {
                    let _ = if follower.initial {
                        follower.print_existing(out)?
                    } else {
                        follower.print_new(out)?
                    };
                    ControlFlow::Break(())
                }
                IngestEvent::Grew | IngestEvent::CaughtUp => ControlFlow::Continue(()),
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    })
    .map(|status| notices.status(status))
}

struct Follower<'f> {
    args: &'f Args,
    query: &'f Query,
    ingest: &'f Ingest,
    initial: bool,
    /// The first attempt and delivery that have not been checked.
    attempts: usize,
    deliveries: usize,
}

type Flow = Result<ControlFlow<()>, CommandError>;

impl Follower<'_> {
    /// Prints the existing records.
    fn print_existing(&mut self, out: &mut ResultSink<'_>) -> Flow {
        self.initial = false;
        self.ingest.ack_growth();
        let hits = hits(self.query, &self.ingest.sources)?;
        self.ingest.index.drain_closed();
        let index = self.ingest.index.read();
        (self.attempts, self.deliveries) = (index.attempts_end(), index.deliveries_end());
        Selection {
            query: self.query,
            index: &index,
            hits: &hits,
        }
        .print(self.args.view, out)?;
        out.flush()?;
        Ok(out.state())
    }

    /// Prints the records since the last call.
    fn print_new(&mut self, out: &mut ResultSink<'_>) -> Flow {
        self.ingest.ack_growth();
        let ended = self.ingest.index.drain_closed();
        let hits = hits(self.query, &self.ingest.sources)?;
        let index = self.ingest.index.read();
        let query = self.query;
        match self.args.view {
            View::Connections => {
                let new: BTreeSet<ConnectionId> =
                    ended.iter().filter_map(ClosedRecord::connection).collect();
                if !new.is_empty() {
                    let found = query
                        .connections(&index, &hits)
                        .into_iter()
                        .filter(|id| new.contains(id));
                    print(out, found, |id| ConnectionRecord(index.connection(id)))?;
                }
            }
            View::Messages => {
                let new: BTreeSet<MessageId> =
                    ended.iter().filter_map(ClosedRecord::message).collect();
                if !new.is_empty() {
                    let found = query
                        .messages(&index, &hits)
                        .into_iter()
                        .filter(|id| new.contains(id));
                    print(out, found, |id| MessageRecord(index.message(id)))?;
                }
            }
            View::Auth => {
                let from = std::mem::replace(&mut self.attempts, index.attempts_end());
                let found = query
                    .attempts(&index, &hits)
                    .into_iter()
                    .filter(|id| id.at() >= from);
                print(out, found, |id| AttemptRecord(index.attempt(id)))?;
            }
            _ => {
                let from = std::mem::replace(&mut self.deliveries, index.deliveries_end());
                let found = query
                    .deliveries(&index, &hits)
                    .into_iter()
                    .filter(|id| id.at() >= from);
                print(out, found, |id| DeliveryRecord(index.delivery(id)))?;
            }
        }
        out.flush()?;
        Ok(out.state())
    }
}

fn print<I, R: crate::report::Printable>(
    out: &mut ResultSink<'_>,
    records: impl Iterator<Item = I>,
    record: impl Fn(I) -> R,
) -> io::Result<()> {
    for item in records {
        if out.record(&record(item))?.is_break() {
            break;
        }
    }
    Ok(())
}
