//! Findings on the incidents that the judges found, and one notice for each kind of route of the
//! long tail.

use super::{DrillDown, Evidence, Finding, FindingKind, IncidentFacts, period};
use crate::header::Timestamp;
use crate::humanize::{and_more, plural};
use crate::index::{ApplianceId, Index};
use crate::judge::class::{Class, Side};
use crate::judge::incident::{Impact, Incident, IncidentKind, Severity, State};
use crate::judge::{Judge, RouteState};
use crate::query::{Field, FilterTerm};
use crate::triage::{Destination, DestinationId, Reason, Triage};

/// Seconds for which an incident that is over stays a notice.
const SHOWN: i64 = 86_400;
/// Members, hosts and domains of a finding that are listed.
const LISTED: usize = 50;
/// Names in a sentence.
const NAMED: usize = 3;

pub(super) fn findings(index: &Index, triage: &Triage) -> Vec<Finding> {
    let mut all = Vec::new();
    for (appliance, judge) in index.judges() {
        let of = OfJudge {
            index,
            triage,
            appliance,
            judge,
        };
        all.extend(
            judge
                .incidents()
                .iter()
                .filter_map(|incident| of.finding(incident)),
        );
        all.extend(of.tail());
    }
    all
}

/// A kind of the long tail: what is as on every day.
struct Tail {
    kind: FindingKind,
    holds: fn(&Destination) -> bool,
    what: &'static str,
    advice: &'static str,
}

const TAIL: [Tail; 5] = [
    Tail {
        kind: FindingKind::TailUnreachable,
        holds: |route| route.judgement.state == RouteState::Unreachable,
        what: "never answered in this log",
        advice: "These are dead domains, typos and backscatter, as on every day; see `mailscope queue` for what waits, and hoststatus for one of them.",
    },
    Tail {
        kind: FindingKind::TailRefusing,
        holds: |route| route.judgement.state == RouteState::Refusing,
        what: "never took a message in this log",
        advice: "Read what one of them replies; a refusal that names our address or domain would be a finding of its own.",
    },
    Tail {
        kind: FindingKind::TailDeferring,
        holds: |route| route.judgement.state == RouteState::Deferring,
        what: "only deferred mail so far",
        advice: "Greylisting and throttling: the appliance retries by itself.",
    },
    Tail {
        kind: FindingKind::TailHalf,
        holds: |route| {
            let mut hosts = route.hosts.iter();
            route.judgement.state == RouteState::Healthy
                && hosts.any(|host| host.state == RouteState::Unreachable)
        },
        what: "take mail, but one of their addresses never answered",
        advice: "The appliance uses the other address: nothing to do here.",
    },
    Tail {
        kind: FindingKind::TailCleartext,
        holds: |route| route.tally.in_clear > 0,
        what: "got mail unencrypted, because TLS failed there",
        advice: "Test one of them with tlsverify; if mail to it must be encrypted, set TLS to Required for its domain (destconfig).",
    },
];

struct OfJudge<'i> {
    index: &'i Index,
    triage: &'i Triage,
    appliance: ApplianceId,
    judge: &'i Judge,
}

