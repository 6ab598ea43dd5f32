//! Judges routes while entries are applied to the index: which fails, since when, how bad it is.
//!
//! ```text
//! entries ──▶ mail ──▶ attempts ──▶ evidence ──▶ incidents ──▶ severity
//!             DCID and MID joined,  of the route  open, recovering,
//!             a second at a time    and the host  over
//! ```
//!
//! Everything here is a fold over the attempts in the order of their time. The state at a moment
//! depends on the log up to it and on nothing else, so a log that is read at once and one that is
//! followed give the same. Each appliance has a judge of its own: ids, addresses and clocks are
//! its own.
//!
//! [`class`] says what a reply means, [`destinations`] which hosts and domains are one route,
//! [`evidence`] whether it fails, [`incident`] what happened, [`causes`] what several routes have in
//! common. Records, words and advice are left to `triage`.

mod attempts;
mod causes;
pub(crate) mod class;
mod destinations;
mod evidence;
mod few;
mod impact;
pub(crate) mod incident;
pub(crate) mod limits;
pub(crate) mod logins;
mod mail;
mod observe;
mod opening;
mod recorder;
mod route;
mod severity;
mod share;
mod view;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::event::Entry;
use crate::header::Timestamp;

pub(crate) use destinations::{HostKey, RouteNo};
pub(crate) use limits::RouteLimits;
pub(crate) use recorder::{Step, StepKind, Subject};
pub(crate) use view::{RouteState, RouteView};

use causes::Causes;
use destinations::Destinations;
use incident::Incident;
use logins::{LoginLimits, Logins};
use mail::Mail;
use recorder::Recorder;

/// Seconds of the log's local time.
pub(crate) type Seconds = i64;

/// A judge for each appliance.
#[derive(Debug, Default)]
pub(crate) struct Judges {
    limits: Arc<RouteLimits>,
    logins: LoginLimits,
    /// What is recorded of each judge.
    subject: Option<Subject>,
    judges: Vec<Judge>,
}

impl Judges {
    pub(crate) fn new(limits: RouteLimits, logins: LoginLimits) -> Self {
        Self {
            limits: Arc::new(limits),
            logins,
            subject: None,
            judges: Vec::new(),
        }
    }

    /// Records the evidence of a route; to be set before the first entry.
    pub(crate) fn record(&mut self, subject: Subject) {
        self.subject = Some(subject);
    }

    /// Shows an entry to the judge of its appliance.
    pub(crate) fn observe(&mut self, appliance: usize, entry: &Entry<'_>) {
        if self.judges.len() <= appliance {
            let new = || Judge {
                recorder: self.subject.clone().map(Recorder::new),
                ..Judge::new(Arc::clone(&self.limits), self.logins)
            };
            self.judges.resize_with(appliance + 1, new);
        }
        self.judges[appliance].observe(entry);
    }

    /// Judges the attempts of the newest second, of which more lines could have come.
    pub(crate) fn finish(&mut self) {
        for judge in &mut self.judges {
            judge.finish();
        }
    }

    /// The judges with the numbers of their appliances.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &Judge)> {
        self.judges.iter().enumerate()
    }

    pub(crate) fn of(&self, appliance: usize) -> Option<&Judge> {
        self.judges.get(appliance)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.judges.iter().map(Judge::bytes).sum()
    }
}

/// The judge of one appliance.
#[derive(Debug)]
pub(crate) struct Judge {
    limits: Arc<RouteLimits>,
    /// The newest time of the log.
    now: Seconds,
    /// When the judge first saw a time.
    began: Seconds,
    mail: Mail,
    destinations: Destinations,
    incidents: Vec<Incident>,
    /// The numbers of the incidents that are not over.
    open: Vec<usize>,
    causes: Causes,
    /// Bytes of memory that the destinations, the texts of messages and the incidents took at the last
    /// minute.
    tables: usize,
    /// Logins of clients.
    pub(crate) logins: Logins,
    recorder: Option<Recorder>,
}

impl Judge {
    fn new(limits: Arc<RouteLimits>, logins: LoginLimits) -> Self {
        Self {
            limits,
            now: 0,
            began: 0,
            mail: Mail::default(),
            destinations: Destinations::default(),
            incidents: Vec::new(),
            open: Vec::new(),
            causes: Causes::default(),
            tables: 0,
            logins: Logins::new(logins),
            recorder: None,
        }
    }

    /// The newest time of its log.
    pub(crate) fn now(&self) -> Seconds {
        self.now
    }

    /// All incidents, in the order in which they were found.
    pub(crate) fn incidents(&self) -> &[Incident] {
        &self.incidents
    }

    /// Moves on to a time: what is older than a second is complete.
    fn advance(&mut self, now: Seconds) {
        // A clock that was set back does not move the judgement back.
        if now <= self.now {
            return;
        }
        let before = self.now;
        self.now = now;
        if before == 0 {
            self.began = now;
            return;
        }
        self.judge_failures();
        // After a silence, no line of the newest results can come.
        self.judge_results(now - 1, now > before + 1);
        if now / 60 != before / 60 {
            self.each_minute();
        }
        if now / 3600 != before / 3600 {
            self.destinations.age(now);
            for mid in self.mail.age(now) {
                self.forget_message(mid);
            }
        }
    }

    fn finish(&mut self) {
        self.judge_failures();
        self.judge_results(Seconds::MAX, true);
    }

    fn each_minute(&mut self) {
        if let Some(now) = Timestamp::from_seconds(self.now) {
            self.logins.tick(now);
        }
        let forgotten = self.destinations.forgotten;
        self.destinations.forget(self.limits.destinations);
        if self.destinations.forgotten > forgotten {
            let hosts = &self.destinations.hosts;
            let connections = &mut self.mail.connections;
            connections.retain(|_, connection| hosts.has(connection.host));
        }
        self.look_at_causes();
        self.look_for_stuck();
        for id in self.open.clone() {
            self.review(id);
        }
        self.count_bytes();
    }

    fn bytes(&self) -> usize {
        self.mail.bytes() + self.logins.bytes() + self.tables
    }

    fn count_bytes(&mut self) {
        self.tables = self.destinations.bytes()
            + self.mail.held()
            + self.incidents.capacity() * size_of::<Incident>();
    }
}
