//! What can go wrong with a command, in one line each.

use std::io;
use std::path::PathBuf;

use crate::config::ConfigError;
use crate::pipeline::RefusedFile;
use crate::query::QueryError;
use crate::safe;
use crate::source::SourceError;

/// Why a command failed. The text says what, where and what to do, and is safe to print.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Nothing to read was named.
    #[error(
        "no PATH, and nothing is piped in; name a log file or folder, set `paths` in the configuration, or try `mailscope demo`"
    )]
    NoPath,
    /// A PATH cannot be read.
    #[error("{}", safe::text(&.0.to_string()))]
    Source(#[from] SourceError),
    /// A file that was named is no log.
    #[error("{}", safe::text(&.0.to_string()))]
    Refused(#[from] RefusedFile),
    /// The query cannot be read.
    #[error("{0}")]
    Query(QueryError),
    /// The configuration cannot be taken.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Words of the command line that do not go together.
    #[error("{0}")]
    Usage(String),
    /// Raw lines cannot be read again.
    #[error("the log can no longer be read ({0}); was it moved or deleted meanwhile?")]
    Raw(io::Error),
    /// Results cannot be written.
    #[error("the output cannot be written ({0})")]
    Output(#[from] io::Error),
    /// The interface cannot run here.
    #[error("{0}")]
    Terminal(String),
    /// The demo's simulated appliance cannot write.
    #[error(
        "the demo cannot write its log to the temporary folder ({0}); set TMPDIR to a folder with room"
    )]
    Demo(io::Error),
    /// A simulated log cannot be written.
    #[error("{path}: the log cannot be written ({cause})", path = safe::path(.0), cause = .1)]
    WriteLog(PathBuf, io::Error),
}
