//! Judges inbound logins: password sprays, guessed users, compromised accounts, devices with an old
//! password, and the guessing that every listener gets.
//!
//! [`Logins`] is a fold over the events of one appliance in the order of its log, without index and
//! files: the incidents are the same if the log is read at once or followed. Strangers choose the
//! names and most of the addresses, so every map has a fixed size and counts what it drops.
//!
//! A *net* is a /24, a /64, or the /48 of a carrier. The *own nets* of a user are those that it
//! logged in from, and those that many users logged in from; all others are *foreign* to it. A user
//! *exists* if it ever logged in, or if an internal server took mail for its address.

mod accounts;
mod background;
mod bounded;
mod devices;
mod guesses;
mod incident;
mod limits;
mod nets;
mod spray;

#[cfg(test)]
mod tests;

use crate::memory::map_bytes;
use std::collections::VecDeque;
use std::net::IpAddr;

use foldhash::quality::RandomState;
use hashbrown::{HashMap, HashSet};

pub(crate) use background::Background;
pub(crate) use devices::StaleDevice;
pub(crate) use incident::{Listed, LoginImpact, LoginIncident, LoginIncidentKind};
pub(crate) use limits::LoginLimits;

use accounts::{Accounts, Sent};
use background::Guessers;
use bounded::Keys;
use devices::Devices;
use guesses::Guessing;
use incident::LoginIncidents;
use nets::{Nets, Source};
use spray::Spray;

use crate::event::{Icid, Mid};
use crate::header::Timestamp;
use crate::position::Position;

/// Open connections; the older half is dropped if they are more.
const MOST_SESSIONS: usize = 1 << 16;
/// Names that exist.
const MOST_NAMES: usize = 1 << 19;
/// Failures of users from their own nets without any success, from which on the server that checks
/// passwords does not work.
const SERVER_DOWN: u32 = 5;
/// Seconds after the end of a connection until the last of its messages is queued.
const QUEUED: u32 = 3600;
/// Seconds that the clock may go back or the log be silent, until rates are learned again.
const BACK: u32 = 300;
const SILENT: u32 = 1800;

/// The time of the log.
#[derive(Clone, Copy, Default, Debug)]
struct Clock {
    now: u32,
    /// The beginning of the log, or of the part after the clock was set or the log was silent.
    began: u32,
}

/// One attempt to log in.
struct Login<'a> {
    now: Timestamp,
    line: Position,
    /// As typed.
    user: &'a [u8],
    key: u64,
    source: Source,
}

/// An inbound connection.
#[derive(Clone, Copy, Debug)]
struct Session {
    opened: u32,
    address: IpAddr,
    /// The key of the user that logged in.
    user: Option<u64>,
    /// The key of its net if that is a new one of the user.
    new_net: Option<u64>,
}

/// The findings at one moment.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct LoginSnapshot {
    /// In the order in which they were found.
    pub incidents: Vec<LoginIncident>,
    pub background: Option<Background>,
    /// By user.
    pub devices: Vec<StaleDevice>,
    /// Connections, names, addresses and incidents that were dropped, because they are too many.
    pub dropped: u64,
}

#[derive(Debug)]
pub(crate) struct Logins {
    limits: LoginLimits,
    keys: Keys,
    clock: Clock,
    sessions: HashMap<Icid, Session, foldhash::fast::RandomState>,
    /// Closed connections with a login, and when they were closed.
    closed: VecDeque<(u32, Icid)>,
    /// The keys of the names of users that exist.
    known: HashSet<u64, RandomState>,
    nets: Nets,
    guessing: Guessing,
    spray: Spray,
    guessers: Guessers,
    devices: Devices,
    accounts: Accounts,
    incidents: LoginIncidents,
    /// Failures of users from their own nets since anybody logged in.
    unanswered: u32,
    dropped: u64,
}

impl Logins {
    pub(crate) fn new(limits: LoginLimits) -> Self {
        let keys = Keys::default();
        Self {
            limits,
            clock: Clock::default(),
            sessions: HashMap::default(),
            closed: VecDeque::new(),
            known: HashSet::default(),
            nets: Nets::new(keys.clone()),
            guessing: Guessing::new(),
            spray: Spray::default(),
            guessers: Guessers::new(),
            devices: Devices::new(keys.clone()),
            accounts: Accounts::new(),
            incidents: LoginIncidents::default(),
            unanswered: 0,
            dropped: 0,
            keys,
        }
    }

    /// `New SMTP ICID`
    pub(crate) fn opened(&mut self, now: Timestamp, icid: Icid, address: IpAddr) {
        if self.sessions.len() >= MOST_SESSIONS {
            self.drop_sessions();
        }
        let session = Session {
            opened: now.raw(),
            address,
            user: None,
            new_net: None,
        };
        self.sessions.insert(icid, session);
    }

