//! How a file begins: opened under whatever name it has by now, told from the copies of what was read already, entered as
//! a source with its first line.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::decompress::{CompressedFile, Compression};
use super::event::{SourceEvent, SourceOpened};
use super::fingerprint::{self, CopyMatch, PrefixHashes, TrackedContent};
use super::fingerprint_store::Location;
use super::reader::{Hashing, LogReader};
use super::tail::Body;
use super::{Follow, fs, scan};
use crate::position::SourceId;

/// How much of a file's beginning and end is told when it is opened.
pub(super) const PEEK_BYTES: usize = 64 << 10;

impl LogReader {
    /// Opens a new file and finds out whether it was read before under another name.
    pub(super) fn begin(&mut self, at: usize) -> io::Result<()> {
        let file = match self.files[at].file() {
            Some(file) => Arc::clone(file),
            None => self.open_again(at)?,
        };
        let stat = fs::stat(&file)?;
        if matches!(&self.files[at].body, Body::Part(_, seen) if *seen == stat) {
            return Ok(());
        }
        self.files[at].stat = stat;
        if stat.size == 0 {
            self.files[at].body = Body::New(Some(file));
            return Ok(());
        }
        // TrackedContent before anything is unpacked, as an archive under way may not give a byte yet.
        self.files[at].form = Compression::of(&fs::first(&file, Compression::MAGIC)?);
        if self.files[at].unclassified && !self.judge(at, &file)? {
            return Ok(());
        }
        let (form, head) = scan::head(&file, fingerprint::START)?;
        let mut copied = None;
        if self.hashing == Hashing::On {
            let began = Instant::now();
            match self.likeness(at, &file, form, &head) {
                CopyMatch::CopyOf(known) => copied = Some(known.clone()),
                CopyMatch::Part => {
                    // A large copy under way is not compared again with each piece that comes.
                    self.files[at].failed = Some(Instant::now() + began.elapsed() * 10);
                    self.files[at].body = Body::Part(file, stat);
                    return Ok(());
                }
                CopyMatch::New if self.files[at].only_new_bytes => {
                    self.files[at].body = Body::Done;
                    return Ok(());
                }
                CopyMatch::New => {}
            }
        }
        if let Some(known) = copied {
            let original = known.source.and_then(|_| self.contents.file_of(&known));
            let behind = original.filter(|&original| self.files[original].has_more());
            if let Some(original) = behind.filter(|&at| self.files[at].was_rewritten()) {
                // It was copied, then cut: the copy comes before what stands in the original now.
                self.rewritten(original);
            } else if behind.is_some() && self.follow == Follow::Live {
                // What is appended to both would be told twice: the original goes first.
                self.files[at].body = Body::New(Some(file));
                self.scan_wanted = true;
                return Ok(());
            }
            self.resume_after(at, &known, original, form);
            if let Some(original) = original {
                self.files[at].framed = self.files[original].framed;
                self.files[original].framed.incomplete = false;
            }
        }
        self.files[at].begin(&file, form)
    }

    /// What a new file that begins with `head` is to all that was read.
    fn likeness(
        &self,
        at: usize,
        file: &Arc<File>,
        form: Compression,
        head: &[u8],
    ) -> CopyMatch<'_> {
        let folder = &self.files[at].known.folder;
        let alike = self.contents.candidates(folder, &PrefixHashes::of(head));
        let alike = alike.into_iter().filter_map(|home| match home {
            Location::Live(other) => (other != at).then(|| &self.files[other].known),
            Location::Deleted(number) => self.contents.past(number),
        });
        let open = || CompressedFile::open(form, file, &Arc::default()).ok();
        fingerprint::likeness(alike.collect(), open)
    }

    /// The first bytes of each file that is to be read, unpacked, at most `most` of them, before any is told. What cannot be
    /// opened is left out: it is told when its turn comes. Pipes cannot be looked into.
    pub fn heads(&self, most: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.active.iter().filter_map(move |&at| {
            let file = &self.files[at];
            let open = match file.file() {
                Some(open) => Arc::clone(open),
                None => Arc::new(fs::open(&file.path).ok()?.0),
            };
            scan::head(&open, most).ok().map(|(_, head)| head)
        })
    }

    fn resume_after(
        &mut self,
        at: usize,
        known: &TrackedContent,
        original: Option<usize>,
        form: Compression,
    ) {
        self.files[at].resume_after(known);
        self.contents.note(at, &mut self.files[at].known);
        self.files[at].form = form;
        if let Some(source) = known.source {
            self.sources.copied(source, self.files[at].place());
        }
        // The unfinished line goes on in the copy, unless the original may still finish it.
        if let Some(original) = original.filter(|&original| self.files[original].replaced) {
            self.files[original].known.splitter.forget_unfinished();
        }
    }

    fn open_again(&mut self, at: usize) -> io::Result<Arc<File>> {
        let file = &self.files[at];
        let opened = fs::open(&file.path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => Err(error),
            // Most likely too many are open.
            _ => {
                self.sources.close_all();
                fs::open(&file.path)
            }
        });
        let id = file.stat.id;
        match opened {
            Ok((opened, stat)) if stat.id == id => return Ok(Arc::new(opened)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Its name was taken from it before it was its turn.
        self.scan_wanted = true;
        self.find_renamed(at);
        match fs::open(&self.files[at].path)? {
            (opened, stat) if stat.id == id => Ok(Arc::new(opened)),
            _ => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "another file has its name now",
            )),
        }
    }

    /// The number of a file's source, which begins when it is first asked for.
    pub(super) fn source_of(&mut self, at: usize) -> SourceId {
        let file = &self.files[at];
        if let Some(source) = file.known.source {
            return source;
        }
        let mut ends = (Vec::new(), Vec::new());
        let mut place = file.place();
        let opened = match file.file() {
            Some(open) => Some(Arc::clone(open)),
            None => fs::open(&file.path).ok().map(|(open, _)| Arc::new(open)),
        };
        if let Some(open) = opened {
            ends = head_and_tail(&open, file.form);
            self.sources.keep_open(file.stat.id, &open);
        }
        if !file.form.is_packed() {
            place.head = ends.0[..ends.0.len().min(fingerprint::HEAD)].to_vec();
        }
        let source = self.sources.add_file(place, &file.path);
        let opened = SourceOpened {
            source,
            path: file.path.clone(),
            head: ends.0,
            tail: ends.1,
            modified: file.stat.modified,
            compressed: file.form.is_packed(),
            begins: file.known.splitter.consumed(),
        };
        self.files[at].known.source = Some(source);
        if opened.begins == 0 {
            self.files[at]
                .framed
                .note_head(&opened.head, self.liveness.marker);
        }
        self.queue.push_back(SourceEvent::Opened(opened));
        source
    }
}

fn head_and_tail(file: &Arc<File>, form: Compression) -> (Vec<u8>, Vec<u8>) {
    if form.is_packed() {
        let head = scan::head(file, PEEK_BYTES).map_or_else(|_| Vec::new(), |(_, head)| head);
        return (head, Vec::new());
    }
    let size = fs::stat(file).map_or(0, |stat| stat.size);
    // No more than there is: filling a buffer takes longer than reading a short file.
    let length = usize::try_from(size).unwrap_or(PEEK_BYTES).min(PEEK_BYTES);
    let head = fs::first(file, length).unwrap_or_default();
    let mut tail = vec![0; length];
    let count = fs::read_at(file, &mut tail, size - length as u64).unwrap_or(0);
    tail.truncate(count);
    (head, tail)
}
