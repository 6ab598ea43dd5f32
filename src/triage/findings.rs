//! Findings: what deserves attention, worst first, each with its evidence and what to do.
//!
//! `routes` judges the routes of a [`Triage`], `logins` the inbound logins, `system` listeners,
//! appliances and unknown lines, `appliance` its own entries about limits and outages, `peers` the
//! hosts that send to it, `senders` those that send much. Each reports what reaches its [`super::Thresholds`].

mod appliance;
mod incidents;
mod logins;
mod peers;
mod senders;
mod system;

use logins::Logins;

use super::host_builder::HostBuilder;
use super::{DestinationId, GroupBy, Slices, Thresholds, Triage};
use crate::header::Timestamp;
use crate::humanize;
use crate::index::{ConnectionId, Index};
use crate::judge::class::{Class, Side};
use crate::judge::incident::{Impact, Incident, IncidentKind, Severity, State};
use crate::position::Position;
use crate::query::FilterTerm;

/// In the order of their weight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum FindingKind {
    /// Several routes refuse our address or our domain.
    OwnAddressListed,
    DnsFailing,
    NetworkFailing,
    /// The login of a profile is refused.
    ProfileFailing,
    /// TLS that worked before fails at several routes.
    TlsFailing,
    RouteFailing,
    AccountCompromised,
    PasswordSpray,
    /// One host of a route of several.
    HostDown,
    /// A share of the connections of a route fails though others take the mail.
    RouteSlow,
    /// A configured route refuses more messages than usual.
    RefusalsRising,
    /// One sender makes most of the refusals at several routes.
    SenderRefused,
    /// The server that checks logins does not work.
    AuthServer,
    GuessedUser,
    /// Devices that log in with an old password.
    StaleDevice,
    /// Unencrypted logins on a listener where TLS is the rule.
    ClearLogins,
    /// A peer keeps many connections open.
    HeldOpen,
    /// A listener refuses connections at its limit.
    ListenerLimit,
    /// The appliance is short of memory or another resource.
    ResourceLimit,
    /// Deliveries, a listener or the work queue are suspended.
    Suspended,
    /// LDAP queries for recipients fail.
    LdapFailing,
    /// TLS with a sending host worked and fails now.
    InboundTls,
    /// A sender has many times its usual recipients.
    SenderFlood,
    /// The appliance limits the rate of a sender.
    RateLimited,
    /// A feature key ends.
    KeyExpires,
    /// Connections of a sending host break off within messages.
    PeerBreaks,
    /// Connections that tried many unknown recipients were dropped.
    Harvest,
    /// An appliance writes nothing while others do.
    SourceStale,
    /// Entries of a new, unknown shape.
    UnknownRising,
    GuessingBackground,
    /// Destinations that never answered in this log.
    TailUnreachable,
    /// Destinations that never took a message in this log.
    TailRefusing,
    /// Destinations that only deferred mail so far.
    TailDeferring,
    /// Domains that could not be resolved.
    TailNoSuchDomain,
    /// Destinations of which one host never answered.
    TailHalf,
    /// Destinations that got mail unencrypted because TLS failed.
    TailCleartext,
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

    pub(crate) fn of_incident(incident: &Incident) -> Self {
        match incident.kind {
            IncidentKind::Host(..) => Self::HostDown,
            IncidentKind::Slow(_) => Self::RouteSlow,
            IncidentKind::Refusals(_) => Self::RefusalsRising,
            IncidentKind::Route(_) if incident.class() == Class::Authentication => {
                Self::ProfileFailing
            }
            IncidentKind::Route(_) => Self::RouteFailing,
            IncidentKind::Listed => Self::OwnAddressListed,
            IncidentKind::Dns => Self::DnsFailing,
            IncidentKind::Network => Self::NetworkFailing,
            IncidentKind::Tls => Self::TlsFailing,
            IncidentKind::Sender => Self::SenderRefused,
        }
    }

    /// Whether it is one of the long tail: what every site has.
    pub(crate) fn is_tail(self) -> bool {
        self >= Self::TailUnreachable
    }

    /// Whether it is what several routes have in common.
    fn is_common(self) -> bool {
        matches!(
            self,
            Self::OwnAddressListed
                | Self::DnsFailing
                | Self::NetworkFailing
                | Self::TlsFailing
                | Self::SenderRefused
        )
    }

    /// Whether it speaks of outbound routes.
    pub(crate) fn is_of_routes(self) -> bool {
        match self {
            Self::OwnAddressListed
            | Self::DnsFailing
            | Self::NetworkFailing
            | Self::ProfileFailing
            | Self::TlsFailing
            | Self::RouteFailing
            | Self::HostDown
            | Self::RouteSlow
            | Self::RefusalsRising
            | Self::SenderRefused => true,
            tail => tail.is_tail(),
        }
    }

    /// Whose problem it is, if no incident says so.
    fn side(self) -> Side {
        match self {
            Self::AccountCompromised
            | Self::PasswordSpray
            | Self::GuessedUser
            | Self::Harvest
            | Self::GuessingBackground => Side::Attack,
            Self::StaleDevice | Self::RateLimited => Side::Normal,
            Self::InboundTls | Self::PeerBreaks => Side::Theirs,
            Self::AuthServer
            | Self::ClearLogins
            | Self::ListenerLimit
            | Self::ResourceLimit
            | Self::Suspended
            | Self::LdapFailing
            | Self::KeyExpires
            | Self::SourceStale
            | Self::UnknownRising => Side::Ours,
            tail if tail.is_tail() => Side::Normal,
            _ => Side::Unclear,
        }
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::OwnAddressListed => ("own_address_listed", "our address is listed"),
            Self::DnsFailing => ("dns_failing", "names cannot be resolved"),
            Self::NetworkFailing => ("network_failing", "the network fails"),
            Self::ProfileFailing => ("profile_failing", "profile fails"),
            Self::TlsFailing => ("tls_failing", "TLS fails"),
            Self::RouteFailing => ("route_failing", "route fails"),
            Self::AccountCompromised => ("account_compromised", "account compromised"),
            Self::PasswordSpray => ("password_spray", "password spray"),
            Self::HostDown => ("host_down", "host is down"),
            Self::RouteSlow => ("route_slow", "route is slow"),
            Self::RefusalsRising => ("refusals_rising", "more refusals"),
            Self::SenderRefused => ("sender_refused", "sender is refused"),
            Self::AuthServer => ("auth_server", "login server"),
            Self::GuessedUser => ("guessed_user", "guessed user"),
            Self::StaleDevice => ("stale_device", "old passwords"),
            Self::ClearLogins => ("clear_logins", "unencrypted logins"),
            Self::HeldOpen => ("held_open", "held open"),
            Self::ListenerLimit => ("listener_limit", "listener at its limit"),
            Self::ResourceLimit => ("resource_limit", "short of resources"),
            Self::Suspended => ("suspended", "suspended"),
            Self::LdapFailing => ("ldap_failing", "LDAP queries fail"),
            Self::InboundTls => ("inbound_tls_failing", "inbound TLS fails"),
            Self::SenderFlood => ("sender_flood", "sender floods"),
            Self::RateLimited => ("rate_limited", "sender is limited"),
            Self::KeyExpires => ("key_expires", "feature key ends"),
            Self::PeerBreaks => ("peer_breaks_off", "messages break off"),
            Self::Harvest => ("harvest_attack", "harvest attacks"),
            Self::SourceStale => ("source_stale", "silent appliance"),
            Self::UnknownRising => ("unknown_rising", "unknown lines"),
            Self::GuessingBackground => ("guessing_background", "guessed passwords"),
            Self::TailUnreachable => ("tail_unreachable", "dead destinations"),
            Self::TailRefusing => ("tail_refusing", "refusing destinations"),
            Self::TailDeferring => ("tail_deferring", "deferring destinations"),
            Self::TailNoSuchDomain => ("tail_no_such_domain", "domains that do not exist"),
            Self::TailHalf => ("tail_half", "half-dead destinations"),
            Self::TailCleartext => ("tail_cleartext", "unencrypted mail"),
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
    Destination(DestinationId),
    /// The records that match all terms.
    Query(Vec<FilterTerm>),
    /// The evidence only.
    Evidence,
}

