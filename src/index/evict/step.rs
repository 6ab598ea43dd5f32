//! Applies an eviction: takes the records out of chains, posting lists and id maps, and frees
//! pages.

use std::sync::Arc;

use super::{ByTable, MAX_WATERMARKS, Watermark, keeps};
use crate::index::evict::compact::Compaction;
use crate::index::records::recipient::NEAR;
use crate::index::store::column::{RecordId, Tag};
use crate::index::store::int_column::IntColumn;
use crate::index::store::live_set::LiveSet;
use crate::index::{ClosedRecord, ConnectionId, Index, MessageId};

#[derive(Debug)]
pub(crate) enum EvictionStep {
    Records(Box<RecordEviction>),
    /// Replaces names or texts by those that live records use.
    Compaction(Box<Compaction>),
}

/// The records that a step evicts, by kind. Deliveries and runs are in no list that has to be
/// adapted.
#[derive(Debug)]
pub(super) struct EvictedRecords {
    pub(super) connections: Vec<usize>,
    pub(super) messages: Vec<usize>,
    pub(super) recipients: Vec<usize>,
    pub(super) attempts: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct RecordEviction {
    pub(super) cut: Watermark,
    /// The live records after the step.
    pub(super) live: ByTable<Arc<LiveSet>>,
    pub(super) evicted: EvictedRecords,
    /// Kept connections that lose a message.
    pub(super) relinked: Vec<ConnectionId>,
}

impl Index {
    pub(super) fn evict_records(&mut self, step: &RecordEviction) {
        self.relink_connections(step);
        self.forget_connections(step);
        self.forget_messages(step);
        let retention = &mut self.retention;
        retention.evicted.connections += step.evicted.connections.len() as u64;
        retention.evicted.messages += step.evicted.messages.len() as u64;
        retention.uncompacted += step.cut.entries - retention.cut;
        (retention.cut, retention.cut_time) = (step.cut.entries, step.cut.time);
        let watermarks = &mut retention.watermarks;
        while watermarks
            .front()
            .is_some_and(|mark| mark.entries <= step.cut.entries)
        {
            watermarks.pop_front();
        }
        let entries = self.stats.totals.entries;
        let is_empty = step.evicted.connections.is_empty() && step.evicted.messages.is_empty();
        let is_stuck = is_empty && retention.watermarks.is_empty();
        retention.stuck_at = is_stuck.then_some(entries);
        let fine = (entries - retention.cut) / MAX_WATERMARKS as u64 * 2;
        retention.stride = retention.stride.min(fine);
        self.connections.evict(&step.live.connections);
        self.messages.evict(&step.live.messages);
        self.recipients.evict(&step.live.recipients);
        self.attempts.evict(&step.live.attempts);
        self.deliveries.evict(&step.live.deliveries);
        self.extents.evict(&step.live.runs);
        self.appliances.trim();
        self.closed.records.retain(|closed| match closed {
            ClosedRecord::Connection(id) => keeps(&step.live.connections, *id),
            ClosedRecord::Message(id) => keeps(&step.live.messages, *id),
        });
    }

    /// Takes evicted records out of the chains of kept ones.
    fn relink_connections(&mut self, step: &RecordEviction) {
        let newest = &mut self.connections.newest;
        for at in step.relinked.iter().map(|id| id.at()) {
            let (head, prev) = (newest.message.get(at), &mut self.messages.prev);
            newest
                .message
                .set(at, relink(head, prev, &step.live.messages));
            let (head, prev) = (newest.delivery.get(at), &mut self.deliveries.prev);
            newest
                .delivery
                .set(at, relink(head, prev, &step.live.deliveries));
        }
    }

    fn forget_connections(&mut self, step: &RecordEviction) {
        for at in step.evicted.attempts.iter().copied() {
            let columns = &mut self.attempts;
            if let Some(name) = columns.user.get(at) {
                columns.by_user.remove_one(name);
            }
            if let Some(name) = columns.profile.get(at) {
                columns.by_profile.remove_one(name);
            }
        }
        for at in step.evicted.connections.iter().copied() {
            let id = ConnectionId::new(at);
            let connection = self.connection(id);
            let (appliance, link) = (connection.appliance_id(), connection.link());
            self.appliances.forget_connection(appliance, link, id);
            let peer = &mut self.connections.peer;
            if let Some(name) = peer.address.get(at) {
                peer.by_address.remove_one(name);
            }
            self.connections.failures.remove(&id);
        }
    }

    fn forget_messages(&mut self, step: &RecordEviction) {
        for at in step.evicted.recipients.iter().copied() {
            let columns = &mut self.recipients;
            if let Some(rid) = columns.rid.get(at).filter(|rid| *rid >= NEAR) {
                columns.far.remove(&(columns.message.get(at), rid));
            }
        }
        for at in step.evicted.messages.iter().copied() {
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
        let pending = &mut self.working.pending_replies;
        if !pending.is_empty() {
            pending.retain(|(message, _), _| keeps(&step.live.messages, *message));
        }
    }
}

/// Takes evicted records out of a chain; returns its new head.
fn relink<K: Tag>(
    head: Option<RecordId<K>>,
    prev: &mut IntColumn<Option<RecordId<K>>>,
    live: &LiveSet,
) -> Option<RecordId<K>> {
    let mut next = head;
    let mut last: Option<RecordId<K>> = None;
    let mut head = None;
    while let Some(id) = next {
        next = prev.get(id.at());
        if !keeps(live, id) {
            continue;
        }
        match last {
            Some(last) => prev.set(last.at(), Some(id)),
            None => head = Some(id),
        }
        last = Some(id);
    }
    if let Some(last) = last {
        prev.set(last.at(), None);
    }
    head
}
