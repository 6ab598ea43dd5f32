//! Opens, continues and ends incidents of routes and hosts.

use super::attempts::Attempt;
use super::class::Class;
use super::destinations::{HostNo, RouteNo};
use super::evidence::{Sample, likeliest};
use super::incident::{Incident, IncidentKind};
use super::{Judge, Seconds};

/// Successes after which a route is known to work.
const KNOWN: u32 = 8;
/// Recipients that must wait for a route that never worked in the log.
const WAITING: u32 = 20;
/// Seconds without an attempt after which an incident is over.
const SILENT: Seconds = 4 * 3600;
/// Hosts of a route whose hosts are judged one by one.
const FEW_HOSTS: usize = 4;

impl Judge {
    /// The evidence suffices that a route fails.
    pub(super) fn route_fails(&mut self, no: RouteNo) {
        let route = self.destinations.route(no);
        let known = route.evidence.successes >= KNOWN;
        let much = self.is_big(no) && route.load.waiting >= WAITING;
        if known || self.is_configured(no) || much {
            let run = route.evidence.run.clone();
            self.open_route(no, &run);
        }
    }

    /// A route fails for a part of each hour.
    pub(super) fn look_for_relapses(&mut self, no: RouteNo) {
        let route = self.destinations.route(no);
        if route.evidence.successes >= 4 * KNOWN
            && let Some(run) = route.relapses.unusual(self.now)
        {
            let run = run.to_vec();
            self.open_route(no, &run);
            if let Some(id) = self.destinations.route(no).incident {
                self.incidents[id].progress.flaps += run.len() as u32;
                self.review(id);
            }
        }
    }

    /// The evidence suffices that one host of a route fails.
    pub(super) fn host_fails(&mut self, attempt: &Attempt) {
        let route = self.destinations.route(attempt.route);
        let (hosts, host) = (
            &self.destinations.hosts,
            &self.destinations.hosts[attempt.host],
        );
        let count = route.hosts.len();
        let slow = route.slow.incident.is_some();
        let known = host.evidence.successes > 0 || self.is_configured(attempt.route);
        if count > FEW_HOSTS
            || slow
            || route.incident.is_some()
            || !known
            || !self.is_important(attempt.route)
        {
            return;
        }
        let down = route
            .hosts
            .iter()
            .filter(|host| hosts[**host].incident.is_some())
            .count()
            + 1;
        if down >= count.div_ceil(2).max(2) {
            let of_hosts = route
                .hosts
                .iter()
                .flat_map(|host| &hosts[*host].evidence.run);
            let mut run: Vec<Sample> = of_hosts.copied().collect();
            run.sort_by_key(|sample| sample.at);
            self.open_route(attempt.route, &run);
        } else {
            let kind = IncidentKind::Host(attempt.route, attempt.host);
            let run = likeliest(&host.evidence.run, host.evidence.rates().usual).to_vec();
            let id = self.open_incident(kind, &run);
            self.destinations.hosts[attempt.host].incident = Some(id);
            self.review(id);
        }
    }

    pub(super) fn open_route(&mut self, no: RouteNo, run: &[Sample]) {
        let usual = self.destinations.route(no).evidence.rates().usual;
        let run = likeliest(run, usual);
        let id = self
            .reopened(no, run)
            .unwrap_or_else(|| self.open_incident(IncidentKind::Route(no), run));
        self.destinations.route_mut(no).incident = Some(id);
        self.destinations.route_mut(no).evidence.recovery = 0.0;
        for host in self.destinations.route(no).hosts.clone() {
            let Some(of_host) = self.destinations.hosts[host].incident.take() else {
                continue;
            };
            self.destinations.hosts[host].evidence.clear();
            let since = self.incidents[of_host].since;
            let incident = &mut self.incidents[id];
            incident.since = incident.since.min(since);
            self.set_parent(of_host, id);
            self.end(of_host);
        }
        if self.incidents[id].working() <= 0.1 {
            self.charge_waiting(id, |judge, _, _, recipient| {
                judge.destinations.domains[recipient.domain].route == Some(no)
            });
        }
        let mids: Vec<u64> = run.iter().filter(|s| !s.works()).map(|s| s.mid).collect();
        self.charge_waiting(id, |_, mid, _, _| mids.contains(&mid));
        for sample in run.iter().filter(|sample| !sample.works()) {
            self.incidents[id].impact.add(sample.lost);
        }
        self.review(id);
    }

    /// The incident that ended lately and whose failure is the same.
    fn reopened(&mut self, no: RouteNo, run: &[Sample]) -> Option<usize> {
        let id = self.destinations.route(no).ended?;
        let (now, reopen) = (self.now, self.limits.reopen);
        let incident = &mut self.incidents[id];
        let class = main_class(run)?;
        let soft = class.is_soft() || class == Class::Throttled;
        let until = incident.until?;
        if soft || incident.class() != class || now - until > reopen {
            return None;
        }
        incident.until = None;
        incident.progress.flaps += 1;
        incident.progress.recovering = None;
        incident.progress.last_failure = now;
        for sample in run {
            incident.note(sample);
        }
        self.open.push(id);
        Some(id)
    }

