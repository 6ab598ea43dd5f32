//! Which records a step lets go of, found out while others read.

use std::collections::HashSet;
use std::sync::Arc;

use super::step::RecordEviction;
use super::{Watermark, keeps};
use crate::header::Timestamp;
use crate::index::records::message::DeliveryState;
use crate::index::store::live_set::LiveSet;
use crate::index::{ClosedRecord, ConnectionId, DeliveryId, Index, MessageId, RecipientId};

/// What goes before a mark.
pub(super) fn plan(index: &Index, cut: &Watermark, before: Option<Timestamp>) -> RecordEviction {
    let plan = EvictionPlan {
        index,
        cut,
        before,
        undrained: index.undrained(),
    };
    plan.records()
}

struct EvictionPlan<'p> {
    index: &'p Index,
    cut: &'p Watermark,
    /// What ended at this time or later is not over.
    before: Option<Timestamp>,
    undrained: HashSet<ClosedRecord>,
}

impl EvictionPlan<'_> {
    fn records(&self) -> RecordEviction {
        let (index, ends) = (self.index, self.cut.ends);
        let (messages, gone_messages) = divide(index.messages.kept(), ends.messages, |at| {
            self.stays_message(MessageId::new(at))
        });
        let (connections, gone_connections) =
            divide(index.connections.kept(), ends.connections, |at| {
                let id = ConnectionId::new(at);
                !self.is_over(id) || self.carried(id).any(|id| keeps(&messages, id))
            });
        let (recipients, gone_recipients) =
            divide(index.recipients.kept(), ends.recipients, |at| {
                keeps(&messages, index.recipients.message.get(at))
            });
        let (attempts, gone_attempts) = divide(index.attempts.kept(), ends.attempts, |at| {
            keeps(&connections, index.attempts.connection.get(at))
        });
        let (deliveries, _) = divide(index.deliveries.kept(), ends.deliveries, |at| {
            keeps(&recipients, index.deliveries.recipient.get(at))
        });
        let mut records = RecordEviction {
            runs: self.runs(&connections, &messages),
            cut: *self.cut,
            gone_connections,
            gone_messages,
            gone_recipients,
            gone_attempts,
            loose: Vec::new(),
            connections,
            messages,
            recipients,
            attempts,
            deliveries,
        };
        let kept = records.connections.pinned().iter();
        let kept = kept.map(|at| ConnectionId::new(*at as usize));
        let is_loose =
            |id: &ConnectionId| self.carried(*id).any(|id| !keeps(&records.messages, id));
        records.loose = kept.filter(is_loose).collect();
        records
    }

    fn stays_message(&self, id: MessageId) -> bool {
        let messages = &self.index.messages;
        let near = || messages.parents.get(&id).into_iter();
        let children = || messages.children.get(&id).into_iter().flatten();
        !self.is_past(id)
            || messages
                .connection
                .get(id.at())
                .is_some_and(|id| !self.is_over(id))
            || self.connections_out(id).any(|id| !self.is_over(id))
            || near().chain(children()).any(|id| !self.is_past(*id))
    }

    /// Whether a connection has ended, all its parts lie before the mark, and nothing more will be told of it.
    fn is_over(&self, id: ConnectionId) -> bool {
        let (columns, at, ends) = (&self.index.connections, id.at(), self.cut.ends);
        columns.flags.get(at).end.is_some()
            && at < ends.connections
            && self.is_old(columns.began.get(at))
            && self.is_old(columns.closed.get(at))
            && lies_before(columns.last_attempt.get(at), ends.attempts)
            && lies_before(columns.last_delivery.get(at), ends.deliveries)
            && lies_before(columns.last_message.get(at), ends.messages)
            && !self.undrained.contains(&ClosedRecord::Connection(id))
    }

    fn is_old(&self, ended: Option<Timestamp>) -> bool {
        ended
            .zip(self.before)
            .is_none_or(|(ended, before)| ended < before)
    }

    /// The same of a message. One whose id has come round again is heard of no more, whatever became of it.
    fn is_past(&self, id: MessageId) -> bool {
        let (index, at, ends) = (self.index, id.at(), self.cut.ends);
        let columns = &index.messages;
        let mut is_decided = columns.last_recipient.get(at).is_some();
        for recipient in recipients(index, id) {
            let last = index.recipients.last_delivery.get(recipient.at());
            let time = last.and_then(|id| index.deliveries.time.get(id.at()));
            if !lies_before(last, ends.deliveries) || !self.is_old(time) {
                return false;
            }
            is_decided &= !index.recipients.state.get(recipient.at()).is_interim();
        }
        let flags = columns.flags.get(at);
        let newest = || {
            index
                .appliances
                .message(columns.appliance.get(at), index.message(id).mid())
        };
        let ended = flags.finished
            || is_decided
            || flags
                .fate
                .is_some_and(|fate| !DeliveryState::is_interim(fate))
            || newest() != Some(id);
        ended
            && at < ends.messages
            && self.is_old(columns.began.get(at))
            && self.is_old(columns.ended.get(at))
            && lies_before(columns.last_recipient.get(at), ends.recipients)
            && !self.undrained.contains(&ClosedRecord::Message(id))
    }

    /// The messages that came in on a connection or went out on it.
    fn carried(&self, id: ConnectionId) -> impl Iterator<Item = MessageId> {
        let index = self.index;
        let came = chain(index.connections.last_message.get(id.at()), |id| {
            index.messages.before.get(id.at())
        });
        let went = chain(index.connections.last_delivery.get(id.at()), |id| {
            index.deliveries.before.get(id.at())
        });
        came.chain(went.map(|id| index.delivery(id).message().record()))
    }

    /// The connections that a message went out on.
    fn connections_out(&self, id: MessageId) -> impl Iterator<Item = ConnectionId> {
        let index = self.index;
        recipients(index, id)
            .flat_map(|id| deliveries(index, id))
            .filter_map(|id| index.deliveries.connection.get(id.at()))
    }

    /// The runs of the kept records before the mark; those of later records lie behind it.
    fn runs(&self, connections: &LiveSet, messages: &LiveSet) -> Arc<LiveSet> {
        let (index, end) = (self.index, self.cut.ends.runs);
        let of = |runs: &crate::index::store::extent::Runs, kept: &LiveSet| -> Vec<u32> {
            let records = kept.pinned().iter();
            let runs = records.flat_map(|at| runs.older(&index.extents, *at as usize));
            runs.filter(|id| id.at() < end)
                .map(|id| u32::try_from(id.at()).unwrap_or(u32::MAX))
                .collect()
        };
        let mut older = of(&index.connections.runs, connections);
        older.extend(of(&index.messages.runs, messages));
        older.sort_unstable();
        LiveSet::new(older, end)
    }
}

