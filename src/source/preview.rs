//! The end of the newest file, to be shown before everything else is read.

use std::sync::Arc;

use memchr::{memchr, memrchr};

use super::blocks::{Block, Truncated};
use super::decompress::Compression;
use super::event::SourceOpened;
use super::open::PEEK_BYTES;
use super::reader::LogReader;
use super::registry::{FileLocation, Sources};
use super::{fingerprint, fs, scan};

/// How many bytes of the end are shown: some thousand lines, which take a few milliseconds.
const END: u64 = 1 << 20;
/// Less than this is read as soon as its end is.
const LARGE: u64 = 16 << 20;

/// The last lines of the newest file, in a registry of their own.
#[derive(Debug)]
pub(crate) struct TailPreview {
    pub sources: Arc<Sources>,
    /// The file, as if it began with these lines.
    pub opened: SourceOpened,
    pub block: Block,
}

impl LogReader {
    /// The last lines of the newest file; `None` if there is little to wait for, and of pipes and
    /// archives, whose end cannot be read at once.
    pub(crate) fn tail_preview(&self) -> Option<TailPreview> {
        let order = self.tracker.order();
        let sizes = order.iter().map(|&key| self.tracker[key].stat.size);
        if sizes.sum::<u64>() < LARGE {
            return None;
        }
        let newest = &self.tracker[*order.back()?];
        let (file, stat) = fs::open(&newest.path).ok()?;
        let file = Arc::new(file);
        let (compression, head) = scan::head(&file, fingerprint::HEAD).ok()?;
        if compression != Compression::Plain || stat.id != newest.stat.id {
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
        let head_of_end = bytes[..bytes.len().min(PEEK_BYTES)].to_vec();
        if !(self.settings.is_mail_log)(&head_of_end) {
            return None;
        }
        let offset = start + cut as u64;
        let sources = Arc::<Sources>::default();
        let location = FileLocation {
            path: newest.path.clone(),
            compression,
            id: stat.id,
            head,
        };
        let source = sources.add_file(location, &newest.path);
        sources.keep_open(stat.id, &file);
        sources.set_emitted_of(source, offset + bytes.len() as u64, stat.size);
        Some(TailPreview {
            sources,
            opened: SourceOpened {
                source,
                path: newest.path.clone(),
                head: head_of_end,
                tail: bytes[bytes.len().saturating_sub(PEEK_BYTES)..].to_vec(),
                modified: stat.modified,
            },
            block: Block {
                source,
                offset,
                bytes,
                cut: Truncated::No,
            },
        })
    }
}
