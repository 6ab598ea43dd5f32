//! `password_spray`: many existing users are tried, most of them once.
//!
//! A user is tried *anew* if it did not fail from a foreign net for 90 minutes. The rate of such
//! users is steady on an ordinary day, however many guesses the site gets; a spray is a step in it.

use std::collections::{HashMap, HashSet, VecDeque};

use super::incident::{IncidentId, LoginIncident, LoginIncidentKind, LoginIncidents};
use super::limits::LoginLimits;
use super::{Clock, Login};
use crate::header::Timestamp;
use crate::judge::incident::Severity;
use crate::position::Position;

/// The longest time in which the beginning of a spray is looked for.
const BURST: u32 = 900;
/// The time whose rate is the usual one, with the burst at its end.
pub(super) const HISTORY: u32 = 5400;
/// Users tried anew in a second, if no usual rate is known.
const LEAST_RATE: f64 = 0.1 / 60.0;
/// Evidence of a step, as logarithm of the likelihood ratio.
const EVIDENCE: f64 = 15.0;
/// Failures in 15 minutes from which on a spray goes on.
const GOES_ON: u32 = 5;
/// Seconds after which a failure and a success of a user from one net are a typing error.
const TYPO: u32 = 600;
const MOST_TRIES: usize = 1 << 14;
const MOST_MEMBERS: usize = 1 << 14;

/// A user is tried anew.
#[derive(Clone, Copy, Debug)]
struct Try {
    time: u32,
    user: u64,
    address: u64,
    net: u64,
    line: Position,
}

/// An address of a spray.
#[derive(Debug)]
struct Address {
    last: u32,
    /// The user that it tried last.
    user: u64,
    /// Whether it tried others before.
    several: bool,
}

#[derive(Debug)]
struct Open {
    id: IncidentId,
    /// Users tried anew in a second before it.
    usual: f64,
    users: HashSet<u64>,
    addresses: HashMap<u64, Address>,
    /// Each minute of the last 15 with failures of existing users, and their number.
    minutes: VecDeque<(u32, u32)>,
    opened: u32,
    /// When the quiet time began, if it is quiet.
    ended: Option<u32>,
    got_in: Option<u32>,
}

#[derive(Debug, Default)]
pub(super) struct Spray {
    tries: VecDeque<Try>,
    open: Option<Open>,
    /// The second of the last search, which is done once a second.
    searched: u32,
    pub(super) dropped: u64,
}

impl Spray {
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(super) fn forget(&mut self) {
        self.tries.clear();
    }

    /// An existing user failed from a foreign net.
    pub(super) fn failed(
        &mut self,
        clock: Clock,
        login: &Login<'_>,
        before: Option<u32>,
        incidents: &mut LoginIncidents,
    ) {
        if before.is_none_or(|before| clock.since(before) >= HISTORY) {
            if self.tries.len() == MOST_TRIES {
                self.tries.pop_front();
                self.dropped += 1;
            }
            self.tries.push_back(Try {
                time: clock.now,
                user: login.key,
                address: login.source.address_key,
                net: login.source.net_key,
                line: login.line,
            });
        }
        let Some(open) = &mut self.open else {
            return;
        };
        if open.users.len() < MOST_MEMBERS {
            open.users.insert(login.key);
        }
        if open.addresses.len() < MOST_MEMBERS {
            let address = login.source.address_key;
            add(&mut open.addresses, address, login.key, clock.now);
        }
        match open.minutes.back_mut() {
            Some((minute, count)) if *minute == clock.now / 60 => *count += 1,
            _ => open.minutes.push_back((clock.now / 60, 1)),
        }
        incidents.change(open.id, |incident| {
            incident.failures += 1;
            incident.users = open.users.len() as u64;
            incident.addresses = open.addresses.len() as u64;
            incident.nets.add(login.source.net);
            incident.add_evidence(login.line);
        });
    }

