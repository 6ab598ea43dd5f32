//! Routes as destinations: what the judge knows of each, with the totals of its hosts.

use std::collections::HashMap;
use std::net::IpAddr;

use super::advice::{Names, advice};
use super::findings::FindingKind;
use super::host::{HostSummary, Tally};
use super::{ConnectionOutcome, HostId, Reason, Triage, group};
use crate::header::Timestamp;
use crate::index::{ApplianceId, ConnectionId, Index};
use crate::judge::class::{Class, Side};
use crate::judge::incident::{Impact, Incident, Severity};
use crate::judge::{HostKey, Judge, RouteNo, RouteState, RouteView};

/// Fewer attempts than this say too little about a route.
const DECIDED: u32 = 4;
/// The identity of a route, the same in every analysis.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct DestinationId {
    pub appliance: ApplianceId,
    pub no: RouteNo,
}

/// One host of a route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DestinationHost {
    /// `198.51.100.7:25`, IPv6 in brackets.
    pub name: String,
    pub state: RouteState,
    pub last_ok: Option<Timestamp>,
    /// Of its newest connection that tried something.
    pub last_outcome: Option<ConnectionOutcome>,
    /// Its record; `None` if all of its connections were evicted.
    pub id: Option<HostId>,
}

/// How a route is judged.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    pub state: RouteState,
    pub since: Option<Timestamp>,
    pub severity: Option<Severity>,
    /// What its failures say.
    pub class: Option<Class>,
    pub side: Option<Side>,
    pub impact: Option<Impact>,
    /// Changes of the state, oldest first.
    pub changes: Vec<(Timestamp, RouteState, Option<Severity>)>,
    /// The number of its incident in the judge.
    pub incident: Option<usize>,
}

/// What goes to a route.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    /// Whether the appliance is configured for it, or `important` names it.
    pub configured: bool,
    /// Whether its hosts are in private nets.
    pub private: bool,
    /// The part of a day's recipients, from 0 to 1.
    pub share: f64,
    /// The usual rate of failed attempts, from 0 to 1.
    pub usual: f64,
    /// Attempts by class.
    pub attempts: Vec<(Class, u32)>,
    /// Recipients that wait.
    pub waiting: u32,
}

/// A destination as the appliance delivers to it.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub id: DestinationId,
    /// The profile, else the busiest domain, else the host.
    pub name: String,
    pub profile: Option<String>,
    pub judgement: Judgement,
    /// What finding it is a part of.
    pub finding: Option<FindingKind>,
    pub traffic: Traffic,
    pub hosts: Vec<DestinationHost>,
    /// Busiest first.
    pub domains: Vec<String>,
    /// The totals of its hosts.
    pub tally: Tally,
    /// What to do; `None` for a route that works.
    pub advice: Option<String>,
}

/// Connections that show how a route failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct RouteSides {
    /// The last success before the failures; of a route that works, the newest.
    pub good: Option<ConnectionId>,
    /// `None` if the newest connection works and no incident is open.
    pub first_bad: Option<ConnectionId>,
    pub newest_bad: Option<ConnectionId>,
}

impl DestinationId {
    pub(crate) fn view(self, index: &Index) -> Option<RouteView<'_>> {
        let judge = index.judge(self.appliance)?;
        judge.routes().find(|route| route.no == self.no)
    }

    /// Its name, and the appliance if the log has several.
    pub(crate) fn title(self, index: &Index) -> String {
        let name = self
            .view(index)
            .map_or_else(String::new, |view| view.name());
        match index.appliance(self.appliance) {
            Some(appliance) => format!("{name} on {appliance}"),
            None => name,
        }
    }
}

impl Destination {
    /// Attempts, and those of them that failed.
    pub(crate) fn attempts(&self) -> (u32, u32) {
        let counts = self.traffic.attempts.iter();
        let failed = counts.clone().filter(|(class, _)| !class.works());
        (
            counts.map(|(_, count)| count).sum(),
            failed.map(|(_, count)| count).sum(),
        )
    }

