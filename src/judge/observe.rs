//! Reads entries: joins the lines of a connection and of a message, a second at a time, because a
//! relay may reorder the lines of one second.

use std::hash::BuildHasher;
use std::net::IpAddr;

use super::class::{Class, classify, classify_connection, classify_own};
use super::destinations::{DomainNo, HostKey, HostNo};
use super::few::Few;
use super::mail::{
    Connection, ConnectionFailure, Ended, Fate, Message, Outcome, Recipient, Result,
};
use super::{Judge, Seconds};
use crate::event::{
    ConnId, ConnectionError, DeliveryOutcome, Entry, Event, FailedAttempt, Icid, Mid, TLS_REQUIRED,
};
use crate::header::Timestamp;
use crate::position::Position;

impl Judge {
    pub(super) fn observe(&mut self, entry: &Entry<'_>) {
        if let Some(time) = entry.time {
            self.advance(time.seconds());
        }
        match entry.event {
            Event::MessageFrom { mid, icid, from } => {
                let sender = hash(from);
                let message = self.message(mid.0);
                (message.sender, message.has_sender) = (sender, !from.is_empty());
                message.icid = icid.map_or(0, |icid| icid.0);
                if icid.is_some_and(|icid| self.logins.has_user(icid)) {
                    self.message(mid.0).from = Some(from.into());
                }
            }
            Event::MessageTo { mid, rid, to, .. } => {
                let domain = self.domain(domain_of(to));
                self.recipient(mid.0, rid.map(|rid| rid.0), domain, to);
            }
            Event::Queued { mid } => self.queued(mid, entry.position),
            Event::ConnectionOpen {
                icid, remote_ip, ..
            } => {
                if let (Some(now), Some(ip)) = (self.time(), address(remote_ip)) {
                    self.logins.opened(now, icid, ip);
                }
            }
            Event::AuthIn {
                icid,
                succeeded,
                user,
                ..
            } => {
                if let Some(now) = self.time() {
                    self.logins
                        .login(now, entry.position, icid, user, succeeded);
                }
            }
            Event::End {
                link: ConnId::In(icid),
                ..
            } => self.logins.closed(icid),
            Event::DeliveryOpen {
                dcid,
                remote_ip,
                port,
                ..
            } if dcid.0 > 0 => {
                if let Some(host) = self.host_number(remote_ip, port) {
                    let connection = Connection {
                        host,
                        opened: self.now,
                        started: self.now,
                        refused: None,
                        lost: false,
                    };
                    self.mail.connections.insert(dcid.0, connection);
                }
            }
            Event::DeliveryStart { dcid, .. } => {
                if let Some(connection) = self.mail.connections.get_mut(&dcid.0) {
                    connection.started = self.now;
                }
            }
            Event::Delivered { dcid, mid, rids } => {
                for rid in rids.iter() {
                    let outcome = Outcome {
                        rid: rid.0,
                        class: Class::Ok,
                        fate: Fate::Delivered,
                    };
                    self.result(dcid.0, mid.0, outcome, entry.position);
                }
            }
            Event::MessageFinished { mid, .. } | Event::MessageAborted { mid, .. } => {
                self.mail.ended.push((self.now, Ended::Message(mid.0)));
            }
            Event::End {
                link: ConnId::Out(dcid),
                ..
            } => {
                self.mail.ended.push((self.now, Ended::Connection(dcid.0)));
            }
            Event::Attempt { text, .. } => self.attempt_line(text, entry.position),
            Event::ConnectionError { text, .. } => self.connection_error(text, entry.position),
            Event::AuthOut {
                dcid,
                profile,
                failure,
                ..
            } => {
                self.login(dcid.0, profile, failure.is_some(), entry.position);
            }
            Event::Tls {
                link: ConnId::Out(dcid),
                text,
            } => self.tls(dcid.0, text, entry.position),
            _ => {}
        }
    }

    fn host_number(&mut self, ip: &[u8], port: Option<u16>) -> Option<HostNo> {
        let ip = address(ip)?;
        Some(self.destinations.hosts.number(&HostKey::new(ip, port)))
    }

    /// A domain, in lower case.
    fn domain(&mut self, name: &[u8]) -> DomainNo {
        let mut buffer = [0; 256];
        let length = name.len().min(buffer.len());
        let lower = &mut buffer[..length];
        lower.copy_from_slice(&name[..length]);
        lower.make_ascii_lowercase();
        self.destinations.domains.number(lower)
    }

