//! Begins a file: opens it under whatever name it has by now, recognises copies of content already
//! read, and enters it as a source with its first line.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::decompress::{CompressedFile, Compression};
use super::event::{SourceEvent, SourceOpened};
use super::fingerprint::store::Location;
use super::fingerprint::{self, CopyMatch, PrefixHashes, TrackedContent};
use super::reader::LogReader;
use super::tail::Handle;
use super::tracker::{FileKey, ReadPhase};
use super::{fs, scan};
use crate::position::SourceId;

/// How much of a file's beginning and end is passed on when it is opened.
pub(super) const PEEK_BYTES: usize = 64 << 10;

impl LogReader {
    /// Opens a new file and finds out whether its content was read before under another name.
    pub(super) fn open_file(&mut self, key: FileKey) -> io::Result<()> {
        let open = match self.tracker[key].tail.file() {
            Some(open) => Arc::clone(open),
            None => self.open_by_name(key)?,
        };
        let stat = fs::stat(&open)?;
        let file = &mut self.tracker[key];
        if file.phase == ReadPhase::Duplicate && file.stat == stat {
            return Ok(());
        }
        file.stat = stat;
        if stat.size == 0 {
            self.hold(key, open);
            return Ok(());
        }
        // Recognised before anything is decompressed: an archive under way may not give a byte yet.
        file.tail.compression = Compression::of(&fs::first(&open, Compression::MAGIC)?);
        if file.phase == ReadPhase::Unclassified && !self.classify(key, &open)? {
            return Ok(());
        }
        let (compression, head) = scan::head(&open, fingerprint::START)?;
        let mut copied = None;
        if self.settings.fingerprints {
            let began = Instant::now();
            match self.find_copy(key, &open, compression, &head) {
                CopyMatch::CopyOf(known) => copied = Some(known.clone()),
                CopyMatch::Part => {
                    let file = &mut self.tracker[key];
                    // A large copy under way is not compared again with each piece that comes.
                    file.tail.retry_at = Some(Instant::now() + began.elapsed() * 10);
                    file.tail.handle = Handle::Plain(open);
                    file.phase = ReadPhase::Duplicate;
                    return Ok(());
                }
                CopyMatch::New if self.tracker[key].only_new_bytes => {
                    self.tracker[key].finish();
                    return Ok(());
                }
                CopyMatch::New => {}
            }
        }
        if let Some(known) = copied {
            let original = known.source.and_then(|_| self.store.file_of(&known));
            if let Some(original) = original
                && self.tracker[original].has_more()
            {
                if self.tracker[original].was_rewritten() {
                    // It was copied, then truncated: the copy comes before the new content of the
                    // original.
                    self.on_rewritten(original);
                } else if self.settings.is_live() {
                    // What is appended to both would be emitted twice: the original goes first.
                    self.schedule.wanted = true;
                    self.hold(key, open);
                    return Ok(());
                }
            }
            self.resume_after(key, &known, original, compression);
        }
        self.tracker[key].begin(&open, compression)
    }

    fn hold(&mut self, key: FileKey, open: Arc<File>) {
        let file = &mut self.tracker[key];
        file.tail.handle = Handle::Plain(open);
        if file.phase != ReadPhase::Unclassified {
            file.phase = ReadPhase::Queued;
        }
    }

