//! Metadata of files that there are not.

use super::*;

impl Stat {
    pub(crate) fn with_inode(inode: u64, size: u64) -> Self {
        Self {
            id: FileId(0, inode),
            size,
            modified: None,
            born: None,
            changed: (0, 0),
            names: 1,
            sparse: false,
        }
    }
}
