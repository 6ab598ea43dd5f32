//! Failed logins of each user from foreign nets, and `guessed_user`: one user is tried from many
//! nets.

use std::collections::{HashSet, VecDeque};

use super::bounded::{Bounded, Ranked};
use super::incident::{IncidentId, LoginIncident, LoginIncidentKind, LoginIncidents, shown};
use super::limits::LoginLimits;
use super::{Clock, Login};
use crate::header::Timestamp;
use crate::judge::incident::Severity;
use crate::position::Position;

const HOUR: u32 = 3600;
const DAY: u32 = 86_400;
/// Failures that are kept of each user.
const MOST_FAILURES: usize = 64;
/// Nets that are counted of one incident.
const MOST_NETS: usize = 4096;
/// Seconds without a failure that end it.
const QUIET: u32 = 1800;

#[derive(Clone, Copy, Debug)]
struct Failure {
    time: u32,
    /// The lower half of its net's key.
    net: u32,
    line: Position,
}

/// The failures of a user from foreign nets.
#[derive(Debug)]
struct Guesses {
    /// As typed first.
    name: Box<[u8]>,
    failures: VecDeque<Failure>,
    count: u32,
    last: u32,
    /// Whether one of them came from the internet.
    is_public: bool,
    /// Hours since 1970, the failures in this hour, and the failures an hour before it.
    hour: u32,
    in_hour: u32,
    usual: f64,
    open: Option<Box<Open>>,
}

#[derive(Debug)]
struct Open {
    id: IncidentId,
    nets: HashSet<u32>,
}

/// What the failures of a user before a login say about it.
#[derive(Clone, Default, Debug)]
pub(super) struct Signs {
    /// In the last hour, from the same net.
    pub near: u32,
    /// In the last 24 hours, from all foreign nets.
    pub foreign: u32,
    /// Lines of the failures, those from the same net first.
    pub lines: Vec<Position>,
}

#[derive(Debug)]
pub(super) struct Guessing {
    users: Bounded<Guesses>,
    /// The keys of those with an open incident.
    open: Vec<u64>,
    /// Names tried from the internet.
    names: u64,
}

impl Guessing {
    pub(super) fn new() -> Self {
        Self {
            users: Bounded::new(1 << 15),
            open: Vec::new(),
            names: 0,
        }
    }

    /// A login failed from a net foreign to the user. Returns the time of its last failure before.
    pub(super) fn failed(&mut self, clock: Clock, login: &Login<'_>) -> Option<u32> {
        let new = || Guesses {
            name: shown(login.user).into(),
            failures: VecDeque::new(),
            count: 0,
            last: 0,
            is_public: false,
            hour: clock.now / HOUR,
            in_hour: 0,
            usual: 0.0,
            open: None,
        };
        let (user, is_new) = self.users.entry(login.key, new);
        let before = user.last;
        user.add(clock, login);
        if !login.source.is_private && !user.is_public {
            user.is_public = true;
            self.names += 1;
        }
        (!is_new).then_some(before)
    }

    /// Opens or updates the incident of a user after a failure.
    pub(super) fn judge(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        login: &Login<'_>,
        exists: bool,
        incidents: &mut LoginIncidents,
    ) {
        let Some(user) = self.users.get_mut(login.key) else {
            return;
        };
        if let Some(open) = &mut user.open {
            if open.nets.len() < MOST_NETS {
                open.nets.insert(login.source.net_key as u32);
            }
            let nets = open.nets.len() as u64;
            incidents.change(open.id, |incident| {
                incident.failures += 1;
                incident.nets.add(login.source.net);
                incident.nets.count = nets;
                incident.add_evidence(login.line);
                if exists {
                    incident.exists = true;
                    incident.worsen(login.now, Severity::Warning);
                }
            });
        } else if let Some(since) = user.alarm(clock, limits) {
            let nets = user.nets_since(since);
            let mut incident =
                LoginIncident::new(LoginIncidentKind::GuessedUser, login.at(since), login.now);
            incident.user = user.name.clone();
            incident.exists = exists;
            incident.nets.add(login.source.net);
            incident.nets.count = nets.len() as u64;
            for failure in user.failures.iter().filter(|one| one.time >= since) {
                incident.failures += 1;
                incident.add_evidence(failure.line);
            }
            let severity = if exists {
                Severity::Warning
            } else {
                Severity::Notice
            };
            incident.worsen(login.now, severity);
            let id = incidents.open(incident);
            user.open = Some(Box::new(Open { id, nets }));
            self.open.push(login.key);
        }
    }

