//! What each line changes in the oracle.

use super::records::{At, Connection, Delivery, Message, Model, Recipient};
use crate::event::CloseReason;
use crate::event::{
    ConnId, DeliveryOutcome, Event, FailedAttempt, Lineage, MessageEffect, Mid, Rid,
};
use crate::header::Timestamp;
use crate::index::{ConnectionEnd, DeliveryResult, DeliveryState};

/// Numbers below [`FAR`] are searched among so many recipients.
const NEWEST: usize = 65;
/// The index finds numbers from here on by a map.
const FAR: u64 = 32;

fn owned(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn is_past(then: Option<Timestamp>, now: Option<Timestamp>) -> bool {
    then.zip(now)
        .is_some_and(|(then, now)| now.seconds() - then.seconds() > 3600)
}

impl Model {
    pub(crate) fn apply(&mut self, at: At, event: &Event<'_>) {
        self.entries += 1;
        self.unknown += u64::from(super::is_unknown(event));
        match *event {
            Event::ConnectionOpen { .. } | Event::DeliveryOpen { .. } => self.open(at, event),
            Event::MessageStart { mid, icid } => {
                let known = self.newest_message(at, mid);
                let waits = known.filter(|&id| {
                    let known = &self.messages[id];
                    !known.started && !is_past(known.began, at.time)
                });
                let id = waits.unwrap_or_else(|| self.new_message(at, mid));
                let message = &mut self.messages[id];
                message.places.push(at.offset);
                (message.started, message.began) = (true, at.time);
                message.made_here |= icid.0 == 0;
                if icid.0 > 0 {
                    let connection = self.touch(at, ConnId::In(icid));
                    self.link_connection(id, connection);
                }
            }
            _ => {
                let owners = event.owners();
                let connection = owners.link.map(|link| self.touch(at, link));
                match (owners.mid, connection) {
                    (Some(mid), _) => self.of_message(at, event, mid, connection),
                    (None, Some(connection)) => self.of_connection(at, event, connection),
                    (None, None) => {}
                }
            }
        }
    }

    fn open(&mut self, at: At, event: &Event<'_>) {
        let link = match event {
            Event::ConnectionOpen { icid, .. } => ConnId::In(*icid),
            Event::DeliveryOpen { dcid, .. } => ConnId::Out(*dcid),
            _ => return,
        };
        if matches!(link, ConnId::In(id) if id.0 == 0)
            || matches!(link, ConnId::Out(id) if id.0 == 0)
        {
            return;
        }
        let known = self.newest_connection(at, link);
        let waits = known.filter(|&id| {
            let known = &self.connections[id];
            !known.opened && known.began == at.time
        });
        let id = waits.unwrap_or_else(|| {
            if let Some(older) = known.filter(|&older| self.connections[older].end.is_none()) {
                self.connections[older].end = Some(ConnectionEnd::Superseded);
                self.ended.push((true, older));
            }
            self.new_connection(at, link)
        });
        let one = &mut self.connections[id];
        (one.opened, one.began) = (true, at.time);
        one.places.push(at.offset);
    }

    fn of_connection(&mut self, at: At, event: &Event<'_>, id: usize) {
        let one = &mut self.connections[id];
        match *event {
            Event::End { word, .. } => {
                let before = one.end;
                let words = match word {
                    CloseReason::Close => ConnectionEnd::Close,
                    CloseReason::Lost => ConnectionEnd::Lost,
                    CloseReason::Aborted => ConnectionEnd::Aborted,
                };
                // The more specific end overrides.
                let rank = |end: ConnectionEnd| match end {
                    ConnectionEnd::Lost => 3,
                    ConnectionEnd::Close => 2,
                    ConnectionEnd::Aborted => 1,
                    ConnectionEnd::Superseded => 0,
                };
                one.end = before
                    .into_iter()
                    .chain([words])
                    .max_by_key(|end| rank(*end));
                if word != CloseReason::Aborted
                    || matches!(before, None | Some(ConnectionEnd::Aborted))
                {
                    one.closed = at.time;
                }
                if before.is_none() {
                    self.ended.push((true, id));
                }
            }
            Event::AuthIn {
                succeeded, user, ..
            } => one.logins.push((succeeded, Some(owned(user)))),
            Event::AuthOut { failure, .. } => one.logins.push((failure.is_none(), None)),
            _ => {}
        }
    }

    fn of_message(&mut self, at: At, event: &Event<'_>, mid: Mid, connection: Option<usize>) {
        let id = self
            .newest_message(at, mid)
            .unwrap_or_else(|| self.new_message(at, mid));
        self.messages[id].places.push(at.offset);
        if let (Some(connection), Some(_)) = (connection, event.icid()) {
            self.link_connection(id, connection);
        }
        match *event {
            Event::MessageFrom { from, .. } => {
                self.messages[id].from.get_or_insert(owned(from));
            }
            Event::MessageTo { rid, to, .. } => {
                let to = owned(to);
                let recipient = self.addressed(id, rid);
                self.messages[id].recipients[recipient].to.get_or_insert(to);
            }
            Event::MessageAborted { why, .. } => {
                let fate = match why {
                    _ if why.starts_with(b"Dropped by") => DeliveryState::Dropped,
                    _ if why.starts_with(b"Bounced by") => DeliveryState::Bounced,
                    _ => DeliveryState::Aborted,
                };
                self.messages[id].fate = Some(fate);
                self.turn(id, DeliveryState::is_interim, fate);
            }
            Event::Queued { .. } if self.messages[id].queued.is_none() => {
                self.messages[id].queued = at.time;
            }
            Event::MessageFinished { .. } if !self.messages[id].finished => {
                self.messages[id].finished = true;
                self.ended.push((false, id));
            }
            Event::Derived {
                lineage,
                parent,
                child,
                ..
            } => self.descent(at, id, lineage, (parent, child)),
            Event::Template { template, text, .. } => {
                self.note(id, template.effect(), template.rids(text).collect());
            }
            Event::Delivered { rids, .. } => {
                for rid in rids.iter() {
                    let replies = &mut self.messages[id].replies;
                    let reply = replies.iter().position(|reply| reply.0 == rid.0);
                    let detail = reply.map(|reply| replies.remove(reply).1);
                    self.deliver(
                        at,
                        (id, rid),
                        connection,
                        (DeliveryResult::Delivered, detail),
                    );
                }
            }
            Event::Attempt { outcome, text, .. } => {
                let attempt = FailedAttempt::parse(text).expect("an attempt");
                let result = match outcome {
                    DeliveryOutcome::Bounced | DeliveryOutcome::DoubleBounced => {
                        DeliveryResult::Bounced
                    }
                    DeliveryOutcome::Delayed => DeliveryResult::Delayed,
                    DeliveryOutcome::Deleted => DeliveryResult::Dropped,
                };
                for rid in attempt.rids.iter() {
                    let detail = attempt.reply.map(|reply| owned(&reply.text()));
                    self.deliver(at, (id, rid), connection, (result, detail));
                }
            }
            Event::Response { rids, text, .. } => rids
                .iter()
                .for_each(|rid| self.reply(id, rid, &owned(text))),
            _ => {}
        }
    }

    fn descent(&mut self, at: At, id: usize, lineage: Lineage, (parent, child): (Mid, Mid)) {
        let (parent, child) = if lineage == Lineage::Generated {
            let known = self.newest_message(at, parent);
            (known.unwrap_or_else(|| self.new_message(at, parent)), id)
        } else {
            let began = self.messages[id].began;
            let known = self.newest_message(at, child);
            let known = known.filter(|&known| !is_past(self.messages[known].began, began));
            (id, known.unwrap_or_else(|| self.new_message(at, child)))
        };
        let mut ancestor = Some(parent);
        while let Some(message) = ancestor {
            if message == child {
                return;
            }
            ancestor = self.messages[message].parent;
        }
        if self.messages[child].parent.is_none() {
            self.messages[child].parent = Some(parent);
            self.descents.push(child);
        }
    }

    fn note(&mut self, id: usize, says: MessageEffect, rids: Vec<Rid>) {
        let message = &mut self.messages[id];
        match says {
            MessageEffect::Quarantined => {
                message.fate = Some(DeliveryState::Quarantined);
                self.turn(id, DeliveryState::is_interim, DeliveryState::Quarantined);
            }
            MessageEffect::Released => {
                message.fate = message
                    .fate
                    .filter(|fate| *fate != DeliveryState::Quarantined);
                self.turn(
                    id,
                    |state| state == DeliveryState::Quarantined,
                    DeliveryState::Queued,
                );
            }
            MessageEffect::Waits => {
                for rid in rids {
                    let recipient = self.addressed(id, Some(rid));
                    let state = &mut self.messages[id].recipients[recipient].state;
                    if state.is_interim() {
                        *state = DeliveryState::Delayed;
                    }
                }
            }
            MessageEffect::Nothing | MessageEffect::Dropped | MessageEffect::Bounced => {}
        }
    }

    fn turn(&mut self, id: usize, which: fn(DeliveryState) -> bool, state: DeliveryState) {
        for recipient in &mut self.messages[id].recipients {
            if which(recipient.state) {
                recipient.state = state;
            }
        }
    }

    fn deliver(
        &mut self,
        at: At,
        (id, rid): (usize, Rid),
        connection: Option<usize>,
        (result, detail): (DeliveryResult, Option<String>),
    ) {
        let recipient = self.addressed(id, Some(rid));
        let to = &mut self.messages[id].recipients[recipient];
        let before = to.deliveries.last().map(|&one| self.deliveries[one].time);
        let decided = before == Some(at.time) && !to.state.is_interim();
        if !(decided && result == DeliveryResult::Delayed) {
            to.state = result.state();
        }
        to.deliveries.push(self.deliveries.len());
        let time = at.time;
        self.deliveries.push(Delivery {
            connection,
            message: id,
            time,
            result,
            detail,
        });
    }

    fn reply(&mut self, id: usize, rid: Rid, text: &str) {
        let recipient = self.find(id, rid);
        let all = recipient
            .map(|at| self.messages[id].recipients[at].deliveries.clone())
            .unwrap_or_default();
        let waits = all.into_iter().rev().find(|&one| {
            let one = &self.deliveries[one];
            one.result == DeliveryResult::Delivered && one.detail.is_none()
        });
        if let Some(one) = waits {
            self.deliveries[one].detail = Some(text.to_owned());
        } else {
            let replies = &mut self.messages[id].replies;
            replies.retain(|reply| reply.0 != rid.0);
            replies.push((rid.0, text.to_owned()));
        }
    }

    /// Recipients are numbered in the order in which they were accepted: one without a number gets
    /// its place as number.
    fn find(&mut self, id: usize, rid: Rid) -> Option<usize> {
        let recipients = &mut self.messages[id].recipients;
        let from = recipients.len().saturating_sub(NEWEST);
        let known = recipients.iter().rposition(|to| to.rid == Some(rid.0));
        if known.is_some_and(|known| known >= from || rid.0 >= FAR) {
            return known;
        }
        let place = usize::try_from(rid.0).ok().filter(|_| from == 0)?;
        let free = recipients.get_mut(place).filter(|to| to.rid.is_none())?;
        free.rid = Some(rid.0);
        Some(place)
    }

    fn addressed(&mut self, id: usize, rid: Option<Rid>) -> usize {
        if let Some(known) = rid.and_then(|rid| self.find(id, rid)) {
            return known;
        }
        let message = &mut self.messages[id];
        message.recipients.push(Recipient {
            rid: rid.map(|rid| rid.0),
            to: None,
            state: message.fate.unwrap_or(DeliveryState::Queued),
            deliveries: Vec::new(),
        });
        message.recipients.len() - 1
    }

    fn link_connection(&mut self, id: usize, connection: usize) {
        if self.messages[id].connection.is_none() {
            self.messages[id].connection = Some(connection);
            self.arrivals.push(id);
        }
    }

    fn newest_connection(&self, at: At, link: ConnId) -> Option<usize> {
        self.connections
            .iter()
            .rposition(|one| (one.host, one.link) == (at.host, link))
    }

    fn newest_message(&self, at: At, mid: Mid) -> Option<usize> {
        self.messages
            .iter()
            .rposition(|one| (one.host, one.mid) == (at.host, mid))
    }

    fn touch(&mut self, at: At, link: ConnId) -> usize {
        let known = self.newest_connection(at, link);
        let known = known.filter(|&id| !is_past(self.connections[id].closed, at.time));
        let id = known.unwrap_or_else(|| self.new_connection(at, link));
        self.connections[id].places.push(at.offset);
        id
    }

    fn new_connection(&mut self, at: At, link: ConnId) -> usize {
        self.connections.push(Connection {
            host: at.host,
            link,
            opened: false,
            began: at.time,
            closed: None,
            end: None,
            places: Vec::new(),
            logins: Vec::new(),
        });
        self.connections.len() - 1
    }

    fn new_message(&mut self, at: At, mid: Mid) -> usize {
        self.messages.push(Message {
            host: at.host,
            mid,
            began: at.time,
            started: false,
            made_here: false,
            connection: None,
            from: None,
            queued: None,
            finished: false,
            fate: None,
            parent: None,
            recipients: Vec::new(),
            replies: Vec::new(),
            places: vec![at.offset],
        });
        self.messages.len() - 1
    }
}
