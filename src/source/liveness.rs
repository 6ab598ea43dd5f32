//! Detects stale and incomplete logs by the markers in their lines.
//!
//! If a log with heartbeats gets no more lines, its transfer or its writer has failed. Which lines
//! are markers is decided by the [`Liveness`](super::Liveness) policy of the request.

use memchr::memchr_iter;

use super::Marker;
use super::notice::NoticeKind;
use super::reader::LogReader;
use super::registry::SourceState;
use super::rotation_order::{self, RotationKey};
use super::tracker::{FileKey, Name, ReadPhase};

/// How much of a block's end is searched for markers.
const END: usize = 4 << 10;

/// The markers found in a file, and what was reported because of them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileMarkers {
    begins: bool,
    ends: bool,
    has_heartbeats: bool,
    /// The file grew after all of it was read.
    grew: bool,
    pub stale: bool,
    pub incomplete: bool,
}

impl FileMarkers {
    /// Records the markers in a block of lines.
    pub(super) fn note(&mut self, bytes: &[u8], marker: fn(&[u8]) -> Option<Marker>) {
        let end = &bytes[bytes.len().saturating_sub(END)..];
        let mut last = None;
        let whole = end.strip_suffix(b"\n").unwrap_or(end);
        let mut start = 0;
        for stop in memchr_iter(b'\n', whole).chain([whole.len()]) {
            let line = &whole[start..stop];
            start = stop + 1;
            last = marker(line.strip_suffix(b"\r").unwrap_or(line));
            self.has_heartbeats |= last == Some(Marker::Heartbeat);
        }
        self.ends = last == Some(Marker::End);
    }

    /// Records the marker in the first line of a file.
    pub(super) fn note_head(&mut self, head: &[u8], marker: fn(&[u8]) -> Option<Marker>) {
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        self.begins = marker(first) == Some(Marker::Begin);
    }
}

impl LogReader {
    /// A file has grown: it is no longer stale, and perhaps complete.
    pub(super) fn on_growth(&mut self, key: FileKey) {
        let file = &mut self.tracker[key];
        file.tail.markers.grew |= file.state == SourceState::Following;
        if std::mem::take(&mut file.tail.markers.stale) {
            self.set_state(key, SourceState::Following);
            self.notice_of(key, NoticeKind::Resumed, "");
        }
        let file = &mut self.tracker[key];
        if file.tail.markers.incomplete && file.tail.markers.ends {
            file.tail.markers.incomplete = false;
            self.set_state(key, SourceState::Finished);
            self.notice_of(key, NoticeKind::Complete, "");
        }
    }

    /// Reports the files that have become stale or incomplete.
    pub(super) fn check_stale(&mut self) {
        for key in self.tracker.order().clone() {
            let file = &self.tracker[key];
            let quiet = file.grown.elapsed();
            if file.phase != ReadPhase::Open || !file.is_held() || file.has_more() {
                continue;
            }
            if quiet >= self.settings.timeouts.damaged {
                self.report_incomplete(key);
            }
            let file = &mut self.tracker[key];
            let is_newest = file.rotation_key() == RotationKey::Newest;
            let markers = &mut file.tail.markers;
            let is_expected = file.name == Name::Current
                && !markers.ends
                && (is_newest || markers.grew)
                && markers.has_heartbeats;
            if is_expected && !markers.stale && quiet >= self.settings.timeouts.silent {
                markers.stale = true;
                self.set_state(key, SourceState::Stale);
                let minutes = format!("{} minutes", quiet.as_secs() / 60);
                self.notice_of(key, NoticeKind::Stale, minutes);
            }
        }
    }

    /// Reports a file that got no new lines if its last line should be an end marker and is not.
    pub(super) fn report_incomplete(&mut self, key: FileKey) {
        let file = &mut self.tracker[key];
        let markers = &mut file.tail.markers;
        let lacks_end = markers.begins && !markers.ends && !markers.incomplete;
        let name = rotation_order::uncompressed(&file.path);
        if lacks_end
            && file.tail.known.source.is_some()
            && (self.settings.liveness.is_final_name)(&name)
        {
            markers.incomplete = true;
            self.set_state(key, SourceState::Incomplete);
            self.notice_of(key, NoticeKind::Incomplete, "");
        }
    }
}
