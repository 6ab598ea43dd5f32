//! The simulation: clock, id counters, queues, and which code handles each event.
//!
//! Deterministic: a scenario, a seed and a start give the same bytes. The real clock stays outside.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveDateTime, TimeDelta, Timelike};

use super::event_queue::{EventQueue, Script};
use super::model::{DeliveryQueue, Millis, SimEvent, SimMessage};
use super::rng::Rng;
use super::scenario::Scenario;
use crate::event::{Dcid, Icid, Mid};

/// A simulated appliance that writes its mail_logs.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(super) scenario: &'static Scenario,
    pub(super) rng: Rng,
    pub(super) events: EventQueue,
    pub(super) now: Millis,
    /// The unfinished messages.
    pub(super) messages: BTreeMap<Mid, SimMessage>,
    /// One per destination.
    pub(super) queues: Vec<DeliveryQueue>,
    start: NaiveDateTime,
    /// The second of `stamp` since the start, and its minute.
    second: Option<u64>,
    minute: Option<i64>,
    stamp: String,
    /// Lines that no call of `advance` has returned yet.
    written: Vec<u8>,
    /// The newest ids.
    icid: Icid,
    mid: Mid,
    dcid: Dcid,
}

impl Simulation {
    /// An appliance whose log begins at `start`, in the appliance's own time.
    pub(crate) fn new(scenario: &'static Scenario, seed: u64, start: NaiveDateTime) -> Self {
        let mut rng = Rng::new(seed);
        let queues = (0..scenario.destinations.len()).map(|_| DeliveryQueue::default());
        let mut simulation = Self {
            scenario,
            icid: Icid(rng.between(200_000, 900_000)),
            mid: Mid(rng.between(400_000, 900_000)),
            dcid: Dcid(rng.between(50_000, 90_000)),
            rng,
            events: EventQueue::default(),
            now: 0,
            messages: BTreeMap::new(),
            queues: queues.collect(),
            start,
            second: None,
            minute: None,
            stamp: String::new(),
            written: Vec::new(),
        };
        simulation.begin();
        simulation
    }

    /// Appends the lines up to `elapsed` seconds since the start that no earlier call returned.
    pub(crate) fn advance(&mut self, elapsed: f64, out: &mut Vec<u8>) {
        let until = (elapsed * 1000.0) as Millis;
        while let Some((at, event)) = self.events.next(until) {
            self.now = at;
            self.happen(event);
        }
        out.append(&mut self.written);
    }

    /// Schedules the file's head and the first event of every recurring kind.
    fn begin(&mut self) {
        let scenario = self.scenario;
        let mut script = Script::starting(0);
        for line in &scenario.appliance.head {
            write!(script, "{line}");
        }
        script.wait(400);
        script.push(SimEvent::Incoming);
        script.push(SimEvent::Submission);
        self.events.play(script);
        for (number, spray) in scenario.sprays.iter().enumerate() {
            self.add_within(spray.when.next_from(0), SimEvent::Spray(number));
        }
        for (number, user) in scenario.mistyping.iter().enumerate() {
            self.add_within(user.when.next_from(0), SimEvent::MistypingUser(number));
        }
    }

    /// Adds an event if a window gives a time for it.
    pub(super) fn add_within(&mut self, at: Option<Millis>, event: SimEvent) {
        if let Some(at) = at {
            self.events.add(at, event);
        }
    }

    fn happen(&mut self, event: SimEvent) {
        match event {
            SimEvent::Lines(text) => text.split('\n').for_each(|line| self.line(line)),
            SimEvent::Incoming => self.incoming(),
            SimEvent::Submission => self.submission(),
            SimEvent::Spray(number) => self.spray(number),
            SimEvent::MistypingUser(number) => self.mistype(number),
            SimEvent::Receive(draft) => self.receive(&draft),
            SimEvent::Queue(mid) => self.queue(mid),
            SimEvent::Enqueue(number, batch) => self.enqueue(number, *batch),
            SimEvent::LookUp(number) => self.look_up(number),
            SimEvent::Connect(number) => self.connect(number),
            SimEvent::Bounce(mid) => self.bounce(mid),
            SimEvent::Settle(mid, recipients) => self.settle(mid, recipients),
        }
    }

    /// Writes a line, `Wed Apr 22 11:43:59 2009 Info: <text>`.
    pub(super) fn line(&mut self, text: &str) {
        let second = self.now / 1000;
        if self.second != Some(second) {
            let moment = self.start + TimeDelta::seconds(second.cast_signed());
            let minute = moment.and_utc().timestamp() / 60;
            // Formatting a date takes longer than all else that a line does.
            if self.minute != Some(minute) {
                self.minute = Some(minute);
                self.stamp = moment.format("%a %b %e %H:%M:%S %Y Info: ").to_string();
            }
            self.stamp
                .replace_range(17..19, &format!("{:02}", moment.second()));
            self.second = Some(second);
        }
        for part in [&self.stamp, text, "\n"] {
            self.written.extend_from_slice(part.as_bytes());
        }
    }

    /// `write!` writes a line.
    pub(super) fn write_fmt(&mut self, text: fmt::Arguments<'_>) {
        self.line(&text.to_string());
    }

    /// The time to the next of events that come about `per_minute`, more often in some quarters of
    /// an hour.
    pub(super) fn next_arrival(&mut self, per_minute: f64) -> Millis {
        let wave = 1.0 + 0.3 * (self.now as f64 / 1_380_000.0 * std::f64::consts::TAU).sin();
        // Without a limit, the log would sometimes stand still before the viewer.
        let gap = self.rng.gap(1.0).min(1.8);
        ((gap * 60_000.0 / per_minute / wave) as Millis).max(1)
    }

    pub(super) fn open_icid(&mut self) -> Icid {
        self.icid.0 += 1;
        self.icid
    }

    pub(super) fn open_mid(&mut self) -> Mid {
        self.mid.0 += 1;
        self.mid
    }

    pub(super) fn open_dcid(&mut self) -> Dcid {
        self.dcid.0 += 1;
        self.dcid
    }
}
