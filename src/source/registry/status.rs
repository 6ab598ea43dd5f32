//! How each source is doing, for those who show sources.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::time::SystemTime;

use super::{Body, Entry, Sources, lock};
use crate::position::SourceId;
use crate::source::notice::{Notice, Noticed};

/// How many notices are kept; of older ones only the number.
const NOTICES: usize = 1000;

/// What a source is doing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum SourceState {
    /// It has more than was read so far.
    #[default]
    Reading,
    /// All is read; more may come.
    Following,
    /// As [`SourceState::Following`], without notifications from the file system.
    Polling,
    /// Nothing is there yet.
    Waiting,
    /// Nothing came for minutes where something comes each minute.
    Stale,
    /// A saved file whose end is missing.
    Incomplete,
    /// It was renamed; its writer is still listened to.
    Rotated,
    /// It lost its name, or its content.
    Gone,
    /// It cannot be unpacked to its end.
    Damaged,
    /// It cannot be read.
    Unreadable,
    /// Read to its end, which is final.
    Finished,
}

impl SourceState {
    /// All states.
    pub const ALL: [Self; 11] = [
        Self::Reading,
        Self::Following,
        Self::Polling,
        Self::Waiting,
        Self::Stale,
        Self::Incomplete,
        Self::Rotated,
        Self::Gone,
        Self::Damaged,
        Self::Unreadable,
        Self::Finished,
    ];

    /// How it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Following => "following",
            Self::Polling => "polling",
            Self::Waiting => "waiting",
            Self::Stale => "stale",
            Self::Incomplete => "incomplete",
            Self::Rotated => "rotated",
            Self::Gone => "gone",
            Self::Damaged => "damaged",
            Self::Unreadable => "unreadable",
            Self::Finished => "finished",
        }
    }
}

/// All that is known of a source now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceStatus {
    /// Its number; `None` of a folder or pattern that is waited for.
    pub source: Option<SourceId>,
    /// What it is called now, as on fs: to be made safe before it is shown.
    pub path: PathBuf,
    /// What it is doing.
    pub state: SourceState,
    /// How many bytes of it were told, unpacked.
    pub read: u64,
    /// How long it is on fs; `None` of a pipe.
    pub size: Option<u64>,
    /// Whether its bytes are unpacked while they are read.
    pub compressed: bool,
    /// The last thing that befell it.
    pub notice: Option<Notice>,
}

/// What the registry keeps of a source for its status.
#[derive(Clone, Debug, Default)]
pub(super) struct Condition {
    state: SourceState,
    pub(super) size: u64,
    notice: Option<Notice>,
}

/// What was told of the sources, the newest last, and of all together.
#[derive(Debug, Default)]
pub(super) struct NoticeLog {
    kept: VecDeque<Noticed>,
    given: u64,
    /// Folders and patterns that hold nothing yet.
    waiting: Vec<PathBuf>,
    polling: bool,
}

impl Entry {
    fn status(&self, source: SourceId, polling: bool) -> SourceStatus {
        let condition = self.condition.clone();
        SourceStatus {
            source: Some(source),
            path: self.path.clone(),
            state: match condition.state {
                SourceState::Following if polling => SourceState::Polling,
                state => state,
            },
            read: self.told,
            size: matches!(self.body, Body::File(_)).then_some(condition.size),
            compressed: self.compressed,
            notice: condition.notice,
        }
    }
}

impl Sources {
    /// How every source is doing that is known, in the order in which they began, and behind them what is waited for.
    pub fn statuses(&self) -> Vec<SourceStatus> {
        let (polling, waiting) = {
            let told = lock(&self.told);
            (told.polling, told.waiting.clone())
        };
        let entries = self.entries();
        let mut all: Vec<SourceStatus> = entries
            .known()
            .map(|(source, entry)| entry.status(source, polling))
            .collect();
        drop(entries);
        all.extend(waiting.into_iter().map(|path| SourceStatus {
            source: None,
            path,
            state: SourceState::Waiting,
            read: 0,
            size: None,
            compressed: false,
            notice: None,
        }));
        all
    }

    /// What befell the sources, the newest last: the last thousand.
    pub fn notices(&self) -> Vec<Noticed> {
        lock(&self.told).kept.iter().cloned().collect()
    }

    /// How many notices were given in all: more than [`Sources::notices`] has, where older ones were dropped.
    pub fn notices_given(&self) -> u64 {
        lock(&self.told).given
    }

    /// Enters a notice.
    pub(crate) fn noticed(&self, notice: &Notice) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let about = |entry: &Entry| entry.path == notice.path || entry.called == notice.path;
        let mut known = entries.known().rev();
        let source = known.find(|(_, entry)| about(entry)).map(|(at, _)| at);
        drop(known);
        if let Some(entry) = source.and_then(|source| entries.get_mut(source)) {
            entry.condition.notice = Some(notice.clone());
        }
        drop(entries);
        let mut notices = lock(&self.told);
        notices.given += 1;
        if notices.kept.len() >= NOTICES {
            notices.kept.pop_front();
        }
        notices.kept.push_back(Noticed {
            at: SystemTime::now(),
            source,
            notice: notice.clone(),
        });
    }

    /// A folder or pattern holds nothing yet, or does now.
    pub(crate) fn await_first(&self, path: &Path, waits: bool) {
        let mut told = lock(&self.told);
        told.waiting.retain(|other| other != path);
        if waits {
            told.waiting.push(path.to_path_buf());
        }
    }

    /// No notifications come.
    pub(crate) fn set_polling(&self) {
        lock(&self.told).polling = true;
    }

    /// What a source is doing now.
    pub(in crate::source) fn set_state(&self, source: SourceId, state: SourceState) {
        self.change(source, |entry| entry.condition.state = state);
    }
}
