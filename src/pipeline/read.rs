//! The first stage: what the log reader emits, with the headers of its lines parsed, in pieces
//! that end where a second ends.

use std::collections::VecDeque;
use std::sync::Arc;

use super::clock_jumps::ClockMonitor;
use super::parse::{BlockParser, ParsedHeaders};
use super::{FirstYear, IngestEvent, PipelineItem, sniff};
use crate::source::{LogReader, Notice, SourceEvent, Sources};

/// Bytes of one second that are collected. A longer second may be applied in parts.
const MAX_SECOND: usize = 4 << 20;

pub(super) struct ReadStage {
    reader: LogReader,
    parser: BlockParser,
    clocks: ClockMonitor,
    sources: Arc<Sources>,
    /// Clock jumps that are not reported yet.
    clock_jumps: VecDeque<Notice>,
    second: PendingSecond,
    /// The reader's event after `second`, to be returned next.
    deferred: Option<SourceEvent>,
    /// Before the first `CaughtUp`: a file opened then was named by the user.
    initial: bool,
    ended: bool,
}

impl ReadStage {
    pub(super) fn new(reader: LogReader, years: FirstYear) -> Self {
        Self {
            sources: reader.sources(),
            reader,
            parser: BlockParser::new(years),
            clocks: ClockMonitor::default(),
            clock_jumps: VecDeque::new(),
            second: PendingSecond::default(),
            deferred: None,
            initial: true,
            ended: false,
        }
    }

    /// Blocks until the next item; `None` after the end.
    pub(super) fn next(&mut self) -> Option<PipelineItem<ParsedHeaders>> {
        while !self.ended {
            if let Some(jump) = self.clock_jumps.pop_front() {
                self.sources.noticed(&jump);
                return Some(PipelineItem::Event(IngestEvent::Notice(jump)));
            }
            match self.deferred.take().unwrap_or_else(|| self.reader.next()) {
                SourceEvent::Block(block) => {
                    let parsed = self.parser.block(block);
                    self.clock_jumps
                        .extend(parsed.clock_jumps(&mut self.clocks));
                    if let Some(blocks) = self.second.push(parsed) {
                        return Some(PipelineItem::Lines(blocks));
                    }
                }
                other => match self.second.finish() {
                    Some(blocks) => {
                        self.deferred = Some(other);
                        return Some(PipelineItem::Lines(blocks));
                    }
                    None => return Some(self.other(other)),
                },
            }
        }
        None
    }

    fn other(&mut self, event: SourceEvent) -> PipelineItem<ParsedHeaders> {
        PipelineItem::Event(match event {
            SourceEvent::Opened(opened) => {
                self.parser.open(&opened);
                self.clocks.open(&opened);
                let refused = self.initial.then(|| sniff::refuse(&opened)).flatten();
                match refused {
                    Some(refused) => IngestEvent::Refused(refused),
                    None => return PipelineItem::Opened(opened),
                }
            }
            SourceEvent::Block(block) => {
                return PipelineItem::Lines(vec![self.parser.block(block)]);
            }
            SourceEvent::CaughtUp => {
                self.initial = false;
                IngestEvent::CaughtUp
            }
            SourceEvent::Notice(notice) => IngestEvent::Notice(notice),
            SourceEvent::End => {
                self.ended = true;
                IngestEvent::End
            }
        })
    }
}

/// The last second read, whose lines may continue in the next block.
#[derive(Debug, Default)]
pub(super) struct PendingSecond(Vec<ParsedHeaders>);

impl PendingSecond {
    /// Adds a block. Returns the blocks up to the end of a second if it contains one.
    pub(super) fn push(&mut self, mut block: ParsedHeaders) -> Option<Vec<ParsedHeaders>> {
        let last = block.last_second();
        let pending = last.filter(|run| *run > 0).map(|run| block.split_off(run));
        let continues = last == Some(0);
        self.0.push(block);
        let length: usize = self.0.iter().map(ParsedHeaders::length).sum();
        if continues && length <= MAX_SECOND {
            return None;
        }
        Some(std::mem::replace(&mut self.0, Vec::from_iter(pending)))
    }

    pub(super) fn finish(&mut self) -> Option<Vec<ParsedHeaders>> {
        (!self.0.is_empty()).then(|| std::mem::take(&mut self.0))
    }
}
