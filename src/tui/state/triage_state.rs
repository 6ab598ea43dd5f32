//! The results of the triage that the interface shows, and when the next analysis is due.
//!
//! A worker computes a [`TriageSnapshot`] in slices, so that neither a key nor the reader of the log
//! waits for it; it stays on the screen until a newer one replaces it. One snapshot covers the whole
//! log; if routes are grouped or filtered, view Routes has a second one of that [`Scope`].

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::judge;
use crate::judge::incident::Severity;
use crate::query::{Query, TextMatches};
use crate::triage::findings::{DrillDown, FindingKind};
use crate::triage::{
    self, Destination, DestinationHost, DestinationId, Finding, Group, GroupBy, HostId,
    HostSummary, IndexAccess, Thresholds,
};
use crate::tui::columns::record::{Record, Tail};
use crate::tui::state::numbered_rows::NumberedRows;
use crate::tui::state::triage_snapshot::{TriageSnapshot, tail_of};

/// Routes of one part of the tail that are shown without being unfolded.
const UNFOLDED: usize = 3;
/// The pause after an analysis, as a multiple of its duration.
const REST: u32 = 10;
/// The same while the log is still being read.
const REST_LOADING: u32 = 40;
/// The shortest pause.
const LEAST_REST: Duration = Duration::from_millis(200);
/// The time of the first analysis if the log takes longer to read.
const FIRST: Duration = Duration::from_secs(2);

/// The routes that view Routes shows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Scope {
    pub by: GroupBy,
    pub filter: String,
}

impl Scope {
    fn is_whole(&self) -> bool {
        !self.is_grouped() && self.filter.is_empty()
    }

    /// Whether its rows are groups, not routes or hosts.
    fn is_grouped(&self) -> bool {
        matches!(self.by, GroupBy::Profile | GroupBy::Domain)
    }
}

/// What one job of the worker analyzes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ordered {
    /// Results of earlier jobs are ignored.
    pub number: u64,
    /// All routes and the findings.
    pub whole: bool,
    pub scope: Option<Scope>,
}

#[derive(Clone, Debug)]
pub(crate) struct TriageJob {
    pub what: Ordered,
    /// The filter of the scope, and its matches in the text of the log.
    pub filter: (Arc<Query>, TextMatches),
    pub thresholds: Thresholds,
}

/// What the worker reports.
#[derive(Debug)]
pub(crate) enum TriageResult {
    Whole(Box<TriageSnapshot>),
    Scope(Scope, Box<TriageSnapshot>),
    /// The job is done.
    Done,
}

/// Does the job and reports each result; ends silently once `stop` is set.
pub(crate) fn run(
    job: &TriageJob,
    stop: &AtomicBool,
    with: IndexAccess<'_>,
    report: &dyn Fn(TriageResult),
) {
    if job.what.whole {
        let began = Instant::now();
        let triage = triage::analyze_in_slices(job.thresholds, stop, with);
        match triage.and_then(|triage| TriageSnapshot::of(triage, began, stop, with)) {
            Some(snapshot) => report(TriageResult::Whole(Box::new(snapshot))),
            None => return,
        }
    }
    if let Some(scope) = &job.what.scope {
        let began = Instant::now();
        let (filter, matches) = &job.filter;
        let select =
            |index: &Index| (!filter.is_empty()).then(|| filter.connections(index, matches));
        let by = match scope.by {
            GroupBy::Host => GroupBy::Route,
            by => by,
        };
        let triage = triage::routes_in_slices(by, select, stop, with);
        match triage.and_then(|triage| TriageSnapshot::of(triage, began, stop, with)) {
            Some(snapshot) => report(TriageResult::Scope(scope.clone(), Box::new(snapshot))),
            None => return,
        }
    }
    report(TriageResult::Done);
}

/// The identity of a group in every snapshot.
type GroupKey = (GroupBy, Option<String>);
/// The identity of a finding: kind, subject, and a number among those with the same two.
type FindingKey = (FindingKind, String, usize);

fn finding_keys(snapshot: &TriageSnapshot) -> Vec<FindingKey> {
    let mut alike: HashMap<(FindingKind, &str), usize> = HashMap::new();
    let findings = snapshot.triage.findings.iter();
    let key = findings.map(|finding| {
        let which = alike
            .entry((finding.kind, finding.subject.as_str()))
            .or_default();
        *which += 1;
        (finding.kind, finding.subject.clone(), *which)
    });
    key.collect()
}

