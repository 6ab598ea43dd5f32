//! LoginIncidents: attacks on logins with their beginning, their end and their severity over time.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::header::Timestamp;
use crate::judge::incident::Severity;
use crate::position::Position;

/// LoginIncidents that are kept. One that is over is dropped first, then the least severe one.
const MOST: usize = 1000;
/// Lines, nets, names and changes that are kept of one incident.
const MOST_EVIDENCE: usize = 20;
const MOST_NETS: usize = 50;
const MOST_NAMES: usize = 10;
const MOST_CHANGES: usize = 100;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum LoginIncidentKind {
    /// A user logged in from a new net and sent mail to many recipients.
    AccountCompromised,
    /// Many existing users are tried.
    PasswordSpray,
    /// One user is tried from many nets.
    GuessedUser,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct LoginIncident {
    pub kind: LoginIncidentKind,
    pub since: Timestamp,
    /// When the evidence sufficed.
    pub found: Timestamp,
    /// `None` while it is open.
    pub until: Option<Timestamp>,
    /// Each severity from its time on; the last one is that of now.
    pub changes: Vec<(Timestamp, Severity)>,
    /// As typed at its first failure or login; empty for a spray.
    pub user: Box<[u8]>,
    /// Whether the user exists.
    pub exists: bool,
    /// Failed logins; those before a compromise.
    pub failures: u64,
    /// The number of users tried, of addresses and of nets.
    pub users: u64,
    pub addresses: u64,
    pub nets: Listed<IpNet>,
    /// Users that logged in from one of its addresses or nets.
    pub got_in: Listed<Box<[u8]>>,
    pub impact: LoginImpact,
    /// The first failing and the decisive lines, in the order of the log.
    pub evidence: Vec<Position>,
}

/// The mail that was sent by a compromised account.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct LoginImpact {
    pub messages: u64,
    pub recipients: u64,
    /// Recipients that accepted, and that were bounced. The others wait.
    pub delivered: u64,
    pub refused: u64,
    /// Envelope senders.
    pub senders: Listed<Box<[u8]>>,
}

/// Different values in the order of their appearance: the first ones, and the number of all.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Listed<T> {
    pub first: Vec<T>,
    /// Above the length of `first`, a value may count more than once.
    pub count: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            count: 0,
        }
    }
}

impl Listed<Box<[u8]>> {
    pub(super) fn add(&mut self, name: &[u8]) {
        let name = shown(name);
        if self.first.iter().any(|one| one.eq_ignore_ascii_case(name)) {
            return;
        }
        self.count += 1;
        if self.first.len() < MOST_NAMES {
            self.first.push(name.into());
        }
    }
}

impl Listed<IpNet> {
    pub(super) fn add(&mut self, net: IpNet) {
        if self.first.contains(&net) {
            return;
        }
        self.count += 1;
        if self.first.len() < MOST_NETS {
            self.first.push(net);
        }
    }
}

/// The part of a name that is kept: strangers choose its length.
pub(super) fn shown(name: &[u8]) -> &[u8] {
    &name[..name.len().min(128)]
}

impl LoginIncident {
    pub(super) fn new(kind: LoginIncidentKind, since: Timestamp, found: Timestamp) -> Self {
        Self {
            kind,
            since,
            found,
            until: None,
            changes: Vec::new(),
            user: Box::default(),
            exists: true,
            failures: 0,
            users: 1,
            addresses: 0,
            nets: Listed::default(),
            got_in: Listed::default(),
            impact: LoginImpact::default(),
            evidence: Vec::new(),
        }
    }

    pub(crate) fn severity(&self) -> Severity {
        self.changes.last().map_or(Severity::Notice, |last| last.1)
    }

    /// It does not get better while it is open.
    pub(super) fn worsen(&mut self, now: Timestamp, severity: Severity) {
        let is_worse = self.changes.last().is_none_or(|last| last.1 < severity);
        if is_worse && self.changes.len() < MOST_CHANGES {
            self.changes.push((now, severity));
        }
    }

    pub(super) fn add_evidence(&mut self, line: Position) {
        if self.evidence.len() < MOST_EVIDENCE {
            self.evidence.push(line);
        }
    }

    /// Evidence that is added even if there is much of it already.
    pub(super) fn add_decisive(&mut self, line: Position) {
        self.evidence.truncate(MOST_EVIDENCE - 1);
        self.evidence.push(line);
    }
}

/// The number of an incident, in the order in which they were found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct IncidentId(u64);

#[derive(Debug, Default)]
pub(super) struct LoginIncidents {
    all: BTreeMap<IncidentId, LoginIncident>,
    next: u64,
    pub(super) dropped: u64,
}

impl LoginIncidents {
    pub(super) fn open(&mut self, incident: LoginIncident) -> IncidentId {
        if self.all.len() >= MOST {
            let least = |(id, one): &(&IncidentId, &LoginIncident)| {
                (one.until.is_none(), one.severity(), **id)
            };
            let least = self.all.iter().min_by_key(least).map(|(id, _)| *id);
            least.map(|id| self.all.remove(&id));
            self.dropped += 1;
        }
        let id = IncidentId(self.next);
        self.next += 1;
        self.all.insert(id, incident);
        id
    }

    pub(super) fn change(&mut self, id: IncidentId, change: impl FnOnce(&mut LoginIncident)) {
        self.all.get_mut(&id).map(change);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &LoginIncident> {
        self.all.values()
    }
}
