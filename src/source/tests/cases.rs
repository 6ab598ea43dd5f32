//! Numbered field cases: what happens to logs in practice, and what the reader must do.
//!
//! | Situation | Cases |
//! |---|---|
//! | appended: at once, in pieces, half a line, half a character | 1 2 3, `lines::tests` |
//! | renamed and created again, late writers, a line cut by the rotation | 4 5 6 7 23, `model` |
//! | gone before it could be read | 8 |
//! | deleted while it is read | 9 |
//! | a reused inode | 10 11 |
//! | copied and truncated, sparse, rewritten | 12 13 14 15 16 |
//! | similar files, copies, one file with two names | 17 37 |
//! | empty, missing, appearing, replaced folders and links | 18 19 20 21 |
//! | temporarily unreadable | 22 |
//! | failing or wrong notifications | 24 25 26 27 |
//! | uploads, archives, damage, bombs | 28 29 30 31 32 |
//! | clocks | 33, `pipeline::clock_jumps` |
//! | thousands of files, slow readers, pipes | 34 35, `tests/it/following` (36) |
//! | pipes and devices in a folder | 44 |
//! | Begin, End and status lines | 66 69, `pipeline::sniff` (68), `pipeline::clock_jumps` (67) |

use std::io::{Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;

use super::*;
use crate::source::settings::Timeouts;
use crate::source::tracker::ReadPhase;
use crate::source::watch::{DirectoryWatch, Wakeup};

mod appended;
mod archives;
mod inodes;
mod notified;
mod places;
mod rewritten;
mod rotated;
mod state;

/// How many files in `dir` this process has open.
fn open_files(dir: &Path) -> usize {
    let links = fs::read_dir("/proc/self/fd").expect("lists").flatten();
    let targets = links.filter_map(|link| fs::read_link(link.path()).ok());
    targets.filter(|target| target.starts_with(dir)).count()
}

/// A log with one line that a reader follows by this name and has read.
fn followed(name: &str) -> (tempfile::TempDir, PathBuf, Reader) {
    let dir = folder();
    let path = dir.path().join(name);
    append(&path, &line(0));
    let mut reader = Reader::open(&[&path], Follow::Live);
    reader.expect(&line(0));
    (dir, path, reader)
}

fn no_timeouts() -> Timeouts {
    Timeouts {
        nameless: Duration::ZERO,
        renamed: Duration::ZERO,
        settled: Duration::ZERO,
        damaged: Duration::ZERO,
        silent: Duration::ZERO,
    }
}