    fn message(&mut self, mid: u64) -> &mut Message {
        let now = self.now;
        self.mail.messages.entry(mid).or_insert_with(|| Message {
            seen: now,
            icid: 0,
            queued: None,
            sender: 0,
            has_sender: false,
            from: None,
            recipients: Few::default(),
        })
    }

    fn recipient(&mut self, mid: u64, rid: Option<u64>, domain: DomainNo, to: &[u8]) {
        self.destinations.domains[domain].remembered += 1;
        let route = self.destinations.domains[domain].route;
        let private = route.is_some_and(|no| self.destinations.route(no).private);
        let message = self.message(mid);
        let rid = rid.unwrap_or(message.recipients.iter().count() as u64);
        message.recipients.push(Recipient {
            rid,
            domain,
            done: false,
            address: private.then(|| to.into()),
            incident: None,
        });
    }

    /// The newest time of the log.
    fn time(&self) -> Option<Timestamp> {
        Timestamp::from_seconds(self.now)
    }

    /// Its recipients wait from now on.
    fn queued(&mut self, id: Mid, position: Position) {
        let (now, mid) = (self.now, id.0);
        let Some(message) = self.mail.messages.get_mut(&mid) else {
            return;
        };
        if message.queued.replace(now).is_some() {
            return;
        }
        let (icid, from) = (Icid(message.icid), message.from.clone());
        let all = message.recipients.iter();
        let recipients: Vec<(u64, DomainNo)> = all.map(|one| (one.rid, one.domain)).collect();
        if let (Some(time), Some(from)) = (self.time(), from) {
            let count = recipients.len() as u32;
            self.logins.sent(time, position, icid, id, &from, count);
        }
        for (at, (rid, domain)) in recipients.iter().enumerate() {
            self.destinations.add_waiting(*domain, 1, true);
            let first = !recipients[..at].iter().any(|(_, other)| other == domain);
            let Some(route) = self.destinations.domains[*domain].route else {
                continue;
            };
            let route = self.destinations.route_mut(route);
            route.newest.queued += u32::from(first);
            if let Some(id) = route.incident
                && self.incidents[id].is_failing()
            {
                self.charge(id, mid, *rid);
            }
        }
    }

    /// A result of one recipient, judged when the next second is over.
    fn result(&mut self, dcid: u64, mid: u64, outcome: Outcome, position: Position) {
        let now = self.now;
        let started = self
            .mail
            .connections
            .get(&dcid)
            .map_or(now, |connection| connection.started);
        let ids = (dcid, mid);
        let earlier = &mut self.mail.earlier;
        let result = self.mail.results.entry(ids).or_insert_with(|| {
            earlier.remove(&ids).unwrap_or_else(|| Result {
                at: now,
                started,
                position,
                outcomes: Few::default(),
            })
        });
        result.at = now;
        result.outcomes.push(outcome);
    }

    /// `Bounced:`, `Delayed:` and `Deleted:`
    fn attempt_line(&mut self, text: &[u8], position: Position) {
        let Some(attempt) = FailedAttempt::parse(text) else {
            return;
        };
        let mid = attempt.mid.0;
        let class = class_of(&attempt);
        let expired = attempt.is_expired();
        let fate = match attempt.outcome {
            DeliveryOutcome::Bounced | DeliveryOutcome::DoubleBounced if expired => Fate::Expired,
            DeliveryOutcome::Bounced | DeliveryOutcome::DoubleBounced => Fate::Bounced,
            DeliveryOutcome::Delayed => Fate::Delayed,
            DeliveryOutcome::Deleted => Fate::Dropped,
        };
        for rid in attempt.rids.iter() {
            if let Some((from, to)) = attempt.envelope {
                self.know(mid, rid.0, from, to);
            }
            let outcome = Outcome {
                rid: rid.0,
                class,
                fate,
            };
            let dcid = attempt.dcid.map_or(0, |dcid| dcid.0);
            self.result(dcid, mid, outcome, position);
        }
    }

