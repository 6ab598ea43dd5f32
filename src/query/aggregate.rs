//! Authentication attempts summed by user and by profile, for the records, the summary and the
//! interface.

use std::net::IpAddr;

use hashbrown::{HashMap, HashSet};
use ipnet::IpNet;

use crate::header::Timestamp;
use crate::index::{Attempt, Direction, Index, Symbol};

/// Attempts counted, and their times. Times are those of the log, which may be out of order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct AttemptTotals {
    pub succeeded: u64,
    pub failed: u64,
    pub first_seen: Option<Timestamp>,
    pub last_success: Option<Timestamp>,
    pub last_failure: Option<Timestamp>,
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
}

impl AttemptTotals {
    fn add(&mut self, attempt: &Attempt<'_>) {
        let time = attempt.time();
        if attempt.succeeded() {
            self.succeeded += 1;
            self.last_success = self.last_success.max(time);
            self.failing_since = None;
        } else {
            self.failed += 1;
            self.last_failure = self.last_failure.max(time);
            self.failing_since = self.failing_since.or(time);
        }
        self.first_seen = self.first_seen.into_iter().chain(time).min();
    }

    pub(crate) fn last_seen(&self) -> Option<Timestamp> {
        self.last_success.max(self.last_failure)
    }
}

/// The logins of one user on listeners.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct UserTotals {
    pub totals: AttemptTotals,
    /// Number of distinct remote addresses.
    pub sources: u64,
    /// Number of distinct networks ([`network`]) of these addresses.
    pub nets: u64,
    /// SMTP Auth profiles, in the order of their first use.
    pub profiles: Vec<Symbol>,
    /// AUTH mechanisms, in the order of their first use.
    pub mechanisms: Vec<Symbol>,
}

/// Seeded, because strangers choose the names, and fast, because every attempt is looked up by
/// them.
type Hasher = foldhash::quality::RandomState;

/// The users of some attempts. Appliances are summed; names keep their case.
#[derive(Debug, Default)]
pub(crate) struct Users {
    by_name: HashMap<Symbol, UserTotals, Hasher>,
    none: UserTotals,
}

impl Users {
    /// Sums attempts, which are in the order of the log. Only inbound ones have a user.
    pub(crate) fn of_attempts<'i>(
        index: &Index,
        attempts: impl Iterator<Item = Attempt<'i>>,
    ) -> Self {
        let mut by_name: HashMap<Symbol, UserTotals, Hasher> = HashMap::default();
        let mut sources: HashSet<(Symbol, Symbol), Hasher> = HashSet::default();
        let mut nets: HashSet<(Symbol, IpNet), Hasher> = HashSet::default();
        for attempt in attempts {
            let Some(name) = attempt.user_name() else {
                continue;
            };
            let user = by_name.entry(name).or_default();
            user.totals.add(&attempt);
            note(&mut user.profiles, attempt.profile_name());
            note(&mut user.mechanisms, attempt.mechanism_name());
            if let Some(remote) = attempt.connection().remote_name()
                && sources.insert((name, remote))
            {
                user.sources += 1;
                let net = index.address(remote).map(network);
                user.nets += u64::from(net.is_some_and(|net| nets.insert((name, net))));
            }
        }
        Self {
            by_name,
            none: UserTotals::default(),
        }
    }

    pub(crate) fn of(&self, name: Symbol) -> &UserTotals {
        self.by_name.get(&name).unwrap_or(&self.none)
    }

    /// All users, in the order in which the index met them.
    pub(crate) fn names(&self, index: &Index) -> Vec<Symbol> {
        let names = index.names.users.iter().map(|(name, _)| name);
        names
            .filter(|name| self.by_name.contains_key(name))
            .collect()
    }

    /// All users: those with the most failures first, then by name.
    pub(crate) fn most_failures<'s>(&'s self, index: &'s Index) -> Vec<(&'s str, &'s UserTotals)> {
        let named = |(name, user): (&Symbol, &'s UserTotals)| (index.names.users.get(*name), user);
        let mut users: Vec<_> = self.by_name.iter().map(named).collect();
        users.sort_by(|(a, one), (b, other)| {
            let failures = other.totals.failed.cmp(&one.totals.failed);
            failures.then_with(|| a.cmp(b))
        });
        users
    }
}

fn note(names: &mut Vec<Symbol>, name: Option<Symbol>) {
    if let Some(name) = name
        && !names.contains(&name)
    {
        names.push(name);
    }
}

/// The network of an address that mostly has one owner: 24 bits of IPv4, 64 of IPv6.
pub(crate) fn network(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new_assert(address, length).trunc()
}

/// The attempts of one SMTP Auth profile in one direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ProfileTotals<'i> {
    pub profile: &'i str,
    pub direction: Direction,
    pub totals: AttemptTotals,
}

/// Sums attempts by profile and direction: those with the most failures first, then by name.
pub(crate) fn profiles<'i>(
    index: &'i Index,
    attempts: impl Iterator<Item = Attempt<'i>>,
) -> Vec<ProfileTotals<'i>> {
    let mut sums: HashMap<(Symbol, Direction), AttemptTotals, Hasher> = HashMap::default();
    for attempt in attempts {
        if let Some(profile) = attempt.profile_name() {
            let key = (profile, attempt.direction());
            sums.entry(key).or_default().add(&attempt);
        }
    }
    let named = |((profile, direction), totals)| ProfileTotals {
        profile: index.names.profiles.get(profile),
        direction,
        totals,
    };
    let mut profiles: Vec<_> = sums.into_iter().map(named).collect();
    profiles.sort_by(|one, other| {
        let failures = other.totals.failed.cmp(&one.totals.failed);
        failures.then_with(|| (one.profile, one.direction).cmp(&(other.profile, other.direction)))
    });
    profiles
}
