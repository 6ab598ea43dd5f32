//! What a judge knows of its routes, for records and screens.

use super::class::Class;
use super::destinations::{DomainNo, HostKey, HostNo, RouteNo};
use super::incident::{Incident, State};
use super::route::Route;
use super::{Judge, Seconds};

/// Worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum RouteState {
    Incident(State),
    /// It never answered in this log.
    Unreachable,
    /// It never took a message in this log.
    Refusing,
    /// It never took a message yet, and defers all.
    Deferring,
    Healthy,
    /// Nothing was tried.
    Idle,
}

impl RouteState {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Incident(State::Failing) => "✗",
            Self::Incident(State::Over) | Self::Healthy => "✓",
            Self::Incident(_) => "!",
            Self::Unreachable | Self::Refusing | Self::Deferring => "·",
            Self::Idle => "○",
        }
    }

    /// The value in JSON and the word for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Incident(state) => state.word(),
            Self::Unreachable => "unreachable",
            Self::Refusing => "refusing",
            Self::Deferring => "deferring",
            Self::Healthy => "healthy",
            Self::Idle => "idle",
        }
    }
}

/// A route of a judge.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteView<'j> {
    judge: &'j Judge,
    pub no: RouteNo,
    route: &'j Route,
}

/// One host of a route.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct HostView {
    pub key: HostKey,
    pub state: RouteState,
    pub worked: Option<Seconds>,
}

impl Judge {
    pub(crate) fn routes(&self) -> impl Iterator<Item = RouteView<'_>> {
        let routes = self.destinations.routes();
        routes.map(|(no, route)| RouteView {
            judge: self,
            no,
            route,
        })
    }

    pub(crate) fn route(&self, no: RouteNo) -> RouteView<'_> {
        RouteView {
            judge: self,
            no,
            route: self.destinations.route(no),
        }
    }

    pub(crate) fn incident(&self, id: usize) -> &Incident {
        &self.incidents[id]
    }

    /// The name of a host; `None` for one that was forgotten.
    pub(crate) fn host_name(&self, no: HostNo) -> Option<String> {
        Some(self.destinations.hosts.get(no)?.key.to_string())
    }

    /// A host, as it is judged.
    pub(crate) fn host(&self, key: HostKey) -> Option<HostView> {
        Some(self.host_view(self.destinations.hosts.find(&key)?))
    }

    fn host_view(&self, no: HostNo) -> HostView {
        let host = &self.destinations.hosts[no];
        let incident = host.incident.map(|id| self.incidents[id].progress.state);
        let route = host.route.map(|no| self.destinations.route(no));
        let route_fails = route.is_some_and(|route| route.incident.is_some());
        let state = match incident {
            Some(state) => RouteState::Incident(state),
            None if host.failed && route_fails => RouteState::Incident(State::Failing),
            None if host.worked.is_none() && host.failed => RouteState::Unreachable,
            None if host.used == 0 => RouteState::Idle,
            None => RouteState::Healthy,
        };
        HostView {
            key: host.key,
            state,
            worked: host.worked,
        }
    }

    /// The route of a domain, in lower case.
    pub(crate) fn route_of_domain(&self, domain: &[u8]) -> Option<RouteView<'_>> {
        let no = self.destinations.domains.find(domain)?;
        Some(self.route(self.destinations.domains[no].route?))
    }

    /// Domains that were never resolved, and the recipients that wait for them.
    pub(crate) fn unresolved_domains(&self) -> impl Iterator<Item = (&[u8], u32)> {
        let domains = self.destinations.domains.iter();
        let unresolved =
            domains.filter(|domain| domain.route.is_none() && domain.unresolved.is_some());
        unresolved.map(|domain| (&*domain.name, domain.waiting))
    }

    /// Domains and hosts that were forgotten because there were more than are remembered.
    pub(crate) fn forgotten(&self) -> u64 {
        self.destinations.forgotten
    }
}

impl<'j> RouteView<'j> {
    /// The profile, else the busiest domain, else the host.
    pub(crate) fn name(&self) -> String {
        if let Some(profile) = self.profile() {
            return profile.to_owned();
        }
        let domains = self.route.domains.iter().copied();
        if let Some(busiest) = domains.min_by(|a, b| self.busier(*a, *b)) {
            return self.domain(busiest);
        }
        let host = self.route.hosts.first();
        let name = host.and_then(|no| self.judge.host_name(*no));
        name.unwrap_or_default()
    }

