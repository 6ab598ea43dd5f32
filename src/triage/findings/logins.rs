//! Findings on inbound logins that no attacker causes: the server that checks them does not work, or
//! they are not encrypted.

mod auth_server;
mod cleartext;

use super::{Finding, Slices, Thresholds};
use crate::header::Timestamp;
use crate::index::store::live_set::Ranks;
use crate::index::{Attempt, AttemptId, ConnectionId, Direction, Index};

use auth_server::AuthServerFailures;
use cleartext::CleartextLogins;

/// Attempts in one slice.
const SLICE: usize = 8192;

#[derive(Debug)]
pub(super) struct Logins {
    /// Those of the start: later attempts are left to the next analysis.
    attempts: Ranks,
    at: usize,
    cleartext: CleartextLogins,
    auth_server: AuthServerFailures,
    limits: Thresholds,
}

/// A login on a listener.
#[derive(Clone, Copy)]
struct Login {
    connection: ConnectionId,
    /// Seconds since 1970.
    time: i64,
    succeeded: bool,
}

impl Logins {
    pub(crate) fn new(index: &Index, limits: Thresholds) -> Self {
        Self {
            attempts: index.attempts.ranks(),
            at: 0,
            cleartext: CleartextLogins::default(),
            auth_server: AuthServerFailures::default(),
            limits,
        }
    }

    pub(super) fn step(&mut self, index: &Index) -> Slices {
        let count = self.attempts.len();
        let to = count.min(self.at + SLICE);
        for at in self.at..to {
            let number = self.attempts.number(at);
            if index.attempts.live().rank(number).is_none() {
                continue;
            }
            let attempt = index.attempt(AttemptId::new(number));
            if let Some(login) = login(&attempt) {
                self.take(&attempt, login);
            }
        }
        self.at = to;
        if to < count {
            Slices::More
        } else {
            Slices::Done
        }
    }

    fn take(&mut self, attempt: &Attempt<'_>, login: Login) {
        // The check itself failed; the password may be right.
        if attempt.detail().is_some() {
            self.auth_server.take(attempt, login);
        } else {
            self.cleartext.take(attempt, login);
            self.auth_server.note_login(login);
        }
    }

    pub(crate) fn findings(self, index: &Index) -> Vec<Finding> {
        let mut all = self.cleartext.findings(index, &self.limits);
        all.extend(self.auth_server.findings(index));
        all
    }
}

fn login(attempt: &Attempt<'_>) -> Option<Login> {
    let connection = attempt.connection();
    (connection.direction() == Direction::Inbound).then(|| Login {
        connection: connection.record(),
        time: attempt.time().map_or(0, Timestamp::seconds),
        succeeded: attempt.succeeded(),
    })
}
