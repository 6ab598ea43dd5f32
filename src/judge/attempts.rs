//! Attempts: connections that failed, and the best result of each message on a connection.
//!
//! Failures of one host that were opened within a second are one attempt. Relay refusals after a
//! refused login, and delays after failed TLS, are consequences: no attempts, but impact.

use super::class::Class;
use super::destinations::{DomainNo, HostNo, RouteNo};
use super::evidence::{Lost, Sample};
use super::impact::impact_of;
use super::incident::AT_ONCE;
use super::mail::{ConnectionFailure, Ended, Fate, Result};
use super::{Judge, Seconds};

/// A host that was not used for so long does not count among those of its route.
const DAY: Seconds = 86_400;

/// One attempt to deliver.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub host: HostNo,
    pub route: RouteNo,
    pub sample: Sample,
}

impl Judge {
    /// Judges the connections that failed, in an order that does not depend on that of their lines.
    pub(super) fn judge_failures(&mut self) {
        let mut failures = std::mem::take(&mut self.mail.failures);
        failures.sort_by_key(|failure| (failure.at, failure.dcid, failure.class));
        for failure in &failures {
            self.at(failure.at, |judge| judge.judge_failure(failure));
        }
        failures.clear();
        self.mail.failures = failures;
    }

    /// Does something at the time of its line, which may be long before that of the newest one.
    fn at(&mut self, time: Seconds, work: impl FnOnce(&mut Self)) {
        let now = std::mem::replace(&mut self.now, time);
        work(self);
        self.now = now;
    }

    fn judge_failure(&mut self, failure: &ConnectionFailure) {
        let Some(host) = failure.host else {
            return;
        };
        // A greeting that refuses says no more about the connection than a reply to a message.
        let mid = if failure.class.is_connection() {
            0
        } else {
            failure.dcid
        };
        let route = self.used(host, failure.domain);
        if failure.class == Class::Tls {
            self.destinations.route_mut(route).tls_required = true;
        }
        let sample = Sample {
            at: failure.opened,
            class: failure.class,
            dcid: failure.dcid,
            mid,
            sender: failure.dcid as u32,
            lost: Lost::default(),
            position: failure.position,
        };
        self.attempt(&Attempt {
            host,
            route,
            sample,
        });
    }

    /// The route of a host that is used for a domain. If the domain is new there, and the route fails,
    /// the mail of the domain waits because of that.
    fn used(&mut self, host: HostNo, domain: Option<DomainNo>) -> RouteNo {
        let before = domain.and_then(|no| self.destinations.domains[no].route);
        let join = self.limits.join_percent;
        let route = self.destinations.used(host, domain, self.now, join);
        if let (Some(id), None, Some(domain)) =
            (self.destinations.route(route).incident, before, domain)
            && self.incidents[id].is_failing()
            && self.destinations.domains[domain].waiting > 0
        {
            self.charge_waiting(id, |_, _, _, recipient| recipient.domain == domain);
        }
        route
    }

    /// Judges the results of the second before the newest one, and with `all` of that, too: the lines
    /// of a message may be spread over two seconds. Then forgets what has ended.
    pub(super) fn judge_results(&mut self, before: Seconds, all: bool) {
        let mail = &self.mail;
        if mail.earlier.is_empty() && mail.results.is_empty() && mail.ended.is_empty() {
            return;
        }
        let mut complete: Vec<((u64, u64), Result)> = self.mail.earlier.drain().collect();
        if all {
            complete.extend(self.mail.results.drain());
        } else {
            let (newest, earlier) = (&mut self.mail.results, &mut self.mail.earlier);
            std::mem::swap(newest, earlier);
        }
        complete.sort_unstable_by_key(|(ids, result)| (result.at, *ids));
        for ((dcid, mid), result) in &complete {
            self.at(result.at, |judge| judge.judge_result(*dcid, *mid, result));
        }
        let done = self.mail.ended.partition_point(|(at, _)| *at < before);
        let ended: Vec<(Seconds, Ended)> = self.mail.ended.drain(..done).collect();
        for (at, ended) in ended {
            match ended {
                Ended::Connection(dcid) => {
                    let opened = self.mail.connections.get(&dcid).map(|known| known.opened);
                    // An id that was used again within the second belongs to the new connection.
                    if opened.is_some_and(|opened| opened <= at) {
                        self.mail.connections.remove(&dcid);
                    }
                }
                Ended::Message(mid) => self.forget_message(mid),
            }
        }
    }

    pub(super) fn forget_message(&mut self, mid: u64) {
        let Some(message) = self.mail.messages.remove(&mid) else {
            return;
        };
        for recipient in message.recipients.iter() {
            let domain = &mut self.destinations.domains[recipient.domain];
            domain.remembered = domain.remembered.saturating_sub(1);
            if message.queued.is_some() && !recipient.done {
                self.destinations.settle(recipient.domain);
                if let Some(id) = recipient.incident {
                    let impact = impact_of(&mut self.incidents, id as usize);
                    impact.waiting = impact.waiting.saturating_sub(1);
                }
            }
        }
    }