    /// Messages of the connection may be queued after it.
    pub(crate) fn closed(&mut self, icid: Icid) {
        let has_user = |session: &Session| session.user.is_some();
        if self.sessions.get(&icid).is_some_and(has_user) {
            self.closed.push_back((self.clock.now, icid));
        } else {
            self.sessions.remove(&icid);
        }
    }

    /// A user logged in on a connection, or was refused.
    pub(crate) fn login(
        &mut self,
        now: Timestamp,
        line: Position,
        icid: Icid,
        user: &[u8],
        succeeded: bool,
    ) {
        self.advance(now);
        let session = self.sessions.get(&icid).copied();
        let source = session.map(|session| self.nets.source(session.address));
        let Some(source) = source else {
            if succeeded {
                self.knows(user);
            }
            return;
        };
        let key = self.keys.of_name(user);
        let login = Login {
            now,
            line,
            user,
            key,
            source,
        };
        if !succeeded {
            return self.failed(&login);
        }
        let is_suspect = self.succeeded(&login);
        if let Some(session) = self.sessions.get_mut(&icid) {
            session.user = Some(key);
            session.new_net = is_suspect.then_some(source.net_key);
        }
    }

    /// Bytes of memory that open connections take. What is known of users and addresses has fixed
    /// bounds and is not evicted: it counts as the program's own.
    pub(super) fn bytes(&self) -> usize {
        map_bytes(&self.sessions)
    }

    /// Whether the client of a connection has logged in.
    pub(crate) fn has_user(&self, icid: Icid) -> bool {
        let session = self.sessions.get(&icid);
        session.is_some_and(|session| session.user.is_some())
    }

    /// A message of a connection was queued.
    pub(crate) fn sent(
        &mut self,
        now: Timestamp,
        line: Position,
        icid: Icid,
        mid: Mid,
        sender: &[u8],
        recipients: u32,
    ) {
        let session = self.sessions.get(&icid).copied();
        let Some((user, new_net)) = session.and_then(|one| Some((one.user?, one.new_net))) else {
            return;
        };
        self.advance(now);
        let sent = Sent {
            now,
            line,
            user,
            net: new_net.unwrap_or(0),
            mid,
            sender,
            recipients,
        };
        if new_net.is_none() {
            return self.accounts.sent_as_usual(self.clock, &sent);
        }
        let (clock, limits) = (self.clock, &self.limits);
        let nets = self
            .accounts
            .sent(clock, limits, &sent, &mut self.incidents);
        nets.into_iter().for_each(|net| self.nets.mark_bad(net));
    }

    /// A recipient of a message was delivered or bounced.
    pub(crate) fn settled(&mut self, mid: Mid, delivered: bool) {
        self.accounts.settled(mid, delivered, &mut self.incidents);
    }

    /// A user exists: an internal server took mail for its address, or it logged in. Many log in
    /// with the local part of their address.
    pub(crate) fn knows(&mut self, address: &[u8]) {
        if !self.learn_name(address) {
            return;
        }
        if let Some(at) = address.iter().rposition(|byte| *byte == b'@') {
            self.learn_name(&address[..at]);
        }
    }

    /// Once a minute of log time, before the entries of that minute.
    pub(crate) fn tick(&mut self, now: Timestamp) {
        self.advance(now);
        let (clock, limits, incidents) = (self.clock, &self.limits, &mut self.incidents);
        self.spray.tick(clock, limits, incidents);
        self.guessing.tick(clock, limits, incidents);
        self.accounts.tick(clock, limits, incidents);
        while let Some((time, icid)) = self.closed.front().copied()
            && (clock.since(time) >= QUEUED || self.closed.len() > MOST_SESSIONS)
        {
            self.closed.pop_front();
            // The id may be that of a later connection.
            if self
                .sessions
                .get(&icid)
                .is_some_and(|one| one.opened <= time)
            {
                self.sessions.remove(&icid);
            }
        }
    }

    pub(crate) fn snapshot(&self) -> LoginSnapshot {
        let exists = |user: u64| self.known.contains(&user);
        let is_guesser = |address: IpAddr| self.guessers.is_guesser(self.keys.of(address));
        let names = self.guessing.names(exists);
        LoginSnapshot {
            incidents: self.incidents.iter().cloned().collect(),
            background: self.guessers.background(&self.limits, names),
            devices: self
                .devices
                .stale(self.clock, &self.limits, exists, is_guesser),
            dropped: self.dropped
                + self.nets.dropped()
                + self.guessing.dropped()
                + self.spray.dropped
                + self.guessers.dropped()
                + self.devices.dropped()
                + self.accounts.dropped()
                + self.incidents.dropped,
        }
    }

