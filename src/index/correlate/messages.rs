//! Entries of a message, with or without a connection.

use hashbrown::HashMap;

use super::{EntryContext, Index, NewDelivery, TimelineEvent, fate_of_abort, is_past, result_of};
use crate::event::{
    ConnId, Dcid, Event, FailedAttempt, Icid, MessageEffect, Mid, Rid, Rids, Template,
};
use crate::index::records::delivery::EXPIRED;
use crate::index::records::recipient::NEAR;
use crate::index::store::column::newest_first;
use crate::index::store::intern::hash;
use crate::index::{
    ClosedRecord, ConnectionId, DeliveryResult, DeliveryState, MessageId, RecipientId, Symbol,
    TextId,
};

/// Replies that came before their delivery, within the same second.
pub(crate) type PendingReplies = HashMap<(MessageId, u64), TextId, foldhash::fast::RandomState>;

/// Beyond that, pending replies are dropped: a log that begins between a delivery and its reply has
/// replies without delivery.
const MAX_PENDING: usize = 4096;

impl Index {
    /// `Start MID m ICID n`
    pub(super) fn start(&mut self, context: &EntryContext<'_, '_>, mid: Mid, icid: Icid) {
        let id = match self.appliances.message(context.appliance, mid) {
            Some(id) if self.awaits_start(id, context) => id,
            _ => self.new_message(context, mid),
        };
        self.messages
            .runs
            .extend(&mut self.extents, id.at(), context.entry.position);
        self.messages.set_flags(id, |flags| flags.started = true);
        self.messages.began.set(id.at(), context.entry.time);
        if icid.0 == 0 {
            self.messages.set_flags(id, |flags| flags.made_here = true);
        } else {
            let connection = self.touch_connection(context, ConnId::In(icid));
            self.link_connection(id, connection);
        }
    }

    /// Whether the message has no start yet and began less than
    /// [`REUSED_AFTER`](super::REUSED_AFTER) ago: the line that names its parent may come first,
    /// and a relay reorders the lines of a second.
    fn awaits_start(&self, id: MessageId, context: &EntryContext<'_, '_>) -> bool {
        !self.messages.flags.get(id.at()).started
            && !is_past(self.messages.began.get(id.at()), context.entry.time)
    }

    fn link_connection(&mut self, id: MessageId, connection: ConnectionId) {
        if self.messages.connection.get(id.at()).is_some() {
            return;
        }
        self.messages.connection.set(id.at(), Some(connection));
        let last = &mut self.connections.newest.message;
        self.messages.prev.set(id.at(), last.get(connection.at()));
        last.set(connection.at(), Some(id));
    }

    /// The message of an entry that may name its injection connection.
    pub(super) fn message_on(
        &mut self,
        context: &EntryContext<'_, '_>,
        mid: Mid,
        icid: Option<Icid>,
    ) -> MessageId {
        let connection = icid.and_then(|icid| self.touch(context, ConnId::In(icid)));
        let id = self.touch_message(context, mid);
        if let Some(connection) = connection {
            self.link_connection(id, connection);
        }
        id
    }

    /// `MID m ICID n RID r To: <a>`
    pub(super) fn add_recipient(&mut self, id: MessageId, rid: Option<Rid>, to: &[u8], hash: u32) {
        let to = self.names.mail.intern_hashed(hash, to);
        self.addressed(id, rid, Some(to));
    }

    /// `Message done DCID d MID m to RID [0]`
    pub(super) fn delivered(
        &mut self,
        context: &EntryContext<'_, '_>,
        dcid: Dcid,
        mid: Mid,
        rids: Rids<'_>,
    ) {
        let connection = self.touch(context, ConnId::Out(dcid));
        let id = self.touch_message(context, mid);
        for rid in rids.iter() {
            let detail = self.working.pending_replies.remove(&(id, rid.0));
            let how = (DeliveryResult::Delivered, 0, detail);
            self.deliver(context, (id, rid), connection, how);
        }
    }

    /// A rare entry of a message, and of the connection that it names.
    pub(super) fn apply_to_message(
        &mut self,
        context: &EntryContext<'_, '_>,
        id: MessageId,
        connection: Option<ConnectionId>,
    ) {
        if let (Some(connection), Some(_)) = (connection, context.entry.event.icid()) {
            self.link_connection(id, connection);
        }
        match context.entry.event {
            Event::MessageAborted { why, .. } => {
                self.messages.ended.set(id.at(), context.entry.time);
                self.abort(id, fate_of_abort(why));
            }
            Event::Derived {
                lineage,
                parent,
                child,
                ..
            } => {
                let (parent, child) = if lineage.subject_mid(parent, child) == parent {
                    (id, self.child_of(context, id, child))
                } else {
                    (self.message_of(context, parent), id)
                };
                self.descend(child, parent);
            }
            Event::Template { template, text, .. } => self.note(id, template, text),
            Event::Attempt { text, .. } => self.attempted(context, id, connection, text),
            _ => {}
        }
    }

