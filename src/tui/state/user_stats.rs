//! Users: what their logins came to.

use hashbrown::{HashMap, HashSet};

use crate::header::Timestamp;
use crate::index::{Attempt, Index, Symbol};
use crate::triage::findings::Net;

/// What one user's logins came to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct User {
    /// Logins that succeeded.
    pub succeeded: u64,
    /// Logins that failed.
    pub failed: u64,
    /// Addresses they came from.
    pub sources: u64,
    /// Nets of those: of 24 bits, of IPv6 64.
    pub nets: u64,
    /// SMTP Auth profiles, in the order in which they were first used.
    pub profiles: Vec<Symbol>,
    /// AUTH mechanisms, in the order in which they were first used.
    pub mechanisms: Vec<Symbol>,
    /// When the first of an unbroken run of failures up to now was.
    pub failing_since: Option<Timestamp>,
    /// The newest failure.
    pub last_failure: Option<Timestamp>,
    /// The newest success.
    pub last_success: Option<Timestamp>,
}

/// Seeded, for names are a stranger's; and quick, for every attempt is looked up by them.
type Hasher = foldhash::quality::RandomState;

/// All users of some attempts.
#[derive(Debug, Default)]
pub struct Users {
    all: HashMap<Symbol, User, Hasher>,
    nobody: User,
}

impl Users {
    /// Sums the attempts up, which stand in the order of the log.
    pub fn of_attempts<'i>(index: &Index, attempts: impl Iterator<Item = Attempt<'i>>) -> Self {
        let mut all: HashMap<Symbol, User, Hasher> = HashMap::default();
        let mut sources: HashSet<(Symbol, Option<Symbol>), Hasher> = HashSet::default();
        let mut nets: HashSet<(Symbol, Net), Hasher> = HashSet::default();
        for attempt in attempts {
            let Some(name) = attempt.user_name() else {
                continue;
            };
            let user = all.entry(name).or_default();
            if attempt.succeeded() {
                user.succeeded += 1;
                user.last_success = user.last_success.max(attempt.time());
                user.failing_since = None;
            } else {
                user.failed += 1;
                user.last_failure = user.last_failure.max(attempt.time());
                user.failing_since = user.failing_since.or(attempt.time());
            }
            note(&mut user.profiles, attempt.profile_name());
            note(&mut user.mechanisms, attempt.mechanism_name());
            let remote = attempt.connection().remote_name();
            if sources.insert((name, remote)) {
                user.sources += 1;
                let address = remote.and_then(|remote| index.address(remote));
                let is_new = address.is_some_and(|ip| nets.insert((name, Net::of(ip))));
                user.nets += u64::from(is_new);
            }
        }
        Self {
            all,
            nobody: User::default(),
        }
    }

    /// What a user's logins came to.
    pub fn of(&self, name: Symbol) -> &User {
        self.all.get(&name).unwrap_or(&self.nobody)
    }

    /// All of them, in the order in which they were first seen.
    pub fn names(&self, index: &Index) -> Vec<Symbol> {
        index
            .names
            .users
            .iter()
            .map(|(name, _)| name)
            .filter(|name| self.all.contains_key(name))
            .collect()
    }
}

fn note(names: &mut Vec<Symbol>, name: Option<Symbol>) {
    if let Some(name) = name
        && !names.contains(&name)
    {
        names.push(name);
    }
}
