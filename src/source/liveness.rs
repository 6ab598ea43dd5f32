//! Detects stale and incomplete logs by the markers in their lines.
//!
//! If a log with heartbeats gets no more lines, its transfer or its writer has failed. Which lines are markers is
//! decided by the [`Liveness`](super::Liveness) policy of the request.

use memchr::memchr_iter;

use super::notice::NoticeKind;
use super::reader::LogReader;
use super::registry::SourceState;
use super::rotation_order::{self, RotationKey};
use super::tail::Body;
use super::{Follow, Marker};

/// How much of a block's end is looked through for marks.
const END: usize = 4 << 10;

/// What the framing of a file told so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FileMarkers {
    /// Its first line says that it begins.
    begins: bool,
    /// Its last line says that it ends.
    ends: bool,
    /// A line that comes each minute was among its lines.
    beats: bool,
    /// It grew after all of it was read.
    grew: bool,
    /// It was said that nothing comes, or that its end is missing.
    pub silent: bool,
    pub incomplete: bool,
}

impl FileMarkers {
    /// Notes the marks of lines that were told.
    pub fn note(&mut self, bytes: &[u8], mark_of: fn(&[u8]) -> Option<Marker>) {
        let end = &bytes[bytes.len().saturating_sub(END)..];
        let mut last = None;
        let whole = end.strip_suffix(b"\n").unwrap_or(end);
        let mut start = 0;
        for stop in memchr_iter(b'\n', whole).chain([whole.len()]) {
            let line = &whole[start..stop];
            start = stop + 1;
            last = mark_of(line.strip_suffix(b"\r").unwrap_or(line));
            self.beats |= last == Some(Marker::Heartbeat);
        }
        self.ends = last == Some(Marker::End);
    }

    /// Notes the first lines of a file.
    pub fn note_head(&mut self, head: &[u8], mark_of: fn(&[u8]) -> Option<Marker>) {
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
        let first = first.strip_suffix(b"\r").unwrap_or(first);
        self.begins = mark_of(first) == Some(Marker::Begin);
    }
}

impl LogReader {
    /// A file has grown: it is no longer silent, and perhaps complete.
    pub(super) fn on_growth(&mut self, at: usize) {
        let file = &mut self.files[at];
        file.framed.grew |= file.state == SourceState::Following;
        let path = file.path.clone();
        if std::mem::take(&mut file.framed.silent) {
            self.set_state(at, SourceState::Following);
            self.notice(NoticeKind::Resumed, &path, String::new());
        }
        if self.files[at].framed.incomplete && self.files[at].framed.ends {
            self.files[at].framed.incomplete = false;
            self.set_state(at, SourceState::Finished);
            self.notice(NoticeKind::Complete, &path, String::new());
        }
    }

    /// Says what is silent that should write, and what lacks its end.
    pub(super) fn check_stale(&mut self) {
        for at in self.active.clone() {
            let file = &self.files[at];
            let quiet = file.grown.elapsed();
            if !matches!(file.body, Body::Plain(_)) || file.has_more() {
                continue;
            }
            if quiet >= self.timeouts.damaged {
                self.report_incomplete(at);
            }
            let file = &self.files[at];
            let live = !file.replaced
                && !file.renamed
                && !file.framed.ends
                && (file.age() == RotationKey::TailPreview || file.framed.grew);
            if live && file.framed.beats && !file.framed.silent && quiet >= self.timeouts.silent {
                let path = file.path.clone();
                let minutes = format!("{} minutes", quiet.as_secs() / 60);
                self.files[at].framed.silent = true;
                self.set_state(at, SourceState::Stale);
                self.notice(NoticeKind::Stale, &path, minutes);
            }
        }
    }

    /// Nothing more comes of a file for now: says so where it is a saved one without its end.
    pub(super) fn report_incomplete(&mut self, at: usize) {
        let file = &mut self.files[at];
        let framed = &mut file.framed;
        let incomplete = framed.begins && !framed.ends && !framed.incomplete;
        if incomplete
            && file.known.source.is_some()
            && (self.liveness.is_final_name)(&rotation_order::uncompressed(&file.path))
        {
            file.framed.incomplete = true;
            let path = file.path.clone();
            self.set_state(at, SourceState::Incomplete);
            self.notice(NoticeKind::Incomplete, &path, String::new());
        }
    }

    /// Whether nothing is wrong with a file that is to be said at once, as no time will be.
    pub(super) fn finish_framing(&mut self, at: usize) {
        if self.follow == Follow::Once || matches!(self.files[at].body, Body::Packed(_)) {
            self.report_incomplete(at);
        }
    }
}
