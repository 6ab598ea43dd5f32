//! One writer and many readers of the index, who do not starve each other.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;
use std::time::Duration;

use crate::index::{ClosedRecord, Index};

/// The longest that the writer stands back for a reader.
const STAND_BACK: Duration = Duration::from_micros(50);
const MOST_STEPS: usize = 40;

/// A reader's hold on the index: to be kept short, and never while a file is read or a terminal is written.
pub type Reading<'a> = RwLockReadGuard<'a, Index>;

/// The index as its writer and readers share it.
///
/// The lock alone would let a writer that takes it thousands of times a second keep readers waiting: a reader that
/// wakes up finds it taken again. So readers say that they wait, and the writer stands back.
#[derive(Clone, Debug)]
pub struct SharedIndex(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    index: RwLock<Index>,
    waiting: AtomicUsize,
    grown: AtomicBool,
}

impl SharedIndex {
    /// Shares an index.
    pub fn new(index: Index) -> Self {
        Self(Arc::new(Shared {
            index: RwLock::new(index),
            waiting: AtomicUsize::new(0),
            grown: AtomicBool::new(false),
        }))
    }

    /// Looks at the index between two batches.
    pub fn read(&self) -> Reading<'_> {
        self.0.waiting.fetch_add(1, Ordering::SeqCst);
        let guard = self.0.index.read().unwrap_or_else(PoisonError::into_inner);
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
        guard
    }

    /// Changes the index, after those who wait have looked.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Index> {
        for _ in 0..MOST_STEPS {
            if self.0.waiting.load(Ordering::SeqCst) == 0 {
                break;
            }
            thread::sleep(STAND_BACK);
        }
        self.0.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that ended since this was last asked, each once.
    pub fn drain_closed(&self) -> Vec<ClosedRecord> {
        self.write().drain_closed()
    }

    /// Notes that the index has grown; whether that is news since the last [`SharedIndex::seen`].
    pub(crate) fn grow(&self) -> bool {
        !self.0.grown.swap(true, Ordering::SeqCst)
    }

    /// The reader has looked: the next growth is news again.
    pub fn ack_growth(&self) {
        self.0.grown.store(false, Ordering::SeqCst);
    }
}
