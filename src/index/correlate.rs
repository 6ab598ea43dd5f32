//! What each entry changes: the join of ICID, MID, RID and DCID.
//!
//! The log has a resolution of one second and a relay shuffles the lines within it, so nothing here depends on their
//! order: a line may come before the opening of its connection, an end before the last line, a reply before the
//! delivery it belongs to. Ids come round again: an opening starts a new record unless the record that bears its id
//! was only just seen without one.

mod connections;
mod messages;

use super::attempt::NewAttempt;
use super::delivery::NewDelivery;
use super::{ApplianceId, ConnectionId, DeliveryResult, Entry, Index, MessageId, State, timeline};
use crate::event::{Event, Fate, Link, Mid};
use crate::header::Stamp;

pub(super) use messages::Pending;

/// Seconds: an id that was silent for longer after its record ended is taken to have come round again.
const LATE: i64 = 3600;

/// One entry on its way into the index.
struct Step<'e, 'a> {
    entry: &'e Entry<'a>,
    appliance: ApplianceId,
}

/// Takes one entry in.
///
/// One look at the event leads to what it changes: where that takes one to its owners and another one to its fields, the
/// processor guesses wrong twice.
#[inline(always)]
pub(super) fn apply(index: &mut Index, entry: &Entry<'_>, appliance: ApplianceId) {
    let step = Step { entry, appliance };
    match entry.event {
        Event::LogBegin | Event::LogVersion { .. } | Event::LogOffset { .. } | Event::LogEnd => {
            index
                .appliances
                .note_framing(entry.position.source(), &entry.event, entry.time);
        }
        Event::ConnectionOpen { .. } | Event::DeliveryOpen { .. } => index.open(&step),
        Event::Hat { icid, text } => index.policy(&step, Link::In(icid), text),
        Event::Tls { link, text } => index.tls(&step, link, text),
        Event::End { link, word } => index.closing(&step, link, word),
        Event::MessageStart { mid, icid } => index.start(&step, mid, icid),
        Event::MessageFrom { mid, icid, from } => {
            let id = index.brought_message(&step, mid, icid);
            index.set_from(id, from, Some(entry.hash));
        }
        Event::MessageTo { mid, icid, rid, to } => {
            let id = index.brought_message(&step, mid, icid);
            index.addressed_to(id, rid, to, entry.hash);
        }
        Event::MessageId { mid, id: text } => {
            let id = index.touched_message(&step, mid);
            let text = index.texts.push_message_id(text);
            index.messages.message_id.set(id.at(), text);
        }
        Event::Subject { mid, text } => {
            let id = index.touched_message(&step, mid);
            let text = index.texts.push(text);
            index.messages.subject.set(id.at(), text);
        }
        Event::Ready { mid, size, from } => {
            let id = index.touched_message(&step, mid);
            index.messages.size.set(id.at(), Some(size));
            index.set_from(id, from, None);
        }
        // They decide nothing.
        Event::Verdict { mid, .. }
        | Event::SenderReputation { mid, .. }
        | Event::PolicyMatch { mid, .. }
        | Event::Queued { mid } => _ = index.touched_message(&step, mid),
        Event::DeliveryStart { dcid, mid, .. } => {
            index.touched(&step, Link::Out(dcid));
            index.touched_message(&step, mid);
        }
        Event::Delivered { dcid, mid, rids } => index.delivered(&step, dcid, mid, rids),
        Event::Response { mid, rids, text } => {
            let id = index.touched_message(&step, mid);
            index.reply(id, rids, text);
        }
        Event::MessageFinished { mid, .. } => {
            let id = index.touched_message(&step, mid);
            index.messages.ended.set(id.at(), entry.time);
            index.finish(id);
        }
        _ => index.by_owners(&step),
    }
}

