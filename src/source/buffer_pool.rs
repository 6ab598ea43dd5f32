//! Buffers of blocks, which are reused so that reading a large log allocates only a few.

use std::sync::Arc;

use parking_lot::Mutex;

use super::blocks::READ;

const MAX_SPARE: usize = 16;

#[derive(Clone, Debug, Default)]
pub(crate) struct BufferPool(Arc<Mutex<Vec<Vec<u8>>>>);

impl BufferPool {
    /// Gives back the bytes of a block that is no longer needed. Short buffers are dropped: growing
    /// one means filling it.
    pub(crate) fn put(&self, bytes: Vec<u8>) {
        let mut spare = self.0.lock();
        if spare.len() < MAX_SPARE && bytes.capacity() >= READ {
            spare.push(bytes);
        }
    }

    pub(super) fn take(&self) -> Vec<u8> {
        self.0.lock().pop().unwrap_or_default()
    }
}