    fn judge_result(&mut self, dcid: u64, mid: u64, result: &Result) {
        let Some((class, expired)) = result.class() else {
            return;
        };
        let incident = if dcid == 0 {
            self.judge_unsent(mid, class, result)
        } else if expired {
            None
        } else {
            self.judge_reply(dcid, mid, class, result)
        };
        for outcome in result.outcomes.iter() {
            if let Some(id) = incident
                && (!outcome.class.works() || self.waited_for(id, mid))
            {
                self.charge(id, mid, outcome.rid);
            }
            self.settle(mid, outcome);
        }
    }

    /// Whether a message was queued while its route failed, and tried only when that worked again: the
    /// log does not tell before where its mail goes.
    fn waited_for(&self, id: usize, mid: u64) -> bool {
        let incident = &self.incidents[id];
        let queued = self
            .mail
            .messages
            .get(&mid)
            .and_then(|message| message.queued);
        let recovered = incident.progress.recovering.unwrap_or(self.now);
        queued.is_some_and(|queued| {
            queued >= incident.since && queued < recovered && self.now - queued > AT_ONCE
        })
    }

    /// The domain of the first recipient of a result.
    fn domain_of(&self, mid: u64, result: &Result) -> Option<DomainNo> {
        let rid = result.outcomes.iter().next()?.rid;
        let mut recipients = self.mail.messages.get(&mid)?.recipients.iter();
        let recipient = recipients.find(|recipient| recipient.rid == rid)?;
        Some(recipient.domain)
    }

    /// A result without a connection: no host was reached, or no name resolved.
    fn judge_unsent(&mut self, mid: u64, class: Class, result: &Result) -> Option<usize> {
        let domain = self.domain_of(mid, result)?;
        let sender = self.mail.messages.get(&mid)?.sender;
        if class == Class::Dns {
            return self.unresolved(domain, mid, result);
        }
        let no = self.destinations.domains[domain].route?;
        if class != Class::Unreachable {
            return None;
        }
        let now = self.now;
        let route = self.destinations.route_mut(no);
        let known = route.evidence.successes > 0;
        if known && route.newest.put_off.replace(result.at) != Some(result.at) {
            let failed_at = route.newest.failed_at.filter(|at| now - at < 120);
            let sample = Sample {
                at: failed_at.unwrap_or(now),
                class,
                dcid: 0,
                mid: 0,
                sender,
                lost: Lost::default(),
                position: result.position,
            };
            self.weigh_route(no, sample);
        }
        self.destinations.route(no).incident
    }

    /// A reply of the remote server, or a connection lost before one.
    fn judge_reply(&mut self, dcid: u64, mid: u64, class: Class, result: &Result) -> Option<usize> {
        let connection = self.mail.connections.get_mut(&dcid)?;
        let (host, refused) = (connection.host, connection.refused);
        let repeats = class == Class::Unreachable && std::mem::replace(&mut connection.lost, true);
        let at = if class == Class::Unreachable {
            connection.opened
        } else {
            result.started
        };
        let domain = self.domain_of(mid, result);
        let message = self.mail.messages.get(&mid);
        let sender = message.map_or(0, |message| message.sender);
        let null_sender = message.is_some_and(|message| !message.has_sender);
        let route = self.used(host, domain);
        if !follows(refused, class) && !repeats {
            let sample = Sample {
                at,
                class,
                dcid,
                mid: if class.is_connection() { 0 } else { mid },
                sender,
                lost: Lost::default(),
                position: result.position,
            };
            self.attempt(&Attempt {
                host,
                route,
                sample,
            });
            if !null_sender && (class == Class::Ok || class == Class::Message) {
                self.weigh_refusal(route, sample);
            }
            let sample = Sample {
                lost: lost(result),
                ..sample
            };
            self.note_cause(route, mid, sample, result, null_sender);
        }
        let incident = self.incident_of(route, class);
        if incident.is_none() && !class.works() {
            let lost = lost(result);
            let evidence = &mut self.destinations.route_mut(route).evidence;
            evidence.add_lost(dcid, lost);
        }
        let ended = self.destinations.route(route).ended;
        incident.or(ended.filter(|_| class.works()))
    }

    /// The incident that a failure of a route belongs to.
    fn incident_of(&self, route: RouteNo, class: Class) -> Option<usize> {
        self.causes
            .explains(class)
            .or(self.destinations.route(route).incident)
    }

