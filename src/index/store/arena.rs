//! Texts in chunks of memory, each after its length.
//!
//! Many texts share a prefix or a suffix: the reply `2.0.0 Ok: queued as …`, the domain of a
//! Message-ID. Such an affix can be stored once; its number is then stored before the rest of the
//! text.

use std::num::NonZeroU32;
use std::ops::Range;

#[derive(Debug, Default)]
pub(super) struct Arena {
    chunks: Vec<String>,
}

const CHUNK_BITS: u32 = 20;
const CHUNK: usize = 1 << CHUNK_BITS;
/// Longer texts are cut: no name, subject or reply is that long.
pub(super) const MAX_LENGTH: usize = 64 * 1024;
/// The length of a short text is stored in one character, so that a chunk stays text: a blank is 0.
/// A longer length is stored after this mark, in three characters of 6 bits each.
const LONG: u8 = b'~';
/// The number of a shared affix is stored after one of these marks, in two characters of 7 bits
/// each; the length and the text's own part follow.
const PREFIX: u8 = 0x7f;
const SUFFIX: u8 = b'}';
/// Bytes in front of a text at most.
const MAX_HEAD: usize = 7;

/// The offset of a text, plus one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct TextId(NonZeroU32);

/// A prefix or suffix that a text shares with others, by its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SharedAffix {
    Prefix(u16),
    Suffix(u16),
}

impl SharedAffix {
    pub(super) const NUMBERS: usize = 1 << 14;
}

impl Arena {
    /// Stores a text, without the affix if it shares one. `None` if the arena holds 4 GiB.
    pub(super) fn push(&mut self, text: &str, affix: Option<SharedAffix>) -> Option<TextId> {
        let text = &text[..text.floor_char_boundary(MAX_LENGTH)];
        let is_full = |chunk: &String| chunk.len() + MAX_HEAD + text.len() > CHUNK;
        if self.chunks.last().is_none_or(is_full) {
            // A small arena takes little memory.
            let room = if self.chunks.is_empty() { 0 } else { CHUNK };
            self.chunks.push(String::with_capacity(room));
        }
        let number = self.chunks.len() - 1;
        let chunk = self.chunks.last_mut()?;
        let at = u32::try_from((number << CHUNK_BITS) + chunk.len() + 1).ok()?;
        if let Some(affix) = affix {
            let (mark, number) = match affix {
                SharedAffix::Prefix(number) => (PREFIX, number),
                SharedAffix::Suffix(number) => (SUFFIX, number),
            };
            let character = |value: u16| char::from(u8::try_from(value & 127).unwrap_or(0));
            chunk.extend([char::from(mark), character(number >> 7), character(number)]);
        }
        let character = |value: usize| char::from(b' ' + u8::try_from(value).unwrap_or(0));
        if text.len() < usize::from(SUFFIX - b' ') {
            chunk.push(character(text.len()));
        } else {
            chunk.push(char::from(LONG));
            chunk.extend([12, 6, 0].map(|shift| character(text.len() >> shift & 63)));
        }
        chunk.push_str(text);
        NonZeroU32::new(at).map(TextId)
    }

    /// The text, without a shared affix.
    pub(super) fn get(&self, id: TextId) -> &str {
        let (chunk, at) = self.locate(id);
        &chunk[text_at(chunk, at)]
    }

    #[inline]
    pub(super) fn affix(&self, id: TextId) -> Option<SharedAffix> {
        let (chunk, at) = self.locate(id);
        let chunk = chunk.as_bytes();
        let number = || u16::from(chunk[at + 1]) << 7 | u16::from(chunk[at + 2]);
        match chunk[at] {
            PREFIX => Some(SharedAffix::Prefix(number())),
            SUFFIX => Some(SharedAffix::Suffix(number())),
            _ => None,
        }
    }

    /// Like [`get`](Self::get), for comparisons: without the check for character boundaries.
    #[inline]
    pub(super) fn get_bytes(&self, id: TextId) -> &[u8] {
        let (chunk, at) = self.locate(id);
        &chunk.as_bytes()[text_at(chunk, at)]
    }

    #[inline]
    fn locate(&self, id: TextId) -> (&str, usize) {
        let at = id.0.get() as usize - 1;
        (&self.chunks[at >> CHUNK_BITS], at & (CHUNK - 1))
    }

    /// Prefetches a text; the return value only defeats the optimizer.
    #[inline]
    pub(super) fn prefetch(&self, id: TextId) -> u32 {
        let (chunk, at) = self.locate(id);
        let chunk = chunk.as_bytes();
        // Every second name continues in the next cache line.
        let next = (at + 32).min(chunk.len() - 1);
        u32::from(chunk[at]) + u32::from(chunk[next])
    }

    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(String::capacity).sum()
    }
}

/// The range of the text whose affix mark, or length, is at `at`.
#[inline]
fn text_at(chunk: &str, at: usize) -> Range<usize> {
    let chunk = chunk.as_bytes();
    let at = match chunk[at] {
        PREFIX | SUFFIX => at + 3,
        _ => at,
    };
    let (start, length) = match chunk[at] {
        LONG => {
            let digits = chunk[at + 1..at + 4].iter();
            let length = digits.fold(0, |sum, digit| sum << 6 | usize::from(digit - b' '));
            (at + 4, length)
        }
        short => (at + 1, usize::from(short - b' ')),
    };
    start..start + length
}
