//! TextStore of the log, kept once.
//!
//! Most names come from strangers, so the hash is seeded; all text is decoded on the way in (bytes that are no UTF-8
//! become U+FFFD), so that everything behind the index works on text.

use std::borrow::Cow;
use std::num::NonZeroU32;

use memchr::memrchr;

use crate::index::store::arena::{Arena, LONGEST, SharedAffix};
use crate::index::store::column::make_room;
use crate::index::store::hash_index::HashIndex;
use crate::index::store::int_column::IntCode;

pub use crate::index::store::arena::TextId;
pub use crate::index::store::hash_index::hash;

/// TextStore that mostly come once: subjects, message ids, replies.
#[derive(Debug, Default)]
pub struct TextStore {
    arena: Arena,
    known: HashIndex<TextId>,
    /// Ends that texts share.
    ends: Interner,
}

impl TextStore {
    /// Keeps a text that is not expected again. `None` when no more fits.
    pub fn push(&mut self, text: &[u8]) -> Option<TextId> {
        self.arena.push(&decoded(text), None)
    }

    /// Keeps a reply that is not expected again: others say the same but for its last word, under which it is queued there.
    pub fn push_reply(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let cut = memrchr(b' ', text.as_bytes()).map_or(0, |at| at + 1);
        let (head, own) = text.split_at(cut);
        let end = self.end(head, own).map(SharedAffix::Prefix);
        self.arena
            .push(if end.is_some() { own } else { &text }, end)
    }

    /// Keeps a Message-ID: others end on the same domain.
    pub fn push_message_id(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let (own, tail) = text.split_at(memrchr(b'@', text.as_bytes()).unwrap_or(text.len()));
        let end = self.end(tail, own).map(SharedAffix::Suffix);
        self.arena
            .push(if end.is_some() { own } else { &text }, end)
    }

    /// The number of the end that a text shares, beside its own part; `None` where it is too short to be worth one, the
    /// text is too long to be kept whole, or too many others have one.
    fn end(&mut self, text: &str, own: &str) -> Option<u16> {
        if text.len() < LEAST_END || text.len() + own.len() > LONGEST {
            return None;
        }
        let name = if self.ends.len() < SharedAffix::NUMBERS {
            self.ends.intern(text.as_bytes())
        } else {
            self.ends.find(text)?
        };
        u16::try_from(name.at()).ok()
    }

    /// Copies a text of others.
    pub(crate) fn copy(&mut self, other: &Self, id: TextId) -> Option<TextId> {
        let own = other.arena.get(id);
        let end = match other.arena.end(id) {
            None => return self.arena.push(own, None),
            Some(end) => end,
        };
        let number = self.end(other.ends.get(end.name()), own);
        let copied = number.map(|number| match end {
            SharedAffix::Prefix(_) => SharedAffix::Prefix(number),
            SharedAffix::Suffix(_) => SharedAffix::Suffix(number),
        });
        match copied {
            Some(_) => self.arena.push(own, copied),
            None => self.arena.push(&other.full(id), None),
        }
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
        let id = self.arena.push(kept, None)?;
        self.known.insert(hash, id);
        Some(id)
    }

    fn find(&self, hash: u32, text: &[u8]) -> Option<TextId> {
        (self.known).find(hash, |id| self.arena.get_bytes(id) == text)
    }

    /// Knows what other texts knew, where it was copied from them.
    pub(crate) fn know(&mut self, other: &Self, copy: impl Fn(TextId) -> Option<TextId>) {
        self.known = other.known.moved(copy);
    }

    /// The text.
    pub fn full(&self, id: TextId) -> Cow<'_, str> {
        let own = self.arena.get(id);
        match self.arena.end(id) {
            None => Cow::Borrowed(own),
            Some(end @ SharedAffix::Prefix(_)) => {
                Cow::Owned([self.ends.get(end.name()), own].concat())
            }
            Some(end @ SharedAffix::Suffix(_)) => {
                Cow::Owned([own, self.ends.get(end.name())].concat())
            }
        }
    }

    /// The text, or the first part of one that shares an end with others: a reply without its last word. Subjects and
    /// interned texts share none.
    pub fn prefix(&self, id: TextId) -> &str {
        match self.arena.end(id) {
            Some(end @ SharedAffix::Prefix(_)) => self.ends.get(end.name()),
            _ => self.arena.get(id),
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.arena.bytes() + self.known.bytes() + self.ends.bytes()
    }
}

