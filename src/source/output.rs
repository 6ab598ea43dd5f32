//! Emits blocks and notices, and reports the state of each file to the registry.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use super::blocks::{Block, Truncated};
use super::event::SourceEvent;
use super::notice::{Notice, NoticeKind};
use super::reader::LogReader;
use super::registry::SourceState;
use super::tracker::{FileKey, ReadPhase};
use crate::humanize;

/// How long after a failure a file is read again.
const RETRY: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Output {
    pub events: VecDeque<SourceEvent>,
    /// [`SourceEvent::CaughtUp`] was emitted and nothing since.
    pub caught_up: bool,
    pub ended: bool,
}

impl LogReader {
    /// Emits the lines that end within the `count` bytes behind the unfinished line.
    pub(super) fn emit_bytes(&mut self, key: FileKey, buffer: Vec<u8>, count: usize) {
        let source = self.source_of(key);
        let file = &mut self.tracker[key];
        let tail = &mut file.tail;
        if self.settings.fingerprints {
            let start = tail.known.splitter.unfinished().len();
            tail.known.content.add(&buffer[start..start + count]);
            self.store.note(key, &mut tail.known);
        }
        let result = tail.known.splitter.split(source, buffer, count);
        let emitted = tail.known.splitter.consumed();
        for block in [&result.cut, &result.whole].into_iter().flatten() {
            let marker = self.settings.liveness.marker;
            tail.markers.note(&block.bytes, marker);
        }
        let read = if tail.compression.is_packed() {
            tail.newly_decompressed()
        } else {
            count as u64
        };
        self.sources.count_read(read);
        self.sources.set_emitted_of(source, emitted, file.stat.size);
        if let Some(length) = result.hole {
            self.notice_of(key, NoticeKind::Hole, length.to_string());
        }
        self.emit(result.cut);
        self.emit(result.whole);
        self.on_growth(key);
        self.check_limit(key);
    }

    /// Stops reading an archive that decompresses to more than any log does: it is most likely a
    /// bomb.
    fn check_limit(&mut self, key: FileKey) {
        let file = &mut self.tracker[key];
        let most = file.stat.size.saturating_mul(100);
        let most = most.max(self.settings.max_unpacked);
        if file.tail.compression.is_packed() && file.tail.known.splitter.next_offset() > most {
            file.park(ReadPhase::Done);
            self.tracker.dequeue(key);
            self.set_state(key, SourceState::Damaged);
            self.notice_of(key, NoticeKind::Limit, humanize::size(most));
        }
    }

    pub(super) fn emit(&mut self, block: Option<Block>) {
        let is_empty = |block: &Block| block.bytes.is_empty() && block.cut == Truncated::No;
        if let Some(block) = block.filter(|block| !is_empty(block)) {
            self.output.caught_up = false;
            self.output.events.push_back(SourceEvent::Block(block));
        }
    }

    pub(super) fn notice(&mut self, kind: NoticeKind, path: &Path, detail: impl Into<String>) {
        let notice = Notice::new(kind, path, detail);
        self.sources.noticed(&notice);
        self.output.events.push_back(SourceEvent::Notice(notice));
    }

    pub(super) fn notice_of(&mut self, key: FileKey, kind: NoticeKind, detail: impl Into<String>) {
        let path = self.tracker[key].path.clone();
        self.notice(kind, &path, detail);
    }

    /// A poll found nothing new. The file is finished unless it is followed.
    pub(super) fn on_idle(&mut self, key: FileKey) {
        let file = &mut self.tracker[key];
        let is_packed = file.phase == ReadPhase::Open && file.tail.compression.is_packed();
        if self.settings.is_live() && !is_packed {
            let markers = &file.tail.markers;
            let state = file.idle_state(markers.stale, markers.incomplete);
            self.set_state(key, state);
            return self.park_idle(key);
        }
        let rest = file.tail.newly_decompressed();
        self.sources.count_read(rest);
        self.flush(key);
        self.set_state(key, SourceState::Finished);
        self.report_incomplete(key);
        self.tracker[key].park(ReadPhase::Done);
        self.tracker.dequeue(key);
    }

    pub(super) fn flush(&mut self, key: FileKey) {
        let known = &mut self.tracker[key].tail.known;
        let Some(source) = known.source else {
            return;
        };
        let block = known.splitter.finish(source);
        self.sources.set_emitted(source, known.splitter.consumed());
        self.emit(block);
    }

    /// Reports the state of a file to the registry if it has changed.
    pub(super) fn set_state(&mut self, key: FileKey, state: SourceState) {
        let file = &mut self.tracker[key];
        if file.state != state
            && let Some(source) = file.tail.known.source
        {
            file.state = state;
            self.sources.set_state(source, state);
        }
    }

    pub(super) fn on_readable(&mut self, key: FileKey) {
        let file = &mut self.tracker[key];
        file.tail.retry_at = None;
        if std::mem::take(&mut file.tail.unreadable) {
            self.notice_of(key, NoticeKind::Readable, "");
        }
    }

    pub(super) fn on_read_error(&mut self, key: FileKey, error: &io::Error) {
        let is_packed = self.tracker[key].tail.compression.is_packed();
        let (kind, state) = if is_packed {
            (NoticeKind::Damaged, SourceState::Damaged)
        } else {
            (NoticeKind::Unreadable, SourceState::Unreadable)
        };
        self.set_state(key, state);
        let live = self.settings.is_live();
        let file = &mut self.tracker[key];
        if live && is_packed {
            // It may be an upload in progress: reported if it stays unchanged.
            file.tail.damage = Some((error.to_string(), Instant::now()));
            file.park(ReadPhase::Done);
            return self.tracker.dequeue(key);
        }
        if live {
            let again = file.tail.retry_at.replace(Instant::now() + RETRY).is_some();
            if again || error.kind() == io::ErrorKind::NotFound {
                return;
            }
        } else {
            file.finish();
            self.tracker.dequeue(key);
        }
        self.tracker[key].tail.unreadable = !is_packed;
        self.notice_of(key, kind, error.to_string());
    }
}
