//! How fast a log is indexed and asked, beside the least that reading it can cost.
//!
//! Counting newlines (what `wc -l` does) is measured in the same run: a figure means something only beside it, as
//! machines differ. The log is the demo's scenario, the same bytes each time. Other programs are compared by
//! `compare.sh`.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use criterion::{
    BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use mailscope::{Log as IndexedLog, testing};
use tempfile::TempDir;

/// Bytes of the log: much more than a processor's caches, little enough for many rounds.
const LOG: u64 = 32 << 20;
/// Bytes read at once where newlines are counted.
const BLOCK: usize = 256 << 10;

/// A log on disk, for as long as this lives.
struct Log {
    path: PathBuf,
    bytes: Vec<u8>,
    _folder: TempDir,
}

impl Log {
    /// Plays the demo's scenario until it has written enough.
    fn simulated() -> io::Result<Self> {
        let bytes = testing::simulated_log(1, LOG);
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

/// Reads the log to its end, as `mailscope query` does.
fn index(path: &Path) -> IndexedLog {
    IndexedLog::read([path]).expect("the log was just written")
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
    group.bench_function("parse", |bencher| {
        bencher.iter(|| testing::parse_lines(&log.bytes));
    });
    group.bench_function("index", |bencher| {
        // Freeing the records is no part of it: a program does so once, when it ends.
        bencher.iter_with_large_drop(|| index(&log.path));
    });
    group.finish();
}

/// Field filters over a complete index: what each keystroke in the filter bar costs.
fn filtering(criterion: &mut Criterion) {
    let log = Log::simulated().expect("the temporary folder can be written");
    let indexed = index(&log.path);
    let mut group = criterion.benchmark_group("filter connections");
    group.throughput(Throughput::Elements(testing::filter(&indexed, "")() as u64));
    for text in [
        "auth:failed",
        "user:*a* -auth:succeeded",
        "ip:203.0.113.0/24 OR tls:failed",
    ] {
        let find = testing::filter(&indexed, text);
        group.bench_function(BenchmarkId::from_parameter(text), |bencher| {
            bencher.iter(&find);
        });
    }
    group.finish();
}

criterion_group!(benches, reading, filtering);
criterion_main!(benches);
