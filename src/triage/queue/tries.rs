//! Attempts to deliver to a domain. In each one the appliance tries all hosts, so that a dead
//! domain of two hosts has two Connection Errors for each attempt.

use hashbrown::{HashMap, HashSet};

use crate::header::Timestamp;
use crate::index::{Connection, ConnectionId, Symbol};
use crate::judge::Seconds;

/// Connections to one host that were opened within so many seconds are of one attempt.
const TOGETHER: Seconds = 1;
/// Seconds until the second attempt, and at most until a further one: the appliance's default
/// bounce profile.
const FIRST_RETRY: Seconds = 60;
const LONGEST_RETRY: Seconds = 3600;

/// Failures of one domain.
#[derive(Default)]
pub(super) struct Tries {
    connections: HashMap<ConnectionId, Try>,
    /// Of deliveries without a connection.
    others: HashSet<Timestamp>,
}

/// A connection that did not deliver.
#[derive(Clone, Copy)]
struct Try {
    host: (Option<Symbol>, Option<u16>),
    began: Timestamp,
    ended: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Attempt {
    pub began: Timestamp,
    pub ended: Timestamp,
}

impl Tries {
    /// A connection or a delivery on it failed.
    pub(super) fn connected(&mut self, connection: &Connection<'_>, failed: Timestamp) {
        let known = self.connections.entry(connection.record());
        let known = known.or_insert_with(|| Try {
            host: (connection.remote_name(), connection.remote_port()),
            began: connection.first_seen().unwrap_or(failed),
            ended: failed,
        });
        known.ended = known.ended.max(failed);
    }

    pub(super) fn unconnected(&mut self, failed: Timestamp) {
        self.others.insert(failed);
    }

    /// In the order of time. A host that is tried again belongs to the next attempt. Deliveries
    /// without a connection follow from connections that failed, and count only without any.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        let mut tries: Vec<Try> = self.connections.values().copied().collect();
        if tries.is_empty() {
            let mut others: Vec<Timestamp> = self.others.iter().copied().collect();
            others.sort_unstable();
            let attempt = |time| Attempt {
                began: time,
                ended: time,
            };
            return others.into_iter().map(attempt).collect();
        }
        tries.sort_by_key(|one| (one.began, one.ended));
        let mut tried: Vec<Try> = Vec::new();
        let mut attempts: Vec<Attempt> = Vec::new();
        for one in tries {
            let before = tried.iter().find(|known| known.host == one.host);
            let is_again = |known: &Try| one.began.seconds() > known.ended.seconds() + TOGETHER;
            if before.is_some_and(is_again) {
                tried.clear();
            }
            match attempts.last_mut().filter(|_| !tried.is_empty()) {
                Some(last) => last.ended = last.ended.max(one.ended),
                None => attempts.push(Attempt {
                    began: one.began,
                    ended: one.ended,
                }),
            }
            tried.push(one);
        }
        attempts
    }
}

/// When the next attempt begins: the appliance doubles the pause after each one.
pub(super) fn next(attempts: &[Attempt]) -> Option<Timestamp> {
    let last = attempts.last()?.ended.seconds();
    let pause = match attempts {
        [.., before, last] => last.began.seconds() - before.ended.seconds(),
        _ => 0,
    };
    let wait = match 2 * pause {
        // After so long a pause the domain had worked in between.
        long if long > 3 * LONGEST_RETRY => FIRST_RETRY,
        wait => wait.clamp(FIRST_RETRY, LONGEST_RETRY),
    };
    Timestamp::from_seconds(last + wait)
}