/// Divides the kept records before `end` in those that stay and those that go.
fn divide(kept: &LiveSet, end: usize, stays: impl Fn(usize) -> bool) -> (Arc<LiveSet>, Vec<usize>) {
    let older = kept.pinned().iter().map(|number| *number as usize);
    let (stay, go): (Vec<usize>, Vec<usize>) = older
        .chain(kept.first()..end)
        .partition(|number| stays(*number));
    let stay = stay.into_iter().filter_map(|at| u32::try_from(at).ok());
    (LiveSet::new(stay.collect(), end.max(kept.first())), go)
}

fn lies_before<K>(id: Option<crate::index::store::column::RecordId<K>>, end: usize) -> bool {
    id.is_none_or(|id| id.at() < end)
}

fn chain<T: Copy>(first: Option<T>, next: impl Fn(T) -> Option<T>) -> impl Iterator<Item = T> {
    std::iter::successors(first, move |id| next(*id))
}

fn recipients(index: &Index, id: MessageId) -> impl Iterator<Item = RecipientId> + '_ {
    chain(index.messages.last_recipient.get(id.at()), |id| {
        index.recipients.before.get(id.at())
    })
}

fn deliveries(index: &Index, id: RecipientId) -> impl Iterator<Item = DeliveryId> + '_ {
    chain(index.recipients.last_delivery.get(id.at()), |id| {
        index.deliveries.earlier.get(id.at())
    })
}
