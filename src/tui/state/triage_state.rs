//! The results of the triage that the interface shows, and when the next analysis is due.
//!
//! A worker computes a [`TriageSnapshot`] in slices, so that neither a key nor the reader of the log
//! waits for it; it stays on the screen until a newer one replaces it. One snapshot covers the whole
//! log; if routes are grouped or filtered, view Routes has a second one of that [`Scope`].

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::query::{Query, TextMatches};
use crate::triage::findings::{FindingKind, FindingSeverity};
use crate::triage::{
    self, Finding, Group, GroupBy, IndexAccess, Route, RouteId, RouteState, Thresholds, Triage,
};
use crate::tui::columns::record::Record;

/// Buckets of a route's timeline.
pub(crate) const STRIP: usize = 48;
/// Routes whose timelines are made while the index is held once.
const AT_ONCE: usize = 8;
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
        self.by == GroupBy::Route && self.filter.is_empty()
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

/// Routes and findings at one generation of the index.
#[derive(Debug, Default)]
pub(crate) struct TriageSnapshot {
    pub triage: Triage,
    /// The timeline of each route.
    strips: Vec<Vec<Slot>>,
    /// The timeline of each group.
    group_strips: Vec<Vec<Slot>>,
    by_id: HashMap<RouteId, usize>,
    took: Duration,
}

impl TriageSnapshot {
    /// Draws the timelines, holding the index for a few of them at a time.
    fn of(
        triage: Triage,
        began: Instant,
        stop: &AtomicBool,
        with: IndexAccess<'_>,
    ) -> Option<Self> {
        let routes = triage.routes.iter().enumerate();
        // Of several rows of one route (grouped by domain or profile) the first one counts.
        let by_id = routes.rev().map(|(at, route)| (route.id(), at)).collect();
        let (mut strips, mut group_strips) = (Vec::new(), Vec::new());
        for routes in triage.routes.chunks(AT_ONCE) {
            with(&mut |index| {
                if let Some(span) = index.oldest().zip(index.newest()) {
                    let strip = |route| triage.timeline(index, route, span, STRIP);
                    strips.extend(routes.iter().map(strip));
                }
            });
            if stop.load(Ordering::Relaxed) {
                return None;
            }
        }
        for group in &triage.groups {
            with(&mut |index| {
                if let Some(span) = index.oldest().zip(index.newest()) {
                    group_strips.push(triage.group_timeline(index, group, span, STRIP));
                }
            });
            if stop.load(Ordering::Relaxed) {
                return None;
            }
        }
        Some(Self {
            triage,
            strips,
            group_strips,
            by_id,
            took: began.elapsed(),
        })
    }

    pub(crate) fn route(&self, id: RouteId) -> Option<&Route> {
        self.triage.routes.get(*self.by_id.get(&id)?)
    }

    fn strip_of(&self, id: RouteId) -> &[Slot] {
        let at = self.by_id.get(&id);
        at.and_then(|at| self.strips.get(*at))
            .map_or(&[], Vec::as_slice)
    }
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
        let triage = triage::routes_in_slices(scope.by, select, stop, with);
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

/// The rows of what has no ID: a key has the same number in every snapshot.
#[derive(Debug)]
struct NumberedRows<K> {
    numbers: HashMap<K, u32>,
    /// Positions in the current snapshot, by number.
    at: HashMap<u32, usize>,
    rows: Vec<Record>,
}

impl<K> Default for NumberedRows<K> {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            at: HashMap::new(),
            rows: Vec::new(),
        }
    }
}

impl<K: std::hash::Hash + Eq> NumberedRows<K> {
    fn renew(&mut self, keys: impl Iterator<Item = K>, record: fn(u32) -> Record) {
        self.at.clear();
        self.rows.clear();
        for (at, key) in keys.enumerate() {
            let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
            let number = *self.numbers.entry(key).or_insert(next);
            self.at.insert(number, at);
            self.rows.push(record(number));
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct TriageState {
    /// What view Routes shows, once it is analyzed.
    pub wanted: Scope,
    whole: Option<TriageSnapshot>,
    scoped: Option<(Scope, TriageSnapshot)>,
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
    pub(crate) fn route(&self, id: RouteId) -> Option<&Route> {
        self.whole.as_ref()?.route(id)
    }

    /// As view Routes shows it.
    pub(crate) fn route_shown(&self, id: RouteId) -> Option<&Route> {
        self.snapshot_of(Record::Route(id))?.route(id)
    }

    /// The snapshot that a row belongs to. A route that the filter hides is shown as in the whole
    /// log.
    pub(crate) fn snapshot_of(&self, record: Record) -> Option<&TriageSnapshot> {
        match record {
            Record::Group(_) => self.scoped.as_ref().map(|(_, snapshot)| snapshot),
            Record::Route(id) => {
                let shown = self.shown().filter(|_| self.wanted.by == GroupBy::Route);
                shown
                    .filter(|snapshot| snapshot.route(id).is_some())
                    .or(self.whole.as_ref())
            }
            _ => self.whole.as_ref(),
        }
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

    /// The timeline of a row, in [`STRIP`] buckets.
    pub(crate) fn strip(&self, record: Record) -> &[Slot] {
        match record {
            Record::Route(id) => self
                .snapshot_of(record)
                .map_or(&[], |snapshot| snapshot.strip_of(id)),
            Record::Group(number) => {
                let at = self.groups.at.get(&number);
                let strips = self
                    .scoped
                    .as_ref()
                    .map(|(_, snapshot)| &snapshot.group_strips);
                at.zip(strips)
                    .and_then(|(at, strips)| strips.get(*at))
                    .map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }

    /// The routes of the whole log in a state; `None` until it is analyzed.
    pub(crate) fn count(&self, state: RouteState) -> Option<usize> {
        self.whole
            .as_ref()
            .map(|snapshot| snapshot.triage.count(state))
    }

    /// The number of findings, and the severity of the worst.
    pub(crate) fn worst(&self) -> Option<(usize, FindingSeverity)> {
        let findings = &self.whole.as_ref()?.triage.findings;
        findings
            .first()
            .map(|worst| (findings.len(), worst.severity))
    }

    /// The rows of view Routes, worst first; `None` until they are analyzed.
    pub(crate) fn route_rows(&self) -> Option<Vec<Record>> {
        let snapshot = self.shown()?;
        if self.wanted.by != GroupBy::Route {
            return Some(self.groups.rows.clone());
        }
        let routes = snapshot.triage.routes.iter();
        Some(routes.map(|route| Record::Route(route.id())).collect())
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
