//! Which content was read already, so that a copy of it under another name or in an archive adds only what is new.
//!
//! Every byte read is hashed in chunks. A new file is the copy of a known one when its first bytes, as many as were read
//! of that one, hash to the same; anything less is another file, however alike the two begin.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::SourceId;
use super::archive;
use crate::lines::Splitter;

/// How many bytes share one hash.
const CHUNK: usize = 64 << 10;
/// How many first bytes must agree before a copy is thought of: an entry's stamp and level.
pub(crate) const HEAD: usize = 32;
/// How many finished contents keep their last bytes.
const RECENT: usize = 64;

/// Seeded anew in each process: the text is written by strangers.
static SEED: LazyLock<foldhash::quality::RandomState> =
    LazyLock::new(foldhash::quality::RandomState::default);

/// The hash of a chunk of zeros.
static ZEROS: LazyLock<u64> = LazyLock::new(|| hash(&[0; CHUNK]));

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = SEED.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// The running hash of what was read of one source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Content {
    head: Vec<u8>,
    /// The hash of each full chunk, but of those in `zeros`.
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

impl Content {
    /// The first bytes, at most [`HEAD`].
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// How many bytes were read.
    pub fn len(&self) -> u64 {
        (self.full() * CHUNK + self.partial) as u64
    }

    /// How many full chunks there are.
    fn full(&self) -> usize {
        self.chunks.len() + self.zeros.iter().map(|run| run.1).sum::<usize>()
    }

    /// The hash of a full chunk.
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

    /// Takes in so many zero bytes, in a time and room that do not depend on their number.
    pub fn add_zeros(&mut self, length: u64) {
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

    /// Takes in what was read next.
    pub fn add(&mut self, mut bytes: &[u8]) {
        if self.head.len() < HEAD {
            let missing = (HEAD - self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..missing]);
        }
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at((CHUNK - self.partial).min(bytes.len()));
            bytes = later;
            if now.len() == CHUNK {
                self.chunks.push(hash(now));
                if later.len() < CHUNK {
                    self.recent.clear();
                    self.recent.extend_from_slice(now);
                }
                continue;
            }
            self.recent.extend_from_slice(now);
            self.partial += now.len();
            if self.partial == CHUNK {
                self.recent.drain(..self.recent.len() - CHUNK);
                self.chunks.push(hash(&self.recent));
                self.partial = 0;
            }
        }
    }

    /// Keeps the hash of the last bytes instead of the bytes. Nothing can be added then until they are given back.
    pub fn forget_recent(&mut self) {
        if self.partial_hash.is_none() {
            self.partial_hash = Some(hash(&self.recent[self.recent.len() - self.partial..]));
            self.recent = Vec::new();
        }
    }

    /// How many of the last bytes [`Content::recall`] wants to have back, if any.
    pub fn forgotten(&self) -> Option<usize> {
        self.partial_hash.map(|_| self.partial)
    }

    /// Gives back the last bytes.
    pub fn recall(&mut self, partial: &[u8]) {
        self.partial_hash = None;
        self.recent = partial.to_vec();
        self.partial = partial.len();
    }

    /// Whether chunk `number` of another file, `theirs`, is what was read here. `theirs` is shorter than a chunk only
    /// where that file ends.
    fn compare(&self, number: usize, theirs: &[u8]) -> Verdict {
        if let Some(ours) = self.chunk(number) {
            if theirs.len() == CHUNK {
                return if hash(theirs) == ours {
                    Verdict::Goes
                } else {
                    Verdict::Other
                };
            }
            let kept = self.recent.len() - self.partial.min(self.recent.len());
            return if number + 1 == self.full() && kept == CHUNK {
                part_of(&self.recent[..CHUNK], theirs)
            } else if number > 0 {
                Verdict::Part
            } else {
                Verdict::Other
            };
        }
        match self.partial_hash {
            None => {
                let ours = &self.recent[self.recent.len() - self.partial..];
                if theirs.len() >= ours.len() {
                    if theirs.starts_with(ours) {
                        Verdict::Whole
                    } else {
                        Verdict::Other
                    }
                } else {
                    part_of(ours, theirs)
                }
            }
            Some(_) if theirs.len() < self.partial => {
                if number > 0 {
                    Verdict::Part
                } else {
                    Verdict::Other
                }
            }
            Some(ours) if hash(&theirs[..self.partial]) == ours => Verdict::Whole,
            Some(_) => Verdict::Other,
        }
    }
}

fn part_of(ours: &[u8], theirs: &[u8]) -> Verdict {
    if ours.starts_with(theirs) {
        Verdict::Part
    } else {
        Verdict::Other
    }
}

/// What a comparison of one chunk says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    /// The same so far.
    Goes,
    /// All that was read is the same.
    Whole,
    /// The other file ends before that, the same to its end.
    Part,
    /// They differ.
    Other,
}

/// A content that was read, and how to go on behind it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// The folder: copies are looked for beside their original only, as two folders are two appliances.
    pub folder: PathBuf,
    /// What was read.
    pub content: Content,
    /// Where the lines stand.
    pub splitter: Splitter,
    /// The source that told it.
    pub source: Option<SourceId>,
}

