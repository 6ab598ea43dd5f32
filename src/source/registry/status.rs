//! The status of each source, and the log of notices.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Backing, SourceEntry, Sources};
use crate::position::SourceId;
use crate::source::notice::{Notice, Noticed};
use crate::words::words;

/// How many notices are kept; of older ones only the number is known.
const NOTICES: usize = 1000;

words! {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
    pub(crate) enum SourceState {
        #[default]
        /// Not everything was read.
        Reading = "reading",
        /// Everything was read; more may come.
        Following = "following",
        /// As `Following`, without notifications from the file system.
        Polling = "polling",
        /// There is no file yet.
        Waiting = "waiting",
        /// No heartbeat came for minutes.
        Stale = "stale",
        /// The end of a final file is missing.
        Incomplete = "incomplete",
        /// The file was renamed; late lines are still read.
        Rotated = "rotated",
        /// The file lost its name, or its content.
        Gone = "gone",
        /// The file cannot be decompressed to its end.
        Damaged = "damaged",
        /// The file cannot be read.
        Unreadable = "unreadable",
        /// Read to its end, which is final.
        Finished = "finished",
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct SourceStatus {
    /// `None` of a directory or pattern without a file yet.
    pub source: Option<SourceId>,
    /// The current path, as on disk: to be sanitized before it is shown.
    pub path: PathBuf,
    pub state: SourceState,
    /// How many decompressed bytes were emitted.
    pub read: u64,
    /// The size on disk; `None` of a pipe.
    pub size: Option<u64>,
    pub compressed: bool,
    pub notice: Option<Notice>,
}

/// The last notices and what concerns all sources.
#[derive(Debug, Default)]
pub(super) struct NoticeLog {
    kept: VecDeque<Noticed>,
    total: u64,
    /// Directories and patterns without a file yet.
    waiting: Vec<PathBuf>,
    polling: bool,
}

impl SourceEntry {
    fn status(&self, source: SourceId, polling: bool) -> SourceStatus {
        SourceStatus {
            source: Some(source),
            path: self.path.clone(),
            state: match self.state {
                SourceState::Following if polling => SourceState::Polling,
                state => state,
            },
            read: self.emitted,
            size: matches!(self.backing, Backing::File(_)).then_some(self.size),
            compressed: self.compressed,
            notice: self.notice.clone(),
        }
    }
}

impl Sources {
    /// The status of every source in the order of their numbers, and then the inputs without a file
    /// yet.
    pub(crate) fn statuses(&self) -> Vec<SourceStatus> {
        let (polling, waiting) = {
            let log = self.log.lock();
            (log.polling, log.waiting.clone())
        };
        let entries = self.entries.read();
        let known = entries.known();
        let known = known.map(|(source, entry)| entry.status(source, polling));
        let mut all: Vec<SourceStatus> = known.collect();
        drop(entries);
        all.extend(waiting.into_iter().map(|path| SourceStatus {
            path,
            state: SourceState::Waiting,
            ..SourceStatus::default()
        }));
        all
    }

    /// The last thousand notices, the newest last.
    pub(crate) fn notices(&self) -> Vec<Noticed> {
        self.log.lock().kept.iter().cloned().collect()
    }

    /// How many notices there were in all: more than [`Sources::notices`] has if older ones were
    /// dropped.
    pub(crate) fn notices_given(&self) -> u64 {
        self.log.lock().total
    }

    pub(crate) fn noticed(&self, notice: &Notice) {
        let mut entries = self.entries.write();
        let about =
            |entry: &SourceEntry| entry.path == notice.path || entry.opened_as == notice.path;
        let mut known = entries.known().rev();
        let source = known.find(|(_, entry)| about(entry)).map(|(at, _)| at);
        drop(known);
        if let Some(entry) = source.and_then(|source| entries.get_mut(source)) {
            entry.notice = Some(notice.clone());
        }
        drop(entries);
        let mut notices = self.log.lock();
        notices.total += 1;
        if notices.kept.len() >= NOTICES {
            notices.kept.pop_front();
        }
        notices.kept.push_back(Noticed {
            at: SystemTime::now(),
            source,
            notice: notice.clone(),
        });
    }

    pub(crate) fn await_first(&self, path: &Path, waits: bool) {
        let mut log = self.log.lock();
        log.waiting.retain(|other| other != path);
        if waits {
            log.waiting.push(path.to_path_buf());
        }
    }

    pub(crate) fn set_polling(&self) {
        self.log.lock().polling = true;
    }

    pub(in crate::source) fn set_state(&self, source: SourceId, state: SourceState) {
        self.change(source, |entry| entry.state = state);
    }
}
