//! The steps of a message: how it arrived, what was decided about it, what it became, and each
//! attempt to deliver it.

use super::message_log::{self, MessageLines};
use super::recipients::Addresses;
use super::text::{Text, TextStyle, UNKNOWN, address, connection_name, peer, state_text};
use super::{MAX_STEPS, StepKind, Subject, TraceBuilder};
use crate::header::Timestamp;
use crate::humanize::and_more;
use crate::index::records::message::CommonState;
use crate::index::{
    Connection, Delivery, DeliveryResult, DeliveryState, Direction, Message, RETRY_WINDOW,
    Recipient,
};
use crate::safe;

/// Ancestors and descendants in one trace.
pub(super) const MAX_RELATED: usize = 50;
/// Recipients named when a message is accepted.
const NAMED: usize = 5;

/// The oldest ancestor and its descendants, parents before children.
pub(super) fn family<'i>(message: &Message<'i>) -> Vec<Message<'i>> {
    let mut all = ancestors(message).last().map_or_else(Vec::new, descendants);
    // A family over the limit still contains the requested message.
    if !all.iter().any(|known| known.record() == message.record()) {
        all.push(*message);
    }
    all
}

/// The message, its parent, and so on.
pub(super) fn ancestors<'i>(message: &Message<'i>) -> Vec<Message<'i>> {
    let all = std::iter::successors(Some(*message), Message::parent);
    all.take(MAX_RELATED + 1).collect()
}

/// The message and all that were created from it.
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

    /// All steps of one message.
    pub(super) fn push_message(&mut self, message: &Message<'_>) {
        match message.parent() {
            Some(parent) => self.created(message, &parent),
            None => self.accepted(message),
        }
        self.lines_of_message(message);
        let deliveries = message.deliveries();
        let on = |one: &Delivery<'_>| one.connection().map(|on| on.record());
        for attempt in deliveries.chunk_by(|a, b| on(a) == on(b)) {
            self.attempt(message, attempt);
        }
        self.ended(message, &deliveries);
    }

    fn accepted(&mut self, message: &Message<'_>) {
        let recipients = message.recipients();
        let known = recipients.iter().filter_map(Recipient::to).take(NAMED);
        let named: Vec<String> = known.map(|to| address(Some(to))).collect();
        let mut text = Text::default().id(format!("MID {}", message.mid()));
        text = match message.from() {
            None if named.is_empty() => text.dim(format!("  {UNKNOWN}")),
            from => text.plain(format!("  from {}", address(from))),
        };
        text = match message.connection() {
            Some(_) => text,
            None if message.icid() == Some(0) => text.dim("  created by the appliance"),
            None => text.dim("  origin not in the log"),
        };
        if !named.is_empty() {
            let more = and_more(named.len(), recipients.len());
            text = text.plain(format!("  to {}{more}", named.join(", ")));
        }
        self.push(
            message.first_seen(),
            StepKind::Accepted,
            Subject::of(message),
            text.details(message),
        );
    }

    fn created(&mut self, message: &Message<'_>, parent: &Message<'_>) {
        let mut lines = self.lines.iter();
        let origin = lines
            .find_map(|line| message_log::origin(line, parent.mid(), message.mid()))
            .unwrap_or_else(|| format!("was created from MID {}", parent.mid()));
        let mut text = Text::default()
            .id(format!("MID {}", message.mid()))
            .plain(format!(" {origin}"));
        let recipients = message.recipients();
        if let Some(first) = recipients.first().and_then(Recipient::to) {
            let more = and_more(1, recipients.len());
            text = text.plain(format!("  → {}{more}", address(Some(first))));
        }
        self.push(
            message.first_seen(),
            StepKind::New,
            Subject::of(message),
            text.details(message),
        );
    }

    /// Verdicts, filters, quarantines: what only the raw lines hold.
    fn lines_of_message(&mut self, message: &Message<'_>) {
        let of = Subject::of(message);
        let found = MessageLines::read(self.lines, message);
        if !found.verdicts.is_empty() {
            let mut text = Text::default();
            for (at, (style, verdict)) in found.verdicts.into_iter().enumerate() {
                text = text
                    .dim(if at > 0 { " · " } else { "" })
                    .add(style, verdict);
            }
            self.push(found.time, StepKind::Verdict, of, text);
        }
        let hidden = found.notes.len().saturating_sub(MAX_STEPS);
        for note in found.notes.into_iter().take(MAX_STEPS) {
            let text = Text::default().add(note.style, note.text);
            self.push(note.time, note.kind, of, text);
        }
        if hidden > 0 {
            let more = Text::default().dim(format!("… and {hidden} more"));
            self.push(None, StepKind::Note, of, more);
        }
    }

    /// One attempt to deliver: its connection and the result for each recipient.
    fn attempt(&mut self, message: &Message<'_>, deliveries: &[Delivery<'_>]) {
        let Some(first) = deliveries.first() else {
            return;
        };
        match first.connection() {
            Some(connection) if self.trace.related.contains(&Subject::on(&connection)) => {
                let again = Text::default()
                    .id(connection_name(&connection))
                    .dim("  again");
                self.push(first.time(), StepKind::Out, Subject::on(&connection), again);
            }
            Some(connection) => self.opening(&connection, message.first_seen()),
            None => {
                let mut text = Text::default().dim("no connection");
                if let Some(failed) = failed_connection(first, message) {
                    let error = failed.error_details().or(failed.error());
                    let error =
                        error.map_or_else(String::new, |error| format!(": {}", safe::text(error)));
                    text = text.plain(format!(
                        ": {} to {} had failed{error}",
                        connection_name(&failed),
                        peer(&failed)
                    ));
                }
                self.push(first.time(), StepKind::Out, Subject::of(message), text);
            }
        }
        self.deliveries(deliveries, message);
    }

    /// The result for each recipient.
    pub(super) fn deliveries(&mut self, deliveries: &[Delivery<'_>], message: &Message<'_>) {
        let of = Subject::of(message);
        let addresses = Addresses::of(self.lines, message);
        for one in deliveries.iter().take(MAX_STEPS) {
            let (style, word) = match one.result() {
                DeliveryResult::Delayed => (TextStyle::Waiting, "delayed"),
                result => state_text(result.state()),
            };
            let mut text = recipient(&one.recipient(), &addresses)
                .add(style, format!("  {word}"))
                .reply(one.code(), one.detail().as_deref());
            if follows_from_login(one) {
                text = text.dim("  ← follows from the failed authentication");
            }
            self.push(one.time(), StepKind::Delivery, of, text);
        }
        if deliveries.len() > MAX_STEPS {
            let more = format!("… and {} more recipients", deliveries.len() - MAX_STEPS);
            let time = deliveries.last().and_then(Delivery::time);
            self.push(time, StepKind::Delivery, of, Text::default().dim(more));
        }
    }

    fn ended(&mut self, message: &Message<'_>, deliveries: &[Delivery<'_>]) {
        let name = Text::default().id(format!("MID {}", message.mid()));
        let mut text = name.outcome(message);
        if message.common_state() == CommonState::Mixed {
            text = counts(text, message);
        }
        let is_delivered = message.common_state() == CommonState::All(DeliveryState::Delivered);
        if is_delivered && !message.is_finished() {
            text = text.dim("  (no \"Message finished\" in the log)");
        }
        let last = deliveries.last().and_then(Delivery::time);
        let time: Option<Timestamp> = message.ended().max(last);
        self.push(time, StepKind::End, Subject::of(message), text);
        self.waiting(message);
    }
}

