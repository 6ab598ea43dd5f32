//! Recognises content that was read already, so that a copy under another name or in an archive
//! adds only what is new.
//!
//! Every byte read is hashed in chunks. A new file is the copy of a known one when its first bytes,
//! as many as were read of that one, hash to the same; otherwise it is another file, however long
//! their common prefix. Which contents are compared at all depends on their first bytes: see
//! [`store`].

use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::LazyLock;

use super::blocks::LineSplitter;
use super::decompress;
use crate::position::SourceId;

pub(super) mod store;

use store::ContentId;

/// How many bytes share one hash.
const CHUNK: usize = 64 << 10;
/// How many first bytes of a copy must agree: the timestamp and level of an entry.
pub(crate) const HEAD: usize = 32;
/// The lengths of the prefixes that are hashed separately: these distinguish nearly all files. If
/// every line has the same timestamp, the second length distinguishes lines of two ids.
const STEPS: [usize; 5] = [HEAD, 64, 128, 512, START];
/// How many first bytes of a new file are hashed.
pub(crate) const START: usize = 4 << 10;
/// How many contents a file is compared with at most, the longest first: only a crafted input has
/// more with the same prefix.
const MAX_COMPARED: usize = 256;

/// Seeded anew in each process: the text is written by strangers.
static SEED: LazyLock<foldhash::quality::RandomState> =
    LazyLock::new(foldhash::quality::RandomState::default);

static ZEROS: LazyLock<u64> = LazyLock::new(|| hash(&[0; CHUNK]));

pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = SEED.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The hashes of the first bytes of a content, in several lengths.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PrefixHashes {
    hashes: [u64; STEPS.len()],
    count: usize,
}

impl PrefixHashes {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut start = Self::default();
        start.note(bytes);
        start
    }

    fn note(&mut self, bytes: &[u8]) {
        while let Some(first) = STEPS.get(self.count).and_then(|&step| bytes.get(..step)) {
            self.hashes[self.count] = hash(first);
            self.count += 1;
        }
    }

    /// One hash for each step.
    pub(super) fn hashes(&self) -> &[u64] {
        &self.hashes[..self.count]
    }
}

/// The running hash of what was read of one source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fingerprint {
    head: Vec<u8>,
    start: PrefixHashes,
    /// The hash of each full chunk, except those in `zeros`.
    chunks: Vec<u64>,
    /// Runs of chunks that hold zeros only: the number of the first and how many.
    zeros: Vec<(usize, usize)>,
    /// The last full chunk and the bytes after it, or only those.
    recent: Vec<u8>,
    /// How many bytes at the end of `recent` belong to no full chunk.
    partial: usize,
    /// The hash of those, once `recent` is forgotten.
    partial_hash: Option<u64>,
}

impl Fingerprint {
    /// The first bytes, at most [`HEAD`].
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    pub(super) fn start(&self) -> &PrefixHashes {
        &self.start
    }

    /// The bytes that its hashes occupy.
    pub(super) fn hashes(&self) -> usize {
        size_of_val(&*self.chunks)
    }

    pub(super) fn recent(&self) -> usize {
        self.recent.len()
    }

    pub(super) fn len(&self) -> u64 {
        (self.full() * CHUNK + self.partial) as u64
    }

    fn full(&self) -> usize {
        self.chunks.len() + self.zeros.iter().map(|run| run.1).sum::<usize>()
    }

    fn chunk(&self, number: usize) -> Option<u64> {
        let mut before = 0;
        for &(first, count) in &self.zeros {
            if number < first {
                break;
            }
            if number < first + count {
                return Some(*ZEROS);
            }
            before += count;
        }
        self.chunks.get(number - before).copied()
    }

