//! What a message tells: how it came, what was said of it, what it became, and where each recipient's copy went.

use super::connection::{name, peer, said};
use super::recipients::Addresses;
use super::{
    MOST, Parts, StepKind, TextPart, TextStyle, TraceBuilder, id_of, message_log, shown, subject_of,
};
use crate::header::Timestamp;
use crate::index::records::message::CommonState;
use crate::index::{
    Attempt, Connection, Delivery, DeliveryResult, DeliveryState, Direction, Message, Recipient,
};
use crate::triage::RETRY_WINDOW;

/// Of a message whose beginning stands before the log's.
const UNKNOWN: &str = "sender and recipients unknown";

/// Ancestors and descendants that are told at most.
pub(super) const MAX_RELATED: usize = 50;

/// The message it all began with and what came of that, in the order of telling.
pub(super) fn family<'i>(message: &Message<'i>) -> Vec<Message<'i>> {
    let mut all = ancestors(message).last().map_or_else(Vec::new, descendants);
    // Of a large family the one that was asked for is told in any case.
    if !all.iter().any(|known| known.record() == message.record()) {
        all.push(*message);
    }
    all
}

/// A message, the one it was made from, the one that was made from, and so on.
pub(super) fn ancestors<'i>(message: &Message<'i>) -> Vec<Message<'i>> {
    let all = std::iter::successors(Some(*message), Message::parent);
    all.take(MAX_RELATED + 1).collect()
}

/// A message and what came of it.
pub(super) fn descendants<'i>(message: &Message<'i>) -> Vec<Message<'i>> {
    let (mut all, mut next): (Vec<Message<'i>>, Vec<Message<'i>>) = (Vec::new(), vec![*message]);
    while let Some(one) = next.pop() {
        if all.len() >= MAX_RELATED || all.iter().any(|known| known.record() == one.record()) {
            continue;
        }
        next.extend(one.children().into_iter().rev());
        all.push(one);
    }
    all
}

pub(super) fn headline(message: &Message<'_>) -> Vec<TextPart> {
    outcome(envelope(message), message).0
}

/// The headline of a message of which only these deliveries are told: what became of it only where that differs.
pub(super) fn headline_of(message: &Message<'_>, deliveries: &[Delivery<'_>]) -> Vec<TextPart> {
    let ended = message.common_state();
    let is_all = |one: &Delivery<'_>| CommonState::All(one.result().state()) == ended;
    let parts = envelope(message);
    if deliveries.iter().all(is_all) {
        return parts.0;
    }
    outcome(parts.dim("  in the end"), message).0
}

fn envelope(message: &Message<'_>) -> Parts {
    let recipients = message.recipients();
    let to = match recipients.as_slice() {
        [] => "nobody yet".to_owned(),
        [one] => address(one.to()),
        [first, rest @ ..] => format!("{} and {} more", address(first.to()), rest.len()),
    };
    let between = match (
        message.from(),
        recipients.iter().any(|one| one.to().is_some()),
    ) {
        (None, false) => match message.parent() {
            Some(parent) => format!("made from MID {}", parent.mid()),
            None => UNKNOWN.to_owned(),
        },
        (from, _) => format!("{} → {to}", address(from)),
    };
    let mut parts = Parts::default()
        .id(format!("MID {}", message.mid()))
        .plain(format!("  {between}"));
    if let Some(subject) = message.subject() {
        parts = parts.plain(format!("  \"{}\"", shown(subject)));
    }
    if let Some(size) = message.size() {
        parts = parts.dim(format!("  {}", bytes(size)));
    }
    parts
}

/// What became of the message as a whole.
fn outcome(parts: Parts, message: &Message<'_>) -> Parts {
    let (style, word) = state(message.common_state());
    let children = message.children();
    // Its recipients went over to the message that goes on for it.
    if message.common_state() == CommonState::All(DeliveryState::Queued)
        && message.is_finished()
        && let Some(last) = children.last()
    {
        return parts.plain(format!("  goes on as MID {}", last.mid()));
    }
    parts.add(style, format!("  {word}"))
}

/// An envelope address; the empty one is a bounce's.
fn address(address: Option<&str>) -> String {
    match address {
        None => "?".to_owned(),
        Some("") => "<>".to_owned(),
        Some(address) => shown(address).into_owned(),
    }
}

fn bytes(size: u64) -> String {
    match size {
        0..1024 => format!("{size} bytes"),
        1024..1_048_576 => format!("{:.1} KB", size as f64 / 1024.0),
        _ => format!("{:.1} MB", size as f64 / 1_048_576.0),
    }
}

fn state(state: CommonState) -> (TextStyle, &'static str) {
    match state {
        CommonState::All(state) => of_state(state),
        CommonState::Mixed => (TextStyle::Waiting, "not the same for all recipients"),
        CommonState::Unknown => (TextStyle::Dim, "the log does not say what became of it"),
    }
}