    /// `Bounced: …`, `Delayed: …`, `Deleted: …`
    fn attempted(
        &mut self,
        context: &EntryContext<'_, '_>,
        id: MessageId,
        connection: Option<ConnectionId>,
        text: &[u8],
    ) {
        let Some(attempt) = FailedAttempt::parse(text) else {
            return;
        };
        let detail = attempt
            .reply
            .and_then(|reply| self.texts.intern(&reply.text()));
        let code = attempt.reply.and_then(|reply| reply.code);
        let code = code.unwrap_or_else(|| if attempt.is_expired() { EXPIRED } else { 0 });
        if let Some((from, _)) = attempt.envelope {
            self.set_from(id, from, None);
        }
        for rid in attempt.rids.iter() {
            let how = (result_of(attempt.outcome), code, detail);
            let recipient = self.deliver(context, (id, rid), connection, how);
            if let (None, Some((_, to))) =
                (self.recipients.to.get(recipient.at()), attempt.envelope)
            {
                let to = self.names.mail.intern(to);
                self.recipients.to.set(recipient.at(), Some(to));
            }
        }
    }

    /// Sets the sender if the message has none; `hashed` is the [`hash()`] of the text, if
    /// computed.
    pub(super) fn set_from(&mut self, id: MessageId, from: &[u8], hashed: Option<u32>) {
        if self.messages.from.get(id.at()).is_none() {
            let hashed = hashed.unwrap_or_else(|| hash(from));
            let name = self.names.mail.intern_hashed(hashed, from);
            self.messages.from.set(id.at(), Some(name));
        }
    }

    /// The recipient with that number, or a new one. A recipient that the log wrote without a
    /// number gets its place among the others as number: recipients are numbered in the order in
    /// which they were accepted.
    fn addressed(
        &mut self,
        message: MessageId,
        rid: Option<Rid>,
        to: Option<Symbol>,
    ) -> RecipientId {
        let number = rid.map(rid_number);
        let found = number.and_then(|number| self.find_recipient(message, number));
        let id = found.unwrap_or_else(|| {
            let last = self.messages.last_recipient.get(message.at());
            let id = self.recipients.push(message, number, to, last);
            self.messages.last_recipient.set(message.at(), Some(id));
            if let Some(fate) = self.messages.flags.get(message.at()).fate {
                self.recipients.state.set(id.at(), fate);
            }
            id
        });
        if to.is_some() && self.recipients.to.get(id.at()).is_none() {
            self.recipients.to.set(id.at(), to);
        }
        id
    }

    fn find_recipient(&mut self, message: MessageId, number: u32) -> Option<RecipientId> {
        if number >= NEAR
            && let Some(id) = self.recipients.far.get(&(message, number))
        {
            return Some(*id);
        }
        let newest = self.messages.last_recipient.get(message.at());
        let (mut next, mut count) = (newest, 0);
        // A long list is searched in its newest part only: the map has its numbers.
        while let Some(id) = next.filter(|_| count <= 2 * NEAR) {
            if self.recipients.rid.get(id.at()) == Some(number) {
                return Some(id);
            }
            count += 1;
            next = self.recipients.prev.get(id.at());
        }
        if next.is_some() || number >= count {
            return None;
        }
        let prev = |id: &RecipientId| self.recipients.prev.get(id.at());
        let skipped = (count - 1 - number) as usize;
        let id = std::iter::successors(newest, prev).nth(skipped)?;
        if self.recipients.rid.get(id.at()).is_some() {
            return None;
        }
        self.recipients.rid.set(id.at(), Some(number));
        if number >= NEAR {
            self.recipients.far.insert((message, number), id);
        }
        Some(id)
    }

    fn deliver(
        &mut self,
        context: &EntryContext<'_, '_>,
        (message, rid): (MessageId, Rid),
        connection: Option<ConnectionId>,
        (result, code, detail): (DeliveryResult, u16, Option<TextId>),
    ) -> RecipientId {
        let recipient = self.addressed(message, Some(rid), None);
        let earlier = self.recipients.last_delivery.get(recipient.at());
        let new = NewDelivery {
            connection,
            recipient,
            time: context.entry.time,
            result,
            code,
            detail,
            prev: connection.and_then(|id| self.connections.newest.delivery.get(id.at())),
            earlier,
        };
        let delivery = self.deliveries.push(&new);
        if let Some(id) = connection {
            let newest = &mut self.connections.newest.delivery;
            newest.set(id.at(), Some(delivery));
        }
        self.recipients
            .last_delivery
            .set(recipient.at(), Some(delivery));
        // Within a second a final state overrides `delayed`, in either order of the lines.
        let decided = earlier
            .is_some_and(|id| self.deliveries.time.get(id.at()) == context.entry.time)
            && !self.recipients.state.get(recipient.at()).is_interim();
        if !(decided && result == DeliveryResult::Delayed) {
            self.recipients.state.set(recipient.at(), result.state());
        }
        match result {
            DeliveryResult::Delivered => self.count(context, TimelineEvent::Succeeded),
            DeliveryResult::Bounced => self.count(context, TimelineEvent::Failed),
            _ => {}
        }
        recipient
    }