    /// Opens an incident on the samples of its run.
    pub(super) fn open_incident(&mut self, kind: IncidentKind, run: &[Sample]) -> usize {
        let class = main_class(run);
        let of_class = run.iter().filter(|sample| Some(sample.class) == class);
        let since = of_class.map(|sample| sample.at).min().unwrap_or(self.now);
        let mut incident = Incident::new(kind, since, self.now);
        for sample in run {
            incident.note(sample);
        }
        self.add_incident(incident)
    }

    /// Adds an incident to the open ones; returns its number.
    pub(super) fn add_incident(&mut self, incident: Incident) -> usize {
        self.incidents.push(incident);
        let id = self.incidents.len() - 1;
        self.open.push(id);
        id
    }

    /// A further attempt during an incident.
    pub(super) fn continue_incident(&mut self, id: usize, sample: &Sample, recovery: f64) {
        const PAUSE: Seconds = 100;
        let now = self.now;
        let incident = &mut self.incidents[id];
        let worked = incident.newest().1;
        incident.note(sample);
        let progress = &mut incident.progress;
        if !sample.works() {
            if now - progress.last_failure > PAUSE && worked > 3 {
                progress.flaps += 1;
            }
            progress.last_failure = now;
        }
        let progress = &mut incident.progress;
        if recovery >= self.limits.recovery {
            progress.recovering.get_or_insert(now);
        } else if recovery == 0.0 || !sample.works() {
            progress.recovering = None;
        }
        self.review(id);
    }

    /// Ends an incident that has recovered for long enough or is not tried any more, else judges its
    /// state and severity again.
    pub(super) fn review(&mut self, id: usize) {
        let incident = &self.incidents[id];
        if !incident.is_open() {
            return;
        }
        let (now, hold) = (self.now, self.limits.hold);
        let recovered = incident
            .progress
            .recovering
            .is_some_and(|since| now - since >= hold);
        let silent = now - incident.progress.last_failure > SILENT;
        match incident.kind {
            IncidentKind::Route(_) | IncidentKind::Host(..) if recovered || silent => {
                self.end_of_route(id);
            }
            IncidentKind::Route(_) | IncidentKind::Host(..) => self.judge_severity(id),
            IncidentKind::Slow(no) => self.review_slow(no, id),
            IncidentKind::Refusals(no) => self.review_refusals(no, id),
            _ => {}
        }
    }

    pub(super) fn end_of_route(&mut self, id: usize) {
        self.end(id);
        match self.incidents[id].kind {
            IncidentKind::Host(_, host) => {
                self.destinations.hosts[host].incident = None;
                self.destinations.hosts[host].evidence.clear();
            }
            IncidentKind::Route(no) => {
                let route = self.destinations.route_mut(no);
                route.incident = None;
                route.ended = Some(id);
                route.evidence.clear();
                let hosts = route.hosts.clone();
                for host in hosts.iter().copied() {
                    self.destinations.hosts[host].evidence.clear();
                }
                if (2..=FEW_HOSTS).contains(&hosts.len()) {
                    hosts.iter().for_each(|host| self.still_down(no, *host, id));
                }
            }
            _ => {}
        }
    }

    /// A host that has not worked since its route's incident began has an incident of its own.
    fn still_down(&mut self, route: RouteNo, no: HostNo, ended: usize) {
        let host = &self.destinations.hosts[no];
        let since = self.incidents[ended].since;
        let down = host.failed && host.worked.is_none_or(|worked| worked < since);
        if !down || !self.is_important(route) {
            return;
        }
        let mut incident = Incident::new(IncidentKind::Host(route, no), since, self.now);
        incident.classes = self.incidents[ended].classes;
        incident
            .evidence
            .clone_from(&self.incidents[ended].evidence);
        incident.progress.last_failure = host.used;
        let id = self.add_incident(incident);
        self.destinations.hosts[no].incident = Some(id);
        self.review(id);
    }

    pub(super) fn end(&mut self, id: usize) {
        self.incidents[id].end(self.now);
        self.open.retain(|open| *open != id);
    }

    /// Much is queued and the little that was tried failed: the retry schedule leaves few attempts.
    pub(super) fn look_for_stuck(&mut self) {
        const QUEUED: u32 = 8;
        const PAUSE: Seconds = 60;
        let now = self.now;
        let began = self.began;
        let routes = self.destinations.routes();
        let stuck = routes.filter(|(_, route)| {
            let newest = &route.newest;
            let (queued, since) = match newest.success {
                Some(success) => (newest.queued, success),
                None => (route.load.waiting, began),
            };
            queued >= QUEUED
                && newest.failures.len() >= 2
                && now - since >= PAUSE
                && route.incident.is_none()
        });
        let stuck: Vec<RouteNo> = stuck.map(|(no, _)| no).collect();
        for no in stuck {
            // A log may begin during the failure of a route that is configured.
            let worked = self.destinations.route(no).evidence.successes > 0;
            if self.is_configured(no) || worked && self.is_big(no) {
                let run = self.destinations.route(no).newest.failures.clone();
                self.open_route(no, &run);
            }
        }
    }
}

/// The most frequent class of the failures of a run.
fn main_class(run: &[Sample]) -> Option<Class> {
    let mut counts = [0_u32; Class::COUNT];
    for sample in run.iter().filter(|sample| !sample.works()) {
        counts[sample.class as usize] += 1;
    }
    Class::most_frequent(&counts)
}
