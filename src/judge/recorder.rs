//! Records how the evidence of one route grew, for `routes --explain`. Without a subject nothing is
//! recorded.

use super::attempts::Attempt;
use super::class::Class;
use super::destinations::{HostKey, HostNo, RouteNo};
use super::evidence::{Evidence, Sample};
use super::incident::{Incident, Severity, State};
use super::{Judge, Seconds};

/// What `--explain` names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// With any port if none is named.
    Host(std::net::IpAddr, Option<u16>),
    /// A recipient domain or an SMTP Auth profile.
    Name(String),
}

/// What changed a sum.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Step {
    /// When it was judged: the order of the steps.
    pub judged: Seconds,
    /// When the connection was opened or the delivery was started; of a change, when it was judged.
    pub at: Seconds,
    /// The host whose own evidence it is; `None` for that of the route.
    pub host: Option<HostKey>,
    pub kind: StepKind,
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum StepKind {
    Attempt {
        class: Class,
        /// The sum towards an incident; during one, that towards recovery.
        sum: f64,
        recovering: bool,
        /// The largest rate of failures that is usual.
        usual: f64,
    },
    Change {
        incident: usize,
        state: State,
        severity: Option<Severity>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Recorder {
    subject: Subject,
    steps: Vec<Step>,
    /// The incidents of the route.
    incidents: Vec<usize>,
}

/// What an attempt is weighed with.
#[derive(Clone, Copy)]
struct Sums {
    sum: f64,
    recovery: f64,
    usual: f64,
}

impl Sums {
    fn of(evidence: &Evidence) -> Self {
        Self {
            sum: evidence.sum,
            recovery: evidence.recovery,
            usual: evidence.rates().usual,
        }
    }
}

impl Recorder {
    pub(super) fn new(subject: Subject) -> Self {
        Self {
            subject,
            steps: Vec::new(),
            incidents: Vec::new(),
        }
    }
}

impl Subject {
    /// `198.51.100.7`, `198.51.100.7:25`, `[2001:db8::1]:25`, a domain or a profile.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Ok(address) = text.parse::<std::net::SocketAddr>() {
            return Self::Host(address.ip(), Some(address.port()));
        }
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        match bare.parse() {
            Ok(ip) => Self::Host(ip, None),
            Err(_) => Self::Name(text.to_owned()),
        }
    }
}

impl Judge {
    /// Weighs an attempt for its route, and records what that changed.
    pub(super) fn weigh_route(&mut self, no: RouteNo, sample: Sample) {
        let before = self.sums(no, None);
        self.weigh_for_route(no, sample);
        if let Some(before) = before {
            self.record(no, None, &sample, before);
        }
    }

    /// The same for its host.
    pub(super) fn weigh_host(&mut self, attempt: &Attempt) {
        let host = Some(attempt.host);
        let before = self.sums(attempt.route, host);
        self.weigh_for_host(attempt);
        if let Some(before) = before {
            self.record(attempt.route, host, &attempt.sample, before);
        }
    }

    /// Whether the route has the host, domain or profile whose evidence is recorded.
    fn is_recorded(&self, no: RouteNo) -> bool {
        let Some(recorder) = &self.recorder else {
            return false;
        };
        let destinations = &self.destinations;
        let route = destinations.route(no);
        match &recorder.subject {
            Subject::Host(ip, port) => route.hosts.iter().any(|host| {
                let key = destinations.hosts[*host].key;
                key.ip == *ip && port.is_none_or(|port| port == key.port)
            }),
            Subject::Name(name) => {
                let of_domain = destinations
                    .domains
                    .find(name.to_ascii_lowercase().as_bytes())
                    .and_then(|domain| destinations.domains[domain].route);
                let profile = route.profile.as_deref();
                of_domain == Some(no) || profile.is_some_and(|own| own.eq_ignore_ascii_case(name))
            }
        }
    }

    fn evidence(&self, no: RouteNo, host: Option<HostNo>) -> (&Evidence, Option<usize>) {
        match host {
            Some(host) => {
                let host = &self.destinations.hosts[host];
                (&host.evidence, host.incident)
            }
            None => {
                let route = self.destinations.route(no);
                (&route.evidence, route.incident)
            }
        }
    }

    /// The sums before an attempt, if its route is recorded.
    fn sums(&self, no: RouteNo, host: Option<HostNo>) -> Option<Sums> {
        self.recorder.as_ref()?;
        let (evidence, _) = self.evidence(no, host);
        self.is_recorded(no).then(|| Sums::of(evidence))
    }

    /// Records an attempt if it changed a sum.
    fn record(&mut self, no: RouteNo, host: Option<HostNo>, sample: &Sample, before: Sums) {
        let (evidence, incident) = self.evidence(no, host);
        let after = Sums::of(evidence);
        let changed = (after.sum, after.recovery) != (before.sum, before.recovery);
        let recovering = incident.is_some_and(|id| self.incidents[id].found < self.now);
        let step = Step {
            judged: self.now,
            at: sample.at,
            host: host.map(|host| self.destinations.hosts[host].key),
            kind: StepKind::Attempt {
                class: sample.class,
                sum: if recovering {
                    evidence.recovery
                } else {
                    evidence.sum
                },
                recovering,
                usual: before.usual,
            },
        };
        if let Some(recorder) = self.recorder.as_mut().filter(|_| changed) {
            recorder.steps.push(step);
        }
        self.record_incidents(no);
    }

    fn record_incidents(&mut self, no: RouteNo) {
        let route = self.destinations.route(no);
        let of_hosts = route.hosts.iter();
        let of_hosts = of_hosts.filter_map(|host| self.destinations.hosts[*host].incident);
        let open: Vec<usize> = route.open_incidents().chain(of_hosts).collect();
        if let Some(recorder) = &mut self.recorder {
            recorder.incidents.extend(open);
        }
    }

    /// The attempts that changed a sum of the recorded route, and the changes of its incidents, in
    /// the order in which they were judged.
    pub(crate) fn recorded(&self) -> Vec<Step> {
        let Some(recorder) = &self.recorder else {
            return Vec::new();
        };
        let mut incidents = recorder.incidents.clone();
        let all = self.incidents.iter().enumerate();
        let of_route = |incident: &Incident| {
            let route = incident.kind.route();
            route.is_some_and(|no| self.is_recorded(no))
        };
        let of_route = all.filter(|(_, incident)| of_route(incident));
        incidents.extend(of_route.map(|(id, _)| id));
        incidents.sort_unstable();
        incidents.dedup();
        let mut steps = recorder.steps.clone();
        for incident in incidents {
            let changes = &self.incidents[incident].progress.changes;
            steps.extend(changes.iter().map(|(at, state, severity)| Step {
                judged: *at,
                at: *at,
                host: None,
                kind: StepKind::Change {
                    incident,
                    state: *state,
                    severity: *severity,
                },
            }));
        }
        steps.sort_by_key(|step| (step.judged, matches!(step.kind, StepKind::Change { .. })));
        steps
    }
}
