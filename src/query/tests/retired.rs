//! After any interleaving of input and retirement the index answers as an unlimited one would of
//! the kept records.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;

use super::model::{asks, check, log};
use super::{Index, each_entry};
use crate::header::Timestamp;
use crate::index::{
    Connection, ConnectionId, Delivery, EvictionMode, Message, MessageId, RetentionLimits,
    TrackClosed,
};
use crate::position::SourceId;

/// The records that ought to be kept.
#[derive(Default)]
struct Expected {
    connections: BTreeSet<ConnectionId>,
    messages: BTreeSet<MessageId>,
    /// The first mention of each message and recipient.
    heard: (Vec<Timestamp>, Vec<Timestamp>),
}

impl Expected {
    fn deliveries<'i>(&self, all: Vec<Delivery<'i>>) -> Vec<Delivery<'i>> {
        let mut all = all;
        all.retain(|one| self.messages.contains(&one.message().record()));
        all
    }

    /// The message that joined the connection last.
    fn came_last(&self, one: &Connection<'_>) -> Option<MessageId> {
        let messages = one.messages();
        let mut ids = messages.iter().rev().map(Message::record);
        ids.find(|id| self.messages.contains(id))
    }

    fn carried<'i>(&self, one: &Connection<'i>) -> Vec<Message<'i>> {
        let mut all = one.carried();
        all.retain(|one| self.messages.contains(&one.record()));
        all
    }

    /// Lets go of what is over and linked to nothing that is not, by the plain words of the rule.
    fn retire(&mut self, index: &mut Index, before: Timestamp) {
        let is_old = |time: Option<Timestamp>| time.is_none_or(|time| time < before);
        let is_over = |one: &Connection<'_>| {
            one.end().is_some()
                && is_old(one.first_seen())
                && is_old(one.closed())
                && one.attempts().iter().all(|one| is_old(one.time()))
                && self
                    .deliveries(one.deliveries())
                    .iter()
                    .all(|one| is_old(one.time()))
                && self
                    .came_last(one)
                    .is_none_or(|id| self.heard.0[id.at()] < before)
        };
        let is_past = |one: &Message<'_>| {
            let recipients = one.recipients();
            let is_decided =
                !recipients.is_empty() && recipients.iter().all(|one| !one.state().is_interim());
            let fate = index.messages.flags.get(one.record().at()).fate;
            let newest = index.appliances.message(one.appliance_id(), one.mid());
            let times = self.deliveries(one.deliveries());
            (one.is_finished()
                || is_decided
                || fate.is_some_and(|fate| !fate.is_interim())
                || newest != Some(one.record()))
                && is_old(one.first_seen())
                && is_old(one.ended())
                && times.iter().all(|one| is_old(one.time()))
                && recipients
                    .iter()
                    .all(|one| self.heard.1[one.record().at()] < before)
        };
        let messages = self.messages.iter().map(|id| index.message(*id));
        let messages: Vec<MessageId> = messages
            .filter(|one| {
                let out = self.deliveries(one.deliveries());
                let mut near = one.children();
                near.extend(one.parent());
                near.retain(|one| self.messages.contains(&one.record()));
                let came = one.connection();
                let came = came.filter(|one| self.connections.contains(&one.record()));
                !is_past(one)
                    || came.is_some_and(|one| !is_over(&one))
                    || out
                        .iter()
                        .filter_map(Delivery::connection)
                        .any(|one| !is_over(&one))
                    || near.iter().any(|one| !is_past(one))
            })
            .map(|one| one.record())
            .collect();
        let is_kept = |one: &Message<'_>| messages.contains(&one.record());
        let connections = self.connections.iter().map(|id| index.connection(*id));
        let connections = connections
            .filter(|one| !is_over(one) || self.carried(one).iter().any(is_kept))
            .map(|one| one.record())
            .collect();
        self.keep(index, connections, messages);
    }

    /// Nothing leads to what went any more: its id begins a new record.
    fn keep(
        &mut self,
        index: &mut Index,
        connections: Vec<ConnectionId>,
        messages: Vec<MessageId>,
    ) {
        let (before, now) = (std::mem::take(self), &mut *self);
        now.heard.clone_from(&before.heard);
        now.connections.extend(connections);
        now.messages.extend(messages);
        for id in before.connections.difference(&now.connections) {
            let one = index.connection(*id);
            let (appliance, link) = (one.appliance_id(), one.link());
            index.appliances.forget_connection(appliance, link, *id);
        }
        for id in before.messages.difference(&now.messages) {
            let one = index.message(*id);
            let (appliance, mid) = (one.appliance_id(), one.mid());
            index.appliances.forget_message(appliance, mid, *id);
            index
                .messages
                .parents
                .retain(|child, parent| child != id && parent != id);
            index.messages.children.remove(id);
            for children in index.messages.children.values_mut() {
                children.retain(|child| child != id);
            }
        }
    }

    fn compare(&self, limited: &Index, all: &Index, log: &str) {
        let connections: Vec<_> = limited.connections().map(|one| one.record()).collect();
        assert_eq!(
            connections,
            Vec::from_iter(self.connections.iter().copied()),
            "connections of\n{log}"
        );
        let messages: Vec<_> = limited.messages().map(|one| one.record()).collect();
        assert_eq!(
            messages,
            Vec::from_iter(self.messages.iter().copied()),
            "messages of\n{log}"
        );
        for id in &self.connections {
            let (one, whole) = (limited.connection(*id), all.connection(*id));
            assert_eq!(facts(&one), facts(&whole));
            let numbers = |all: &[Delivery<'_>]| Vec::from_iter(all.iter().map(Delivery::record));
            let deliveries = self.deliveries(whole.deliveries());
            assert_eq!(numbers(&one.deliveries()), numbers(&deliveries));
            let carried = |all: &[Message<'_>]| Vec::from_iter(all.iter().map(Message::record));
            assert_eq!(carried(&one.carried()), carried(&self.carried(&whole)));
        }
        for id in &self.messages {
            let (one, whole) = (limited.message(*id), all.message(*id));
            let mut children = whole.children();
            children.retain(|one| self.messages.contains(&one.record()));
            assert_eq!(told(&one), told(&whole));
            let records = |all: &[Message<'_>]| Vec::from_iter(all.iter().map(Message::record));
            assert_eq!(records(&one.children()), records(&children));
            let texts = |all: &[Delivery<'_>]| {
                let text = |one: &Delivery<'_>| format!("{:?} {:?}", one.record(), one.detail());
                Vec::from_iter(all.iter().map(text))
            };
            let deliveries = self.deliveries(whole.deliveries());
            assert_eq!(texts(&one.deliveries()), texts(&deliveries));
        }
    }
}

/// A connection's own values.
fn facts(one: &Connection<'_>) -> String {
    let attempts = one.attempts();
    let attempts = attempts.iter().map(|one| {
        let names = (one.user(), one.profile(), one.mechanism(), one.detail());
        (one.record(), one.time(), one.succeeded(), names)
    });
    format!(
        "{:?} {:?}",
        (
            one.link(),
            one.opened(),
            one.first_seen(),
            one.closed(),
            one.end(),
            one.lines()
        ),
        (
            one.remote_ip(),
            one.remote_port(),
            one.spans(),
            Vec::from_iter(attempts)
        )
    )
}

/// A message's own values.
fn told(one: &Message<'_>) -> String {
    let recipients = one.recipients();
    let recipients = recipients
        .iter()
        .map(|one| (one.rid(), one.to(), one.state()));
    let came = one.connection().map(|one| one.record());
    format!(
        "{:?} {:?}",
        (
            one.mid(),
            one.started(),
            one.first_seen(),
            one.ended(),
            one.from(),
            one.size()
        ),
        (
            came,
            one.parent().map(|one| one.record()),
            one.spans(),
            Vec::from_iter(recipients)
        )
    )
}

fn retire(index: &mut Index) {
    while let Some(step) = index.plan_eviction(EvictionMode::AtOnce) {
        drop(index.evict(step));
    }
}

proptest! {
    #[test]
    fn an_index_answers_as_one_without_limits_would_of_the_kept_records(
        steps in proptest::collection::vec((0u8..15, 0u8..4, 0u8..4), 0..120),
        pauses in proptest::collection::vec(1usize..30, 1..12),
        keep in 1u64..20,
        sweeps in 0u8..2,
        asks in proptest::collection::vec(asks(), 1..4),
    ) {
        let log = log(&steps);
        let mut all = Index::new(TrackClosed::Off);
        let limits = RetentionLimits { keep: Some(Duration::from_secs(keep)), memory: None };
        let mut limited = Index::limited(TrackClosed::Off, limits);
        for index in [&mut all, &mut limited] {
            index.open_source(SourceId::new(0), "");
        }
        let mut expected = Expected::default();
        let mut pauses = pauses.into_iter().cycle();
        let mut left = 0;
        each_entry(&log, |entry, _| {
            limited.set_watermark();
            let (first, from) = (all.connections.end(), all.messages.end());
            all.apply(entry);
            limited.apply(entry);
            expected.connections.extend((first..all.connections.end()).map(ConnectionId::new));
            expected.messages.extend((from..all.messages.end()).map(MessageId::new));
            let time = entry.time.unwrap();
            expected.heard.0.resize(all.messages.end(), time);
            expected.heard.1.resize(all.recipients.end(), time);
            if left > 0 {
                left -= 1;
                return;
            }
            left = pauses.next().unwrap_or(1);
            limited.set_watermark();
            retire(&mut limited);
            if sweeps > 0 {
                limited.compact_now();
            }
            let newest = entry.time.unwrap().seconds();
            let before = Timestamp::from_seconds(newest - i64::try_from(keep).unwrap()).unwrap();
            expected.retire(&mut all, before);
            expected.compare(&limited, &all, &log);
        });
        for ask in &asks {
            check(&limited, &log, ask);
        }
    }
}
