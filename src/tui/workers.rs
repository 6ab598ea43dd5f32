//! The threads that do what would delay a key: reading lines, searching the log, triage, reports. Each sends
//! [`Answer`]s; a search or a triage job that is superseded ends without one.

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::index::Index;
use crate::pipeline::{SharedIndex, Sources};
use crate::position::Position;
use crate::query::{Query, RecordKind, TextMatches};
use crate::search::{self, LinePattern, LineRequest, RawLine, SearchDirection, SearchProgress};
use crate::triage::{HostId, IndexAccess, Thresholds};
use crate::tui::state::triage_state::{self, TriageJob};
use crate::tui::state::{Answer, Job};

/// Writes a route's report into a directory; its path, or the error as one sentence.
pub(crate) type ReportWriter =
    fn(&Path, HostId, Thresholds, &Sources, IndexAccess<'_>) -> Result<PathBuf, String>;

/// How long a search waits for the next key.
const TYPING: Duration = Duration::from_millis(150);

/// Lines of each of the two connections that are compared.
const MOST_BESIDE: usize = 200;

/// The interval at which a search reports its matches so far.
const PARTIAL: Duration = Duration::from_millis(400);

type Tell = Arc<dyn Fn(Answer) + Send + Sync>;

pub(super) struct Workers {
    sources: Arc<Sources>,
    index: SharedIndex,
    jobs: Sender<Job>,
    tell: Tell,
    stop: Arc<AtomicBool>,
    stop_triage: Arc<AtomicBool>,
}

impl Workers {
    /// Starts the thread that reads lines, at most so many of one record.
    pub(super) fn start(
        sources: Arc<Sources>,
        index: SharedIndex,
        most_lines: usize,
        tell: impl Fn(Answer) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let tell: Tell = Arc::new(tell);
        let (read_from, answer) = (Arc::clone(&sources), Arc::clone(&tell));
        thread::Builder::new()
            .name("lines".into())
            .spawn(move || read_lines(&queue, &read_from, most_lines, &*answer))?;
        Ok(Self {
            sources,
            index,
            jobs,
            tell,
            stop: Arc::default(),
            stop_triage: Arc::default(),
        })
    }

    pub(super) fn read(&self, job: Job) {
        // The thread ends with the program only.
        let _ = self.jobs.send(job);
    }

    pub(super) fn cancel(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Searches the log for a filter's texts, after the part that `hits` covers. If the filter's fields leave few
    /// records, only the lines of these are read.
    pub(super) fn search(&mut self, filter: Arc<Query>, mut hits: TextMatches) {
        let index = self.index.clone();
        self.long("search", move |sources, stop, tell| {
            // The word being typed may become the name of a field with the next key.
            let typed = Instant::now();
            while typed.elapsed() < TYPING && !stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(10));
            }
            let text = filter.text().to_owned();
            if hits.is_partial() {
                let kinds = [RecordKind::Connections, RecordKind::Messages];
                let whole = search::log_bytes(sources);
                let few = filter.restricted(&index.read(), &kinds, whole);
                if let Some(few) = few {
                    let found = TextMatches::search_lines(filter.texts(), sources, &few, stop);
                    return Answer::Hits(text, found.map_err(|error| error.to_string()));
                }
                hits = TextMatches::none();
            }
            let mut read = 0;
            loop {
                let (before, until) = (read, Instant::now() + PARTIAL);
                let mut progress = |bytes| {
                    read = before + bytes;
                    tell(Answer::Searched(text.clone(), read));
                };
                match hits.advance(filter.texts(), sources, stop, Some(until), &mut progress) {
                    Ok(SearchProgress::Paused) => tell(Answer::Partial(text.clone(), hits.clone())),
                    Ok(SearchProgress::End) => return Answer::Hits(text, Ok(hits)),
                    Err(error) => return Answer::Hits(text, Err(error.to_string())),
                }
            }
        });
    }

    pub(super) fn find(&mut self, from: Position, way: SearchDirection, pattern: LinePattern) {
        self.long("find", move |sources, stop, _| {
            let found = search::find(sources, from, way, &pattern, stop);
            Answer::Found(found.map_err(|error| error.to_string()))
        });
    }

    /// Analyzes routes and findings.
    pub(super) fn look(&mut self, job: TriageJob) {
        self.stop_triage.store(true, Ordering::Relaxed);
        self.stop_triage = Arc::default();
        let (stop, index) = (Arc::clone(&self.stop_triage), self.index.clone());
        self.spawn("triage", Answer::Found, move |_, tell| {
            let with = |work: &mut dyn FnMut(&Index)| work(&index.read());
            let answer = |seen| tell(Answer::Seen(job.what.number, seen));
            triage_state::run(&job, &stop, &with, &answer);
        });
    }

    /// Writes a route's report to the current directory.
    pub(super) fn report(&self, write: ReportWriter, route: HostId, thresholds: Thresholds) {
        let index = self.index.clone();
        self.spawn("report", Answer::Reported, move |sources, tell| {
            let with = |work: &mut dyn FnMut(&Index)| work(&index.read());
            let folder = std::env::current_dir().map_err(|error| error.to_string());
            let written =
                folder.and_then(|folder| write(&folder, route, thresholds, sources, &with));
            tell(Answer::Reported(written));
        });
    }

    /// Starts a search; the one that runs is stopped.
    fn long(
        &mut self,
        name: &str,
        work: impl FnOnce(&Sources, &AtomicBool, &dyn Fn(Answer)) -> Answer + Send + 'static,
    ) {
        self.cancel();
        self.stop = Arc::default();
        let stop = Arc::clone(&self.stop);
        self.spawn(name, Answer::Found, move |sources, tell| {
            let answer = work(sources, &stop, tell);
            if !stop.load(Ordering::Relaxed) {
                tell(answer);
            }
        });
    }

    fn spawn<T>(
        &self,
        name: &str,
        failed: impl FnOnce(Result<T, String>) -> Answer,
        work: impl FnOnce(&Sources, &dyn Fn(Answer)) + Send + 'static,
    ) {
        let (sources, tell) = (Arc::clone(&self.sources), Arc::clone(&self.tell));
        let thread = thread::Builder::new().name(name.into());
        if let Err(error) = thread.spawn(move || work(&sources, &*tell)) {
            (self.tell)(failed(Err(error.to_string())));
        }
    }
}

