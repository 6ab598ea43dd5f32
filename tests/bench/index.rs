//! How fast a log is indexed and asked, beside the least that reading it can cost.
//!
//! Counting newlines (what `wc -l` does) is measured in the same run: a figure means something only beside it, as
//! machines differ. The log is the demo's scenario, the same bytes each time. Other programs are compared by
//! `compare.sh`.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use chrono::{NaiveDate, NaiveDateTime};
use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use mailscope::demo::{Scenario, Simulation};
use mailscope::event;
use mailscope::header::{HeaderParser, YearResolver};
use mailscope::index::{Index, TrackClosed};
use mailscope::pipeline::{FirstYear, Ingest, IngestEvent};
use mailscope::query::{self, TextMatches};
use mailscope::source::{EmptyFolder, Follow, LogReader, RawLines, Request, Stop};
use tempfile::TempDir;

/// Bytes of the log: much more than a processor's caches, little enough for many rounds.
const LOG: usize = 32 << 20;
/// Bytes read at once where newlines are counted.
const BLOCK: usize = 256 << 10;
/// The year of the log's first line.
const YEAR: i32 = 2026;

/// A log on disk, for as long as this lives.
struct Log {
    path: PathBuf,
    bytes: Vec<u8>,
    _folder: TempDir,
}

impl Log {
    /// Plays the demo's scenario until it has written enough.
    fn simulated() -> io::Result<Self> {
        let mut simulation = Simulation::new(&Scenario::built_in(), 1, start());
        let mut bytes = Vec::with_capacity(LOG + LOG / 8);
        let mut elapsed = 0.0;
        while bytes.len() < LOG {
            elapsed += 600.0;
            simulation.advance(elapsed, &mut bytes);
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("mail.current");
        fs::write(&path, &bytes)?;
        Ok(Self {
            path,
            bytes,
            _folder: folder,
        })
    }
}

fn start() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(YEAR, 3, 2)
        .and_then(|day| day.and_hms_opt(8, 0, 0))
        .expect("the day is in the calendar")
}

/// What `wc -l` does.
fn count_newlines(path: &Path) -> io::Result<usize> {
    let mut file = File::open(path)?;
    let mut block = vec![0; BLOCK];
    let mut count = 0;
    loop {
        match file.read(&mut block)? {
            0 => return Ok(count),
            read => count += memchr::memchr_iter(b'\n', &block[..read]).count(),
        }
    }
}

/// Takes every line apart and keeps nothing.
fn parse(log: &[u8]) {
    let mut parser = HeaderParser::new(YearResolver::starting(YEAR));
    let mut rest = log;
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let line = &rest[..end];
        let frame = parser.parse(line);
        black_box(event::parse_entry(&frame, line));
        rest = &rest[end + 1..];
    }
}

/// Reads the log to its end, as `mailscope query` does.
fn index(path: &Path) -> Ingest {
    let stop = Stop::new();
    let request = Request {
        paths: vec![path.into()],
        follow: Follow::Once,
        poll: None,
        is_mail_log: mailscope::pipeline::is_mail_log,
        liveness: mailscope::pipeline::LIVENESS,
        empty_folder: EmptyFolder::Refuse,
        raw_lines: RawLines::Needed,
        stop: stop.clone(),
    };
    let feeder = LogReader::open(&request).expect("the log was just written");
    let (sender, news) = channel();
    let ingest = Ingest::start(
        feeder,
        stop,
        FirstYear::Is(YEAR),
        Index::new(TrackClosed::Off),
        move |news| {
            // The receiver lives until the end was told.
            let _ = sender.send(news);
        },
    );
    let ended = news.iter().any(|news| matches!(news, IngestEvent::End));
    assert!(ended, "the log was not read to its end");
    ingest
}

/// From bytes to records, step by step.
fn reading(criterion: &mut Criterion) {
    let log = Log::simulated().expect("the temporary folder can be written");
    let mut group = criterion.benchmark_group("read");
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(20)
        .throughput(Throughput::Bytes(log.bytes.len() as u64));
    group.bench_function("count newlines", |bencher| {
        bencher.iter(|| count_newlines(&log.path).expect("the log is there"));
    });
    group.bench_function("parse", |bencher| bencher.iter(|| parse(&log.bytes)));
    group.bench_function("index", |bencher| {
        // Freeing the records is no part of it: a program does so once, when it ends.
        bencher.iter_with_large_drop(|| index(&log.path));
    });
    group.finish();
}

/// Field filters over a complete index: what each keystroke in the filter bar costs.
fn filtering(criterion: &mut Criterion) {
    let log = Log::simulated().expect("the temporary folder can be written");
    let ingest = index(&log.path);
    let index = ingest.index.read();
    let mut group = criterion.benchmark_group("filter connections");
    group.throughput(Throughput::Elements(index.connection_count() as u64));
    for text in [
        "auth:failed",
        "user:*a* -auth:succeeded",
        "ip:203.0.113.0/24 OR tls:failed",
    ] {
        let query = query::parse(text).expect("the query is well-formed");
        group.bench_function(BenchmarkId::from_parameter(text), |bencher| {
            bencher.iter(|| query.connections(&index, &TextMatches::none()));
        });
    }
    group.finish();
}

criterion_group!(benches, reading, filtering);
criterion_main!(benches);
