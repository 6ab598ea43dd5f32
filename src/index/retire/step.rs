//! Letting go of records: links are taken out of chains, ids and postings forgotten, columns cut.

use std::sync::Arc;

use super::{MOST_MARKS, Mark, keeps};
use crate::index::column::RecordId;
use crate::index::kept::Kept;
use crate::index::message::NEAR;
use crate::index::packed::Packed;
use crate::index::sweep::Sweep;
use crate::index::{ConnectionId, Ended, Index, MessageId};

/// A step that is prepared.
#[derive(Debug)]
pub enum Step {
    /// Records go.
    Records(Box<Records>),
    /// Names and texts go that no kept record speaks of.
    Sweep(Box<Sweep>),
}

/// Which records will be kept, and what is to be done for it.
#[derive(Debug)]
pub struct Records {
    pub(super) cut: Mark,
    pub(super) connections: Arc<Kept>,
    pub(super) messages: Arc<Kept>,
    pub(super) recipients: Arc<Kept>,
    pub(super) attempts: Arc<Kept>,
    pub(super) deliveries: Arc<Kept>,
    pub(super) runs: Arc<Kept>,
    pub(super) gone_connections: Vec<usize>,
    pub(super) gone_messages: Vec<usize>,
    pub(super) gone_recipients: Vec<usize>,
    pub(super) gone_attempts: Vec<usize>,
    /// Kept ones that lose a message.
    pub(super) loose: Vec<ConnectionId>,
}

impl Index {
    pub(super) fn let_go(&mut self, step: &Records) {
        self.cut_links(step);
        self.forget_connections(step);
        self.forget_messages(step);
        let retention = &mut self.retention;
        let gone = step.gone_connections.len() + step.gone_messages.len();
        retention.retired.connections += step.gone_connections.len() as u64;
        retention.retired.messages += step.gone_messages.len() as u64;
        retention.unswept += step.cut.entries - retention.cut;
        (retention.cut, retention.cut_time) = (step.cut.entries, step.cut.time);
        while let Some(mark) = retention.marks.front()
            && mark.entries <= step.cut.entries
        {
            retention.marks.pop_front();
        }
        let is_stuck = gone == 0 && retention.marks.is_empty();
        retention.stuck = is_stuck.then_some(self.totals.entries);
        let fine = (self.totals.entries - retention.cut) / MOST_MARKS as u64 * 2;
        retention.stride = retention.stride.min(fine);
        self.connections.retire(&step.connections);
        self.messages.retire(&step.messages);
        self.recipients.retire(&step.recipients);
        self.attempts.retire(&step.attempts);
        self.deliveries.retire(&step.deliveries);
        self.extents.retire(&step.runs);
        self.appliances.trim();
        self.ended.retain(|ended| match ended {
            Ended::Connection(id) => keeps(&step.connections, *id),
            Ended::Message(id) => keeps(&step.messages, *id),
        });
    }

    /// Takes what goes out of the chains of what stays.
    fn cut_links(&mut self, step: &Records) {
        for id in &step.loose {
            let columns = &mut self.connections;
            let (last, before) = (&mut columns.last_message, &mut self.messages.before);
            last.set(id.at(), relink(last.get(id.at()), before, &step.messages));
            let (last, before) = (&mut columns.last_delivery, &mut self.deliveries.before);
            last.set(id.at(), relink(last.get(id.at()), before, &step.deliveries));
        }
    }

    fn forget_connections(&mut self, step: &Records) {
        for at in step.gone_attempts.iter().copied() {
            let columns = &mut self.attempts;
            if let Some(name) = columns.user.get(at) {
                columns.by_user.forget(name);
            }
            if let Some(name) = columns.profile.get(at) {
                columns.by_profile.forget(name);
            }
        }
        for at in step.gone_connections.iter().copied() {
            let id = ConnectionId::new(at);
            let connection = self.connection(id);
            let (appliance, link) = (connection.appliance_id(), connection.link());
            self.appliances.forget_connection(appliance, link, id);
            if let Some(name) = self.connections.remote.get(at) {
                self.connections.by_remote.forget(name);
            }
            self.connections.unreached.remove(&id);
        }
    }

    fn forget_messages(&mut self, step: &Records) {
        for at in step.gone_recipients.iter().copied() {
            let columns = &mut self.recipients;
            let rid = columns.rid.get(at);
            if rid >= NEAR {
                columns.far.remove(&(columns.message.get(at), rid));
            }
        }
        for at in step.gone_messages.iter().copied() {
            let id = MessageId::new(at);
            let message = self.message(id);
            let (appliance, mid) = (message.appliance_id(), message.mid());
            self.appliances.forget_message(appliance, mid, id);
            let columns = &mut self.messages;
            for child in columns.children.remove(&id).into_iter().flatten() {
                columns.parents.remove(&child);
            }
            if let Some(parent) = columns.parents.remove(&id)
                && let Some(children) = columns.children.get_mut(&parent)
            {
                children.retain(|child| *child != id);
                if children.is_empty() {
                    columns.children.remove(&parent);
                }
            }
        }
        if !self.pending.is_empty() {
            self.pending
                .retain(|(message, _), _| keeps(&step.messages, *message));
        }
    }
}

/// Leads a chain past what goes; the answer is its new head.
fn relink<K>(
    head: Option<RecordId<K>>,
    before: &mut Packed<Option<RecordId<K>>>,
    kept: &Kept,
) -> Option<RecordId<K>> {
    let mut next = head;
    let mut last: Option<RecordId<K>> = None;
    let mut head = None;
    while let Some(id) = next {
        next = before.get(id.at());
        if !keeps(kept, id) {
            continue;
        }
        match last {
            Some(last) => before.set(last.at(), Some(id)),
            None => head = Some(id),
        }
        last = Some(id);
    }
    if let Some(last) = last {
        before.set(last.at(), None);
    }
    head
}
