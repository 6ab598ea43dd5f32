//! The arguments of `mailscope routes` and `mailscope check`.

use std::ffi::OsString;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::InputArgs;
use super::examples::{HelpTopic, text};
use crate::report::Format;
use crate::triage::GroupBy;

const STATUS: &str = "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (something could not be read).";

/// The text below the options.
pub(super) fn help() -> String {
    format!(
        "{}\n\nExit status: 0 routes were found, 1 no routes, 2 an error.\n\
         With --report: 0 something was reported, 1 no incident is open.\n\
         With --check: {STATUS}",
        text(HelpTopic::Routes)
    )
}

pub(super) fn check_help() -> String {
    format!(
        "The first line names the worst three open incidents: since when, why, and how many\n\
         recipients wait. Performance data follow it, and a line with advice for each incident.\n\
         Destinations that never answered are no incidents.\n\n{}\n\nExit status: {STATUS}",
        text(HelpTopic::Check)
    )
}

#[derive(Args, Debug)]
pub(crate) struct RoutesArgs {
    /// Files, directories, globs, or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// Use only the connections that match, and their routes
    #[arg(short, long, value_name = "QUERY", default_value = "")]
    pub query: String,
    /// Group hosts by
    #[arg(long, value_name = "WHAT", value_parser = group_by())]
    pub(crate) by: Option<GroupBy>,
    /// Output format: table, json or csv
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Print only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// Print a status line for monitoring and exit 0, 1, 2 or 3
    #[arg(long, conflicts_with_all = ["by", "format", "fields", "follow"])]
    pub check: bool,
    /// Check only routes with a host, domain, profile or name that matches (* and ?)
    #[arg(long, value_name = "PATTERN", requires = "check", value_parser = glob::Pattern::new)]
    pub only: Option<glob::Pattern>,
    /// Print a report of each open incident, as Markdown for a ticket
    #[arg(long, conflicts_with_all = ["by", "format", "fields", "check", "follow"])]
    pub report: bool,
    /// Replay the evidence of the route of HOST: an address, a domain or a profile
    #[arg(long, value_name = "HOST", conflicts_with_all = ["by", "query", "fields", "check", "report", "follow"])]
    pub explain: Option<String>,
    /// Keep following the log and print each change of an incident
    #[arg(short, long, conflicts_with = "by")]
    pub follow: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Files, directories, globs, or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// Check only what has a host, domain, profile, route or user that matches (* and ?)
    #[arg(long, value_name = "PATTERN", value_parser = glob::Pattern::new)]
    pub only: Option<glob::Pattern>,
    #[command(flatten)]
    pub input: InputArgs,
}

fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    let value = |name: &'static str, help: &'static str| PossibleValue::new(name).help(help);
    let values = PossibleValuesParser::new([
        value("host", "Address and port, on any appliance").alias("ip"),
        value("profile", "SMTP Auth profile"),
        value("domain", "Recipient domain"),
    ]);
    values.map(|name| match name.as_str() {
        "profile" => GroupBy::Profile,
        "domain" => GroupBy::Domain,
        _ => GroupBy::Host,
    })
}
