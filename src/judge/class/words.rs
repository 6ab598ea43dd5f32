//! Finds the words of a table in the text of a reply: each word of the text is looked at once.

use hashbrown::HashMap;

use super::table::{Texts, When};
use super::{Class, is_temporary};
use crate::event::enhanced_code;

/// For each number of letters that a key has, where they are in it.
const MASKS: [u32; 3] = [0xffff, 0xff_ffff, u32::MAX];

type Index<K> = HashMap<K, Vec<Word>, foldhash::fast::RandomState>;

/// A table with an index of its words. Many begin with the same word, as "mailbox" or "sender".
pub(super) struct Words {
    table: &'static [Texts],
    /// What follows the first of several words, by the [`hash`] of the first.
    by_first: Index<u64>,
    /// Single words, by up to four of their first letters.
    by_head: Index<u32>,
    /// Entries that need several words.
    several: Vec<Several>,
}

#[derive(Clone, Copy)]
struct Word {
    text: &'static [u8],
    meaning: Meaning,
}

#[derive(Clone, Copy)]
enum Meaning {
    /// It decides the row.
    Row(usize),
    /// A part of an entry of `several`, as a bit.
    Part(usize, u8),
}

struct Several {
    row: usize,
    all: u8,
}

/// What was found in a text.
struct Found {
    row: Option<usize>,
    /// The parts of each entry of `several`.
    parts: [u8; 64],
}

impl Words {
    pub(super) fn new(table: &'static [Texts]) -> Self {
        let mut words = Self {
            table,
            by_first: HashMap::default(),
            by_head: HashMap::default(),
            several: Vec::new(),
        };
        for (row, texts) in table.iter().enumerate() {
            for phrase in texts.words {
                words.add(row, phrase);
            }
        }
        words
    }

    fn add(&mut self, row: usize, phrase: &'static str) {
        let parts = phrase.split(" & ").enumerate();
        let count = parts.clone().count();
        for (part, text) in parts {
            let meaning = match count {
                1 => Meaning::Row(row),
                _ => Meaning::Part(self.several.len(), 1 << part),
            };
            self.index(text, meaning);
        }
        if count > 1 {
            let all = (1 << count) - 1;
            self.several.push(Several { row, all });
        }
    }

    fn index(&mut self, text: &'static str, meaning: Meaning) {
        let letters = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (list, text) = match text.split_once(' ') {
            Some((first, rest)) => {
                let list = self.by_first.entry(hash(first.as_bytes()));
                (list.or_default(), rest)
            }
            None => {
                let mask = MASKS[letters.clamp(2, 4) - 2];
                let list = self.by_head.entry(head(text.as_bytes()) & mask);
                (list.or_default(), text)
            }
        };
        let text = text.as_bytes();
        list.push(Word { text, meaning });
    }

    /// The class of the first row that the text matches.
    pub(super) fn class(&self, code: u16, text: &[u8]) -> Option<Class> {
        let mut found = Found {
            row: None,
            parts: [0; 64],
        };
        let (mut in_word, mut in_url) = (false, false);
        for (at, byte) in text.iter().enumerate() {
            let inner = byte.is_ascii_alphanumeric();
            if inner && !in_word {
                self.look(code, &text[at..], in_url, &mut found);
            } else if !inner {
                in_url = match byte {
                    b':' => in_url || text[at..].starts_with(b"://"),
                    other => in_url && !other.is_ascii_whitespace(),
                };
            }
            in_word = inner;
        }
        for (entry, parts) in self.several.iter().zip(found.parts) {
            if parts == entry.all {
                self.note(code, entry.row, &mut found.row);
            }
        }
        found.row.map(|row| self.table[row].class)
    }

    /// Notes the words of the table that begin here.
    fn look(&self, code: u16, text: &[u8], in_url: bool, found: &mut Found) {
        let end = text.iter().position(|byte| !byte.is_ascii_alphanumeric());
        let end = end.unwrap_or(text.len());
        if let Some(words) = self.by_first.get(&hash(&text[..end]))
            && let Some(rest) = after_blank(&text[end..])
        {
            self.match_all(code, words, rest, in_url, found);
        }
        let head = head(text);
        for mask in MASKS {
            if let Some(words) = self.by_head.get(&(head & mask)) {
                self.match_all(code, words, text, in_url, found);
            }
        }
    }

    fn match_all(&self, code: u16, words: &[Word], text: &[u8], in_url: bool, found: &mut Found) {
        for word in words.iter().filter(|word| word.is_at(text)) {
            match word.meaning {
                // A link to a page about spam says nothing, but that of a list names the list.
                Meaning::Row(row) if in_url && self.table[row].class != Class::Listed => {}
                Meaning::Row(row) => self.note(code, row, &mut found.row),
                Meaning::Part(entry, part) => found.parts[entry] |= part,
            }
        }
    }

    /// A row that is found counts if it is for such a code and no row before it is found.
    fn note(&self, code: u16, row: usize, first: &mut Option<usize>) {
        if self.table[row].when.applies(code) && first.is_none_or(|first| row < first) {
            *first = Some(row);
        }
    }
}

impl Word {
    /// A blank of a word is any run of other characters and an enhanced code, which begins each line
    /// of a reply. `|` is the end of a word of the text.
    fn is_at(&self, text: &[u8]) -> bool {
        let mut rest = text;
        for expected in self.text {
            match (expected, rest.first()) {
                (b'|', next) => return next.is_none_or(|b| !b.is_ascii_alphanumeric()),
                (b' ', _) => match after_blank(rest) {
                    Some(after) => rest = after,
                    None => return false,
                },
                (_, Some(byte)) if byte.eq_ignore_ascii_case(expected) => rest = &rest[1..],
                _ => return false,
            }
        }
        true
    }
}

/// The text behind a run of other characters than letters and digits, and behind an enhanced code.
fn after_blank(text: &[u8]) -> Option<&[u8]> {
    let between = separators(text);
    let after = &text[between..];
    if between == 0 {
        return None;
    }
    if !matches!(after.first(), Some(b'2' | b'4' | b'5')) {
        return Some(after);
    }
    let code = enhanced_code(after).map_or(0, <[u8]>::len);
    Some(&after[code + separators(&after[code..])..])
}

impl When {
    pub(super) fn applies(self, code: u16) -> bool {
        match self {
            Self::Always => true,
            Self::Temporary => is_temporary(code),
            Self::Permanent => !is_temporary(code),
        }
    }
}

/// The length of the run of other characters than letters and digits.
fn separators(text: &[u8]) -> usize {
    let end = text.iter().position(u8::is_ascii_alphanumeric);
    end.unwrap_or(text.len())
}

/// FNV-1a of a word in lower case.
fn hash(word: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    word.iter().fold(start, |hash: u64, byte| {
        (hash ^ u64::from(byte | 0x20)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The first four bytes, letters in lower case.
fn head(text: &[u8]) -> u32 {
    let mut bytes = [0; 4];
    let length = text.len().min(4);
    bytes[..length].copy_from_slice(&text[..length]);
    u32::from_le_bytes(bytes) | 0x2020_2020
}
