//! Successes and failures over the log's time, in a bounded number of slots.

use crate::header::Timestamp;

#[cfg(test)]
mod tests;

/// The number of slots; if the log needs more, each slot becomes twice as long.
const MOST: usize = 4096;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Slot {
    /// Logins and deliveries that succeeded.
    pub(crate) succeeded: u32,
    /// Logins, deliveries and connections that failed.
    pub(crate) failed: u32,
}

impl Slot {
    fn add(&mut self, other: Self) {
        self.succeeded = self.succeeded.saturating_add(other.succeeded);
        self.failed = self.failed.saturating_add(other.failed);
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TimelineEvent {
    Succeeded,
    Failed,
}

#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    /// Start of the first slot, in seconds since 1970.
    base: i64,
    /// Seconds of a slot; a power of two.
    width: i64,
    slots: Vec<Slot>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            base: 0,
            width: 1,
            slots: Vec::new(),
        }
    }
}

impl Timeline {
    pub(crate) fn add(&mut self, time: Timestamp, outcome: TimelineEvent) {
        let at = self.slot(time.seconds());
        let slot = &mut self.slots[at];
        match outcome {
            TimelineEvent::Succeeded => slot.succeeded = slot.succeeded.saturating_add(1),
            TimelineEvent::Failed => slot.failed = slot.failed.saturating_add(1),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
    }

    /// The slot of a time, created if missing.
    fn slot(&mut self, seconds: i64) -> usize {
        if self.slots.is_empty() {
            self.base = seconds - seconds.rem_euclid(self.width);
        }
        while seconds < self.base || seconds >= self.base + self.width * MOST as i64 {
            let end = self.base + self.width * self.slots.len().max(1) as i64;
            let span = end.max(seconds + 1) - self.base.min(seconds);
            if seconds < self.base && span <= self.width * MOST as i64 {
                let missing = (self.base - seconds + self.width - 1) / self.width;
                let front = vec![Slot::default(); usize::try_from(missing).unwrap_or(0)];
                self.slots.splice(0..0, front);
                self.base -= missing * self.width;
            } else {
                self.double();
            }
        }
        let at = usize::try_from((seconds - self.base) / self.width).unwrap_or(0);
        if at >= self.slots.len() {
            self.slots.resize(at + 1, Slot::default());
        }
        at
    }

    fn double(&mut self) {
        let width = self.width * 2;
        let base = self.base - self.base.rem_euclid(width);
        let mut slots: Vec<Slot> = Vec::with_capacity(self.slots.len() / 2 + 1);
        for (n, slot) in self.slots.iter().enumerate() {
            let at =
                usize::try_from((self.base + self.width * n as i64 - base) / width).unwrap_or(0);
            if at >= slots.len() {
                slots.resize(at + 1, Slot::default());
            }
            slots[at].add(*slot);
        }
        (self.base, self.width, self.slots) = (base, width, slots);
    }

    /// The counts from `from` to `to` (seconds since 1970, the end not included) in `columns` equal
    /// parts.
    pub(crate) fn strip(&self, from: i64, to: i64, columns: usize) -> Vec<Slot> {
        let mut strip = vec![Slot::default(); columns];
        let span = (to - from).max(1);
        for (n, slot) in self.slots.iter().enumerate() {
            let middle = self.base + self.width * n as i64 + self.width / 2;
            let middle = middle.clamp(from, to - 1);
            let inside = self.base + self.width * (n as i64 + 1) > from
                && self.base + self.width * (n as i64) < to;
            if inside && columns > 0 {
                let at = usize::try_from((middle - from) * columns as i64 / span).unwrap_or(0);
                strip[at.min(columns - 1)].add(*slot);
            }
        }
        strip
    }
}