/// Looks at all of these, which mean nothing: so none is left out as not needed.
pub(crate) fn touch_lines(prefetch: impl Iterator<Item = u32>) {
    std::hint::black_box(prefetch.fold(0, u32::wrapping_add));
}

/// Room for [`Interner::prefetch`], to be used again.
#[derive(Debug, Default)]
pub struct PrefetchScratch {
    names: Vec<Symbol>,
    places: Vec<TextId>,
}

impl PrefetchScratch {
    /// The names that were found last.
    pub fn names(&self) -> &[Symbol] {
        &self.names
    }
}

/// Shared ends shorter than this take as much as they save.
const LEAST_END: usize = 8;

impl SharedAffix {
    fn name(self) -> Symbol {
        let (Self::Prefix(number) | Self::Suffix(number)) = self;
        Symbol::new(usize::from(number))
    }
}

/// The number of an interned name. An `Option` of it takes four bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol(NonZeroU32);

impl Symbol {
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

impl IntCode for Option<Symbol> {
    #[inline]
    fn to_code(self) -> u64 {
        self.map_or(0, |name| u64::from(name.0.get()))
    }

    #[inline]
    fn from_code(code: u64) -> Self {
        NonZeroU32::new(code as u32).map(Symbol)
    }
}

/// Interners of one kind: users, profiles, addresses.
#[derive(Debug, Default)]
pub struct Interner {
    arena: Arena,
    /// None of numbers that no name bears any more.
    texts: Vec<Option<TextId>>,
    known: HashIndex<Symbol>,
    /// Numbers for new names.
    free: Vec<u32>,
    /// Numbers whose names went at the last sweep.
    quarantined: Vec<u32>,
}

impl Interner {
    /// The name's number, given at its first sight. When no more names fit, each further one is the last.
    ///
    /// A name is looked for as it stands in the log: what equals a known text is text, and needs no decoding.
    #[inline]
    pub fn intern(&mut self, text: &[u8]) -> Symbol {
        self.intern_hashed(hash(text), text)
    }

    /// As [`intern`](Self::intern), of a text whose [`hash()`] is known.
    #[inline]
    pub fn intern_hashed(&mut self, hash: u32, text: &[u8]) -> Symbol {
        match self.find_bytes(hash, text) {
            Some(name) => name,
            None => self.enter(hash, text),
        }
    }

    #[inline]
    fn find_bytes(&self, hash: u32, text: &[u8]) -> Option<Symbol> {
        let is_it = |name: Symbol| {
            let id = self.texts[name.at()];
            id.is_some_and(|id| self.arena.get_bytes(id) == text)
        };
        self.known.find(hash, is_it)
    }

    /// Has the memory come that interning texts of these hashes will look at, for all of them at once: each step asks for
    /// what the step before found, and none of them waits for another text.
    pub fn prefetch(&self, hashes: &[u32], sight: &mut PrefetchScratch) {
        touch_lines(hashes.iter().map(|hash| self.known.prefetch(*hash)));
        sight.names.clear();
        let names = hashes.iter();
        let names = names.filter_map(|hash| self.known.find(*hash, |_| true));
        sight.names.extend(names);
        sight.places.clear();
        let places = sight.names.iter().filter_map(|name| self.texts[name.at()]);
        sight.places.extend(places);
        touch_lines(sight.places.iter().map(|id| self.arena.prefetch(*id)));
    }

