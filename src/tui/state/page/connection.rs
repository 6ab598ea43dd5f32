//! A connection's page: its facts, its trace with one line for each message, its raw lines.

use super::PageRow;
use super::builder::{PageBuilder, text};
use crate::humanize;
use crate::index::{Connection, Index};
use crate::safe;
use crate::trace;
use crate::tui::columns::record::Record;

pub(super) fn head(index: &Index, connection: &Connection<'_>) -> Vec<PageRow> {
    let record = Record::Connection(connection.record());
    let mut builder = PageBuilder::default();
    builder.headline(index, record);
    let opened = connection.opened().or(connection.first_seen());
    let lasted = connection.duration(index.newest());
    let lasted = lasted.map(|seconds| format!(", {}", humanize::duration(seconds)));
    let lasted = lasted.unwrap_or_default();
    let opened = opened.map(|at| format!("{}{lasted}", humanize::date_time(at)));
    builder.fact("opened", opened);
    let interface = [connection.interface(), connection.interface_ip()];
    let interface: Vec<_> = interface.into_iter().flatten().map(safe::text).collect();
    let interface = (!interface.is_empty()).then(|| interface.join(" "));
    builder.fact("interface", interface);
    builder.fact("appliance", connection.appliance().map(text));
    let policy = connection.policy();
    let matched = policy.and_then(|policy| policy.matched.map(safe::bytes));
    builder.fact("matched", matched.map(std::borrow::Cow::into_owned));
    builder.trace(record, trace::outline(index, connection.record()));
    builder.lines_title(connection.lines());
    builder.rows
}
