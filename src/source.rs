//! Reads files from their start and follows them: the files of directories and globs, archives and
//! pipes.
//!
//! [`LogReader`] emits blocks of whole lines with their positions, every line once and in order,
//! across rotation, truncation and replacement. [`Sources`] reads emitted lines again. What the
//! lines mean is left to others: what must be known of them comes with the [`Request`] as a
//! predicate and a [`Liveness`] policy.
//!
//! ```text
//! watch ── wakeup ──▶ reader ── listings ──▶ tracker ── which file ──▶ tail, decompress, pipe ── bytes ──▶ blocks
//!                       ▲ scan, input             fingerprint ── was it read already? ──▲
//! ```

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

mod blocks;
mod buffer_pool;
pub(crate) mod decompress;
mod directory;
mod event;
mod fingerprint;
mod fs;
mod input;
mod liveness;
mod notice;
mod open;
mod output;
mod pending;
mod pipe;
mod preview;
mod read_ahead;
mod reader;
mod reconcile;
mod registry;
mod release;
mod rotated;
mod rotation_order;
mod scan;
mod settings;
mod start;
mod tail;
mod target;
mod tracker;
mod watch;

#[cfg(test)]
pub(crate) use blocks::HOLE;
#[cfg(any(test, fuzzing))]
pub(crate) use blocks::LineSplitter;
pub(crate) use blocks::leading_zeros;
pub(crate) use blocks::{Block, MAX_LINE, Truncated};
pub(crate) use buffer_pool::BufferPool;
pub(crate) use event::{SourceEvent, SourceOpened};
pub(crate) use notice::{Notice, NoticeKind, NoticeLevel, Noticed};
pub(crate) use preview::TailPreview;
pub(crate) use reader::LogReader;
pub(crate) use registry::{ReadProgress, SourceState, SourceStatus, Sources};
pub(crate) use watch::Stop;

/// Whether to stay when everything was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Follow {
    /// Read what is there, then end.
    Once,
    /// Follow appended lines and new files, across rotation.
    Live,
}

/// Whether lines are read again after they were emitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RawLines {
    /// They may be shown or searched: what comes through a pipe is kept for that.
    Needed,
    /// They are not: nothing is written to disk.
    Unneeded,
}

/// What to do with a directory or glob without a mail log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EmptyFolder {
    Refuse,
    /// Wait for one. Only with [`Follow::Live`].
    Wait,
}

/// What a line shows about the file that contains it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Marker {
    /// The first line of a complete file.
    Begin,
    /// The last line of a complete file: the writer continues in another one.
    End,
    /// A line that the writer repeats at least every [`Liveness::silence`].
    Heartbeat,
}

/// How to detect files that are stale or incomplete. Supplied by the component that knows the log
/// format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Liveness {
    pub marker: fn(&[u8]) -> Option<Marker>,
    /// Whether a file of this name, without the suffix of its compression, gets no more lines.
    pub is_final_name: fn(&str) -> bool,
    /// How long a file with heartbeats may stay unchanged before it is stale.
    pub silence: Duration,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Files, directories, globs, or `-` for standard input.
    pub paths: Vec<OsString>,
    pub follow: Follow,
    /// `Some`: poll the files at this interval instead of watching for notifications.
    pub poll: Option<Duration>,
    /// Whether a file of a directory or glob is to be read, by its first 64 KiB, decompressed.
    pub is_mail_log: fn(&[u8]) -> bool,
    pub liveness: Liveness,
    pub empty_folder: EmptyFolder,
    pub raw_lines: RawLines,
    pub stop: Stop,
}

/// Why a PATH cannot be read. One line each, lower case; the path is as on fs, not yet safe for a
/// terminal.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    #[error("{}: no such file or folder; check the path", .path.display())]
    NotFound { path: PathBuf },
    #[error("{}: permission denied; run as a user who may read it", .path.display())]
    Permission { path: PathBuf },
    #[error("{}: no mail_logs here; name a folder that holds some, or follow it to wait for them", .path.display())]
    NoLogs { path: PathBuf },
    #[error("{}: not a valid pattern ({reason}); check its brackets and stars", .path.display())]
    BadGlob { path: PathBuf, reason: &'static str },
    #[error("{}: neither a file, a folder nor a pipe; name a log file", .path.display())]
    NoFile { path: PathBuf },
    #[error("{}: the file is UTF-16; convert it to UTF-8 first", .path.display())]
    Utf16 { path: PathBuf },
    #[error("{}: unpacking it takes more than 128 MiB of memory; unpack it with xz first", .path.display())]
    Demanding { path: PathBuf },
    /// Not a byte can be decompressed.
    #[error("{}: damaged archive ({cause}); fetch the file again", .path.display())]
    Damaged { path: PathBuf, cause: io::Error },
    #[error("{}: cannot be read ({cause}); check the file and its disk", .path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
}

impl SourceError {
    fn of(path: PathBuf, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => Self::Permission { path },
            _ => Self::Unreadable { path, cause },
        }
    }
}

#[cfg(test)]
mod tests;
