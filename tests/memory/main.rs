//! The memory that the index counts beside that which it takes: `--max-memory` rests on the count.
//!
//! A program of its own, as it counts what is allocated in all of it.

use std::alloc::System;

use chrono::NaiveDate;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use mailscope::demo::{Scenario, Simulation};
use mailscope::event::Entry;
use mailscope::header::{HeaderParser, YearResolver};
use mailscope::index::{EvictionMode, Index, RetentionLimits, TrackClosed};
use mailscope::position::{Position, SourceId};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes allocated now.
fn allocated() -> usize {
    let stats = HEAP.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// An index, and what was allocated before it.
struct Held {
    index: Index,
    before: usize,
    parser: HeaderParser,
    offset: u64,
    second: Option<mailscope::header::Timestamp>,
}

impl Held {
    fn new(memory: Option<u64>) -> Self {
        let before = allocated();
        let limits = RetentionLimits { keep: None, memory };
        let mut index = Index::limited(TrackClosed::Off, limits);
        index.open_source(SourceId::new(0), "");
        Self {
            index,
            before,
            parser: HeaderParser::new(YearResolver::starting(2026)),
            offset: 0,
            second: None,
        }
    }

    /// Takes lines in, and keeps to the limits as the ingest does.
    fn tell(&mut self, log: &[u8]) {
        for (number, line) in log.split(|byte| *byte == b'\n').enumerate() {
            let frame = self.parser.parse(line);
            if frame.time != self.second {
                self.index.set_watermark();
                self.second = frame.time;
            }
            self.index.apply(&Entry::parse(
                Position::new(SourceId::new(0), self.offset),
                &frame,
                line,
            ));
            self.offset += line.len() as u64 + 1;
            if number % 512 == 0 {
                self.retire();
            }
        }
        self.retire();
    }

    fn retire(&mut self) {
        while let Some(step) = self.index.plan_eviction(EvictionMode::Following) {
            drop(self.index.evict(step));
        }
    }

    fn taken(&self) -> usize {
        allocated() - self.before
    }

    /// Fails where the count is off by more than a tenth.
    fn check(&self) {
        let (counted, taken) = (self.index.bytes(), self.taken());
        assert!(
            counted.abs_diff(taken) * 10 <= taken,
            "{counted} bytes are counted where {taken} are taken, after {} bytes of log",
            self.offset
        );
    }
}

/// The log of the demo's appliance, in pieces of a quarter of an hour.
fn simulated(quarters: u32) -> Vec<Vec<u8>> {
    let day = NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day");
    let start = day.and_hms_opt(8, 0, 0).expect("a time");
    let mut simulation = Simulation::new(&Scenario::built_in(), 1, start);
    let quarter = |number| {
        let mut log = Vec::new();
        simulation.advance(f64::from(number) * 900.0, &mut log);
        log
    };
    (1..=quarters).map(quarter).collect()
}

/// Connections that stay open, each with a message under way.
fn open_ones(count: usize) -> Vec<u8> {
    let mut log = Vec::new();
    for n in 1..=count {
        let time = format!("Mon Mar  2 08:{:02}:{:02} 2026 Info:", n / 60 % 60, n % 60);
        let lines = format!(
            "{time} New SMTP ICID {n} interface A (192.0.2.1) address 10.{}.{}.{} reverse dns host h{n}.example verified yes\n\
             {time} Start MID {n} ICID {n}\n\
             {time} MID {n} ICID {n} From: <from{n}@s.example>\n\
             {time} MID {n} ICID {n} RID 0 To: <to{n}@d.example>\n",
            n >> 16,
            n >> 8 & 255,
            n & 255
        );
        log.extend_from_slice(lines.as_bytes());
    }
    log
}

/// One test, as several would count each other's memory.
#[test]
fn the_memory_that_is_counted_is_taken() {
    let quarters = simulated(24);
    // What is made once in a program is made here.
    Held::new(None).tell(&quarters[0]);
    let mut held = Held::new(None);
    for log in &quarters {
        held.tell(log);
        held.check();
    }
    let limit = held.taken() as u64 / 2;
    drop(held);

    let mut held = Held::new(Some(limit));
    for log in &quarters {
        held.tell(log);
        held.check();
        assert!(held.taken() as u64 <= limit * 11 / 10);
    }
    assert!(held.index.evicted().connections > 1000);
    assert_eq!(held.index.over_limit(), None);
    drop(held);

    let log = open_ones(20_000);
    let mut held = Held::new(Some(4 << 20));
    held.tell(&log);
    held.check();
    assert_eq!(held.index.connection_count(), 20_000);
    assert_eq!(held.index.over_limit(), Some(held.index.bytes() as u64));
}
