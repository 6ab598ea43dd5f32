//! What only the raw lines of a message hold: verdicts of engines, quarantines, filters.

use super::{StepKind, TextStyle};
use crate::event::{Event, EventKind, Lineage, Mid};
use crate::header::{DateTime, Timestamp};
use crate::index::Message;
use crate::safe;
use crate::search::RawLine;

#[derive(Default)]
pub(super) struct MessageLines {
    /// Of policies and engines.
    pub verdicts: Vec<(TextStyle, String)>,
    /// The time of the first verdict.
    pub time: Option<Timestamp>,
    /// In the order of the log.
    pub notes: Vec<Note>,
}

pub(super) struct Note {
    pub time: Option<Timestamp>,
    pub kind: StepKind,
    pub style: TextStyle,
    pub text: String,
}

impl MessageLines {
    pub(super) fn read(lines: &[RawLine], message: &Message<'_>) -> Self {
        let mut found = Self::default();
        let spans = message.spans();
        let host = message.host_of_appliance().map(str::as_bytes);
        for line in lines {
            let is_inside = spans
                .iter()
                .any(|span| (span.first..=span.last).contains(&line.position));
            let event = line.event();
            let is_own = event.mid() == Some(message.mid());
            if is_inside && is_own && line.frame.host(&line.bytes) == host {
                found.push(line, &event, message);
            }
        }
        found
    }

    fn push(&mut self, line: &RawLine, event: &Event<'_>, message: &Message<'_>) {
        let time = line.frame.time;
        let time = time.map(|time| with_year(time, message.first_seen()));
        if let Some(verdict) = verdict(line, event) {
            self.time = self.time.or(time);
            self.verdicts.push((style(&verdict), verdict));
        } else if let Some((kind, style, text)) = note(line, event) {
            self.notes.push(Note {
                time,
                kind,
                style,
                text,
            });
        }
    }
}

/// The verdict of an engine or a policy, if the line has one.
fn verdict(line: &RawLine, event: &Event<'_>) -> Option<String> {
    Some(match event {
        Event::PolicyMatch {
            policy, table: [], ..
        } => format!("policy {}", safe::bytes(policy)),
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
        Event::SenderReputation { text, .. } => reputation(text)?,
        Event::Template { template, .. } if template.kind().name().starts_with("verdict.") => {
            without_id(line)
        }
        _ => return None,
    })
}

/// The level of Sender Domain Reputation; the domains asked for and the categories are left out.
fn reputation(text: &[u8]) -> Option<String> {
    if text.starts_with(b"Domains for which SDR is requested")
        || text.starts_with(b"Tracker Header")
    {
        return None;
    }
    let text = safe::bytes(text);
    let level = text.strip_prefix("Consolidated Sender Threat Level: ");
    let level = level.and_then(|level| level.split(',').next());
    Some(format!("SDR {}", level.unwrap_or(&text)))
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

/// An event that the index does not keep, as a step.
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

/// The message text of the line without a leading `MID n`.
fn without_id(line: &RawLine) -> String {
    let body = line.body();
    let behind = body.strip_prefix(b"MID ").and_then(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest[digits..].strip_prefix(b" ")
    });
    safe::bytes(behind.unwrap_or(body)).into_owned()
}

/// How the message was created from its parent, if this line records it.
pub(super) fn origin(line: &RawLine, from: Mid, to: Mid) -> Option<String> {
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
        Lineage::Rewritten => format!("continues MID {from}, rewritten by {by}"),
        Lineage::Split => format!("was split from MID {from}: {by}"),
        Lineage::Reinjected => format!("continues MID {from}, released from the quarantine"),
    })
}

/// A raw line may have no year in its timestamp: the year nearest to `anchor` is taken.
fn with_year(time: Timestamp, anchor: Option<Timestamp>) -> Timestamp {
    let Some(anchor) = anchor else { return time };
    let date = time.date_time();
    let years = anchor.date_time().year - 1..=anchor.date_time().year + 1;
    let candidates = years.filter_map(|year| DateTime { year, ..date }.to_timestamp());
    candidates
        .min_by_key(|stamp| (stamp.seconds() - anchor.seconds()).abs())
        .unwrap_or(time)
}