    /// Compares a new file that begins with `head` with all content already read.
    fn find_copy(
        &self,
        key: FileKey,
        file: &Arc<File>,
        compression: Compression,
        head: &[u8],
    ) -> CopyMatch<'_> {
        let folder = &self.tracker[key].tail.known.folder;
        let candidates = self.store.candidates(folder, &PrefixHashes::of(head));
        let candidates = candidates
            .into_iter()
            .filter_map(|location| match location {
                Location::Live(other) => (other != key).then(|| &self.tracker[other].tail.known),
                Location::Deleted(number) => self.store.deleted(number),
            });
        let open = || CompressedFile::open(compression, file, &Arc::default()).ok();
        fingerprint::find_copy(candidates.collect(), open)
    }

    /// Continues a copy behind the content that was read of its original.
    fn resume_after(
        &mut self,
        key: FileKey,
        known: &TrackedContent,
        original: Option<FileKey>,
        compression: Compression,
    ) {
        let file = &mut self.tracker[key];
        file.tail.known.content = known.content.clone();
        file.tail.known.splitter = known.splitter.clone();
        file.tail.compression = compression;
        self.store.note(key, &mut file.tail.known);
        if let Some(source) = known.source {
            self.sources.copied(source, file.location());
        }
        if let Some(original) = original {
            let original = &mut self.tracker[original];
            let markers = original.tail.markers;
            original.tail.markers.incomplete = false;
            // The unfinished line continues in the copy, unless the original may still finish it.
            if original.name.is_lost() {
                original.tail.known.splitter.forget_unfinished();
            }
            self.tracker[key].tail.markers = markers;
        }
    }

    /// The first bytes of each file that is to be read, decompressed, at most `most` of them,
    /// before any line is emitted. A file that cannot be opened is left out: it is reported when it
    /// is read. Pipes cannot be peeked into.
    pub(crate) fn heads(&self, most: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.tracker.order().iter().filter_map(move |&key| {
            let file = &self.tracker[key];
            let open = match file.tail.file() {
                Some(open) => Arc::clone(open),
                None => Arc::new(fs::open(&file.path).ok()?.0),
            };
            scan::head(&open, most).ok().map(|(_, head)| head)
        })
    }

    fn open_by_name(&mut self, key: FileKey) -> io::Result<Arc<File>> {
        let file = &self.tracker[key];
        let id = file.stat.id;
        let opened = fs::open(&file.path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Err(error),
            // Most likely too many are open.
            _ => {
                self.sources.close_all();
                fs::open(&file.path)
            }
        });
        match opened {
            Ok((opened, stat)) if stat.id == id => return Ok(Arc::new(opened)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // It lost its name before it was read.
        self.schedule.wanted = true;
        self.find_renamed(key);
        scan::open(&self.tracker[key].path, id)
    }

    /// The number of a file's source, which is opened by the first call.
    pub(super) fn source_of(&mut self, key: FileKey) -> SourceId {
        let file = &mut self.tracker[key];
        if let Some(source) = file.tail.known.source {
            return source;
        }
        let compression = file.tail.compression;
        let opened = match file.tail.file() {
            Some(open) => Some(Arc::clone(open)),
            None => fs::open(&file.path).ok().map(|(open, _)| Arc::new(open)),
        };
        let mut location = file.location();
        let (head, tail) = match opened {
            Some(open) => {
                self.sources.keep_open(file.stat.id, &open);
                head_and_tail(&open, compression)
            }
            None => Default::default(),
        };
        if !compression.is_packed() {
            location.head = head[..head.len().min(fingerprint::HEAD)].to_vec();
        }
        let source = self.sources.add_file(location, &file.path);
        let begins = file.tail.known.splitter.consumed();
        file.tail.known.source = Some(source);
        if begins == 0 {
            let marker = self.settings.liveness.marker;
            file.tail.markers.note_head(&head, marker);
        }
        let opened = SourceOpened {
            source,
            path: file.path.clone(),
            head,
            tail,
            modified: file.stat.modified,
        };
        self.output.events.push_back(SourceEvent::Opened(opened));
        source
    }
}

fn head_and_tail(file: &Arc<File>, compression: Compression) -> (Vec<u8>, Vec<u8>) {
    if compression.is_packed() {
        let head = scan::head(file, PEEK_BYTES);
        return (
            head.map_or_else(|_| Vec::new(), |(_, head)| head),
            Vec::new(),
        );
    }
    let size = fs::stat(file).map_or(0, |stat| stat.size);
    // No more than there is: filling a buffer takes longer than reading a short file.
    let length = usize::try_from(size).unwrap_or(PEEK_BYTES).min(PEEK_BYTES);
    let head = fs::first(file, length).unwrap_or_default();
    let tail = fs::read_up_to(file, size - length as u64, length).unwrap_or_default();
    (head, tail)
}
