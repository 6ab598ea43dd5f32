//! Scanning of a line's bytes, shared by all line families.

/// The number at the start of `text`, and the rest. `None` without a digit or beyond 64 bits.
///
/// Every line has ids, nearly all of fewer than eight digits: those are parsed at once instead of
/// digit by digit (20 instructions instead of 60).
#[inline]
pub(crate) fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let Some(first) = text.first_chunk() else {
        return number_by_digits(text);
    };
    let (digits, value) = leading_digits(*first);
    match digits {
        0 => None,
        8 => number_by_digits(text),
        _ => Some((value, &text[digits..])),
    }
}

/// The count of leading digits, and their value.
#[inline]
fn leading_digits(bytes: [u8; 8]) -> (usize, u64) {
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    // A digit becomes 0 to 9: only then neither it nor it plus 118 has its highest bit set. A carry
    // only changes bytes after the first non-digit, which do not count.
    let values = u64::from_le_bytes(bytes) ^ u64::from_le_bytes([b'0'; 8]);
    let others = (values.wrapping_add(u64::from_le_bytes([118; 8])) | values) & HIGH;
    let digits = others.trailing_zeros() / 8;
    if digits == 0 {
        return (0, 0);
    }
    // Shift zeros in to make eight digits, then combine neighbours: twos, fours, eights.
    let eight = values << (64 - 8 * digits);
    let twos = eight.wrapping_mul(10).wrapping_add(eight >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = twos.wrapping_mul(100).wrapping_add(twos >> 16) & 0x0000_ffff_0000_ffff;
    let value = (fours.wrapping_mul(10_000)).wrapping_add(fours >> 32) & 0xffff_ffff;
    (digits as usize, value)
}

fn number_by_digits(text: &[u8]) -> Option<(u64, &[u8])> {
    // Nineteen digits always fit 64 bits.
    let mut value = 0u64;
    for (used, byte) in text.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (used > 0).then(|| (value, &text[used..]));
        }
        if used == 19 {
            return number_checked(text);
        }
        value = value * 10 + u64::from(digit);
    }
    (!text.is_empty()).then_some((value, &[]))
}

#[cold]
fn number_checked(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut value = 0u64;
    for digit in &text[..digits] {
        value = value
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
    }
    Some((value, &text[digits..]))
}

/// The id after `word`, in each of the spellings `ICID 4`, `ICID: 4`, `ICID 4:`, `ICID 4,` and
/// `ICID 4)`, and the rest after its blank.
#[inline(always)]
pub(crate) fn id<'a>(text: &'a [u8], word: &[u8]) -> Option<(u64, &'a [u8])> {
    // Callers pass a constant word: inlined, it is compared in one step.
    id_behind_word(text.strip_prefix(word)?)
}

#[inline(always)]
fn id_behind_word(rest: &[u8]) -> Option<(u64, &[u8])> {
    // Nearly all ids are between two blanks: those take the fast path (all spellings took 72
    // instructions).
    if let [b' ', text @ ..] = rest
        && let Some(first) = text.first_chunk()
    {
        let (digits, value) = leading_digits(*first);
        if digits > 0 && first.get(digits) == Some(&b' ') {
            return Some((value, &text[digits + 1..]));
        }
    }
    id_of_any_spelling(rest)
}

fn id_of_any_spelling(rest: &[u8]) -> Option<(u64, &[u8])> {
    let rest = match rest {
        [b' ', rest @ ..] | [b':', b' ', rest @ ..] => rest,
        _ => return None,
    };
    let (value, rest) = number(rest)?;
    match rest {
        [] => Some((value, rest)),
        [b' ', rest @ ..] | [b':', b' ', rest @ ..] | [b',', b' ', rest @ ..] => {
            Some((value, rest))
        }
        [b':' | b')'] => Some((value, &[])),
        [b')', b' ', rest @ ..] => Some((value, rest)),
        _ => None,
    }
}

/// Fixed words that end a field.
///
/// Lines are short and each delimiter is searched once, so preparing a general search takes longer
/// than searching the delimiter's rarest byte, which is found at compile time. A line full of that
/// byte costs at most one comparison of the delimiter per byte.
#[derive(Clone, Copy)]
pub(crate) struct Delimiter<'m> {
    text: &'m [u8],
    /// The index of its rarest byte.
    rare: usize,
}

