//! The arguments of `mailscope routes`.

use std::ffi::OsString;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::InputArgs;
use super::examples::{HelpTopic, text};
use crate::report::Format;
use crate::triage::GroupBy;

/// The text below the options.
pub(super) fn help() -> String {
    let status = "Exit status: 0 routes were found, 1 no routes, 2 an error.\n\
                  With --report: 0 something was reported, 1 no route is failing or degraded.\n\
                  With --check: 0 OK, 1 WARNING (degraded), 2 CRITICAL (failing), 3 UNKNOWN.";
    format!("{}\n\n{status}", text(HelpTopic::Routes))
}

#[derive(Args, Debug)]
pub(crate) struct RoutesArgs {
    /// Files, directories, globs, or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// Use only the connections that match
    #[arg(short, long, value_name = "QUERY", default_value = "")]
    pub query: String,
    /// Group routes by
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
    /// Print an incident report per failing route (else per degraded one), as Markdown for a ticket
    #[arg(long, conflicts_with_all = ["by", "format", "fields", "check", "follow"])]
    pub report: bool,
    /// Keep following the log and print each change of a route's state
    #[arg(short, long, conflicts_with = "by")]
    pub follow: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

fn group_by() -> impl TypedValueParser<Value = GroupBy> {
    let value = |name: &'static str, help: &'static str| PossibleValue::new(name).help(help);
    let values = PossibleValuesParser::new([
        value("profile", "SMTP Auth profile"),
        value("domain", "Recipient domain"),
        value("ip", "IP address, for all ports and appliances"),
    ]);
    values.map(|name| match name.as_str() {
        "profile" => GroupBy::Profile,
        "domain" => GroupBy::Domain,
        _ => GroupBy::Ip,
    })
}