    /// A user logged in from a net that is foreign to it.
    pub(super) fn got_in(&self, login: &Login<'_>, incidents: &mut LoginIncidents) {
        let user = self.users.get(login.key);
        let Some(open) = user.and_then(|user| user.open.as_ref()) else {
            return;
        };
        if open.nets.contains(&(login.source.net_key as u32)) {
            incidents.change(open.id, |incident| {
                incident.got_in.add(login.user);
                incident.worsen(login.now, Severity::Critical);
                incident.add_decisive(login.line);
            });
        }
    }

    pub(super) fn tick(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        incidents: &mut LoginIncidents,
    ) {
        let users = &mut self.users;
        self.open.retain(|key| {
            let Some(user) = users.get_mut(*key) else {
                return false;
            };
            let lately = user.within(clock, HOUR).count();
            let goes_on = lately * 5 >= limits.guess_failures as usize;
            if goes_on && clock.since(user.last) < QUIET {
                return true;
            }
            if let Some(open) = user.open.take() {
                let until = Timestamp::from_raw(user.last);
                incidents.change(open.id, |incident| incident.until = until);
            }
            false
        });
    }

    pub(super) fn signs(&self, clock: Clock, user: u64, net: u64) -> Signs {
        let Some(user) = self.users.get(user) else {
            return Signs::default();
        };
        let is_near = |failure: &&Failure| failure.net == net as u32;
        let near = user.within(clock, HOUR).filter(is_near);
        let mut lines: Vec<_> = near.clone().map(|failure| failure.line).collect();
        let count = lines.len() as u32;
        let others = user.within(clock, DAY).filter(|one| !is_near(one));
        lines.extend(others.map(|failure| failure.line));
        Signs {
            near: count,
            foreign: user.within(clock, DAY).count() as u32,
            lines,
        }
    }

    /// The number of names that were tried from the internet, and how many of them exist.
    pub(super) fn names(&self, exists: impl Fn(u64) -> bool) -> (u64, u64) {
        let public = self.users.iter().filter(|(_, user)| user.is_public);
        let existing = public.filter(|(key, _)| exists(*key)).count();
        (self.names, existing as u64)
    }

    pub(super) fn dropped(&self) -> u64 {
        self.users.dropped()
    }
}

impl Guesses {
    fn add(&mut self, clock: Clock, login: &Login<'_>) {
        let hour = clock.now / HOUR;
        if hour > self.hour {
            // The mean of the hours of the log, of at most the last 24.
            let hours = f64::from((clock.age() / HOUR).clamp(1, 24));
            self.usual += (f64::from(self.in_hour) - self.usual) / hours;
            self.usual *= (1.0 - 1.0 / hours).powf(f64::from(hour - self.hour - 1));
            (self.hour, self.in_hour) = (hour, 0);
        }
        self.in_hour += 1;
        self.count = self.count.saturating_add(1);
        self.last = clock.now;
        if self.failures.len() == MOST_FAILURES {
            self.failures.pop_front();
        }
        self.failures.push_back(Failure {
            time: clock.now,
            net: login.source.net_key as u32,
            line: login.line,
        });
    }

    fn within(&self, clock: Clock, seconds: u32) -> impl Iterator<Item = &Failure> + Clone {
        let failures = self.failures.iter();
        failures.filter(move |failure| clock.since(failure.time) < seconds)
    }

    fn nets_since(&self, since: u32) -> HashSet<u32> {
        let failures = self.failures.iter().filter(|one| one.time >= since);
        failures.map(|failure| failure.net).collect()
    }

    /// The beginning of an incident, if there is one.
    fn alarm(&self, clock: Clock, limits: &LoginLimits) -> Option<u32> {
        let wanted = (limits.guess_failures as usize).min(MOST_FAILURES);
        if !clock.learned(limits) || self.failures.len() < wanted {
            return None;
        }
        // Only so many are kept: the rate is that of the newest ones.
        let oldest = self.within(clock, HOUR).next()?;
        let lately = self.within(clock, HOUR).count();
        let span = if lately == MOST_FAILURES {
            clock.since(oldest.time).max(60)
        } else {
            HOUR
        };
        let rate = lately as f64 * f64::from(HOUR) / f64::from(span);
        let is_attack = lately >= wanted
            && rate > f64::from(limits.guess_factor) * self.usual
            && self.nets_since(oldest.time).len() >= limits.guess_nets as usize;
        let usual = (self.usual / f64::from(HOUR)).max(1.0 / f64::from(HOUR));
        let times = self.within(clock, HOUR).map(|failure| failure.time);
        let times: Vec<u32> = times.collect();
        is_attack
            .then(|| super::step(&times, clock.now, usual).map_or(oldest.time, |(at, _)| times[at]))
    }
}

impl Ranked for Guesses {
    /// Many failures keep a user for a day longer; an open incident for another one.
    fn rank(&self) -> u64 {
        let hours = self.count.min(24) + 24 * u32::from(self.open.is_some());
        u64::from(self.last) + u64::from(hours) * u64::from(HOUR)
    }
}
