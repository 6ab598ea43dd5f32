//! What routes and the profiles used on them come to.

use std::collections::BTreeMap;

use super::{DrillDown, Evidence, Finding, FindingKind, FindingSeverity, many, moment};
use crate::header::Timestamp;
use crate::index::{ConnectionId, Index, Symbol};
use crate::query::{Field, FilterTerm};
use crate::triage::advice;
use crate::triage::{ConnectionOutcome, Outage, Route, RouteState, Thresholds, Triage};

/// Connections given as evidence beside the first and the last good one.
const SHOWN: usize = 3;

pub(super) fn findings(index: &Index, triage: &Triage, limits: &Thresholds) -> Vec<Finding> {
    let findings = RouteFindings {
        index,
        triage,
        limits,
    };
    let mut all: Vec<Finding> = Vec::new();
    for route in &triage.routes {
        match route.state {
            RouteState::Failing => all.extend(findings.failing(route)),
            RouteState::Degraded => all.extend(findings.degraded(route)),
            RouteState::Healthy => all.extend(findings.recovered(route)),
        }
        all.extend(findings.clear(route));
    }
    all.extend(findings.profiles());
    all.extend(findings.together());
    all
}

struct RouteFindings<'l> {
    index: &'l Index,
    triage: &'l Triage,
    limits: &'l Thresholds,
}

