//! Closes files: permanently if nothing can be appended, temporarily if too many are open.

use std::sync::Arc;
use std::time::Instant;

use super::fs;
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::registry::SourceState;
use super::tail::Handle;
use super::tracker::{FileKey, ReadPhase};

/// How many files without new bytes are kept open.
const IDLE_OPEN: usize = 4;

impl LogReader {
    /// Closes a file for good. Its content stays known; its inode may come back as another file.
    pub(super) fn close(&mut self, key: FileKey) {
        let file = &self.tracker[key];
        let id = file.stat.id;
        let state = match file.stat.names {
            0 => SourceState::Gone,
            _ => SourceState::Finished,
        };
        self.set_state(key, state);
        self.restart(key);
        self.tracker[key].finish();
        self.tracker.close(key);
        self.sources.close(id);
    }

    /// Resets a file to its first byte; returns the first bytes of its former content, which stays
    /// known.
    pub(super) fn restart(&mut self, key: FileKey) -> Vec<u8> {
        let file = &mut self.tracker[key];
        if file.is_held() {
            file.phase = ReadPhase::Queued;
        }
        let known = file.restart();
        let head = known.content.head().to_vec();
        if let Some(source) = known.source {
            self.sources.end(source);
            self.store.release(known);
        } else {
            self.store.forget(&known);
        }
        head
    }

    /// Opens the newest files in advance: their names may be removed before they are read.
    pub(super) fn pin_newest(&mut self) {
        let newest = self.tracker.order().iter().rev().take(IDLE_OPEN);
        for key in newest.copied().collect::<Vec<_>>() {
            let file = &mut self.tracker[key];
            if file.phase == ReadPhase::Queued
                && !file.is_held()
                && let Ok((open, stat)) = fs::open(&file.path)
                && stat.id == file.stat.id
            {
                file.tail.handle = Handle::Plain(Arc::new(open));
            }
        }
    }

    /// Closes the files that lost their name and were quiet for a while, and reports damage that
    /// has lasted.
    pub(super) fn close_quiet(&mut self) {
        let waiting = self.targets.iter().any(|target| target.away);
        let timeouts = self.settings.timeouts;
        for key in self.tracker.order().clone() {
            let file = &self.tracker[key];
            let stat = file.tail.file().and_then(|file| fs::stat(file).ok());
            let linked = stat.is_some_and(|stat| stat.names > 0);
            let limit = file.release_after(linked, waiting, &timeouts);
            if limit.is_some_and(|limit| file.grown.elapsed() >= limit) && !file.has_more() {
                self.flush(key);
                self.close(key);
            }
        }
        for key in self.tracker.which(|file| file.tail.damage.is_some()) {
            let file = &mut self.tracker[key];
            let lasts = |(_, since): &mut (String, Instant)| since.elapsed() >= timeouts.damaged;
            if let Some((cause, _)) = file.tail.damage.take_if(lasts) {
                self.notice_of(key, NoticeKind::Damaged, cause);
            }
        }
    }

    /// Parks files without new bytes if too many are open. `last` is the last file polled: none of
    /// those behind it is open.
    pub(super) fn park_idle(&mut self, last: FileKey) {
        let order = self.tracker.order();
        let polled = order.iter().position(|&key| key == last);
        let polled = polled.map_or(0, |rank| rank + 1);
        if polled <= 2 * IDLE_OPEN {
            return;
        }
        let is_idle = |key: &FileKey| {
            let file = &self.tracker[*key];
            file.phase == ReadPhase::Open
                && file.is_held()
                && !file.name.is_lost()
                && !file.has_more()
        };
        let idle: Vec<FileKey> = order.iter().take(polled).copied().filter(is_idle).collect();
        for &key in &idle[..idle.len().saturating_sub(IDLE_OPEN)] {
            self.tracker[key].park(ReadPhase::Parked);
            self.tracker.dequeue(key);
        }
    }
}
