//! Common causes: one incident that explains those of several routes.

use std::collections::{BTreeSet, VecDeque};

use super::attempts::Attempt;
use super::class::{Class, Side};
use super::destinations::{DomainNo, RouteNo};
use super::evidence::Sample;
use super::incident::{Incident, IncidentKind, Severity, State};
use super::mail::Result;
use super::{Judge, Seconds};

/// Failures that are remembered of each kind.
const REMEMBERED: usize = 4096;
/// Routes that a common cause names.
const MEMBERS: usize = 10_000;
/// Seconds over which a listed address, failing TLS and a refused sender are looked for.
const LONG: Seconds = 900;
/// Seconds over which name resolution and the network are looked at.
const SHORT: Seconds = 300;

/// A failure that may have a common cause.
#[derive(Clone, Copy, Debug)]
struct Clue {
    at: Seconds,
    /// The number of a route, or of a domain if its name is not resolved.
    place: usize,
    sample: Sample,
    recipients: u32,
}

impl Clue {
    fn of_connection(at: Seconds, route: RouteNo, sample: Sample) -> Self {
        Self {
            at,
            place: route.at(),
            sample,
            recipients: 0,
        }
    }
}

#[derive(Debug, Default)]
struct Clues(VecDeque<Clue>);

impl Clues {
    fn push(&mut self, clue: Clue) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(clue);
    }

    fn expire(&mut self, before: Seconds) {
        while self.0.front().is_some_and(|clue| clue.at < before) {
            self.0.pop_front();
        }
    }

    fn places(&self) -> BTreeSet<usize> {
        self.0.iter().map(|clue| clue.place).collect()
    }

    fn recipients(&self) -> u32 {
        self.0.iter().map(|clue| clue.recipients).sum()
    }

    /// When the newest run of clues began: some destinations refuse our address on every day, so a
    /// clue long before the next one is not of this run.
    fn began(&self) -> Option<Seconds> {
        const LEAST_GAP: Seconds = 120;
        let mut times: Vec<Seconds> = self.0.iter().map(|clue| clue.sample.at).collect();
        times.sort_unstable();
        let newest = *times.last()?;
        let mut began = newest;
        for (count, at) in (1..).zip(times.iter().rev().skip(1)) {
            let usual = (newest - began) / count;
            if began - at > LEAST_GAP.max(4 * usual) {
                break;
            }
            began = *at;
        }
        Some(began)
    }
}

/// The earliest of the attempts.
fn since(clues: &[Clue]) -> Seconds {
    let times = clues.iter().map(|clue| clue.sample.at);
    times.min().unwrap_or_default()
}

#[derive(Debug, Default)]
pub(super) struct Causes {
    listed: Clues,
    unresolved: Clues,
    unreachable: Clues,
    tls: Clues,
    refused: Clues,
    /// The incident of each kind that is open.
    open: Vec<(IncidentKind, usize)>,
    /// Attempts that worked and that failed, of each of the newest seconds.
    attempts: VecDeque<(Seconds, u32, u32)>,
}

impl Causes {
    /// The open incident that explains failures of a class.
    pub(super) fn explains(&self, class: Class) -> Option<usize> {
        let kind = match class {
            Class::Listed | Class::Unauthenticated => IncidentKind::Listed,
            Class::Dns => IncidentKind::Dns,
            Class::Unreachable => IncidentKind::Network,
            Class::Tls => IncidentKind::Tls,
            _ => return None,
        };
        self.of(kind)
    }

    fn of(&self, kind: IncidentKind) -> Option<usize> {
        let mut open = self.open.iter();
        open.find(|(known, _)| *known == kind).map(|(_, id)| *id)
    }

    pub(super) fn count(&mut self, now: Seconds, works: bool) {
        match self.attempts.back_mut() {
            Some((at, ..)) if *at == now => {}
            _ => self.attempts.push_back((now, 0, 0)),
        }
        if let Some((_, worked, failed)) = self.attempts.back_mut() {
            *worked += u32::from(works);
            *failed += u32::from(!works);
        }
        while self
            .attempts
            .front()
            .is_some_and(|(at, ..)| now - at > SHORT)
        {
            self.attempts.pop_front();
        }
    }

