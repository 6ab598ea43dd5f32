//! Notices about sources. One table of their kinds feeds the help, the README and the records.

use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::position::SourceId;
use crate::words::words;

words! {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
    pub(crate) enum NoticeLevel {
        /// The normal life of a log.
        Info = "info",
        /// Lines may be late or lost.
        Warning = "warning",
        /// A requested input could not be read: a command that ends must fail.
        Error = "error",
    }
}

/// Defines the kinds of notices: variant, stable word for records, level, meaning, sentence. `{}`
/// in a sentence is the detail of the notice.
macro_rules! notice_kinds {
    ($($kind:ident $word:literal $level:ident $meaning:literal $sentence:literal;)*) => {
        /// What happened to a source; [`NoticeKind::meaning`] explains each kind.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub(crate) enum NoticeKind {
            $(#[doc = $meaning] $kind,)*
        }

        impl NoticeKind {
            pub(crate) const ALL: [Self; [$($word),*].len()] = [$(Self::$kind),*];

            fn row(self) -> (&'static str, NoticeLevel, &'static str, &'static str) {
                match self {
                    $(Self::$kind => ($word, NoticeLevel::$level, $meaning, $sentence),)*
                }
            }
        }
    };
}

notice_kinds! {
    Rotated "rotated" Info
        "the file was renamed and is read to its end; the new file with its name is followed"
        "rotated to {}; following the new file";
    Replaced "replaced" Info
        "another file has the name; the former is read to its end"
        "replaced; following the new file";
    Truncated "truncated" Warning
        "the file became shorter, or bytes already read were overwritten: it is read from its start"
        "truncated or rewritten; reading it from its start";
    Gone "gone" Warning
        "the file no longer exists; the reader waits for it"
        "no longer there; waiting for it to come back";
    Gap "gap" Warning
        "lines were written and deleted before they could be read"
        "lines are missing ({}); they were deleted before they could be read";
    Waiting "waiting" Info
        "a folder or pattern holds no mail log yet; the reader waits for the first"
        "no mail logs here yet; waiting for the first";
    Polling "polling" Warning
        "the file system sends no notifications; files are polled"
        "no notifications from the file system ({}); polling the files";
    Stale "stale" Warning
        "no lines for minutes, although the log has a status line each minute"
        "nothing new for {}, although there is a status line each minute; is the log still transferred?";
    Resumed "resumed" Info
        "a stale log has new lines"
        "new lines again";
    Incomplete "incomplete" Warning
        "a saved file begins with `Begin Logfile` and has no `End Logfile`: cut off, or still being transferred"
        "no End Logfile; the file was cut off or is still being transferred, fetch it again if no more comes";
    Complete "complete" Info
        "the rest of an incomplete file came"
        "the rest of it came; now complete";
    Clock "clock" Info
        "the log's clock was set back: lines stay in order, durations may be wrong"
        "the log's clock was set back {}; lines stay in the order written";
    Hole "hole" Info
        "skipped NUL bytes left by a writer after truncation"
        "skipped {} NUL bytes left by a writer after truncation";
    Limit "limit" Error
        "an archive decompresses to more than the limit; the rest is not read"
        "unpacks to more than {}; the rest is not read, unpack it and name the file to read all";
    Ignored "ignored" Info
        "a pipe, socket or device in a folder has the name of a log; it is not opened"
        "{}, not a file; not opened";
    Damaged "damaged" Error
        "an archive cannot be decompressed to its end"
        "damaged archive ({}); the part before the damage was read, fetch the file again";
    Unreadable "unreadable" Error
        "the file cannot be read"
        "cannot be read ({}); check the file and its permissions";
    Readable "readable" Info
        "an unreadable file can be read again"
        "can be read again";
    NotKept "not_kept" Warning
        "standard input cannot be saved to a temporary file: its raw lines cannot be shown again"
        "cannot be saved to a temporary file ({}); raw lines will not be shown, set TMPDIR to a folder with space";
    Memory "memory" Warning
        "open records alone exceed `--max-memory`"
        "open records alone take {} and exceed --max-memory; they stay until they end, allow more";
}

impl NoticeKind {
    /// A stable word for records.
    pub(crate) fn word(self) -> &'static str {
        self.row().0
    }

    pub(crate) fn severity(self) -> NoticeLevel {
        self.row().1
    }

    pub(crate) fn meaning(self) -> &'static str {
        self.row().2
    }

    pub(crate) fn markdown() -> String {
        let mut table = "| Notice | Weight | What happened |\n|---|---|---|\n".to_owned();
        for kind in Self::ALL {
            let (word, level, meaning, _) = kind.row();
            table += &format!("| `{word}` | {} | {meaning} |\n", level.word());
        }
        table
    }

    pub(crate) fn help() -> String {
        let line = |kind: Self| format!("  {:<11}{}", kind.word(), kind.meaning());
        let lines = Self::ALL.map(line);
        lines.join("\n")
    }
}

/// One sentence about one path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Notice {
    pub kind: NoticeKind,
    /// As on disk: to be sanitized before it is shown.
    pub path: PathBuf,
    /// The system's error, the new name, a number; may be empty.
    pub detail: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Noticed {
    /// By this machine's clock.
    pub at: SystemTime,
    /// `None` if no source was read under that path yet.
    pub source: Option<SourceId>,
    pub notice: Notice,
}

impl Notice {
    pub(crate) fn new(
        kind: NoticeKind,
        path: impl Into<PathBuf>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            path: path.into(),
            detail: detail.into(),
        }
    }

    /// What happened, without the path; not yet sanitized for a terminal.
    pub(crate) fn sentence(&self) -> String {
        if self.kind == NoticeKind::Rotated && self.detail.is_empty() {
            return "rotated; following the new file".to_owned();
        }
        self.kind.row().3.replacen("{}", &self.detail, 1)
    }
}

/// One line, lower case, not yet sanitized for a terminal.
impl fmt::Display for Notice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.path.display(), self.sentence())
    }
}
