//! What may befall a source: one table of kinds, which feeds the help, the README and the records.

use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::position::SourceId;

/// How much a notice matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoticeLevel {
    /// The normal life of a log.
    Info,
    /// Lines may come late or are gone.
    Warning,
    /// Something that was asked for could not be read: a command that ends must fail.
    Error,
}

impl NoticeLevel {
    /// How it is called.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What befell a source; [`NoticeKind::meaning`] says each in words.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the table below says each, once")]
pub enum NoticeKind {
    Rotated,
    Replaced,
    Truncated,
    Gone,
    Gap,
    Waiting,
    Polling,
    Stale,
    Resumed,
    Incomplete,
    Complete,
    Clock,
    Hole,
    Limit,
    Ignored,
    Damaged,
    Unreadable,
    Readable,
    NotKept,
    Memory,
}

impl NoticeKind {
    /// All kinds, as they are documented.
    pub const ALL: [Self; 20] = [
        Self::Rotated,
        Self::Replaced,
        Self::Truncated,
        Self::Gone,
        Self::Gap,
        Self::Waiting,
        Self::Polling,
        Self::Stale,
        Self::Resumed,
        Self::Incomplete,
        Self::Complete,
        Self::Clock,
        Self::Hole,
        Self::Limit,
        Self::Ignored,
        Self::Damaged,
        Self::Unreadable,
        Self::Readable,
        Self::NotKept,
        Self::Memory,
    ];

    /// The one table: a stable word for records, how much it matters, and what it means.
    fn row(self) -> (&'static str, NoticeLevel, &'static str) {
        use NoticeLevel::{Error, Info, Warning};
        match self {
            Self::Rotated => (
                "rotated",
                Info,
                "the file was renamed and is read to its end; another has its name, or will",
            ),
            Self::Replaced => (
                "replaced",
                Info,
                "another file has the name; the former is read as far as it goes",
            ),
            Self::Truncated => (
                "truncated",
                Warning,
                "the file became shorter, or other bytes stand where read ones stood: it is read from its start",
            ),
            Self::Gone => (
                "gone",
                Warning,
                "the file is no longer there; it is waited for",
            ),
            Self::Gap => (
                "gap",
                Warning,
                "lines were written and gone again before they could be read",
            ),
            Self::Waiting => (
                "waiting",
                Info,
                "a folder or pattern holds no mail log yet; the first is waited for",
            ),
            Self::Polling => (
                "polling",
                Warning,
                "no notifications come from the file system: files are looked at at a steady pace",
            ),
            Self::Stale => (
                "stale",
                Warning,
                "nothing was written for minutes where a status line comes each minute",
            ),
            Self::Resumed => ("resumed", Info, "a stale log is written to again"),
            Self::Incomplete => (
                "incomplete",
                Warning,
                "a saved file begins with `Begin Logfile` and has no `End Logfile`: cut off, or still on its way",
            ),
            Self::Complete => ("complete", Info, "the rest of an incomplete file came"),
            Self::Clock => (
                "clock",
                Info,
                "the log's clock went back: the order of the lines holds, spans of time may not",
            ),
            Self::Hole => (
                "hole",
                Info,
                "zero bytes, which a writer leaves that goes on at its old place in a truncated file, were skipped",
            ),
            Self::Limit => (
                "limit",
                Error,
                "an archive unpacks to more than is read of one; what stands beyond is left out",
            ),
            Self::Ignored => (
                "ignored",
                Info,
                "a pipe, socket or device in a folder is called like a log; it is not opened",
            ),
            Self::Damaged => ("damaged", Error, "an archive cannot be unpacked to its end"),
            Self::Unreadable => ("unreadable", Error, "the file cannot be read"),
            Self::Readable => ("readable", Info, "an unreadable file can be read again"),
            Self::NotKept => (
                "not_kept",
                Warning,
                "standard input cannot be kept in a temporary file: its raw lines cannot be shown again",
            ),
            Self::Memory => (
                "memory",
                Warning,
                "what may not retire, as it is open, takes more than `--max-memory` leaves for it",
            ),
        }
    }

    /// A stable word for records.
    pub fn word(self) -> &'static str {
        self.row().0
    }

