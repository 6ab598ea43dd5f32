//! Texts of the log, kept once.
//!
//! Most names come from strangers, so the hash is seeded; all text is decoded on the way in (bytes that are no UTF-8
//! become U+FFFD), so that everything behind the index works on text.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;

use foldhash::quality::RandomState;

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
            // What takes little is not given much.
            let room = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(String::with_capacity(room));
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
        self.chunks.iter().map(String::capacity).sum()
    }
}

/// Texts that mostly come once: subjects, message ids, replies.
#[derive(Debug, Default)]
pub struct Texts {
    arena: Arena,
    known: Known,
}

/// Which texts are known, by their hash.
///
/// Half of the time of a first load goes into waiting for memory here. So a text's hash, number and place stand in one
/// slot (16 bytes, four to a cache line, looked for in a row): most texts are told apart, and all are moved when the
/// table grows, without a look at them.
#[derive(Debug, Default)]
struct Known {
    /// A power of two of them, at most three quarters full; none at first.
    slots: Vec<Slot>,
    used: usize,
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    hash: u32,
    number: u32,
    text: Option<TextId>,
}

impl Known {
    #[inline]
    fn hash(&self, text: &[u8]) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text);
        let hash = hasher.finish();
        (hash >> 32) as u32 ^ hash as u32
    }

    #[inline]
    fn find(&self, arena: &Arena, hash: u32, text: &[u8]) -> Option<Slot> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            let id = slot.text?;
            if slot.hash == hash && arena.get(id).as_bytes() == text {
                return Some(slot);
            }
            at = (at + 1) & mask;
        }
    }

    /// Enters a text that is not there.
    fn insert(&mut self, slot: Slot) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let slots = vec![Slot::default(); (self.slots.len() * 2).max(16)];
            for slot in std::mem::replace(&mut self.slots, slots)
                .into_iter()
                .filter(|slot| slot.text.is_some())
            {
                self.place(slot);
            }
        }
        self.place(slot);
        self.used += 1;
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].text.is_some() {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    /// The same texts where they stand now, without those that stand nowhere.
    fn moved(&self, place: impl Fn(&Slot) -> Option<TextId>) -> Self {
        let mut known = Self {
            hasher: self.hasher.clone(),
            ..Self::default()
        };
        for slot in self.slots.iter().filter(|slot| slot.text.is_some()) {
            if let Some(text) = place(slot) {
                known.insert(Slot {
                    text: Some(text),
                    ..*slot
                });
            }
        }
        known
    }

    fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
    }
}

impl Texts {
    /// Keeps a text that is not expected again. `None` when no more fits.
    pub fn push(&mut self, text: &[u8]) -> Option<TextId> {
        self.arena.push(&decoded(text))
    }

    /// Keeps a text that may come again.
    pub fn intern(&mut self, text: &[u8]) -> Option<TextId> {
        let hash = self.known.hash(text);
        if let Some(slot) = self.known.find(&self.arena, hash, text) {
            return slot.text;
        }
        let decoded = decoded(text);
        let kept = &decoded[..decoded.floor_char_boundary(LONGEST)];
        let hash = self.known.hash(kept.as_bytes());
        if let Some(slot) = self.known.find(&self.arena, hash, kept.as_bytes()) {
            return slot.text;
        }
        let id = self.arena.push(kept)?;
        self.known.insert(Slot {
            hash,
            number: 0,
            text: Some(id),
        });
        Some(id)
    }

    /// Knows what other texts knew, where it was copied from them.
    pub(super) fn know(&mut self, other: &Self, copy: impl Fn(TextId) -> Option<TextId>) {
        self.known = other.known.moved(|slot| copy(slot.text?));
    }

    /// The text.
    pub fn get(&self, id: TextId) -> &str {
        self.arena.get(id)
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.arena.bytes() + self.known.bytes()
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
    /// None of numbers that no name bears any more.
    texts: Vec<Option<TextId>>,
    known: Known,
    /// Numbers for new names.
    free: Vec<u32>,
    /// Numbers whose names went at the last sweep.
    resting: Vec<u32>,
}

impl Interner {
    /// The name's number, given at its first sight. When no more names fit, each further one is the last.
    ///
    /// A name is looked for as it stands in the log: what equals a known text is text, and needs no decoding.
    #[inline]
    pub fn intern(&mut self, text: &[u8]) -> Name {
        let hash = self.known.hash(text);
        match self.known.find(&self.arena, hash, text) {
            Some(slot) => Name::new(slot.number as usize),
            None => self.enter(text),
        }
    }

    /// Enters a name that is not known as it stands in the log; it may be known as it is kept.
    fn enter(&mut self, text: &[u8]) -> Name {
        let decoded = decoded(text);
        let kept = &decoded[..decoded.floor_char_boundary(LONGEST)];
        let hash = self.known.hash(kept.as_bytes());
        if kept.as_bytes() != text
            && let Some(slot) = self.known.find(&self.arena, hash, kept.as_bytes())
        {
            return Name::new(slot.number as usize);
        }
        let (Some(number), Some(id)) = (self.new_number(), self.arena.push(kept)) else {
            return Name::new(self.texts.len().saturating_sub(1));
        };
        self.texts[number as usize] = Some(id);
        self.known.insert(Slot {
            hash,
            number,
            text: Some(id),
        });
        Name::new(number as usize)
    }

    fn new_number(&mut self) -> Option<u32> {
        self.free.pop().or_else(|| {
            let number = u32::try_from(self.texts.len()).ok()?;
            self.texts.push(None);
            Some(number)
        })
    }

    /// The name's text; empty of a number that no name bears any more.
    pub fn get(&self, name: Name) -> &str {
        let id = self.texts.get(name.at()).copied().flatten();
        id.map_or("", |id| self.arena.get(id))
    }

    /// Whether a name bears the number.
    pub fn is_used(&self, name: Name) -> bool {
        self.texts.get(name.at()).is_some_and(Option::is_some)
    }

    /// The names of which `is_used` tells it by their numbers, which they keep.
    pub(super) fn swept(&self, is_used: &[bool]) -> Self {
        let mut arena = Arena::default();
        let (mut free, mut resting) = (self.free.clone(), Vec::new());
        free.extend(&self.resting);
        let of_number = (0u32..).zip(&self.texts).map(|(number, id)| {
            let id = (*id)?;
            if is_used[number as usize] {
                arena.push(self.arena.get(id))
            } else {
                resting.push(number);
                None
            }
        });
        let texts: Vec<Option<TextId>> = of_number.collect();
        let known = self.known.moved(|slot| texts[slot.number as usize]);
        Self {
            arena,
            texts,
            known,
            free,
            resting,
        }
    }

    /// The name of this very text, if it was ever seen.
    pub fn find(&self, text: &str) -> Option<Name> {
        let text = text.as_bytes();
        let slot = self.known.find(&self.arena, self.known.hash(text), text)?;
        Some(Name::new(slot.number as usize))
    }

    /// How many numbers there are; some may bear no name any more.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All names by their numbers, in the order in which they were first seen; a number that no name bears any more has
    /// an empty one.
    pub fn iter(&self) -> impl Iterator<Item = (Name, &str)> {
        let text = |id: &Option<TextId>| id.map_or("", |id| self.arena.get(id));
        let texts = self.texts.iter().map(text);
        texts.enumerate().map(|(at, text)| (Name::new(at), text))
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        let numbers = self.texts.capacity() + self.free.capacity() + self.resting.capacity();
        self.arena.bytes() + numbers * 4 + self.known.bytes()
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
