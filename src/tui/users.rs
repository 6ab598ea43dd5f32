//! Users: what their logins came to.

use std::collections::{HashMap, HashSet};

use crate::frame::Stamp;
use crate::index::{Attempt, Index, Name};

/// What one user's logins came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct User {
    /// Logins that succeeded.
    pub succeeded: u64,
    /// Logins that failed.
    pub failed: u64,
    /// Addresses they came from.
    pub sources: u64,
    /// The newest failure.
    pub last_failure: Option<Stamp>,
    /// The newest success.
    pub last_success: Option<Stamp>,
}

/// All users of some attempts.
#[derive(Debug, Default)]
pub struct Users {
    all: HashMap<Name, User>,
}

impl Users {
    /// Sums the attempts up.
    pub fn of_attempts<'i>(attempts: impl Iterator<Item = Attempt<'i>>) -> Self {
        let mut all: HashMap<Name, User> = HashMap::new();
        let mut sources = HashSet::new();
        for attempt in attempts {
            let Some(name) = attempt.user_name() else {
                continue;
            };
            let user = all.entry(name).or_default();
            if attempt.succeeded() {
                user.succeeded += 1;
                user.last_success = user.last_success.max(attempt.time());
            } else {
                user.failed += 1;
                user.last_failure = user.last_failure.max(attempt.time());
            }
            user.sources += u64::from(sources.insert((name, attempt.connection().remote_name())));
        }
        Self { all }
    }

    /// What a user's logins came to.
    pub fn of(&self, name: Name) -> User {
        self.all.get(&name).copied().unwrap_or_default()
    }

    /// All of them, in the order in which they were first seen.
    pub fn names(&self, index: &Index) -> Vec<Name> {
        index
            .names
            .users
            .iter()
            .map(|(name, _)| name)
            .filter(|name| self.all.contains_key(name))
            .collect()
    }
}
