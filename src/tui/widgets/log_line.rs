//! One raw line: its frame dimmed, authentication results in colour and in a sign beside the log's own word.

use crate::event::{self, DeliveryOutcome, Event};
use crate::header::{Header, Level};
use crate::humanize::clock;
use crate::safe;
use crate::search::TextPattern;
use crate::tui::theme::Role;

/// How much of the frame before the message is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HeaderFormat {
    /// As written.
    Full,
    /// The time of day.
    Short,
}

impl HeaderFormat {
    /// What there is room for.
    pub(crate) fn of_width(width: u16) -> Self {
        if width >= 150 {
            Self::Full
        } else {
            Self::Short
        }
    }
}

/// The line's texts and how they look.
pub(crate) fn parts(frame: &Header, line: &[u8], format: HeaderFormat) -> Vec<(Role, String)> {
    let body = frame.body(line);
    let before = &line[..line.len() - body.len()];
    let mut parts = Vec::with_capacity(6);
    match (format, frame.time) {
        (HeaderFormat::Short, Some(time)) if frame.is_present() => {
            parts.push((Role::Dim, format!("{} ", clock(time))));
            if let Some(level) = frame.level.filter(|level| *level < Level::Info) {
                parts.push((Role::Warning, format!("{}: ", level.word())));
            }
        }
        _ => {
            let role = match frame.level.is_some_and(|level| level < Level::Info) {
                true => Role::Warning,
                false => Role::Dim,
            };
            parts.push((role, safe::bytes(before).into_owned()));
        }
    }
    match verdict(event::parse_entry(frame, line), body) {
        Some((at, length, role, sign)) => {
            parts.push((Role::Text, safe::bytes(&body[..at]).into_owned()));
            let word = safe::bytes(&body[at..at + length]);
            parts.push((role, format!("{sign} {word}")));
            parts.push((Role::Text, safe::bytes(&body[at + length..]).into_owned()));
        }
        None => parts.push((Role::Text, safe::bytes(body).into_owned())),
    }
    parts
}

/// Position, length and style of the log's own word for a result.
fn verdict(event: Event<'_>, body: &[u8]) -> Option<(usize, usize, Role, &'static str)> {
    let word = |from: usize, word: &[u8], role, sign| {
        let found = memchr::memmem::find(body.get(from..)?, word)?;
        Some((from + found, word.len(), role, sign))
    };
    match event {
        Event::AuthIn { succeeded, .. } => match succeeded {
            true => word(0, b"succeeded", Role::Ok, "✓"),
            false => word(0, b"failed", Role::Failed, "✗"),
        },
        Event::AuthOut {
            profile, failure, ..
        } => {
            // The profile's name may hold these words itself: look behind it.
            let from = memchr::memmem::find(body, b" using the profile ")
                .map_or(0, |at| at + 19 + profile.len());
            match failure {
                None => word(from, b"succeeded", Role::Ok, "✓"),
                Some(_) => word(from, b"failed", Role::Failed, "✗"),
            }
        }
        Event::AuthTrouble { text, .. } => {
            Some((body.len() - text.len(), text.len(), Role::Failed, "✗"))
        }
        Event::Tls { text, .. } if text.starts_with(b"failed") => {
            word(0, b"TLS failed", Role::Failed, "✗")
        }
        Event::Tls { text, .. } if !text.starts_with(b"success") => {
            Some((body.len() - text.len(), text.len(), Role::Failed, "✗"))
        }
        Event::Attempt { outcome, .. } => match outcome {
            DeliveryOutcome::Bounced => Some((0, 7, Role::Failed, "✗")),
            DeliveryOutcome::DoubleBounced => Some((0, 13, Role::Failed, "✗")),
            DeliveryOutcome::Delayed => Some((0, 7, Role::Pending, "…")),
            DeliveryOutcome::Deleted => Some((0, 7, Role::Warning, "⚠")),
        },
        Event::ConnectionError { .. } => Some((0, 16, Role::Failed, "✗")),
        Event::ReceivingFailed { .. } => word(0, b"Receiving Failed", Role::Failed, "✗"),
        Event::MessageAborted { .. } => word(0, b"aborted", Role::Warning, "⚠"),
        _ => None,
    }
    .filter(|(at, length, ..)| at + length <= body.len())
}

/// The texts in `width` columns, the longest one without its middle: the reason of a failure is at
/// the end of its line.
pub(crate) fn without_middle(mut parts: Vec<(Role, String)>, width: usize) -> Vec<(Role, String)> {
    let whole: usize = parts.iter().map(|(_, text)| safe::width(text)).sum();
    let excess = whole.saturating_sub(width);
    let longest = parts.iter_mut().max_by_key(|(_, text)| safe::width(text));
    let Some((_, text)) = longest.filter(|_| excess > 0) else {
        return parts;
    };
    let room = safe::width(text).saturating_sub(excess + 1);
    let head = safe::fit(text, room / 3);
    let mut end = text.len();
    let mut taken = 0;
    for (at, c) in text.char_indices().rev() {
        taken += safe::width(c.encode_utf8(&mut [0; 4]));
        if taken > room - room / 3 {
            break;
        }
        end = at;
    }
    // The head ends with a mark of its own.
    *text = format!("{head}{}", &text[end..]);
    parts
}

/// The texts without their first `columns` columns.
pub(crate) fn sideways(parts: Vec<(Role, String)>, columns: usize) -> Vec<(Role, String)> {
    let mut left = columns;
    let mut shown = Vec::with_capacity(parts.len());
    for (role, text) in parts {
        if left == 0 {
            shown.push((role, text));
            continue;
        }
        let width = safe::width(&text);
        if width <= left {
            left -= width;
            continue;
        }
        let mut skipped = 0;
        let at = text.char_indices().find(|(at, _)| {
            skipped = safe::width(&text[..*at]);
            skipped >= left
        });
        let rest = at.map_or("", |(at, _)| &text[at..]);
        shown.push((role, rest.to_owned()));
        left = 0;
    }
    shown
}

/// Marks what was searched for.
pub(crate) fn mark(parts: Vec<(Role, String)>, search: &TextPattern) -> Vec<(Role, String)> {
    let mut marked = Vec::with_capacity(parts.len());
    for (role, text) in parts {
        let mut from = 0;
        for found in search.ranges(&text) {
            let before = text.get(from..found.start);
            let (Some(before), Some(hit)) = (before, text.get(found.clone())) else {
                continue;
            };
            marked.push((role, before.to_owned()));
            marked.push((Role::Match, hit.to_owned()));
            from = found.end;
        }
        marked.push((role, text[from..].to_owned()));
    }
    marked
}