    fn succeeded(&mut self, login: &Login<'_>) -> bool {
        let (clock, limits) = (self.clock, &self.limits);
        self.unanswered = 0;
        self.devices.succeeded(login);
        let is_own = self.nets.is_own(login.key, &login.source);
        if !is_own {
            self.spray.got_in(clock, login, &mut self.incidents);
            self.guessing.got_in(login, &mut self.incidents);
        }
        self.spray.succeeded(clock, login);
        let is_early = !clock.learned(limits);
        let is_suspect = if self.accounts.is_suspect(login) {
            self.accounts.came_back(clock, login, true);
            true
        } else {
            self.nets
                .is_new(clock, &login.source, limits.new_net_seconds)
                && self.suspect(login, is_early)
        };
        self.nets.learn(clock, is_early, login.key, &login.source);
        self.knows(login.user);
        is_suspect
    }

    /// A user logged in from a new net. At the beginning of a log all nets are new, and a server of
    /// the site may get a new address: there it needs failures before the login.
    fn suspect(&mut self, login: &Login<'_>, is_early: bool) -> bool {
        let (clock, limits) = (self.clock, &self.limits);
        let signs = self.guessing.signs(clock, login.key, login.source.net_key);
        let failed = signs.near >= limits.near_failures || signs.foreign >= limits.foreign_failures;
        let is_suspect = failed || !is_early && !login.source.is_private;
        if is_suspect {
            self.accounts.suspect(clock, login, &signs);
        }
        is_suspect
    }

    fn failed(&mut self, login: &Login<'_>) {
        let (clock, limits, incidents) = (self.clock, &self.limits, &mut self.incidents);
        self.devices.failed(clock, login);
        self.accounts.came_back(clock, login, false);
        if self.nets.is_own(login.key, &login.source) {
            self.unanswered += 1;
            return;
        }
        if !login.source.is_private {
            self.guessers.failed(clock, login);
        }
        let exists = self.known.contains(&login.key);
        let before = self.guessing.failed(clock, login);
        if exists {
            self.spray.failed(clock, login, before, incidents);
            if self.unanswered < SERVER_DOWN {
                self.spray.judge(clock, limits, login, incidents);
            }
        }
        // A spray explains the failures of its users.
        if !(exists && self.spray.is_open()) && self.unanswered < SERVER_DOWN {
            self.guessing.judge(clock, limits, login, exists, incidents);
        }
    }

    fn learn_name(&mut self, name: &[u8]) -> bool {
        let key = self.keys.of_name(name);
        if name.is_empty() || self.known.contains(&key) {
            return false;
        }
        if self.known.len() >= MOST_NAMES {
            self.dropped += 1;
            return false;
        }
        self.known.insert(key)
    }

    fn advance(&mut self, now: Timestamp) {
        if self.clock.advance(now.raw()) {
            self.spray.forget();
        }
    }

    fn drop_sessions(&mut self) {
        let mut opened: Vec<u32> = self.sessions.values().map(|one| one.opened).collect();
        let middle = opened.len() / 2;
        let (_, limit, _) = opened.select_nth_unstable(middle);
        let (limit, before) = (*limit, self.sessions.len());
        self.sessions.retain(|_, session| session.opened > limit);
        self.dropped += (before - self.sessions.len()) as u64;
    }
}

impl Clock {
    /// Returns whether rates have to be learned again.
    fn advance(&mut self, now: u32) -> bool {
        let is_jump = now.saturating_add(BACK) < self.now || now > self.now.saturating_add(SILENT);
        if is_jump {
            (self.now, self.began) = (now, now);
        }
        self.now = self.now.max(now);
        is_jump
    }

    fn since(self, then: u32) -> u32 {
        self.now.saturating_sub(then)
    }

    fn age(self) -> u32 {
        self.since(self.began)
    }

    fn learned(self, limits: &LoginLimits) -> bool {
        self.age() >= limits.learn_seconds
    }
}

impl Login<'_> {
    /// A time before it, in seconds.
    fn at(&self, seconds: u32) -> Timestamp {
        Timestamp::from_raw(seconds).unwrap_or(self.now)
    }
}

/// The likeliest beginning of a step in the rate of a Poisson process, as an index into the times,
/// and the logarithm of its likelihood ratio. `usual` is the rate before it, in a second.
fn step(times: &[u32], now: u32, usual: f64) -> Option<(usize, f64)> {
    let steps = times.iter().enumerate().map(|(at, time)| {
        let count = (times.len() - at) as f64;
        let expected = usual * f64::from(now.saturating_sub(*time).max(1));
        let evidence = count * (count / expected).ln() - count + expected;
        // Fewer than usual are no step.
        (at, if count > expected { evidence } else { 0.0 })
    });
    steps.max_by(|a, b| a.1.total_cmp(&b.1))
}
