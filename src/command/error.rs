//! The errors of commands, one line each.

use std::io;
use std::path::PathBuf;

use crate::config::ConfigError;
use crate::pipeline::RefusedFile;
use crate::query::QueryError;
use crate::safe;
use crate::source::SourceError;

/// Why a command failed. The text names the cause, the place and what to do, and is safe to print.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(
        "no PATH, and nothing is piped in; name a log file or directory, set `paths` in the configuration, or try `mailscope demo`"
    )]
    NoPath,
    #[error("{}", safe::text(&.0.to_string()))]
    Source(#[from] SourceError),
    /// A PATH is not a mail_logs.
    #[error("{}", safe::text(&.0.to_string()))]
    Refused(#[from] RefusedFile),
    #[error("{0}")]
    Query(QueryError),
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Arguments that cannot be combined.
    #[error("{0}")]
    Usage(String),
    #[error("the log can no longer be read ({0}); was it moved or deleted meanwhile?")]
    Raw(io::Error),
    #[error("the output cannot be written ({0})")]
    Output(#[from] io::Error),
    #[error("{0}")]
    Terminal(String),
    #[error(
        "the demo cannot write its log to the temporary directory ({0}); set TMPDIR to a directory with free space"
    )]
    Demo(io::Error),
    #[error("{path}: the log cannot be written ({cause})", path = safe::path(.0), cause = .1)]
    WriteLog(PathBuf, io::Error),
}
