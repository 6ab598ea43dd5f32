//! Texts that mostly come once: subjects, message ids, replies.

use std::borrow::Cow;

use memchr::memrchr;

use super::arena::{Arena, MAX_LENGTH, SharedAffix, TextId};
use super::hash_index::{HashIndex, hash};
use super::intern::{Interner, Symbol, decoded};

#[cfg(test)]
mod tests;

/// A shared affix shorter than this takes as much memory as it saves.
const MIN_AFFIX: usize = 8;

#[derive(Debug, Default)]
pub(crate) struct TextStore {
    arena: Arena,
    known: HashIndex<TextId>,
    affixes: Interner,
}

impl TextStore {
    /// Stores a text that is not expected again. `None` if the store is full.
    pub(crate) fn push(&mut self, text: &[u8]) -> Option<TextId> {
        self.arena.push(&decoded(text), None)
    }

    /// Stores a reply that is not expected again: others differ in the last word only, the far
    /// end's queue id.
    pub(crate) fn push_reply(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let cut = memrchr(b' ', text.as_bytes()).map_or(0, |at| at + 1);
        let (prefix, own) = text.split_at(cut);
        let affix = self.affix(prefix, own).map(SharedAffix::Prefix);
        let stored = if affix.is_some() { own } else { &text };
        self.arena.push(stored, affix)
    }

    /// Stores a Message-ID: others end with the same domain.
    pub(crate) fn push_message_id(&mut self, text: &[u8]) -> Option<TextId> {
        let text = decoded(text);
        let (own, suffix) = text.split_at(memrchr(b'@', text.as_bytes()).unwrap_or(text.len()));
        let affix = self.affix(suffix, own).map(SharedAffix::Suffix);
        let stored = if affix.is_some() { own } else { &text };
        self.arena.push(stored, affix)
    }

    /// The number of the affix `text` beside the own part of a text. `None` if the affix is too
    /// short to be worth it, if the whole text is cut, or if there are too many affixes.
    fn affix(&mut self, text: &str, own: &str) -> Option<u16> {
        if text.len() < MIN_AFFIX || text.len() + own.len() > MAX_LENGTH {
            return None;
        }
        let name = if self.affixes.len() < SharedAffix::NUMBERS {
            self.affixes.intern(text.as_bytes())
        } else {
            self.affixes.find(text)?
        };
        u16::try_from(name.at()).ok()
    }

    fn affix_text(&self, number: u16) -> &str {
        self.affixes.get(Symbol::new(usize::from(number)))
    }

    /// Stores a text of another store.
    pub(crate) fn copy(&mut self, other: &Self, id: TextId) -> Option<TextId> {
        let own = other.arena.get(id);
        let copied = match other.arena.affix(id) {
            None => return self.arena.push(own, None),
            Some(SharedAffix::Prefix(number)) => self
                .affix(other.affix_text(number), own)
                .map(SharedAffix::Prefix),
            Some(SharedAffix::Suffix(number)) => self
                .affix(other.affix_text(number), own)
                .map(SharedAffix::Suffix),
        };
        match copied {
            Some(_) => self.arena.push(own, copied),
            None => self.arena.push(&other.full(id), None),
        }
    }

    /// Stores a text that may come again.
    pub(crate) fn intern(&mut self, text: &[u8]) -> Option<TextId> {
        if let Some(id) = self.find(hash(text), text) {
            return Some(id);
        }
        let decoded = decoded(text);
        let stored = &decoded[..decoded.floor_char_boundary(MAX_LENGTH)];
        let hash = hash(stored.as_bytes());
        if let Some(id) = self.find(hash, stored.as_bytes()) {
            return Some(id);
        }
        let id = self.arena.push(stored, None)?;
        self.known.insert(hash, id);
        Some(id)
    }

    fn find(&self, hash: u32, text: &[u8]) -> Option<TextId> {
        (self.known).find(hash, |id| self.arena.get_bytes(id) == text)
    }

    /// Takes over the interned texts of another store; `copy` maps each to its copy here.
    pub(crate) fn adopt_interned(&mut self, other: &Self, copy: impl Fn(TextId) -> Option<TextId>) {
        self.known = other.known.renumbered(copy);
    }

    pub(crate) fn full(&self, id: TextId) -> Cow<'_, str> {
        let own = self.arena.get(id);
        match self.arena.affix(id) {
            None => Cow::Borrowed(own),
            Some(SharedAffix::Prefix(number)) => {
                Cow::Owned([self.affix_text(number), own].concat())
            }
            Some(SharedAffix::Suffix(number)) => {
                Cow::Owned([own, self.affix_text(number)].concat())
            }
        }
    }

    /// The shared prefix of a reply, which lacks its last word; the full text of subjects and
    /// interned texts, which share none.
    pub(crate) fn prefix(&self, id: TextId) -> &str {
        match self.arena.affix(id) {
            Some(SharedAffix::Prefix(number)) => self.affix_text(number),
            _ => self.arena.get(id),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.arena.bytes() + self.known.bytes() + self.affixes.bytes()
    }
}
