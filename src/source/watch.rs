//! When to look again: notifications of the file system and the one who waits for them.
//!
//! A notification is a hint to look, never a fact; whatever is missed here, the reader's timer finds. Folders are watched,
//! never files: a watch on a file is deaf once another takes its name.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::event::{AccessKind, EventKind, ModifyKind};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};

use super::fs::{self, FileId};
use super::pending::PendingFiles;

/// How many names of written files are kept between two looks; the timer finds the others.
const NAMES: usize = 16;

/// What happened since the last wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wakeup {
    /// A file may have grown.
    pub look: bool,
    /// What those files are called, as far as they are few.
    pub written: Vec<OsString>,
    /// Names may have changed.
    pub scan: bool,
    /// Notifications can no longer be trusted, and why.
    pub failed: Option<String>,
    /// The reader is to stop.
    pub stopped: bool,
}

impl Wakeup {
    fn wrote(&mut self, paths: &[PathBuf]) {
        self.look = true;
        for name in paths.iter().filter_map(|path| path.file_name()) {
            if self.written.len() < NAMES && !self.written.iter().any(|known| known == name) {
                self.written.push(name.to_owned());
            }
        }
    }
}

/// A flag that ends a [`LogReader`](super::LogReader), from any thread and at once, also while it waits.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Waker>);

impl Stop {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag for good.
    pub fn stop(&self) {
        self.0.tell(|wake| wake.stopped = true);
    }

    /// Whether it is set.
    pub fn is_stopped(&self) -> bool {
        self.0.is_stopped()
    }

    pub(crate) fn signal(&self) -> Arc<Waker> {
        Arc::clone(&self.0)
    }
}

/// Where those who know of something new leave word.
#[derive(Debug, Default)]
pub(crate) struct Waker {
    wake: Mutex<Wakeup>,
    told: Condvar,
}

impl Waker {
    fn lock(&self) -> MutexGuard<'_, Wakeup> {
        self.wake.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the reader is to stop.
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    /// Leaves word.
    pub fn tell(&self, change: impl FnOnce(&mut Wakeup)) {
        change(&mut self.lock());
        self.told.notify_all();
    }

    /// Takes what was left, without waiting.
    pub fn take(&self) -> Wakeup {
        Self::taken(&mut self.lock())
    }

    /// Waits for word, at most `limit`, and takes it.
    pub fn wait(&self, limit: Option<Duration>) -> Wakeup {
        let quiet =
            |wake: &mut Wakeup| !(wake.look || wake.scan || wake.stopped || wake.failed.is_some());
        let mut wake = match limit {
            Some(limit) => {
                let waited = self.told.wait_timeout_while(self.lock(), limit, quiet);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let waited = self.told.wait_while(self.lock(), quiet);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
        Self::taken(&mut wake)
    }

    fn taken(wake: &mut Wakeup) -> Wakeup {
        let stopped = wake.stopped;
        std::mem::replace(
            wake,
            Wakeup {
                stopped,
                ..Wakeup::default()
            },
        )
    }
}

/// The folders watched.
pub(crate) struct Watch {
    waker: Arc<Waker>,
    watcher: Option<RecommendedWatcher>,
    folders: HashMap<PathBuf, FileId>,
}

impl Watch {
    /// Watches nothing yet. What cannot be had is left word of as failed.
    pub fn new(signal: &Arc<Waker>, heard: &PendingFiles) -> Self {
        let teller = DisconnectGuard(Arc::clone(signal));
        let heard = heard.clone();
        let config = Config::default().with_follow_symlinks(false);
        let tell = move |event| hint(&teller.0, &heard, event);
        let watcher = RecommendedWatcher::new(tell, config);
        let watcher = match watcher {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                signal.tell(|wake| wake.failed = Some(error.to_string()));
                None
            }
        };
        Self {
            waker: Arc::clone(signal),
            watcher,
            folders: HashMap::new(),
        }
    }

    /// Watches nothing ever: the timer alone is asked.
    pub fn off(signal: &Arc<Waker>) -> Self {
        Self {
            waker: Arc::clone(signal),
            watcher: None,
            folders: HashMap::new(),
        }
    }

    /// Watches `folder` from now on; one that was replaced by another of its name is watched anew.
    pub fn keep(&mut self, folder: &Path) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        let Ok(metadata) = folder.metadata() else {
            return;
        };
        let id = fs::Stat::of(&metadata).id;
        match self.folders.get(folder) {
            Some(&watched) if watched == id => return,
            Some(_) => {
                // The old folder is gone, and its watch with it: an error here says nothing new.
                let _ = watcher.unwatch(folder);
            }
            None => {}
        }
        self.folders.insert(folder.to_path_buf(), id);
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            self.waker
                .tell(|wake| wake.failed = Some(error.to_string()));
        } else {
            self.waker.tell(|wake| wake.scan = true);
        }
    }
}

/// SoFar with the watcher's thread: when that ends before its time, nothing more is told by it.
struct DisconnectGuard(Arc<Waker>);

impl Drop for DisconnectGuard {
    fn drop(&mut self) {
        self.0
            .tell(|wake| wake.failed = Some("the watcher has ended".to_owned()));
    }
}

fn hint(signal: &Waker, heard: &PendingFiles, event: notify::Result<notify::Event>) {
    match event {
        Ok(event) if event.need_rescan() => signal.tell(|wake| wake.scan = true),
        Ok(event) => match event.kind {
            // Our own opening and reading comes back as these.
            EventKind::Access(AccessKind::Open(_) | AccessKind::Read | AccessKind::Any) => {}
            EventKind::Access(AccessKind::Close(mode))
                if mode != notify::event::AccessMode::Write => {}
            EventKind::Modify(ModifyKind::Data(_)) | EventKind::Access(_) => {
                signal.tell(|wake| wake.wrote(&event.paths));
            }
            kind => {
                if matches!(kind, EventKind::Create(_) | EventKind::Modify(_)) {
                    event.paths.iter().for_each(|path| heard.note(path));
                }
                signal.tell(|wake| wake.scan = true);
            }
        },
        Err(error) => signal.tell(|wake| {
            wake.scan = true;
            wake.failed = Some(error.to_string());
        }),
    }
}
