//! Applies entries to the index, the openings of each second first.

use parking_lot::RwLockWriteGuard;

use super::{LOCK_BATCH, ParsedBlock, SharedIndex};
use crate::event::ApplyOrder;
use crate::event::Entry;
use crate::index::{EvictionMode, Index};
use crate::source::SourceOpened;

#[derive(Debug)]
pub(super) struct IndexWriter {
    index: SharedIndex,
    mode: EvictionMode,
}

impl IndexWriter {
    pub(super) fn new(index: SharedIndex) -> Self {
        Self {
            index,
            mode: EvictionMode::Loading,
        }
    }

    pub(super) fn open(&mut self, opened: &SourceOpened) {
        let folder = opened.path.parent().map(std::path::Path::to_string_lossy);
        let mut index = self.index.write();
        index.open_source(opened.source, &folder.unwrap_or_default());
    }

    /// Applies consecutive blocks; a second may span two of them. Returns [`SharedIndex::grow`].
    pub(super) fn apply(&mut self, blocks: &[ParsedBlock]) -> bool {
        let mut batch = LockedBatch {
            writer: self,
            index: None,
            left: 0,
        };
        let mut second: Vec<SecondRun<'_>> = Vec::new();
        for block in blocks {
            batch.lock(0).prefetch(block.plan());
            for run in runs(block) {
                if second
                    .first()
                    .is_some_and(|first| !first.continues_in(&run))
                {
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

    /// Ends the initial load.
    pub(super) fn catch_up(&mut self) {
        self.index.write().finish_judging();
        if self.mode == EvictionMode::Loading {
            self.mode = EvictionMode::Following;
            self.evict(EvictionMode::AtOnce);
        }
    }

    /// Keeps the index within its limits. Each step is planned under a read lock and done under a
    /// write lock.
    pub(super) fn evict(&self, mode: EvictionMode) {
        loop {
            let Some(step) = self.index.read().plan_eviction(mode) else {
                return;
            };
            let freed = self.index.write().evict(step);
            drop(freed);
        }
    }
}

/// The locked index and the number of entries until it is unlocked.
struct LockedBatch<'i> {
    writer: &'i IndexWriter,
    index: Option<RwLockWriteGuard<'i, Index>>,
    left: usize,
}

impl LockedBatch<'_> {
    /// Applies the entries of one second: openings of connections, then starts of messages, then
    /// all others.
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

    /// The index, for `count` entries. Unlocks it first if the batch is used up.
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

/// Entries of one block with the same second, or one entry without a time.
#[derive(Clone, Copy)]
struct SecondRun<'b> {
    block: &'b [Entry<'b>],
    /// Index of the first entry in the block.
    first: usize,
    count: usize,
    /// Entries to apply before the others.
    early: &'b [usize],
    /// The other entries that change the index.
    others: &'b [usize],
}

impl SecondRun<'_> {
    /// Whether another run continues its second.
    fn continues_in(&self, next: &SecondRun<'_>) -> bool {
        let (first, next) = (&self.block[self.first], &next.block[next.first]);
        let same_source = first.position.source() == next.position.source();
        first.time.is_some() && first.time == next.time && same_source
    }
}

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
