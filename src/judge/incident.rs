//! An incident: a failure from its first attempt to its end, with its severity and its impact.

use super::Seconds;
use super::class::{Class, Side};
use super::destinations::{HostNo, RouteNo};
use super::evidence::{Lost, Sample};
use crate::humanize;
use crate::position::Position;

/// Positions that show an incident.
const EVIDENCE: usize = 50;
/// Changes of the state that are kept.
const CHANGES: usize = 200;
/// Delays whose median is given.
const DELAYS: usize = 1000;
/// Seconds from queue to delivery that are no delay.
pub(super) const AT_ONCE: Seconds = 60;
/// Senders that are counted.
const SENDERS: usize = 64;

/// What fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum IncidentKind {
    Route(RouteNo),
    /// One host of a route of several.
    Host(RouteNo, HostNo),
    /// A share of the connections of a route fails though others take the mail.
    Slow(RouteNo),
    /// A configured route refuses more messages than usual.
    Refusals(RouteNo),
    /// Several routes refuse our address or our domain.
    Listed,
    /// Names cannot be resolved.
    Dns,
    /// Many routes became unreachable together.
    Network,
    /// TLS that succeeded before fails at several routes together.
    Tls,
    /// One sender's messages are refused at several routes.
    Sender,
}

impl IncidentKind {
    /// Whether it explains incidents of routes.
    pub(crate) fn is_common(self) -> bool {
        matches!(
            self,
            Self::Listed | Self::Dns | Self::Network | Self::Tls | Self::Sender
        )
    }

    pub(crate) fn route(self) -> Option<RouteNo> {
        match self {
            Self::Route(route)
            | Self::Host(route, _)
            | Self::Slow(route)
            | Self::Refusals(route) => Some(route),
            _ => None,
        }
    }
}

/// Worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum State {
    /// At most a tenth of the attempts work.
    Failing,
    Degraded,
    /// It fails and works in turns.
    Flapping,
    Recovering,
    Over,
}

impl State {
    /// The value in JSON and the word for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Degraded => "degraded",
            Self::Flapping => "flapping",
            Self::Recovering => "recovering",
            Self::Over => "over",
        }
    }
}

/// How urgent it is. An incident that another one explains has none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Severity {
    Notice,
    /// To be checked today.
    Warning,
    /// Mail is lost or waits, or an account is probably compromised.
    Critical,
}

impl Severity {
    /// The value in JSON and the word for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Recipients that an incident hit, each counted at one incident only.
#[derive(Clone, Debug, Default)]
pub(crate) struct Impact {
    pub waiting: u32,
    pub bounced: u32,
    pub expired: u32,
    pub delivered_later: u32,
    pub messages: u32,
    delays: Vec<u32>,
}

impl Impact {
    pub(crate) fn waiting(recipients: u32) -> Self {
        Self {
            waiting: recipients,
            ..Self::default()
        }
    }

    /// The counts over 0 with their words, what is lost first.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (u32, &'static str)> {
        let counts = [
            (self.bounced, "bounced"),
            (self.expired, "expired"),
            (self.waiting, "waiting"),
            (self.delivered_later, "delivered later"),
        ];
        counts.into_iter().filter(|(count, _)| *count > 0)
    }

    /// `92 bounced, 14 waiting`; empty without a recipient.
    pub(crate) fn short(&self) -> String {
        let words = self.counts();
        let words = words.map(|(count, word)| format!("{} {word}", humanize::grouped(count)));
        words.collect::<Vec<_>>().join(", ")
    }

    /// `92 recipients bounced, 14 waiting`; empty without a recipient.
    pub(crate) fn text(&self) -> String {
        let noun = match self.counts().next() {
            Some((1, _)) => " recipient ",
            _ => " recipients ",
        };
        self.short().replacen(' ', noun, 1)
    }

    pub(crate) fn recipients(&self) -> u32 {
        self.waiting + self.bounced + self.expired + self.delivered_later
    }

    /// Recipients that wait or are lost.
    pub(crate) fn cost(&self) -> u32 {
        self.waiting + self.bounced + self.expired
    }

    pub(super) fn delivered(&mut self, seconds: Seconds) {
        self.waiting = self.waiting.saturating_sub(1);
        // It was queued while the route failed, and did not have to wait.
        if seconds <= AT_ONCE {
            return;
        }
        self.delivered_later += 1;
        if self.delays.len() < DELAYS {
            self.delays.push(u32::try_from(seconds).unwrap_or(0));
        }
    }

    /// The median of the seconds from queue to delivery, of those that were delivered later.
    pub(crate) fn median_delay(&self) -> Option<u32> {
        let mut delays = self.delays.clone();
        delays.sort_unstable();
        delays.get(delays.len() / 2).copied()
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.waiting += other.waiting;
        self.bounced += other.bounced;
        self.expired += other.expired;
        self.delivered_later += other.delivered_later;
        self.messages += other.messages;
        self.delays.extend(other.delays);
        self.delays.truncate(DELAYS);
    }

    pub(super) fn add(&mut self, lost: Lost) {
        self.bounced += lost.bounced;
        self.expired += lost.expired;
        self.messages += lost.messages;
    }
}

