//! Texts of the log, kept once.
//!
//! Most names come from strangers, so the hash is seeded; all text is decoded on the way in (bytes that are no UTF-8
//! become U+FFFD), so that everything behind the index works on text.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

/// Texts end to end in chunks, each behind its length. A text is found by where it begins.
#[derive(Debug, Default)]
struct Arena {
    chunks: Vec<String>,
}

const CHUNK_BITS: u32 = 20;
const CHUNK: usize = 1 << CHUNK_BITS;
/// Longer texts are cut: nothing that long is a name, a subject or a reply.
const LONGEST: usize = 64 * 1024;
/// A text's length stands before it in characters that carry 6 bits each, so that a chunk stays text.
const LENGTH: usize = 3;

/// Where a text begins, plus one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(NonZeroU32);

impl Arena {
    /// `None` when 4 GiB of text are held.
    fn push(&mut self, text: &str) -> Option<TextId> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let full = |chunk: &String| chunk.len() + LENGTH + text.len() > CHUNK;
        if self.chunks.last().is_none_or(full) {
            self.chunks.push(String::with_capacity(CHUNK));
        }
        let number = self.chunks.len() - 1;
        let chunk = self.chunks.last_mut()?;
        let at = u32::try_from((number << CHUNK_BITS) + chunk.len() + 1).ok()?;
        for shift in [12, 6, 0] {
            chunk.push(char::from(
                b' ' + u8::try_from(text.len() >> shift & 63).unwrap_or(0),
            ));
        }
        chunk.push_str(text);
        NonZeroU32::new(at).map(TextId)
    }

    fn get(&self, id: TextId) -> &str {
        let at = id.0.get() as usize - 1;
        let chunk = &self.chunks[at >> CHUNK_BITS];
        let at = at & (CHUNK - 1);
        let length = chunk.as_bytes()[at..at + LENGTH]
            .iter()
            .fold(0, |sum, b| sum << 6 | usize::from(b - b' '));
        &chunk[at + LENGTH..at + LENGTH + length]
    }

    fn bytes(&self) -> usize {
        self.chunks.len() * CHUNK
    }
}

/// Texts that mostly come once: subjects, message ids, replies.
#[derive(Debug, Default)]
pub struct Texts {
    arena: Arena,
    known: HashTable<Known<TextId>>,
    hasher: RandomState,
}

/// A text in a table, with its hash: most texts are told apart, and all are moved, without a look at them.
#[derive(Clone, Copy, Debug)]
struct Known<T> {
    hash: u32,
    text: T,
}

/// The part of a hash that is kept. Its low bits choose the place in a table and its high ones the tag there.
fn kept(hash: u64) -> u32 {
    (hash >> 32) as u32 ^ hash as u32
}

fn spread(hash: u32) -> u64 {
    u64::from(hash) | u64::from(hash) << 32
}

impl Texts {
    /// Keeps a text that is not expected again. `None` when no more fits.
    pub fn push(&mut self, text: &[u8]) -> Option<TextId> {
        self.arena.push(&decoded(text))
    }

    /// Keeps a text that may come again.
    pub fn intern(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let hash = kept(self.hasher.hash_one(text));
        let same = |known: &Known<TextId>| known.hash == hash && self.arena.get(known.text) == text;
        if let Some(known) = self.known.find(spread(hash), same) {
            return Some(known.text);
        }
        let id = self.arena.push(text)?;
        self.known
            .insert_unique(spread(hash), Known { hash, text: id }, |known| {
                spread(known.hash)
            });
        Some(id)
    }

    /// The text.
    pub fn get(&self, id: TextId) -> &str {
        self.arena.get(id)
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.arena.bytes() + self.known.capacity() * 9
    }
}

/// The number of an interned name. An `Option` of it takes four bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(NonZeroU32);

impl Name {
    /// The name's place among its kind, from 0, in the order in which names were first seen.
    #[inline]
    pub fn at(self) -> usize {
        self.0.get() as usize - 1
    }

    /// The name at this place among its kind.
    pub(crate) fn new(at: usize) -> Self {
        let next = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        Self(NonZeroU32::new(next).unwrap_or(NonZeroU32::MAX))
    }
}

/// Names of one kind: users, profiles, addresses.
#[derive(Debug, Default)]
pub struct Interner {
    arena: Arena,
    texts: Vec<TextId>,
    known: HashTable<Known<(u32, TextId)>>,
    hasher: RandomState,
}

impl Interner {
    /// The name's number, given at its first sight. When no more names fit, each further one is the last.
    pub fn intern(&mut self, text: &[u8]) -> Name {
        let text = decoded(text);
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let hash = kept(self.hasher.hash_one(text));
        if let Some(name) = self.lookup(hash, text) {
            return name;
        }
        let (Ok(at), Some(id)) = (u32::try_from(self.texts.len()), self.arena.push(text)) else {
            return Name::new(self.texts.len().saturating_sub(1));
        };
        self.texts.push(id);
        self.known.insert_unique(
            spread(hash),
            Known {
                hash,
                text: (at, id),
            },
            |known| spread(known.hash),
        );
        Name::new(at as usize)
    }

    /// The name's text.
    pub fn get(&self, name: Name) -> &str {
        self.arena.get(self.texts[name.at()])
    }

    /// The name of this very text, if it was ever seen.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.lookup(kept(self.hasher.hash_one(text)), text)
    }

    fn lookup(&self, hash: u32, text: &str) -> Option<Name> {
        let same = |known: &Known<(u32, TextId)>| {
            known.hash == hash && self.arena.get(known.text.1) == text
        };
        self.known
            .find(spread(hash), same)
            .map(|known| Name::new(known.text.0 as usize))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All names in the order in which they were first seen.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &str)> {
        self.texts
            .iter()
            .enumerate()
            .map(|(at, id)| (Name::new(at), self.arena.get(*id)))
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.arena.bytes() + self.texts.capacity() * 4 + self.known.capacity() * 9
    }
}

fn decoded(text: &[u8]) -> Cow<'_, str> {
    // The lossy decoder looks at each byte; nearly all text is valid, which is told much faster.
    match std::str::from_utf8(text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once_and_comes_back_as_it_was() {
        let mut names = Interner::default();
        let all: Vec<String> = (0..5000)
            .map(|n| format!("user{n}@example.com").repeat(n % 30))
            .collect();
        let ids: Vec<Name> = all
            .iter()
            .map(|text| names.intern(text.as_bytes()))
            .collect();
        for (text, id) in all.iter().zip(&ids) {
            assert_eq!(names.get(*id), text);
            assert_eq!(names.intern(text.as_bytes()), *id);
            assert_eq!(names.find(text), Some(*id));
        }
        assert_eq!(names.find("nobody"), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_endless_ones_cut() {
        let mut texts = Texts::default();
        let odd = texts.push(b"a\xffb").unwrap();
        let long = texts.push(&vec![b'x'; 3 << 20]).unwrap();
        let wide = texts.push("ü".repeat(1 << 20).as_bytes()).unwrap();
        assert_eq!(texts.get(odd), "a\u{fffd}b");
        assert_eq!(texts.get(long).len(), LONGEST);
        assert_eq!(texts.get(wide).len(), LONGEST);
    }
}