impl RouteFindings<'_> {
    fn is_failing(&self, route: &Route) -> bool {
        let answered = matches!(
            route.why,
            Some(ConnectionOutcome::AuthFailed | ConnectionOutcome::TlsFailed)
        );
        let least = if answered {
            1
        } else {
            self.limits.route_failures
        };
        route.state == RouteState::Failing && route.run >= least
    }

    fn advice(&self, route: &Route) -> String {
        let context = self.triage.context(self.index, route);
        route
            .cause()
            .map_or_else(String::new, |reason| advice::of_reason(reason, &context))
    }

    fn why(route: &Route) -> String {
        route.cause().map_or_else(
            || "for no reason given".to_owned(),
            crate::triage::Reason::line,
        )
    }

    fn evidence(&self, route: &Route, outage: &Outage) -> Vec<Evidence> {
        let run = self.triage.connections(route).iter();
        let failed = run
            .skip_while(|(id, _)| *id != outage.first)
            .take_while(|(id, outcome)| *id == outage.first || *outcome != ConnectionOutcome::Ok)
            .filter(|(_, outcome)| outcome.is_failure())
            .take(SHOWN);
        let good = outage.before.into_iter();
        good.chain(failed.map(|(id, _)| *id))
            .map(Evidence::Connection)
            .collect()
    }

    fn impact(route: &Route) -> String {
        let impact = route.tally.impact;
        let parts = [
            (impact.bounced + impact.given_up, "bounced"),
            (impact.waiting, "waiting"),
            (impact.delivered_later, "delivered later"),
        ];
        let told: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if told.is_empty() {
            return String::new();
        }
        let messages = many(route.tally.affected.len() as u64, "message");
        format!("; {messages} hit, recipients: {}", told.join(", "))
    }

    fn failing(&self, route: &Route) -> Option<Finding> {
        let outage = route.outage().filter(|_| self.is_failing(route))?;
        let good = match route.tally.last_ok {
            Some(at) => format!("last good {}", moment(self.index, Some(at))),
            None => "undelivered good in this log".to_owned(),
        };
        Some(Finding {
            kind: FindingKind::RouteFailing,
            severity: FindingSeverity::Critical,
            since: route.failing_since,
            until: None,
            subject: route.title(self.index),
            summary: format!(
                "{} fails since {}, {} in a row, {good}: {}{}",
                route.title(self.index),
                moment(self.index, route.failing_since),
                many(route.run, "connection"),
                Self::why(route),
                Self::impact(route),
            ),
            evidence: self.evidence(route, outage),
            advice: self.advice(route),
            drill_down: DrillDown::Route(route.id()),
        })
    }

    fn degraded(&self, route: &Route) -> Option<Finding> {
        let newest = self.index.newest()?.seconds();
        let since = newest - crate::triage::DEGRADED_WITHIN;
        let lately = |id: ConnectionId| {
            let opened = self.index.connection(id).first_seen();
            opened.is_some_and(|at| at.seconds() >= since)
        };
        let newest_first = self.triage.connections(route).iter().rev();
        let failed = newest_first
            .take_while(|(id, _)| lately(*id))
            .filter(|(_, outcome)| outcome.is_failure())
            .count() as u64;
        if failed < self.limits.degraded_failures {
            return self.recovered(route);
        }
        let outage = route.outage()?;
        Some(Finding {
            kind: FindingKind::RouteDegraded,
            severity: FindingSeverity::Warning,
            since: outage.since,
            until: outage.until,
            subject: route.title(self.index),
            summary: format!(
                "{} works again since {} but {} failed in the newest hour, the last ones from {}: {}{}",
                route.title(self.index),
                moment(self.index, outage.until),
                many(failed, "connection"),
                moment(self.index, outage.since),
                Self::why(route),
                Self::impact(route),
            ),
            evidence: self.evidence(route, outage),
            advice: self.advice(route),
            drill_down: DrillDown::Route(route.id()),
        })
    }

    /// The last outage that is over.
    fn recovered(&self, route: &Route) -> Option<Finding> {
        let long = |outage: &&Outage| outage.connections >= self.limits.outage_failures;
        let outage = route.outages.iter().rev().find(long)?;
        let all = route.outages.iter().filter(long).count() as u64;
        let before = if all > 1 {
            format!(" (the last of {all} outages)")
        } else {
            String::new()
        };
        Some(Finding {
            kind: FindingKind::RouteRecovered,
            severity: FindingSeverity::Notice,
            since: outage.since,
            until: outage.until,
            subject: route.title(self.index),
            summary: format!(
                "{} failed from {} to {}{before}, {} in a row: {}{}",
                route.title(self.index),
                moment(self.index, outage.since),
                moment(self.index, outage.until),
                many(outage.connections, "connection"),
                Self::why(route),
                Self::impact(route),
            ),
            evidence: self.evidence(route, outage),
            advice: format!("It works again. If it comes back: {}", self.advice(route)),
            drill_down: DrillDown::Route(route.id()),
        })
    }

    /// Mail that went out in the clear because TLS failed.
    fn clear(&self, route: &Route) -> Option<Finding> {
        let run = route
            .clear
            .iter()
            .rev()
            .find(|run| run.connections >= self.limits.clear_deliveries)?;
        let (severity, how_long) = match run.until {
            None => (
                FindingSeverity::Warning,
                format!("since {}", moment(self.index, run.since)),
            ),
            Some(until) => (
                FindingSeverity::Notice,
                format!(
                    "from {} to {}",
                    moment(self.index, run.since),
                    moment(self.index, Some(until))
                ),
            ),
        };
        let said = self
            .index
            .connection(run.last)
            .tls()
            .and_then(|tls| tls.detail);
        let said = said.map_or_else(String::new, |detail| {
            format!(": {}", String::from_utf8_lossy(detail))
        });
        let domain = route
            .tally
            .domains
            .first()
            .map_or("the domain", |name| self.triage.domain(*name));
        Some(Finding {
            kind: FindingKind::TlsFailing,
            severity,
            since: run.since,
            until: run.until,
            subject: route.title(self.index),
            summary: format!(
                "TLS with {} failed {how_long} and mail went out in the clear on {}{said}",
                route.title(self.index),
                many(run.connections, "connection"),
            ),
            evidence: [run.first, run.last].map(Evidence::Connection).to_vec(),
            advice: format!(
                "Test with tlsverify; if mail to {domain} must not go in the clear, set TLS to Required (destconfig)."
            ),
            drill_down: DrillDown::Route(route.id()),
        })
    }

    /// Profiles whose newest login was refused on each of several routes.
    fn profiles(&self) -> Vec<Finding> {
        let mut used: BTreeMap<Symbol, Vec<(&Route, Option<Refused>)>> = BTreeMap::new();
        for route in &self.triage.routes {
            for profile in &route.tally.profiles {
                let refused = self.refused(route, *profile);
                used.entry(*profile).or_default().push((route, refused));
            }
        }
        let everywhere = used.into_iter().filter_map(|(profile, routes)| {
            let refused: Option<Vec<(&Route, Refused)>> = routes
                .into_iter()
                .map(|(route, refused)| Some((route, refused?)))
                .collect();
            Some((profile, refused.filter(|refused| refused.len() > 1)?))
        });
        everywhere
            .map(|(profile, refused)| self.profile(profile, &refused))
            .collect()
    }

    /// The unbroken run of refused logins up to now of a profile on a route.
    fn refused(&self, route: &Route, profile: Symbol) -> Option<Refused> {
        let mut run: Option<Refused> = None;
        for (id, _) in self.triage.connections(route).iter().rev() {
            let attempts = self.index.connection(*id).attempts();
            let mine = attempts
                .iter()
                .rev()
                .find(|attempt| attempt.profile_name() == Some(profile));
            match mine {
                Some(attempt) if attempt.succeeded() => break,
                Some(attempt) => {
                    run = Some(Refused {
                        since: attempt.time(),
                        first: *id,
                    });
                }
                None => {}
            }
        }
        run
    }

    fn profile(&self, profile: Symbol, refused: &[(&Route, Refused)]) -> Finding {
        let since = refused.iter().filter_map(|(_, run)| run.since).min();
        let name = self.index.names.profiles.get(profile);
        let routes: Vec<String> = refused
            .iter()
            .take(4)
            .map(|(route, _)| route.title(self.index))
            .collect();
        let more = if refused.len() > 4 { ", …" } else { "" };
        Finding {
            kind: FindingKind::ProfileFailing,
            severity: FindingSeverity::Critical,
            since,
            until: None,
            subject: name.to_owned(),
            summary: format!(
                "the profile {name} is refused on all {} routes that use it since {}: {}{more}",
                refused.len(),
                moment(self.index, since),
                routes.join(", "),
            ),
            evidence: refused
                .iter()
                .map(|(_, run)| Evidence::Connection(run.first))
                .collect(),
            advice: format!(
                "Check user and password of {name} (smtpauthconfig, or Network > SMTP Authentication): where every far end refuses them, they are probably wrong here."
            ),
            drill_down: DrillDown::Query(vec![
                FilterTerm::is(Field::Profile, name),
                FilterTerm::is(Field::Auth, "failed"),
            ]),
        }
    }

    /// Routes that began to fail at about the same time.
    fn together(&self) -> Option<Finding> {
        let mut began: Vec<(Timestamp, &Route)> = self
            .triage
            .routes
            .iter()
            .filter(|route| self.is_failing(route) && route.tally.last_ok.is_some())
            .filter_map(|route| Some((route.failing_since?, route)))
            .collect();
        began.sort_by_key(|(since, _)| *since);
        let within = |from: usize| {
            let until = began[from].0.seconds() + self.limits.together_seconds;
            began[from..].partition_point(|(since, _)| since.seconds() <= until)
        };
        let first =
            (0..began.len()).max_by_key(|from| (within(*from), std::cmp::Reverse(*from)))?;
        let members = &began[first..first + within(first)];
        let mut hosts: Vec<Option<Symbol>> =
            members.iter().map(|(_, route)| route.remote).collect();
        hosts.sort_unstable();
        hosts.dedup();
        if hosts.len() < self.limits.together_routes {
            return None;
        }
        Some(self.common(members))
    }

    fn common(&self, members: &[(Timestamp, &Route)]) -> Finding {
        let all = |outcome: ConnectionOutcome| {
            members.iter().all(|(_, route)| route.why == Some(outcome))
        };
        let blocked = members.iter().all(|(_, route)| {
            let text = Self::why(route).to_lowercase();
            ["block", "listed", "spamhaus", "reputation"]
                .iter()
                .any(|word| text.contains(word))
        });
        let (cause, advice) = if blocked {
            (
                "each says that we are blocked",
                "Our own address is probably on a block list: findings it up, find who sends too much (tophosts), ask to be taken off.",
            )
        } else if all(ConnectionOutcome::ConnectionError) {
            (
                "none can be reached",
                "RouteFindings at our own side first: network, firewall, DNS and the interface that mail leaves by (ping, traceroute, nslookup, interfaceconfig).",
            )
        } else if all(ConnectionOutcome::TlsFailed) {
            (
                "TLS fails with each",
                "RouteFindings at our own side first: certificate, TLS versions and ciphers (certconfig, sslconfig, tlsverify).",
            )
        } else if all(ConnectionOutcome::AuthFailed) {
            (
                "each refuses our login",
                "RouteFindings at our own side first: the SMTP Auth profiles that they use (smtpauthconfig).",
            )
        } else {
            (
                "their replies differ",
                "RouteFindings for what changed on our side at that time: network, DNS, certificate, sending address.",
            )
        };
        let since = members.first().map(|(since, _)| *since);
        let names: Vec<String> = members
            .iter()
            .take(4)
            .map(|(_, route)| route.title(self.index))
            .collect();
        let more = if members.len() > 4 { ", …" } else { "" };
        let seconds = members.last().map_or(0, |(last, _)| last.seconds())
            - since.map_or(0, Timestamp::seconds);
        Finding {
            kind: FindingKind::RoutesTogether,
            severity: FindingSeverity::Critical,
            since,
            until: None,
            subject: format!("{} routes", members.len()),
            summary: format!(
                "{} routes began to fail within {} from {}, {cause}: {}{more}",
                members.len(),
                many(u64::try_from(seconds).unwrap_or(0).max(1), "second"),
                moment(self.index, since),
                names.join(", "),
            ),
            evidence: members
                .iter()
                .filter_map(|(_, route)| route.first_bad().map(Evidence::Connection))
                .collect(),
            advice: advice.to_owned(),
            drill_down: DrillDown::Evidence,
        }
    }
}

/// A run of refused logins.
struct Refused {
    since: Option<Timestamp>,
    first: ConnectionId,
}
