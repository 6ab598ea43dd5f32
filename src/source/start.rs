//! Starts a reader: resolves the requested paths, begins their pipes and lists their files for the
//! first time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::buffer_pool::BufferPool;
use super::fingerprint::store::FingerprintStore;
use super::input::{self, Input};
use super::notice::NoticeKind;
use super::output::Output;
use super::pending::PendingFiles;
use super::pipe::Pipe;
use super::reader::{LogReader, Notifications, Rejected};
use super::scan;
use super::settings::{ReaderSettings, Schedule};
use super::target::WatchTarget;
use super::tracker::Tracker;
use super::watch::DirectoryWatch;
use super::{EmptyFolder, Follow, RawLines, Request, SourceError};

/// The timer's interval if notifications come: they are only hints.
const INTERVAL: Duration = Duration::from_secs(1);

impl LogReader {
    /// Finds out what is to be read.
    ///
    /// # Errors
    /// A path that leads to nothing readable; a directory without mail logs if that is an error.
    pub(crate) fn open(request: &Request) -> Result<Self, SourceError> {
        let waker = request.stop.waker();
        let inputs = input::in_time_order(&request.paths)?;
        let live = request.follow == Follow::Live;
        let alone = inputs.len() == 1 && matches!(inputs[0], Input::File(_) | Input::Pipe(_));
        let pending = PendingFiles::default();
        let watch = if live && request.poll.is_none() {
            DirectoryWatch::new(&waker, &pending)
        } else {
            DirectoryWatch::off(&waker)
        };
        let mut reader = Self {
            settings: ReaderSettings::new(
                request.follow,
                request.is_mail_log,
                request.liveness,
                live || !alone,
            ),
            schedule: Schedule::new(request.poll.unwrap_or(INTERVAL), Instant::now()),
            notifications: Notifications {
                waker,
                watch,
                pending,
                arrived: Vec::new(),
                failed: false,
            },
            targets: Vec::new(),
            pipes: Vec::new(),
            tracker: Tracker::default(),
            rejected: Rejected::default(),
            store: FingerprintStore::default(),
            sources: Arc::default(),
            output: Output::default(),
            pool: BufferPool::default(),
        };
        for input in inputs {
            reader.add_input(input, request)?;
        }
        reader.pin_newest();
        if live && request.poll.is_some() {
            reader.sources.set_polling();
        }
        reader.schedule = Schedule::new(reader.schedule.interval, Instant::now());
        Ok(reader)
    }

    fn add_input(&mut self, input: Input, request: &Request) -> Result<(), SourceError> {
        if let Input::Pipe(path) = &input {
            if !self.pipes.iter().any(|pipe| pipe.path == *path) {
                let keep = request.raw_lines == RawLines::Needed;
                let pipe = Pipe::open(path, keep, &self.notifications.waker);
                self.pipes
                    .push(pipe.map_err(|error| SourceError::of(path.clone(), error))?);
            }
            return Ok(());
        }
        if self.targets.iter().any(|target| target.input == input) {
            return Ok(());
        }
        if let Input::File(path) = &input {
            input::check(path)?;
        }
        let path = input.path().to_path_buf();
        let is_file = matches!(input, Input::File(_));
        self.targets
            .push(WatchTarget::new(input, self.settings.is_live()));
        let at = self.targets.len() - 1;
        // Watched before it is listed: what appears between the two is reported.
        self.keep_watch(at);
        let found = self
            .list(at)
            .map_err(|error| SourceError::of(path.clone(), error))?;
        if let Input::Directory(folder) = &self.targets[at].input {
            for (path, kind) in scan::special_files(folder) {
                self.notice(NoticeKind::Ignored, &path, kind);
            }
        }
        let held = self.reconcile(at, found);
        if held == 0 && !is_file {
            if request.empty_folder == EmptyFolder::Refuse || !self.settings.is_live() {
                return Err(SourceError::NoLogs { path });
            }
            self.sources.await_first(&path, true);
            self.notice(NoticeKind::Waiting, &path, "");
        }
        Ok(())
    }
}
