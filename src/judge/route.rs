//! A route: a destination as the appliance delivers to it.

use super::Seconds;
use super::class::Class;
use super::destinations::{DomainNo, HostNo};
use super::evidence::{Evidence, Relapses, Sample};
use super::share::{Refusals, Slow};

/// Samples of failures since the last success that are kept.
const FAILURES: usize = 60;

#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    pub hosts: Vec<HostNo>,
    pub domains: Vec<DomainNo>,
    /// The SMTP Auth profile that names it.
    pub profile: Option<Box<str>>,
    /// Whether its hosts are in private nets.
    pub private: bool,
    /// Whether the appliance wrote that TLS was required.
    pub tls_required: bool,
    pub load: Load,
    pub evidence: Evidence,
    pub relapses: Relapses,
    pub newest: Newest,
    pub slow: Slow,
    pub refusals: Refusals,
    pub incident: Option<usize>,
    /// The incident that ended last.
    pub ended: Option<usize>,
    /// Attempts by class.
    pub attempts: [u32; Class::COUNT],
}

/// What goes to a route.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    /// Recipients that wait.
    pub waiting: u32,
    /// Recipients that were queued lately.
    pub queued: f64,
}

/// What happened to a route last.
#[derive(Clone, Debug, Default)]
pub(super) struct Newest {
    pub success: Option<Seconds>,
    /// Failures since the newest success.
    pub failures: Vec<Sample>,
    /// Messages queued since the newest success.
    pub queued: u32,
    /// The opening of the newest connection that failed.
    pub failed_at: Option<Seconds>,
    /// When the appliance last put a message off because it reached no host.
    pub put_off: Option<Seconds>,
}

impl Newest {
    pub(super) fn note(&mut self, sample: Sample, now: Seconds) {
        if sample.works() {
            self.success = Some(now);
            self.failures.clear();
            self.queued = 0;
        } else if !sample.class.is_soft() && self.failures.len() < FAILURES {
            self.failures.push(sample);
        }
    }
}

impl Route {
    /// Bytes of memory beside its own.
    pub(super) fn bytes(&self) -> usize {
        let samples = self.newest.failures.capacity()
            + self.slow.run.capacity()
            + self.refusals.run.capacity();
        self.hosts.capacity() * size_of::<HostNo>()
            + self.domains.capacity() * size_of::<DomainNo>()
            + samples * size_of::<Sample>()
            + self.evidence.bytes()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.domains.is_empty()
    }

    pub(super) fn open_incidents(&self) -> impl Iterator<Item = usize> {
        let all = [self.incident, self.slow.incident, self.refusals.incident];
        all.into_iter().flatten()
    }

    /// Takes the members, counts and incidents of a route that it is joined with.
    pub(super) fn absorb(&mut self, other: Self) {
        self.hosts.extend(other.hosts);
        self.domains.extend(other.domains);
        self.tls_required |= other.tls_required;
        self.load.waiting += other.load.waiting;
        self.load.queued += other.load.queued;
        self.evidence.absorb(&other.evidence);
        self.newest.success = self.newest.success.max(other.newest.success);
        self.newest.failures.extend(other.newest.failures);
        self.newest.failures.truncate(FAILURES);
        self.incident = self.incident.or(other.incident);
        self.slow.incident = self.slow.incident.or(other.slow.incident);
        self.refusals.incident = self.refusals.incident.or(other.refusals.incident);
        self.ended = self.ended.or(other.ended);
        for (count, more) in self.attempts.iter_mut().zip(other.attempts) {
            *count += more;
        }
    }
}