    /// Attempts that worked and that failed since a time.
    fn counted(&self, since: Seconds) -> (u32, u32) {
        let newest = self
            .attempts
            .iter()
            .rev()
            .take_while(|(at, ..)| *at >= since);
        newest.fold((0, 0), |sum, (_, worked, failed)| {
            (sum.0 + worked, sum.1 + failed)
        })
    }
}

impl Judge {
    /// Notes a reply that may have a common cause.
    pub(super) fn note_cause(
        &mut self,
        route: RouteNo,
        mid: u64,
        sample: Sample,
        result: &Result,
        null_sender: bool,
    ) {
        let clue = Clue {
            at: self.now,
            place: route.at(),
            sample,
            recipients: result.outcomes.iter().count() as u32,
        };
        match sample.class {
            Class::Listed | Class::Unauthenticated => {
                self.causes.listed.push(clue);
                self.look_for_listing();
                if let Some(id) = self.causes.of(IncidentKind::Listed) {
                    self.note_member(id, route, &sample);
                    for outcome in result.outcomes.iter() {
                        self.charge(id, mid, outcome.rid);
                    }
                }
            }
            Class::Policy | Class::Sender | Class::Message if !null_sender => {
                self.causes.refused.push(clue);
            }
            _ => {}
        }
    }

    /// Notes a host that was not reached, of a route that worked before.
    pub(super) fn note_unreachable(&mut self, route: RouteNo, sample: Sample) {
        if self.destinations.route(route).evidence.successes < 8 {
            return;
        }
        let clue = Clue::of_connection(self.now, route, sample);
        self.causes.unreachable.push(clue);
        self.note_together(IncidentKind::Network, route, &sample);
    }

    /// Notes required TLS that failed at a host where it succeeded before.
    pub(super) fn note_tls(&mut self, attempt: &Attempt) {
        if !self.destinations.hosts[attempt.host].tls_worked {
            return;
        }
        let clue = Clue::of_connection(self.now, attempt.route, attempt.sample);
        self.causes.tls.push(clue);
        self.note_together(IncidentKind::Tls, attempt.route, &attempt.sample);
    }

    fn note_together(&mut self, kind: IncidentKind, route: RouteNo, sample: &Sample) {
        if let Some(id) = self.causes.of(kind) {
            self.note_member(id, route, sample);
        }
    }

    fn note_member(&mut self, id: usize, route: RouteNo, sample: &Sample) {
        let now = self.now;
        let incident = &mut self.incidents[id];
        incident.progress.last_failure = now;
        incident.note(sample);
        if incident.members.len() < MEMBERS && !incident.members.contains(&route) {
            incident.members.push(route);
        }
    }

    fn look_for_listing(&mut self) {
        const RECIPIENTS: u32 = 6;
        self.causes.listed.expire(self.now - LONG);
        let places = self.causes.listed.places();
        if self.causes.of(IncidentKind::Listed).is_some()
            || places.len() < self.limits.listed_routes
            || self.causes.listed.recipients() < RECIPIENTS
        {
            return;
        }
        // Some destinations refuse every address of ours on every day.
        let routes = || {
            places
                .iter()
                .map(|at| self.destinations.route(RouteNo::new(*at)))
        };
        let worked = routes()
            .filter(|route| route.evidence.successes > 0)
            .count();
        if worked >= self.limits.listed_routes || places.len() >= 3 * self.limits.listed_routes {
            let clues: Vec<Clue> = self.causes.listed.0.iter().copied().collect();
            let since = self.causes.listed.began().unwrap_or(self.now);
            self.open_cause(IncidentKind::Listed, since, Severity::Critical, &clues);
        }
    }

