//! `account_compromised`: a user logs in from a new net and sends mail to many recipients.
//!
//! A new net alone means nothing, because phones have a new one every day, and neither does a
//! login after failures. Mail to many recipients is what an account is stolen for.

use std::collections::VecDeque;

use hashbrown::HashMap;
use ipnet::IpNet;

use super::bounded::{Bounded, Ranked};
use super::guesses::Signs;
use super::incident::{
    IncidentId, LoginImpact, LoginIncident, LoginIncidentKind, LoginIncidents, shown,
};
use super::limits::LoginLimits;
use super::{Clock, Login};
use crate::event::Mid;
use crate::header::Timestamp;
use crate::judge::incident::Severity;
use crate::position::Position;

/// Seconds in which recipients are summed.
const WINDOW: u32 = 1800;
/// How many times the most that a user sent from its own nets is many.
const FACTOR: u64 = 2;
/// Seconds after a refused login from its nets at which a compromise is over.
const LOCKED: u32 = 900;
const MOST_NETS: usize = 32;
const MOST_SENDINGS: usize = 4096;
/// Messages whose delivery is awaited.
const MOST_MESSAGES: usize = 1 << 16;
/// Lines of failures before the login, and of messages after it.
const MOST_LINES: usize = 8;

/// A user that logged in from new nets.
#[derive(Debug)]
struct Suspect {
    name: Box<[u8]>,
    last: u32,
    nets: Vec<NewNet>,
    foreign: u32,
    /// Time and recipients of the messages within [`WINDOW`], and their sum.
    sent: VecDeque<(u32, u32)>,
    sum: u64,
    state: State,
}

/// A net from which nobody logged in until lately.
#[derive(Debug)]
struct NewNet {
    key: u64,
    net: IpNet,
    since: Timestamp,
    near: u32,
    /// Lines of the failures before the login, of the login and of the first messages.
    lines: Vec<Position>,
    /// What was sent from it before it was part of an incident.
    impact: LoginImpact,
    recipients: u64,
    /// Whether it is part of the incident.
    is_member: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Watched,
    Open {
        id: IncidentId,
        /// The last login or message from a member.
        last: u32,
        /// When a login from a member was refused, if none succeeded later.
        refused: Option<u32>,
    },
    Over(IncidentId),
}

/// The recipients of a user from its own nets.
#[derive(Debug)]
struct Volume {
    last: u32,
    began: u32,
    /// Since `began`.
    recipients: u64,
    /// The most in such a time.
    most: u64,
}

/// A message of a suspect.
#[derive(Debug)]
struct Message {
    user: u64,
    net: u64,
    /// Recipients without a final result.
    waiting: u32,
}

/// A message that was queued on a connection with a login.
pub(super) struct Sent<'a> {
    pub now: Timestamp,
    pub line: Position,
    pub user: u64,
    /// The key of its net.
    pub net: u64,
    pub mid: Mid,
    pub sender: &'a [u8],
    pub recipients: u32,
}

#[derive(Debug)]
pub(super) struct Accounts {
    suspects: Bounded<Suspect>,
    volumes: Bounded<Volume>,
    messages: HashMap<Mid, Message, foldhash::fast::RandomState>,
    dropped: u64,
}

impl Accounts {
    pub(super) fn new() -> Self {
        Self {
            suspects: Bounded::new(1 << 12),
            volumes: Bounded::new(1 << 15),
            messages: HashMap::default(),
            dropped: 0,
        }
    }

    /// Whether it is a new net of the user that it logged in from before.
    pub(super) fn is_suspect(&self, login: &Login<'_>) -> bool {
        let suspect = self.suspects.get(login.key);
        suspect.is_some_and(|one| one.nets.iter().any(|net| net.key == login.source.net_key))
    }

    /// A user logged in again from one of its new nets, or was refused.
    pub(super) fn came_back(&mut self, clock: Clock, login: &Login<'_>, succeeded: bool) {
        let Some(suspect) = self.suspects.get_mut(login.key) else {
            return;
        };
        let net = suspect
            .nets
            .iter()
            .find(|net| net.key == login.source.net_key);
        let is_member = net.is_some_and(|net| net.is_member);
        if succeeded && net.is_some() {
            suspect.last = clock.now;
        }
        if let State::Open { last, refused, .. } = &mut suspect.state
            && is_member
        {
            *refused = (!succeeded).then_some(clock.now);
            *last = if succeeded { clock.now } else { *last };
        }
    }