    /// Whether it failed and there are too few attempts to judge it.
    pub(crate) fn is_undecided(&self) -> bool {
        let (all, failed) = self.attempts();
        self.judgement.incident.is_none() && failed > 0 && all < DECIDED
    }

    /// The hosts that have records.
    pub(crate) fn host_ids(&self) -> impl Iterator<Item = HostId> {
        self.hosts.iter().filter_map(|host| host.id)
    }

    /// Its name, and how many other domains it has: `contoso.example and 12 domains`.
    pub(crate) fn title(&self) -> String {
        match self.domains.len() {
            _ if self.profile.is_some() => self.name.clone(),
            0 | 1 => self.name.clone(),
            2 => format!("{} and 1 domain", self.name),
            count => format!("{} and {} domains", self.name, count - 1),
        }
    }

    /// The most frequent reason of the class that it is judged by.
    pub(crate) fn reason(&self) -> Option<&Reason> {
        self.reason_of(self.judgement.class?)
    }

    /// The most frequent reason of a class.
    pub(crate) fn reason_of(&self, class: Class) -> Option<&Reason> {
        let mut reasons = self.tally.reasons.iter().chain(&self.tally.refusals);
        reasons.find(|reason| reason.class() == class)
    }

    /// What to do about failures of a class.
    pub(crate) fn advice_for(&self, class: Class) -> Option<String> {
        let reason = self.reason_of(class);
        let bad = self
            .hosts
            .iter()
            .find(|host| host.state != RouteState::Healthy);
        let host = bad.or(self.hosts.first());
        let names = Names {
            route: host.map_or(&self.name, |host| &host.name),
            profile: self.profile.as_deref(),
            domain: self.domains.first().map(String::as_str),
            ..Names::default()
        };
        let text = advice(
            class,
            reason.and_then(|reason| reason.code),
            reason.and_then(Reason::enhanced),
            reason.map_or("", |reason| &reason.detail),
            &names,
        );
        Some(text).filter(|text| !text.is_empty())
    }

    /// Whether it is of the long tail: it never worked in this log, and has no incident.
    pub(crate) fn is_tail(&self) -> bool {
        matches!(
            self.judgement.state,
            RouteState::Unreachable | RouteState::Refusing | RouteState::Deferring
        )
    }

    /// The order of findings and routes: open before over, then severity, cost, share, newest.
    pub(crate) fn rank(&self) -> impl Ord + use<> {
        let judgement = &self.judgement;
        let cost = judgement.impact.as_ref().map_or(0, Impact::cost);
        let open = judgement.incident.is_some();
        let share = (self.traffic.share * 1e6) as u64;
        std::cmp::Reverse((
            open,
            judgement.severity,
            cost,
            self.is_tail(),
            self.traffic.waiting,
            share,
        ))
    }
}

/// The routes of all judges that have one of the hosts of `triage`, worst first.
pub(super) fn destinations(index: &Index, triage: &Triage, all: bool) -> Vec<Destination> {
    let records: HashMap<(ApplianceId, HostKey), &HostSummary> = triage
        .hosts
        .iter()
        .filter_map(|route| Some(((route.appliance, route.id().key(index)?), route)))
        .collect();
    let mut found: Vec<Destination> = Vec::new();
    for (appliance, judge) in index.judges() {
        for view in judge.routes() {
            let destination = destination(appliance, judge, view, &records);
            if all || destination.hosts.iter().any(|host| host.id.is_some()) {
                found.push(destination);
            }
        }
    }
    found.sort_by_cached_key(|destination| (destination.rank(), destination.name.clone()));
    found
}

impl HostId {
    /// The host's name in the judge.
    fn key(self, index: &Index) -> Option<HostKey> {
        let ip: IpAddr = index.address(self.remote?)?;
        Some(HostKey::new(ip, self.port))
    }

    /// How the host is judged.
    pub(crate) fn state(self, index: &Index) -> RouteState {
        let judge = index.judge(self.appliance);
        let host = self.key(index).and_then(|key| judge?.host(key));
        host.map_or(RouteState::Idle, |host| host.state)
    }
}

