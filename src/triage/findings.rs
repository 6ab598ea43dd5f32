//! What the program notices by itself, worst first, each with its evidence and what to do.
//!
//! `routes` looks at what a [`Triage`] says of routes, `logins` at who logs in and fails, `system`
//! at listeners, sources and unknown lines. Each says no more than the log does; see [`super::Thresholds`] for when it
//! speaks.

mod logins;
mod routes;
mod system;

use logins::Logins;

use super::{GroupBy, Progress, RouteBuilder, RouteId, Thresholds, Triage};
use crate::header::Timestamp;
use crate::index::{ConnectionId, Index};
use crate::position::Position;
use crate::query::FilterTerm;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FindingSeverity {
    /// Mail is lost or waits, or an account is probably taken over.
    Critical,
    /// Worth a look today.
    Warning,
    /// Good to know.
    Notice,
}

impl FindingSeverity {
    /// As records write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// What was noticed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FindingKind {
    /// Several routes began to fail together.
    RoutesTogether,
    /// A profile's login is refused on every route that uses it.
    ProfileFailing,
    /// A route fails.
    RouteFailing,
    /// A login succeeded after many failures from the same address.
    SuccessAfterFailures,
    /// The server that checks logins is out of order.
    AuthServer,
    /// A route works again but failed lately.
    RouteDegraded,
    /// One address or net tries many users.
    PasswordSpray,
    /// One user fails again and again.
    BruteForce,
    /// Mail goes out in the clear because TLS fails.
    TlsFailing,
    /// Logins in the clear on a listener where TLS is used.
    ClearLogins,
    /// A peer holds many connections open.
    HeldOpen,
    /// A listener refuses connections at its limit.
    ListenerLimit,
    /// An appliance is silent while others write.
    SourceStale,
    /// Entries of a new, unknown shape.
    UnknownRising,
    /// A route failed and works again.
    RouteRecovered,
}

impl FindingKind {
    /// As records write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::RoutesTogether => "routes_failing_together",
            Self::ProfileFailing => "profile_failing",
            Self::RouteFailing => "route_failing",
            Self::SuccessAfterFailures => "success_after_failures",
            Self::AuthServer => "auth_server",
            Self::RouteDegraded => "route_degraded",
            Self::PasswordSpray => "password_spray",
            Self::BruteForce => "brute_force",
            Self::TlsFailing => "tls_failing",
            Self::ClearLogins => "clear_logins",
            Self::HeldOpen => "held_open",
            Self::ListenerLimit => "listener_limit",
            Self::SourceStale => "source_stale",
            Self::UnknownRising => "unknown_rising",
            Self::RouteRecovered => "route_recovered",
        }
    }

    /// In few words, for people.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::RoutesTogether => "routes fail together",
            Self::ProfileFailing => "profile fails everywhere",
            Self::RouteFailing => "route fails",
            Self::SuccessAfterFailures => "success after failures",
            Self::AuthServer => "login server",
            Self::RouteDegraded => "route degraded",
            Self::PasswordSpray => "password spray",
            Self::BruteForce => "many failed logins",
            Self::TlsFailing => "mail in the clear",
            Self::ClearLogins => "logins in the clear",
            Self::HeldOpen => "held open",
            Self::ListenerLimit => "listener at its limit",
            Self::SourceStale => "silent appliance",
            Self::UnknownRising => "unknown lines",
            Self::RouteRecovered => "route recovered",
        }
    }
}

/// What shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Evidence {
    /// A connection.
    Connection(ConnectionId),
    /// A line.
    Line(Position),
}

/// Where a reader goes from a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DrillDown {
    /// To a route.
    Route(RouteId),
    /// To the records that all terms select.
    Query(Vec<FilterTerm>),
    /// To its evidence only.
    Evidence,
}

/// Something noticed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How bad.
    pub severity: FindingSeverity,
    /// When it began.
    pub since: Option<Timestamp>,
    /// When it ended; `None` while it goes on, as far as the log says.
    pub until: Option<Timestamp>,
    /// Whom it is about: a route, a user, a net, a listener.
    pub subject: String,
    /// One sentence.
    pub summary: String,
    /// What shows it, the first first.
    pub evidence: Vec<Evidence>,
    /// What to do, in one sentence.
    pub advice: String,
    /// Where to go from here.
    pub drill_down: DrillDown,
}

/// A look at everything, in slices.
#[derive(Debug)]
pub struct Analyzer {
    builder: Option<RouteBuilder>,
    logins: Logins,
    triage: Triage,
    thresholds: Thresholds,
}

impl Analyzer {
    /// Begins to look.
    pub fn new(index: &Index, thresholds: Thresholds) -> Self {
        Self {
            builder: Some(RouteBuilder::new(index, GroupBy::Route, None)),
            logins: Logins::new(index, thresholds),
            triage: Triage::default(),
            thresholds,
        }
    }

    /// Looks at one slice.
    pub fn step(&mut self, index: &Index) -> Progress {
        match self.builder.as_mut().map(|builder| builder.step(index)) {
            Some(Progress::More) => Progress::More,
            Some(Progress::Done) => {
                if let Some(builder) = self.builder.take() {
                    self.triage = builder.finish(index);
                }
                Progress::More
            }
            None => self.logins.step(index),
        }
    }

    /// As [`RouteBuilder::step_without_index`].
    pub fn step_without_index(&mut self) {
        if let Some(builder) = &mut self.builder {
            builder.step_without_index();
        }
    }

    /// All routes, with all findings.
    pub fn finish(self, index: &Index) -> Triage {
        let mut triage = self.triage;
        let mut findings = routes::findings(index, &triage, &self.thresholds);
        findings.extend(self.logins.findings(index));
        findings.extend(system::findings(index, &self.thresholds));
        findings.sort_by(|a, b| {
            let order = |f: &Finding| (f.severity, f.until.is_some(), f.kind, f.since);
            order(a)
                .cmp(&order(b))
                .then_with(|| a.subject.cmp(&b.subject))
        });
        triage.findings = findings;
        triage
    }
}

/// All routes and findings at once.
pub fn analyze(index: &Index, thresholds: Thresholds) -> Triage {
    let mut analyze = Analyzer::new(index, thresholds);
    while analyze.step(index) == Progress::More {}
    analyze.finish(index)
}

/// `11:19:39` where all of the log is of one day, else with its date.
fn moment(index: &Index, time: Option<Timestamp>) -> String {
    let Some(time) = time else {
        return "the log's beginning".to_owned();
    };
    let text = time.to_string();
    let day = |text: &str| text.split('T').next().map(str::to_owned);
    let day_of = |time: Option<Timestamp>| time.and_then(|time| day(&time.to_string()));
    let today = day_of(index.newest()).filter(|_| day_of(index.oldest()) == day_of(index.newest()));
    match text.split_once('T') {
        Some((of, clock)) if today.as_deref() == Some(of) => clock.to_owned(),
        _ => text.replace('T', " "),
    }
}

/// `1 message`, `12 messages`.
fn many(count: u64, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}
