//! The first step: what the feeder tells, with the frames of its lines, in pieces that end where a second ends.

use std::collections::VecDeque;
use std::sync::Arc;

use super::parse::ParsedHeaders;
use super::{BlockParser, ClockMonitor, FileKind, FirstYear, PipelineItem, sniff};
use crate::source::{LogReader, Notice, SourceEvent, Sources};

/// Bytes of one second that are waited for; what belongs together in a longer one may be taken in apart.
const MOST_OF_A_SECOND: usize = 4 << 20;

/// Reads and frames.
pub(super) struct ReadStage {
    feeder: LogReader,
    parser: BlockParser,
    clocks: ClockMonitor,
    sources: Arc<Sources>,
    /// Steps of clocks that were not told yet.
    clock_jumps: VecDeque<Notice>,
    pending: PendingSecond,
    /// What was told behind them.
    deferred: Option<SourceEvent>,
    /// Until the first time that all was read, a file that is no log is one that was asked for.
    initial: bool,
    ended: bool,
}

impl ReadStage {
    pub fn new(feeder: LogReader, years: FirstYear) -> Self {
        Self {
            sources: feeder.sources(),
            feeder,
            parser: BlockParser::new(years),
            clocks: ClockMonitor::default(),
            clock_jumps: VecDeque::new(),
            pending: PendingSecond::default(),
            deferred: None,
            initial: true,
            ended: false,
        }
    }

    /// The next piece; none behind the end. Blocks until there is one.
    pub fn next(&mut self) -> Option<PipelineItem<ParsedHeaders>> {
        while !self.ended {
            if let Some(step) = self.clock_jumps.pop_front() {
                self.sources.noticed(&step);
                return Some(PipelineItem::Notice(step));
            }
            match self.deferred.take().unwrap_or_else(|| self.feeder.next()) {
                SourceEvent::Block(block) => {
                    let framed = self.parser.block(block);
                    self.clock_jumps
                        .extend(framed.clock_jumps(&mut self.clocks));
                    if let Some(blocks) = self.pending.go_on(framed) {
                        return Some(PipelineItem::Lines(blocks));
                    }
                }
                told => match self.pending.finish() {
                    Some(blocks) => {
                        self.deferred = Some(told);
                        return Some(PipelineItem::Lines(blocks));
                    }
                    None => return Some(self.other(told)),
                },
            }
        }
        None
    }

    fn other(&mut self, told: SourceEvent) -> PipelineItem<ParsedHeaders> {
        match told {
            SourceEvent::Opened(opened) => {
                self.parser.open(&opened);
                self.clocks.open(&opened);
                match sniff(&opened) {
                    FileKind::Log => PipelineItem::Opened(opened),
                    judgement if self.initial => PipelineItem::Refused(judgement, opened),
                    _ => PipelineItem::Opened(opened),
                }
            }
            SourceEvent::Block(block) => PipelineItem::Lines(vec![self.parser.block(block)]),
            SourceEvent::CaughtUp => {
                self.initial = false;
                PipelineItem::CaughtUp
            }
            SourceEvent::Notice(notice) => PipelineItem::Notice(notice),
            SourceEvent::End => {
                self.ended = true;
                PipelineItem::End
            }
        }
    }
}

/// The second that is not known to have come to its end: its lines may go on in the next block.
#[derive(Debug, Default)]
pub(super) struct PendingSecond(Vec<ParsedHeaders>);

impl PendingSecond {
    /// A further block: gives those up to the end of a second, where it holds one.
    pub fn go_on(&mut self, mut framed: ParsedHeaders) -> Option<Vec<ParsedHeaders>> {
        let last = framed.last_second();
        let pending = last
            .filter(|header| *header > 0)
            .map(|header| framed.split_off(header));
        let goes_on = last == Some(0);
        self.0.push(framed);
        let length: usize = self.0.iter().map(ParsedHeaders::length).sum();
        if goes_on && length <= MOST_OF_A_SECOND {
            return None;
        }
        Some(std::mem::replace(&mut self.0, Vec::from_iter(pending)))
    }

    /// Nothing goes on: gives what is there.
    pub fn finish(&mut self) -> Option<Vec<ParsedHeaders>> {
        (!self.0.is_empty()).then(|| std::mem::take(&mut self.0))
    }
}
