//! From sources to the index, on two threads that share all steps.
//!
//! ```text
//! source::LogReader ── blocks ──▶ Reader ── framed lines ──▶ event ── entries ──▶ Joiner ── batches ──▶ Index
//!                  in order                              side by side         in order
//! ```
//!
//! Two threads are what two cores can use (`pipeline`). Blocks are small enough to stay in a core's cache until they are
//! joined: so the time that goes into waiting for memory is that of the index alone. The index's lock is held for a
//! batch of 2048 entries at a time, and given away between batches when somebody waits for it.

mod clock_jumps;
mod ordered;
mod parse;
mod reader;
mod shared;
mod status;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use clock_jumps::ClockMonitor;
pub use parse::{BlockParser, FileKind, file_marker, is_blank, sniff};
pub use shared::{Reading, SharedIndex};
pub use status::{ParseStatus, ParsedSource};

use crate::index::{EvictionMode, Index, TrackClosed};
use crate::position::SourceId;
use crate::source::{
    BufferPool, Liveness, LogReader, Notice, NoticeKind, Progress, SourceOpened, Sources, Stop,
    TailPreview,
};
use ordered::OrderedPipeline;
pub(crate) use parse::ParsedBlock;
use parse::ParsedHeaders;
#[cfg(test)]
use parse::sniff_head;
use reader::ReadStage;
use writer::IndexWriter;

/// How an appliance's logs show that they are alive: it writes a status line each minute, and never again to a file whose
/// name ends with `.s`.
pub const LIVENESS: Liveness = Liveness {
    marker: file_marker,
    is_final_name: |name| name.ends_with(".s"),
    silence: Duration::from_secs(180),
};

/// Entries taken in under one lock: well under a millisecond.
const BATCH: usize = 2048;

/// Threads that read and join.
const THREADS: usize = 2;

/// What a running [`Ingest`] tells whoever started it. Never sent in floods: `Grew` comes once until
/// [`Ingest::seen`] is called.
#[derive(Debug)]
pub enum IngestEvent {
    /// The index has grown since it was last looked at.
    Grew,
    /// All that was there has been read.
    CaughtUp,
    /// Something happened to a source.
    Notice(Notice),
    /// Nothing more will come: standard input has ended, or nothing is followed.
    End,
    /// A file that was asked for is no log.
    Refused(FileKind, SourceOpened),
}

/// What the years of stamps without one start from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FirstYear {
    /// The year of the first entry of the first source.
    Is(i32),
    /// Those that put the newest entry closest before the file's modification time.
    ByModification,
}

/// What is read, and then taken in, in this order.
pub(crate) enum PipelineItem<L> {
    Opened(SourceOpened),
    /// Blocks that follow each other.
    Lines(Vec<L>),
    Notice(Notice),
    Refused(FileKind, SourceOpened),
    CaughtUp,
    End,
}

/// A running ingest. Dropping it ends the reading.
#[derive(Debug)]
pub struct Ingest {
    /// The index; its writer is here.
    pub index: SharedIndex,
    /// Where its lines can be read again.
    pub sources: Arc<Sources>,
    /// What parsing found out about them.
    pub parse_status: Arc<ParseStatus>,
    stop: Stop,
    threads: Vec<JoinHandle<()>>,
}

impl Ingest {
    /// Starts reading into an index. `news` is called on the ingest's own threads and must not block.
    pub fn start(
        feeder: LogReader,
        stop: Stop,
        years: FirstYear,
        index: Index,
        news: impl Fn(IngestEvent) + Send + 'static,
    ) -> Self {
        let index = SharedIndex::new(index);
        let sources = feeder.sources();
        let parse_status = Arc::<ParseStatus>::default();
        let writer = WriteStage {
            writer: IndexWriter::new(index.clone()),
            index: index.clone(),
            is_over: false,
            sources: Arc::clone(&sources),
            parse_status: Arc::clone(&parse_status),
            recycler: feeder.buffer_pool(),
            news: Box::new(news),
        };
        let pipeline = Arc::new(OrderedPipeline::new(ReadStage::new(feeder, years), writer));
        let threads = (1..=THREADS).map(|number| {
            let pipeline = Arc::clone(&pipeline);
            let work = move || pipeline.run(ReadStage::next, parse_entries, WriteStage::take);
            named(&format!("ingest-{number}"), work)
        });
        Self {
            index,
            sources,
            parse_status,
            stop,
            threads: threads.collect(),
        }
    }

