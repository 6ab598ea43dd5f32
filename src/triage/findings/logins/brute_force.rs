//! One user with many failed logins, and an address that succeeds after many failures.
//!
//! If the server that checks logins is down, every login fails: so a run of failures counts only if
//! other logins succeeded meanwhile, or none were tried.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};
use ipnet::IpNet;

use super::Login;
use crate::header::Timestamp;
use crate::humanize::plural;
use crate::index::{Attempt, ConnectionId, Index, Symbol};
use crate::query::aggregate::network;
use crate::query::{Field, FilterTerm};
use crate::triage::Thresholds;
use crate::triage::findings::{
    DrillDown, Evidence, Finding, FindingKind, FindingSeverity, time_text,
};

/// Failed logins of other users, without a success, that point to the server instead.
const OTHERS: u64 = 5;
/// Seconds without a failure that end a run.
const OVER: i64 = 3600;

/// The logins of all users up to some time.
#[derive(Clone, Copy, Debug, Default)]
struct LoginCounts {
    failed: u64,
    succeeded: u64,
}

/// The logins of a user in a sliding window.
#[derive(Debug, Default)]
struct UserHistory {
    recent: VecDeque<(i64, bool)>,
    failed: u64,
    worst: Option<FailedLogins>,
}

#[derive(Debug, Clone)]
struct FailedLogins {
    failed: u64,
    first: i64,
    last: i64,
    sources: HashSet<Symbol>,
    evidence: Vec<ConnectionId>,
    before: LoginCounts,
    after: LoginCounts,
}

/// The consecutive failures of an address.
#[derive(Debug, Default)]
struct SourceRun {
    run: u64,
    first: i64,
    last: i64,
    began: LoginCounts,
    users: HashSet<Symbol>,
    evidence: Vec<ConnectionId>,
}

#[derive(Debug)]
struct LoginAfterFailures {
    source: Symbol,
    user: Symbol,
    failed: u64,
    users: u64,
    first: i64,
    at: i64,
    evidence: Vec<ConnectionId>,
}

#[derive(Debug, Default)]
pub(super) struct BruteForce {
    spraying: HashSet<IpNet>,
    so_far: LoginCounts,
    users: HashMap<Symbol, UserHistory, foldhash::fast::RandomState>,
    sources: HashMap<Symbol, SourceRun, foldhash::fast::RandomState>,
    successes: Vec<LoginAfterFailures>,
}

impl BruteForce {
    pub(crate) fn new(spraying: HashSet<IpNet>) -> Self {
        Self {
            spraying,
            ..Self::default()
        }
    }

    pub(crate) fn take(
        &mut self,
        index: &Index,
        attempt: &Attempt<'_>,
        login: Login,
        limits: &Thresholds,
    ) {
        let source = attempt.connection().remote_name();
        let net = source.and_then(|name| index.address(name)).map(network);
        let Some((source, user)) = source.zip(attempt.user_name()) else {
            return;
        };
        self.source(source, user, login, limits);
        if !net.is_some_and(|net| self.spraying.contains(&net)) {
            self.user(source, user, login, limits);
        }
        let count = if login.succeeded {
            &mut self.so_far.succeeded
        } else {
            &mut self.so_far.failed
        };
        *count += 1;
    }

    fn source(&mut self, source: Symbol, user: Symbol, login: Login, limits: &Thresholds) {
        if login.succeeded {
            let Some(run) = self.sources.remove(&source) else {
                return;
            };
            let others = self.so_far.failed - run.began.failed - run.run.min(self.so_far.failed);
            let alone = self.so_far.succeeded > run.began.succeeded || others < OTHERS;
            if run.run >= limits.success_after
                && login.time - run.last <= OVER
                && alone
                && self.successes.len() < 1000
            {
                let mut evidence = run.evidence;
                evidence.push(login.connection);
                self.successes.push(LoginAfterFailures {
                    source,
                    user,
                    failed: run.run,
                    users: run.users.len() as u64,
                    first: run.first,
                    at: login.time,
                    evidence,
                });
            }
            return;
        }
        let so_far = self.so_far;
        let run = self.sources.entry(source).or_default();
        if run.run == 0 || login.time - run.last > OVER {
            *run = SourceRun {
                first: login.time,
                began: so_far,
                ..SourceRun::default()
            };
        }
        run.run += 1;
        run.last = login.time;
        if run.users.len() < 256 {
            run.users.insert(user);
        }
        if run.evidence.len() < 2 && run.evidence.last() != Some(&login.connection) {
            run.evidence.push(login.connection);
        }
    }

