//! Texts of the log, kept once.
//!
//! Most names come from strangers, so the hash is seeded; all text is decoded on the way in (bytes that are no UTF-8
//! become U+FFFD), so that everything behind the index works on text.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher};
use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::quality::RandomState;

use super::column::make_room;

/// Texts end to end in chunks, each behind its length. A text is found by where it begins.
#[derive(Debug, Default)]
struct Arena {
    chunks: Vec<String>,
}

const CHUNK_BITS: u32 = 20;
const CHUNK: usize = 1 << CHUNK_BITS;
/// Longer texts are cut: nothing that long is a name, a subject or a reply.
const LONGEST: usize = 64 * 1024;
/// A text's length stands before it in one character, so that a chunk stays text: a blank is 0. A longer one's stands
/// behind this mark in characters that carry 6 bits each.
const LONG: u8 = b'~';
/// The most characters that a length takes.
const LENGTH: usize = 4;

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
        let character = |value: usize| char::from(b' ' + u8::try_from(value).unwrap_or(0));
        if text.len() < usize::from(LONG - b' ') {
            chunk.push(character(text.len()));
        } else {
            chunk.push(char::from(LONG));
            chunk.extend([12, 6, 0].map(|shift| character(text.len() >> shift & 63)));
        }
        chunk.push_str(text);
        NonZeroU32::new(at).map(TextId)
    }

    fn get(&self, id: TextId) -> &str {
        let (chunk, at) = self.place(id);
        &chunk[text_at(chunk, at)]
    }

    /// The same where it is only compared: that it is text need not be looked at.
    #[inline]
    fn get_bytes(&self, id: TextId) -> &[u8] {
        let (chunk, at) = self.place(id);
        &chunk.as_bytes()[text_at(chunk, at)]
    }

    #[inline]
    fn place(&self, id: TextId) -> (&str, usize) {
        let at = id.0.get() as usize - 1;
        (&self.chunks[at >> CHUNK_BITS], at & (CHUNK - 1))
    }

    /// Has the memory come in which the text stands; the answer means nothing.
    #[inline]
    fn touch(&self, id: TextId) -> u32 {
        let (chunk, at) = self.place(id);
        let chunk = chunk.as_bytes();
        // Every second name goes on in the next line of the cache.
        let behind = (at + 32).min(chunk.len() - 1);
        u32::from(chunk[at]) + u32::from(chunk[behind])
    }

    fn bytes(&self) -> usize {
        self.chunks.iter().map(String::capacity).sum()
    }
}

/// Where the text stands whose length stands there.
#[inline]
fn text_at(chunk: &str, at: usize) -> Range<usize> {
    let chunk = chunk.as_bytes();
    let (start, length) = match chunk[at] {
        LONG => {
            let characters = &chunk[at + 1..at + LENGTH];
            let length = characters
                .iter()
                .fold(0, |sum, b| sum << 6 | usize::from(b - b' '));
            (at + LENGTH, length)
        }
        short => (at + 1, usize::from(short - b' ')),
    };
    start..start + length
}

/// Texts that mostly come once: subjects, message ids, replies.
#[derive(Debug, Default)]
pub struct Texts {
    arena: Arena,
    known: Known<TextId>,
}

/// Which texts are known, by their hash.
///
/// A first load waits for memory here more than anywhere. So a text's hash and number stand in one slot (8 bytes, eight
/// to a cache line, looked for in a row): most texts are told apart, and all are moved when the table grows, without a
/// look at them.
#[derive(Debug)]
struct Known<N> {
    /// A power of two of them, at most three quarters full; none at first.
    slots: Vec<Slot<N>>,
    used: usize,
}

/// The hash by which texts are found; others in each run of the program.
#[inline]
pub fn hash(text: &[u8]) -> u32 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    let mut hasher = SEED.build_hasher();
    hasher.write(text);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

/// A text's hash, and what it is known by.
#[derive(Clone, Copy, Debug)]
struct Slot<N> {
    hash: u32,
    number: Option<N>,
}

impl<N> Default for Known<N> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            used: 0,
        }
    }
}

impl<N: Copy> Known<N> {
    /// What the text is known by; `is_it` tells whether a number is its.
    #[inline]
    fn find(&self, hash: u32, is_it: impl Fn(N) -> bool) -> Option<N> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            let number = slot.number?;
            if slot.hash == hash && is_it(number) {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }

    /// Has the memory come where a text of that hash is looked for first; the answer means nothing.
    #[inline]
    fn touch(&self, hash: u32) -> u32 {
        let slot = self
            .slots
            .get(hash as usize & self.slots.len().wrapping_sub(1));
        slot.map_or(0, |slot| slot.hash)
    }

