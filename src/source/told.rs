//! What the reader tells: sources that begin, blocks of lines, and what befell the files.

use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use super::SourceId;
use crate::lines::Block;

/// The next thing to know.
#[derive(Debug)]
pub enum Told {
    /// A source begins; its blocks follow, between those of others.
    Opened(Opened),
    /// Lines, in the order of their source.
    Block(Block),
    /// Everything that is there now has been told. Comes once whenever this becomes true; the first one ends the initial load.
    CaughtUp,
    /// Something that a person may want to know.
    Notice(Notice),
    /// Nothing more comes: all is read, or standard input ended, or the reader was stopped.
    End,
}

/// A source that begins.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its number.
    pub source: SourceId,
    /// What it is called, as on disk: to be made safe before it is shown. `-` is standard input.
    pub path: PathBuf,
    /// Its first bytes, unpacked, at most 64 KiB.
    pub head: Vec<u8>,
    /// Its last bytes, at most 64 KiB; empty where they cannot be had without reading all.
    pub tail: Vec<u8>,
    /// When the file was written last; `None` of a stream.
    pub modified: Option<SystemTime>,
    /// Whether its bytes are unpacked while they are read.
    pub compressed: bool,
    /// Where its blocks begin: behind what a file already read had in common with it, else 0.
    pub begins: u64,
}

/// How much a notice matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The normal life of a log.
    Info,
    /// Lines may come late or are gone.
    Warning,
    /// Something that was asked for could not be read: a command that ends must fail.
    Error,
}

/// What befell a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    /// It was renamed and goes on under the new name; another took its name.
    Rotated,
    /// It became shorter, or other bytes stand where read ones stood: it is read from its start.
    Truncated,
    /// Another file took its name.
    Replaced,
    /// It is no longer there; it is waited for.
    Gone,
    /// Nothing to read is there yet; it is waited for.
    Waiting,
    /// No notifications come: the files are looked at at a steady pace.
    Polling,
    /// It cannot be unpacked to its end.
    Damaged,
    /// It cannot be read.
    Unreadable,
    /// Standard input cannot be kept, so that its raw lines cannot be shown again.
    NotKept,
}

/// One sentence about one path.
#[derive(Clone, Debug)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// To which path, as on disk: to be made safe before it is shown.
    pub path: PathBuf,
    /// How much it matters.
    pub severity: Severity,
    /// What the system said, or the new name; may be empty.
    pub detail: String,
}

impl NoticeKind {
    /// A stable word for records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::Truncated => "truncated",
            Self::Replaced => "replaced",
            Self::Gone => "gone",
            Self::Waiting => "waiting",
            Self::Polling => "polling",
            Self::Damaged => "damaged",
            Self::Unreadable => "unreadable",
            Self::NotKept => "not_kept",
        }
    }
}

impl Notice {
    /// A stable word for records: what happened.
    pub fn kind(&self) -> &'static str {
        self.kind.word()
    }
}

/// One line, lower case, not yet safe for a terminal: the path is as on disk.
impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        let detail = &self.detail;
        match self.kind {
            NoticeKind::Rotated if detail.is_empty() => {
                write!(out, "{path}: rotated; following the new file")
            }
            NoticeKind::Rotated => {
                write!(out, "{path}: rotated to {detail}; following the new file")
            }
            NoticeKind::Truncated => write!(
                out,
                "{path}: truncated or rewritten; reading it from its start"
            ),
            NoticeKind::Replaced => write!(out, "{path}: replaced; following the new file"),
            NoticeKind::Gone => write!(out, "{path}: no longer there; waiting for it to come back"),
            NoticeKind::Waiting => {
                write!(out, "{path}: no mail logs here yet; waiting for the first")
            }
            NoticeKind::Polling => write!(
                out,
                "{path}: no notifications from the file system ({detail}); looking at the files at a steady pace"
            ),
            NoticeKind::Damaged => write!(
                out,
                "{path}: damaged archive ({detail}); what stands before the damage was read, fetch the file again"
            ),
            NoticeKind::Unreadable => write!(
                out,
                "{path}: cannot be read ({detail}); check the file and its permissions"
            ),
            NoticeKind::NotKept => write!(
                out,
                "{path}: cannot be kept in a temporary file ({detail}); raw lines will not be shown, set TMPDIR to a folder with room"
            ),
        }
    }
}