    /// A domain whose name could not be resolved. Returns the incident that explains it.
    pub(super) fn unresolved(&mut self, no: DomainNo, mid: u64, result: &Result) -> Option<usize> {
        const LAME: Seconds = 600;
        let now = self.now;
        let domain = &mut self.destinations.domains[no];
        let first = *domain.unresolved.get_or_insert(now);
        let open = self.causes.of(IncidentKind::Dns);
        // The servers of a lame domain failed before.
        let lame = match open {
            Some(id) => first < self.incidents[id].since - SHORT,
            None => now - first > LAME,
        };
        if lame {
            return None;
        }
        let sample = Sample {
            at: result.at,
            class: Class::Dns,
            dcid: 0,
            mid,
            sender: 0,
            lost: super::evidence::Lost::default(),
            position: result.position,
        };
        self.causes.unresolved.push(Clue {
            at: now,
            place: no.at(),
            sample,
            recipients: result.outcomes.iter().count() as u32,
        });
        self.causes.unresolved.expire(now - SHORT);
        if let Some(id) = open {
            self.incidents[id].note(&sample);
            self.incidents[id].progress.last_failure = now;
            return open;
        }
        self.look_for_resolver();
        self.causes.of(IncidentKind::Dns)
    }

    fn look_for_resolver(&mut self) {
        const RECIPIENTS: u32 = 10;
        const KNOWN: usize = 3;
        const ALONE: usize = 20;
        let clues = &self.causes.unresolved;
        let (domains, recipients) = (clues.places(), clues.recipients());
        let worked = self.causes.counted(self.now - 59).0;
        if domains.len() < self.limits.dns_domains
            || recipients < RECIPIENTS
            || recipients <= worked
        {
            return;
        }
        let known = domains.iter().filter(|at| {
            let domain = self.destinations.domains.get(DomainNo::new(**at));
            let no = domain.and_then(|domain| domain.route);
            let route = no.map(|no| self.destinations.route(no));
            route.is_some_and(|route| route.evidence.successes > 0)
        });
        let nothing = self.causes.counted(self.now - SHORT).0 == 0;
        if known.count() >= KNOWN || domains.len() >= ALONE && nothing {
            let copied: Vec<Clue> = clues.0.iter().copied().collect();
            let id = self.open_cause(
                IncidentKind::Dns,
                since(&copied),
                Severity::Critical,
                &copied,
            );
            self.incidents[id].members.clear();
        }
    }

    /// Each minute: opens and ends common causes.
    pub(super) fn look_at_causes(&mut self) {
        let now = self.now;
        for (kind, id) in self.causes.open.clone() {
            if now - self.incidents[id].progress.last_failure > self.limits.hold {
                self.end_cause(kind, id);
            }
        }
        self.causes.unreachable.expire(now - SHORT);
        self.causes.tls.expire(now - LONG);
        self.causes.refused.expire(now - LONG);
        self.look_for_network();
        self.look_for_tls();
        self.look_for_sender();
    }

    /// The clues of routes that have not worked since their first one.
    fn of_failing_routes(&self, clues: &Clues) -> Vec<Clue> {
        let still = clues.0.iter().filter(|clue| {
            let route = self.destinations.route(RouteNo::new(clue.place));
            route.newest.success.is_none_or(|success| success < clue.at)
        });
        still.copied().collect()
    }

    fn look_for_network(&mut self) {
        let (worked, failed) = self.causes.counted(self.now - SHORT);
        if failed >= worked {
            let clues = self.of_failing_routes(&self.causes.unreachable);
            self.look_together(IncidentKind::Network, &clues, self.limits.network_routes);
        }
    }

    fn look_for_tls(&mut self) {
        const ROUTES: usize = 3;
        let clues = self.of_failing_routes(&self.causes.tls);
        self.look_together(IncidentKind::Tls, &clues, ROUTES);
    }

    /// Opens a cause if enough routes fail together.
    fn look_together(&mut self, kind: IncidentKind, clues: &[Clue], least: usize) {
        let routes: BTreeSet<usize> = clues.iter().map(|clue| clue.place).collect();
        if self.causes.of(kind).is_none() && routes.len() >= least {
            self.open_cause(kind, since(clues), Severity::Critical, clues);
        }
    }

