//! What each entry changes: the join of ICID, MID, RID and DCID.
//!
//! The log has a resolution of one second and a syslog relay reorders the lines within it, so
//! nothing here depends on their order: a line may come before the opening of its connection, an
//! end before the last line, a reply before its delivery. The appliance reuses ids: an opening
//! starts a new record, unless the record with its id began within the same second and has no
//! opening yet.
//!
//! [`apply_plan`] prepares a batch before the index is locked; `connections` and `messages` have
//! one function for each family of entries.

pub(super) mod apply_plan;
mod connections;
mod messages;
#[cfg(test)]
mod tests;

use super::{ApplianceId, ConnectionId, DeliveryResult, DeliveryState, Index, MessageId};
use crate::event::Entry;
use crate::event::{ConnId, DeliveryOutcome, Event, Mid};
use crate::header::Timestamp;
use crate::index::records::attempt::NewAttempt;
use crate::index::records::delivery::NewDelivery;
use crate::index::records::timeline::TimelineEvent;
use crate::index::store::intern::PrefetchScratch;
use crate::memory::map_bytes;

pub(super) use messages::PendingReplies;

/// Seconds after which a line with the id of an ended record belongs to a new record.
const REUSED_AFTER: i64 = 3600;

/// Seconds after a connection error in which its messages may be reported as not delivered. The
/// appliance retries a dead host after an hour at most by default ("Maximum Time to Wait Before
/// Retrying an Unreachable Host", user guide, bounce profiles and destination controls); four hours
/// leave room for another setting.
pub(crate) const RETRY_WINDOW: i64 = 4 * 3600;

/// What is kept between entries, beside the records.
#[derive(Debug, Default)]
pub(super) struct WorkingSet {
    pub(super) pending_replies: PendingReplies,
    scratch: PrefetchScratch,
}

impl WorkingSet {
    pub(super) fn bytes(&self) -> usize {
        map_bytes(&self.pending_replies) + self.scratch.bytes()
    }
}

struct EntryContext<'e, 'a> {
    entry: &'e Entry<'a>,
    appliance: ApplianceId,
}

/// Applies one entry.
///
/// One `match` leads from the event to what it changes: with one for its owners and one for its
/// fields, the processor mispredicts twice.
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
        // These only extend the message's line range.
        Event::Verdict { mid, .. }
        | Event::SenderReputation { mid, .. }
        | Event::PolicyMatch { mid, .. } => _ = index.touch_message(&context, mid),
        Event::Queued { mid } => {
            let id = index.touch_message(&context, mid);
            let queued = &mut index.messages.queued;
            queued.update(id.at(), |known| known.is_none().then_some(entry.time));
        }
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
        _ => index.apply_by_owners(&context),
    }
}

impl Index {
    /// An entry of one of the rare kinds.
    fn apply_by_owners(&mut self, context: &EntryContext<'_, '_>) {
        let entry = context.entry;
        let notices = &mut self.stats.notices;
        notices.add(&entry.event, context.appliance, entry.position, entry.time);
        let owners = entry.event.owners();
        let connection = owners.link.map(|link| self.touch_connection(context, link));
        let message = owners.mid.map(|mid| self.touch_message(context, mid));
        if let Some(message) = message {
            self.apply_to_message(context, message, connection);
        } else if let Some(connection) = connection {
            self.apply_to_connection(context, connection);
        }
    }

    /// The connection of that id, with this line counted; an id of 0 is none.
    fn touch(&mut self, context: &EntryContext<'_, '_>, link: ConnId) -> Option<ConnectionId> {
        link.is_one().then(|| self.touch_connection(context, link))
    }

    /// The same of an id that is one.
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

    /// The newest connection with the id; a new one if there is none, or if it ended long ago.
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
            ConnId::In(_) => &mut self.stats.totals.open_in,
            ConnId::Out(_) => &mut self.stats.totals.open_out,
        }
    }

    /// The newest message with the id, with this line added; a new one if there is none.
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

/// Whether a record that ended at `closed` is too old for a line at `now`.
fn is_past(closed: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    match (closed, now) {
        (Some(closed), Some(now)) => now.seconds() > closed.seconds() + REUSED_AFTER,
        _ => false,
    }
}

/// The result of a `Bounced:`, `Delayed:` or `Deleted:` line.
fn result_of(fate: DeliveryOutcome) -> DeliveryResult {
    match fate {
        DeliveryOutcome::Bounced | DeliveryOutcome::DoubleBounced => DeliveryResult::Bounced,
        DeliveryOutcome::Delayed => DeliveryResult::Delayed,
        DeliveryOutcome::Deleted => DeliveryResult::Dropped,
    }
}

/// The state of an aborted message, by the first words of the reason.
fn fate_of_abort(why: &[u8]) -> DeliveryState {
    if why.starts_with(b"Dropped by") {
        DeliveryState::Dropped
    } else if why.starts_with(b"Bounced by") {
        DeliveryState::Bounced
    } else {
        DeliveryState::Aborted
    }
}