    /// The end of the newest file alone, taken in at once. Its records have numbers of their own.
    pub fn of_preview(newest: TailPreview) -> Self {
        let TailPreview {
            sources,
            opened,
            block,
        } = newest;
        let index = SharedIndex::new(Index::new(TrackClosed::Off));
        let mut parser = BlockParser::new(FirstYear::ByModification);
        parser.open(&opened);
        let mut writer = IndexWriter::new(index.clone());
        writer.open(&opened);
        writer.apply(&[parser.block(block).parse_entries()]);
        Self {
            index,
            sources,
            parse_status: Arc::default(),
            stop: Stop::new(),
            threads: Vec::new(),
        }
    }

    /// How far the reading is.
    pub fn progress(&self) -> Progress {
        self.sources.progress()
    }

    /// The reader has looked: the next growth is told again.
    pub fn ack_growth(&self) {
        self.index.ack_growth();
    }

    /// Waits until nothing more will come.
    pub fn wait(&mut self) {
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

/// A thread whose name tells in a debugger or profile what it does.
fn named(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    let builder = thread::Builder::new().name(name.to_owned());
    builder.spawn(work).expect("a process can start a thread")
}

fn parse_entries(piece: PipelineItem<ParsedHeaders>) -> PipelineItem<ParsedBlock> {
    match piece {
        PipelineItem::Lines(blocks) => PipelineItem::Lines(
            blocks
                .into_iter()
                .map(ParsedHeaders::parse_entries)
                .collect(),
        ),
        PipelineItem::Opened(opened) => PipelineItem::Opened(opened),
        PipelineItem::Notice(notice) => PipelineItem::Notice(notice),
        PipelineItem::Refused(judgement, opened) => PipelineItem::Refused(judgement, opened),
        PipelineItem::CaughtUp => PipelineItem::CaughtUp,
        PipelineItem::End => PipelineItem::End,
    }
}

/// Takes in what was read, and tells of it.
struct WriteStage {
    writer: IndexWriter,
    index: SharedIndex,
    /// It was said that the index takes more memory than it may.
    is_over: bool,
    sources: Arc<Sources>,
    parse_status: Arc<ParseStatus>,
    recycler: BufferPool,
    news: Box<dyn Fn(IngestEvent) + Send>,
}

impl WriteStage {
    fn take(&mut self, piece: PipelineItem<ParsedBlock>) {
        match piece {
            PipelineItem::Opened(opened) => self.writer.open(&opened),
            PipelineItem::Lines(blocks) => {
                blocks
                    .iter()
                    .for_each(|block| block.note(&self.parse_status));
                if self.writer.apply(&blocks) {
                    (self.news)(IngestEvent::Grew);
                }
                let bytes = blocks.into_iter().map(ParsedBlock::into_bytes);
                bytes.for_each(|bytes| self.recycler.give(bytes));
                self.forget_sources();
                self.check_memory_limit();
            }
            PipelineItem::Notice(notice) => (self.news)(IngestEvent::Notice(notice)),
            PipelineItem::Refused(judgement, opened) => {
                (self.news)(IngestEvent::Refused(judgement, opened))
            }
            PipelineItem::CaughtUp => {
                self.writer.catch_up();
                (self.news)(IngestEvent::CaughtUp);
            }
            PipelineItem::End => {
                self.writer.retire(EvictionMode::AtOnce);
                (self.news)(IngestEvent::End);
            }
        }
    }

    /// Says once that the limit of memory cannot be kept to.
    fn check_memory_limit(&mut self) {
        if self.is_over {
            return;
        }
        let Some(bytes) = self.index.read().over_limit() else {
            return;
        };
        self.is_over = true;
        let newest = SourceId::new(self.sources.len().saturating_sub(1));
        let path = self.sources.info(newest).path;
        let notice = Notice::new(
            NoticeKind::Memory,
            path,
            format!("{} MiB", bytes.div_ceil(1 << 20)),
        );
        self.sources.noticed(&notice);
        (self.news)(IngestEvent::Notice(notice));
    }

    /// Forgets files that are gone for good where records retire, once none is left that has lines in them.
    fn forget_sources(&self) {
        if self.sources.should_reap() {
            let index = self.index.read();
            if index.evicted().all() > 0 {
                self.sources.reap_ended(&index.sources_of_records());
                self.parse_status
                    .retain(|source| self.sources.is_known(source));
            }
        }
    }
}
