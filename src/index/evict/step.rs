//! Letting go of records: links are taken out of chains, ids and postings forgotten, columns cut.

use std::sync::Arc;

use super::{MAX_WATERMARKS, Watermark, keeps};
use crate::index::evict::compact::Compaction;
use crate::index::records::message::NEAR;
use crate::index::store::column::RecordId;
use crate::index::store::int_column::IntColumn;
use crate::index::store::live_set::LiveSet;
use crate::index::{ClosedRecord, ConnectionId, Index, MessageId};

/// A step that is prepared.
#[derive(Debug)]
pub enum EvictionStep {
    /// RecordEviction go.
    Records(Box<RecordEviction>),
    /// Interners and texts go that no kept record speaks of.
    Compaction(Box<Compaction>),
}

/// Which records will be kept, and what is to be done for it.
#[derive(Debug)]
pub struct RecordEviction {
    pub(super) cut: Watermark,
    pub(super) connections: Arc<LiveSet>,
    pub(super) messages: Arc<LiveSet>,
    pub(super) recipients: Arc<LiveSet>,
    pub(super) attempts: Arc<LiveSet>,
    pub(super) deliveries: Arc<LiveSet>,
    pub(super) runs: Arc<LiveSet>,
    pub(super) gone_connections: Vec<usize>,
    pub(super) gone_messages: Vec<usize>,
    pub(super) gone_recipients: Vec<usize>,
    pub(super) gone_attempts: Vec<usize>,
    /// LiveSet ones that lose a message.
    pub(super) loose: Vec<ConnectionId>,
}

impl Index {
    pub(super) fn evict_records(&mut self, step: &RecordEviction) {
        self.cut_links(step);
        self.forget_connections(step);
        self.forget_messages(step);
        let retention = &mut self.retention;
        let gone = step.gone_connections.len() + step.gone_messages.len();
        retention.evicted.connections += step.gone_connections.len() as u64;
        retention.evicted.messages += step.gone_messages.len() as u64;
        retention.uncompacted += step.cut.entries - retention.cut;
        (retention.cut, retention.cut_time) = (step.cut.entries, step.cut.time);
        while let Some(mark) = retention.watermarks.front()
            && mark.entries <= step.cut.entries
        {
            retention.watermarks.pop_front();
        }
        let is_stuck = gone == 0 && retention.watermarks.is_empty();
        retention.stuck_at = is_stuck.then_some(self.totals.entries);
        let fine = (self.totals.entries - retention.cut) / MAX_WATERMARKS as u64 * 2;
        retention.stride = retention.stride.min(fine);
        self.connections.retire(&step.connections);
        self.messages.retire(&step.messages);
        self.recipients.retire(&step.recipients);
        self.attempts.retire(&step.attempts);
        self.deliveries.retire(&step.deliveries);
        self.extents.retire(&step.runs);
        self.appliances.trim();
        self.ended.retain(|ended| match ended {
            ClosedRecord::Connection(id) => keeps(&step.connections, *id),
            ClosedRecord::Message(id) => keeps(&step.messages, *id),
        });
    }

    /// Takes what goes out of the chains of what stays.
    fn cut_links(&mut self, step: &RecordEviction) {
        for id in &step.loose {
            let columns = &mut self.connections;
            let (last, before) = (&mut columns.last_message, &mut self.messages.before);
            last.set(id.at(), relink(last.get(id.at()), before, &step.messages));
            let (last, before) = (&mut columns.last_delivery, &mut self.deliveries.before);
            last.set(id.at(), relink(last.get(id.at()), before, &step.deliveries));
        }
    }

    fn forget_connections(&mut self, step: &RecordEviction) {
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
            self.connections.failures.remove(&id);
        }
    }

    fn forget_messages(&mut self, step: &RecordEviction) {
        for at in step.gone_recipients.iter().copied() {
            let columns = &mut self.recipients;
            if let Some(rid) = columns.rid.get(at).filter(|rid| *rid >= NEAR) {
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
        if !self.pending_replies.is_empty() {
            self.pending_replies
                .retain(|(message, _), _| keeps(&step.messages, *message));
        }
    }
}

/// Leads a chain past what goes; the answer is its new head.
fn relink<K>(
    head: Option<RecordId<K>>,
    before: &mut IntColumn<Option<RecordId<K>>>,
    kept: &LiveSet,
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
