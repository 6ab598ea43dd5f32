//! The limits hold at a steady load, and open records stay.

use std::fmt::Write;

use super::*;
use crate::event::Entry;
use crate::event::{ConnId, Icid};
use crate::header::{HeaderParser, YearResolver};
use crate::index::{ConnectionId, TrackClosed};
use crate::position::Position;

impl Index {
    /// Compacts whether it is worthwhile or not.
    pub(crate) fn compact_now(&mut self) {
        for part in CompactionPart::ALL {
            let compaction = Compaction::new(self, part);
            self.install_compaction(compaction);
        }
    }
}

/// An endless log, applied to an index second by second.
struct Load {
    index: Index,
    parser: HeaderParser,
    source: SourceId,
    offset: u64,
    /// Messages so far.
    sent: u32,
    most: usize,
}

impl Load {
    fn new(limits: RetentionLimits) -> Self {
        let mut index = Index::limited(TrackClosed::Off, limits);
        index.open_source(SourceId::new(0), "");
        Self {
            index,
            parser: HeaderParser::new(YearResolver::starting(2026)),
            source: SourceId::new(0),
            offset: 0,
            sent: 0,
            most: 0,
        }
    }

    fn line(&mut self, second: u32, text: &str) {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let (day, hour) = (hour / 24 + 1, hour % 24);
        let line = format!("Mon Mar {day:2} {hour:02}:{minute:02}:{second:02} 2026 Info: {text}");
        let bytes = line.as_bytes();
        let frame = self.parser.parse(bytes);
        self.index.apply(&Entry::parse(
            Position::new(self.source, self.offset),
            &frame,
            bytes,
        ));
        self.offset += bytes.len() as u64 + 1;
    }

    /// A message in and out in one second, with names of its own.
    fn message(&mut self) {
        let n = self.sent;
        self.index.set_watermark();
        let mut lines = String::new();
        let (in_, out, mid) = (n + 10, n + 10, n + 10);
        let _ = write!(
            lines,
            "New SMTP ICID {in_} interface A (192.0.2.1) address 10.{}.{}.{} reverse dns host h{n}.example verified yes\n\
             SMTP Auth: (ICID {in_}) failed for user: u{n} using AUTH mechanism: PLAIN with profile: In\n\
             Start MID {mid} ICID {in_}\n\
             MID {mid} ICID {in_} From: <from{n}@s.example>\n\
             MID {mid} ICID {in_} RID 0 To: <to{n}@d.example>\n\
             MID {mid} Message-ID '<{n}@s.example>'\n\
             MID {mid} Subject 'subject number {n}'\n\
             New SMTP DCID {out} interface 192.0.2.1 address 198.51.100.7 port 25\n\
             Delivery start DCID {out} MID {mid} to RID [0]\n\
             Message done DCID {out} MID {mid} to RID [0]\n\
             MID {mid} RID [0] Response '2.0.0 Ok: queued as {n:08X}'\n\
             Message finished MID {mid} done\n\
             DCID {out} close\n\
             ICID {in_} close",
            n >> 16,
            n >> 8 & 255,
            n & 255
        );
        for line in lines.lines() {
            self.line(n / 4, line);
        }
        self.sent += 1;
    }

    fn evict_to_limits(&mut self) {
        while let Some(step) = self.index.plan_eviction(EvictionMode::Following) {
            drop(self.index.evict(step));
        }
        self.most = self.most.max(self.index.bytes());
    }

    fn run(&mut self, messages: u32) {
        for n in 0..messages {
            self.message();
            if n % 64 == 0 {
                self.evict_to_limits();
            }
        }
    }
}

