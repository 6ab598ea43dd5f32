//! Where bytes come from: files read from their start and then followed, folders, globs, archives and pipes.
//!
//! [`Feeder`] tells blocks of whole lines with their positions, every line once and in order, whatever befalls the files;
//! [`Sources`] reads them again. What the lines mean is left to others: the one thing asked about them, whether a file
//! of a folder is a mail log, comes as a predicate with the [`Request`].
//!
//! ```text
//! discover ── which files ──▶ follow ── what is new ──▶ tail, archive, stdin ── bytes ──▶ lines
//!     watch ── when to look ──▲  contents, identity ── was it read already? ──▲
//! ```

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

mod ahead;
pub(crate) mod archive;
mod begin;
mod contents;
mod discover;
mod disk;
mod family;
mod feeder;
mod files;
mod folder;
mod follow;
mod heard;
mod identity;
mod newest;
mod notice;
mod order;
mod queue;
mod silence;
mod sources;
mod stdin;
mod tail;
mod told;
mod watch;

pub use feeder::{Feeder, Recycler};
pub use newest::Newest;
pub use notice::{Notice, NoticeKind, Noticed, Severity};
pub use sources::{Progress, SourceInfo, SourceStatus, Sources, State};
pub use told::{Opened, Told};
pub use watch::Stop;

/// The number of a source, in the order in which their first lines were told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(u32);

impl SourceId {
    /// The source with this number, from 0.
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Its number, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a line begins: its source and the offset in it, in decompressed bytes. Positions sort in reading order.
///
/// Sources beyond 4 million and offsets beyond 4 TiB are told as the last that can be told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The first byte of the first source.
    pub(crate) const START: Self = Self(0);

    const OFFSET_BITS: u32 = 42;
    const MAX_OFFSET: u64 = (1 << Self::OFFSET_BITS) - 1;
    const MAX_SOURCE: u32 = (1 << (64 - Self::OFFSET_BITS)) - 1;

    /// The place `offset` bytes into `source`.
    pub fn new(source: SourceId, offset: u64) -> Self {
        let source = u64::from(source.0.min(Self::MAX_SOURCE));
        Self(source << Self::OFFSET_BITS | offset.min(Self::MAX_OFFSET))
    }

    /// The place as one number, as it is kept in columns.
    #[inline]
    pub(crate) fn raw(self) -> u64 {
        self.0
    }

    /// Reads a column's number.
    #[inline]
    pub(crate) fn from_raw(raw: u64) -> Self {
        Self(raw)
    }

    /// The source.
    pub fn source(self) -> SourceId {
        SourceId((self.0 >> Self::OFFSET_BITS) as u32)
    }

    /// The offset in it, in decompressed bytes.
    pub fn offset(self) -> u64 {
        self.0 & Self::MAX_OFFSET
    }

    /// Bytes from an earlier place of the same source to this one; `None` from any other, and beyond 4 GiB.
    #[inline]
    pub fn behind(self, earlier: Self) -> Option<u32> {
        let same_source = (self.0 ^ earlier.0) >> Self::OFFSET_BITS == 0;
        let length = u32::try_from(self.0.wrapping_sub(earlier.0)).ok();
        length.filter(|_| same_source)
    }
}

impl fmt::Debug for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.source().0, self.offset())
    }
}

/// Whether to stay when everything was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// Read what is there, then end.
    Once,
    /// Go on with what is appended and with files that appear, across rotation.
    Live,
}

/// Whether lines are read again once they were told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RawLines {
    /// They may be shown or searched: what comes through a pipe is kept for that.
    Needed,
    /// Nobody asks for them: nothing is written to disk.
    Unneeded,
}

/// What a folder or glob without a single mail log is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmptyFolder {
    /// An error.
    Refuse,
    /// Waited for. Only with [`Follow::Live`].
    Wait,
}

/// What a line tells of the file it stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// The file begins here.
    Begin,
    /// The file ends here: the appliance goes on in another.
    End,
    /// Such a line comes each minute.
    Beat,
}

/// What was asked for on the command line.
#[derive(Clone, Debug)]
pub struct Request {
    /// Files, folders, globs, or `-` for standard input.
    pub paths: Vec<OsString>,
    /// Whether to stay when everything was read.
    pub follow: Follow,
    /// `Some`: look at the files at this pace and ask for no notifications.
    pub poll: Option<Duration>,
    /// Whether a file of a folder or glob is to be read, by its first 64 KiB, unpacked.
    pub is_mail_log: fn(&[u8]) -> bool,
    /// What a line tells of the file it stands in.
    pub mark_of: fn(&[u8]) -> Option<Mark>,
    /// What a folder without a mail log is.
    pub empty_folder: EmptyFolder,
    /// Whether lines are read again.
    pub raw_lines: RawLines,
    /// Ends the reading from outside.
    pub stop: Stop,
}

/// Why a PATH cannot be read. One line each, lower case; the path is as on disk, not yet safe for a terminal.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing has that name.
    #[error("{}: no such file or folder; check the path", .path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("{}: permission denied; run as a user who may read it", .path.display())]
    Permission {
        /// The path.
        path: PathBuf,
    },
    /// A folder or glob means no mail log.
    #[error("{}: no mail_logs here; name a folder that holds some, or follow it to wait for them", .path.display())]
    NoLogs {
        /// The folder or pattern.
        path: PathBuf,
    },
    /// A pattern that means nothing.
    #[error("{}: not a valid pattern ({reason}); check its brackets and stars", .path.display())]
    BadGlob {
        /// The pattern.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// A device, a socket.
    #[error("{}: neither a file, a folder nor a pipe; name a log file", .path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// Text in 16-bit units.
    #[error("{}: the file is UTF-16; convert it to UTF-8 first", .path.display())]
    Utf16 {
        /// The path.
        path: PathBuf,
    },
    /// An archive that asks for more memory than a decoder may take.
    #[error("{}: unpacking it takes more than 128 MiB of memory; unpack it with xz first", .path.display())]
    Demanding {
        /// The path.
        path: PathBuf,
    },
    /// Not a byte can be unpacked.
    #[error("{}: damaged archive ({cause}); fetch the file again", .path.display())]
    Damaged {
        /// The path.
        path: PathBuf,
        /// What the unpacking says.
        cause: io::Error,
    },
    /// The system says something else.
    #[error("{}: cannot be read ({cause}); check the file and its disk", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What it says.
        cause: io::Error,
    },
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
