//! Small steps over a line's bytes that all families share.

/// The number at the start of `text`, and what follows it. `None` without a digit or beyond 64 bits.
#[inline]
pub fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    // Nineteen digits always fit 64 bits: all but the strangest lines need no further check.
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

/// The id behind `word`, in each of the spellings `ICID 4`, `ICID: 4`, `ICID 4:`, `ICID 4,` and `ICID 4)`, and what follows its blank.
#[inline]
pub fn id<'a>(text: &'a [u8], word: &[u8]) -> Option<(u64, &'a [u8])> {
    let rest = text.strip_prefix(word)?;
    let rest = rest.strip_prefix(b":").unwrap_or(rest).strip_prefix(b" ")?;
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

/// Both sides of the first `mark`.
pub fn split_first<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = find(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Both sides of the last `mark`: what stands before it may be a stranger's text.
pub fn split_last<'a>(text: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = rfind(text, mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Where the first `mark` stands.
///
/// Lines are short and marks are looked for once: preparing a general search takes longer than looking for the mark's
/// rarest byte. Endless lines of that byte cost no more than a mark's length each.
pub fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    let (rare, byte) = rarest(mark);
    let mut from = rare;
    while let Some(found) = text.get(from..).and_then(|rest| memchr::memchr(byte, rest)) {
        let at = from + found - rare;
        if text[at..].starts_with(mark) {
            return Some(at);
        }
        from += found + 1;
    }
    None
}

/// Where the last `mark` stands.
pub fn rfind(text: &[u8], mark: &[u8]) -> Option<usize> {
    let (rare, byte) = rarest(mark);
    let mut until = text.len();
    while let Some(found) = memchr::memrchr(byte, &text[..until]) {
        if found >= rare && text[found - rare..].starts_with(mark) {
            return Some(found - rare);
        }
        until = found;
    }
    None
}

/// The byte of a mark that log lines hold least of: capitals and signs before small letters before blanks.
fn rarest(mark: &[u8]) -> (usize, u8) {
    let rank = |b: u8| match b {
        b' ' => 3,
        b'a'..=b'z' | b'.' | b':' => 2,
        _ => 1,
    };
    let (mut best, mut byte) = (0, b' ');
    for (at, b) in mark.iter().enumerate() {
        if at == 0 || rank(*b) < rank(byte) {
            (best, byte) = (at, *b);
        }
    }
    (best, byte)
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