impl OfJudge<'_> {
    /// `None` for an incident that another one explains, for one that was over long ago, and for one
    /// that is over and was a notice only.
    fn finding(&self, incident: &Incident) -> Option<Finding> {
        let worst = incident
            .progress
            .changes
            .iter()
            .filter_map(|change| change.2)
            .max()?;
        let over = incident
            .until
            .is_some_and(|until| self.judge.now() - until > SHOWN);
        let minor = !incident.is_open() && worst == Severity::Notice;
        let severity = incident.progress.severity.unwrap_or(Severity::Notice);
        if incident.parent.is_some() || over || minor {
            return None;
        }
        Some(if incident.kind.is_common() {
            self.of_cause(incident, severity)
        } else {
            self.of_route(incident, severity)?
        })
    }

    fn destination(&self, incident: &Incident) -> Option<&Destination> {
        let no = incident.kind.route()?;
        self.triage.destination(DestinationId {
            appliance: self.appliance,
            no,
        })
    }

    fn of_route(&self, incident: &Incident, severity: Severity) -> Option<Finding> {
        let destination = self.destination(incident)?;
        let class = incident.class();
        let reason = destination.reason_of(class);
        let failing = incident.kind;
        let hosts = destination.hosts.iter().map(|host| host.name.clone());
        let hosts: Vec<String> = match failing {
            IncidentKind::Host(_, host) => vec![self.judge.host_name(host).unwrap_or_default()],
            _ => hosts.take(LISTED).collect(),
        };
        let subject = match failing {
            IncidentKind::Host(..) => format!("{} of {}", hosts[0], destination.name),
            _ => destination.name.clone(),
        };
        let what = match (failing, incident.progress.state) {
            (IncidentKind::Slow(_), _) => "a share of the connections fails, others take the mail",
            (IncidentKind::Refusals(_), _) => "refuses more messages than usual",
            (_, State::Failing) if class == Class::Unreachable => "is unreachable",
            (_, State::Failing) => "fails",
            (_, State::Degraded) => "fails for a part of its mail",
            (_, State::Flapping) => "fails and works in turns",
            (_, State::Recovering) => "recovers",
            (_, State::Over) => "failed",
        };
        let title = self.title(&subject);
        let why = reason.map_or_else(|| class.phrase().to_owned(), Reason::line);
        let summary = format!(
            "{title} {what} {}: {why}{}",
            self.period(incident),
            impact(&incident.impact)
        );
        let mut facts = self.facts(incident);
        facts.side = Some(
            destination
                .judgement
                .side
                .unwrap_or_else(|| class.side(false)),
        );
        facts.code = reason.and_then(|reason| reason.code);
        facts.enhanced = reason.and_then(Reason::enhanced).map(str::to_owned);
        facts.detail = reason.map(|reason| reason.detail.clone());
        facts.domains = destination.domains.iter().take(LISTED).cloned().collect();
        facts.hosts = hosts;
        facts.members = 1;
        facts.share = Some(destination.traffic.share);
        Some(Finding {
            kind: FindingKind::of_incident(incident),
            severity,
            since: Timestamp::from_seconds(incident.since),
            until: incident.until.and_then(Timestamp::from_seconds),
            subject,
            summary,
            evidence: self.evidence(incident),
            advice: destination.advice_for(class).unwrap_or_default(),
            drill_down: DrillDown::Destination(destination.id),
            facts: Some(Box::new(facts)),
        })
    }

    fn of_cause(&self, incident: &Incident, severity: Severity) -> Finding {
        let members: Vec<&Destination> = incident
            .members
            .iter()
            .filter_map(|no| {
                self.triage.destination(DestinationId {
                    appliance: self.appliance,
                    no: *no,
                })
            })
            .collect();
        let class = incident.class();
        let names = members.iter().map(|member| member.name.clone());
        let names: Vec<String> = names.take(LISTED).collect();
        let reason = members.iter().find_map(|member| member.reason_of(class));
        let routes = plural(members.len(), "route");
        let named = named(&names);
        let (subject, what) = match incident.kind {
            IncidentKind::Listed => (
                "our address",
                format!("{routes} refuse our address or domain ({named})"),
            ),
            IncidentKind::Dns => (
                "name resolution",
                "the names of many domains cannot be resolved".to_owned(),
            ),
            IncidentKind::Network => (
                "the network",
                format!("{routes} became unreachable together ({named})"),
            ),
            IncidentKind::Tls => (
                "our TLS",
                format!("TLS that worked before fails at {routes} together ({named})"),
            ),
            _ => (
                "one sender",
                format!("one sender makes most of the refusals at {routes} ({named})"),
            ),
        };
        let why = reason.map_or_else(String::new, |reason| format!(": {}", reason.line()));
        let mut facts = self.facts(incident);
        facts.side = incident.side.or(Some(Side::Ours));
        facts.code = reason.and_then(|reason| reason.code);
        facts.enhanced = reason.and_then(Reason::enhanced).map(str::to_owned);
        facts.detail = reason.map(|reason| reason.detail.clone());
        facts.members = members.len();
        facts.share = Some(members.iter().map(|member| member.traffic.share).sum());
        let hosts = members.iter().flat_map(|member| &member.hosts);
        facts.hosts = hosts.map(|host| host.name.clone()).take(LISTED).collect();
        let domains = members.iter().filter_map(|member| member.domains.first());
        facts.domains = domains.take(LISTED).cloned().collect();
        let advice = match incident.kind {
            IncidentKind::Dns => {
                "Look at the name servers that the appliance asks: dnsstatus, dnsconfig, and test one with nslookup.".to_owned()
            }
            IncidentKind::Network => {
                "Many destinations at once are no problem of theirs: check the default gateway, the firewall and the interface (ping, traceroute, netstat), then hoststatus.".to_owned()
            }
            IncidentKind::Tls => {
                "Many destinations at once are no problem of theirs: check the certificate and the protocols that the appliance uses (certconfig, sslconfig), and test one destination with tlsverify.".to_owned()
            }
            IncidentKind::Sender => {
                "Find what this sender sends (mailscope query 'from:…' --view messages): if nobody meant to send it, the account is compromised: block it, change its password, and delete what waits (deleterecipients).".to_owned()
            }
            _ => members
                .iter()
                .find_map(|member| member.advice_for(class))
                .unwrap_or_default(),
        };
        Finding {
            kind: FindingKind::of_incident(incident),
            severity,
            since: Timestamp::from_seconds(incident.since),
            until: incident.until.and_then(Timestamp::from_seconds),
            subject: subject.to_owned(),
            summary: self.title(&format!(
                "{what} {}{why}{}",
                self.period(incident),
                impact(&incident.impact)
            )),
            evidence: self.evidence(incident),
            advice,
            drill_down: DrillDown::Evidence,
            facts: Some(Box::new(facts)),
        }
    }

    /// With the appliance if the log has several.
    fn title(&self, subject: &str) -> String {
        match self.index.appliance(self.appliance) {
            Some(appliance) => format!("{subject} on {appliance}"),
            None => subject.to_owned(),
        }
    }

    fn period(&self, incident: &Incident) -> String {
        let time = |seconds| Timestamp::from_seconds(seconds);
        period(
            self.index,
            time(incident.since),
            incident.until.and_then(time),
        )
    }

    fn facts(&self, incident: &Incident) -> IncidentFacts {
        let routes = incident.members.iter().take(LISTED);
        let changes = incident.progress.changes.iter();
        IncidentFacts {
            routes: routes
                .map(|no| DestinationId {
                    appliance: self.appliance,
                    no: *no,
                })
                .collect(),
            changes: changes
                .filter_map(|(at, state, severity)| {
                    Some((Timestamp::from_seconds(*at)?, *state, *severity))
                })
                .collect(),
            state: incident.progress.state.word(),
            found: Timestamp::from_seconds(incident.found),
            flaps: incident.progress.flaps,
            class: Some(incident.class()),
            impact: Some(incident.impact.clone()),
            ..IncidentFacts::default()
        }
    }

    fn evidence(&self, incident: &Incident) -> Vec<Evidence> {
        incident
            .evidence
            .iter()
            .copied()
            .map(Evidence::Line)
            .collect()
    }

    /// One notice for each kind of the long tail.
    fn tail(&self) -> Vec<Finding> {
        let mut found: Vec<Finding> = TAIL.iter().filter_map(|kind| self.of_tail(kind)).collect();
        found.extend(self.unresolved());
        found
    }

    fn of_tail(&self, tail: &Tail) -> Option<Finding> {
        let mut members: Vec<&Destination> = self
            .triage
            .destinations
            .iter()
            .filter(|route| route.id.appliance == self.appliance)
            .filter(|route| route.judgement.incident.is_none() && (tail.holds)(route))
            .collect();
        if members.is_empty() {
            return None;
        }
        members.sort_by_key(|member| std::cmp::Reverse(member.traffic.waiting));
        let hosts: usize = members.iter().map(|member| member.hosts.len()).sum();
        let waiting: u32 = members.iter().map(|member| member.traffic.waiting).sum();
        let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
        let forgotten = match (tail.kind, self.judge.forgotten()) {
            (FindingKind::TailUnreachable, 1..) => {
                format!(
                    "; {} were forgotten",
                    plural(self.judge.forgotten(), "destination")
                )
            }
            _ => String::new(),
        };
        let summary = format!(
            "{} {} ({}); {} wait{forgotten}",
            plural(members.len(), "destination"),
            tail.what,
            plural(hosts, "address"),
            plural(waiting, "recipient"),
        );
        let mut finding = self.tail_finding(tail.kind, summary, &names, waiting, tail.advice);
        if let Some(facts) = &mut finding.facts {
            let first = members.iter().take(LISTED);
            facts.routes = first.map(|member| member.id).collect();
        }
        Some(finding)
    }

    fn unresolved(&self) -> Option<Finding> {
        let mut domains: Vec<(&[u8], u32)> = self.judge.unresolved_domains().collect();
        domains.sort_by_key(|(name, waiting)| (std::cmp::Reverse(*waiting), *name));
        let waiting = domains.iter().map(|(_, waiting)| waiting).sum();
        let names = domains
            .iter()
            .map(|(name, _)| String::from_utf8_lossy(name).into_owned());
        let names: Vec<String> = names.collect();
        let summary = format!(
            "{} could not be resolved; {} wait",
            plural(names.len(), "domain"),
            plural(waiting, "recipient"),
        );
        let advice = "These domains do not exist or their name servers fail: inform the senders; test one with nslookup.";
        let kind = FindingKind::TailNoSuchDomain;
        (!names.is_empty()).then(|| self.tail_finding(kind, summary, &names, waiting, advice))
    }

    fn tail_finding(
        &self,
        kind: FindingKind,
        summary: String,
        names: &[String],
        waiting: u32,
        advice: &str,
    ) -> Finding {
        let facts = IncidentFacts {
            state: "standing",
            side: Some(Side::Normal),
            domains: names.iter().take(LISTED).cloned().collect(),
            members: names.len(),
            impact: Some(Impact::waiting(waiting)),
            ..IncidentFacts::default()
        };
        Finding {
            kind,
            severity: Severity::Notice,
            since: self.index.oldest(),
            until: None,
            subject: self.title(kind.phrase()),
            summary,
            evidence: Vec::new(),
            advice: advice.to_owned(),
            drill_down: DrillDown::Query(vec![FilterTerm::is(Field::State, "delayed")]),
            facts: Some(Box::new(facts)),
        }
    }
}

/// `; 92 recipients bounced, 14 waiting`
fn impact(impact: &Impact) -> String {
    let text = impact.text();
    if text.is_empty() {
        text
    } else {
        format!("; {text}")
    }
}

/// The first names, and how many more there are.
fn named(names: &[String]) -> String {
    let first = &names[..names.len().min(NAMED)];
    format!("{}{}", first.join(", "), and_more(first.len(), names.len()))
}
