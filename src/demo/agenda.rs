//! The agenda: what will happen when, in simulated time.
//!
//! Events of one moment keep the order in which they were entered. What an event does is left to
//! the simulation.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::mail::{Consignment, Draft};
use super::writer::{Dcid, Mid};

/// Milliseconds since the simulation began.
pub(super) type Millis = u64;

/// Something that is to happen.
#[derive(Debug)]
pub(super) enum Event {
    /// A line is written.
    Line(String),
    /// A host out there connects to hand over mail.
    Incoming,
    /// Somebody connects to send mail.
    Submission,
    /// The spray of this number tries again.
    Spray(usize),
    /// The typist of this number tries again.
    Typist(usize),
    /// A message begins to come in.
    Receive(Box<Draft>),
    /// A message went through the work queue.
    Queue(Mid),
    /// A consignment is due at its route (by number), for the first time or again.
    Enqueue(usize, Consignment),
    /// The route of this number gets a connection for what waits there.
    Connect(usize),
    /// A connection did not come about.
    GiveUp(usize, Dcid, Vec<Consignment>),
    /// The message could not be delivered: its sender is told.
    Bounce(Mid),
    /// So many recipients of the message are done with.
    Settle(Mid, usize),
}

#[derive(Debug)]
struct Entry {
    due: (Millis, u64),
    event: Event,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}

/// The events to come, earliest first.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    entries: BinaryHeap<Reverse<Entry>>,
    entered: u64,
}

impl Agenda {
    pub(super) fn enter(&mut self, at: Millis, event: Event) {
        self.entered += 1;
        self.entries.push(Reverse(Entry {
            due: (at, self.entered),
            event,
        }));
    }

    /// Takes out the next event that is due at `until` or before.
    pub(super) fn next(&mut self, until: Millis) -> Option<(Millis, Event)> {
        if self.entries.peek()?.0.due.0 > until {
            return None;
        }
        self.entries
            .pop()
            .map(|Reverse(entry)| (entry.due.0, entry.event))
    }

    /// Enters what a script holds.
    pub(super) fn play(&mut self, script: Script) {
        for (at, event) in script.steps {
            self.enter(at, event);
        }
    }
}

/// Steps that follow one another, from a moment on: the course of one connection.
#[derive(Debug)]
pub(super) struct Script {
    at: Millis,
    steps: Vec<(Millis, Event)>,
}

impl Script {
    pub(super) fn starting(at: Millis) -> Self {
        Self {
            at,
            steps: Vec::new(),
        }
    }

    /// Lets time pass before the next step.
    pub(super) fn wait(&mut self, time: Millis) {
        self.at += time;
    }

    pub(super) fn say(&mut self, line: String) {
        self.then(Event::Line(line));
    }

    pub(super) fn then(&mut self, event: Event) {
        self.steps.push((self.at, event));
    }
}
