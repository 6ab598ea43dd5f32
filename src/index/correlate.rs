//! What each entry changes: the join of ICID, MID, RID and DCID.
//!
//! The log has a resolution of one second and a relay shuffles the lines within it, so nothing here depends on their
//! order: a line may come before the opening of its connection, an end before the last line, a reply before the
//! delivery it belongs to. Ids come round again: an opening starts a new record unless the record that bears its id
//! was only just seen without one.

pub(super) mod apply_plan;
mod connections;
mod messages;

use super::{ApplianceId, ConnectionId, DeliveryResult, DeliveryState, Index, MessageId};
use crate::event::Entry;
use crate::event::{ConnId, DeliveryOutcome, Event, Mid};
use crate::header::Timestamp;
use crate::index::records::attempt::NewAttempt;
use crate::index::records::delivery::NewDelivery;
use crate::index::records::timeline::TimelineEvent;

pub(super) use messages::PendingReplies;

/// Seconds: an id that was silent for longer after its record ended is taken to have come round again.
const LATE: i64 = 3600;

/// One entry on its way into the index.
struct EntryContext<'e, 'a> {
    entry: &'e Entry<'a>,
    appliance: ApplianceId,
}

/// Takes one entry in.
///
/// One look at the event leads to what it changes: where that takes one to its owners and another one to its fields, the
/// processor guesses wrong twice.
#[inline(always)]
pub(super) fn apply(index: &mut Index, entry: &Entry<'_>, appliance: ApplianceId) {
    let context = EntryContext { entry, appliance };
    match entry.event {
        Event::LogBegin | Event::LogVersion { .. } | Event::LogOffset { .. } | Event::LogEnd => {
            index
                .appliances
                .note_framing(entry.position.source(), &entry.event, entry.time);
        }
        Event::ConnectionOpen { .. } | Event::DeliveryOpen { .. } => index.open(&context),
        Event::Hat { icid, text } => index.policy(&context, ConnId::In(icid), text),
        Event::Tls { link, text } => index.tls(&context, link, text),
        Event::End { link, word } => index.closing(&context, link, word),
        Event::MessageStart { mid, icid } => index.start(&context, mid, icid),
        Event::MessageFrom { mid, icid, from } => {
            let id = index.message_on(&context, mid, icid);
            index.set_from(id, from, Some(entry.name_hash));
        }
        Event::MessageTo { mid, icid, rid, to } => {
            let id = index.message_on(&context, mid, icid);
            index.add_recipient(id, rid, to, entry.name_hash);
        }
        Event::MessageId { mid, id: text } => {
            let id = index.touch_message(&context, mid);
            let text = index.texts.push_message_id(text);
            index.messages.message_id.set(id.at(), text);
        }
        Event::Subject { mid, text } => {
            let id = index.touch_message(&context, mid);
            let text = index.texts.push(text);
            index.messages.subject.set(id.at(), text);
        }
        Event::Ready { mid, size, from } => {
            let id = index.touch_message(&context, mid);
            index.messages.size.set(id.at(), Some(size));
            index.set_from(id, from, None);
        }
        // They decide nothing.
        Event::Verdict { mid, .. }
        | Event::SenderReputation { mid, .. }
        | Event::PolicyMatch { mid, .. }
        | Event::Queued { mid } => _ = index.touch_message(&context, mid),
        Event::DeliveryStart { dcid, mid, .. } => {
            index.touch(&context, ConnId::Out(dcid));
            index.touch_message(&context, mid);
        }
        Event::Delivered { dcid, mid, rids } => index.delivered(&context, dcid, mid, rids),
        Event::Response { mid, rids, text } => {
            let id = index.touch_message(&context, mid);
            index.reply(id, rids, text);
        }
        Event::MessageFinished { mid, .. } => {
            let id = index.touch_message(&context, mid);
            index.messages.ended.set(id.at(), entry.time);
            index.finish(id);
        }
        _ => index.by_owners(&context),
    }
}

