//! Reads sources into the index, on two threads that share all stages.
//!
//! ```text
//! source::LogReader ── blocks ──▶ ReadStage ── headers ──▶ event ── entries ──▶ IndexWriter ── batches ──▶ Index
//!                     in order                         in parallel             in order
//! ```
//!
//! Two threads are what two cores can use ([`ordered`]). Blocks are small enough to stay in a
//! core's cache until they are applied, so the only waits for memory are those of the index. The
//! index is locked for a batch of 2048 entries at a time, and unlocked between batches if a reader
//! waits.
//!
//! [`EntryStream`] gives the same parsed entries to a consumer that needs no index.

mod clock_jumps;
mod ordered;
mod parse;
mod read;
mod shared;
mod sniff;
mod status;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub(crate) use parse::{BlockParser, ParsedBlock};
pub(crate) use shared::{Reading, SharedIndex};
pub(crate) use sniff::serial;
pub(crate) use sniff::{RefusedFile, is_mail_log};
pub(crate) use status::{ParseStatus, ParsedSource};

use crate::humanize;
use crate::index::{EvictionMode, Index, TrackClosed};
use crate::position::SourceId;
use crate::source::{
    BufferPool, Liveness, LogReader, Notice, NoticeKind, SourceOpened, Stop, TailPreview,
};
// The interface shows the state of the sources and does not import from below the pipeline.
pub(crate) use crate::source::{
    Follow, NoticeLevel, Noticed, ReadProgress, SourceState, SourceStatus, Sources,
};
use ordered::OrderedPipeline;
use parse::ParsedHeaders;
use read::ReadStage;
use writer::IndexWriter;

/// An appliance writes a status line each minute, and never again to a file whose name ends with
/// `.s`.
pub(crate) const LIVENESS: Liveness = Liveness {
    marker: sniff::file_marker,
    is_final_name: |name| name.ends_with(".s"),
    silence: Duration::from_secs(180),
};

/// Entries applied under one lock: well under a millisecond.
const LOCK_BATCH: usize = 2048;

const THREADS: usize = 2;

/// Reports of a running [`Ingest`]. `Grew` is reported once until [`Ingest::ack_growth`].
#[derive(Debug)]
pub(crate) enum IngestEvent {
    Grew,
    /// All data present at the start was read.
    CaughtUp,
    Notice(Notice),
    /// End of input: standard input has ended, or nothing is followed.
    End,
    /// A file named on the command line is not a log.
    Refused(RefusedFile),
}

/// How the first year of timestamps without a year is determined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FirstYear {
    /// The year of the first entry of the first source.
    Is(i32),
    /// The year that puts the newest entry closest before the file's modification time.
    ByModification,
}

/// An item that passes from stage to stage. `L` is a block in the form the stage produces.
pub(crate) enum PipelineItem<L> {
    Opened(SourceOpened),
    /// Consecutive blocks.
    Lines(Vec<L>),
    Event(IngestEvent),
}

/// Reads sources into an index. Dropping it stops the reading.
#[derive(Debug)]
pub(crate) struct Ingest {
    pub index: SharedIndex,
    /// For reading lines again.
    pub sources: Arc<Sources>,
    pub parse_status: Arc<ParseStatus>,
    stop: Stop,
}

impl Ingest {
    /// Starts reading. `report` is called on the threads of the pipeline and must not block.
    pub(crate) fn start(
        reader: LogReader,
        stop: Stop,
        years: FirstYear,
        index: Index,
        report: impl Fn(IngestEvent) + Send + 'static,
    ) -> Self {
        let index = SharedIndex::new(index);
        let sources = reader.sources();
        let parse_status = Arc::<ParseStatus>::default();
        let writer = WriteStage {
            writer: IndexWriter::new(index.clone()),
            index: index.clone(),
            over_limit: false,
            sources: Arc::clone(&sources),
            parse_status: Arc::clone(&parse_status),
            recycler: reader.buffer_pool(),
            report: Box::new(report),
        };
        let pipeline = Arc::new(OrderedPipeline::new(ReadStage::new(reader, years), writer));
        for number in 1..=THREADS {
            let pipeline = Arc::clone(&pipeline);
            let work = move || pipeline.run(ReadStage::next, parse_entries, WriteStage::take);
            start(&format!("ingest-{number}"), work);
        }
        Self {
            index,
            sources,
            parse_status,
            stop,
        }
    }

    /// Indexes only the end of the newest file, synchronously, into an index of its own.
    pub(crate) fn of_preview(newest: TailPreview) -> Self {
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
        }
    }

    pub(crate) fn ack_growth(&self) {
        self.index.ack_growth();
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        self.stop.stop();
    }
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) {
    let builder = thread::Builder::new().name(name.to_owned());
    builder.spawn(work).expect("a process can start a thread");
}

fn parse_entries(item: PipelineItem<ParsedHeaders>) -> PipelineItem<ParsedBlock> {
    match item {
        PipelineItem::Lines(blocks) => {
            let blocks = blocks.into_iter().map(ParsedHeaders::parse_entries);
            PipelineItem::Lines(blocks.collect())
        }
        PipelineItem::Opened(opened) => PipelineItem::Opened(opened),
        PipelineItem::Event(event) => PipelineItem::Event(event),
    }
}

/// The parsed entries in order, for a consumer without an index. Runs on the caller's thread.
pub(crate) struct EntryStream(ReadStage);

impl EntryStream {
    pub(crate) fn new(reader: LogReader, years: FirstYear) -> Self {
        Self(ReadStage::new(reader, years))
    }
}

impl Iterator for EntryStream {
    type Item = PipelineItem<ParsedBlock>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(parse_entries)
    }
}

/// The last stage: applies entries to the index and reports events.
struct WriteStage {
    writer: IndexWriter,
    index: SharedIndex,
    /// The notice on the memory limit was reported.
    over_limit: bool,
    sources: Arc<Sources>,
    parse_status: Arc<ParseStatus>,
    recycler: BufferPool,
    report: Box<dyn Fn(IngestEvent) + Send>,
}

impl WriteStage {
    fn take(&mut self, item: PipelineItem<ParsedBlock>) {
        match item {
            PipelineItem::Opened(opened) => self.writer.open(&opened),
            PipelineItem::Lines(blocks) => self.apply(blocks),
            PipelineItem::Event(event) => {
                match &event {
                    IngestEvent::CaughtUp => self.writer.catch_up(),
                    IngestEvent::End => self.writer.evict(EvictionMode::AtOnce),
                    _ => {}
                }
                (self.report)(event);
            }
        }
    }

    fn apply(&mut self, blocks: Vec<ParsedBlock>) {
        blocks
            .iter()
            .for_each(|block| block.record(&self.parse_status));
        if self.writer.apply(&blocks) {
            (self.report)(IngestEvent::Grew);
        }
        let bytes = blocks.into_iter().map(ParsedBlock::into_bytes);
        bytes.for_each(|bytes| self.recycler.put(bytes));
        self.reap_sources();
        self.check_memory_limit();
    }

    /// Reports once that the index cannot keep to its memory limit.
    fn check_memory_limit(&mut self) {
        if self.over_limit {
            return;
        }
        let Some(bytes) = self.index.read().over_limit() else {
            return;
        };
        self.over_limit = true;
        let newest = SourceId::new(self.sources.len().saturating_sub(1));
        let path = self.sources.path(newest);
        let notice = Notice::new(NoticeKind::Memory, path, humanize::size(bytes));
        self.sources.noticed(&notice);
        (self.report)(IngestEvent::Notice(notice));
    }

    /// Drops deleted files whose records were all evicted.
    fn reap_sources(&self) {
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
