//! The event queue, in simulated time. What an event does is left to the simulation.

use std::collections::BTreeMap;
use std::fmt;

use super::model::{Millis, SimEvent};

/// The scheduled events, earliest first; of one moment, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct EventQueue {
    events: BTreeMap<(Millis, u64), SimEvent>,
    added: u64,
}

impl EventQueue {
    pub(super) fn add(&mut self, at: Millis, event: SimEvent) {
        self.added += 1;
        self.events.insert((at, self.added), event);
    }

    /// Removes the next event that is due at `until` or before.
    pub(super) fn next(&mut self, until: Millis) -> Option<(Millis, SimEvent)> {
        let first = self.events.first_entry()?;
        let at = first.key().0;
        (at <= until).then(|| (at, first.remove()))
    }

    pub(super) fn play(&mut self, script: Script) {
        for (at, event) in script.steps {
            self.add(at, event);
        }
    }
}

/// Consecutive events, such as the course of one connection.
#[derive(Debug)]
pub(super) struct Script {
    at: Millis,
    steps: Vec<(Millis, SimEvent)>,
}

impl Script {
    pub(super) fn starting(at: Millis) -> Self {
        let steps = Vec::new();
        Self { at, steps }
    }

    /// Lets time pass before the next step.
    pub(super) fn wait(&mut self, time: Millis) {
        self.at += time;
    }

    /// Adds a line; the lines of one moment are one event.
    pub(super) fn line(&mut self, line: String) {
        match self.steps.last_mut() {
            Some((at, SimEvent::Lines(lines))) if *at == self.at => {
                lines.push('\n');
                lines.push_str(&line);
            }
            _ => self.push(SimEvent::Lines(line)),
        }
    }

    /// `write!` adds a line.
    pub(super) fn write_fmt(&mut self, line: fmt::Arguments<'_>) {
        self.line(line.to_string());
    }

    pub(super) fn push(&mut self, event: SimEvent) {
        self.steps.push((self.at, event));
    }
}
