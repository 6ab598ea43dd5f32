//! Two sums over a part of the attempts of a route: connections that fail though others take the
//! mail, and messages that a route refuses though it works.

use super::attempts::Attempt;
use super::class::Class;
use super::destinations::RouteNo;
use super::evidence::{Rates, Sample};
use super::incident::{IncidentKind, Severity, State};
use super::{Judge, Seconds};

/// Connections of a route that has at least three hosts.
#[derive(Clone, Debug, Default)]
pub(super) struct Slow {
    sum: f64,
    pub run: Vec<Sample>,
    connections: u32,
    failed: u32,
    pub incident: Option<usize>,
    /// Since when the sum is 0, during an incident.
    pub well: Option<Seconds>,
}

impl Slow {
    pub(super) fn weigh(&mut self, sample: Sample, now: Seconds) {
        let works = sample.works();
        if works && self.sum == 0.0 && self.incident.is_none() {
            self.connections += 1;
            return;
        }
        let usual = f64::from(2 * (self.failed + 1)) / f64::from(self.connections + 100);
        let usual = usual.clamp(0.02, 0.45);
        let rates = Rates {
            usual,
            failing: f64::midpoint(1.0, usual).max(0.3).min(0.3 + usual),
        };
        self.sum = (self.sum + rates.step(works)).max(0.0);
        if self.sum == 0.0 {
            self.run.clear();
        }
        if !works && self.run.len() < 400 {
            self.run.push(sample);
        }
        if self.incident.is_none() {
            self.connections += 1;
            self.failed += u32::from(!works);
            return;
        }
        self.sum = self.sum.min(15.0);
        if self.sum == 0.0 {
            self.well.get_or_insert(now);
        } else if self.sum > 5.0 {
            self.well = None;
        }
    }

    /// Whether the evidence suffices: at least six failures over two minutes.
    pub(super) fn is_slow(&self, evidence: f64, now: Seconds) -> bool {
        let began = self.run.first().map_or(now, |sample| sample.at);
        self.sum >= evidence && self.run.len() >= 6 && now - began >= 120
    }

    fn clear(&mut self) {
        self.sum = 0.0;
        self.run.clear();
        self.well = None;
    }
}

/// Messages that a configured route refuses, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Refusals {
    sum: f64,
    pub run: Vec<Sample>,
    refused: u32,
    messages: u32,
    pub incident: Option<usize>,
    /// The newest refusal.
    pub last: Seconds,
}

impl Refusals {
    pub(super) fn weigh(&mut self, sample: Sample, refused: bool, now: Seconds) {
        self.messages += 1;
        if !refused && self.sum == 0.0 {
            return;
        }
        if refused && self.run.iter().any(|earlier| earlier.mid == sample.mid) {
            return;
        }
        let before = f64::from(self.refused.saturating_sub(self.run.len() as u32) + 1);
        let usual = (2.0 * before / f64::from(self.messages + 300)).clamp(0.0015, 0.2);
        let rates = Rates {
            usual,
            failing: (5.0 * usual).max(0.02),
        };
        self.sum = (self.sum + rates.step(!refused)).max(0.0);
        if self.sum == 0.0 {
            self.run.clear();
        }
        if refused {
            self.last = now;
            if self.run.len() < 400 {
                self.run.push(sample);
            }
            if self.incident.is_none() {
                self.refused += 1;
            }
        }
    }

    /// Whether the evidence suffices: at least six messages of four senders.
    pub(super) fn is_rising(&self, evidence: f64) -> bool {
        let mut senders: Vec<u32> = self.run.iter().map(|sample| sample.sender).collect();
        senders.sort_unstable();
        senders.dedup();
        self.sum >= evidence && self.run.len() >= 6 && senders.len() >= 4
    }

    pub(super) fn end(&mut self) {
        self.sum = 0.0;
        self.run.clear();
        self.incident = None;
    }
}

impl Judge {
    /// Weighs a connection of a route with at least three hosts.
    pub(super) fn weigh_slow(&mut self, attempt: &Attempt) {
        const HOSTS: usize = 3;
        let (now, no, sample) = (self.now, attempt.route, attempt.sample);
        let big = self.is_big(no);
        let route = self.destinations.route_mut(no);
        if route.hosts.len() < HOSTS {
            return;
        }
        let explained = self.destinations.hosts[attempt.host].incident.is_some();
        let route = self.destinations.route_mut(no);
        if explained || route.incident.is_some() && route.slow.incident.is_none() {
            // The incident of the host or of the route says more.
            route.slow.clear();
            return;
        }
        route.slow.weigh(sample, now);
        match route.slow.incident {
            Some(id) => self.incidents[id].note(&sample),
            None if big
                && route.incident.is_none()
                && route.slow.is_slow(self.limits.slow, now) =>
            {
                let run = std::mem::take(&mut route.slow.run);
                let id = self.open_incident(IncidentKind::Slow(no), &run);
                self.destinations.route_mut(no).slow.incident = Some(id);
                self.incidents[id].set(now, State::Degraded, Some(Severity::Warning));
            }
            None => {}
        }
    }

    pub(super) fn review_slow(&mut self, no: RouteNo, id: usize) {
        let (now, hold) = (self.now, self.limits.hold);
        let route = self.destinations.route_mut(no);
        let of_route = route.incident;
        let well = route.slow.well.is_some_and(|since| now - since >= hold);
        // An incident of the route that fails says more than that it is slow.
        let explained = of_route.is_some_and(|id| self.incidents[id].is_failing());
        if well || explained {
            let slow = &mut self.destinations.route_mut(no).slow;
            slow.clear();
            slow.incident = None;
            if let Some(of_route) = of_route.filter(|_| explained) {
                self.set_parent(id, of_route);
            }
            self.end(id);
        }
    }

    /// Weighs a message that a configured route took or refused.
    pub(super) fn weigh_refusal(&mut self, no: RouteNo, sample: Sample) {
        if !self.is_configured(no) {
            return;
        }
        let (now, limit) = (self.now, self.limits.evidence);
        let refused = sample.class == Class::Message;
        let refusals = &mut self.destinations.route_mut(no).refusals;
        refusals.weigh(sample, refused, now);
        match refusals.incident {
            Some(id) if refused => {
                let incident = &mut self.incidents[id];
                incident.note_refusal(&sample);
                incident.progress.last_failure = now;
            }
            None if refused && refusals.is_rising(limit) => {
                let run = refusals.run.clone();
                let id = self.open_incident(IncidentKind::Refusals(no), &[]);
                self.incidents[id].since = run.first().map_or(now, |sample| sample.at);
                for sample in &run {
                    self.incidents[id].note_refusal(sample);
                }
                self.destinations.route_mut(no).refusals.incident = Some(id);
                self.incidents[id].set(now, State::Degraded, Some(Severity::Warning));
            }
            _ => {}
        }
    }

    pub(super) fn review_refusals(&mut self, no: RouteNo, id: usize) {
        let refusals = &mut self.destinations.route_mut(no).refusals;
        if self.now - refusals.last > 2 * self.limits.hold {
            refusals.end();
            self.end(id);
        }
    }
}
