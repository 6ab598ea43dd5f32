//! Simulated logs in files: an hour, one that grows in real time, or one of a given size.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use tempfile::TempDir;

use super::{Scenario, Simulation};

/// Every demo shows the same day: many users write through the smart host as the outage begins.
const SEED: u64 = 5677;
/// Seconds of it that are in the log when the demo opens: an ordinary hour.
const PAST: u32 = 3600;
/// Seconds that a summary covers: the hour and the beginning of an outage.
const SUMMARY: u32 = PAST + 600;
/// The interval of writing: short enough to look live, and long enough that some lines arrive
/// together, as they do from a busy appliance.
const INTERVAL: Duration = Duration::from_millis(250);
/// Seconds that a log of a given size is simulated at once: about 250 KB.
const STEP: f64 = 600.0;

/// A log in a temporary directory that holds the past hour and grows in real time, until this is
/// dropped.
#[derive(Debug)]
pub(crate) struct LiveDemo {
    path: PathBuf,
    /// Dropping it ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl LiveDemo {
    /// Writes the past hour and starts the thread that continues it.
    pub(crate) fn start() -> io::Result<Self> {
        let began = Instant::now();
        let (folder, path, file, simulation) = write_past(PAST)?;
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("demo".to_owned())
            .spawn(move || {
                // A full disk only ends the writing: the reader keeps what was written.
                let _ = write_on(simulation, file, began, &|| stopped.recv_timeout(INTERVAL));
            })?;
        Ok(Self {
            path,
            stop: Some(stop),
            thread: Some(thread),
            _folder: folder,
        })
    }

    /// The log.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LiveDemo {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}

/// Writes an hour and an outage that lasts to a temporary directory, which is removed on drop.
pub(crate) fn simulated_outage() -> io::Result<(TempDir, PathBuf)> {
    let (folder, path, ..) = write_past(SUMMARY)?;
    Ok((folder, path))
}

/// Writes the log of so many seconds up to now.
fn write_past(seconds: u32) -> io::Result<(TempDir, PathBuf, File, Simulation)> {
    let folder = tempfile::Builder::new()
        .prefix("mailscope-demo-")
        .tempdir()?;
    let path = folder.path().join("mail.current");
    let mut file = File::create(&path)?;
    // The head of the built-in scenario declares its timestamps as UTC.
    let now = Utc::now().naive_utc();
    let start = now.with_nanosecond(0).unwrap_or(now) - TimeDelta::seconds(i64::from(seconds));
    let mut simulation = Simulation::new(Scenario::built_in(), SEED, start);
    let mut lines = Vec::new();
    simulation.advance(f64::from(seconds), &mut lines);
    file.write_all(&lines)?;
    Ok((folder, path, file, simulation))
}

/// Writes the lines that become due, until `wait` is interrupted.
fn write_on(
    mut simulation: Simulation,
    mut file: File,
    began: Instant,
    wait: &dyn Fn() -> Result<(), RecvTimeoutError>,
) -> io::Result<()> {
    let mut lines = Vec::new();
    while wait() == Err(RecvTimeoutError::Timeout) {
        simulation.advance(f64::from(PAST) + began.elapsed().as_secs_f64(), &mut lines);
        if !lines.is_empty() {
            file.write_all(&lines)?;
            lines.clear();
        }
    }
    Ok(())
}

/// Writes a simulated log of at most `bytes` bytes, in whole lines, to `output`. Equal arguments give
/// equal bytes.
pub(crate) fn write_log(seed: u64, bytes: u64, output: &mut dyn Write) -> io::Result<()> {
    let mut simulation = Simulation::new(Scenario::built_in(), seed, first_day());
    let (mut lines, mut elapsed, mut left) = (Vec::new(), 0.0, bytes);
    while left > 0 {
        elapsed += STEP;
        simulation.advance(elapsed, &mut lines);
        if let Ok(left) = usize::try_from(left)
            && left < lines.len()
        {
            let end = memchr::memrchr(b'\n', &lines[..left]).map_or(0, |last| last + 1);
            return output.write_all(&lines[..end]);
        }
        output.write_all(&lines)?;
        left -= lines.len() as u64;
        lines.clear();
    }
    Ok(())
}

/// Monday, 2 March 2026, 08:00.
fn first_day() -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2026, 3, 2).and_then(|day| day.and_hms_opt(8, 0, 0));
    day.expect("the day is in the calendar")
}
