//! An index whose lines, limits and memory a test controls.

use crate::event::Entry;
use crate::header::{HeaderParser, Timestamp, YearResolver};
use crate::index::{EvictionMode, Index, RetentionLimits, TrackClosed};
use crate::position::{Position, SourceId};

/// An index that is filled line by line and keeps to its limits as the pipeline does.
#[derive(Debug)]
pub struct MeasuredIndex {
    index: Index,
    parser: HeaderParser,
    /// Bytes of log so far.
    pub offset: u64,
    second: Option<Timestamp>,
}

impl MeasuredIndex {
    /// An index that may take so many bytes.
    pub fn new(memory: Option<u64>) -> Self {
        let limits = RetentionLimits { keep: None, memory };
        let mut index = Index::limited(TrackClosed::Off, limits);
        index.open_source(SourceId::new(0), "");
        Self {
            index,
            parser: HeaderParser::new(YearResolver::starting(2026)),
            offset: 0,
            second: None,
        }
    }

    /// Applies lines.
    pub fn apply(&mut self, log: &[u8]) {
        for (number, line) in log.split(|byte| *byte == b'\n').enumerate() {
            let header = self.parser.parse(line);
            if header.time != self.second {
                self.index.set_watermark();
                self.second = header.time;
            }
            self.index.apply(&Entry::parse(
                Position::new(SourceId::new(0), self.offset),
                &header,
                line,
            ));
            self.offset += line.len() as u64 + 1;
            if number % 512 == 0 {
                self.evict();
            }
        }
        self.evict();
    }

    fn evict(&mut self) {
        while let Some(step) = self.index.plan_eviction(EvictionMode::Following) {
            drop(self.index.evict(step));
        }
    }

    /// The bytes that the index counts.
    pub fn counted(&self) -> usize {
        self.index.bytes()
    }

    /// Connections that were evicted.
    pub fn evicted(&self) -> u64 {
        self.index.evicted().connections
    }

    /// Connections that are held.
    pub fn connections(&self) -> usize {
        self.index.connection_count()
    }

    /// The bytes that open records alone take, if that is more than the limit.
    pub fn over_limit(&self) -> Option<u64> {
        self.index.over_limit()
    }
}
