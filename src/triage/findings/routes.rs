//! Findings on routes and on the profiles used on them.

use std::collections::BTreeMap;

use super::{DrillDown, Evidence, Finding, FindingKind, FindingSeverity, period, time_text};
use crate::header::Timestamp;
use crate::humanize::plural;
use crate::index::{ConnectionId, Index, Symbol};
use crate::query::{Field, FilterTerm};
use crate::triage::{
    ClearRun, ConnectionOutcome, Outage, Reason, Route, RouteState, Thresholds, Triage,
};

/// Failed connections in the evidence of an outage.
const FAILURES: usize = 3;
/// Routes named in one summary.
const TITLES: usize = 4;

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

    fn reason(route: &Route) -> String {
        route
            .cause()
            .map_or_else(|| "no reason given".to_owned(), Reason::line)
    }

    /// The last success before the outage, then its first failures.
    fn evidence(&self, route: &Route, outage: &Outage) -> Vec<Evidence> {
        let connections = self.triage.connections(route).iter();
        let failed = connections
            .skip_while(|(id, _)| *id != outage.first)
            .take_while(|(id, outcome)| *id == outage.first || *outcome != ConnectionOutcome::Ok)
            .filter(|(_, outcome)| outcome.is_failure())
            .take(FAILURES)
            .map(|(id, _)| *id);
        Evidence::of(outage.before.into_iter().chain(failed))
    }

    fn impact(route: &Route) -> String {
        let impact = route.tally.impact.text();
        if impact.is_empty() {
            return impact;
        }
        let messages = plural(route.tally.affected.len(), "message");
        format!("; {impact} in {messages}")
    }

    /// A finding on an outage of a route.
    fn outage(
        &self,
        route: &Route,
        outage: &Outage,
        (kind, severity): (FindingKind, FindingSeverity),
        what: &str,
    ) -> Finding {
        let title = route.title(self.index);
        Finding {
            kind,
            severity,
            since: outage.since,
            until: outage.until,
            summary: format!(
                "{title} {what}: {}{}",
                Self::reason(route),
                Self::impact(route)
            ),
            subject: title,
            evidence: self.evidence(route, outage),
            advice: self.triage.advice_of(self.index, route),
            drill_down: DrillDown::Route(route.id()),
        }
    }

    fn failing(&self, route: &Route) -> Option<Finding> {
        let outage = route.outage().filter(|_| self.is_failing(route))?;
        let good = match route.tally.last_ok {
            Some(at) => format!("last success {}", time_text(self.index, Some(at))),
            None => "no success in this log".to_owned(),
        };
        let what = format!(
            "failing since {}, {}, {good}",
            time_text(self.index, route.failing_since),
            plural(route.run, "consecutive failure"),
        );
        let kind = (FindingKind::RouteFailing, FindingSeverity::Critical);
        Some(self.outage(route, outage, kind, &what))
    }

    fn degraded(&self, route: &Route) -> Option<Finding> {
        let newest = self.index.newest()?.seconds();
        let since = newest - crate::triage::DEGRADED_WITHIN;
        let is_recent = |id: ConnectionId| {
            let opened = self.index.connection(id).first_seen();
            opened.is_some_and(|at| at.seconds() >= since)
        };
        let newest_first = self.triage.connections(route).iter().rev();
        let failed = newest_first
            .take_while(|(id, _)| is_recent(*id))
            .filter(|(_, outcome)| outcome.is_failure())
            .count() as u64;
        if failed < self.limits.degraded_failures {
            return self.recovered(route);
        }
        let outage = route.outage()?;
        let what = format!(
            "works again since {} after {} in the newest hour, the last outage began {}",
            time_text(self.index, outage.until),
            plural(failed, "failure"),
            time_text(self.index, outage.since),
        );
        let kind = (FindingKind::RouteDegraded, FindingSeverity::Warning);
        Some(self.outage(route, outage, kind, &what))
    }

    /// The last outage that is over.
    fn recovered(&self, route: &Route) -> Option<Finding> {
        let is_long = |outage: &&Outage| outage.connections >= self.limits.outage_failures;
        let outage = route.outages.iter().rev().find(is_long)?;
        let last = match route.outages.iter().filter(is_long).count() {
            ..=1 => String::new(),
            all => format!(" (the last of {all} outages)"),
        };
        let what = format!(
            "failed from {} to {}{last}, {}",
            time_text(self.index, outage.since),
            time_text(self.index, outage.until),
            plural(outage.connections, "consecutive failure"),
        );
        let kind = (FindingKind::RouteRecovered, FindingSeverity::Notice);
        let mut finding = self.outage(route, outage, kind, &what);
        finding.advice = format!("It works again. If it fails again: {}", finding.advice);
        Some(finding)
    }

    /// Mail that was sent unencrypted because TLS failed.
    fn clear(&self, route: &Route) -> Option<Finding> {
        let is_long = |run: &&ClearRun| run.connections >= self.limits.clear_deliveries;
        let run = route.clear.iter().rev().find(is_long)?;
        let severity = match run.until {
            None => FindingSeverity::Warning,
            Some(_) => FindingSeverity::Notice,
        };
        let tls = self.index.connection(run.last).tls();
        let error = tls
            .and_then(|tls| tls.detail)
            .map_or_else(String::new, |detail| {
                format!(": {}", String::from_utf8_lossy(detail))
            });
        let domain = route.tally.domains.first();
        let domain = domain.map_or("the domain", |name| self.triage.domain(*name));
        let title = route.title(self.index);
        Some(Finding {
            kind: FindingKind::TlsFailing,
            severity,
            since: run.since,
            until: run.until,
            summary: format!(
                "TLS with {title} failed {} and mail was sent unencrypted on {}{error}",
                period(self.index, run.since, run.until),
                plural(run.connections, "connection"),
            ),
            subject: title,
            evidence: Evidence::of([run.first, run.last]),
            advice: format!(
                "Test with tlsverify; if mail to {domain} must not be sent unencrypted, set TLS to Required (destconfig)."
            ),
            drill_down: DrillDown::Route(route.id()),
        })
    }

    /// Profiles whose newest login was refused on each of several routes.
    fn profiles(&self) -> Vec<Finding> {
        let mut used: BTreeMap<Symbol, Vec<(&Route, Option<RefusedLogins>)>> = BTreeMap::new();
        for route in &self.triage.routes {
            for profile in &route.tally.profiles {
                let refused = self.refused(route, *profile);
                used.entry(*profile).or_default().push((route, refused));
            }
        }
        let everywhere = used.into_iter().filter_map(|(profile, routes)| {
            let refused = routes.into_iter().map(|(route, run)| Some((route, run?)));
            let refused: Vec<(&Route, RefusedLogins)> = refused.collect::<Option<_>>()?;
            (refused.len() > 1).then(|| self.profile(profile, &refused))
        });
        everywhere.collect()
    }

    /// The consecutive refused logins of a profile on a route up to now.
    fn refused(&self, route: &Route, profile: Symbol) -> Option<RefusedLogins> {
        let mut run: Option<RefusedLogins> = None;
        for (id, _) in self.triage.connections(route).iter().rev() {
            let attempts = self.index.connection(*id).attempts();
            let mut newest_first = attempts.iter().rev();
            match newest_first.find(|attempt| attempt.profile_name() == Some(profile)) {
                Some(attempt) if attempt.succeeded() => break,
                Some(attempt) => {
                    run = Some(RefusedLogins {
                        since: attempt.time(),
                        first: *id,
                    });
                }
                None => {}
            }
        }
        run
    }

    fn profile(&self, profile: Symbol, refused: &[(&Route, RefusedLogins)]) -> Finding {
        let since = refused.iter().filter_map(|(_, run)| run.since).min();
        let name = self.index.names.profiles.get(profile);
        Finding {
            kind: FindingKind::ProfileFailing,
            severity: FindingSeverity::Critical,
            since,
            until: None,
            subject: name.to_owned(),
            summary: format!(
                "the profile {name} is refused on all {} routes that use it since {}: {}",
                refused.len(),
                time_text(self.index, since),
                self.titles(refused.iter().map(|(route, _)| *route)),
            ),
            evidence: Evidence::of(refused.iter().map(|(_, run)| run.first)),
            advice: format!(
                "Check user and password of {name} (smtpauthconfig, or Network > SMTP Authentication): if every remote server refuses them, they are probably wrong here."
            ),
            drill_down: DrillDown::Query(vec![
                FilterTerm::is(Field::Profile, name),
                FilterTerm::is(Field::Auth, "failed"),
            ]),
        }
    }

    fn titles<'r>(&self, mut routes: impl ExactSizeIterator<Item = &'r Route>) -> String {
        let first = routes.by_ref().take(TITLES);
        let first: Vec<String> = first.map(|route| route.title(self.index)).collect();
        let more = if routes.len() > 0 { ", …" } else { "" };
        first.join(", ") + more
    }

    /// Routes that began to fail at about the same time.
    fn together(&self) -> Option<Finding> {
        let routes = self.triage.routes.iter();
        let mut began: Vec<(Timestamp, &Route)> = routes
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
        (hosts.len() >= self.limits.together_routes).then(|| self.common_cause(members))
    }

    fn common_cause(&self, members: &[(Timestamp, &Route)]) -> Finding {
        let (cause, advice) = common_cause(members);
        let since = members.first().map(|(since, _)| *since);
        let seconds = members.last().map_or(0, |(last, _)| last.seconds())
            - since.map_or(0, Timestamp::seconds);
        let first_failures = members.iter().filter_map(|(_, route)| route.first_bad());
        Finding {
            kind: FindingKind::RoutesTogether,
            severity: FindingSeverity::Critical,
            since,
            until: None,
            subject: format!("{} routes", members.len()),
            summary: format!(
                "{} routes began to fail within {} from {}, {cause}: {}",
                members.len(),
                plural(seconds.max(1), "second"),
                time_text(self.index, since),
                self.titles(members.iter().map(|(_, route)| *route)),
            ),
            evidence: Evidence::of(first_failures),
            advice: advice.to_owned(),
            drill_down: DrillDown::Evidence,
        }
    }
}