#[derive(Debug, Default)]
pub(crate) struct TriageState {
    /// What view Routes shows, once it is analyzed.
    pub wanted: Scope,
    whole: Option<TriageSnapshot>,
    scoped: Option<(Scope, TriageSnapshot)>,
    /// The parts of the tail whose routes are shown.
    unfolded: Vec<Tail>,
    groups: NumberedRows<GroupKey>,
    findings: NumberedRows<FindingKey>,
    /// Grows with each snapshot.
    serial: u64,
    running: Option<InFlight>,
    jobs: u64,
    /// The duration of the last analysis, until the time of the next one is set.
    took: Option<Duration>,
    next: Option<Duration>,
    /// Other records match the filter than in the snapshot.
    is_scope_stale: bool,
}

#[derive(Debug)]
struct InFlight {
    number: u64,
    scope: Option<Scope>,
}

/// The snapshot that the current view needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Need {
    /// Any view but Routes, or the filter is still being evaluated.
    Whole,
    /// View Routes: [`TriageState::wanted`].
    Scope,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RefreshPolicy {
    /// The log is still being read.
    Loading,
    /// Analyze again when the log grows.
    Settled,
    /// Updates are paused.
    Held,
}

impl TriageState {
    pub(crate) fn whole(&self) -> Option<&TriageSnapshot> {
        self.whole.as_ref()
    }

    /// The snapshot that view Routes shows.
    fn shown(&self) -> Option<&TriageSnapshot> {
        if self.wanted.is_whole() {
            return self.whole.as_ref();
        }
        let scoped = self.scoped.as_ref();
        scoped.and_then(|(scope, snapshot)| (*scope == self.wanted).then_some(snapshot))
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.whole.is_some() && self.shown().is_some()
    }

    /// Grows with each snapshot.
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// In the whole log.
    pub(crate) fn host(&self, id: HostId) -> Option<&HostSummary> {
        self.whole.as_ref()?.host(id)
    }

    /// In the whole log.
    pub(crate) fn route(&self, id: DestinationId) -> Option<&Destination> {
        self.whole.as_ref()?.route(id)
    }

    /// The first host of a route that does not work, else its first one.
    pub(crate) fn host_of(&self, id: DestinationId) -> Option<HostId> {
        let destination = self.route(id)?;
        let failing = |host: &&DestinationHost| host.state != judge::RouteState::Healthy;
        let failing = destination.hosts.iter().find(failing);
        failing.or(destination.hosts.first())?.id
    }

    /// As view Routes shows it.
    pub(crate) fn host_shown(&self, id: HostId) -> Option<&HostSummary> {
        self.snapshot_of(Record::Host(id))?.host(id)
    }

    /// As view Routes shows it.
    pub(crate) fn route_shown(&self, id: DestinationId) -> Option<&Destination> {
        self.snapshot_of(Record::Route(id))?.route(id)
    }

    /// The snapshot that a row belongs to. A route that the filter hides is shown as in the whole
    /// log.
    pub(crate) fn snapshot_of(&self, record: Record) -> Option<&TriageSnapshot> {
        let shown = self.shown().filter(|_| !self.wanted.is_grouped());
        match record {
            Record::Group(_) => self.scoped.as_ref().map(|(_, snapshot)| snapshot),
            Record::Route(id) => shown.filter(|snapshot| snapshot.route(id).is_some()),
            Record::Host(id) => shown.filter(|snapshot| snapshot.host(id).is_some()),
            Record::Tail(_) => shown,
            _ => None,
        }
        .or(self.whole.as_ref())
    }

    /// By the number of its row.
    pub(crate) fn group(&self, number: u32) -> Option<&Group> {
        let (_, snapshot) = self.scoped.as_ref()?;
        snapshot.triage.groups.get(*self.groups.at.get(&number)?)
    }

    /// By the number of its row.
    pub(crate) fn finding(&self, number: u32) -> Option<&Finding> {
        let snapshot = self.whole.as_ref()?;
        snapshot
            .triage
            .findings
            .get(*self.findings.at.get(&number)?)
    }

