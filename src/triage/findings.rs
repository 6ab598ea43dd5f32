//! Findings: what deserves attention, worst first, each with its evidence and what to do.
//!
//! `routes` judges the routes of a [`Triage`], `logins` the inbound logins, `system` listeners,
//! appliances and unknown lines. Each reports what reaches its [`super::Thresholds`].

mod logins;
mod routes;
mod system;

use logins::Logins;

use super::route_builder::RouteBuilder;
use super::{GroupBy, RouteId, Slices, Thresholds, Triage};
use crate::header::Timestamp;
use crate::humanize;
use crate::index::{ConnectionId, Index};
use crate::position::Position;
use crate::query::FilterTerm;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum FindingSeverity {
    /// Mail is lost or waits, or an account is probably compromised.
    Critical,
    /// To be checked today.
    Warning,
    Notice,
}

impl FindingSeverity {
    /// The value in JSON and the word for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// In the order of their weight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum FindingKind {
    /// Several routes began to fail at the same time.
    RoutesTogether,
    /// The login of a profile is refused on every route that uses it.
    ProfileFailing,
    RouteFailing,
    /// A login succeeded after many failures from the same address.
    SuccessAfterFailures,
    /// The server that checks logins does not work.
    AuthServer,
    /// A route works again but failed lately.
    RouteDegraded,
    /// One address or net tries many users.
    PasswordSpray,
    /// One user fails many times.
    BruteForce,
    /// Mail is sent unencrypted because TLS fails.
    TlsFailing,
    /// Unencrypted logins on a listener where TLS is the rule.
    ClearLogins,
    /// A peer keeps many connections open.
    HeldOpen,
    /// A listener refuses connections at its limit.
    ListenerLimit,
    /// An appliance writes nothing while others do.
    SourceStale,
    /// Entries of a new, unknown shape.
    UnknownRising,
    /// A route failed and works again.
    RouteRecovered,
}

impl FindingKind {
    /// The value in JSON.
    pub(crate) fn word(self) -> &'static str {
        self.names().0
    }

    /// The words for people.
    pub(crate) fn phrase(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::RoutesTogether => ("routes_failing_together", "routes fail together"),
            Self::ProfileFailing => ("profile_failing", "profile fails everywhere"),
            Self::RouteFailing => ("route_failing", "route failing"),
            Self::SuccessAfterFailures => ("success_after_failures", "success after failures"),
            Self::AuthServer => ("auth_server", "login server"),
            Self::RouteDegraded => ("route_degraded", "route degraded"),
            Self::PasswordSpray => ("password_spray", "password spray"),
            Self::BruteForce => ("brute_force", "many failed logins"),
            Self::TlsFailing => ("tls_failing", "unencrypted mail"),
            Self::ClearLogins => ("clear_logins", "unencrypted logins"),
            Self::HeldOpen => ("held_open", "held open"),
            Self::ListenerLimit => ("listener_limit", "listener at its limit"),
            Self::SourceStale => ("source_stale", "silent appliance"),
            Self::UnknownRising => ("unknown_rising", "unknown lines"),
            Self::RouteRecovered => ("route_recovered", "route recovered"),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Evidence {
    Connection(ConnectionId),
    Line(Position),
}

impl Evidence {
    fn of(connections: impl IntoIterator<Item = ConnectionId>) -> Vec<Self> {
        connections.into_iter().map(Self::Connection).collect()
    }
}

/// What a finding opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum DrillDown {
    Route(RouteId),
    /// The records that match all terms.
    Query(Vec<FilterTerm>),
    /// The evidence only.
    Evidence,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Finding {
    pub kind: FindingKind,
    pub severity: FindingSeverity,
    pub since: Option<Timestamp>,
    /// `None` if ongoing at the end of the log.
    pub until: Option<Timestamp>,
    /// The route, user, net or listener.
    pub subject: String,
    /// One sentence.
    pub summary: String,
    /// Oldest first.
    pub evidence: Vec<Evidence>,
    /// What to do, in one sentence.
    pub advice: String,
    pub drill_down: DrillDown,
}

/// Builds the routes, then the findings, in slices.
#[derive(Debug)]
pub(crate) struct Analyzer {
    /// `None` once the routes are built.
    builder: Option<RouteBuilder>,
    /// `None` if findings are not wanted.
    logins: Option<Logins>,
    triage: Triage,
    thresholds: Thresholds,
}

impl Analyzer {
    pub(crate) fn new(index: &Index, thresholds: Thresholds) -> Self {
        Self {
            logins: Some(Logins::new(index, thresholds)),
            thresholds,
            ..Self::of_routes(index, GroupBy::Route, None)
        }
    }

    /// Without findings.
    pub(crate) fn of_routes(index: &Index, by: GroupBy, selected: Option<&[ConnectionId]>) -> Self {
        Self {
            builder: Some(RouteBuilder::new(index, by, selected)),
            logins: None,
            triage: Triage::default(),
            thresholds: Thresholds::default(),
        }
    }

    /// Does the next slice if it needs no index, so that no reader waits; else
    /// [`Analyzer::step`] does it.
    pub(crate) fn step_without_index(&mut self) {
        if let Some(builder) = &mut self.builder {
            builder.step_without_index();
        }
    }

    pub(super) fn step(&mut self, index: &Index) -> Slices {
        match self.builder.as_mut().map(|builder| builder.step(index)) {
            Some(Slices::More) => Slices::More,
            Some(Slices::Done) => {
                if let Some(builder) = self.builder.take() {
                    self.triage = builder.finish(index);
                }
                self.logins.as_ref().map_or(Slices::Done, |_| Slices::More)
            }
            None => {
                let logins = self.logins.as_mut();
                logins.map_or(Slices::Done, |logins| logins.step(index))
            }
        }
    }

    pub(crate) fn finish(self, index: &Index) -> Triage {
        let mut triage = self.triage;
        let Some(logins) = self.logins else {
            return triage;
        };
        let mut findings = routes::findings(index, &triage, &self.thresholds);
        findings.extend(logins.findings(index));
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

/// `11:19:39` if the whole log is of one day, else with the date.
fn time_text(index: &Index, time: Option<Timestamp>) -> String {
    let Some(time) = time else {
        return "the beginning of the log".to_owned();
    };
    let day = |time: Option<Timestamp>| time.map(|time| time.to_string()[..10].to_owned());
    if day(index.oldest()) == day(index.newest()) {
        humanize::clock(time)
    } else {
        humanize::date_time(time)
    }
}

/// `from 11:06 to 11:19`, or `since 11:06`.
fn period(index: &Index, since: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let since = time_text(index, since);
    match until {
        None => format!("since {since}"),
        until => format!("from {since} to {}", time_text(index, until)),
    }
}