    /// Enters a name that is not known as it stands in the log; it may be known as it is kept.
    fn enter(&mut self, hashed: u32, text: &[u8]) -> Symbol {
        let decoded = decoded(text);
        let kept = &decoded[..decoded.floor_char_boundary(LONGEST)];
        let mut hashed = hashed;
        if kept.as_bytes() != text {
            hashed = hash(kept.as_bytes());
            if let Some(name) = self.find_bytes(hashed, kept.as_bytes()) {
                return name;
            }
        }
        let (Some(number), Some(id)) = (self.new_number(), self.arena.push(kept, None)) else {
            return Symbol::new(self.texts.len().saturating_sub(1));
        };
        self.texts[number as usize] = Some(id);
        let name = Symbol::new(number as usize);
        self.known.insert(hashed, name);
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
    pub fn get(&self, name: Symbol) -> &str {
        let id = self.texts.get(name.at()).copied().flatten();
        id.map_or("", |id| self.arena.get(id))
    }

    /// Whether a name bears the number.
    pub fn is_used(&self, name: Symbol) -> bool {
        self.texts.get(name.at()).is_some_and(Option::is_some)
    }

    /// The names of which `is_used` tells it by their numbers, which they keep.
    pub(crate) fn compacted(&self, is_used: &[bool]) -> Self {
        let mut arena = Arena::default();
        let (mut free, mut quarantined) = (self.free.clone(), Vec::new());
        free.extend(&self.quarantined);
        let of_number = (0u32..).zip(&self.texts).map(|(number, id)| {
            let id = (*id)?;
            if is_used[number as usize] {
                arena.push(self.arena.get(id), None)
            } else {
                quarantined.push(number);
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
            quarantined,
        }
    }

    /// The name of this very text, if it was ever seen.
    pub fn find(&self, text: &str) -> Option<Symbol> {
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
    pub fn iter(&self) -> impl Iterator<Item = (Symbol, &str)> {
        let text = |id: &Option<TextId>| id.map_or("", |id| self.arena.get(id));
        let texts = self.texts.iter().map(text);
        texts.enumerate().map(|(at, text)| (Symbol::new(at), text))
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        let numbers = self.texts.capacity() + self.free.capacity() + self.quarantined.capacity();
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
        let ids: Vec<Symbol> = all
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
        let mut texts = TextStore::default();
        let all: Vec<String> = (0..300).map(|length| "~".repeat(length)).collect();
        let ids: Vec<TextId> = all
            .iter()
            .filter_map(|text| texts.push(text.as_bytes()))
            .collect();
        assert!(
            ids.iter()
                .map(|id| texts.full(*id))
                .eq(all.iter().map(String::as_str))
        );
    }

    #[test]
    fn texts_that_share_an_end_come_back_as_they_were() {
        let (mut texts, mut copies) = (TextStore::default(), TextStore::default());
        let long = "x".repeat(200);
        let all: Vec<String> = (0..20_000)
            .map(|n| match n % 5 {
                0 => format!("<{n}@mail.example.com>"),
                1 => format!("<{n}@host{n}.example.com>"),
                2 => format!("2.0.0 Ok: queued as {n}"),
                3 => format!("2.0.0 Ok {long} {n} ü{long}"),
                _ => ["", " ", "@", "2.0.0", "<a@b>"][n / 5 % 5].to_owned(),
            })
            .collect();
        let push = |(n, text): (usize, &String)| match n % 5 {
            0 | 1 => texts.push_message_id(text.as_bytes()),
            _ => texts.push_reply(text.as_bytes()),
        };
        let ids: Vec<TextId> = all.iter().enumerate().filter_map(push).collect();
        for (id, text) in ids.iter().zip(&all) {
            assert_eq!(texts.full(*id), *text);
            assert!(texts.full(*id).starts_with(texts.prefix(*id)));
            let copy = copies.copy(&texts, *id).unwrap();
            assert_eq!(copies.full(copy), *text);
        }
        assert_eq!(texts.prefix(ids[2]), "2.0.0 Ok: queued as ");
        let endless = format!("<{}@{}>", "x".repeat(LONGEST), "y".repeat(20));
        let cut = texts.push_message_id(endless.as_bytes()).unwrap();
        assert_eq!(texts.full(cut), endless[..LONGEST]);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_endless_ones_cut() {
        let mut texts = TextStore::default();
        let odd = texts.push(b"a\xffb").unwrap();
        let long = texts.push(&vec![b'x'; 3 << 20]).unwrap();
        let wide = texts.push("ü".repeat(1 << 20).as_bytes()).unwrap();
        assert_eq!(texts.full(odd), "a\u{fffd}b");
        assert_eq!(texts.full(long).len(), LONGEST);
        assert_eq!(texts.full(wide).len(), LONGEST);
    }
}
