//! What a message's own lines say that the index does not keep.

use super::{StepKind, TextStyle};
use crate::event::{Event, EventKind, Lineage, Mid};
use crate::header::{DateTime, Timestamp};
use crate::index::Message;
use crate::safe;
use crate::search::RawLine;

/// What was said of a message.
#[derive(Default)]
pub(super) struct MessageLines {
    /// Policy and engines, each in a few safe words.
    pub verdicts: Vec<(TextStyle, String)>,
    /// When the first of them was said.
    pub time: Option<Timestamp>,
    /// What befell the message, in the order of the log.
    pub notes: Vec<(Option<Timestamp>, StepKind, TextStyle, String)>,
}

/// Reads the message's lines among these.
pub(super) fn of(lines: &[RawLine], message: &Message<'_>) -> MessageLines {
    let mut message_lines = MessageLines::default();
    let spans = message.spans();
    let host = message.host_of_appliance().map(str::as_bytes);
    for line in lines {
        let inside = spans
            .iter()
            .any(|span| (span.first..=span.last).contains(&line.position));
        let event = line.event();
        if inside && event.mid() == Some(message.mid()) && line.frame.host(&line.bytes) == host {
            message_lines.take(line, &event, message);
        }
    }
    message_lines
}

impl MessageLines {
    fn take(&mut self, line: &RawLine, event: &Event<'_>, message: &Message<'_>) {
        let time = line.frame.time.map(|time| near(time, message.first_seen()));
        let verdict = verdict(line, event);
        if !verdict.is_empty() {
            self.time = self.time.or(time);
            self.verdicts.push((style(&verdict), verdict));
            return;
        }
        if let Some((kind, style, text)) = note(line, event) {
            self.notes.push((time, kind, style, text));
        }
    }
}

/// What an engine or a policy said; empty where the line says nothing of the kind.
fn verdict(line: &RawLine, event: &Event<'_>) -> String {
    match event {
        Event::PolicyMatch {
            policy, table: [], ..
        } => {
            format!("policy {}", safe::bytes(policy))
        }
        Event::PolicyMatch { policy, table, .. } => {
            format!("policy {} ({})", safe::bytes(policy), safe::bytes(table))
        }
        Event::Verdict {
            engine,
            verdict,
            kind,
            ..
        } if *kind != EventKind::VerdictInterim => {
            format!("{} {}", safe::bytes(engine), safe::bytes(verdict))
        }
        Event::SenderReputation { text, .. } => reputation(text),
        Event::Template { template, .. } if template.kind().name().starts_with("verdict.") => {
            without_id(line)
        }
        _ => String::new(),
    }
}

/// Sender Domain Reputation: the level, without what was asked for and without the categories behind it.
fn reputation(text: &[u8]) -> String {
    if text.starts_with(b"Domains for which SDR is requested")
        || text.starts_with(b"Tracker Header")
    {
        return String::new();
    }
    let said = safe::bytes(text);
    let level = said.strip_prefix("Consolidated Sender Threat Level: ");
    let level = level.and_then(|level| level.split(',').next());
    format!("SDR {}", level.unwrap_or(&said))
}

fn style(verdict: &str) -> TextStyle {
    const BAD: [&str; 11] = [
        "positive",
        "suspect",
        "malicious",
        "infected",
        "viral",
        "violation",
        "unscannable",
        "fail",
        "matched",
        "untrusted",
        "questionable",
    ];
    let lower = verdict.to_lowercase();
    if BAD.iter().any(|word| lower.contains(word)) && !lower.starts_with("policy ") {
        TextStyle::Bad
    } else {
        TextStyle::Plain
    }
}

/// What befell the message; what the index tells better is none of it.
fn note(line: &RawLine, event: &Event<'_>) -> Option<(StepKind, TextStyle, String)> {
    let whole = || without_id(line);
    Some(match event {
        Event::RecipientRejected { to, by, .. } => {
            let text = format!("✗ refused {}: {}", safe::bytes(to), safe::bytes(by));
            (StepKind::Refused, TextStyle::Bad, text)
        }
        Event::MessageAborted { why, .. } => (
            StepKind::Note,
            TextStyle::Bad,
            format!("✗ {}", safe::bytes(why)),
        ),
        Event::Queued { .. } => (
            StepKind::Note,
            TextStyle::Dim,
            "queued for delivery".to_owned(),
        ),
        Event::Template { template, .. } => {
            let kind = template.kind();
            let style = match kind {
                EventKind::DebugNote | EventKind::FilterTime => return None,
                EventKind::QuarantineIn | EventKind::QuarantineTagged => TextStyle::Waiting,
                EventKind::MessageDropped
                | EventKind::MessageBounced
                | EventKind::QuarantineDeleted
                | EventKind::RpcFailed
                | EventKind::DeliveryDoubleBounce => TextStyle::Bad,
                _ => TextStyle::Plain,
            };
            (StepKind::Note, style, whole())
        }
        Event::Unknown { .. } => (StepKind::Note, TextStyle::Dim, whole()),
        _ => return None,
    })
}

/// The line behind its frame and behind the message's id, where it begins with that.
fn without_id(line: &RawLine) -> String {
    let body = line.body();
    let behind = body.strip_prefix(b"MID ").and_then(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest[digits..].strip_prefix(b" ")
    });
    safe::bytes(behind.unwrap_or(body)).into_owned()
}

/// How the line says that one message came of another, where it does.
pub(super) fn descent(line: &RawLine, from: Mid, to: Mid) -> Option<String> {
    let Event::Derived {
        lineage,
        parent,
        child,
        by,
    } = line.event()
    else {
        return None;
    };
    let by = safe::bytes(by);
    ((parent, child) == (from, to)).then(|| match lineage {
        Lineage::Generated if by == "bounce" => {
            format!("was generated by the bounce of MID {from}")
        }
        Lineage::Generated => format!("was generated from MID {from} by {by}"),
        Lineage::Rewritten => format!("goes on for MID {from}, rewritten by {by}"),
        Lineage::Split => format!("was split from MID {from}: {by}"),
        Lineage::Reinjected => format!("goes on for MID {from}, released from the quarantine"),
    })
}

/// Lines read again do not know the year that their stamps leave out: the one that puts them next to what the index
/// knows of the message is theirs.
fn near(time: Timestamp, anchor: Option<Timestamp>) -> Timestamp {
    let Some(anchor) = anchor else { return time };
    let civil = time.date_time();
    let years = anchor.date_time().year - 1..=anchor.date_time().year + 1;
    let candidates = years.filter_map(|year| DateTime { year, ..civil }.to_timestamp());
    candidates
        .min_by_key(|stamp| (stamp.seconds() - anchor.seconds()).abs())
        .unwrap_or(time)
}
