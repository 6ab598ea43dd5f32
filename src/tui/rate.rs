//! The rate at which lines come in.

use std::time::{Duration, Instant};

/// The time over which lines are counted.
const RATE: Duration = Duration::from_secs(1);

#[derive(Default)]
pub(super) struct Rate {
    since: Option<(Instant, u64)>,
    /// Lines per second, while they come.
    pub now: Option<u64>,
}

impl Rate {
    pub(super) fn count(&mut self, entries: u64, now: Instant) {
        let Some((since, before)) = self.since else {
            self.since = Some((now, entries));
            return;
        };
        let passed = now - since;
        if passed >= RATE {
            let per_second = (entries - before.min(entries)) as f64 / passed.as_secs_f64();
            self.now = (entries > before).then_some(per_second.round() as u64);
            self.since = self.now.map(|_| (now, entries));
        }
    }

    /// When to count again, while lines come.
    pub(super) fn due(&self) -> Option<Instant> {
        self.since.map(|(since, _)| since + RATE)
    }
}
