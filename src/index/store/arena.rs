//! TextStore end to end.
//!
//! Many texts share one of their ends: a far end's `2.0.0 Ok: queued as …`, the domain of a Message-ID. Such an end may be
//! kept once and named by a number in front of the rest.

use std::num::NonZeroU32;
use std::ops::Range;

/// TextStore end to end in chunks, each behind its length. A text is found by where it begins.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    chunks: Vec<String>,
}

const CHUNK_BITS: u32 = 20;
const CHUNK: usize = 1 << CHUNK_BITS;
/// Longer texts are cut: nothing that long is a name, a subject or a reply.
pub(crate) const LONGEST: usize = 64 * 1024;
/// A text's length stands before it in one character, so that a chunk stays text: a blank is 0. A longer one's stands
/// behind this mark in characters that carry 6 bits each.
const LONG: u8 = b'~';
/// These marks stand before the number of a shared end, in two characters that carry 7 bits each, and the text's own part.
const HEAD: u8 = 0x7f;
const TAIL: u8 = b'}';
/// The most characters before a text.
const MOST_BEFORE: usize = 7;

/// Where a text begins, plus one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(NonZeroU32);

/// An end that a text shares with others, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SharedAffix {
    /// It begins so.
    Prefix(u16),
    /// It ends so.
    Suffix(u16),
}

impl SharedAffix {
    /// How many numbers there are.
    pub const NUMBERS: usize = 1 << 14;
}

impl Arena {
    /// `None` when 4 GiB of text are held. The text is its own part where it shares an end.
    pub fn push(&mut self, text: &str, end: Option<SharedAffix>) -> Option<TextId> {
        let text = &text[..text.floor_char_boundary(LONGEST)];
        let full = |chunk: &String| chunk.len() + MOST_BEFORE + text.len() > CHUNK;
        if self.chunks.last().is_none_or(full) {
            // What takes little is not given much.
            let room = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(String::with_capacity(room));
        }
        let number = self.chunks.len() - 1;
        let chunk = self.chunks.last_mut()?;
        let at = u32::try_from((number << CHUNK_BITS) + chunk.len() + 1).ok()?;
        if let Some(end) = end {
            let (mark, number) = match end {
                SharedAffix::Prefix(number) => (HEAD, number),
                SharedAffix::Suffix(number) => (TAIL, number),
            };
            let character = |value: u16| char::from(u8::try_from(value & 127).unwrap_or(0));
            chunk.extend([char::from(mark), character(number >> 7), character(number)]);
        }
        let character = |value: usize| char::from(b' ' + u8::try_from(value).unwrap_or(0));
        if text.len() < usize::from(TAIL - b' ') {
            chunk.push(character(text.len()));
        } else {
            chunk.push(char::from(LONG));
            chunk.extend([12, 6, 0].map(|shift| character(text.len() >> shift & 63)));
        }
        chunk.push_str(text);
        NonZeroU32::new(at).map(TextId)
    }

    /// The text, or its own part where it shares an end.
    pub fn get(&self, id: TextId) -> &str {
        let (chunk, at) = self.place(id);
        &chunk[text_at(chunk, at)]
    }

    /// The end that the text shares.
    #[inline]
    pub fn end(&self, id: TextId) -> Option<SharedAffix> {
        let (chunk, at) = self.place(id);
        let chunk = chunk.as_bytes();
        let number = || u16::from(chunk[at + 1]) << 7 | u16::from(chunk[at + 2]);
        match chunk[at] {
            HEAD => Some(SharedAffix::Prefix(number())),
            TAIL => Some(SharedAffix::Suffix(number())),
            _ => None,
        }
    }

    /// The same as [`get`](Self::get) where it is only compared: that it is text need not be looked at.
    #[inline]
    pub fn get_bytes(&self, id: TextId) -> &[u8] {
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
    pub fn prefetch(&self, id: TextId) -> u32 {
        let (chunk, at) = self.place(id);
        let chunk = chunk.as_bytes();
        // Every second name goes on in the next line of the cache.
        let behind = (at + 32).min(chunk.len() - 1);
        u32::from(chunk[at]) + u32::from(chunk[behind])
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.chunks.iter().map(String::capacity).sum()
    }
}

/// Where the text stands whose length, or shared end, stands there.
#[inline]
fn text_at(chunk: &str, at: usize) -> Range<usize> {
    let chunk = chunk.as_bytes();
    let at = match chunk[at] {
        HEAD | TAIL => at + 3,
        _ => at,
    };
    let (start, length) = match chunk[at] {
        LONG => {
            let characters = &chunk[at + 1..at + 4];
            let length = characters
                .iter()
                .fold(0, |sum, b| sum << 6 | usize::from(b - b' '));
            (at + 4, length)
        }
        short => (at + 1, usize::from(short - b' ')),
    };
    start..start + length
}