/// How it goes.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub state: State,
    pub severity: Option<Severity>,
    pub changes: Vec<(Seconds, State, Option<Severity>)>,
    /// Times that it failed again after it had worked.
    pub flaps: u32,
    pub last_failure: Seconds,
    /// Since when it recovers.
    pub recovering: Option<Seconds>,
    /// The newest 20 attempts, a bit each: whether it worked.
    newest: u32,
    attempts: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Incident {
    pub kind: IncidentKind,
    pub since: Seconds,
    /// When the evidence sufficed.
    pub found: Seconds,
    pub until: Option<Seconds>,
    pub progress: Progress,
    pub impact: Impact,
    /// Failures by class.
    pub classes: [u32; Class::COUNT],
    senders: Vec<(u32, u32)>,
    /// The number of an incident that explains this one.
    pub parent: Option<usize>,
    /// The routes that a common cause hit.
    pub members: Vec<RouteNo>,
    /// Lines that show the failures: the first and the newest ones.
    pub evidence: Vec<Position>,
    pub side: Option<Side>,
}

impl Incident {
    pub(super) fn new(kind: IncidentKind, since: Seconds, now: Seconds) -> Self {
        let progress = Progress {
            state: State::Failing,
            severity: None,
            changes: Vec::new(),
            flaps: 0,
            last_failure: now,
            recovering: None,
            newest: 0,
            attempts: 0,
        };
        Self {
            kind,
            since,
            found: now,
            until: None,
            progress,
            impact: Impact::default(),
            classes: [0; Class::COUNT],
            senders: Vec::new(),
            parent: None,
            members: Vec::new(),
            evidence: Vec::new(),
            side: None,
        }
    }

    pub(super) fn is_failing(&self) -> bool {
        self.is_open() && self.progress.state == State::Failing
    }

    pub(crate) fn is_open(&self) -> bool {
        self.until.is_none()
    }

    /// The most frequent class of its failures.
    pub(crate) fn class(&self) -> Class {
        Class::most_frequent(&self.classes).unwrap_or(Class::Unreachable)
    }

    pub(super) fn failures(&self) -> u32 {
        self.classes.iter().sum()
    }

    /// The share of its failures that are of some classes.
    pub(super) fn part(&self, classes: &[Class]) -> f64 {
        let of = classes.iter().map(|class| self.classes[*class as usize]);
        f64::from(of.sum::<u32>()) / f64::from(self.failures().max(1))
    }

    pub(super) fn note(&mut self, sample: &Sample) {
        let works = sample.works();
        self.progress.newest = self.progress.newest << 1 | u32::from(works);
        self.progress.attempts = self.progress.attempts.saturating_add(1);
        if works {
            return;
        }
        self.classes[sample.class as usize] += 1;
        self.show(sample.position);
        if sample.mid == 0 {
            return;
        }
        let same = |(sender, _): &(u32, u32)| *sender == sample.sender;
        match self.senders.iter().position(same) {
            Some(at) => self.senders[at].1 += 1,
            None if self.senders.len() < SENDERS => self.senders.push((sample.sender, 1)),
            None => {}
        }
    }

    /// Notes a message that was refused though the route works.
    pub(super) fn note_refusal(&mut self, sample: &Sample) {
        self.classes[sample.class as usize] += 1;
        self.impact.bounced += 1;
        self.impact.messages += 1;
        self.show(sample.position);
    }

    /// The newest attempts, at most 20, and how many of them worked.
    pub(super) fn newest(&self) -> (u32, u32) {
        let count = self.progress.attempts.min(20);
        let mask = (1 << count) - 1;
        (count, (self.progress.newest & mask).count_ones())
    }

    /// The share of the newest attempts that worked.
    pub(super) fn working(&self) -> f64 {
        let (count, worked) = self.newest();
        f64::from(worked) / f64::from(count.max(1))
    }

    /// Whether one sender makes most of the failures of messages, and the connections work.
    pub(super) fn has_one_sender(&self) -> bool {
        let connections = Class::ALL.into_iter().filter(|class| class.is_connection());
        let connections: u32 = connections.map(|class| self.classes[class as usize]).sum();
        let messages: u32 = self.senders.iter().map(|(_, count)| count).sum();
        let most = self
            .senders
            .iter()
            .map(|(_, count)| *count)
            .max()
            .unwrap_or(0);
        connections < 3 && messages > 3 && 10 * most > 7 * messages
    }

    pub(super) fn show(&mut self, position: Position) {
        if self.evidence.len() < EVIDENCE {
            self.evidence.push(position);
        } else {
            self.evidence[EVIDENCE - 1] = position;
        }
    }

    /// Sets state and severity, and notes the change.
    pub(super) fn set(&mut self, now: Seconds, state: State, severity: Option<Severity>) {
        let progress = &mut self.progress;
        let new = (state, severity);
        let changed = new != (progress.state, progress.severity);
        if changed || progress.changes.is_empty() {
            if progress.changes.len() == CHANGES {
                progress.changes.remove(1);
            }
            progress.changes.push((now, state, severity));
        }
        (progress.state, progress.severity) = new;
    }

    pub(super) fn end(&mut self, now: Seconds) {
        self.until = Some(now);
        let severity = self.progress.severity.map(|_| Severity::Notice);
        self.set(now, State::Over, severity);
    }
}
