//! Findings on inbound logins.
//!
//! Two passes over the attempts in the order of the log: first by net, because password spraying
//! makes every user look attacked; then by user and address, without the spraying nets.

mod auth_server;
mod brute_force;
mod cleartext;
mod spray;

use super::{Finding, Slices, Thresholds};
use crate::header::Timestamp;
use crate::index::store::live_set::Ranks;
use crate::index::{Attempt, AttemptId, ConnectionId, Direction, Index};

use auth_server::AuthServerFailures;
use brute_force::BruteForce;
use cleartext::CleartextLogins;
use spray::Sprays;

/// Attempts in one slice.
const SLICE: usize = 8192;

#[derive(Debug)]
pub(super) struct Logins {
    /// Those of the start: later attempts are left to the next analysis.
    attempts: Ranks,
    at: usize,
    sprays: Sprays,
    brute_force: Option<BruteForce>,
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
            sprays: Sprays::default(),
            brute_force: None,
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
                self.take(index, &attempt, login);
            }
        }
        self.at = to;
        if to < count {
            return Slices::More;
        }
        match &self.brute_force {
            Some(_) => Slices::Done,
            None => {
                self.at = 0;
                self.brute_force = Some(BruteForce::new(self.sprays.spraying(&self.limits)));
                Slices::More
            }
        }
    }

    fn take(&mut self, index: &Index, attempt: &Attempt<'_>, login: Login) {
        // The check itself failed; the password may be right.
        let unchecked = attempt.detail().is_some();
        match &mut self.brute_force {
            None if unchecked => self.auth_server.take(attempt, login),
            None => {
                self.sprays.take(index, attempt, login, &self.limits);
                self.cleartext.take(attempt, login);
                self.auth_server.note_login(login);
            }
            Some(users) if !unchecked => users.take(index, attempt, login, &self.limits),
            Some(_) => {}
        }
    }

    pub(crate) fn findings(self, index: &Index) -> Vec<Finding> {
        let mut all = self.sprays.findings(index);
        all.extend(
            self.brute_force
                .into_iter()
                .flat_map(|users| users.findings(index)),
        );
        all.extend(self.cleartext.findings(index, &self.limits));
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
