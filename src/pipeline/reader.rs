//! The first step: what the feeder tells, with the frames of its lines, in pieces that end where a second ends.

use std::collections::VecDeque;
use std::sync::Arc;

use super::framing::Framed;
use super::{Clocks, FirstYear, Framing, Judgement, Piece, judge};
use crate::source::{LogReader, Notice, SourceEvent, Sources};

/// Bytes of one second that are waited for; what belongs together in a longer one may be taken in apart.
const MOST_OF_A_SECOND: usize = 4 << 20;

/// Reads and frames.
pub(super) struct Reader {
    feeder: LogReader,
    framing: Framing,
    clocks: Clocks,
    sources: Arc<Sources>,
    /// Steps of clocks that were not told yet.
    steps: VecDeque<Notice>,
    begun: Begun,
    /// What was told behind them.
    behind: Option<SourceEvent>,
    /// Until the first time that all was read, a file that is no log is one that was asked for.
    initial: bool,
    ended: bool,
}

impl Reader {
    pub fn new(feeder: LogReader, years: FirstYear) -> Self {
        Self {
            sources: feeder.sources(),
            feeder,
            framing: Framing::new(years),
            clocks: Clocks::default(),
            steps: VecDeque::new(),
            begun: Begun::default(),
            behind: None,
            initial: true,
            ended: false,
        }
    }

    /// The next piece; none behind the end. Blocks until there is one.
    pub fn next(&mut self) -> Option<Piece<Framed>> {
        while !self.ended {
            if let Some(step) = self.steps.pop_front() {
                self.sources.noticed(&step);
                return Some(Piece::Notice(step));
            }
            match self.behind.take().unwrap_or_else(|| self.feeder.next()) {
                SourceEvent::Block(block) => {
                    let framed = self.framing.block(block);
                    self.steps.extend(framed.steps(&mut self.clocks));
                    if let Some(blocks) = self.begun.go_on(framed) {
                        return Some(Piece::Lines(blocks));
                    }
                }
                told => match self.begun.finish() {
                    Some(blocks) => {
                        self.behind = Some(told);
                        return Some(Piece::Lines(blocks));
                    }
                    None => return Some(self.other(told)),
                },
            }
        }
        None
    }

    fn other(&mut self, told: SourceEvent) -> Piece<Framed> {
        match told {
            SourceEvent::Opened(opened) => {
                self.framing.open(&opened);
                self.clocks.open(&opened);
                match judge(&opened) {
                    Judgement::Log => Piece::Opened(opened),
                    judgement if self.initial => Piece::Refused(judgement, opened),
                    _ => Piece::Opened(opened),
                }
            }
            SourceEvent::Block(block) => Piece::Lines(vec![self.framing.block(block)]),
            SourceEvent::CaughtUp => {
                self.initial = false;
                Piece::CaughtUp
            }
            SourceEvent::Notice(notice) => Piece::Notice(notice),
            SourceEvent::End => {
                self.ended = true;
                Piece::End
            }
        }
    }
}

/// The second that is not known to have come to its end: its lines may go on in the next block.
#[derive(Debug, Default)]
pub(super) struct Begun(Vec<Framed>);

impl Begun {
    /// A further block: gives those up to the end of a second, where it holds one.
    pub fn go_on(&mut self, mut framed: Framed) -> Option<Vec<Framed>> {
        let last = framed.last_second();
        let begun = last
            .filter(|frame| *frame > 0)
            .map(|frame| framed.split_off(frame));
        let goes_on = last == Some(0);
        self.0.push(framed);
        let length: usize = self.0.iter().map(Framed::length).sum();
        if goes_on && length <= MOST_OF_A_SECOND {
            return None;
        }
        Some(std::mem::replace(&mut self.0, Vec::from_iter(begun)))
    }

    /// Nothing goes on: gives what is there.
    pub fn finish(&mut self) -> Option<Vec<Framed>> {
        (!self.0.is_empty()).then(|| std::mem::take(&mut self.0))
    }
}
