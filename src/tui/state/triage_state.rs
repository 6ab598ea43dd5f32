//! What the triage says of routes, and what was noticed, as the interface holds it.
//!
//! A [`TriageSnapshot`] is computed by a worker, slice by slice, so that neither a key nor the log waits for it; it stays on the
//! screen until a newer one is there. Of the whole log there is always one, once all was read; where the reader sums
//! routes up or has set a filter, view Routes has a second one of that.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use std::sync::Arc;

use crate::index::Index;
use crate::index::records::timeline::Slot;
use crate::query::{Query, TextMatches};
use crate::triage::findings::{FindingKind, FindingSeverity};
use crate::triage::{
    self, Finding, Group, GroupBy, IndexAccess, Route, RouteId, RouteState, Thresholds, Triage,
};
use crate::tui::state::record::Record;

/// Stretches of time that a route's strip is kept in.
pub const STRIP: usize = 48;
/// Routes whose strips are made under one guard.
const AT_ONCE: usize = 8;
/// A look is taken again after at least this many times what the last one took.
const REST: u32 = 10;
/// While the log is still being read its reading goes first.
const REST_LOADING: u32 = 40;
/// No more often than this, however little it takes.
const LEAST_REST: Duration = Duration::from_millis(200);
/// The first look at a log that takes long to read.
const FIRST: Duration = Duration::from_secs(2);

/// What part of the routes is looked at.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// What they are summed by.
    pub by: GroupBy,
    /// The filter that their connections match.
    pub filter: String,
}

impl Scope {
    fn is_whole(&self) -> bool {
        self.by == GroupBy::Route && self.filter.is_empty()
    }
}

/// What is to be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ordered {
    /// Tells the answers of an order that nobody waits for any more.
    pub number: u64,
    /// Whether all routes are looked at, and findings looked for.
    pub whole: bool,
    /// A part to look at too.
    pub part: Option<Scope>,
}

/// What a worker is to look at, and what for.
#[derive(Clone, Debug)]
pub struct TriageJob {
    /// What.
    pub what: Ordered,
    /// The part's filter, and what the log's text gave for it.
    pub filter: (Arc<Query>, TextMatches),
    /// From when on something is a finding.
    pub thresholds: Thresholds,
}

/// What a worker has seen.
#[derive(Debug)]
pub enum TriageResult {
    /// Of the whole log.
    Whole(Box<TriageSnapshot>),
    /// Of a part.
    Scope(Scope, Box<TriageSnapshot>),
    /// That is all.
    All,
}

/// Routes and findings at one generation of the index.
#[derive(Debug, Default)]
pub struct TriageSnapshot {
    /// The routes, their groups and the findings.
    pub triage: Triage,
    /// How each route's connections went over the log's time.
    strips: Vec<Vec<Slot>>,
    /// The same of groups.
    group_strips: Vec<Vec<Slot>>,
    by_id: HashMap<RouteId, usize>,
    /// How long it took.
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

    /// The route of that name.
    pub fn route(&self, id: RouteId) -> Option<&Route> {
        self.triage.routes.get(*self.by_id.get(&id)?)
    }

    fn strip_of(&self, id: RouteId) -> &[Slot] {
        let at = self.by_id.get(&id);
        at.and_then(|at| self.strips.get(*at))
            .map_or(&[], Vec::as_slice)
    }
}

/// Does the job and reports each result; ends silently once `stop` is set.
pub fn run(
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
    if let Some(scope) = &job.what.part {
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
    report(TriageResult::All);
}

/// Who a group is, whatever else changes.
type GroupKey = (GroupBy, Option<String>);
/// Who a finding is: its kind, whom it is about, and which of several of those.
type FindingKey = (FindingKind, String, usize);

/// RowIds for what has none of its own, the same one for the same thing in every look.
#[derive(Debug)]
struct RowIds<T>(HashMap<T, u32>);

impl<T> Default for RowIds<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: std::hash::Hash + Eq> RowIds<T> {
    fn of(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(thing).or_insert(next)
    }
}

/// What was seen, and when to look again.
#[derive(Debug, Default)]
pub struct TriageState {
    /// What view Routes is to show.
    pub wanted: Scope,
    whole: Option<TriageSnapshot>,
    part: Option<(Scope, TriageSnapshot)>,
    groups: RowIds<GroupKey>,
    findings: RowIds<FindingKey>,
    group_at: HashMap<u32, usize>,
    finding_at: HashMap<u32, usize>,
    group_rows: Vec<Record>,
    finding_rows: Vec<Record>,
    /// Grows with each look.
    serial: u64,
    /// What a worker works on.
    running: Option<InFlight>,
    orders: u64,
    /// What the last look took, until the time of the next one is set.
    took: Option<Duration>,
    next: Option<Duration>,
    /// The part is no longer what its filter keeps.
    part_is_old: bool,
}

/// An order under way.
#[derive(Debug)]
struct InFlight {
    number: u64,
    part: Option<Scope>,
}

/// What the reader looks at, as far as routes go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Anything but view Routes, or a filter is being answered: the whole will do.
    Whole,
    /// View Routes: what is wanted there.
    Scope,
}

