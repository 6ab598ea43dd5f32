//! Applies entries to the index, the openings of each second first.

use parking_lot::RwLockWriteGuard;

use super::{LOCK_BATCH, ParsedBlock, SharedIndex};
use crate::event::ApplyOrder;
use crate::event::Entry;
use crate::index::{EvictionMode, Index};
use crate::source::SourceOpened;

/// The writer of the index.
#[derive(Debug)]
pub struct IndexWriter {
    index: SharedIndex,
    mode: EvictionMode,
}

impl IndexWriter {
    /// The writer of `index`.
    pub fn new(index: SharedIndex) -> Self {
        Self {
            index,
            mode: EvictionMode::Loading,
        }
    }

    /// A source begins.
    pub fn open(&mut self, opened: &SourceOpened) {
        let folder = opened
            .path
            .parent()
            .map(|folder| folder.to_string_lossy().into_owned());
        self.index
            .write()
            .open_source(opened.source, &folder.unwrap_or_default());
    }

    /// Takes blocks in that follow each other; a second may go on from one to the next. Whether the growth is news.
    pub fn apply(&mut self, blocks: &[ParsedBlock]) -> bool {
        let mut batch = Batch::new(self);
        let mut second: Vec<SecondRun<'_>> = Vec::new();
        for block in blocks {
            batch.lock(0).prefetch(block.plan());
            for run in runs(block) {
                if second.first().is_some_and(|first| !first.goes_on(&run)) {
                    batch.apply_second(&second);
                    second.clear();
                }
                second.push(run);
            }
        }
        batch.apply_second(&second);
        drop(batch);
        self.evict(self.mode);
        self.index.grow()
    }

    /// All that is there for now has been read: the log is followed from here on.
    pub fn catch_up(&mut self) {
        if self.mode == EvictionMode::Loading {
            self.mode = EvictionMode::Following;
            self.evict(EvictionMode::AtOnce);
        }
    }

    /// Keeps the index to its limits. Each step is prepared beside the readers and done between them.
    pub fn evict(&self, mode: EvictionMode) {
        loop {
            let Some(step) = self.index.read().plan_eviction(mode) else {
                return;
            };
            let freed = self.index.write().evict(step);
            drop(freed);
        }
    }
}

/// The index as long as it is locked: for so many entries more.
struct Batch<'i> {
    writer: &'i IndexWriter,
    index: Option<RwLockWriteGuard<'i, Index>>,
    left: usize,
}

impl<'i> Batch<'i> {
    fn new(writer: &'i IndexWriter) -> Self {
        Self {
            writer,
            index: None,
            left: 0,
        }
    }

    /// Takes the entries of one second in: connections before the messages that come by them, and both before all else.
    fn apply_second(&mut self, second: &[SecondRun<'_>]) {
        let index = self.lock(0);
        index.set_watermark();
        index.count_entries(second.iter().map(|run| run.count).sum());
        for turn in [ApplyOrder::Connections, ApplyOrder::Messages] {
            for run in second {
                for part in run.early.chunks(LOCK_BATCH) {
                    let index = self.lock(part.len());
                    let early = part.iter().map(|number| &run.block[*number]);
                    let due = early.filter(|entry| entry.event.apply_order() == turn);
                    due.for_each(|entry| index.apply_planned(entry));
                }
            }
        }
        for run in second {
            for part in run.others.chunks(LOCK_BATCH) {
                let index = self.lock(part.len());
                let others = part.iter().map(|number| &run.block[*number]);
                others.for_each(|entry| index.apply_planned(entry));
            }
        }
    }

    /// The index for `count` entries; given away before that where somebody may wait for it long enough.
    fn lock(&mut self, count: usize) -> &mut Index {
        if self.left < count {
            if self.index.take().is_some() {
                self.writer.evict(self.writer.mode);
            }
            self.left = LOCK_BATCH;
        }
        self.left -= count;
        self.index.get_or_insert_with(|| self.writer.index.write())
    }
}

/// Entries of one block that share their second, or one without a time.
#[derive(Clone, Copy)]
struct SecondRun<'b> {
    block: &'b [Entry<'b>],
    /// The number in the block of its first one.
    first: usize,
    /// How many there are.
    count: usize,
    /// The numbers of those that are joined before others.
    early: &'b [usize],
    /// The numbers of the others that change anything.
    others: &'b [usize],
}

impl SecondRun<'_> {
    /// Whether its second goes on with another run.
    fn goes_on(&self, next: &SecondRun<'_>) -> bool {
        let (first, next) = (&self.block[self.first], &next.block[next.first]);
        let same_source = first.position.source() == next.position.source();
        first.time.is_some() && first.time == next.time && same_source
    }
}

/// The runs of a block in their order.
fn runs(block: &ParsedBlock) -> impl Iterator<Item = SecondRun<'_>> {
    let plan = block.plan();
    let (mut first, mut early, mut others) = (0, 0, 0);
    plan.ends.iter().map(move |end| {
        let run = SecondRun {
            block: block.entries(),
            first,
            count: end.entries - first,
            early: &plan.early[early..end.early],
            others: &plan.others[others..end.others],
        };
        (first, early, others) = (end.entries, end.early, end.others);
        run
    })
}
