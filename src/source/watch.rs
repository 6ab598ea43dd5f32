//! When to scan: notifications of the file system, and the waker with which any thread wakes the
//! reader.
//!
//! A notification is a hint to scan, never a fact: the reader's timer finds what notifications
//! miss. Directories are watched, never files, because a watch on a file is lost when another takes
//! its name.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher};
use parking_lot::{Condvar, Mutex};

use super::fs::{self, FileId};
use super::pending::PendingFiles;

/// How many names of written files are kept between two waits; the timer finds the others.
const MAX_NAMES: usize = 16;

/// What happened since the last wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wakeup {
    /// A file may have grown.
    pub look: bool,
    /// The names of those files, at most `MAX_NAMES`.
    pub written: Vec<OsString>,
    /// Names may have changed.
    pub scan: bool,
    /// Why notifications can no longer be relied on.
    pub failed: Option<String>,
    pub stopped: bool,
}

impl Wakeup {
    fn is_empty(&self) -> bool {
        !(self.look || self.scan || self.stopped || self.failed.is_some())
    }

    fn take(&mut self) -> Self {
        let rest = Self {
            stopped: self.stopped,
            ..Self::default()
        };
        std::mem::replace(self, rest)
    }

    fn wrote(&mut self, paths: &[PathBuf]) {
        self.look = true;
        for name in paths.iter().filter_map(|path| path.file_name()) {
            if self.written.len() < MAX_NAMES && !self.written.iter().any(|known| known == name) {
                self.written.push(name.to_owned());
            }
        }
    }
}

/// A flag that ends a [`LogReader`](super::LogReader), from any thread and at once, also while it
/// waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<Waker>);

impl Stop {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn stop(&self) {
        self.0.wake(|wakeup| wakeup.stopped = true);
    }

    pub(crate) fn waker(&self) -> Arc<Waker> {
        Arc::clone(&self.0)
    }
}

/// Wakes the reader; set from any thread.
#[derive(Debug, Default)]
pub(crate) struct Waker {
    wakeup: Mutex<Wakeup>,
    changed: Condvar,
}

impl Waker {
    pub(crate) fn is_stopped(&self) -> bool {
        self.wakeup.lock().stopped
    }

    pub(crate) fn wake(&self, change: impl FnOnce(&mut Wakeup)) {
        change(&mut self.wakeup.lock());
        self.changed.notify_all();
    }

    pub(crate) fn take(&self) -> Wakeup {
        self.wakeup.lock().take()
    }

    /// Waits until something happens, at most `limit`, and takes it.
    pub(crate) fn wait(&self, limit: Option<Duration>) -> Wakeup {
        let quiet = |wakeup: &mut Wakeup| wakeup.is_empty();
        let mut wakeup = self.wakeup.lock();
        match limit {
            Some(limit) => {
                self.changed.wait_while_for(&mut wakeup, quiet, limit);
            }
            None => self.changed.wait_while(&mut wakeup, quiet),
        }
        wakeup.take()
    }
}

pub(crate) struct DirectoryWatch {
    waker: Arc<Waker>,
    watcher: Option<RecommendedWatcher>,
    folders: HashMap<PathBuf, FileId>,
}

impl DirectoryWatch {
    /// Creates the watcher. If the system refuses it, the waker gets the error.
    pub(super) fn new(waker: &Arc<Waker>, pending: &PendingFiles) -> Self {
        let guard = DisconnectGuard(Arc::clone(waker));
        let pending = pending.clone();
        let config = Config::default().with_follow_symlinks(false);
        let notify = move |event| on_notify(&guard.0, &pending, event);
        let watcher = RecommendedWatcher::new(notify, config);
        if let Err(error) = &watcher {
            waker.wake(|wakeup| wakeup.failed = Some(error.to_string()));
        }
        Self {
            watcher: watcher.ok(),
            ..Self::off(waker)
        }
    }

    /// Without notifications: only the timer triggers scans.
    pub(super) fn off(waker: &Arc<Waker>) -> Self {
        Self {
            waker: Arc::clone(waker),
            watcher: None,
            folders: HashMap::new(),
        }
    }

    /// Watches `folder` from now on, and again if another directory has its name.
    pub(super) fn keep(&mut self, folder: &Path) {
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
                // The old directory is gone, and its watch with it: an error is expected.
                let _ = watcher.unwatch(folder);
            }
            None => {}
        }
        self.folders.insert(folder.to_path_buf(), id);
        let watched = watcher.watch(folder, RecursiveMode::NonRecursive);
        self.waker.wake(|wakeup| match watched {
            Ok(()) => wakeup.scan = true,
            Err(error) => wakeup.failed = Some(error.to_string()),
        });
    }
}

/// Reports an unexpected end of the watcher thread.
struct DisconnectGuard(Arc<Waker>);

impl Drop for DisconnectGuard {
    fn drop(&mut self) {
        self.0
            .wake(|wakeup| wakeup.failed = Some("the watcher has ended".to_owned()));
    }
}

fn on_notify(waker: &Waker, pending: &PendingFiles, event: notify::Result<notify::Event>) {
    let event = match event {
        Ok(event) => event,
        Err(error) => {
            return waker.wake(|wakeup| {
                wakeup.scan = true;
                wakeup.failed = Some(error.to_string());
            });
        }
    };
    if event.need_rescan() {
        return waker.wake(|wakeup| wakeup.scan = true);
    }
    match event.kind {
        // Caused by this program's own opening and reading.
        EventKind::Access(AccessKind::Open(_) | AccessKind::Read | AccessKind::Any) => {}
        EventKind::Access(AccessKind::Close(mode)) if mode != AccessMode::Write => {}
        EventKind::Modify(ModifyKind::Data(_)) | EventKind::Access(_) => {
            waker.wake(|wakeup| wakeup.wrote(&event.paths));
        }
        kind => {
            if matches!(kind, EventKind::Create(_) | EventKind::Modify(_)) {
                let paths = event.paths.iter();
                paths.for_each(|path| pending.open_on_event(path));
            }
            waker.wake(|wakeup| wakeup.scan = true);
        }
    }
}