impl Index {
    /// An entry of one of the many kinds that are few.
    fn by_owners(&mut self, context: &EntryContext<'_, '_>) {
        let owners = context.entry.event.owners();
        let connection = owners.link.map(|link| self.touch_connection(context, link));
        let message = owners.mid.map(|mid| self.touch_message(context, mid));
        if let Some(message) = message {
            self.of_message(context, message, connection);
        } else if let Some(connection) = connection {
            self.of_connection(context, connection);
        }
    }

    /// The connection of that id, with this line counted; an id of 0 is none.
    fn touch(&mut self, context: &EntryContext<'_, '_>, link: ConnId) -> Option<ConnectionId> {
        link.is_one().then(|| self.touch_connection(context, link))
    }

    /// The connection that the entry's fixed part names, with this line counted.
    fn touch_connection(&mut self, context: &EntryContext<'_, '_>, link: ConnId) -> ConnectionId {
        let id = self.connection_of(context, link);
        self.count_line(context, id);
        id
    }

    fn count_line(&mut self, context: &EntryContext<'_, '_>, id: ConnectionId) {
        let columns = &mut self.connections;
        columns
            .lines
            .change(id.at(), |lines| *lines = lines.saturating_add(1));
        columns
            .runs
            .extend(&mut self.extents, id.at(), context.entry.position);
    }

    /// The newest connection of the id, made if the log never opened it or spoke of it long ago.
    fn connection_of(&mut self, context: &EntryContext<'_, '_>, link: ConnId) -> ConnectionId {
        if let Some(id) = self.appliances.connection(context.appliance, link) {
            let closed = self.connections.closed.get(id.at());
            if !is_past(closed, context.entry.time) {
                return id;
            }
        }
        self.new_connection(context, link)
    }

    fn new_connection(&mut self, context: &EntryContext<'_, '_>, link: ConnId) -> ConnectionId {
        let id = self.connections.push(
            link,
            context.appliance,
            context.entry.time,
            context.entry.position,
        );
        self.appliances.set_connection(context.appliance, link, id);
        *self.open_count(link) += 1;
        id
    }

    fn open_count(&mut self, link: ConnId) -> &mut u64 {
        match link {
            ConnId::In(_) => &mut self.totals.open_in,
            ConnId::Out(_) => &mut self.totals.open_out,
        }
    }

    /// The newest message of the id, made if the log never started it.
    fn touch_message(&mut self, context: &EntryContext<'_, '_>, mid: Mid) -> MessageId {
        let id = self.message_of(context, mid);
        self.messages
            .runs
            .extend(&mut self.extents, id.at(), context.entry.position);
        id
    }

    fn message_of(&mut self, context: &EntryContext<'_, '_>, mid: Mid) -> MessageId {
        match self.appliances.message(context.appliance, mid) {
            Some(id) => id,
            None => self.new_message(context, mid),
        }
    }

    fn new_message(&mut self, context: &EntryContext<'_, '_>, mid: Mid) -> MessageId {
        let id = self.messages.push(
            mid,
            context.appliance,
            context.entry.time,
            context.entry.position,
        );
        self.appliances.set_message(context.appliance, mid, id);
        id
    }
}

/// Whether a record that ended at `closed` is too old for a line of `now`.
fn is_past(closed: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    match (closed, now) {
        (Some(closed), Some(now)) => now.seconds() > closed.seconds() + LATE,
        _ => false,
    }
}

/// What a `Bounced:`, `Delayed:` or `Deleted:` line makes of its recipients.
fn result_of(fate: DeliveryOutcome) -> DeliveryResult {
    match fate {
        DeliveryOutcome::Bounced | DeliveryOutcome::DoubleBounced => DeliveryResult::Bounced,
        DeliveryOutcome::Delayed => DeliveryResult::Delayed,
        DeliveryOutcome::Deleted => DeliveryResult::Dropped,
    }
}

/// What becomes of a message that is aborted, by the first words of the reason.
fn fate_of_abort(why: &[u8]) -> DeliveryState {
    if why.starts_with(b"Dropped by") {
        DeliveryState::Dropped
    } else if why.starts_with(b"Bounced by") {
        DeliveryState::Bounced
    } else {
        DeliveryState::Aborted
    }
}
