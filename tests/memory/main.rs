//! The memory that the index counts beside that which it takes: `--max-memory` rests on the count.
//!
//! A program of its own, as it counts what is allocated in all of it.

use std::alloc::System;

use mailscope::testing::{MeasuredIndex, simulated_log};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static HEAP: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Bytes allocated now.
fn allocated() -> usize {
    let stats = HEAP.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// An index, and what was allocated before it.
struct Held {
    index: MeasuredIndex,
    before: usize,
}

impl Held {
    fn new(memory: Option<u64>) -> Self {
        let before = allocated();
        let index = MeasuredIndex::new(memory);
        Self { index, before }
    }

    fn taken(&self) -> usize {
        allocated() - self.before
    }

    /// Fails where the count is off by more than a tenth.
    fn check(&self) {
        let (counted, taken) = (self.index.counted(), self.taken());
        assert!(
            counted.abs_diff(taken) * 10 <= taken,
            "{counted} bytes are counted where {taken} are taken, after {} bytes of log",
            self.index.offset
        );
    }
}

/// Six hours of the demo's appliance, in pieces of whole lines.
fn simulated(pieces: usize) -> Vec<Vec<u8>> {
    let log = simulated_log(1, 16 << 20);
    let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
    let pieces = lines.chunks(lines.len().div_ceil(pieces));
    pieces.map(<[&[u8]]>::concat).collect()
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
    Held::new(None).index.apply(&quarters[0]);
    let mut held = Held::new(None);
    for log in &quarters {
        held.index.apply(log);
        held.check();
    }
    let limit = held.taken() as u64 / 2;
    drop(held);

    let mut held = Held::new(Some(limit));
    for log in &quarters {
        held.index.apply(log);
        held.check();
        assert!(held.taken() as u64 <= limit * 11 / 10);
    }
    assert!(held.index.evicted() > 1000);
    assert_eq!(held.index.over_limit(), None);
    drop(held);

    let log = open_ones(20_000);
    let mut held = Held::new(Some(4 << 20));
    held.index.apply(&log);
    held.check();
    assert_eq!(held.index.connections(), 20_000);
    assert_eq!(held.index.over_limit(), Some(held.index.counted() as u64));
}