#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub kind: FindingKind,
    pub severity: Severity,
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
    /// The incident that it is about; `None` if it is about none.
    pub facts: Option<Box<IncidentFacts>>,
}

/// An incident of routes, beside what every finding has.
#[derive(Clone, Debug, Default)]
pub(crate) struct IncidentFacts {
    /// The value in JSON.
    pub state: &'static str,
    /// When the evidence sufficed.
    pub found: Option<Timestamp>,
    pub flaps: u32,
    pub class: Option<Class>,
    pub side: Option<Side>,
    pub code: Option<u16>,
    pub enhanced: Option<String>,
    pub detail: Option<String>,
    /// `198.51.100.7:25`; the first ones.
    pub hosts: Vec<String>,
    /// The first ones.
    pub domains: Vec<String>,
    /// Routes, or destinations of the tail.
    pub members: usize,
    pub impact: Option<Impact>,
    /// The part of a day's recipients that goes there, from 0 to 1.
    pub share: Option<f64>,
    /// The routes that a common cause hit, or of the tail; the first ones.
    pub routes: Vec<DestinationId>,
    /// Changes of state and severity, oldest first.
    pub changes: Vec<(Timestamp, State, Option<Severity>)>,
}

impl IncidentFacts {
    /// `535 5.7.8 Error: authentication failed`, else the words of the class; empty if neither is known.
    pub(crate) fn reply(&self) -> String {
        let detail = self.detail.as_deref().unwrap_or_default();
        match (self.code, detail, self.class) {
            (None, "", class) => class.map_or_else(String::new, |class| class.phrase().to_owned()),
            (None, detail, _) => detail.to_owned(),
            (Some(code), "", _) => code.to_string(),
            (Some(code), detail, _) => format!("{code} {detail}"),
        }
    }
}

