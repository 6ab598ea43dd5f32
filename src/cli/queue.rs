//! The arguments of `mailscope queue`.

use std::ffi::OsString;

use clap::Args;

use super::examples::{HelpTopic, text};
use super::{InputArgs, QueryArgs};
use crate::report::{Format, View};

/// The text below the options.
pub(super) fn help() -> String {
    let columns = "5m, 20m, 1h, 4h, 1d and older count the recipients by the time that they wait.\n\
                   --latency: seconds that 50, 90 and 99 % of the recipients took at most, by the hour\n\
                   in which they were queued: `scan` from the start of the message to `queued for\n\
                   delivery`, `wait` from there to the result of the first attempt, `retries` from\n\
                   there to the last result.";
    let status = "Exit status: 0 something was printed, 1 nothing waits, 2 an error.";
    format!("{columns}\n\n{}\n\n{status}", text(HelpTopic::Queue))
}

#[derive(Args, Debug)]
pub(crate) struct QueueArgs {
    /// Files, directories, globs, or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// Use only the messages that match
    #[arg(short, long, value_name = "QUERY", default_value = "")]
    pub query: String,
    /// Print percentiles of the time to queue, to try and to deliver, by hour and route
    #[arg(long)]
    pub latency: bool,
    /// Output format: table, json or csv
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Print only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// Print only the number of rows
    #[arg(long, conflicts_with_all = ["fields", "limit"])]
    pub count: bool,
    /// Print at most N rows
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    #[command(flatten)]
    pub input: InputArgs,
}

impl QueueArgs {
    /// The `mailscope query` that prints the same.
    pub(crate) fn to_query(&self) -> QueryArgs {
        QueryArgs {
            query: self.query.clone(),
            paths: self.paths.clone(),
            view: match self.latency {
                true => View::Latency,
                false => View::Queue,
            },
            format: self.format,
            fields: self.fields.clone(),
            count: self.count,
            limit: self.limit,
            follow: false,
            explain: false,
            input: self.input.clone(),
        }
    }
}
