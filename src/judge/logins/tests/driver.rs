//! Reads lines of a log as the observer of entries does: parses each and calls [`Logins`].

use std::collections::{HashMap, HashSet};

use crate::event::{
    ConnId, Dcid, DeliveryOutcome, Event, FailedAttempt, Icid, Mid, Rid, parse_entry,
};
use crate::header::{HeaderParser, Timestamp, YearResolver};
use crate::judge::logins::{LoginLimits, LoginSnapshot, Logins};
use crate::position::{Position, SourceId};

struct Message {
    icid: Icid,
    sender: Vec<u8>,
    to: HashMap<Rid, Vec<u8>>,
}

pub(super) struct Driver {
    pub logins: Logins,
    headers: HeaderParser,
    minute: u32,
    offset: u64,
    messages: HashMap<Mid, Message>,
    /// Delivery connections to internal servers.
    internal: HashSet<Dcid>,
}

impl Driver {
    pub(super) fn new(limits: LoginLimits) -> Self {
        Self {
            logins: Logins::new(limits),
            headers: HeaderParser::new(YearResolver::starting(2026)),
            minute: 0,
            offset: 0,
            messages: HashMap::new(),
            internal: HashSet::new(),
        }
    }

    pub(super) fn read(log: &str) -> Self {
        let mut driver = Self::new(LoginLimits::default());
        log.lines().for_each(|line| driver.line(line.as_bytes()));
        driver
    }

    pub(super) fn snapshot(&self) -> LoginSnapshot {
        self.logins.snapshot()
    }

    pub(super) fn line(&mut self, line: &[u8]) {
        let header = self.headers.parse(line);
        let position = Position::new(SourceId::new(0), self.offset);
        self.offset += line.len() as u64 + 1;
        let now = header.time.unwrap();
        if now.raw() / 60 != self.minute {
            self.minute = now.raw() / 60;
            self.logins.tick(now);
        }
        self.apply(now, position, parse_entry(&header, line));
    }

    fn apply(&mut self, now: Timestamp, position: Position, event: Event<'_>) {
        match event {
            Event::ConnectionOpen {
                icid, remote_ip, ..
            } => {
                let address = std::str::from_utf8(remote_ip).unwrap().parse();
                self.logins.opened(now, icid, address.unwrap());
            }
            Event::AuthIn {
                icid,
                succeeded,
                user,
                ..
            } => self.logins.login(now, position, icid, user, succeeded),
            Event::MessageStart { mid, icid } => {
                let (sender, to) = Default::default();
                self.messages.insert(mid, Message { icid, sender, to });
            }
            Event::MessageFrom { mid, from, .. } => {
                if let Some(message) = self.messages.get_mut(&mid) {
                    message.sender = from.to_vec();
                }
            }
            Event::MessageTo {
                mid,
                rid: Some(rid),
                to,
                ..
            } => {
                if let Some(message) = self.messages.get_mut(&mid) {
                    message.to.insert(rid, to.to_vec());
                }
            }
            Event::Queued { mid } => {
                if let Some(message) = self.messages.get(&mid) {
                    let count = message.to.len() as u32;
                    let (icid, sender) = (message.icid, &message.sender);
                    self.logins.sent(now, position, icid, mid, sender, count);
                }
            }
            Event::End {
                link: ConnId::In(icid),
                ..
            } => self.logins.closed(icid),
            _ => self.deliver(event),
        }
    }

    fn deliver(&mut self, event: Event<'_>) {
        match event {
            Event::DeliveryOpen {
                dcid, remote_ip, ..
            } if remote_ip.starts_with(b"10.") => {
                self.internal.insert(dcid);
            }
            Event::Delivered { dcid, mid, rids } => {
                for rid in rids.iter() {
                    self.logins.settled(mid, true);
                    let message = self.messages.get(&mid);
                    if let Some(to) = message.and_then(|message| message.to.get(&rid))
                        && self.internal.contains(&dcid)
                    {
                        self.logins.knows(to);
                    }
                }
            }
            Event::Attempt {
                outcome: DeliveryOutcome::Bounced,
                text,
                mid,
                ..
            } => {
                let rids = FailedAttempt::parse(text).unwrap().rids;
                rids.iter().for_each(|_| self.logins.settled(mid, false));
            }
            Event::MessageFinished { mid, .. } => {
                self.messages.remove(&mid);
            }
            _ => {}
        }
    }
}