    /// A user logged in from a new net.
    pub(super) fn suspect(&mut self, clock: Clock, login: &Login<'_>, signs: &Signs) {
        let (suspect, _) = self.suspects.entry(login.key, || Suspect::new(login));
        suspect.last = clock.now;
        suspect.foreign = suspect.foreign.max(signs.foreign);
        if suspect.nets.len() == MOST_NETS {
            // The oldest one that sent nothing, else the oldest.
            let idle = suspect.nets.iter().position(|net| net.recipients == 0);
            suspect.nets.remove(idle.unwrap_or(0));
        }
        let lines = signs.lines.iter().take(MOST_LINES);
        suspect.nets.push(NewNet {
            key: login.source.net_key,
            net: login.source.net,
            since: login.now,
            near: signs.near,
            lines: lines.copied().chain([login.line]).collect(),
            impact: LoginImpact::default(),
            recipients: 0,
            is_member: false,
        });
    }

    /// A user sent a message from one of its own nets.
    pub(super) fn sent_as_usual(&mut self, clock: Clock, sent: &Sent<'_>) {
        let new = || Volume {
            last: clock.now,
            began: clock.now,
            recipients: 0,
            most: 0,
        };
        let (volume, _) = self.volumes.entry(sent.user, new);
        volume.last = clock.now;
        if clock.since(volume.began) >= WINDOW {
            volume.most = volume.usual();
            (volume.began, volume.recipients) = (clock.now, 0);
        }
        volume.recipients += u64::from(sent.recipients);
    }

    /// A user sent a message from one of its new nets. Returns the key of the net if that makes it
    /// part of an incident.
    pub(super) fn sent(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        sent: &Sent<'_>,
        incidents: &mut LoginIncidents,
    ) -> Vec<u64> {
        let usual = self.volumes.get(sent.user).map_or(0, Volume::usual);
        let Some(suspect) = self.suspects.get_mut(sent.user) else {
            return Vec::new();
        };
        if let State::Over(_) = suspect.state {
            suspect.restart(sent.now);
        }
        suspect.add(clock, sent);
        if self.messages.len() < MOST_MESSAGES {
            let message = Message {
                user: sent.user,
                net: sent.net,
                waiting: sent.recipients,
            };
            self.messages.insert(sent.mid, message);
        } else {
            self.dropped += 1;
        }
        suspect.impact(sent.net, incidents, |impact| {
            impact.messages += 1;
            impact.recipients += u64::from(sent.recipients);
            impact.senders.add(sent.sender);
        });
        suspect.judge(clock, limits, sent, usual, incidents)
    }

    /// A recipient of a message got its final result.
    pub(super) fn settled(&mut self, mid: Mid, delivered: bool, incidents: &mut LoginIncidents) {
        if self.messages.is_empty() {
            return;
        }
        let Some(message) = self.messages.get_mut(&mid) else {
            return;
        };
        let (user, net) = (message.user, message.net);
        message.waiting = message.waiting.saturating_sub(1);
        if message.waiting == 0 {
            self.messages.remove(&mid);
        }
        if let Some(suspect) = self.suspects.get_mut(user) {
            suspect.impact(net, incidents, |impact| match delivered {
                true => impact.delivered += 1,
                false => impact.refused += 1,
            });
        }
    }

    pub(super) fn tick(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        incidents: &mut LoginIncidents,
    ) {
        let mut gone = Vec::new();
        for (key, suspect) in self.suspects.iter_mut() {
            if let State::Open { id, last, refused } = suspect.state {
                let is_locked = refused.is_some_and(|time| clock.since(time) >= LOCKED);
                if is_locked || clock.since(last) >= limits.quiet_seconds {
                    let until = Timestamp::from_raw(last);
                    incidents.change(id, |incident| incident.until = until);
                    suspect.state = State::Over(id);
                }
            } else if clock.since(suspect.last) >= limits.new_net_seconds {
                gone.push(key);
            }
        }
        for key in gone {
            self.suspects.remove(key);
            self.messages.retain(|_, message| message.user != key);
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.suspects.dropped() + self.volumes.dropped() + self.dropped
    }
}

impl Suspect {
    fn new(login: &Login<'_>) -> Self {
        Self {
            name: shown(login.user).into(),
            last: 0,
            nets: Vec::new(),
            foreign: 0,
            sent: VecDeque::new(),
            sum: 0,
            state: State::Watched,
        }
    }