fn destination(
    appliance: ApplianceId,
    judge: &Judge,
    view: RouteView<'_>,
    records: &HashMap<(ApplianceId, HostKey), &HostSummary>,
) -> Destination {
    let mut tally = Tally::default();
    let hosts = view.hosts().into_iter().map(|host| {
        let record = records.get(&(appliance, host.key));
        if let Some(record) = record {
            group::add(&mut tally, &record.tally);
        }
        DestinationHost {
            name: host.key.to_string(),
            state: host.state,
            last_ok: record
                .and_then(|record| record.tally.last_ok)
                .or_else(|| host.worked.and_then(Timestamp::from_seconds)),
            last_outcome: record.and_then(|record| record.last_outcome),
            id: record.map(|record| record.id()),
        }
    });
    let hosts: Vec<DestinationHost> = hosts.collect();
    tally.affected.sort_unstable();
    tally.affected.dedup();
    let mut destination = Destination {
        id: DestinationId {
            appliance,
            no: view.no,
        },
        name: view.name(),
        profile: view.profile().map(str::to_owned),
        judgement: judgement(judge, view),
        finding: finding(judge, view),
        traffic: Traffic {
            configured: view.is_configured(),
            private: view.is_private(),
            share: view.share(),
            usual: view.usual(),
            attempts: view.attempts().collect(),
            waiting: view.waiting(),
        },
        hosts,
        domains: view.domains(),
        tally,
        advice: None,
    };
    let newest = || newest_failure(&destination);
    if let Some(class) = destination.judgement.class.or_else(newest) {
        destination.judgement.class = Some(class);
        destination.judgement.side = Some(class.side(view.is_private()));
    }
    let class = destination.judgement.class;
    destination.advice = class.and_then(|class| destination.advice_for(class));
    destination
}

/// The class of the newest reason, if the newest connection of a host failed. The judge does not know
/// it if the clock of the log was set back.
fn newest_failure(destination: &Destination) -> Option<Class> {
    let mut outcomes = destination
        .hosts
        .iter()
        .filter_map(|host| host.last_outcome);
    let any_failed = outcomes.any(ConnectionOutcome::is_failure);
    let reasons = destination.tally.reasons.iter().filter(|_| any_failed);
    let after = reasons.filter(|reason| reason.last >= destination.tally.last_ok);
    let newest = after.max_by_key(|reason| reason.last);
    newest.map(Reason::class)
}

fn judgement(judge: &Judge, view: RouteView<'_>) -> Judgement {
    let id = view.open_incidents().next();
    let incident: Option<&Incident> = id.map(|id| judge.incident(id));
    let state = view.state();
    let class = incident
        .map(Incident::class)
        .or_else(|| view.newest_failure());
    let times = incident
        .iter()
        .flat_map(|incident| &incident.progress.changes);
    Judgement {
        state,
        since: incident.and_then(|incident| Timestamp::from_seconds(incident.since)),
        severity: incident.and_then(|incident| incident.progress.severity),
        class,
        side: class.map(|class| class.side(view.is_private())),
        impact: incident.map(|incident| incident.impact.clone()),
        changes: times
            .filter_map(|(at, state, severity)| {
                Some((
                    Timestamp::from_seconds(*at)?,
                    RouteState::Incident(*state),
                    *severity,
                ))
            })
            .collect(),
        incident: id,
    }
}

/// What it is reported as: its incident, the common cause that explains it, or its part of the tail.
fn finding(judge: &Judge, view: RouteView<'_>) -> Option<FindingKind> {
    let own = view.open_incidents().next().map(|id| judge.incident(id));
    let causes = judge.incidents().iter().filter(|incident| {
        incident.kind.is_common() && incident.is_open() && incident.members.contains(&view.no)
    });
    let parent = own.and_then(|incident| incident.parent);
    let parent = parent.map(|id| judge.incident(id));
    match parent.or(own).or_else(|| causes.into_iter().next()) {
        Some(incident) => Some(FindingKind::of_incident(incident)),
        None => match view.state() {
            RouteState::Unreachable => Some(FindingKind::TailUnreachable),
            RouteState::Refusing => Some(FindingKind::TailRefusing),
            RouteState::Deferring => Some(FindingKind::TailDeferring),
            _ => None,
        },
    }
}
