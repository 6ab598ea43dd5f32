//! Small steps over a line's bytes that all families share.

use memchr::memmem;

/// The number at the start of `text`, and what follows it. `None` without a digit or beyond 64 bits.
pub fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    let mut used = 0;
    for digit in text.iter().take_while(|b| b.is_ascii_digit()) {
        value = value
            .checked_mul(10)?
            .checked_add(u64::from(digit - b'0'))?;
        used += 1;
    }
    (used > 0).then(|| (value, &text[used..]))
}

/// The id behind `word`, in each of the spellings `ICID 4`, `ICID: 4` and `ICID 4:`, and what follows its blank.
pub fn id<'a>(text: &'a [u8], word: &[u8]) -> Option<(u64, &'a [u8])> {
    let rest = text.strip_prefix(word)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest).strip_prefix(b" ")?;
    let (value, rest) = number(rest)?;
    match rest {
        [] => Some((value, rest)),
        [b' ', rest @ ..] | [b':', b' ', rest @ ..] | [b',', b' ', rest @ ..] => {
            Some((value, rest))
        }
        [b':'] => Some((value, &[])),
        _ => None,
    }
}

/// Both sides of the first `mark`.
pub fn split_first<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::find(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Both sides of the last `mark`: what stands before it may be a stranger's text.
pub fn split_last<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memmem::rfind(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// The text without one pair of equal quotes around it.
pub fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
        _ => text,
    }
}

/// An address without its angle brackets.
pub fn address(text: &[u8]) -> &[u8] {
    match text {
        [b'<', inner @ .., b'>'] => inner,
        _ => text,
    }
}

/// Recipients as a line lists them: `[0, 1]`, `[0]` or `0`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rids<'a>(&'a [u8]);

impl<'a> Rids<'a> {
    /// The list at the start of `text`, and what follows it.
    pub fn parse(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
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

    /// The recipients' numbers.
    pub fn iter(self) -> impl Iterator<Item = super::Rid> + use<'a> {
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