/// What a new file is to those already read.
#[derive(Debug)]
pub(crate) enum Likeness<'a> {
    /// It begins with all that was read of that one.
    CopyOf(&'a Known),
    /// As far as it goes, it is what was read of another.
    Part,
    /// Another file.
    New,
}

/// The beginnings of all contents read: nearly every file is told from the others by these alone.
#[derive(Debug, Default)]
pub(crate) struct Heads(HashSet<Vec<u8>>);

impl Heads {
    /// Enters a content that was added to.
    pub fn note(&mut self, content: &Content) {
        if content.head.len() == HEAD && !self.0.contains(&content.head) {
            self.0.insert(content.head.clone());
        }
    }

    /// Whether a content that begins like this was read.
    pub fn hold(&self, head: &[u8]) -> bool {
        head.get(..HEAD).is_some_and(|head| self.0.contains(head))
    }
}

/// Compares a new file with the contents known. `open` begins to read it from its start.
pub(crate) fn likeness<'a>(
    known: impl Iterator<Item = &'a Known>,
    folder: &Path,
    head: &[u8],
    mut open: impl FnMut() -> Option<archive::Unpacked>,
) -> Likeness<'a> {
    let Some(head) = head.get(..HEAD) else {
        return Likeness::New;
    };
    let mut alike: Vec<&Known> = known
        .filter(|known| known.content.head == head && known.folder == folder)
        .collect();
    alike.sort_by_key(|known| std::cmp::Reverse(known.content.len()));
    let mut part = false;
    for known in alike.into_iter().take(16) {
        match open().map_or(Verdict::Other, |stream| compare(&known.content, stream)) {
            Verdict::Whole => return Likeness::CopyOf(known),
            Verdict::Part => part = true,
            Verdict::Goes | Verdict::Other => {}
        }
    }
    if part { Likeness::Part } else { Likeness::New }
}

fn compare(content: &Content, mut stream: impl Read) -> Verdict {
    let mut chunk = vec![0; CHUNK];
    for number in 0.. {
        let (filled, _) = archive::fill(&mut stream, &mut chunk);
        match content.compare(number, &chunk[..filled]) {
            Verdict::Goes => {}
            verdict => return verdict,
        }
    }
    Verdict::Other
}

/// Contents of sources that are no longer read: of the newest the last bytes are kept, of the others hashes only.
#[derive(Debug, Default)]
pub(crate) struct Past(Vec<Known>);

impl Past {
    /// Remembers what was read.
    pub fn add(&mut self, known: Known) {
        self.0.push(known);
        if let Some(old) = self.0.len().checked_sub(RECENT + 1) {
            self.0[old].content.forget_recent();
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> Vec<u8> {
        (0..length)
            .map(|n| (n % 251) as u8 ^ (n >> 13) as u8)
            .collect()
    }

    fn content(bytes: &[u8], step: usize) -> Content {
        let mut content = Content::default();
        for piece in bytes.chunks(step) {
            content.add(piece);
        }
        assert_eq!(content.len(), bytes.len() as u64);
        content
    }

    fn judge(known: &Content, file: &[u8]) -> Verdict {
        compare(known, file)
    }

    #[test]
    fn a_copy_is_known_however_the_original_was_read() {
        for length in [40, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 77] {
            let bytes = text(length);
            for step in [7, 1000, CHUNK, 5 * CHUNK] {
                let mut known = content(&bytes, step);
                for _ in 0..2 {
                    assert_eq!(judge(&known, &bytes), Verdict::Whole, "{length} {step}");
                    assert_eq!(
                        judge(&known, &[&bytes[..], b"more"].concat()),
                        Verdict::Whole
                    );
                    let mut other = bytes.clone();
                    other[length - 1] ^= 1;
                    assert_eq!(judge(&known, &other), Verdict::Other, "{length} {step}");
                    known.forget_recent();
                }
            }
        }
    }

    #[test]
    fn a_hole_is_known_by_its_length() {
        for hole in [1, CHUNK - 40, CHUNK, 3 * CHUNK + 5] {
            let whole = [&text(40)[..], &vec![0; hole], b"more than that"].concat();
            let mut known = content(&whole[..40], 7);
            known.add_zeros(hole as u64);
            known.add(b"more");
            assert_eq!(known.len(), (40 + hole + 4) as u64);
            for _ in 0..2 {
                assert_eq!(judge(&known, &whole), Verdict::Whole, "{hole}");
                let longer = [&text(40)[..], &vec![0; hole + 1], b"more"].concat();
                assert_eq!(judge(&known, &longer), Verdict::Other, "{hole}");
                known.forget_recent();
            }
        }
    }

    #[test]
    fn a_file_that_stops_short_is_a_part() {
        let bytes = text(2 * CHUNK + 500);
        let known = content(&bytes, 999);
        for short in [CHUNK, CHUNK + 5, 2 * CHUNK, 2 * CHUNK + 499] {
            assert_eq!(judge(&known, &bytes[..short]), Verdict::Part, "{short}");
        }
        let mut other = bytes[..CHUNK + 50].to_vec();
        other[CHUNK + 49] ^= 1;
        assert_eq!(judge(&known, &other), Verdict::Other);
    }
}
