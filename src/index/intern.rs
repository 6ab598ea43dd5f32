//! Texts of the log, kept once.
//!
//! Most names come from strangers, so the hash is seeded; all text is decoded on the way in (bytes that are no UTF-8
//! become U+FFFD), so that everything behind the index works on text.

use std::borrow::Cow;
use std::num::NonZeroU32;

use memchr::memrchr;

use super::arena::{Arena, End, LONGEST};
use super::column::make_room;
use super::known::Known;
use super::packed::Number;

pub use super::arena::TextId;
pub use super::known::hash;

/// Texts that mostly come once: subjects, message ids, replies.
#[derive(Debug, Default)]
pub struct Texts {
    arena: Arena,
    known: Known<TextId>,
    /// Ends that texts share.
    ends: Interner,
}

impl Texts {
    /// Keeps a text that is not expected again. `None` when no more fits.
    pub fn push(&mut self, text: &[u8]) -> Option<TextId> {
        self.arena.push(&decoded(text), None)
    }

    /// Keeps a reply that is not expected again: others say the same but for its last word, under which it is queued there.
    pub fn push_reply(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let cut = memrchr(b' ', text.as_bytes()).map_or(0, |at| at + 1);
        let (head, own) = text.split_at(cut);
        let end = self.end(head, own).map(End::Head);
        self.arena
            .push(if end.is_some() { own } else { &text }, end)
    }

    /// Keeps a Message-ID: others end on the same domain.
    pub fn push_message_id(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let (own, tail) = text.split_at(memrchr(b'@', text.as_bytes()).unwrap_or(text.len()));
        let end = self.end(tail, own).map(End::Tail);
        self.arena
            .push(if end.is_some() { own } else { &text }, end)
    }

    /// The number of the end that a text shares, beside its own part; `None` where it is too short to be worth one, the
    /// text is too long to be kept whole, or too many others have one.
    fn end(&mut self, text: &str, own: &str) -> Option<u16> {
        if text.len() < LEAST_END || text.len() + own.len() > LONGEST {
            return None;
        }
        let name = if self.ends.len() < End::NUMBERS {
            self.ends.intern(text.as_bytes())
        } else {
            self.ends.find(text)?
        };
        u16::try_from(name.at()).ok()
    }

    /// Copies a text of others.
    pub(super) fn copy(&mut self, other: &Self, id: TextId) -> Option<TextId> {
        let own = other.arena.get(id);
        let end = match other.arena.end(id) {
            None => return self.arena.push(own, None),
            Some(end) => end,
        };
        let number = self.end(other.ends.get(end.name()), own);
        let copied = number.map(|number| match end {
            End::Head(_) => End::Head(number),
            End::Tail(_) => End::Tail(number),
        });
        match copied {
            Some(_) => self.arena.push(own, copied),
            None => self.arena.push(&other.whole(id), None),
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
    pub(super) fn know(&mut self, other: &Self, copy: impl Fn(TextId) -> Option<TextId>) {
        self.known = other.known.moved(copy);
    }

    /// The text.
    pub fn whole(&self, id: TextId) -> Cow<'_, str> {
        let own = self.arena.get(id);
        match self.arena.end(id) {
            None => Cow::Borrowed(own),
            Some(end @ End::Head(_)) => Cow::Owned([self.ends.get(end.name()), own].concat()),
            Some(end @ End::Tail(_)) => Cow::Owned([own, self.ends.get(end.name())].concat()),
        }
    }

    /// The text, or the first part of one that shares an end with others: a reply without its last word. Subjects and
    /// interned texts share none.
    pub fn first(&self, id: TextId) -> &str {
        match self.arena.end(id) {
            Some(end @ End::Head(_)) => self.ends.get(end.name()),
            _ => self.arena.get(id),
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.arena.bytes() + self.known.bytes() + self.ends.bytes()
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

/// Shared ends shorter than this take as much as they save.
const LEAST_END: usize = 8;

impl End {
    fn name(self) -> Name {
        let (Self::Head(number) | Self::Tail(number)) = self;
        Name::new(usize::from(number))
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

impl Number for Option<Name> {
    #[inline]
    fn number(self) -> u64 {
        self.map_or(0, |name| u64::from(name.0.get()))
    }

    #[inline]
    fn of(number: u64) -> Self {
        NonZeroU32::new(number as u32).map(Name)
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
        self.intern_hashed(hash(text), text)
    }

    /// As [`intern`](Self::intern), of a text whose [`hash()`] is known.
    #[inline]
    pub fn intern_hashed(&mut self, hash: u32, text: &[u8]) -> Name {
        match self.find_bytes(hash, text) {
            Some(name) => name,
            None => self.enter(hash, text),
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
    fn enter(&mut self, hashed: u32, text: &[u8]) -> Name {
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
            return Name::new(self.texts.len().saturating_sub(1));
        };
        self.texts[number as usize] = Some(id);
        let name = Name::new(number as usize);
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
                arena.push(self.arena.get(id), None)
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
                .map(|id| texts.whole(*id))
                .eq(all.iter().map(String::as_str))
        );
    }

    #[test]
    fn texts_that_share_an_end_come_back_as_they_were() {
        let (mut texts, mut copies) = (Texts::default(), Texts::default());
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
            assert_eq!(texts.whole(*id), *text);
            assert!(texts.whole(*id).starts_with(texts.first(*id)));
            let copy = copies.copy(&texts, *id).unwrap();
            assert_eq!(copies.whole(copy), *text);
        }
        assert_eq!(texts.first(ids[2]), "2.0.0 Ok: queued as ");
        let endless = format!("<{}@{}>", "x".repeat(LONGEST), "y".repeat(20));
        let cut = texts.push_message_id(endless.as_bytes()).unwrap();
        assert_eq!(texts.whole(cut), endless[..LONGEST]);
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced_and_endless_ones_cut() {
        let mut texts = Texts::default();
        let odd = texts.push(b"a\xffb").unwrap();
        let long = texts.push(&vec![b'x'; 3 << 20]).unwrap();
        let wide = texts.push("ü".repeat(1 << 20).as_bytes()).unwrap();
        assert_eq!(texts.whole(odd), "a\u{fffd}b");
        assert_eq!(texts.whole(long).len(), LONGEST);
        assert_eq!(texts.whole(wide).len(), LONGEST);
    }
}