#[test]
fn memory_stays_within_its_limit_at_a_steady_load() {
    let limit = 6 << 20;
    let mut load = Load::new(RetentionLimits {
        keep: None,
        memory: Some(limit),
    });
    load.line(0, "New SMTP ICID 1 interface A (192.0.2.1) address 10.9.9.9 reverse dns host unknown verified no");
    load.line(0, "Start MID 1 ICID 1");
    load.line(0, "MID 1 ICID 1 From: <stays@s.example>");
    load.run(30_000);
    assert!(load.most <= limit as usize + (1 << 18), "{}", load.most);
    let index = &load.index;
    assert_eq!(
        index.evicted().connections + index.connection_count() as u64,
        2 * 30_000 + 1
    );
    assert_eq!(
        index.evicted().messages + index.message_count() as u64,
        30_000 + 1
    );
    // But records are kept.
    assert!(index.message_count() > 2_000, "{}", index.message_count());
    let open = index.find_connections(ConnId::In(Icid(1)));
    assert_eq!(open, [ConnectionId::new(0)]);
    let open = index.connection(open[0]);
    assert!(open.is_open());
    assert_eq!(open.remote_ip(), Some("10.9.9.9"));
    assert_eq!(open.messages()[0].from(), Some("stays@s.example"));
}

#[test]
fn records_that_ended_before_the_kept_time_are_evicted() {
    let keep = Duration::from_secs(600);
    let mut load = Load::new(RetentionLimits {
        keep: Some(keep),
        memory: None,
    });
    load.run(4_000);
    let early = load.most;
    load.run(16_000);
    assert!(load.most < early * 3 / 2, "{early} {}", load.most);
    let newest = load.index.newest().unwrap().seconds();
    let kept = load
        .index
        .connections()
        .map(|one| newest - one.closed().unwrap().seconds());
    let most = kept.max().unwrap();
    let late = 600 / i64::from(LATE) + 2;
    assert!((600..600 + 2 * late).contains(&most), "{most}");
    // The totals keep counting evicted records.
    assert_eq!(load.index.totals().failed_logins, 20_000);
}

#[test]
fn unused_names_are_removed_and_no_number_means_two_names() {
    let mut load = Load::new(RetentionLimits {
        keep: Some(Duration::from_secs(60)),
        memory: None,
    });
    for _ in 0..6 {
        load.run(1_000);
        load.index.compact_now();
    }
    let index = &load.index;
    assert!(
        index.names.users.len() < 4_000,
        "{}",
        index.names.users.len()
    );
    for attempt in index.attempts() {
        let connection = attempt.connection();
        let number = connection.number() - 10;
        assert_eq!(attempt.user(), Some(format!("u{number}").as_str()));
        let address = format!("10.0.{}.{}", number >> 8, number & 255);
        assert_eq!(connection.remote_ip(), Some(address.as_str()));
        let parsed = index.address(connection.remote_name().unwrap());
        assert_eq!(parsed, address.parse().ok());
        assert_eq!(
            connection.messages()[0].subject(),
            Some(format!("subject number {number}").as_str())
        );
    }
}

/// Closed records stay until the reader that prints them got them.
#[test]
fn records_that_were_not_drained_stay() {
    let mut load = Load::new(RetentionLimits {
        keep: Some(Duration::from_secs(10)),
        memory: None,
    });
    load.index.drain_closed();
    load.run(1_000);
    while let Some(step) = load.index.plan_eviction(EvictionMode::AtOnce) {
        drop(load.index.evict(step));
    }
    assert_eq!(load.index.evicted(), Evicted::default());
    load.index.drain_closed();
    load.run(10);
    load.index.drain_closed();
    while let Some(step) = load.index.plan_eviction(EvictionMode::AtOnce) {
        drop(load.index.evict(step));
    }
    assert!(load.index.evicted().connections > 1_000);
}

/// The records of a file are evicted with time, but an open record keeps its file referenced.
#[test]
fn sources_are_referenced_as_long_as_a_record_has_lines_in_them() {
    let mut load = Load::new(RetentionLimits {
        keep: Some(Duration::from_secs(60)),
        memory: None,
    });
    load.line(0, "New SMTP ICID 1 interface A (192.0.2.1) address 10.9.9.9 reverse dns host unknown verified no");
    for source in 0..8 {
        load.source = SourceId::new(source);
        load.run(1_000);
    }
    let sources = load.index.sources_of_records();
    assert_eq!(sources, HashSet::from([0, 7].map(SourceId::new)));
}
