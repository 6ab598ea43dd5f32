//! Evidence that a route or a host fails: a Bernoulli CUSUM over its attempts.
//!
//! The sum grows with each failure by the logarithm of how much likelier it is if the route fails
//! than on an ordinary day, and shrinks with each success. What is ordinary is learned from the
//! attempts outside incidents, halved each day.

use super::Seconds;
use super::class::Class;
use crate::position::Position;

/// Samples of a run that are kept; with more, some of its middle are dropped.
const RUN: usize = 400;

/// One attempt as evidence.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Sample {
    /// When the connection was opened, or the delivery was started.
    pub at: Seconds,
    pub class: Class,
    pub dcid: u64,
    /// 0 if the failure is the connection's.
    pub mid: u64,
    pub sender: u32,
    pub lost: Lost,
    /// The line that shows it.
    pub position: Position,
}

/// Recipients that an attempt ended, and their messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Lost {
    pub bounced: u32,
    pub expired: u32,
    pub messages: u32,
}

impl Sample {
    pub(super) fn works(&self) -> bool {
        self.class.works()
    }
}

/// The attempts of one route or host outside incidents, and the evidence of a failure.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    worked: f64,
    failed: f64,
    halved: Seconds,
    /// Successes ever.
    pub successes: u32,
    /// Failures before the first success.
    pub never: u32,
    pub sum: f64,
    /// What happened since the sum was last 0.
    pub run: Vec<Sample>,
    /// The sum in the other direction, during an incident.
    pub recovery: f64,
}

/// The rates that a sum compares.
#[derive(Clone, Copy)]
pub(super) struct Rates {
    /// The largest rate of failures that is usual.
    pub usual: f64,
    /// The rate of a failure.
    pub failing: f64,
}

impl Rates {
    /// What an attempt adds to a sum towards failure.
    pub(super) fn step(self, works: bool) -> f64 {
        if works {
            self.success()
        } else {
            self.failure()
        }
    }

    pub(super) fn failure(self) -> f64 {
        (self.failing / self.usual).ln()
    }

    pub(super) fn success(self) -> f64 {
        ((1.0 - self.failing) / (1.0 - self.usual)).ln()
    }
}

impl Evidence {
    /// Bytes of memory beside its own.
    pub(super) fn bytes(&self) -> usize {
        self.run.capacity() * size_of::<Sample>()
    }

    /// Usual failures: their rate, and an upper bound of it.
    pub(super) fn usual(&self) -> f64 {
        (self.failed + 0.5) / (self.worked + self.failed + 30.0)
    }

    pub(super) fn rates(&self) -> Rates {
        let rate = self.usual();
        let deviation = (rate * (1.0 - rate) / (self.worked + self.failed + 30.0)).sqrt();
        let usual = (rate + 1.5 * deviation).clamp(0.01, 0.45);
        Rates {
            usual,
            failing: f64::midpoint(1.0, usual).max(0.5),
        }
    }

    /// Adds an attempt to the sum.
    pub(super) fn weigh(&mut self, sample: Sample) {
        let works = sample.works();
        if works && self.sum == 0.0 {
            return;
        }
        let rates = self.rates();
        let weight = if sample.class.is_soft() { 0.25 } else { 1.0 };
        let step = if works {
            rates.success()
        } else {
            weight * rates.failure()
        };
        self.sum = (self.sum + step).max(0.0);
        if self.sum == 0.0 {
            self.run.clear();
        } else {
            push(&mut self.run, sample);
        }
    }

    /// Counts an attempt outside incidents.
    pub(super) fn count(&mut self, sample: &Sample, now: Seconds) {
        const DAY: Seconds = 86_400;
        if now - self.halved >= DAY {
            if self.halved > 0 {
                self.worked /= 2.0;
                self.failed /= 2.0;
            }
            self.halved = now;
        }
        if sample.works() {
            self.worked += 1.0;
            self.successes = self.successes.saturating_add(1);
        } else if self.successes == 0 {
            self.never = self.never.saturating_add(1);
        } else {
            self.failed += if sample.class.is_soft() { 0.5 } else { 1.0 };
        }
    }