/// How the log comes in, as far as looking at it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RefreshPolicy {
    /// It is still being read.
    Loading,
    /// What came in lately is worth another look.
    Settled,
    /// Nothing is to change under the reader's eyes.
    Held,
}

impl TriageState {
    /// The look at the whole log.
    pub fn whole(&self) -> Option<&TriageSnapshot> {
        self.whole.as_ref()
    }

    /// The look that view Routes shows; `None` until it is there.
    fn shown(&self) -> Option<&TriageSnapshot> {
        if self.wanted.is_whole() {
            return self.whole.as_ref();
        }
        let of_part = self.part.as_ref().filter(|(of, _)| *of == self.wanted);
        of_part.map(|(_, look)| look)
    }

    /// Whether what is wanted has been looked at.
    pub fn is_ready(&self) -> bool {
        self.whole.is_some() && self.shown().is_some()
    }

    /// Grows with each look.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// A route of the whole log.
    pub fn route(&self, id: RouteId) -> Option<&Route> {
        self.whole.as_ref()?.route(id)
    }

    /// A route as view Routes shows it.
    pub fn route_shown(&self, id: RouteId) -> Option<&Route> {
        self.look_of(Record::Route(id))?.route(id)
    }

    /// The look that a row is of. What is opened from a filtered list is told in whole.
    pub fn look_of(&self, record: Record) -> Option<&TriageSnapshot> {
        match record {
            Record::Group(_) => self.part.as_ref().map(|(_, look)| look),
            Record::Route(id) => {
                let shown = self.shown().filter(|_| self.wanted.by == GroupBy::Route);
                shown
                    .filter(|look| look.route(id).is_some())
                    .or(self.whole.as_ref())
            }
            _ => self.whole.as_ref(),
        }
    }

    /// A group by the number of its row.
    pub fn group(&self, number: u32) -> Option<&Group> {
        let (_, look) = self.part.as_ref()?;
        look.triage.groups.get(*self.group_at.get(&number)?)
    }

    /// A finding by the number of its row.
    pub fn finding(&self, number: u32) -> Option<&Finding> {
        let look = self.whole.as_ref()?;
        look.triage.findings.get(*self.finding_at.get(&number)?)
    }

