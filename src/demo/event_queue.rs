//! The event queue: what will happen when, in simulated time.
//!
//! Events of one moment keep the order in which they were entered. What an event does is left to
//! the simulation.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::messages::{Batch, Draft};
use super::writer::{Dcid, Mid};

/// Milliseconds since the simulation began.
pub(super) type Millis = u64;

/// Something that is to happen.
#[derive(Debug)]
pub(super) enum SimEvent {
    /// A line is written.
    Line(String),
    /// A host out there connects to hand over mail.
    Incoming,
    /// Somebody connects to send mail.
    Submission,
    /// The spray of this number tries again.
    Spray(usize),
    /// The typist of this number tries again.
    MistypingUser(usize),
    /// A message begins to come in.
    Receive(Box<Draft>),
    /// A message went through the work queue.
    Queue(Mid),
    /// A batch is due at its route (by number), for the first time or again.
    Enqueue(usize, Batch),
    /// The route of this number gets a connection for what waits there.
    Connect(usize),
    /// A connection did not come about.
    GiveUp(usize, Dcid, Vec<Batch>),
    /// The message could not be delivered: its sender is told.
    Bounce(Mid),
    /// So many recipients of the message are done with.
    Settle(Mid, usize),
}

#[derive(Debug)]
struct QueuedEvent {
    due: (Millis, u64),
    event: SimEvent,
}

impl PartialEq for QueuedEvent {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}

impl Eq for QueuedEvent {}

impl PartialOrd for QueuedEvent {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for QueuedEvent {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}

/// The events to come, earliest first.
#[derive(Debug, Default)]
pub(super) struct EventQueue {
    entries: BinaryHeap<Reverse<QueuedEvent>>,
    entered: u64,
}

impl EventQueue {
    pub(super) fn enter(&mut self, at: Millis, event: SimEvent) {
        self.entered += 1;
        self.entries.push(Reverse(QueuedEvent {
            due: (at, self.entered),
            event,
        }));
    }

    /// Takes out the next event that is due at `until` or before.
    pub(super) fn next(&mut self, until: Millis) -> Option<(Millis, SimEvent)> {
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
    steps: Vec<(Millis, SimEvent)>,
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

    pub(super) fn push_line(&mut self, line: String) {
        self.push(SimEvent::Line(line));
    }

    pub(super) fn push(&mut self, event: SimEvent) {
        self.steps.push((self.at, event));
    }
}
