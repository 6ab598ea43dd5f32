//! What would make a key wait is done here: reading lines, searching the log.

pub mod incident;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::index::store::extent::Span;
use crate::index::{ConnectionId, Index};
use crate::pipeline::SharedIndex;
use crate::position::Position;
use crate::query::{Query, RecordKind, TextMatches};
use crate::search::SearchProgress;
use crate::search::{self, LineRequest, RawLine};
use crate::search::{LineChunk, LinePattern, LineRange, SearchDirection};
use crate::source::Sources;
use crate::triage::{RouteId, Thresholds};
use crate::tui::state::record::Record;
use crate::tui::state::triage_state::{self, TriageJob, TriageResult};

/// A search waits so long for the next key.
const TYPING: Duration = Duration::from_millis(150);

/// Lines of each of two connections that are shown beside each other.
const MOST_BESIDE: usize = 200;

/// What a search has found so far is shown this often.
const PARTIAL: Duration = Duration::from_millis(400);

/// Something to be read.
#[derive(Debug)]
pub enum Job {
    /// A record's lines, which stand in these spans.
    Record(Record, Vec<Span>, LineRequest),
    /// The lines of two connections that are shown beside each other.
    Sides([Option<ConnectionId>; 2], [Option<LineRequest>; 2]),
    /// Lines of the log.
    Log(LineRange),
}

/// What was read, or why not in one sentence.
#[derive(Debug)]
pub enum Answer {
    /// A record's lines.
    Record(Record, Vec<Span>, Result<Vec<RawLine>, String>),
    /// The lines of two connections.
    Sides([Option<ConnectionId>; 2], Result<[Vec<RawLine>; 2], String>),
    /// Lines of the log.
    Log(LineRange, Result<LineChunk, String>),
    /// So many bytes were searched for that filter.
    Searched(String, u64),
    /// What was found so far for that filter.
    Partial(String, TextMatches),
    /// What was found for that filter.
    Hits(String, Result<TextMatches, String>),
    /// Where the line stands that was looked for.
    Found(Result<Option<Position>, String>),
    /// Where a report was written, or why not in one sentence.
    Reported(Result<PathBuf, String>),
    /// What was seen for the order of that number.
    Seen(u64, TriageResult),
}

/// The threads that read.
pub struct Workers {
    sources: Arc<Sources>,
    index: SharedIndex,
    jobs: Sender<Job>,
    tell: Arc<dyn Fn(Answer) + Send + Sync>,
    /// Stops the search that runs.
    stop: Arc<AtomicBool>,
    /// Stops the look at routes that is under way.
    stop_look: Arc<AtomicBool>,
}