    /// Adds zero bytes, in a time and memory that do not depend on their number.
    pub(super) fn add_zeros(&mut self, length: u64) {
        let chunk = vec![0; CHUNK];
        let first = ((CHUNK - self.partial) as u64).min(length);
        self.add(&chunk[..usize::try_from(first).unwrap_or(0)]);
        let count = usize::try_from((length - first) / CHUNK as u64).unwrap_or(usize::MAX);
        if count > 0 {
            self.zeros.push((self.full(), count));
            self.recent.clone_from(&chunk);
        }
        let rest = usize::try_from((length - first) % CHUNK as u64).unwrap_or(0);
        self.add(&chunk[..rest]);
    }

    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        if self.head.len() < HEAD {
            let missing = (HEAD - self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..missing]);
        }
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at((CHUNK - self.partial).min(bytes.len()));
            bytes = later;
            if now.len() == CHUNK {
                if self.full() == 0 {
                    self.start.note(now);
                }
                self.chunks.push(hash(now));
                if later.len() < CHUNK {
                    self.recent.clear();
                    self.recent.extend_from_slice(now);
                }
                continue;
            }
            self.recent.extend_from_slice(now);
            self.partial += now.len();
            if self.full() == 0 {
                self.start.note(&self.recent);
            }
            if self.partial == CHUNK {
                self.recent.drain(..self.recent.len() - CHUNK);
                self.chunks.push(hash(&self.recent));
                self.partial = 0;
            }
        }
    }

    /// Keeps the hash of the last bytes instead of the bytes. Nothing can be added until they are
    /// restored.
    pub(super) fn forget_recent(&mut self) {
        if self.partial_hash.is_none() {
            self.partial_hash = Some(hash(&self.recent[self.recent.len() - self.partial..]));
            self.recent = Vec::new();
        }
    }

    pub(super) fn shrink(&mut self) {
        self.chunks.shrink_to_fit();
        self.recent.shrink_to_fit();
    }

    /// How many of the last bytes [`Fingerprint::restore`] needs, if any were forgotten.
    pub(super) fn forgotten(&self) -> Option<usize> {
        self.partial_hash.map(|_| self.partial)
    }

    pub(super) fn restore(&mut self, partial: &[u8]) {
        self.partial_hash = None;
        self.recent = partial.to_vec();
        self.partial = partial.len();
    }

    /// Compares chunk `number` of another file, `theirs`, with what was read here. It is shorter
    /// than a chunk only at the end of that file; otherwise `whole` is its hash.
    fn compare(&self, number: usize, theirs: &[u8], whole: Option<u64>) -> Match {
        let part_if = |is_part| if is_part { Match::Part } else { Match::Other };
        let whole_if = |is_whole| if is_whole { Match::Whole } else { Match::Other };
        let ours = &self.recent[self.recent.len().saturating_sub(self.partial)..];
        match (self.chunk(number), whole, self.partial_hash) {
            (Some(ours), Some(theirs), _) if ours == theirs => Match::SoFar,
            (Some(_), Some(_), _) => Match::Other,
            (Some(_), None, _) => {
                let kept = self.recent.len().saturating_sub(self.partial);
                if number + 1 == self.full() && kept == CHUNK {
                    part_if(self.recent[..CHUNK].starts_with(theirs))
                } else {
                    part_if(number > 0)
                }
            }
            (None, _, None) if theirs.len() < ours.len() => part_if(ours.starts_with(theirs)),
            (None, _, None) => whole_if(theirs.starts_with(ours)),
            (None, _, Some(_)) if theirs.len() < self.partial => part_if(number > 0),
            (None, _, Some(ours)) => whole_if(hash(&theirs[..self.partial]) == ours),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Match {
    SoFar,
    /// All that was read is the same.
    Whole,
    /// The other file is a prefix of it.
    Part,
    Other,
}

/// Content that was read, and the state to continue after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrackedContent {
    /// Its number among the [`FingerprintStore`](store::FingerprintStore), from when it has a
    /// beginning.
    pub number: Option<ContentId>,
    /// The folder: copies are looked for beside their original only, as two folders are two
    /// appliances.
    pub folder: PathBuf,
    pub content: Fingerprint,
    /// Where the next line begins.
    pub splitter: LineSplitter,
    pub source: Option<SourceId>,
}

/// How a new file is related to content already read.
#[derive(Debug)]
pub(crate) enum CopyMatch<'a> {
    /// It begins with all bytes read of this content.
    CopyOf(&'a TrackedContent),
    /// A prefix of content already read.
    Part,
    New,
}

/// Compares a new file with the contents that begin like it. `open` begins to read it from its
/// start, which is done once for all of them.
pub(crate) fn find_copy<'a>(
    mut candidates: Vec<&'a TrackedContent>,
    open: impl FnOnce() -> Option<decompress::Unpacked>,
) -> CopyMatch<'a> {
    if candidates.len() > MAX_COMPARED {
        candidates.sort_by_key(|known| std::cmp::Reverse(known.content.len()));
        candidates.truncate(MAX_COMPARED);
    }
    let Some(mut stream) = (!candidates.is_empty()).then(open).flatten() else {
        return CopyMatch::New;
    };
    let mut chunk = vec![0; CHUNK];
    let mut longest: Option<&TrackedContent> = None;
    let mut part = false;
    for number in 0.. {
        if candidates.is_empty() {
            break;
        }
        let (filled, _) = decompress::read_full(&mut stream, &mut chunk);
        let theirs = &chunk[..filled];
        let whole = (filled == CHUNK).then(|| hash(theirs));
        candidates.retain(|known| {
            let verdict = known.content.compare(number, theirs, whole);
            part |= verdict == Match::Part;
            if verdict == Match::Whole
                && longest.is_none_or(|other| other.content.len() < known.content.len())
            {
                longest = Some(known);
            }
            verdict == Match::SoFar
        });
    }
    match longest {
        Some(known) => CopyMatch::CopyOf(known),
        None if part => CopyMatch::Part,
        None => CopyMatch::New,
    }
}

#[cfg(test)]
mod tests;