fn of_state(state: DeliveryState) -> (TextStyle, &'static str) {
    match state {
        DeliveryState::Queued => (TextStyle::Waiting, "still queued"),
        DeliveryState::Delivered => (TextStyle::Good, "✓ delivered"),
        DeliveryState::Bounced => (TextStyle::Bad, "✗ bounced"),
        DeliveryState::Delayed => (TextStyle::Waiting, "delayed, to be tried again"),
        DeliveryState::Dropped => (TextStyle::Bad, "✗ dropped"),
        DeliveryState::Aborted => (TextStyle::Bad, "✗ aborted"),
        DeliveryState::Quarantined => (TextStyle::Waiting, "in quarantine"),
    }
}

impl TraceBuilder<'_> {
    pub(super) fn message(&mut self, message: &Message<'_>) {
        let family = family(message);
        if let Some(connection) = family.first().and_then(Message::connection) {
            self.opening(&connection, None);
        }
        for one in &family {
            self.push_message(one);
        }
    }

    /// A message from when it was taken in to how it ended.
    pub(super) fn push_message(&mut self, message: &Message<'_>) {
        match message.parent() {
            Some(parent) => self.made_from(message, &parent),
            None => self.accepted(message),
        }
        self.message_lines(message);
        let deliveries = message.deliveries();
        let mut rest = deliveries.as_slice();
        while let Some(first) = rest.first() {
            let on = |one: &Delivery<'_>| one.connection().map(|on| on.record());
            let count = rest.iter().take_while(|one| on(one) == on(first)).count();
            let (here, behind) = rest.split_at(count);
            self.tried(message, here);
            rest = behind;
        }
        self.ended(message, &deliveries);
    }

    fn accepted(&mut self, message: &Message<'_>) {
        let recipients = message.recipients();
        let named: Vec<String> = recipients
            .iter()
            .filter(|one| one.to().is_some())
            .take(5)
            .map(|one| address(one.to()))
            .collect();
        let mut parts = Parts::default().id(format!("MID {}", message.mid()));
        parts = match message.from() {
            None if named.is_empty() => parts.dim(format!("  {UNKNOWN}")),
            from => parts.plain(format!("  from {}", address(from))),
        };
        if message.connection().is_none() {
            let how = if message.icid() == Some(0) {
                "  made by the appliance itself"
            } else {
                "  the log does not say how it came"
            };
            parts = parts.dim(how);
        }
        if !named.is_empty() {
            let more = match recipients.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            parts = parts.plain(format!("  to {}{more}", named.join(", ")));
        }
        parts = self.described(parts, message);
        self.step(
            message.first_seen(),
            StepKind::Accepted,
            subject_of(message),
            parts,
        );
    }

    fn described(&self, mut parts: Parts, message: &Message<'_>) -> Parts {
        if let Some(size) = message.size() {
            parts = parts.dim(format!("  {}", bytes(size)));
        }
        if let Some(subject) = message.subject() {
            parts = parts.plain(format!("  \"{}\"", shown(subject)));
        }
        if let Some(id) = message.message_id() {
            parts = parts.dim(format!("  {}", shown(&id)));
        }
        parts
    }

    fn made_from(&mut self, message: &Message<'_>, parent: &Message<'_>) {
        let how = self
            .lines
            .iter()
            .find_map(|line| message_log::descent(line, parent.mid(), message.mid()))
            .unwrap_or_else(|| format!("was made from MID {}", parent.mid()));
        let recipients = message.recipients();
        let known = recipients.first().filter(|first| first.to().is_some());
        let to = known.map_or_else(String::new, |first| {
            let more = match recipients.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            format!("  → {}{more}", address(first.to()))
        });
        let parts = Parts::default()
            .id(format!("MID {}", message.mid()))
            .plain(format!(" {how}{to}"));
        let parts = self.described(parts, message);
        self.step(
            message.first_seen(),
            StepKind::New,
            subject_of(message),
            parts,
        );
    }

    /// What engines, policies, filters and quarantines said, as the message's own lines have it.
    fn message_lines(&mut self, message: &Message<'_>) {
        let of = subject_of(message);
        let message_lines = message_log::of(self.lines, message);
        if !message_lines.verdicts.is_empty() {
            let mut parts = Parts::default();
            for (at, (style, verdict)) in message_lines.verdicts.into_iter().enumerate() {
                parts = parts
                    .dim(if at > 0 { " · " } else { "" })
                    .add(style, verdict);
            }
            self.step(message_lines.time, StepKind::Verdict, of, parts);
        }
        let left_out = message_lines.notes.len().saturating_sub(MOST);
        for (time, kind, style, note) in message_lines.notes.into_iter().take(MOST) {
            self.step(time, kind, of, Parts::default().add(style, note));
        }
        if left_out > 0 {
            let more = format!("… and {left_out} more");
            self.step(None, StepKind::Note, of, Parts::default().dim(more));
        }
    }

    /// An attempt to deliver, on one connection.
    fn tried(&mut self, message: &Message<'_>, deliveries: &[Delivery<'_>]) {
        let of = subject_of(message);
        let Some(first) = deliveries.first() else {
            return;
        };
        match first.connection() {
            Some(connection) => {
                let is_new = !self.story.related.contains(&id_of(&connection));
                if is_new {
                    self.opening(&connection, message.first_seen());
                } else {
                    let again = Parts::default().id(name(&connection)).dim("  again");
                    self.step(first.time(), StepKind::Out, id_of(&connection), again);
                }
            }
            None => {
                let mut parts = Parts::default().dim("no connection came about");
                if let Some(failed) = unreached(first, message) {
                    let error = failed
                        .error_details()
                        .or(failed.error())
                        .map_or_else(String::new, |error| format!(": {}", shown(error)));
                    parts = parts.plain(format!(
                        ", as {} to {} had failed{error}",
                        name(&failed),
                        peer(&failed)
                    ));
                }
                self.step(first.time(), StepKind::Out, of, parts);
            }
        }
        self.outcomes(deliveries, message);
    }

    /// What became of each recipient.
    pub(super) fn outcomes(&mut self, deliveries: &[Delivery<'_>], message: &Message<'_>) {
        let of = subject_of(message);
        let addresses = Addresses::of(self.lines, message);
        for one in deliveries.iter().take(MOST) {
            let (style, word) = match one.result() {
                DeliveryResult::Delayed => (TextStyle::Waiting, "delayed"),
                result => of_state(result.state()),
            };
            let mut parts = recipient(&one.recipient(), &addresses).add(style, format!("  {word}"));
            parts = said(parts, one.code(), one.detail().as_deref());
            if follows_from_login(one) {
                parts = parts.dim("  ← follows from the failed authentication");
            }
            self.step(one.time(), StepKind::Delivery, of, parts);
        }
        if deliveries.len() > MOST {
            let more = format!("… and {} more recipients", deliveries.len() - MOST);
            let time = deliveries.last().and_then(Delivery::time);
            self.step(time, StepKind::Delivery, of, Parts::default().dim(more));
        }
    }

    fn ended(&mut self, message: &Message<'_>, deliveries: &[Delivery<'_>]) {
        let mut parts = outcome(
            Parts::default().id(format!("MID {}", message.mid())),
            message,
        );
        if message.common_state() == CommonState::Mixed {
            parts = counted(parts, message);
        }
        if !message.is_finished()
            && message.common_state() == CommonState::All(DeliveryState::Delivered)
        {
            parts = parts.dim("  (the appliance has not said that it is done with it)");
        }
        let last = deliveries.last().and_then(Delivery::time);
        let time: Option<Timestamp> = message.ended().max(last);
        self.step(time, StepKind::End, subject_of(message), parts);
    }
}

