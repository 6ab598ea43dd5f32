//! The reader's loop: wait, scan, reconcile, read, emit.
//!
//! [`LogReader`] owns the parts; each step is in a module of its own: `start` resolves the inputs,
//! `reconcile` applies listings, `open` begins a file, `output` emits, `release` closes.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::buffer_pool::BufferPool;
use super::event::SourceEvent;
use super::fingerprint::store::FingerprintStore;
use super::fs::FileId;
use super::notice::NoticeKind;
use super::output::Output;
use super::pending::{PendingFile, PendingFiles};
use super::pipe::Pipe;
use super::registry::Sources;
use super::scan::NonLogFiles;
use super::settings::{ReaderSettings, Schedule};
use super::tail::{PollResult, Tail};
use super::target::WatchTarget;
use super::tracker::{FileKey, ReadPhase, Tracker};
use super::watch::{DirectoryWatch, Waker, Wakeup};

/// Reads the requested inputs and follows them. Lives on one thread.
pub(crate) struct LogReader {
    pub(super) settings: ReaderSettings,
    pub(super) schedule: Schedule,
    pub(super) notifications: Notifications,
    pub(super) targets: Vec<WatchTarget>,
    pub(super) pipes: Vec<Pipe>,
    pub(super) tracker: Tracker<Tail>,
    pub(super) rejected: Rejected,
    pub(super) store: FingerprintStore,
    pub(super) sources: Arc<Sources>,
    pub(super) output: Output,
    pub(super) pool: BufferPool,
}

pub(super) struct Notifications {
    pub waker: Arc<Waker>,
    pub watch: DirectoryWatch,
    pub pending: PendingFiles,
    /// Files reported since the last scan; valid only during a scan.
    pub arrived: Vec<PendingFile>,
    /// Their failure was reported.
    pub failed: bool,
}

/// Files of directories that are not read.
#[derive(Default)]
pub(super) struct Rejected {
    pub no_logs: NonLogFiles,
    pub unreadable: HashMap<FileId, PathBuf>,
}

impl LogReader {
    pub(crate) fn sources(&self) -> Arc<Sources> {
        Arc::clone(&self.sources)
    }

    pub(crate) fn buffer_pool(&self) -> BufferPool {
        self.pool.clone()
    }

    /// The next event. Blocks until there is one; [`SourceEvent::End`] again and again at the end.
    pub(crate) fn next(&mut self) -> SourceEvent {
        loop {
            if let Some(event) = self.poll() {
                return event;
            }
            self.wait();
        }
    }

    /// The next event, without waiting for one.
    pub(super) fn poll(&mut self) -> Option<SourceEvent> {
        loop {
            let wakeup = self.notifications.waker.take();
            if wakeup.stopped || self.output.ended {
                return Some(SourceEvent::End);
            }
            self.handle_wakeup(wakeup);
            if let Some(event) = self.output.events.pop_front() {
                return Some(event);
            }
            let now = Instant::now();
            if self.settings.is_live() && self.schedule.is_due(now) {
                self.scan_all(now);
            }
            if self.read_files() || self.read_pipes() || !self.output.events.is_empty() {
                continue;
            }
            let live = self.settings.is_live();
            let piping = self.pipes.iter().any(Pipe::is_open);
            let over = !piping && (!live || self.targets.is_empty());
            if !self.output.caught_up && (over || live) {
                self.output.caught_up = true;
                return Some(SourceEvent::CaughtUp);
            }
            if !over {
                return None;
            }
            self.output.ended = true;
        }
    }

    fn handle_wakeup(&mut self, wakeup: Wakeup) {
        self.schedule.wanted |= wakeup.scan
            || (wakeup.look && self.rejected.no_logs.may_become_logs())
            || wakeup.written.iter().any(|name| self.is_parked(name));
        if let Some(cause) = wakeup.failed
            && self.settings.is_live()
            && !self.notifications.failed
        {
            self.notifications.failed = true;
            self.sources.set_polling();
            let first = self.targets.first();
            let path = first.map_or_else(PathBuf::new, |target| target.path().to_path_buf());
            self.notice(NoticeKind::Polling, &path, cause);
        }
    }

    /// Whether only parked files have this name, so that a scan is needed to find what was written.
    fn is_parked(&self, name: &OsStr) -> bool {
        let has_name = |key: FileKey| self.tracker[key].path.file_name() == Some(name);
        let mut all = self.tracker.iter();
        !self.tracker.order().iter().any(|&key| has_name(key))
            && all.any(|(key, file)| file.phase == ReadPhase::Parked && has_name(key))
    }

    fn wait(&mut self) {
        let timed = self.settings.is_live() && !self.targets.is_empty();
        let due = self.schedule.due();
        let limit = timed.then(|| due.saturating_duration_since(Instant::now()));
        let wakeup = self.notifications.waker.wait(limit);
        self.handle_wakeup(wakeup);
    }

    /// Reads the first file in order that has something new; `false` if none has.
    fn read_files(&mut self) -> bool {
        let mut rank = 0;
        while let Some(&key) = self.tracker.order().get(rank) {
            let emitted = self.output.events.len();
            self.read_file(key);
            if self.output.events.len() > emitted {
                return true;
            }
            let order = self.tracker.order();
            rank = match order.get(rank) {
                Some(&other) if other == key => rank + 1,
                // Not searched for among thousands of queued files.
                _ if matches!(self.tracker[key].phase, ReadPhase::Parked | ReadPhase::Done) => rank,
                _ => {
                    let found = order.iter().position(|&other| other == key);
                    found.map_or(rank, |rank| rank + 1)
                }
            };
        }
        false
    }

    fn read_file(&mut self, key: FileKey) {
        let file = &self.tracker[key];
        if file.tail.retry_at.is_some_and(|at| Instant::now() < at) {
            return;
        }
        if matches!(
            file.phase,
            ReadPhase::Unclassified | ReadPhase::Queued | ReadPhase::Duplicate
        ) && let Err(error) = self.open_file(key)
        {
            return self.on_read_error(key, &error);
        }
        // A read may complete no line: only a poll without bytes shows the end of the file.
        loop {
            let pool = self.pool.clone();
            let emitted = self.output.events.len();
            match self.tracker[key].poll(|| pool.take()) {
                PollResult::Bytes { buffer, count } => {
                    self.on_readable(key);
                    self.emit_bytes(key, buffer, count);
                }
                PollResult::Nothing => {
                    self.on_readable(key);
                    return self.on_idle(key);
                }
                PollResult::Rewritten => return self.on_rewritten(key),
                PollResult::Failed(error) => return self.on_read_error(key, &error),
            }
            if self.output.events.len() > emitted || self.notifications.waker.is_stopped() {
                return;
            }
        }
    }
}