    fn user(&mut self, source: Symbol, user: Symbol, login: Login, limits: &Thresholds) {
        let of_user = self.users.entry(user).or_default();
        of_user.recent.push_back((login.time, login.succeeded));
        of_user.failed += u64::from(!login.succeeded);
        while let Some((time, succeeded)) = of_user.recent.front().copied() {
            if login.time - time <= limits.guess_seconds && of_user.recent.len() < 4096 {
                break;
            }
            of_user.failed -= u64::from(!succeeded);
            of_user.recent.pop_front();
        }
        let many = of_user.failed >= limits.guess_failures
            && of_user.failed * 100 >= limits.failed_percent * of_user.recent.len() as u64;
        match &mut of_user.worst {
            Some(worst) if !login.succeeded && login.time - worst.last <= OVER => {
                worst.failed += 1;
                worst.last = login.time;
                if worst.sources.len() < 4096 {
                    worst.sources.insert(source);
                }
                worst.after = self.so_far;
            }
            None if many => {
                let first = of_user.recent.iter().find(|(_, succeeded)| !succeeded);
                of_user.worst = Some(FailedLogins {
                    failed: of_user.failed,
                    first: first.map_or(login.time, |(time, _)| *time),
                    last: login.time,
                    sources: HashSet::from_iter([source]),
                    evidence: vec![login.connection],
                    before: self.so_far,
                    after: self.so_far,
                });
            }
            _ => {}
        }
    }

    pub(crate) fn findings(self, index: &Index) -> Vec<Finding> {
        let users = self
            .users
            .iter()
            .filter_map(|(user, of_user)| Some((*user, of_user.worst.as_ref()?)));
        let is_server_down = |worst: &FailedLogins| {
            let others = (worst.after.failed - worst.before.failed).saturating_sub(worst.failed);
            worst.after.succeeded == worst.before.succeeded && others >= OTHERS
        };
        let mut all: Vec<Finding> = users
            .filter(|(_, worst)| !is_server_down(worst))
            .map(|(user, worst)| brute_force(index, user, worst))
            .collect();
        all.extend(self.successes.iter().map(|login| success(index, login)));
        all
    }
}

fn shown(user: &str) -> &str {
    if user.is_empty() { "(no name)" } else { user }
}

fn brute_force(index: &Index, user: Symbol, worst: &FailedLogins) -> Finding {
    let user = index.names.users.get(user);
    let [since, last] = [worst.first, worst.last].map(Timestamp::from_seconds);
    let over = index
        .newest()
        .is_some_and(|newest| newest.seconds() - worst.last > OVER);
    // The failures before the threshold may have come from further addresses.
    let sources = match worst.sources.len() {
        1 => {
            let only = worst.sources.iter().next();
            only.map_or_else(String::new, |name| {
                index.names.addresses.get(*name).to_owned()
            })
        }
        count => format!("{count} addresses"),
    };
    Finding {
        kind: FindingKind::BruteForce,
        severity: FindingSeverity::Warning,
        since,
        until: last.filter(|_| over),
        subject: shown(user).to_owned(),
        summary: format!(
            "the user {} failed {} between {} and {}, last from {sources}",
            shown(user),
            plural(worst.failed, "time"),
            time_text(index, since),
            time_text(index, last),
        ),
        evidence: Evidence::of(worst.evidence.iter().copied()),
        advice: "Ask the user: someone is guessing the password, or a device still uses an old one; in the first case block the address (HAT) and change the password.".to_owned(),
        drill_down: DrillDown::Query(vec![FilterTerm::is(Field::User, user), FilterTerm::is(Field::Auth, "failed")]),
    }
}

fn success(index: &Index, login: &LoginAfterFailures) -> Finding {
    let source = index.names.addresses.get(login.source);
    let user = index.names.users.get(login.user);
    let at = Timestamp::from_seconds(login.at);
    let with = if login.users > 1 {
        format!(" with {} users", login.users)
    } else {
        String::new()
    };
    Finding {
        kind: FindingKind::SuccessAfterFailures,
        severity: if login.users > 1 {
            FindingSeverity::Critical
        } else {
            FindingSeverity::Warning
        },
        since: Timestamp::from_seconds(login.first),
        until: at,
        subject: shown(user).to_owned(),
        summary: format!(
            "{source} logged in as {} at {} after {}{with}",
            shown(user),
            time_text(index, at),
            plural(login.failed, "failure"),
        ),
        evidence: Evidence::of(login.evidence.iter().copied()),
        advice: format!(
            "Ask {} whether it was them; if not, change the password at once and check what was sent from {source}.",
            shown(user)
        ),
        drill_down: DrillDown::Query(vec![FilterTerm::is(Field::Ip, source)]),
    }
}