impl<'m> Delimiter<'m> {
    /// `text` must not be empty.
    pub(crate) const fn new(text: &'m [u8]) -> Self {
        let (mut rare, mut at) = (0, 1);
        while at < text.len() {
            if frequency(text[at]) < frequency(text[rare]) {
                rare = at;
            }
            at += 1;
        }
        Self { text, rare }
    }

    #[inline]
    pub(crate) fn find(&self, text: &[u8]) -> Option<usize> {
        let mut from = self.rare;
        let byte = self.text[self.rare];
        while let Some(found) = text.get(from..).and_then(|rest| memchr::memchr(byte, rest)) {
            let at = from + found - self.rare;
            if text[at..].starts_with(self.text) {
                return Some(at);
            }
            from += found + 1;
        }
        None
    }

    /// All matches without overlaps.
    #[inline]
    pub(crate) fn find_iter(self, text: &[u8]) -> impl Iterator<Item = usize> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let at = from + self.find(text.get(from..)?)?;
            from = at + self.text.len();
            Some(at)
        })
    }

    #[inline]
    pub(crate) fn rfind(&self, text: &[u8]) -> Option<usize> {
        let mut until = text.len();
        let byte = self.text[self.rare];
        while let Some(found) = memchr::memrchr(byte, &text[..until]) {
            if found >= self.rare && text[found - self.rare..].starts_with(self.text) {
                return Some(found - self.rare);
            }
            until = found;
        }
        None
    }

    /// The text before and after the first match.
    #[inline]
    pub(crate) fn split_first<'a>(&self, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let at = self.find(text)?;
        Some((&text[..at], &text[at + self.text.len()..]))
    }

    /// The text before and after the last match: text before it may be written by a stranger.
    #[inline]
    pub(crate) fn split_last<'a>(&self, text: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let at = self.rfind(text)?;
        Some((&text[..at], &text[at + self.text.len()..]))
    }
}

/// Rank of a byte's frequency in log lines: capitals and signs are rarer than small letters, those
/// rarer than blanks.
const fn frequency(byte: u8) -> u8 {
    match byte {
        b' ' => 3,
        b'a'..=b'z' | b'.' | b':' => 2,
        _ => 1,
    }
}

pub(crate) fn split_first<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    Delimiter::new(mark).split_first(text)
}

pub(crate) fn split_last<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    Delimiter::new(mark).split_last(text)
}

pub(crate) fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    Delimiter::new(mark).find(text)
}

pub(crate) fn rfind(text: &[u8], mark: &[u8]) -> Option<usize> {
    Delimiter::new(mark).rfind(text)
}

/// The text without one pair of equal quotes around it.
pub(crate) fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
        _ => text,
    }
}

/// An address without its angle brackets.
pub(crate) fn address(text: &[u8]) -> &[u8] {
    match text {
        [b'<', inner @ .., b'>'] => inner,
        _ => text,
    }
}

/// A list of recipient ids in a line: `[0, 1]`, `[0]` or `0`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rids<'a>(&'a [u8]);

impl<'a> Rids<'a> {
    /// The list at the start of `text`, and the rest.
    #[inline]
    pub(crate) fn parse(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let text = text.strip_prefix(b" ").unwrap_or(text);
        if let Some(list) = text.strip_prefix(b"[") {
            let end = list
                .iter()
                .position(|b| !b.is_ascii_digit() && *b != b',' && *b != b' ')?;
            return (list[end] == b']').then(|| (Self(&list[..end]), &list[end + 1..]));
        }
        let (_, rest) = number(text)?;
        Some((Self(&text[..text.len() - rest.len()]), rest))
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = super::Rid> + use<'a> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            while let [first, tail @ ..] = rest {
                if let Some((value, tail)) = number(rest) {
                    rest = tail;
                    return Some(super::Rid(value));
                }
                // A number beyond 64 bits names no recipient.
                rest = if first.is_ascii_digit() {
                    &tail[tail.iter().take_while(|b| b.is_ascii_digit()).count()..]
                } else {
                    tail
                };
            }
            None
        })
    }
}

#[cfg(test)]
mod tests;