    /// Weighs an attempt for its host, for its route, and for the share of failed connections.
    fn attempt(&mut self, attempt: &Attempt) {
        let (now, sample) = (self.now, attempt.sample);
        let works = sample.works();
        self.causes.count(now, works);
        let host = &mut self.destinations.hosts[attempt.host];
        let near = host.failed_at.is_some_and(|at| (sample.at - at).abs() <= 1);
        let again = sample.class.is_connection() && near;
        host.failed = !works;
        if works {
            host.worked = Some(now);
        } else {
            host.failed_at = Some(sample.at);
        }
        let route = self.destinations.route_mut(attempt.route);
        route.attempts[sample.class as usize] += 1;
        route.newest.note(sample, now);
        if self.concerns_route(attempt) {
            let route = self.destinations.route_mut(attempt.route);
            let near = route
                .newest
                .failed_at
                .is_some_and(|at| (sample.at - at).abs() <= 1);
            if !works {
                route.newest.failed_at = Some(sample.at);
            }
            if !(sample.class.is_connection() && near) {
                self.weigh_route(attempt.route, sample);
            }
        }
        let route = self.destinations.route(attempt.route);
        let (several, open) = (route.hosts.len() > 1, route.incident.is_some());
        if several && open {
            // What is known of the route is not held against its hosts, too.
            self.destinations.hosts[attempt.host].evidence.clear();
        } else if several && !again {
            self.weigh_host(attempt);
        } else if !several {
            let evidence = &mut self.destinations.hosts[attempt.host].evidence;
            evidence.successes += u32::from(works);
        }
        if works || sample.class.is_connection() {
            self.weigh_slow(attempt);
        }
        match sample.class {
            Class::Unreachable => self.note_unreachable(attempt.route, sample),
            Class::Tls => self.note_tls(attempt),
            _ => {}
        }
    }

    /// Another host may have taken the mail: a host that is not reached counts for its route only if
    /// all hosts that were used within a day failed last.
    fn concerns_route(&self, attempt: &Attempt) -> bool {
        if attempt.sample.class != Class::Unreachable {
            return true;
        }
        let hosts = self.destinations.route(attempt.route).hosts.iter();
        hosts
            .map(|host| &self.destinations.hosts[*host])
            .all(|host| host.failed || self.now - host.used >= DAY)
    }

    pub(super) fn weigh_for_route(&mut self, no: RouteNo, sample: Sample) {
        let (now, limit) = (self.now, self.limits.evidence);
        let route = self.destinations.route_mut(no);
        if let Some(id) = route.incident {
            let evidence = &mut self.destinations.route_mut(no).evidence;
            let recovery = recover(evidence, &sample);
            self.continue_incident(id, &sample, recovery);
            return;
        }
        route.evidence.weigh(sample);
        if !sample.works() {
            if sample.class.is_connection() {
                route.relapses.note(sample);
            }
            if route.evidence.is_broad(limit) {
                self.route_fails(no);
            } else {
                self.look_for_relapses(no);
            }
        }
        let route = self.destinations.route_mut(no);
        if route.incident.is_none() {
            route.evidence.count(&sample, now);
        }
    }

    pub(super) fn weigh_for_host(&mut self, attempt: &Attempt) {
        let (now, limit, sample) = (self.now, self.limits.evidence, attempt.sample);
        let host = &mut self.destinations.hosts[attempt.host];
        if let Some(id) = host.incident {
            let recovery = recover(&mut host.evidence, &sample);
            self.continue_incident(id, &sample, recovery);
            return;
        }
        host.evidence.weigh(sample);
        if !sample.works() && host.evidence.is_broad(limit) {
            self.host_fails(attempt);
        }
        let host = &mut self.destinations.hosts[attempt.host];
        if host.incident.is_none() {
            host.evidence.count(&sample, now);
        }
    }
}

/// Whether a result follows from a refused login or from failed TLS.
fn follows(refused: Option<Class>, class: Class) -> bool {
    match refused {
        Some(Class::Authentication) => matches!(
            class,
            Class::Relay | Class::Policy | Class::Sender | Class::Authentication
        ),
        Some(_) => !class.works(),
        None => false,
    }
}

/// The sum towards recovery, at most three times what suffices.
fn recover(evidence: &mut super::evidence::Evidence, sample: &Sample) -> f64 {
    const MOST: f64 = 15.0;
    let step = evidence.rates().step(sample.works());
    evidence.recovery = (evidence.recovery - step).clamp(0.0, MOST);
    evidence.recovery
}

fn lost(result: &Result) -> Lost {
    let of = |fate| {
        result
            .outcomes
            .iter()
            .filter(|outcome| outcome.fate == fate)
            .count() as u32
    };
    let (bounced, expired) = (of(Fate::Bounced), of(Fate::Expired));
    Lost {
        bounced,
        expired,
        messages: u32::from(bounced + expired > 0),
    }
}