    /// Sends again after its incident is over.
    fn restart(&mut self, now: Timestamp) {
        for net in &mut self.nets {
            net.since = now;
            net.lines.clear();
            net.impact = LoginImpact::default();
            net.recipients = 0;
            net.is_member = false;
        }
        self.sent.clear();
        self.sum = 0;
        self.state = State::Watched;
    }

    fn add(&mut self, clock: Clock, sent: &Sent<'_>) {
        self.last = clock.now;
        self.sent.push_back((clock.now, sent.recipients));
        self.sum += u64::from(sent.recipients);
        while let Some((time, recipients)) = self.sent.front().copied()
            && (clock.since(time) >= WINDOW || self.sent.len() > MOST_SENDINGS)
        {
            self.sent.pop_front();
            self.sum -= u64::from(recipients);
        }
        if let Some(net) = self.nets.iter_mut().find(|net| net.key == sent.net) {
            net.recipients += u64::from(sent.recipients);
            if net.impact.messages < MOST_LINES as u64 && !net.is_member {
                net.lines.push(sent.line);
            }
        }
    }

    /// Changes the impact of the incident, or of a net that is no part of it.
    fn impact(
        &mut self,
        net: u64,
        incidents: &mut LoginIncidents,
        change: impl FnOnce(&mut LoginImpact),
    ) {
        let net = self.nets.iter_mut().find(|one| one.key == net);
        match (net, self.state) {
            (Some(net), _) if !net.is_member => change(&mut net.impact),
            (_, State::Open { id, .. } | State::Over(id)) => {
                incidents.change(id, |incident| change(&mut incident.impact));
            }
            _ => {}
        }
    }

    /// Opens the incident, adds nets to it, and sets its severity. Returns the keys of these nets.
    fn judge(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        sent: &Sent<'_>,
        usual: u64,
        incidents: &mut LoginIncidents,
    ) -> Vec<u64> {
        let is_mass = self.sum >= limits.mass_recipients.into() && self.sum > FACTOR * usual;
        let id = match self.state {
            State::Open { id, .. } => id,
            _ if !is_mass => return Vec::new(),
            _ => {
                let kind = LoginIncidentKind::AccountCompromised;
                let mut incident = LoginIncident::new(kind, sent.now, sent.now);
                incident.user = self.name.clone();
                incident.failures = self.foreign.into();
                incidents.open(incident)
            }
        };
        let last = clock.now;
        let mut keys = Vec::new();
        // A user on the road sends little from there: only the nets that sent much are members.
        let most = self
            .nets
            .iter()
            .map(|net| net.recipients)
            .max()
            .unwrap_or(0);
        for net in &mut self.nets {
            if !net.is_member && net.recipients > 0 && net.recipients * 4 >= most {
                net.is_member = true;
                keys.push(net.key);
                incidents.change(id, |incident| incident.join(net));
            }
        }
        let members = || self.nets.iter().filter(|net| net.is_member);
        let is_near = members().any(|net| net.near >= limits.near_failures);
        let is_critical = is_near
            || self.foreign >= limits.foreign_failures
            || self.sum >= limits.mass_critical.into();
        let severity = if is_critical {
            Severity::Critical
        } else {
            Severity::Warning
        };
        if is_mass {
            incidents.change(id, |incident| incident.worsen(sent.now, severity));
        }
        if members().any(|net| net.key == sent.net) {
            let refused = None;
            self.state = State::Open { id, last, refused };
        }
        keys
    }
}

impl LoginIncident {
    fn join(&mut self, net: &mut NewNet) {
        self.since = self.since.min(net.since);
        self.nets.add(net.net);
        std::mem::take(&mut net.lines)
            .into_iter()
            .for_each(|line| self.add_evidence(line));
        let impact = std::mem::take(&mut net.impact);
        self.impact.messages += impact.messages;
        self.impact.recipients += impact.recipients;
        self.impact.delivered += impact.delivered;
        self.impact.refused += impact.refused;
        impact
            .senders
            .first
            .iter()
            .for_each(|sender| self.impact.senders.add(sender));
    }
}

impl Volume {
    /// The most recipients in [`WINDOW`].
    fn usual(&self) -> u64 {
        self.most.max(self.recipients)
    }
}

impl Ranked for Suspect {
    /// One with an incident stays a day longer.
    fn rank(&self) -> u64 {
        let has_incident = self.state != State::Watched;
        u64::from(self.last) + 86_400 * u64::from(has_incident)
    }
}

impl Ranked for Volume {
    fn rank(&self) -> u64 {
        self.last.into()
    }
}