    /// How a row's connections went, in [`STRIP`] parts of the log's time.
    pub fn strip(&self, record: Record) -> &[Slot] {
        match record {
            Record::Route(id) => self.look_of(record).map_or(&[], |look| look.strip_of(id)),
            Record::Group(number) => {
                let at = self.group_at.get(&number);
                let strips = self.part.as_ref().map(|(_, look)| &look.group_strips);
                at.zip(strips)
                    .and_then(|(at, strips)| strips.get(*at))
                    .map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }

    /// How many routes of the whole log are in a state; `None` until it was looked at.
    pub fn count(&self, state: RouteState) -> Option<usize> {
        self.whole.as_ref().map(|look| look.triage.count(state))
    }

    /// How many findings there are, and how bad the worst is.
    pub fn worst(&self) -> Option<(usize, FindingSeverity)> {
        let findings = &self.whole.as_ref()?.triage.findings;
        findings
            .first()
            .map(|worst| (findings.len(), worst.severity))
    }

    /// The rows of view Routes, the worst first; `None` until they are there.
    pub fn route_rows(&self) -> Option<Vec<Record>> {
        let look = self.shown()?;
        if self.wanted.by != GroupBy::Route {
            return Some(self.group_rows.clone());
        }
        let routes = look.triage.routes.iter();
        Some(routes.map(|route| Record::Route(route.id())).collect())
    }

    /// The rows of view Findings, the worst first.
    pub fn finding_rows(&self) -> &[Record] {
        &self.finding_rows
    }

    /// Takes in what was seen. Whether it is news.
    pub fn take(&mut self, number: u64, seen: TriageResult) -> bool {
        let running = self.running.as_ref();
        if running.is_none_or(|order| order.number != number) {
            return false;
        }
        let mut spent = |look: &TriageSnapshot| {
            self.took = Some(self.took.unwrap_or_default() + look.took);
            self.serial += 1;
        };
        match seen {
            TriageResult::All => self.running = None,
            TriageResult::Whole(look) => {
                spent(&look);
                self.whole = Some(*look);
                self.number_findings();
            }
            TriageResult::Scope(part, look) => {
                spent(&look);
                self.part = Some((part, *look));
                self.part_is_old = false;
                self.number_groups();
            }
        }
        true
    }

    fn number_groups(&mut self) {
        let Some((part, look)) = &self.part else {
            return;
        };
        self.group_at.clear();
        self.group_rows.clear();
        for (at, group) in look.triage.groups.iter().enumerate() {
            let number = self.groups.of((part.by, group.key.clone()));
            self.group_at.insert(number, at);
            self.group_rows.push(Record::Group(number));
        }
    }

    fn number_findings(&mut self) {
        let Some(look) = &self.whole else { return };
        self.finding_at.clear();
        self.finding_rows.clear();
        let mut alike: HashMap<(FindingKind, &str), usize> = HashMap::new();
        for (at, finding) in look.triage.findings.iter().enumerate() {
            let which = alike.entry((finding.kind, &finding.subject)).or_default();
            *which += 1;
            let key = (finding.kind, finding.subject.clone(), *which);
            let number = self.findings.of(key);
            self.finding_at.insert(number, at);
            self.finding_rows.push(Record::Finding(number));
        }
    }

    /// The filter's records have changed.
    pub fn filter_changed(&mut self) {
        self.part_is_old = true;
    }

    /// All was read: the next look is due at once, whatever is under way.
    pub fn request_refresh(&mut self) {
        self.next = Some(Duration::ZERO);
        (self.took, self.running) = (None, None);
    }

    /// Whether the part wanted is not there, nor on its way.
    fn lacks(&self, need: Need) -> bool {
        if need == Need::Whole || self.wanted.is_whole() {
            return false;
        }
        let is_it = |part: &Scope| *part == self.wanted && !self.part_is_old;
        let there = self.part.as_ref().is_some_and(|(of, _)| is_it(of));
        let running = self.running.as_ref();
        let coming = running.is_some_and(|order| order.part.as_ref().is_some_and(is_it));
        !there && !coming
    }

    fn is_behind(&self, generation: u64) -> bool {
        let of = self.whole.as_ref().map(|look| look.triage.generation);
        generation > 0 && of != Some(generation)
    }

    /// When to look again: a time since the start.
    pub fn due(&self, generation: u64, need: Need, pace: RefreshPolicy) -> Option<Duration> {
        if self.lacks(need) {
            return Some(Duration::ZERO);
        }
        let rests = self.running.is_some() || pace == RefreshPolicy::Held;
        let first = match pace {
            RefreshPolicy::Loading => FIRST,
            _ => Duration::ZERO,
        };
        (!rests && self.is_behind(generation)).then(|| self.next.unwrap_or(first))
    }

    /// What to order now, if anything.
    pub fn order(
        &mut self,
        generation: u64,
        need: Need,
        pace: RefreshPolicy,
        now: Duration,
    ) -> Option<Ordered> {
        if let Some(took) = self.took.filter(|_| self.running.is_none()) {
            let rest = match pace {
                RefreshPolicy::Loading => REST_LOADING,
                _ => REST,
            };
            self.next = Some(now + (took * rest).max(LEAST_REST));
            self.took = None;
        }
        let due = self.due(generation, need, pace);
        if due.is_none_or(|due| due > now) {
            return None;
        }
        // A part that the reader waits for goes first: what is under way is given up, and taken up later.
        let whole = !self.lacks(need);
        let part = (need == Need::Scope && !self.wanted.is_whole()).then(|| self.wanted.clone());
        self.part_is_old = false;
        self.orders += 1;
        let number = self.orders;
        self.running = Some(InFlight {
            number,
            part: part.clone(),
        });
        Some(Ordered {
            number,
            whole,
            part,
        })
    }
}