    /// The findings on incidents of a route that are over.
    pub(crate) fn past_findings(
        &self,
        id: DestinationId,
    ) -> impl Iterator<Item = (Record, &Finding)> {
        let findings = self.whole.iter().flat_map(|whole| &whole.triage.findings);
        let numbered = self.findings.rows.iter().copied().zip(findings);
        numbered.filter(move |(_, finding)| {
            finding.until.is_some() && finding.drill_down == DrillDown::Destination(id)
        })
    }

    /// The finding on the open incident of a route, or on the common cause that explains it.
    pub(crate) fn finding_of(&self, id: DestinationId) -> Option<(Record, &Finding)> {
        let findings = self.whole.as_ref()?.triage.findings.iter();
        let mut found = self.findings.rows.iter().copied().zip(findings);
        found.find(|(_, finding)| {
            let facts = finding.facts.as_ref();
            let is_member = facts.is_some_and(|facts| facts.routes.contains(&id));
            let is_subject = finding.drill_down == DrillDown::Destination(id);
            finding.is_open_incident() && (is_member || is_subject)
        })
    }

    /// The timeline of a row.
    pub(crate) fn strip(&self, record: Record) -> &[Slot] {
        let strip = || {
            let snapshot = self.snapshot_of(record)?;
            match record {
                Record::Host(id) => snapshot.host_strip(id),
                Record::Route(id) => snapshot.route_strip(id),
                Record::Group(number) => snapshot.group_strip(*self.groups.at.get(&number)?),
                _ => None,
            }
        };
        strip().unwrap_or_default()
    }

    /// The open incidents of routes that are critical, and that are warnings; `None` until the log
    /// is analyzed.
    pub(crate) fn incidents(&self) -> Option<(usize, usize)> {
        let findings = &self.whole.as_ref()?.triage.findings;
        let count = |severity| {
            let open = findings.iter().filter(|finding| finding.is_open_incident());
            open.filter(|finding| finding.severity == severity).count()
        };
        Some((count(Severity::Critical), count(Severity::Warning)))
    }

    /// The number of findings, and the severity of the worst.
    pub(crate) fn worst(&self) -> Option<(usize, Severity)> {
        let findings = &self.whole.as_ref()?.triage.findings;
        findings
            .first()
            .map(|worst| (findings.len(), worst.severity))
    }

    /// The rows of view Routes, worst first, without those of the tail; `None` until they are
    /// analyzed.
    pub(crate) fn route_rows(&self) -> Option<Vec<Record>> {
        let triage = &self.shown()?.triage;
        Some(match self.wanted.by {
            GroupBy::Route => {
                let routes = triage.destinations.iter();
                let mut routes: Vec<_> = routes.filter(|route| tail_of(route).is_none()).collect();
                // What may become an incident comes right after those that are.
                routes.sort_by_key(|route| match route.judgement.incident {
                    Some(_) => 0,
                    None if route.traffic.configured && route.is_undecided() => 1,
                    None => 2,
                });
                let routes = routes.into_iter();
                routes.map(|route| Record::Route(route.id)).collect()
            }
            GroupBy::Host => {
                let hosts = triage.hosts.iter();
                hosts.map(|host| Record::Host(host.id())).collect()
            }
            GroupBy::Profile | GroupBy::Domain => self.groups.rows.clone(),
        })
    }

    /// One row for each kind of route of the tail that is not small, each followed by its routes if
    /// it is unfolded.
    pub(crate) fn tail_rows(&self) -> Vec<Record> {
        let shown = self.shown().filter(|_| self.wanted.by == GroupBy::Route);
        let Some(snapshot) = shown else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        for kind in Tail::ALL {
            let tail = snapshot.tail(kind);
            let is_small = tail.len() <= UNFOLDED;
            if !is_small {
                rows.push(Record::Tail(kind));
            }
            if is_small || self.unfolded.contains(&kind) {
                rows.extend(tail.iter().map(|route| Record::Route(route.id)));
            }
        }
        rows
    }

    /// Shows or hides the routes of a part of the tail.
    pub(crate) fn unfold(&mut self, kind: Tail, shown: bool) {
        self.unfolded.retain(|unfolded| *unfolded != kind);
        if shown {
            self.unfolded.push(kind);
        }
    }