/// What routes that fail together have in common, and what to do.
fn common_cause(members: &[(Timestamp, &Route)]) -> (&'static str, &'static str) {
    let all = |outcome| members.iter().all(|(_, route)| route.why == Some(outcome));
    let is_blocked = members.iter().all(|(_, route)| {
        let text = RouteFindings::reason(route).to_lowercase();
        ["block", "listed", "spamhaus", "reputation"]
            .iter()
            .any(|word| text.contains(word))
    });
    if is_blocked {
        (
            "each replies that we are blocked",
            "Our own address is probably on a block list: look it up, find who sends too much (tophosts), ask to be delisted.",
        )
    } else if all(ConnectionOutcome::ConnectionError) {
        (
            "none can be reached",
            "Check our own side first: network, firewall, DNS and the interface that mail leaves by (ping, traceroute, nslookup, interfaceconfig).",
        )
    } else if all(ConnectionOutcome::TlsFailed) {
        (
            "TLS fails with each",
            "Check our own side first: certificate, TLS versions and ciphers (certconfig, sslconfig, tlsverify).",
        )
    } else if all(ConnectionOutcome::AuthFailed) {
        (
            "each refuses our login",
            "Check our own side first: the SMTP Auth profiles that they use (smtpauthconfig).",
        )
    } else {
        (
            "their replies differ",
            "Find what changed on our side at that time: network, DNS, certificate, sending address.",
        )
    }
}

struct RefusedLogins {
    since: Option<Timestamp>,
    first: ConnectionId,
}
