//! What a message waits for: `waits for contoso.example, unreachable since 10:04 (3 attempts, next
//! about 10:19)`.

use super::text::{Text, TextStyle};
use super::{StepKind, Subject, TraceBuilder};
use crate::header::Timestamp;
use crate::humanize;
use crate::index::Message;
use crate::safe;
use crate::triage::queue::{QueueRow, queue};

/// Domains that are named.
const NAMED: usize = 20;

impl TraceBuilder<'_> {
    /// A step for each domain with waiting recipients.
    pub(super) fn waiting(&mut self, message: &Message<'_>) {
        let index = message.index();
        let rows = queue(index, [*message]);
        let of = Subject::of(message);
        for row in rows.iter().take(NAMED) {
            self.push(None, StepKind::Note, of, waits_for(row, index.newest()));
        }
        if rows.len() > NAMED {
            let more = format!("… and for {} more domains", rows.len() - NAMED);
            self.push(None, StepKind::Note, of, Text::default().dim(more));
        }
    }
}

fn waits_for(row: &QueueRow, newest: Option<Timestamp>) -> Text {
    let verb = match row.waiting {
        1 => "waits for".to_owned(),
        many => format!("{} recipients wait for", humanize::grouped(many)),
    };
    let mut text = format!("{verb} {}", safe::text(&row.domain));
    if let Some((class, since)) = row.cause {
        text.push_str(&format!(
            ", {} since {}",
            class.phrase(),
            minute(since, newest)
        ));
    }
    let attempts = match row.attempts {
        0 => "not tried yet".to_owned(),
        some => humanize::plural(some, "attempt"),
    };
    let next = match row.next_attempt {
        None => String::new(),
        Some(next) if Some(next) > newest => format!(", next about {}", minute(next, newest)),
        Some(_) => ", next due".to_owned(),
    };
    text.push_str(&format!(" ({attempts}{next})"));
    Text::default().add(TextStyle::Waiting, text)
}

/// `10:04`, or `04-21 10:04` if that is another day than that of the newest entry.
fn minute(time: Timestamp, newest: Option<Timestamp>) -> String {
    let text = humanize::short_time(time, newest);
    match text.rsplit_once(':') {
        Some((minute, _)) if text.matches(':').count() == 2 => minute.to_owned(),
        _ => text,
    }
}
