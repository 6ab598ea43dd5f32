//! The simulation: the appliance's clock, counters and books, and what each event sets going.
//!
//! Deterministic: a scenario, a seed and a start give the same bytes. The real clock stays outside.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;

use super::event_queue::{EventQueue, Millis, Script, SimEvent};
use super::messages::SimMessage;
use super::outbound::RouteQueue;
use super::rng::Rng;
use super::scenario::Scenario;
use super::writer::{Dcid, Icid, LineWriter, Mid};

/// A simulated appliance that writes its mail_logs.
#[derive(Debug)]
pub struct Simulation {
    /// Shared, so that an entry of it can be read while the simulation changes.
    pub(super) scenario: Arc<Scenario>,
    pub(super) rng: Rng,
    pub(super) events: EventQueue,
    pub(super) now: Millis,
    /// The messages that are not finished.
    pub(super) messages: BTreeMap<Mid, SimMessage>,
    /// What waits for each route.
    pub(super) queues: Vec<RouteQueue>,
    writer: LineWriter,
    /// Lines that are written but not handed out.
    written: Vec<u8>,
    icid: u32,
    mid: u32,
    dcid: u32,
}

impl Simulation {
    /// An appliance whose log begins at `start`, in the appliance's own time.
    pub fn new(scenario: &Scenario, seed: u64, start: NaiveDateTime) -> Self {
        let mut rng = Rng::new(seed);
        let mut counter = |low, high| u32::try_from(rng.between(low, high)).unwrap_or(1);
        let (icid, mid, dcid) = (
            counter(200_000, 900_000),
            counter(400_000, 900_000),
            counter(50_000, 90_000),
        );
        let mut simulation = Self {
            scenario: Arc::new(scenario.clone()),
            rng,
            events: EventQueue::default(),
            now: 0,
            messages: BTreeMap::new(),
            queues: scenario
                .routes
                .iter()
                .map(|_| RouteQueue::default())
                .collect(),
            writer: LineWriter::new(start),
            written: Vec::new(),
            icid,
            mid,
            dcid,
        };
        simulation.begin();
        simulation
    }

    /// Writes every line due up to `elapsed` seconds of simulated time since the start to `out`, in
    /// time order, but for those that an earlier call wrote.
    pub fn advance(&mut self, elapsed: f64, out: &mut Vec<u8>) {
        let until = (elapsed * 1000.0) as Millis;
        while let Some((at, event)) = self.events.next(until) {
            self.now = at;
            self.happen(event);
        }
        out.append(&mut self.written);
    }

    /// The file's head, and the first event of everything that comes again and again.
    fn begin(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        let appliance = &scenario.appliance;
        let mut script = Script::starting(0);
        script.push_line("Begin Logfile".to_owned());
        script.push_line(format!(
            "Version: {} SN: {}",
            appliance.version, appliance.serial
        ));
        script.push_line(format!(
            "Time offset from UTC: {} seconds",
            appliance.utc_offset_seconds
        ));
        script.wait(400);
        script.push(SimEvent::Incoming);
        script.push(SimEvent::Submission);
        self.events.play(script);
        for (number, spray) in scenario.sprays.iter().enumerate() {
            self.enter_within(spray.when.next_from(0), SimEvent::Spray(number));
        }
        for (number, typist) in scenario.typists.iter().enumerate() {
            self.enter_within(typist.when.next_from(0), SimEvent::MistypingUser(number));
        }
    }

    /// Enters an event at a moment that a window gave, if there is one.
    pub(super) fn enter_within(&mut self, at: Option<Millis>, event: SimEvent) {
        if let Some(at) = at {
            self.events.enter(at, event);
        }
    }

    fn happen(&mut self, event: SimEvent) {
        match event {
            SimEvent::Line(text) => self.line(&text),
            SimEvent::Incoming => self.incoming(),
            SimEvent::Submission => self.submission(),
            SimEvent::Spray(number) => self.spray(number),
            SimEvent::MistypingUser(number) => self.typist(number),
            SimEvent::Receive(draft) => self.receive(&draft),
            SimEvent::Queue(mid) => self.queue(mid),
            SimEvent::Enqueue(route, batch) => self.enqueue(route, batch),
            SimEvent::Connect(route) => self.connect(route),
            SimEvent::GiveUp(route, dcid, batch) => self.give_up(route, dcid, batch),
            SimEvent::Bounce(mid) => self.bounce(mid),
            SimEvent::Settle(mid, recipients) => self.settle(mid, recipients),
        }
    }

    /// Writes a line now.
    pub(super) fn line(&mut self, text: &str) {
        self.writer.write(self.now, text, &mut self.written);
    }

    /// The time until the next of events that come some `per_minute`, more of them in some quarters
    /// of an hour.
    pub(super) fn next_arrival(&mut self, per_minute: f64) -> Millis {
        let wave = 1.0 + 0.3 * (self.now as f64 / 1_380_000.0 * std::f64::consts::TAU).sin();
        // Without a limit, chance would leave a viewer before a log that stands still.
        let gap = self.rng.gap(1.0).min(1.8);
        ((gap * 60_000.0 / per_minute / wave) as Millis).max(1)
    }

    pub(super) fn open_icid(&mut self) -> Icid {
        self.icid += 1;
        Icid(self.icid)
    }

    pub(super) fn open_mid(&mut self) -> Mid {
        self.mid += 1;
        Mid(self.mid)
    }

    pub(super) fn open_dcid(&mut self) -> Dcid {
        self.dcid += 1;
        Dcid(self.dcid)
    }
}