/// Reads what is requested. Of several records requested meanwhile only the last one is still shown.
fn read_lines(queue: &Receiver<Job>, sources: &Sources, most: usize, tell: &dyn Fn(Answer)) {
    let is_record = |job: &Job| matches!(job, Job::Record(..));
    while let Ok(first) = queue.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(queue.try_iter()).collect();
        let last = jobs.iter().rposition(is_record);
        for (at, job) in jobs.into_iter().enumerate() {
            if !is_record(&job) || Some(at) == last {
                tell(read(sources, job, most));
            }
        }
    }
}

fn read(sources: &Sources, job: Job, most: usize) -> Answer {
    match job {
        Job::Record(record, spans, wanted) => {
            let lines = search::read_lines(sources, &wanted, most);
            Answer::Record(record, spans, lines.map_err(|error| error.to_string()))
        }
        Job::Sides(of, wanted) => Answer::Sides(of, sides(sources, &wanted, most)),
        Job::Log(range) => {
            let lines = search::read_range(sources, range);
            Answer::Log(range, lines.map_err(|error| error.to_string()))
        }
    }
}

/// Reads the lines of two connections, as many as a page can show.
pub(super) fn sides(
    sources: &Sources,
    wanted: &[Option<LineRequest>; 2],
    most: usize,
) -> Result<[Vec<RawLine>; 2], String> {
    let read = |wanted: &Option<LineRequest>| match wanted {
        Some(wanted) => search::read_lines(sources, wanted, most.min(MOST_BESIDE)),
        None => Ok(Vec::new()),
    };
    let [good, bad] = wanted;
    match (read(good), read(bad)) {
        (Ok(good), Ok(bad)) => Ok([good, bad]),
        (Err(error), _) | (_, Err(error)) => Err(error.to_string()),
    }
}
