//! One address or net that tries many users: password spraying.

use std::collections::BTreeSet;

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

/// Seconds without a login after which a new period begins.
const PAUSE: i64 = 24 * 3600;
/// The longest burst, in seconds.
const BURST: i64 = 3600;
/// Users and addresses counted separately.
const MOST: usize = 4096;

/// The logins from a net in one burst or period.
#[derive(Debug, Default, Clone)]
struct SprayCandidate {
    users: HashSet<Symbol>,
    sources: BTreeSet<Symbol>,
    failed: u64,
    succeeded: u64,
    first: i64,
    last: i64,
    evidence: Vec<ConnectionId>,
}

impl SprayCandidate {
    fn add(&mut self, attempt: &Attempt<'_>, login: Login) {
        if self.failed + self.succeeded == 0 {
            self.first = login.time;
        }
        self.last = login.time;
        if login.succeeded {
            self.succeeded += 1;
            return;
        }
        self.failed += 1;
        if self.users.len() < MOST {
            self.users.extend(attempt.user_name());
        }
        if self.sources.len() < MOST {
            self.sources.extend(attempt.connection().remote_name());
        }
        if self.evidence.len() < 3 && self.evidence.last() != Some(&login.connection) {
            self.evidence.push(login.connection);
        }
    }

    fn is_spray(&self, limits: &Thresholds) -> bool {
        self.users.len() >= limits.spray_users
            && self.failed >= limits.spray_failures
            && self.failed * 100 >= limits.failed_percent * (self.failed + self.succeeded)
    }
}

/// The current burst and period of a net, and its worst spray so far.
#[derive(Debug, Default)]
struct NetHistory {
    burst: SprayCandidate,
    long: SprayCandidate,
    spray: Option<SprayCandidate>,
}

impl NetHistory {
    /// Records a spray; overlapping bursts are one.
    fn note(&mut self, limits: &Thresholds) {
        for tries in [&self.long, &self.burst] {
            if !tries.is_spray(limits) {
                continue;
            }
            match &mut self.spray {
                Some(spray) if spray.first <= tries.first && spray.last >= tries.first => {
                    if tries.failed > spray.failed {
                        *spray = tries.clone();
                    }
                    spray.last = spray.last.max(tries.last);
                }
                Some(spray) if spray.failed >= tries.failed => {}
                spray => *spray = Some(tries.clone()),
            }
        }
    }
}

/// All nets with a failed login.
#[derive(Debug, Default)]
pub(super) struct Sprays {
    nets: HashMap<IpNet, NetHistory, foldhash::quality::RandomState>,
}

impl Sprays {
    pub(crate) fn take(
        &mut self,
        index: &Index,
        attempt: &Attempt<'_>,
        login: Login,
        limits: &Thresholds,
    ) {
        let remote = attempt.connection().remote_name();
        let Some(address) = remote.and_then(|name| index.address(name)) else {
            return;
        };
        let net = network(address);
        // A net without a failed login is not kept.
        if login.succeeded && !self.nets.contains_key(&net) {
            return;
        }
        let of_net = self.nets.entry(net).or_default();
        if login.time - of_net.long.last > PAUSE || login.time - of_net.burst.first > BURST {
            of_net.note(limits);
            of_net.burst = SprayCandidate::default();
            if login.time - of_net.long.last > PAUSE {
                of_net.long = SprayCandidate::default();
            }
        }
        of_net.burst.add(attempt, login);
        of_net.long.add(attempt, login);
    }

    pub(crate) fn spraying(&mut self, limits: &Thresholds) -> HashSet<IpNet> {
        let nets = self.nets.iter_mut();
        nets.filter_map(|(net, of_net)| {
            of_net.note(limits);
            of_net.spray.is_some().then_some(*net)
        })
        .collect()
    }

    pub(crate) fn findings(&self, index: &Index) -> Vec<Finding> {
        let sprays = self
            .nets
            .iter()
            .filter_map(|(net, of_net)| Some((net, of_net.spray.as_ref()?)));
        sprays
            .map(|(net, spray)| finding(index, *net, spray))
            .collect()
    }
}

fn finding(index: &Index, net: IpNet, spray: &SprayCandidate) -> Finding {
    let mut sources = spray
        .sources
        .iter()
        .map(|name| index.names.addresses.get(*name));
    let subject = match (sources.next(), sources.next()) {
        (Some(only), None) => only.to_owned(),
        _ => net.to_string(),
    };
    let [since, last] = [spray.first, spray.last].map(Timestamp::from_seconds);
    let over = index
        .newest()
        .is_some_and(|newest| newest.seconds() - spray.last > BURST);
    let got_in = match spray.succeeded {
        0 => "none succeeded".to_owned(),
        count => format!("{} succeeded", plural(count, "login")),
    };
    let severity = if spray.succeeded > 0 {
        FindingSeverity::Critical
    } else {
        FindingSeverity::Warning
    };
    Finding {
        kind: FindingKind::PasswordSpray,
        severity,
        since,
        until: last.filter(|_| over),
        summary: format!(
            "{subject} failed {} with {} from {} between {} and {}; {got_in}",
            plural(spray.failed, "time"),
            plural(spray.users.len(), "user"),
            plural(spray.sources.len(), "address"),
            time_text(index, since),
            time_text(index, last),
        ),
        evidence: Evidence::of(spray.evidence.iter().copied()),
        advice: format!(
            "Block {subject} (HAT Overview: BLOCKED_LIST) and lower the Directory Harvest Attack limit of the mail flow policy; users with weak passwords should change them."
        ),
        drill_down: DrillDown::Query(vec![
            FilterTerm::is(Field::Ip, &subject),
            FilterTerm::is(Field::Auth, "failed"),
        ]),
        subject,
    }
}
