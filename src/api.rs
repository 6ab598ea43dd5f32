//! Logs for other programs: read once, then queried. Nothing is printed.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fmt;

use crate::command::{self, CommandError};
use crate::config::Config;
use crate::index::TrackClosed;
use crate::pipeline::{FirstYear, Ingest, IngestEvent};
use crate::report::View;
use crate::source::{Follow, NoticeLevel};

/// Logs that were read to their end, with an index of their records.
#[derive(Debug)]
pub struct Log {
    pub(crate) ingest: Ingest,
    warnings: Vec<String>,
}

/// Why a log cannot be read or a query cannot be answered: text for a person, safe to print.
#[derive(Debug)]
pub struct Error(CommandError);

impl Log {
    /// Reads files, directories and globs, as `mailscope query` does.
    ///
    /// # Errors
    /// A path cannot be read, or a file is no mail_logs.
    pub fn read<P: Into<OsString>>(paths: impl IntoIterator<Item = P>) -> Result<Self, Error> {
        let paths: Vec<OsString> = paths.into_iter().map(Into::into).collect();
        if paths.is_empty() {
            return Err(Error(CommandError::NoPath));
        }
        let config = Config::default();
        let (request, stop) = command::request(&paths, &config, Follow::Once)?;
        let index = command::empty_index(&config, TrackClosed::Off);
        let years = FirstYear::ByModification;
        let (ingest, events) = command::ingest(&request, stop, years, index)?;
        let mut warnings = Vec::new();
        for event in &events {
            match event {
                IngestEvent::Refused(file) => return Err(Error(CommandError::Refused(file))),
                IngestEvent::Notice(notice) if notice.kind.severity() >= NoticeLevel::Warning => {
                    warnings.push(crate::safe::text(&notice.to_string()).into_owned());
                }
                IngestEvent::End => break,
                _ => {}
            }
        }
        Ok(Self { ingest, warnings })
    }

    /// What was wrong with the files, in the order of reading: what is missing, damaged or cut.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The records of a view that match a query, as `mailscope query --format json` prints them. The
    /// empty query matches all. [`View::Findings`] and [`View::Events`] give none.
    ///
    /// # Errors
    /// The query is malformed, or the lines it searches can no longer be read.
    pub fn query(&self, query: &str, view: View) -> Result<Vec<serde_json::Value>, Error> {
        let query = crate::query::parse(query).map_err(CommandError::Query)?;
        let lines = command::json_lines(&query, view, &self.ingest)?;
        let records = serde_json::Deserializer::from_slice(&lines).into_iter();
        let records: Result<Vec<_>, _> = records.collect();
        records.map_err(|error| Error(CommandError::Output(error.into())))
    }
}

impl From<CommandError> for Error {
    fn from(error: CommandError) -> Self {
        Self(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}