impl Finding {
    /// Whether it is an incident that goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.until.is_none() && !self.kind.is_tail()
    }

    /// The value in JSON: `standing` for what is no incident of routes.
    pub(crate) fn state(&self) -> &'static str {
        match &self.facts {
            Some(facts) => facts.state,
            None if self.until.is_some() => "over",
            None => "standing",
        }
    }

    pub(crate) fn side(&self) -> Side {
        let side = self.facts.as_ref().and_then(|facts| facts.side);
        side.unwrap_or_else(|| self.kind.side())
    }

    /// The route of the incident, or those that a common cause hit.
    pub(crate) fn routes(&self) -> impl Iterator<Item = DestinationId> {
        let own = match self.drill_down {
            DrillDown::Destination(id) => Some(id),
            _ => None,
        };
        let members = self.facts.iter().flat_map(|facts| &facts.routes);
        own.into_iter().chain(members.copied())
    }

    /// Whether it is the common cause of incidents of several routes.
    pub(crate) fn is_common(&self) -> bool {
        self.is_open_incident() && self.kind.is_common()
    }

    /// Whether it is an incident of routes that goes on.
    pub(crate) fn is_open_incident(&self) -> bool {
        self.is_open() && self.kind.is_of_routes()
    }

    /// The order of [`crate::triage::Destination::rank`].
    fn rank(&self) -> impl Ord + use<> {
        let impact = self.facts.as_ref().and_then(|facts| facts.impact.as_ref());
        let cost = impact.map_or(0, Impact::cost);
        let over = self.until.is_some();
        // What is as on every day comes after what happened.
        let everyday = self.severity == Severity::Notice && !over && !self.is_open_incident();
        (
            everyday,
            over,
            std::cmp::Reverse((self.severity, cost)),
            self.kind,
            std::cmp::Reverse(self.since),
        )
    }
}

/// Builds the routes, then the findings, in slices.
#[derive(Debug)]
pub(crate) struct Analyzer {
    /// `None` once the routes are built.
    builder: Option<HostBuilder>,
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
            builder: Some(HostBuilder::new(index, by, selected)),
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
        let mut findings = incidents::findings(index, &triage);
        for (_, judge) in index.judges() {
            findings.extend(super::logins::findings(index, &judge.logins.snapshot()));
        }
        findings.extend(logins.findings(index));
        findings.extend(system::findings(index, &self.thresholds));
        findings.extend(appliance::findings(index, &self.thresholds));
        findings.extend(peers::findings(index, &self.thresholds));
        findings.extend(senders::findings(index, &self.thresholds));
        findings.sort_by_cached_key(|finding| (finding.rank(), finding.subject.clone()));
        triage.findings = findings;
        triage
    }
}

/// `11:19:39` if the whole log is of one day, else with the date.
pub(super) fn time_text(index: &Index, time: Option<Timestamp>) -> String {
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
pub(super) fn period(index: &Index, since: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let since = time_text(index, since);
    match until {
        None => format!("since {since}"),
        until => format!("from {since} to {}", time_text(index, until)),
    }
}
