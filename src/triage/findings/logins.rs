//! Findings on inbound logins.
//!
//! Two passes over the attempts in the order of the log: first by net, because password spraying
//! makes every user look attacked; then by user and address, without the spraying nets.

mod auth_server;
mod brute_force;
mod cleartext;
mod spray;

use super::{Finding, Progress, Thresholds};
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
    /// The attempts that there were at the start.
    attempts: Ranks,
    at: usize,
    sprays: Sprays,
    second: Option<BruteForce>,
    listeners: CleartextLogins,
    troubles: AuthServerFailures,
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
            second: None,
            listeners: CleartextLogins::default(),
            troubles: AuthServerFailures::default(),
            limits,
        }
    }

    pub(crate) fn step(&mut self, index: &Index) -> Progress {
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
            return Progress::More;
        }
        match &self.second {
            Some(_) => Progress::Done,
            None => {
                self.at = 0;
                self.second = Some(BruteForce::new(self.sprays.spraying(&self.limits)));
                Progress::More
            }
        }
    }

    fn take(&mut self, index: &Index, attempt: &Attempt<'_>, login: Login) {
        // The check itself failed: no wrong password.
        let own = attempt.detail().is_some();
        match &mut self.second {
            None if own => self.troubles.take(attempt, login),
            None => {
                self.sprays.take(index, attempt, login, &self.limits);
                self.listeners.take(attempt, login);
                self.troubles.note_login(attempt, login);
            }
            Some(guesses) if !own => guesses.take(index, attempt, login, &self.limits),
            Some(_) => {}
        }
    }

    pub(crate) fn findings(self, index: &Index) -> Vec<Finding> {
        let mut all = self.sprays.findings(index, &self.limits);
        all.extend(
            self.second
                .map(|guesses| guesses.findings(index))
                .unwrap_or_default(),
        );
        all.extend(self.listeners.findings(index, &self.limits));
        all.extend(self.troubles.findings(index));
        all
    }
}

fn login(attempt: &Attempt<'_>) -> Option<Login> {
    let connection = attempt.connection();
    (connection.direction() == Direction::Inbound).then(|| Login {
        connection: connection.record(),
        time: attempt.time().map_or(0, crate::header::Timestamp::seconds),
        succeeded: attempt.succeeded(),
    })
}