/// `RID 0 bob@example.org`
fn recipient(recipient: &Recipient<'_>, addresses: &Addresses<'_>) -> Text {
    let rid = recipient.rid();
    let inherited = rid.and_then(|rid| addresses.get(rid));
    let mut words: Vec<String> = rid.map(|rid| format!("RID {rid}")).into_iter().collect();
    words.extend(recipient.to().or(inherited).map(|to| address(Some(to))));
    let text = Text::default().plain(words.join(" "));
    match (recipient.to(), inherited, addresses.of) {
        (None, Some(_), Some(mid)) => text.dim(format!(" (as in MID {mid})")),
        _ => text,
    }
}

/// The number of recipients in each state.
fn counts(mut text: Text, message: &Message<'_>) -> Text {
    let mut counts: Vec<(DeliveryState, usize)> = Vec::new();
    for state in message.recipients().iter().map(Recipient::state) {
        match counts.iter_mut().find(|(known, _)| *known == state) {
            Some((_, count)) => *count += 1,
            None => counts.push((state, 1)),
        }
    }
    for (at, (state, count)) in counts.into_iter().enumerate() {
        let (style, word) = state_text(state);
        text = text
            .dim(if at > 0 { ", " } else { ": " })
            .add(style, format!("{count} {word}"));
    }
    text
}

/// The newest failed connection to the recipient's domain before this delivery.
fn failed_connection<'i>(delivery: &Delivery<'i>, message: &Message<'i>) -> Option<Connection<'i>> {
    let time = delivery.time()?.seconds();
    let domain = delivery.recipient().domain()?;
    let seen = |one: &Connection<'_>| one.closed().or(one.first_seen()).map(Timestamp::seconds);
    message
        .index()
        .connections()
        .rev()
        // Lines of one second may be in any order.
        .filter(|one| {
            seen(one).is_some_and(|seen| (time - RETRY_WINDOW..=time + 1).contains(&seen))
        })
        .find(|one| {
            let is_domain = |name: &str| name.eq_ignore_ascii_case(domain);
            one.appliance_id() == message.appliance_id()
                && one.failed_domain().is_some_and(is_domain)
        })
}

/// After a failed login the appliance goes on without one, so a refusal on the same connection is
/// a consequence.
fn follows_from_login(delivery: &Delivery<'_>) -> bool {
    let login_failed = |connection: &Connection<'_>| {
        let last = connection.last_attempt();
        connection.direction() == Direction::Outbound && last.is_some_and(|last| !last.succeeded())
    };
    delivery.result() != DeliveryResult::Delivered
        && delivery.connection().as_ref().is_some_and(login_failed)
}
