//! `guessing_background`: the failures from the internet that every listener with logins gets.

use ipnet::IpNet;

use super::bounded::{Bounded, Ranked};
use super::limits::LoginLimits;
use super::{Clock, Login};
use crate::header::Timestamp;

/// Addresses of a net from which on it is named.
const BUSY: u32 = 20;
/// Users with which a device may fail; with more, its address guesses.
const DEVICE_USERS: u32 = 2;
/// Nets that are named.
const MOST_NETS: usize = 20;

/// Failures from addresses of the internet that are no user's own.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Background {
    pub first: Timestamp,
    pub last: Timestamp,
    pub failures: u64,
    /// Different addresses and names; a little too high if they are very many.
    pub addresses: u64,
    pub names: u64,
    /// How many of the names exist.
    pub existing: u64,
    /// Nets with more than 20 addresses and their number, the largest first.
    pub busy_nets: Vec<(IpNet, u32)>,
}

/// An address with failures.
#[derive(Debug)]
struct Guesser {
    last: u32,
    user: u64,
    /// How often the user changed, which is 0 for a device with one user.
    changes: u32,
}

#[derive(Debug)]
struct GuessingNet {
    net: IpNet,
    last: u32,
    addresses: u32,
}

#[derive(Debug)]
pub(super) struct Guessers {
    addresses: Bounded<Guesser>,
    nets: Bounded<GuessingNet>,
    failures: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Guessers {
    pub(super) fn new() -> Self {
        Self {
            addresses: Bounded::new(1 << 16),
            nets: Bounded::new(1 << 15),
            failures: 0,
            first: None,
            last: None,
        }
    }

    /// A login failed from an address of the internet that is foreign to the user.
    pub(super) fn failed(&mut self, clock: Clock, login: &Login<'_>) {
        let source = &login.source;
        self.failures += 1;
        self.first = self.first.or(Some(login.now));
        self.last = Some(login.now);
        let new = || Guesser {
            last: clock.now,
            user: login.key,
            changes: 0,
        };
        let (guesser, is_new) = self.addresses.entry(source.address_key, new);
        guesser.last = clock.now;
        if guesser.user != login.key {
            guesser.user = login.key;
            guesser.changes += 1;
        }
        let new = || GuessingNet {
            net: source.net,
            last: clock.now,
            addresses: 0,
        };
        let (net, _) = self.nets.entry(source.net_key, new);
        net.last = clock.now;
        net.addresses += u32::from(is_new);
    }

    /// Whether an address tries several users.
    pub(super) fn is_guesser(&self, address: u64) -> bool {
        let guesser = self.addresses.get(address);
        guesser.is_some_and(|guesser| guesser.changes >= DEVICE_USERS)
    }

    pub(super) fn background(
        &self,
        limits: &LoginLimits,
        (names, existing): (u64, u64),
    ) -> Option<Background> {
        if self.failures < limits.background_failures {
            return None;
        }
        let nets = self.nets.iter().map(|(_, net)| (net.net, net.addresses));
        let mut busy: Vec<_> = nets.filter(|(_, addresses)| *addresses > BUSY).collect();
        busy.sort_by_key(|(net, addresses)| (std::cmp::Reverse(*addresses), *net));
        busy.truncate(MOST_NETS);
        Some(Background {
            first: self.first?,
            last: self.last?,
            failures: self.failures,
            addresses: self.addresses.seen(),
            names,
            existing,
            busy_nets: busy,
        })
    }

    pub(super) fn dropped(&self) -> u64 {
        self.addresses.dropped() + self.nets.dropped()
    }
}

impl Ranked for Guesser {
    fn rank(&self) -> u64 {
        self.last.into()
    }
}

impl Ranked for GuessingNet {
    /// A net with many addresses is kept.
    fn rank(&self) -> u64 {
        u64::from(self.last) + 3600 * u64::from(self.addresses.min(48))
    }
}
