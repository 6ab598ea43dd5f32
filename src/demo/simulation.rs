//! The simulation: the appliance's clock, counters and books, and what each event sets going.
//!
//! Deterministic: a scenario, a seed and a start give the same bytes. The real clock stays outside.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;

use super::agenda::{Agenda, Event, Millis, Script};
use super::chance::Chance;
use super::mail::Letter;
use super::outbound::Queue;
use super::scenario::Scenario;
use super::writer::{Dcid, Icid, Mid, Writer};

/// A simulated appliance that writes its mail_logs.
#[derive(Debug)]
pub struct Simulation {
    /// Shared, so that an entry of it can be read while the simulation changes.
    pub(super) scenario: Arc<Scenario>,
    pub(super) chance: Chance,
    pub(super) agenda: Agenda,
    pub(super) now: Millis,
    /// The messages that are not finished.
    pub(super) letters: BTreeMap<Mid, Letter>,
    /// What waits for each route.
    pub(super) queues: Vec<Queue>,
    writer: Writer,
    /// Lines that are written but not handed out.
    written: Vec<u8>,
    icid: u32,
    mid: u32,
    dcid: u32,
}

impl Simulation {
    /// An appliance whose log begins at `start`, in the appliance's own time.
    pub fn new(scenario: &Scenario, seed: u64, start: NaiveDateTime) -> Self {
        let mut chance = Chance::new(seed);
        let mut counter = |low, high| u32::try_from(chance.between(low, high)).unwrap_or(1);
        let (icid, mid, dcid) = (
            counter(200_000, 900_000),
            counter(400_000, 900_000),
            counter(50_000, 90_000),
        );
        let mut simulation = Self {
            scenario: Arc::new(scenario.clone()),
            chance,
            agenda: Agenda::default(),
            now: 0,
            letters: BTreeMap::new(),
            queues: scenario.routes.iter().map(|_| Queue::default()).collect(),
            writer: Writer::new(start),
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
        while let Some((at, event)) = self.agenda.next(until) {
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
        script.say("Begin Logfile".to_owned());
        script.say(format!(
            "Version: {} SN: {}",
            appliance.version, appliance.serial
        ));
        script.say(format!(
            "Time offset from UTC: {} seconds",
            appliance.utc_offset_seconds
        ));
        script.wait(400);
        script.then(Event::Incoming);
        script.then(Event::Submission);
        self.agenda.play(script);
        for (number, spray) in scenario.sprays.iter().enumerate() {
            self.enter_within(spray.when.next_from(0), Event::Spray(number));
        }
        for (number, typist) in scenario.typists.iter().enumerate() {
            self.enter_within(typist.when.next_from(0), Event::Typist(number));
        }
    }

    /// Enters an event at a moment that a window gave, if there is one.
    pub(super) fn enter_within(&mut self, at: Option<Millis>, event: Event) {
        if let Some(at) = at {
            self.agenda.enter(at, event);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Line(text) => self.line(&text),
            Event::Incoming => self.incoming(),
            Event::Submission => self.submission(),
            Event::Spray(number) => self.spray(number),
            Event::Typist(number) => self.typist(number),
            Event::Receive(draft) => self.receive(&draft),
            Event::Queue(mid) => self.queue(mid),
            Event::Enqueue(route, consignment) => self.enqueue(route, consignment),
            Event::Connect(route) => self.connect(route),
            Event::GiveUp(route, dcid, batch) => self.give_up(route, dcid, batch),
            Event::Bounce(mid) => self.bounce(mid),
            Event::Settle(mid, recipients) => self.settle(mid, recipients),
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
        let gap = self.chance.gap(1.0).min(1.8);
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