impl Index {
    /// An entry of one of the many kinds that are few.
    fn by_owners(&mut self, step: &Step<'_, '_>) {
        let owners = step.entry.event.owners();
        let connection = owners.link.map(|link| self.touched_connection(step, link));
        let message = owners.mid.map(|mid| self.touched_message(step, mid));
        if let Some(message) = message {
            self.of_message(step, message, connection);
        } else if let Some(connection) = connection {
            self.of_connection(step, connection);
        }
    }

    /// The connection of that id, with this line counted; an id of 0 is none.
    fn touched(&mut self, step: &Step<'_, '_>, link: Link) -> Option<ConnectionId> {
        link.is_one().then(|| self.touched_connection(step, link))
    }

    /// The connection that the entry's fixed part names, with this line counted.
    fn touched_connection(&mut self, step: &Step<'_, '_>, link: Link) -> ConnectionId {
        let id = self.connection_of(step, link);
        self.count_line(step, id);
        id
    }

    fn count_line(&mut self, step: &Step<'_, '_>, id: ConnectionId) {
        let columns = &mut self.connections;
        columns
            .lines
            .change(id.at(), |lines| *lines = lines.saturating_add(1));
        columns
            .runs
            .extend(&mut self.extents, id.at(), step.entry.position);
    }

    /// The newest connection of the id, made if the log never opened it or spoke of it long ago.
    fn connection_of(&mut self, step: &Step<'_, '_>, link: Link) -> ConnectionId {
        if let Some(id) = self.appliances.connection(step.appliance, link) {
            let closed = self.connections.closed.get(id.at());
            if !is_past(closed, step.entry.time) {
                return id;
            }
        }
        self.new_connection(step, link)
    }

    fn new_connection(&mut self, step: &Step<'_, '_>, link: Link) -> ConnectionId {
        let id = self
            .connections
            .push(link, step.appliance, step.entry.time, step.entry.position);
        self.appliances.set_connection(step.appliance, link, id);
        *self.open_count(link) += 1;
        id
    }

    fn open_count(&mut self, link: Link) -> &mut u64 {
        match link {
            Link::In(_) => &mut self.totals.open_in,
            Link::Out(_) => &mut self.totals.open_out,
        }
    }

    /// The newest message of the id, made if the log never started it.
    fn touched_message(&mut self, step: &Step<'_, '_>, mid: Mid) -> MessageId {
        let id = self.message_of(step, mid);
        self.messages
            .runs
            .extend(&mut self.extents, id.at(), step.entry.position);
        id
    }

    fn message_of(&mut self, step: &Step<'_, '_>, mid: Mid) -> MessageId {
        match self.appliances.message(step.appliance, mid) {
            Some(id) => id,
            None => self.new_message(step, mid),
        }
    }

    fn new_message(&mut self, step: &Step<'_, '_>, mid: Mid) -> MessageId {
        let id = self
            .messages
            .push(mid, step.appliance, step.entry.time, step.entry.position);
        self.appliances.set_message(step.appliance, mid, id);
        id
    }
}

/// Whether a record that ended at `closed` is too old for a line of `now`.
fn is_past(closed: Option<Stamp>, now: Option<Stamp>) -> bool {
    match (closed, now) {
        (Some(closed), Some(now)) => now.seconds() > closed.seconds() + LATE,
        _ => false,
    }
}

/// What a `Bounced:`, `Delayed:` or `Deleted:` line makes of its recipients.
fn result_of(fate: Fate) -> DeliveryResult {
    match fate {
        Fate::Bounced | Fate::DoubleBounced => DeliveryResult::Bounced,
        Fate::Delayed => DeliveryResult::Delayed,
        Fate::Deleted => DeliveryResult::Dropped,
    }
}

/// What becomes of a message that is aborted, by the first words of the reason.
fn fate_of_abort(why: &[u8]) -> State {
    if why.starts_with(b"Dropped by") {
        State::Dropped
    } else if why.starts_with(b"Bounced by") {
        State::Bounced
    } else {
        State::Aborted
    }
}