/// `RID 0 bob@example.org`
fn recipient(recipient: &Recipient<'_>, addresses: &Addresses<'_>) -> Parts {
    let rid = recipient.rid();
    let inherited = rid.and_then(|rid| addresses.get(rid));
    let mut words: Vec<String> = rid.map(|rid| format!("RID {rid}")).into_iter().collect();
    words.extend(recipient.to().or(inherited).map(|to| address(Some(to))));
    let parts = Parts::default().plain(words.join(" "));
    match (recipient.to(), inherited, addresses.of) {
        (None, Some(_), Some(mid)) => parts.dim(format!(" (as in MID {mid})")),
        _ => parts,
    }
}

/// How many recipients are in which state.
fn counted(mut parts: Parts, message: &Message<'_>) -> Parts {
    let mut counts: Vec<(DeliveryState, usize)> = Vec::new();
    for recipient in message.recipients() {
        match counts
            .iter_mut()
            .find(|(state, _)| *state == recipient.state())
        {
            Some((_, count)) => *count += 1,
            None => counts.push((recipient.state(), 1)),
        }
    }
    for (at, (state, count)) in counts.into_iter().enumerate() {
        let (style, word) = of_state(state);
        parts = parts
            .dim(if at > 0 { ", " } else { ": " })
            .add(style, format!("{count} {word}"));
    }
    parts
}

/// The newest connection to the recipient's domain that failed before the appliance spoke of this delivery.
fn unreached<'i>(delivery: &Delivery<'i>, message: &Message<'i>) -> Option<Connection<'i>> {
    let time = delivery.time()?.seconds();
    let (_, domain) = delivery.recipient().to()?.rsplit_once('@')?;
    let index = message.index();
    let seen = |one: &Connection<'_>| one.closed().or(one.first_seen()).map(Timestamp::seconds);
    index
        .connections()
        .rev()
        // The lines of one second come in any order.
        .filter(|one| {
            seen(one).is_some_and(|seen| (time - RETRY_WINDOW..=time + 1).contains(&seen))
        })
        .find(|one| {
            let waits = |name: &str| name.eq_ignore_ascii_case(domain);
            one.appliance_id() == message.appliance_id() && one.failed_domain().is_some_and(waits)
        })
}

/// After a failed authentication the appliance goes on without it: a refusal on the same connection is its consequence.
fn follows_from_login(delivery: &Delivery<'_>) -> bool {
    let failed = |connection: &Connection<'_>| {
        connection.direction() == Direction::Outbound
            && connection
                .last_attempt()
                .is_some_and(|last| !Attempt::succeeded(&last))
    };
    delivery.result() != DeliveryResult::Delivered
        && delivery.connection().as_ref().is_some_and(failed)
}
