//! The index as its writer and its readers share it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::index::{ClosedRecord, Index};

/// A read lock on the index: held briefly, and never while a file is read or a terminal is written.
pub type Reading<'a> = RwLockReadGuard<'a, Index>;

/// The index as its writer and its readers share it.
///
/// The lock is eventually fair: a writer that takes it thousands of times a second hands it to a
/// waiting reader every half millisecond.
#[derive(Clone, Debug)]
pub struct SharedIndex(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    index: RwLock<Index>,
    grown: AtomicBool,
}

impl SharedIndex {
    pub fn new(index: Index) -> Self {
        Self(Arc::new(Shared {
            index: RwLock::new(index),
            grown: AtomicBool::new(false),
        }))
    }

    /// Waits at most for one batch of the writer.
    pub fn read(&self) -> Reading<'_> {
        self.0.index.read()
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.0.index.write()
    }

    /// Records closed since the last call, each once.
    pub fn drain_closed(&self) -> Vec<ClosedRecord> {
        self.write().drain_closed()
    }

    /// Marks growth. Returns whether it is the first since [`SharedIndex::ack_growth`].
    pub(crate) fn grow(&self) -> bool {
        !self.0.grown.swap(true, Ordering::SeqCst)
    }

    /// Allows the next `Grew` event.
    pub fn ack_growth(&self) {
        self.0.grown.store(false, Ordering::SeqCst);
    }
}
