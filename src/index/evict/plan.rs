//! Plans which records a step evicts, under the read lock.

use std::collections::HashSet;
use std::sync::Arc;

use super::step::{EvictedRecords, RecordEviction};
use super::{ByTable, Watermark, keeps};
use crate::header::Timestamp;
use crate::index::store::column::{RecordId, Tag, newest_first};
use crate::index::store::extent::Runs;
use crate::index::store::live_set::LiveSet;
use crate::index::{ClosedRecord, ConnectionId, DeliveryId, Index, MessageId, RecipientId};

/// What is evicted below a watermark: records that ended before the time `before`.
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
    /// Records that ended at this time or later are not over.
    before: Option<Timestamp>,
    undrained: HashSet<ClosedRecord>,
}

impl EvictionPlan<'_> {
    fn records(&self) -> RecordEviction {
        let (index, ends) = (self.index, self.cut.lengths);
        let (messages, gone_messages) = divide(index.messages.live(), ends.messages, |at| {
            self.stays_message(MessageId::new(at))
        });
        let (connections, gone_connections) =
            divide(index.connections.live(), ends.connections, |at| {
                let id = ConnectionId::new(at);
                !self.is_over(id) || self.carried(id).any(|id| keeps(&messages, id))
            });
        let (recipients, gone_recipients) =
            divide(index.recipients.live(), ends.recipients, |at| {
                keeps(&messages, index.recipients.message.get(at))
            });
        let (attempts, gone_attempts) = divide(index.attempts.live(), ends.attempts, |at| {
            keeps(&connections, index.attempts.connection.get(at))
        });
        let (deliveries, _) = divide(index.deliveries.live(), ends.deliveries, |at| {
            keeps(&recipients, index.deliveries.recipient.get(at))
        });
        let kept = connections.pinned().iter();
        let kept = kept.map(|at| ConnectionId::new(*at as usize));
        let loses = |id: &ConnectionId| self.carried(*id).any(|id| !keeps(&messages, id));
        let relinked = kept.filter(loses).collect();
        RecordEviction {
            cut: *self.cut,
            relinked,
            evicted: EvictedRecords {
                connections: gone_connections,
                messages: gone_messages,
                recipients: gone_recipients,
                attempts: gone_attempts,
            },
            live: ByTable {
                runs: self.runs(&connections, &messages),
                connections,
                messages,
                recipients,
                attempts,
                deliveries,
            },
        }
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

    /// Whether a connection has ended, all its parts are below the watermark, and the reader of
    /// closed records got it.
    fn is_over(&self, id: ConnectionId) -> bool {
        let (columns, at, ends) = (&self.index.connections, id.at(), self.cut.lengths);
        columns.flags.get(at).end.is_some()
            && at < ends.connections
            && self.is_old(columns.began.get(at))
            && self.is_old(columns.closed.get(at))
            && lies_before(columns.newest.attempt.get(at), ends.attempts)
            && lies_before(columns.newest.delivery.get(at), ends.deliveries)
            && lies_before(columns.newest.message.get(at), ends.messages)
            && !self.undrained.contains(&ClosedRecord::Connection(id))
    }

    fn is_old(&self, ended: Option<Timestamp>) -> bool {
        ended
            .zip(self.before)
            .is_none_or(|(ended, before)| ended < before)
    }

    /// The same for a message. One whose id was reused gets no more lines in any state.
    fn is_past(&self, id: MessageId) -> bool {
        let (index, at, ends) = (self.index, id.at(), self.cut.lengths);
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
            || flags.fate.is_some_and(|fate| !fate.is_interim())
            || newest() != Some(id);
        ended
            && at < ends.messages
            && self.is_old(columns.began.get(at))
            && self.is_old(columns.ended.get(at))
            && lies_before(columns.last_recipient.get(at), ends.recipients)
            && !self.undrained.contains(&ClosedRecord::Message(id))
    }

    /// The messages that a connection received or delivered.
    fn carried(&self, id: ConnectionId) -> impl Iterator<Item = MessageId> {
        let index = self.index;
        let newest = &index.connections.newest;
        let came = newest_first(newest.message.get(id.at()), &index.messages.prev);
        let went = newest_first(newest.delivery.get(id.at()), &index.deliveries.prev);
        came.chain(went.map(|id| index.delivery(id).message().record()))
    }

    /// The connections that delivered a message.
    fn connections_out(&self, id: MessageId) -> impl Iterator<Item = ConnectionId> {
        let index = self.index;
        recipients(index, id)
            .flat_map(|id| deliveries(index, id))
            .filter_map(|id| index.deliveries.connection.get(id.at()))
    }

    /// The live runs below the watermark: those of pinned records. Later records have theirs above
    /// it.
    fn runs(&self, connections: &LiveSet, messages: &LiveSet) -> Arc<LiveSet> {
        let (index, end) = (self.index, self.cut.lengths.runs);
        let of = |runs: &Runs, live: &LiveSet| -> Vec<u32> {
            let records = live.pinned().iter();
            let runs = records.flat_map(|at| runs.older(&index.extents, *at as usize));
            let runs = runs.map(RecordId::at).filter(|at| *at < end);
            runs.filter_map(|at| u32::try_from(at).ok()).collect()
        };
        let mut older = of(&index.connections.runs, connections);
        older.extend(of(&index.messages.runs, messages));
        older.sort_unstable();
        LiveSet::new(older, end)
    }
}

/// Divides the live records before `end` into those that stay and those that are evicted.
fn divide(kept: &LiveSet, end: usize, stays: impl Fn(usize) -> bool) -> (Arc<LiveSet>, Vec<usize>) {
    let older = kept.pinned().iter().map(|number| *number as usize);
    let (stay, go): (Vec<usize>, Vec<usize>) = older
        .chain(kept.first()..end)
        .partition(|number| stays(*number));
    let stay = stay.into_iter().filter_map(|at| u32::try_from(at).ok());
    (LiveSet::new(stay.collect(), end.max(kept.first())), go)
}

fn lies_before<K: Tag>(id: Option<RecordId<K>>, end: usize) -> bool {
    id.is_none_or(|id| id.at() < end)
}

fn recipients(index: &Index, id: MessageId) -> impl Iterator<Item = RecipientId> + '_ {
    let newest = index.messages.last_recipient.get(id.at());
    newest_first(newest, &index.recipients.prev)
}

fn deliveries(index: &Index, id: RecipientId) -> impl Iterator<Item = DeliveryId> + '_ {
    let newest = index.recipients.last_delivery.get(id.at());
    newest_first(newest, &index.deliveries.earlier)
}