    /// A message whose beginning the log does not have.
    fn know(&mut self, mid: u64, rid: u64, from: &[u8], to: &[u8]) {
        let known = self.mail.messages.get(&mid);
        if known.is_some_and(|message| message.recipients.iter().any(|known| known.rid == rid)) {
            return;
        }
        let domain = self.domain(domain_of(to));
        let (sender, now) = (hash(from), self.now);
        self.recipient(mid, Some(rid), domain, to);
        let message = self.message(mid);
        (message.sender, message.has_sender) = (sender, !from.is_empty());
        message.queued.get_or_insert(now);
        self.destinations.add_waiting(domain, 1, false);
    }

    fn connection_error(&mut self, text: &[u8], position: Position) {
        let Some(error) = ConnectionError::parse(text) else {
            return;
        };
        let connection = self.mail.connections.get(&error.dcid.0);
        let (known, opened) = connection.map_or((None, self.now), |connection| {
            (Some(connection.host), connection.opened)
        });
        let written = || error.remote_ip.map(|ip| (ip, error.port));
        let host = known.or_else(|| written().and_then(|(ip, port)| self.host_number(ip, port)));
        let class = classify_connection(error.reason, error.details);
        let domain = error.domain.map(|domain| self.domain(domain));
        self.fail(error.dcid.0, host, domain, opened, class, position);
        self.mail
            .ended
            .push((self.now, Ended::Connection(error.dcid.0)));
    }

    fn login(&mut self, dcid: u64, profile: &[u8], failed: bool, position: Position) {
        let Some(connection) = self.mail.connections.get_mut(&dcid) else {
            return;
        };
        let (host, opened) = (connection.host, connection.opened);
        if failed {
            connection.refused = Some(Class::Authentication);
        }
        self.destinations
            .used_by_profile(host, &String::from_utf8_lossy(profile));
        if failed {
            self.fail(
                dcid,
                Some(host),
                None,
                opened,
                Class::Authentication,
                position,
            );
        }
    }

    fn tls(&mut self, dcid: u64, text: &[u8], position: Position) {
        let Some(connection) = self.mail.connections.get_mut(&dcid) else {
            return;
        };
        let (host, opened) = (connection.host, connection.opened);
        if text.starts_with(b"success") {
            self.destinations.hosts[host].tls_worked = true;
        } else if text.starts_with(TLS_REQUIRED) {
            connection.refused = Some(Class::Tls);
            self.fail(dcid, Some(host), None, opened, Class::Tls, position);
        }
    }

    fn fail(
        &mut self,
        dcid: u64,
        host: Option<HostNo>,
        domain: Option<DomainNo>,
        opened: Seconds,
        class: Class,
        position: Position,
    ) {
        self.mail.failures.push(ConnectionFailure {
            at: self.now,
            dcid,
            host,
            domain,
            opened,
            class,
            position,
        });
    }
}

/// An address; IPv4 without the detour over a text, because each connection has one.
fn address(text: &[u8]) -> Option<IpAddr> {
    let mut octets = [0; 4];
    let mut parts = text.split(|byte| *byte == b'.');
    for octet in &mut octets {
        let part = parts.next()?;
        let value = part.iter().try_fold(0_u32, |value, byte| match byte {
            b'0'..=b'9' => Some(10 * value + u32::from(byte - b'0')),
            _ => None,
        });
        match value.and_then(|value| u8::try_from(value).ok()) {
            Some(value) if (1..=3).contains(&part.len()) => *octet = value,
            _ => return std::str::from_utf8(text).ok()?.parse().ok(),
        }
    }
    match parts.next() {
        None => Some(IpAddr::from(octets)),
        Some(_) => None,
    }
}

/// The class of a `Bounced:` or `Delayed:` line.
fn class_of(attempt: &FailedAttempt<'_>) -> Class {
    match &attempt.reply {
        Some(reply) => match reply.code.filter(|code| *code > 0) {
            Some(code) => classify(code, &reply.text()),
            None => classify_own(&[attempt.class, b" ", &reply.text()].concat()),
        },
        None => classify_own(attempt.class),
    }
}

/// The part after the last `@`.
fn domain_of(address: &[u8]) -> &[u8] {
    let at = memchr::memrchr(b'@', address);
    at.map_or(address, |at| &address[at + 1..])
}

/// A number for a sender, the same in every run.
fn hash(address: &[u8]) -> u32 {
    foldhash::fast::FixedState::default().hash_one(address) as u32
}
