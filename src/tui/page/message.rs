//! A message's page: its recipients and its story.

use super::connection::lines_title;
use super::sheet::{Sheet, text, when};
use super::{MOST, Row};
use crate::index::{Index, Message, Recipient};
use crate::raw::RawLine;
use crate::safe;
use crate::trace::{self, Tone};
use crate::tui::columns;
use crate::tui::record::Record;
use crate::tui::theme::Role;

/// What is known of a message and what it is linked to.
pub(super) fn head(index: &Index, message: &Message<'_>, lines: &[RawLine]) -> Vec<Row> {
    let mut sheet = Sheet::default();
    let state = columns::state(message.common_state());
    let from = message.from().map_or("–".into(), |from| {
        if from.is_empty() {
            "<>".into()
        } else {
            text(from)
        }
    });
    sheet.row(vec![
        (Role::Title, format!(" MID {}", message.mid())),
        (state.role, format!("  {}", state.text)),
        (Role::Text, format!("  from {from}")),
    ]);
    sheet.fact("started", message.first_seen().map(columns::moment));
    sheet.fact("subject", message.subject().map(text));
    sheet.fact("message-id", message.message_id().map(|id| text(&id)));
    sheet.fact(
        "size",
        message
            .size()
            .map(|size| format!("{} ({size} bytes)", columns::bytes(size))),
    );
    sheet.fact("appliance", message.appliance().map(text));
    let recipients = message.recipients();
    sheet.title(&format!("Recipients ({})", recipients.len()));
    for recipient in recipients.iter().take(MOST) {
        let state = columns::of_state(recipient.state());
        let rid = recipient.rid().map_or("–".into(), |rid| rid.to_string());
        let to = recipient.to().map_or("–".into(), text);
        sheet.row(vec![
            (Role::Dim, format!("  RID {rid:<5}")),
            (state.role, safe::fit(&state.text, 14)),
            (Role::Text, to),
        ]);
    }
    sheet.more(recipients.len());
    sheet.title("Story");
    story(&mut sheet, index, Record::Message(message.record()), lines);
    lines_title(&mut sheet, 0);
    sheet.rows
}

/// What happened, each step with the record it leads to.
fn story(sheet: &mut Sheet, index: &Index, record: Record, lines: &[RawLine]) {
    let Some(subject) = record.subject() else {
        return;
    };
    let story = trace::tell(index, subject, lines);
    let mut told = None;
    for step in story.steps {
        let label = format!("{:<5}", step.kind.label());
        let mut parts = vec![when(step.time), (Role::Dim, label)];
        parts.extend(
            step.parts
                .into_iter()
                .map(|part| (Role::from(part.tone), part.text)),
        );
        // A record is led to where it is named first.
        let link = Record::from(step.of);
        let is_new = link != record && told.replace(link) != Some(link);
        sheet.row(parts).link = is_new.then_some(link);
    }
}

impl From<Tone> for Role {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Text,
            Tone::Id => Self::Id,
            Tone::Good => Self::Ok,
            Tone::Bad => Self::Failed,
            Tone::Waiting => Self::Pending,
            Tone::Dim => Self::Dim,
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
