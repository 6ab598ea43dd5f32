//! How the log comes in: loading, following, paused or ended.

use crate::pipeline::{Follow, ReadProgress};

/// Phases of reading the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Feed {
    Loading(ReadProgress),
    /// Loading, while only the end of the newest file is shown.
    Newest(ReadProgress),
    /// Everything has been read; more may come.
    Following,
    /// Everything has been read; no more will come.
    Ended,
}

#[derive(Debug)]
pub(crate) struct FeedState {
    /// The name of the log, as in the top line.
    pub title: String,
    follow: Follow,
    pub phase: Feed,
    /// Lines per second, while they come.
    pub rate: Option<u64>,
    /// Bytes written and not yet read, after everything had been read once.
    pub behind: u64,
    /// The number of entries at which live updates were paused.
    pub paused: Option<u64>,
}

impl FeedState {
    pub(super) fn new(title: &str, follow: Follow) -> Self {
        Self {
            title: title.to_owned(),
            follow,
            phase: Feed::Loading(ReadProgress { read: 0, total: 0 }),
            rate: None,
            behind: 0,
            paused: None,
        }
    }

    pub(super) fn grew(&mut self, progress: ReadProgress, rate: Option<u64>) {
        self.rate = rate;
        self.behind = progress.total.saturating_sub(progress.read);
        if let Feed::Loading(known) | Feed::Newest(known) = &mut self.phase {
            *known = progress;
        }
    }

    /// Ends loading; `false` if it had ended before.
    pub(super) fn caught_up(&mut self) -> bool {
        let loading = self.is_loading();
        if loading {
            self.phase = match self.follow {
                Follow::Live => Feed::Following,
                Follow::Once => Feed::Ended,
            };
        }
        loading
    }

    pub(crate) fn is_loading(&self) -> bool {
        matches!(self.phase, Feed::Loading(_) | Feed::Newest(_))
    }

    /// Whether open connections are pinned to the top: only while the log may grow.
    pub(super) fn is_followed(&self) -> bool {
        self.phase != Feed::Ended && self.follow == Follow::Live
    }
}

#[cfg(test)]
mod tests;
