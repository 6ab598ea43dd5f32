//! The reader's settings, timeouts and scan schedule.

use std::time::{Duration, Instant};

use super::{Follow, Liveness};

/// The limit of decompressed bytes of one archive; a hundred times its size on disk if that is
/// more.
const MAX_UNPACKED: u64 = 8 << 30;
/// Scans take at most 1/`HINTED` of the time after notifications, and 1/`TIMED` by the timer.
const HINTED: u32 = 4;
const TIMED: u32 = 20;

pub(super) struct ReaderSettings {
    pub follow: Follow,
    pub is_mail_log: fn(&[u8]) -> bool,
    pub liveness: Liveness,
    /// Whether copies can turn up, so that content read must be recognised.
    pub fingerprints: bool,
    pub timeouts: Timeouts,
    pub max_unpacked: u64,
}

impl ReaderSettings {
    pub(super) fn new(
        follow: Follow,
        is_mail_log: fn(&[u8]) -> bool,
        liveness: Liveness,
        fingerprints: bool,
    ) -> Self {
        Self {
            follow,
            is_mail_log,
            liveness,
            fingerprints,
            timeouts: Timeouts::of(&liveness),
            max_unpacked: MAX_UNPACKED,
        }
    }

    pub(super) fn is_live(&self) -> bool {
        self.follow == Follow::Live
    }
}

/// How long a state must last before the reader acts on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    /// How long a file without a name must be quiet before it is closed, and one that was renamed.
    pub nameless: Duration,
    pub renamed: Duration,
    /// How long an archive must stay unchanged before it is read again, and before it is reported
    /// as damaged.
    pub settled: Duration,
    pub damaged: Duration,
    /// How long a log with heartbeats may stay unchanged.
    pub silent: Duration,
}

impl Timeouts {
    fn of(liveness: &Liveness) -> Self {
        Self {
            nameless: Duration::from_secs(4),
            renamed: Duration::from_secs(60),
            settled: Duration::from_millis(900),
            damaged: Duration::from_secs(5),
            silent: liveness.silence,
        }
    }
}

/// When directories are listed. The timer is authoritative; a notification only brings the next
/// scan forward.
pub(super) struct Schedule {
    pub interval: Duration,
    /// A notification or an observation asks for a scan.
    pub wanted: bool,
    /// The timer's next scan.
    pub next: Instant,
    /// A notification does not lead to a scan before this time.
    not_before: Instant,
}

impl Schedule {
    pub(super) fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            wanted: false,
            next: now + interval,
            not_before: now,
        }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.next || (self.wanted && now >= self.not_before)
    }

    /// When the next scan is due.
    pub(super) fn due(&self) -> Instant {
        if self.wanted {
            self.not_before.min(self.next)
        } else {
            self.next
        }
    }

    /// A scan began at `start` and ended at `end`.
    pub(super) fn scanned(&mut self, start: Instant, end: Instant) {
        let took = end - start;
        self.not_before = end + took * HINTED;
        self.next = end + self.interval.max(took * TIMED);
    }
}

#[cfg(test)]
mod tests;
