//! The lock on the index and the flag that it has grown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::index::{ClosedRecord, Index};

/// A read lock on the index. Hold it briefly, and never while reading a file or writing a terminal.
pub(crate) type Reading<'a> = RwLockReadGuard<'a, Index>;

/// The index, shared by one writer and any number of readers.
///
/// The lock is eventually fair: a writer that takes it thousands of times a second passes it to a
/// waiting reader every half millisecond.
#[derive(Clone, Debug)]
pub(crate) struct SharedIndex {
    index: Arc<RwLock<Index>>,
    grown: Arc<AtomicBool>,
}

impl SharedIndex {
    pub(crate) fn new(index: Index) -> Self {
        Self {
            index: Arc::new(RwLock::new(index)),
            grown: Arc::default(),
        }
    }

    /// Waits at most for one batch of the writer.
    pub(crate) fn read(&self) -> Reading<'_> {
        self.index.read()
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write()
    }

    /// Records closed since the last call, each once.
    pub(crate) fn drain_closed(&self) -> Vec<ClosedRecord> {
        self.write().drain_closed()
    }

    /// Marks growth. Returns whether it is the first since [`SharedIndex::ack_growth`].
    pub(crate) fn grow(&self) -> bool {
        !self.grown.swap(true, Ordering::SeqCst)
    }

    /// Allows the next `Grew` event.
    pub(crate) fn ack_growth(&self) {
        self.grown.store(false, Ordering::SeqCst);
    }
}