    pub(crate) fn profile(&self) -> Option<&'j str> {
        self.route.profile.as_deref()
    }

    /// The domains, busiest first.
    pub(crate) fn domains(&self) -> Vec<String> {
        let mut sorted: Vec<DomainNo> = self.route.domains.clone();
        sorted.sort_by(|a, b| self.busier(*a, *b));
        sorted.into_iter().map(|no| self.domain(no)).collect()
    }

    fn busier(&self, a: DomainNo, b: DomainNo) -> std::cmp::Ordering {
        let domains = &self.judge.destinations.domains;
        let (a, b) = (&domains[a], &domains[b]);
        let uses = b.uses().total_cmp(&a.uses());
        uses.then_with(|| a.name.cmp(&b.name))
    }

    fn domain(&self, no: DomainNo) -> String {
        String::from_utf8_lossy(&self.judge.destinations.domains[no].name).into_owned()
    }

    pub(crate) fn hosts(&self) -> Vec<HostView> {
        let hosts = self.route.hosts.iter().map(|no| self.judge.host_view(*no));
        let mut hosts: Vec<HostView> = hosts.collect();
        hosts.sort_by_key(|host| host.key);
        hosts
    }

    pub(crate) fn is_configured(&self) -> bool {
        self.judge.is_configured(self.no)
    }

    pub(crate) fn is_private(&self) -> bool {
        self.route.private
    }

    /// The part of the recipients of the last day that goes here, from 0 to 1.
    pub(crate) fn share(&self) -> f64 {
        self.judge.destinations.share(self.no)
    }

    /// The usual rate of failures, from 0 to 1.
    pub(crate) fn usual(&self) -> f64 {
        self.route.evidence.usual()
    }

    /// Attempts by class.
    pub(crate) fn attempts(&self) -> impl Iterator<Item = (Class, u32)> {
        let counts = Class::ALL.into_iter().zip(self.route.attempts);
        counts.filter(|(_, count)| *count > 0)
    }

    /// The class of its newest failure since it worked; of a route that never worked, the most
    /// frequent one.
    pub(crate) fn newest_failure(&self) -> Option<Class> {
        if self.worked() {
            return self.route.newest.failures.last().map(|sample| sample.class);
        }
        self.most_frequent()
    }

    fn most_frequent(&self) -> Option<Class> {
        Class::most_frequent(&self.route.attempts)
    }

    /// Recipients that wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.route.load.waiting
    }

    /// How long each recipient that waits has been queued.
    pub(crate) fn waiting_ages(&self) -> impl Iterator<Item = Seconds> {
        let judge = self.judge;
        let messages = judge.mail.messages.values();
        let queued = messages.filter_map(|message| Some((message, message.queued?)));
        queued.flat_map(move |(message, queued)| {
            let recipients = message.recipients.iter();
            let waits = recipients.filter(|recipient| {
                let domain = &judge.destinations.domains[recipient.domain];
                !recipient.done && domain.route == Some(self.no)
            });
            waits.map(move |_| judge.now() - queued)
        })
    }

    /// Whether it ever worked in this log.
    pub(crate) fn worked(&self) -> bool {
        self.route.newest.success.is_some()
    }

    pub(crate) fn last_success(&self) -> Option<Seconds> {
        self.route.newest.success
    }

    /// The numbers of its open incidents: of the route, of its hosts, slow, refusals.
    pub(crate) fn open_incidents(&self) -> impl Iterator<Item = usize> {
        let hosts = self.route.hosts.iter();
        let of_hosts = hosts.filter_map(|no| self.judge.destinations.hosts[*no].incident);
        self.route.incident.into_iter().chain(of_hosts).chain(
            [self.route.slow.incident, self.route.refusals.incident]
                .into_iter()
                .flatten(),
        )
    }

    pub(crate) fn state(&self) -> RouteState {
        if let Some(id) = self.route.incident {
            return RouteState::Incident(self.judge.incidents[id].progress.state);
        }
        if self.open_incidents().next().is_some() {
            return RouteState::Incident(State::Degraded);
        }
        if self.worked() {
            return RouteState::Healthy;
        }
        match self.most_frequent() {
            None => RouteState::Idle,
            Some(Class::Unreachable | Class::Dns) => RouteState::Unreachable,
            Some(Class::Greylisted | Class::Deferred | Class::Throttled) => RouteState::Deferring,
            Some(_) => RouteState::Refusing,
        }
    }
}
