//! The simulated log on disk: an hour of it, or one that grows while somebody looks.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Timelike, Utc};
use tempfile::TempDir;

use super::{Scenario, Simulation};

/// The day that is always shown.
const SEED: u64 = 5640;
/// How much of it is already in the log when the demo opens, in seconds.
const PAST: u32 = 3600;
/// How often the live log gets the lines that are due: often enough to look live, and seldom enough
/// that some lines arrive together, as they do from a busy appliance.
const PACE: Duration = Duration::from_millis(250);

/// A log that is written while it lives: a temporary folder with a `mail.current` that holds the
/// past hour and grows in real time. Dropping it ends the writing and removes the folder.
#[derive(Debug)]
pub struct LiveDemo {
    path: PathBuf,
    /// Dropped first, which is what tells the thread to end.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    folder: TempDir,
}

impl LiveDemo {
    /// Makes the folder, fills the log with the past hour and begins to write on. Fails when the
    /// temporary folder cannot be made or written.
    pub fn start() -> io::Result<Self> {
        let began = Instant::now();
        let (folder, path, file, simulation) = write_past()?;
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("demo".to_owned())
            .spawn(move || {
                // A full disk ends the show and nothing else: the reader keeps what was written.
                let _ = write_on(simulation, file, began, &|| stopped.recv_timeout(PACE));
            })?;
        Ok(Self {
            path,
            stop: Some(stop),
            thread: Some(thread),
            folder,
        })
    }

    /// The folder that holds the log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The log.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LiveDemo {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has said so; there is nothing to add while going away.
            let _ = thread.join();
        }
    }
}

/// Writes a simulated hour that ends now to `mail.current` in a temporary folder. The folder lives
/// as long as the value that stands for it. Fails when it cannot be made or written.
pub fn simulated_hour() -> io::Result<(TempDir, PathBuf)> {
    let (folder, path, ..) = write_past()?;
    Ok((folder, path))
}

fn write_past() -> io::Result<(TempDir, PathBuf, File, Simulation)> {
    let folder = tempfile::Builder::new()
        .prefix("mailscope-demo-")
        .tempdir()?;
    let path = folder.path().join("mail.current");
    let mut file = File::create(&path)?;
    // The built-in scenario's head says that its stamps are UTC.
    let now = Utc::now().naive_utc();
    let start = now.with_nanosecond(0).unwrap_or(now) - TimeDelta::seconds(i64::from(PAST));
    let mut simulation = Simulation::new(&Scenario::built_in(), SEED, start);
    let mut lines = Vec::new();
    simulation.advance(f64::from(PAST), &mut lines);
    file.write_all(&lines)?;
    Ok((folder, path, file, simulation))
}

/// Writes what becomes due, until the wait between two looks is cut short.
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