    /// Enters a text that is not there.
    fn insert(&mut self, hash: u32, number: N) {
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let none = Slot {
                hash: 0,
                number: None,
            };
            let slots = vec![none; (self.slots.len() * 2).max(16)];
            for slot in std::mem::replace(&mut self.slots, slots) {
                if slot.number.is_some() {
                    self.place(slot);
                }
            }
        }
        let number = Some(number);
        self.place(Slot { hash, number });
        self.used += 1;
    }

    fn place(&mut self, slot: Slot<N>) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number.is_some() {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    /// The same texts by other numbers, without those that have none.
    fn moved(&self, number: impl Fn(N) -> Option<N>) -> Self {
        let mut known = Self::default();
        for slot in &self.slots {
            if let Some(number) = slot.number.and_then(&number) {
                known.insert(slot.hash, number);
            }
        }
        known
    }

    fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<N>>()
    }
}

impl Texts {
    /// Keeps a text that is not expected again. `None` when no more fits.
    pub fn push(&mut self, text: &[u8]) -> Option<TextId> {
        self.arena.push(&decoded(text))
    }

    /// Keeps a text that may come again.
    pub fn intern(&mut self, text: &[u8]) -> Option<TextId> {
        let hashed = hash(text);
        if let Some(id) = self.find(hashed, text) {
            return Some(id);
        }
        let decoded = decoded(text);
        let kept = &decoded[..decoded.floor_char_boundary(LONGEST)];
        let hash = hash(kept.as_bytes());
        if let Some(id) = self.find(hash, kept.as_bytes()) {
            return Some(id);
        }
        let id = self.arena.push(kept)?;
        self.known.insert(hash, id);
        Some(id)
    }

    fn find(&self, hash: u32, text: &[u8]) -> Option<TextId> {
        (self.known).find(hash, |id| self.arena.get_bytes(id) == text)
    }

    /// Knows what other texts knew, where it was copied from them.
    pub(super) fn know(&mut self, other: &Self, copy: impl Fn(TextId) -> Option<TextId>) {
        self.known = other.known.moved(copy);
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

/// Looks at all of these, which mean nothing: so none is left out as not needed.
pub(super) fn wait_for(touched: impl Iterator<Item = u32>) {
    std::hint::black_box(touched.fold(0, u32::wrapping_add));
}

/// Room for [`Interner::foresee`], to be used again.
#[derive(Debug, Default)]
pub struct Sight {
    names: Vec<Name>,
    places: Vec<TextId>,
}

impl Sight {
    /// The names that were found last.
    pub fn names(&self) -> &[Name] {
        &self.names
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
    known: Known<Name>,
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
        match self.find_bytes(hash(text), text) {
            Some(name) => name,
            None => self.enter(text),
        }
    }

    #[inline]
    fn find_bytes(&self, hash: u32, text: &[u8]) -> Option<Name> {
        let is_it = |name: Name| {
            let id = self.texts[name.at()];
            id.is_some_and(|id| self.arena.get_bytes(id) == text)
        };
        self.known.find(hash, is_it)
    }

    /// Has the memory come that interning texts of these hashes will look at, for all of them at once: each step asks for
    /// what the step before found, and none of them waits for another text.
    pub fn foresee(&self, hashes: &[u32], sight: &mut Sight) {
        wait_for(hashes.iter().map(|hash| self.known.touch(*hash)));
        sight.names.clear();
        let names = hashes.iter();
        let names = names.filter_map(|hash| self.known.find(*hash, |_| true));
        sight.names.extend(names);
        sight.places.clear();
        let places = sight.names.iter().filter_map(|name| self.texts[name.at()]);
        sight.places.extend(places);
        wait_for(sight.places.iter().map(|id| self.arena.touch(*id)));
    }

    /// Enters a name that is not known as it stands in the log; it may be known as it is kept.
    fn enter(&mut self, text: &[u8]) -> Name {
        let decoded = decoded(text);
        let kept = &decoded[..decoded.floor_char_boundary(LONGEST)];
        let hash = hash(kept.as_bytes());
        if kept.as_bytes() != text
            && let Some(name) = self.find_bytes(hash, kept.as_bytes())
        {
            return name;
        }
        let (Some(number), Some(id)) = (self.new_number(), self.arena.push(kept)) else {
            return Name::new(self.texts.len().saturating_sub(1));
        };
        self.texts[number as usize] = Some(id);
        let name = Name::new(number as usize);
        self.known.insert(hash, name);
        name
    }

    fn new_number(&mut self) -> Option<u32> {
        self.free.pop().or_else(|| {
            let number = u32::try_from(self.texts.len()).ok()?;
            make_room(&mut self.texts, number as usize + 1);
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
        let known = (self.known).moved(|name| texts[name.at()].map(|_| name));
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
        self.find_bytes(hash(text), text)
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
            assert_eq!(names.get(*id), text.as_str());
            assert_eq!(names.intern(text.as_bytes()), *id);
            assert_eq!(names.find(text), Some(*id));
        }
        assert_eq!(names.find("nobody"), None);
    }

    #[test]
    fn a_text_of_any_length_comes_back_as_it_was() {
        let mut texts = Texts::default();
        let all: Vec<String> = (0..300).map(|length| "~".repeat(length)).collect();
        let ids: Vec<TextId> = all
            .iter()
            .filter_map(|text| texts.push(text.as_bytes()))
            .collect();
        assert!(
            ids.iter()
                .map(|id| texts.get(*id))
                .eq(all.iter().map(String::as_str))
        );
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