    /// Opens the incident if the rate made a step.
    pub(super) fn judge(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        login: &Login<'_>,
        incidents: &mut LoginIncidents,
    ) {
        if self.open.is_some() || self.searched == clock.now || !clock.learned(limits) {
            return;
        }
        self.searched = clock.now;
        self.expire(clock);
        let lately = self
            .tries
            .partition_point(|one| clock.since(one.time) >= BURST);
        let usual = (lately as f64 / f64::from(HISTORY - BURST)).max(LEAST_RATE);
        let times: Vec<u32> = self.tries.range(lately..).map(|one| one.time).collect();
        let Some((start, evidence)) = super::step(&times, clock.now, usual) else {
            return;
        };
        let tries = self.tries.range(lately + start..);
        let (count, since) = (tries.len(), times[start]);
        let rate = count as f64 / f64::from(clock.since(since).max(1));
        let wanted = limits.spray_users as usize;
        if count < wanted || evidence < EVIDENCE || rate <= f64::from(limits.spray_factor) * usual {
            return;
        }
        let mut addresses = HashMap::new();
        for one in tries.clone() {
            add(&mut addresses, one.address, one.user, one.time);
        }
        if count < 2 * wanted && addresses.len() * 2 < count {
            return;
        }
        let users: HashSet<u64> = tries.clone().map(|one| one.user).collect();
        let mut incident =
            LoginIncident::new(LoginIncidentKind::PasswordSpray, login.at(since), login.now);
        incident.failures = count as u64;
        incident.users = users.len() as u64;
        incident.addresses = addresses.len() as u64;
        incident.nets.add(login.source.net);
        tries.for_each(|one| incident.add_evidence(one.line));
        incident.worsen(login.now, Severity::Warning);
        self.open = Some(Open {
            id: incidents.open(incident),
            usual,
            users,
            addresses,
            minutes: VecDeque::new(),
            opened: clock.now,
            ended: None,
            got_in: None,
        });
    }

    /// A user logged in from a net that is foreign to it.
    pub(super) fn got_in(
        &mut self,
        clock: Clock,
        login: &Login<'_>,
        incidents: &mut LoginIncidents,
    ) {
        let Some(open) = &mut self.open else {
            return;
        };
        // An address that tried one user long ago may be that of another user by now, and a user
        // who failed before mistyped.
        let is_member = |address: &Address| {
            let lately = clock.since(address.last) < BURST;
            address.several || lately && address.user != login.key
        };
        let address = open.addresses.get(&login.source.address_key);
        if address.is_some_and(is_member) {
            open.got_in = Some(clock.now);
            incidents.change(open.id, |incident| {
                incident.got_in.add(login.user);
                incident.worsen(login.now, Severity::Critical);
                incident.add_decisive(login.line);
            });
        }
    }

    /// A user logged in: its failure from the same net a moment ago was a typing error.
    pub(super) fn succeeded(&mut self, clock: Clock, login: &Login<'_>) {
        let lately = self
            .tries
            .iter()
            .rposition(|one| clock.since(one.time) >= TYPO);
        let mut at = lately.map_or(0, |before| before + 1);
        while let Some(one) = self.tries.get(at) {
            if one.user == login.key && one.net == login.source.net_key {
                self.tries.remove(at);
                return;
            }
            at += 1;
        }
    }

    pub(super) fn tick(
        &mut self,
        clock: Clock,
        limits: &LoginLimits,
        incidents: &mut LoginIncidents,
    ) {
        self.expire(clock);
        let Some(open) = &mut self.open else {
            return;
        };
        while let Some((minute, _)) = open.minutes.front()
            && clock.since(minute * 60) >= BURST
        {
            open.minutes.pop_front();
        }
        let lately: u32 = open.minutes.iter().map(|(_, count)| count).sum();
        let usual = 2.0 * open.usual * f64::from(BURST);
        if f64::from(lately) >= usual.max(f64::from(GOES_ON)) {
            open.ended = None;
        } else if open.ended.is_none() && clock.since(open.opened) >= BURST {
            open.ended = Some(clock.now.saturating_sub(BURST));
        }
        let got_in = open
            .got_in
            .is_some_and(|time| clock.since(time) < limits.quiet_seconds);
        if let Some(ended) = open.ended.filter(|_| !got_in) {
            incidents.change(open.id, |incident| {
                incident.until = Timestamp::from_raw(ended).max(Some(incident.found));
            });
            self.open = None;
        }
    }

    fn expire(&mut self, clock: Clock) {
        while let Some(oldest) = self.tries.front()
            && clock.since(oldest.time) >= HISTORY
        {
            self.tries.pop_front();
        }
    }
}

fn add(addresses: &mut HashMap<u64, Address>, address: u64, user: u64, now: u32) {
    let new = Address {
        last: now,
        user,
        several: false,
    };
    let address = addresses.entry(address).or_insert(new);
    address.several |= address.user != user;
    (address.user, address.last) = (user, now);
}