    /// The remote server's reply to deliveries that succeeded.
    pub(super) fn reply(&mut self, message: MessageId, rids: Rids<'_>, text: &[u8]) {
        let text = self.texts.push_reply(text);
        for rid in rids.iter() {
            let recipient = self.find_recipient(message, rid_number(rid));
            let mut next = recipient.and_then(|id| self.recipients.last_delivery.get(id.at()));
            let mut found = false;
            while let Some(id) = next {
                let is_done = self.deliveries.result.get(id.at()) == DeliveryResult::Delivered;
                if is_done && self.deliveries.detail.get(id.at()).is_none() {
                    self.deliveries.detail.set(id.at(), text);
                    found = true;
                    break;
                }
                next = self.deliveries.earlier.get(id.at());
            }
            if let (false, Some(text)) = (found, text) {
                if self.working.pending_replies.len() >= MAX_PENDING {
                    self.working.pending_replies.clear();
                }
                self.working.pending_replies.insert((message, rid.0), text);
            }
        }
    }

    /// Undecided recipients get the message's state.
    fn abort(&mut self, id: MessageId, fate: DeliveryState) {
        self.messages.set_flags(id, |flags| flags.fate = Some(fate));
        let columns = &mut self.recipients;
        for recipient in newest_first(self.messages.last_recipient.get(id.at()), &columns.prev) {
            let known = columns.state.get_mut(recipient.at());
            if known.is_interim() {
                *known = fate;
            }
        }
    }

    pub(super) fn finish(&mut self, id: MessageId) {
        if !self.messages.flags.get(id.at()).finished {
            self.messages.set_flags(id, |flags| flags.finished = true);
            self.closed.push(ClosedRecord::Message(id));
        }
    }

    /// The message that continues under a new id. Other lines may use the id first; a record that
    /// began long before its parent is an older one, whose id the appliance reuses.
    fn child_of(
        &mut self,
        context: &EntryContext<'_, '_>,
        parent: MessageId,
        child: Mid,
    ) -> MessageId {
        let began = |id: MessageId| self.messages.began.get(id.at());
        match self.appliances.message(context.appliance, child) {
            Some(known) if !is_past(began(known), began(parent)) => known,
            _ => self.new_message(context, child),
        }
    }

    /// The effect of a template's line on its message.
    fn note(&mut self, id: MessageId, template: &Template, text: &[u8]) {
        match template.effect() {
            MessageEffect::Nothing => {}
            MessageEffect::Quarantined => self.quarantine(id, DeliveryState::Quarantined),
            MessageEffect::Released => self.quarantine(id, DeliveryState::Queued),
            MessageEffect::Dropped => self.abort(id, DeliveryState::Dropped),
            MessageEffect::Bounced => self.abort(id, DeliveryState::Bounced),
            MessageEffect::Waits => {
                for rid in template.rids(text) {
                    let recipient = self.addressed(id, Some(rid), None);
                    let state = self.recipients.state.get_mut(recipient.at());
                    if state.is_interim() {
                        *state = DeliveryState::Delayed;
                    }
                }
            }
        }
    }

    /// Moves recipients without a final state into a quarantine or out of it.
    fn quarantine(&mut self, id: MessageId, state: DeliveryState) {
        let quarantined = state == DeliveryState::Quarantined;
        self.messages.set_flags(id, |flags| {
            if quarantined || flags.fate == Some(DeliveryState::Quarantined) {
                flags.fate = quarantined.then_some(state);
            }
        });
        let columns = &mut self.recipients;
        for recipient in newest_first(self.messages.last_recipient.get(id.at()), &columns.prev) {
            let known = columns.state.get_mut(recipient.at());
            if quarantined && known.is_interim() || *known == DeliveryState::Quarantined {
                *known = state;
            }
        }
    }

    /// Sets a message's parent, unless it has one or would descend from itself.
    fn descend(&mut self, id: MessageId, parent: MessageId) {
        // Only a message with descendants can become its own ancestor.
        let may_be = id == parent || self.messages.children.contains_key(&id);
        let mut ancestor = may_be.then_some(parent);
        while let Some(message) = ancestor {
            if message == id {
                return;
            }
            ancestor = self.messages.parents.get(&message).copied();
        }
        if !self.messages.parents.contains_key(&id) {
            self.messages.parents.insert(id, parent);
            self.messages.children.entry(parent).or_default().push(id);
        }
    }
}

/// A recipient's number as its column holds it.
fn rid_number(rid: Rid) -> u32 {
    u32::try_from(rid.0).unwrap_or(u32::MAX).min(u32::MAX - 1)
}