impl Workers {
    /// Starts them. Of one record they read at most so many lines.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        sources: Arc<Sources>,
        index: SharedIndex,
        most_lines: usize,
        tell: impl Fn(Answer) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job>();
        let tell: Arc<dyn Fn(Answer) + Send + Sync> = Arc::new(tell);
        let (files, told) = (Arc::clone(&sources), Arc::clone(&tell));
        thread::Builder::new().name("lines".into()).spawn(move || {
            while let Ok(first) = queue.recv() {
                let mut waiting: Vec<Job> =
                    std::iter::once(first).chain(queue.try_iter()).collect();
                // Of several records asked for only the last one is still looked at.
                let last = waiting
                    .iter()
                    .rposition(|job| matches!(job, Job::Record(..)));
                let mut at = 0;
                waiting.retain(|job| {
                    at += 1;
                    !matches!(job, Job::Record(..)) || Some(at - 1) == last
                });
                waiting
                    .into_iter()
                    .for_each(|job| told(work(&files, job, most_lines)));
            }
        })?;
        Ok(Self {
            sources,
            index,
            jobs,
            tell,
            stop: Arc::default(),
            stop_look: Arc::default(),
        })
    }

    /// Reads something.
    pub fn read(&self, job: Job) {
        // The thread ends with the program only.
        let _ = self.jobs.send(job);
    }

    /// Stops the search that runs, if one does.
    pub fn cancel(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Reads the log for a filter's texts, behind what was read for `hits`; only a few records' lines where its fields
    /// leave no more.
    pub fn search(&mut self, filter: Arc<Query>, hits: TextMatches) {
        let index = self.index.clone();
        self.long("search", move |sources, stop, tell| {
            // The word being typed may become the name of a field with the next key.
            let typed = Instant::now();
            while typed.elapsed() < TYPING && !stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(10));
            }
            let text = filter.text().to_owned();
            let (mut hits, mut read) = (hits, 0);
            if hits.is_partial() {
                let kinds = [RecordKind::Connections, RecordKind::Messages];
                let whole = search::log_bytes(sources);
                let few = filter.restricted(&index.read(), &kinds, whole);
                match few {
                    None => hits = TextMatches::none(),
                    Some(few) => {
                        let found = TextMatches::search_lines(filter.texts(), sources, &few, stop);
                        return (!stop.load(Ordering::Relaxed))
                            .then(|| Answer::Hits(text, found.map_err(|error| error.to_string())));
                    }
                }
            }
            let found = loop {
                let (before, until) = (read, Instant::now() + PARTIAL);
                let mut progress = |bytes| {
                    read = before + bytes;
                    tell(Answer::Searched(text.clone(), read));
                };
                match hits.advance(filter.texts(), sources, stop, Some(until), &mut progress) {
                    Ok(SearchProgress::Paused) => tell(Answer::Partial(text.clone(), hits.clone())),
                    Ok(SearchProgress::End) => break Ok(hits),
                    Err(error) => break Err(error.to_string()),
                }
            };
            (!stop.load(Ordering::Relaxed)).then(|| Answer::Hits(text.clone(), found))
        });
    }

    /// Looks at routes and for findings.
    pub fn look(&mut self, order: TriageJob) {
        self.stop_look.store(true, Ordering::Relaxed);
        self.stop_look = Arc::default();
        let (stop, index) = (Arc::clone(&self.stop_look), self.index.clone());
        let tell = Arc::clone(&self.tell);
        let spawned = thread::Builder::new().name("look".into()).spawn(move || {
            let with = |work: &mut dyn FnMut(&Index)| work(&index.read());
            let number = order.what.number;
            triage_state::look(&order, &stop, &with, &|seen| {
                tell(Answer::Seen(number, seen));
            });
        });
        if let Err(error) = spawned {
            (self.tell)(Answer::Found(Err(error.to_string())));
        }
    }

    /// Writes a route's report into the current folder; what is a finding is said by the thresholds.
    pub fn report(&self, route: RouteId, thresholds: Thresholds) {
        let (sources, index) = (Arc::clone(&self.sources), self.index.clone());
        let tell = Arc::clone(&self.tell);
        let spawned = thread::Builder::new().name("report".into()).spawn(move || {
            let with = |work: &mut dyn FnMut(&Index)| work(&index.read());
            let folder = std::env::current_dir().map_err(|error| error.to_string());
            let written = folder
                .and_then(|folder| incident::write(&folder, route, thresholds, &sources, &with));
            tell(Answer::Reported(written));
        });
        if let Err(error) = spawned {
            (self.tell)(Answer::Reported(Err(error.to_string())));
        }
    }

    /// Looks for a line of the log.
    pub fn find(&mut self, from: Position, way: SearchDirection, needle: LinePattern) {
        self.long("find", move |sources, stop, _| {
            let found = search::find(sources, from, way, &needle, stop);
            (!stop.load(Ordering::Relaxed)).then(|| Answer::Found(found.map_err(|e| e.to_string())))
        });
    }

    fn long(
        &mut self,
        name: &str,
        work: impl FnOnce(&Sources, &AtomicBool, &dyn Fn(Answer)) -> Option<Answer> + Send + 'static,
    ) {
        self.cancel();
        self.stop = Arc::default();
        let (stop, sources, tell) = (
            Arc::clone(&self.stop),
            Arc::clone(&self.sources),
            Arc::clone(&self.tell),
        );
        let spawned = thread::Builder::new().name(name.into()).spawn(move || {
            if let Some(answer) = work(&sources, &stop, &*tell) {
                tell(answer);
            }
        });
        if let Err(error) = spawned {
            (self.tell)(Answer::Found(Err(error.to_string())));
        }
    }
}

fn work(sources: &Sources, job: Job, most_lines: usize) -> Answer {
    match job {
        Job::Record(record, spans, wanted) => Answer::Record(
            record,
            spans,
            search::read_lines(sources, &wanted, most_lines).map_err(|error| error.to_string()),
        ),
        Job::Sides(of, wanted) => Answer::Sides(of, sides(sources, &wanted, most_lines)),
        Job::Log(ask) => Answer::Log(
            ask,
            search::read_range(sources, ask).map_err(|error| error.to_string()),
        ),
    }
}

/// Reads the lines of two connections, as many as a page has a use for.
///
/// # Errors
/// When a source is gone or cannot be read.
pub fn sides(
    sources: &Sources,
    wanted: &[Option<LineRequest>; 2],
    most_lines: usize,
) -> Result<[Vec<RawLine>; 2], String> {
    let read = |wanted: &Option<LineRequest>| match wanted {
        Some(wanted) => search::read_lines(sources, wanted, most_lines.min(MOST_BESIDE)),
        None => Ok(Vec::new()),
    };
    let [good, bad] = wanted;
    match (read(good), read(bad)) {
        (Ok(good), Ok(bad)) => Ok([good, bad]),
        (Err(error), _) | (_, Err(error)) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests;