    pub(crate) fn is_unfolded(&self, kind: Tail) -> bool {
        self.unfolded.contains(&kind)
    }

    /// The rows of view Findings, worst first.
    pub(crate) fn finding_rows(&self) -> &[Record] {
        &self.findings.rows
    }

    /// Takes a result of the worker; `false` if it belongs to an earlier job.
    pub(crate) fn take(&mut self, number: u64, result: TriageResult) -> bool {
        let running = self.running.as_ref();
        if running.is_none_or(|job| job.number != number) {
            return false;
        }
        let mut spent = |snapshot: &TriageSnapshot| {
            self.took = Some(self.took.unwrap_or_default() + snapshot.took);
            self.serial += 1;
        };
        match result {
            TriageResult::Done => self.running = None,
            TriageResult::Whole(snapshot) => {
                spent(&snapshot);
                self.findings
                    .renew(finding_keys(&snapshot).into_iter(), Record::Finding);
                self.whole = Some(*snapshot);
            }
            TriageResult::Scope(scope, snapshot) => {
                spent(&snapshot);
                let groups = snapshot.triage.groups.iter();
                let keys = groups.map(|group| (scope.by, group.key.clone()));
                self.groups.renew(keys, Record::Group);
                self.scoped = Some((scope, *snapshot));
                self.is_scope_stale = false;
            }
        }
        true
    }

    /// Other records match the filter than before.
    pub(crate) fn filter_changed(&mut self) {
        self.is_scope_stale = true;
    }

    /// The log was read to its end: the next analysis is due at once, whatever is running.
    pub(crate) fn request_refresh(&mut self) {
        self.next = Some(Duration::ZERO);
        (self.took, self.running) = (None, None);
    }

    /// Whether the wanted scope is neither analyzed nor being analyzed.
    fn lacks(&self, need: Need) -> bool {
        if need == Need::Whole || self.wanted.is_whole() {
            return false;
        }
        let is_it = |scope: &Scope| *scope == self.wanted && !self.is_scope_stale;
        let there = self.scoped.as_ref().is_some_and(|(of, _)| is_it(of));
        let running = self.running.as_ref();
        let coming = running.is_some_and(|job| job.scope.as_ref().is_some_and(is_it));
        !there && !coming
    }

    fn is_behind(&self, generation: u64) -> bool {
        let of = self
            .whole
            .as_ref()
            .map(|snapshot| snapshot.triage.generation);
        generation > 0 && of != Some(generation)
    }

    /// The time of the next analysis, since the start of the program.
    pub(crate) fn due(
        &self,
        generation: u64,
        need: Need,
        policy: RefreshPolicy,
    ) -> Option<Duration> {
        if self.lacks(need) {
            return Some(Duration::ZERO);
        }
        let waits = self.running.is_some() || policy == RefreshPolicy::Held;
        let first = match policy {
            RefreshPolicy::Loading => FIRST,
            _ => Duration::ZERO,
        };
        (!waits && self.is_behind(generation)).then(|| self.next.unwrap_or(first))
    }

    /// What to analyze now, if anything.
    pub(crate) fn order(
        &mut self,
        generation: u64,
        need: Need,
        policy: RefreshPolicy,
        now: Duration,
    ) -> Option<Ordered> {
        if let Some(took) = self.took.filter(|_| self.running.is_none()) {
            let rest = match policy {
                RefreshPolicy::Loading => REST_LOADING,
                _ => REST,
            };
            self.next = Some(now + (took * rest).max(LEAST_REST));
            self.took = None;
        }
        let due = self.due(generation, need, policy);
        if due.is_none_or(|due| due > now) {
            return None;
        }
        // A missing scope goes first: the running job is cancelled, the whole is analyzed later.
        let whole = !self.lacks(need);
        let scope = (need == Need::Scope && !self.wanted.is_whole()).then(|| self.wanted.clone());
        self.is_scope_stale = false;
        self.jobs += 1;
        let number = self.jobs;
        self.running = Some(InFlight {
            number,
            scope: scope.clone(),
        });
        Some(Ordered {
            number,
            whole,
            scope,
        })
    }
}