    /// Whether the failures are enough to speak of: three failed connections, or four messages of
    /// three senders.
    pub(super) fn is_broad(&self, evidence: f64) -> bool {
        self.sum >= evidence && is_broad(&self.run)
    }

    pub(super) fn clear(&mut self) {
        self.sum = 0.0;
        self.recovery = 0.0;
        self.run.clear();
    }

    /// Adds recipients that an attempt ended after it was weighed.
    pub(super) fn add_lost(&mut self, dcid: u64, lost: Lost) {
        let of_connection = |sample: &&mut Sample| sample.dcid == dcid && !sample.works();
        if let Some(sample) = self.run.iter_mut().rev().find(of_connection) {
            sample.lost.bounced += lost.bounced;
            sample.lost.expired += lost.expired;
            sample.lost.messages += lost.messages;
        }
    }

    /// Another incident counts the recipients that were ended so far.
    pub(super) fn forget_lost(&mut self) {
        for sample in &mut self.run {
            sample.lost = Lost::default();
        }
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        self.worked += other.worked;
        self.failed += other.failed;
        self.successes = self.successes.saturating_add(other.successes);
        self.never = self.never.saturating_add(other.never);
    }
}

fn push(run: &mut Vec<Sample>, sample: Sample) {
    run.push(sample);
    if run.len() > RUN {
        run.drain(RUN / 4..RUN / 2);
    }
}

fn is_broad(run: &[Sample]) -> bool {
    let failed = || run.iter().filter(|sample| !sample.works());
    let mut connections = 0;
    let mut last = Seconds::MIN;
    for sample in failed().filter(|sample| sample.class.is_connection()) {
        if sample.at > last.saturating_add(1) {
            connections += 1;
            last = sample.at;
        }
    }
    connections >= 3
        || distinct(failed().map(|sample| sample.mid)) >= 4
            && distinct(failed().map(|sample| u64::from(sample.sender))) >= 3
}

fn distinct(values: impl Iterator<Item = u64>) -> usize {
    let mut values: Vec<u64> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}

/// The end of a run whose attempts favour a failure most, of nearly all attempts or of half of them.
pub(super) fn likeliest(run: &[Sample], usual: f64) -> &[Sample] {
    let (mut best, mut start) = (f64::MIN, 0);
    for failing in [0.95, 0.5] {
        let rates = Rates { usual, failing };
        let (failure, success) = (rates.failure(), rates.success());
        let mut sum = 0.0;
        for (at, sample) in run.iter().enumerate().rev() {
            sum += if sample.works() { success } else { failure };
            if sum > best && !sample.works() {
                (best, start) = (sum, at);
            }
        }
    }
    &run[start..]
}

/// Times that a route failed and worked again: it may be down for a part of each hour.
#[derive(Clone, Debug, Default)]
pub(super) struct Relapses {
    /// The first failure of each of the newest ones.
    newest: Vec<Sample>,
    /// How many there were before those.
    before: u32,
    began: Seconds,
}

impl Relapses {
    /// Notes a failure of a connection after a success. A failure soon after another one is the same.
    pub(super) fn note(&mut self, sample: Sample) {
        const APART: Seconds = 100;
        const KEPT: usize = 8;
        if self.began == 0 {
            self.began = sample.at;
        }
        if self
            .newest
            .last()
            .is_some_and(|last| sample.at - last.at <= APART)
        {
            return;
        }
        if self.newest.len() == KEPT {
            self.newest.remove(0);
            self.before += 1;
        }
        self.newest.push(sample);
    }

    /// Those of the last hour, if they are at least four and six times as many as usual.
    pub(super) fn unusual(&self, now: Seconds) -> Option<&[Sample]> {
        const HOUR: Seconds = 3600;
        const LEAST: usize = 4;
        const TIMES: f64 = 6.0;
        let first = self.newest.partition_point(|sample| sample.at < now - HOUR);
        let lately = &self.newest[first..];
        let before = f64::from(self.before) + first as f64;
        let hours = (now - HOUR - self.began).max(HOUR) as f64 / HOUR as f64;
        (lately.len() >= LEAST && lately.len() as f64 >= TIMES * before / hours).then_some(lately)
    }
}
