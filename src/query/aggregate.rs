//! Authentication attempts summed up by user and by profile.

use std::collections::{BTreeSet, HashSet};

use hashbrown::HashMap;
use serde::{Serialize, Serializer};

use crate::header::Timestamp;
use crate::index::{Attempt, AttemptId, Direction, Index, Symbol};

/// A user's logins on listeners; serialises as a record of `--view users`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserRow {
    /// As typed.
    pub user: String,
    /// Logins that succeeded.
    pub succeeded: u64,
    /// Logins that failed.
    pub failed: u64,
    /// Distinct remote addresses.
    pub sources: usize,
    /// SMTP Auth profiles, in the order of their names.
    pub profiles: Vec<String>,
    /// AUTH mechanisms, in the order of their names.
    pub mechanisms: Vec<String>,
    /// The earliest login.
    #[serde(serialize_with = "stamp")]
    pub first_seen: Option<Timestamp>,
    /// The latest login.
    #[serde(serialize_with = "stamp")]
    pub last_seen: Option<Timestamp>,
    /// The latest login that succeeded.
    #[serde(serialize_with = "stamp")]
    pub last_success: Option<Timestamp>,
    /// The latest login that failed.
    #[serde(serialize_with = "stamp")]
    pub last_failure: Option<Timestamp>,
}

/// A profile's attempts in one direction; serialises as a record of `--view profiles`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ProfileRow {
    /// The SMTP Auth profile.
    pub profile: String,
    /// Logins on listeners, or the appliance's own at far ends.
    #[serde(serialize_with = "direction")]
    pub direction: Direction,
    /// Attempts that succeeded.
    pub succeeded: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// The earliest attempt.
    #[serde(serialize_with = "stamp")]
    pub first_seen: Option<Timestamp>,
    /// The latest attempt.
    #[serde(serialize_with = "stamp")]
    pub last_seen: Option<Timestamp>,
    /// The latest attempt that succeeded.
    #[serde(serialize_with = "stamp")]
    pub last_success: Option<Timestamp>,
    /// The latest attempt that failed.
    #[serde(serialize_with = "stamp")]
    pub last_failure: Option<Timestamp>,
}

/// A stamp as records write it; for `serialize_with`.
///
/// # Errors
/// Those of the serializer.
pub fn stamp<S: Serializer>(stamp: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match stamp {
        Some(stamp) => serializer.collect_str(stamp),
        None => serializer.serialize_none(),
    }
}

fn direction<S: Serializer>(direction: &Direction, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(direction.word())
}

#[derive(Default)]
struct Sum {
    succeeded: u64,
    failed: u64,
    first_seen: Option<Timestamp>,
    last_success: Option<Timestamp>,
    last_failure: Option<Timestamp>,
}

impl Sum {
    fn add(&mut self, attempt: &Attempt<'_>) {
        let time = attempt.time();
        let (count, last) = if attempt.succeeded() {
            (&mut self.succeeded, &mut self.last_success)
        } else {
            (&mut self.failed, &mut self.last_failure)
        };
        *count += 1;
        *last = time.max(*last);
        self.first_seen = match (self.first_seen, time) {
            (Some(first), Some(time)) => Some(first.min(time)),
            (first, time) => first.or(time),
        };
    }

    fn last_seen(&self) -> Option<Timestamp> {
        self.last_success.max(self.last_failure)
    }
}

#[derive(Default)]
struct UserSum {
    sum: Sum,
    sources: HashSet<Symbol>,
    profiles: BTreeSet<String>,
    mechanisms: BTreeSet<String>,
}

/// Users of the inbound ones among these attempts: those with most failures first, then by name. Users are summed over
/// appliances; names differ in case.
pub fn users(index: &Index, attempts: &[AttemptId]) -> Vec<UserRow> {
    let mut sums: HashMap<Symbol, UserSum> = HashMap::new();
    for attempt in attempts.iter().map(|id| index.attempt(*id)) {
        let Some(user) = attempt.user_name() else {
            continue;
        };
        let of_user = sums.entry(user).or_default();
        of_user.sum.add(&attempt);
        of_user.sources.extend(attempt.connection().remote_name());
        note(&mut of_user.profiles, attempt.profile());
        note(&mut of_user.mechanisms, attempt.mechanism());
    }
    let row = |(user, of_user): (Symbol, UserSum)| UserRow {
        user: index.names.users.get(user).to_owned(),
        succeeded: of_user.sum.succeeded,
        failed: of_user.sum.failed,
        sources: of_user.sources.len(),
        profiles: of_user.profiles.into_iter().collect(),
        mechanisms: of_user.mechanisms.into_iter().collect(),
        first_seen: of_user.sum.first_seen,
        last_seen: of_user.sum.last_seen(),
        last_success: of_user.sum.last_success,
        last_failure: of_user.sum.last_failure,
    };
    let mut rows: Vec<_> = sums.into_iter().map(row).collect();
    rows.sort_by(|a, b| b.failed.cmp(&a.failed).then_with(|| a.user.cmp(&b.user)));
    rows
}

/// Profiles of these attempts, each direction by itself: those with most failures first, then by name.
pub fn profiles(index: &Index, attempts: &[AttemptId]) -> Vec<ProfileRow> {
    let mut sums: HashMap<(Symbol, Direction), Sum> = HashMap::new();
    for attempt in attempts.iter().map(|id| index.attempt(*id)) {
        if let Some(profile) = attempt.profile_name() {
            sums.entry((profile, attempt.direction()))
                .or_default()
                .add(&attempt);
        }
    }
    let row = |((profile, direction), sum): ((Symbol, Direction), Sum)| ProfileRow {
        profile: index.names.profiles.get(profile).to_owned(),
        direction,
        succeeded: sum.succeeded,
        failed: sum.failed,
        first_seen: sum.first_seen,
        last_seen: sum.last_seen(),
        last_success: sum.last_success,
        last_failure: sum.last_failure,
    };
    let mut rows: Vec<_> = sums.into_iter().map(row).collect();
    let key = |row: &ProfileRow| {
        (
            std::cmp::Reverse(row.failed),
            row.profile.clone(),
            row.direction,
        )
    };
    rows.sort_by_cached_key(key);
    rows
}

/// Few names repeat often: looking first spares a copy for each attempt.
fn note(names: &mut BTreeSet<String>, name: Option<&str>) {
    if let Some(name) = name
        && !names.contains(name)
    {
        names.insert(name.to_owned());
    }
}
