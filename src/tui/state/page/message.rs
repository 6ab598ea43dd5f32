//! A message's page: its facts, its recipients, its trace, its raw lines.

use super::builder::{PageBuilder, text, time_part};
use super::{MOST, PageRow};
use crate::humanize;
use crate::index::{Index, Message};
use crate::present::CellContext;
use crate::safe;
use crate::search::RawLine;
use crate::trace::{self, Subject};
use crate::tui::columns::record::Record;
use crate::tui::theme::Role;

pub(super) fn head(index: &Index, message: &Message<'_>, lines: &[RawLine]) -> Vec<PageRow> {
    let record = Record::Message(message.record());
    let mut builder = PageBuilder::default();
    builder.headline(index, record);
    builder.fact("started", message.first_seen().map(humanize::date_time));
    builder.fact("queued", message.queued().map(humanize::date_time));
    let finished = message.ended();
    builder.fact("finished", finished.map(humanize::date_time));
    builder.fact("subject", message.subject().map(text));
    builder.fact("message-id", message.message_id().map(|id| text(&id)));
    let size = message.size();
    let size = size.map(|size| format!("{} ({size} bytes)", humanize::size(size)));
    builder.fact("size", size);
    builder.fact("appliance", message.appliance().map(text));
    let recipients = message.recipients();
    builder.title(&format!("Recipients ({})", recipients.len()));
    for recipient in recipients.iter().take(MOST) {
        let state = CellContext::SCREEN.delivery_state(recipient.state());
        let rid = recipient.rid().map_or("–".into(), |rid| rid.to_string());
        let to = recipient.to().map_or("–".into(), text);
        builder.row(vec![
            (Role::Dim, format!("  RID {rid:<5}")),
            (state.role, safe::fit(&state.text, 14)),
            (Role::Text, to),
        ]);
    }
    builder.more(recipients.len());
    let subject = Subject::Message(message.record());
    builder.trace(record, trace::build(index, subject, lines));
    builder.lines_title(0);
    builder.rows
}

/// A message in one line that opens it.
pub(super) fn line(builder: &mut PageBuilder, index: &Index, message: &Message<'_>) {
    let record = Record::Message(message.record());
    let mut parts = vec![time_part(message.first_seen())];
    parts.extend(super::builder::headline(index, record));
    builder.row(parts).link = Some(record);
}