    /// One sender makes most of the refusals at several routes.
    fn look_for_sender(&mut self) {
        const ROUTES: usize = 3;
        const REFUSALS: usize = 20;
        let open = self.causes.of(IncidentKind::Sender);
        let clues = &self.causes.refused.0;
        if clues.len() < REFUSALS && open.is_none() {
            return;
        }
        let mut senders: Vec<u32> = clues.iter().map(|clue| clue.sample.sender).collect();
        senders.sort_unstable();
        let most = senders
            .chunk_by(|a, b| a == b)
            .max_by_key(|same| same.len());
        let Some((sender, count)) = most.map(|same| (same[0], same.len())) else {
            return;
        };
        let of_sender = clues.iter().filter(|clue| clue.sample.sender == sender);
        let of_sender: Vec<Clue> = of_sender.copied().collect();
        let routes: BTreeSet<usize> = of_sender.iter().map(|clue| clue.place).collect();
        if count < REFUSALS || 2 * count <= clues.len() || routes.len() < ROUTES {
            return;
        }
        match open {
            Some(id) => self.incidents[id].progress.last_failure = self.now,
            None => {
                let since = of_sender[0].at;
                self.open_cause(IncidentKind::Sender, since, Severity::Warning, &of_sender);
            }
        }
    }

    fn open_cause(
        &mut self,
        kind: IncidentKind,
        since: Seconds,
        severity: Severity,
        clues: &[Clue],
    ) -> usize {
        let now = self.now;
        let mut incident = Incident::new(kind, since, now);
        incident.side = Some(Side::Ours);
        for clue in clues {
            incident.note(&clue.sample);
            let route = RouteNo::new(clue.place);
            if !incident.members.contains(&route) {
                incident.members.push(route);
            }
        }
        incident.set(now, State::Failing, Some(severity));
        let id = self.add_incident(incident);
        self.causes.open.push((kind, id));
        if let Some((_, earlier)) = clues.split_last() {
            for clue in earlier {
                self.incidents[id].impact.add(clue.sample.lost);
            }
        }
        for clue in clues {
            self.charge_message(id, clue.sample.mid);
            if kind != IncidentKind::Dns {
                let route = self.destinations.route_mut(RouteNo::new(clue.place));
                route.evidence.forget_lost();
            }
        }
        self.explain(id, kind);
        id
    }

    /// The incidents of routes that a common cause explains get no severity of their own.
    fn explain(&mut self, id: usize, kind: IncidentKind) {
        for other in self.open.clone() {
            if self.explanation(&self.incidents[other]) == Some(id) {
                let since = self.incidents[other].since;
                let cause = &mut self.incidents[id];
                if kind == IncidentKind::Listed {
                    cause.since = cause.since.min(since);
                }
                self.set_parent(other, id);
                self.review(other);
            }
        }
    }

    /// An incident explains another one, and takes its impact.
    pub(super) fn set_parent(&mut self, id: usize, parent: usize) {
        if self.incidents[id].parent.is_none() {
            self.incidents[id].parent = Some(parent);
            let impact = std::mem::take(&mut self.incidents[id].impact);
            self.incidents[parent].impact.absorb(impact);
        }
    }

    /// The open common cause of an incident of a route. A route that failed long before it has a
    /// cause of its own.
    pub(super) fn explanation(&self, incident: &Incident) -> Option<usize> {
        let id = self.causes.explains(incident.class())?;
        let together = incident.since >= self.incidents[id].since - LONG;
        (together && matches!(incident.kind, IncidentKind::Route(_))).then_some(id)
    }

    fn end_cause(&mut self, kind: IncidentKind, id: usize) {
        self.causes.open.retain(|(known, _)| *known != kind);
        self.end(id);
        for other in self.open.clone() {
            if self.incidents[other].parent == Some(id) {
                self.end_of_route(other);
            }
        }
    }
}
