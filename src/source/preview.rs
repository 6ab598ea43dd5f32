//! The end of the newest file, to be shown before all else is read.

use std::sync::Arc;

use memchr::{memchr, memrchr};

use super::blocks::{Block, Truncated};
use super::decompress::Compression;
use super::event::SourceOpened;
use super::fs;
use super::open::PEEK_BYTES;
use super::reader::LogReader;
use super::registry::{Place, Sources};
use super::scan;

/// Bytes of the end that are shown: some thousand lines, which take a few milliseconds.
const END: u64 = 1 << 20;
/// A log of fewer bytes is read as soon as its end is.
const LARGE: u64 = 16 << 20;

/// The last lines of the newest file, in a registry of their own.
#[derive(Debug)]
pub struct TailPreview {
    /// Where the lines can be read again.
    pub sources: Arc<Sources>,
    /// The file, as if it began with these lines.
    pub opened: SourceOpened,
    /// The lines.
    pub block: Block,
}

impl LogReader {
    /// The last lines of the newest file; `None` where there is little to wait for, or where they cannot be had at once:
    /// of pipes and archives.
    pub fn tail_preview(&self) -> Option<TailPreview> {
        let size = |at: &usize| self.files[*at].stat.size;
        if self.active.iter().map(size).sum::<u64>() < LARGE {
            return None;
        }
        let newest = &self.files[*self.active.back()?];
        let (file, stat) = fs::open(&newest.path).ok()?;
        let file = Arc::new(file);
        let (form, head) = scan::head(&file, super::fingerprint::HEAD).ok()?;
        if form != Compression::Plain || stat.id != newest.stat.id {
            return None;
        }
        let start = stat.size.saturating_sub(END);
        let mut bytes = vec![0; usize::try_from(stat.size - start).ok()?];
        let count = fs::read_at(&file, &mut bytes, start).ok()?;
        bytes.truncate(memrchr(b'\n', &bytes[..count])? + 1);
        let cut = if start == 0 {
            0
        } else {
            memchr(b'\n', &bytes)? + 1
        };
        bytes.drain(..cut);
        if !(self.is_mail_log)(&bytes[..bytes.len().min(PEEK_BYTES)]) {
            return None;
        }
        let offset = start + cut as u64;
        let sources = Arc::<Sources>::default();
        let place = Place {
            path: newest.path.clone(),
            form,
            id: stat.id,
            head,
        };
        let source = sources.add_file(place, &newest.path);
        sources.keep_open(stat.id, &file);
        sources.set_emitted_of(source, offset + bytes.len() as u64, stat.size);
        Some(TailPreview {
            sources,
            opened: SourceOpened {
                source,
                path: newest.path.clone(),
                head: bytes[..bytes.len().min(PEEK_BYTES)].to_vec(),
                tail: bytes[bytes.len().saturating_sub(PEEK_BYTES)..].to_vec(),
                modified: stat.modified,
                compressed: false,
                begins: offset,
            },
            block: Block {
                source,
                offset,
                // How many lines stand before them is not known.
                bytes,
                cut: Truncated::No,
            },
        })
    }
}