    /// How much it matters.
    pub fn severity(self) -> NoticeLevel {
        self.row().1
    }

    /// What it means, in one sentence without its full stop.
    pub fn meaning(self) -> &'static str {
        self.row().2
    }

    /// All kinds as a table for the README.
    pub fn markdown() -> String {
        let mut table = "| Notice | Weight | What happened |\n|---|---|---|\n".to_owned();
        for kind in Self::ALL {
            let (word, severity, meaning) = kind.row();
            table += &format!("| `{word}` | {} | {meaning} |\n", severity.word());
        }
        table
    }

    /// All kinds as lines for the help of a command.
    pub fn help() -> String {
        let lines = Self::ALL.map(|kind| format!("  {:<11}{}", kind.word(), kind.meaning()));
        lines.join("\n")
    }
}

/// One sentence about one path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What happened.
    pub kind: NoticeKind,
    /// To which path, as on disk: to be made safe before it is shown.
    pub path: PathBuf,
    /// How much it matters.
    pub severity: NoticeLevel,
    /// What the system said, the new name, a number; may be empty.
    pub detail: String,
}

/// A notice, when it was given, and of which source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Noticed {
    /// By this machine's clock.
    pub at: SystemTime,
    /// `None` where no source was read under that path yet.
    pub source: Option<SourceId>,
    /// What happened.
    pub notice: Notice,
}

impl Notice {
    /// A notice of its kind's weight.
    pub fn new(kind: NoticeKind, path: impl Into<PathBuf>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            path: path.into(),
            severity: kind.severity(),
            detail: detail.into(),
        }
    }

    /// A stable word for records: what happened.
    pub fn kind(&self) -> &'static str {
        self.kind.word()
    }

    /// What happened, without the path; not yet safe for a terminal.
    pub fn sentence(&self) -> String {
        let detail = &self.detail;
        match self.kind {
            NoticeKind::Rotated if detail.is_empty() => "rotated; following the new file".into(),
            NoticeKind::Rotated => format!("rotated to {detail}; following the new file"),
            NoticeKind::Replaced => "replaced; following the new file".into(),
            NoticeKind::Truncated => "truncated or rewritten; reading it from its start".into(),
            NoticeKind::Gone => "no longer there; waiting for it to come back".into(),
            NoticeKind::Gap => format!("lines are missing ({detail}); they were gone before they could be read"),
            NoticeKind::Waiting => "no mail logs here yet; waiting for the first".into(),
            NoticeKind::Polling => format!(
                "no notifications from the file system ({detail}); looking at the files at a steady pace"
            ),
            NoticeKind::Stale => format!(
                "nothing new for {detail}, where a status line comes each minute; is the log still transferred?"
            ),
            NoticeKind::Resumed => "written to again".into(),
            NoticeKind::Incomplete => {
                "no End Logfile; the file was cut off or is still on its way, fetch it again if no more comes".into()
            }
            NoticeKind::Complete => "the rest of it came; now complete".into(),
            NoticeKind::Clock => format!("the log's clock went back {detail}; lines stay in the order written"),
            NoticeKind::Hole => format!("{detail} zero bytes skipped; the log was truncated under its writer"),
            NoticeKind::Limit => format!(
                "unpacks to more than {detail}; the rest is left out, unpack it and name the file to read all"
            ),
            NoticeKind::Ignored => format!("{detail}, no file; not opened"),
            NoticeKind::Damaged => format!(
                "damaged archive ({detail}); what stands before the damage was read, fetch the file again"
            ),
            NoticeKind::Unreadable => {
                format!("cannot be read ({detail}); check the file and its permissions")
            }
            NoticeKind::Readable => "can be read again".into(),
            NoticeKind::NotKept => format!(
                "cannot be kept in a temporary file ({detail}); raw lines will not be shown, set TMPDIR to a folder with room"
            ),
            NoticeKind::Memory => format!(
                "what is open takes {detail}, more than --max-memory leaves for it, and stays until it ends; allow more"
            ),
        }
    }
}

/// One line, lower case, not yet safe for a terminal: the path is as on disk.
impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path.display(), self.sentence())
    }
}
