//! State and severity of the incidents of routes and hosts.

use super::class::Class;
use super::destinations::RouteNo;
use super::incident::{IncidentKind, Severity, State};
use super::{Judge, Seconds};

/// Turns of failure and success that make a state flapping.
const FLAPS: u32 = 2;
/// The share of the newest attempts that work, up to which a route is failing.
const WORKING: f64 = 0.1;
/// The same of a route that is failing already.
const STILL: f64 = 0.25;
/// Seconds that a burst of throttling takes on an ordinary day.
const BURST: Seconds = 240;

impl Judge {
    /// Whether the configuration of the appliance, or of this program, names the route.
    pub(super) fn is_configured(&self, no: RouteNo) -> bool {
        let route = self.destinations.route(no);
        route.profile.is_some() || route.private || route.tls_required || self.is_named(no)
    }

    /// Whether a pattern of `important` matches one of its hosts, domains or its profile.
    fn is_named(&self, no: RouteNo) -> bool {
        if self.limits.important.is_empty() {
            return false;
        }
        let route = self.destinations.route(no);
        let matches = |name: &str| self.limits.is_important(name);
        route.profile.as_deref().is_some_and(matches)
            || route.domains.iter().any(|domain| {
                matches(&String::from_utf8_lossy(
                    &self.destinations.domains[*domain].name,
                ))
            })
            || route.hosts.iter().any(|host| {
                let key = self.destinations.hosts[*host].key;
                matches(&key.to_string()) || matches(&key.ip.to_string())
            })
    }

    /// Whether it takes a good part of the mail.
    pub(super) fn is_big(&self, no: RouteNo) -> bool {
        100.0 * self.destinations.share(no) >= self.limits.important_percent
    }

    pub(super) fn is_important(&self, no: RouteNo) -> bool {
        self.is_configured(no) || self.is_big(no)
    }

    /// Judges state and severity of an incident of a route or host. It gets worse at once, and better
    /// only after it has recovered for a third of `hold`.
    pub(super) fn judge_severity(&mut self, id: usize) {
        let incident = &self.incidents[id];
        let Some(route) = incident.kind.route() else {
            return;
        };
        let (now, hold) = (self.now, self.limits.hold);
        // A route that fails does so until a quarter of the attempts work.
        let still = incident.progress.state == State::Failing && incident.working() < STILL;
        let failing = incident.working() <= WORKING || still;
        let recovering = incident.progress.recovering;
        let quiet = recovering.is_some_and(|since| now - since > hold / 3);
        let state = if incident.progress.flaps >= FLAPS {
            State::Flapping
        } else if recovering.is_some() {
            State::Recovering
        } else if failing {
            State::Failing
        } else {
            State::Degraded
        };
        let parent = incident.parent.or_else(|| self.explanation(incident));
        let severity = if parent.is_some() {
            None
        } else {
            let mut severity = self.severity_of(id, route, failing);
            if quiet && !failing {
                severity = severity.min(Severity::Warning);
            }
            let worst_so_far = if quiet {
                None
            } else {
                incident.progress.severity
            };
            Some(severity).max(worst_so_far)
        };
        if let Some(parent) = parent {
            self.set_parent(id, parent);
        }
        let incident = &mut self.incidents[id];
        incident.set(now, state, severity);
    }

    fn severity_of(&self, id: usize, route: RouteNo, failing: bool) -> Severity {
        let incident = &self.incidents[id];
        let important = self.is_important(route);
        let if_important = |severity| {
            if important {
                severity
            } else {
                Severity::Notice
            }
        };
        if let IncidentKind::Host(..) = incident.kind {
            return if_important(Severity::Warning);
        }
        let cost = incident.impact.cost();
        let limits = &self.limits;
        let critical = self.is_configured(route)
            || important && cost >= limits.critical_important
            || cost >= limits.critical;
        let severity = if failing && critical {
            Severity::Critical
        } else if important || cost >= limits.warning {
            Severity::Warning
        } else {
            Severity::Notice
        };
        let (count, _) = incident.newest();
        let bursts = incident.part(&[Class::Throttled, Class::Deferred, Class::Greylisted]) > 0.5;
        let calm = incident
            .progress
            .severity
            .is_none_or(|now| now == Severity::Notice);
        // Bursts of throttling are those of an ordinary day.
        let short = self.now - incident.since < BURST;
        if bursts && calm && (short || count < 20 || incident.working() > 0.5) {
            return Severity::Notice;
        }
        let unclear = incident.part(&[Class::Deferred, Class::Greylisted, Class::Policy]) > 0.5;
        if incident.has_one_sender() {
            Severity::Notice
        } else if unclear {
            severity.min(if_important(Severity::Warning))
        } else {
            severity
        }
    }
}
