//! A message's page: its recipients and its story.

use super::builder::{PageBuilder, text, when};
use super::connection::lines_title;
use super::{MOST, Row};
use crate::index::{Index, Message, Recipient};
use crate::safe;
use crate::search::RawLine;
use crate::trace::{self, TextStyle};
use crate::tui::columns;
use crate::tui::state::record::Record;
use crate::tui::theme::Role;

/// What is known of a message and what it is linked to.
pub(super) fn head(index: &Index, message: &Message<'_>, lines: &[RawLine]) -> Vec<Row> {
    let mut builder = PageBuilder::default();
    let state = columns::state(message.common_state());
    let from = message.from().map_or("–".into(), |from| {
        if from.is_empty() {
            "<>".into()
        } else {
            text(from)
        }
    });
    builder.row(vec![
        (Role::Title, format!(" MID {}", message.mid())),
        (state.role, format!("  {}", state.text)),
        (Role::Text, format!("  from {from}")),
    ]);
    builder.fact("started", message.first_seen().map(columns::moment));
    builder.fact("subject", message.subject().map(text));
    builder.fact("message-id", message.message_id().map(|id| text(&id)));
    builder.fact(
        "size",
        message
            .size()
            .map(|size| format!("{} ({size} bytes)", crate::humanize::size(size))),
    );
    builder.fact("appliance", message.appliance().map(text));
    let recipients = message.recipients();
    builder.title(&format!("Recipients ({})", recipients.len()));
    for recipient in recipients.iter().take(MOST) {
        let state = columns::of_state(recipient.state());
        let rid = recipient.rid().map_or("–".into(), |rid| rid.to_string());
        let to = recipient.to().map_or("–".into(), text);
        builder.row(vec![
            (Role::Dim, format!("  RID {rid:<5}")),
            (state.role, safe::fit(&state.text, 14)),
            (Role::Text, to),
        ]);
    }
    builder.more(recipients.len());
    builder.title("Story");
    story(
        &mut builder,
        index,
        Record::Message(message.record()),
        lines,
    );
    lines_title(&mut builder, 0);
    builder.rows
}

/// What happened, each step with the record it leads to.
fn story(builder: &mut PageBuilder, index: &Index, record: Record, lines: &[RawLine]) {
    let Some(subject) = record.subject() else {
        return;
    };
    let story = trace::build(index, subject, lines);
    let mut told = None;
    for step in story.steps {
        let label = format!("{:<5}", step.kind.label());
        let mut parts = vec![when(step.time), (Role::Dim, label)];
        parts.extend(
            step.parts
                .into_iter()
                .map(|part| (Role::from(part.style), part.text)),
        );
        // A record is led to where it is named first.
        let link = Record::from(step.of);
        let is_new = link != record && told.replace(link) != Some(link);
        builder.row(parts).link = is_new.then_some(link);
    }
}

impl From<TextStyle> for Role {
    fn from(style: TextStyle) -> Self {
        match style {
            TextStyle::Plain => Self::Text,
            TextStyle::Id => Self::Id,
            TextStyle::Good => Self::Ok,
            TextStyle::Bad => Self::Failed,
            TextStyle::Waiting => Self::Pending,
            TextStyle::Dim => Self::Dim,
        }
    }
}

/// A message in one line.
pub(super) fn message_parts(message: &Message<'_>) -> Vec<(Role, String)> {
    let state = columns::state(message.common_state());
    let recipients = message.recipients();
    let to = recipients
        .first()
        .and_then(Recipient::to)
        .map_or("–".into(), text);
    let more = if recipients.len() > 1 {
        format!(" +{}", recipients.len() - 1)
    } else {
        String::new()
    };
    vec![
        when(message.first_seen()),
        (Role::Id, format!("MID {}", message.mid())),
        (state.role, format!("  {}", safe::fit(&state.text, 12))),
        (
            Role::Text,
            format!("  {} → {to}{more}", message.from().map_or("–".into(), text)),
        ),
        (
            Role::Dim,
            message
                .subject()
                .map_or(String::new(), |subject| format!("  {}", text(subject))),
        ),
    ]
}
