//! Parses SMTP replies, which the appliance writes as Python literals.
//!
//! ```text
//! ('535', ['5.7.8 Error: authentication failed: authentication failure'])
//! ('000', ['[Errno 54] Connection reset by peer']) []
//! ('550', ["5.1.1 can't deliver", '5.1.1 see https://help.example/'])
//! ```

use memchr::memchr2;

use super::scan::number;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reply<'a> {
    /// `None` for `000`, the appliance's own errors, and for a text without a code.
    pub code: Option<u16>,
    /// The list of reply lines without its brackets, or plain text.
    raw: &'a [u8],
    /// Whether `raw` is a list.
    listed: bool,
}

impl<'a> Reply<'a> {
    /// Parses a tuple that extends to the end of `text` (a list of logged headers may follow). `None`
    /// otherwise: text by a stranger before a reply must not be taken for it.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let rest = text.strip_prefix(b"('")?;
        let (code, rest) = number(rest)?;
        let list = rest.strip_prefix(b"', [")?;
        let length = list_length(list)?;
        let after = list[length..].strip_prefix(b"])")?;
        is_header_list(after).then_some(())?;
        let code = u16::try_from(code)
            .ok()
            .filter(|code| (100..1000).contains(code));
        Some(Self {
            code,
            raw: &list[..length],
            listed: true,
        })
    }

    /// Parses what releases before 5.0 write after a double bounce: `501-'5.5.4 Invalid Address'`.
    /// Returns the text before it, too.
    pub(crate) fn old(text: &'a [u8]) -> Option<(&'a [u8], Self)> {
        let end = text.strip_suffix(b"'")?.len();
        let open = super::scan::find(text, b"-'").filter(|at| *at >= 3 && at + 2 <= end)?;
        let (code, rest) = number(&text[open - 3..])?;
        (rest.len() == text.len() - open).then_some(())?;
        let reply = Self {
            code: u16::try_from(code).ok().filter(|code| *code >= 100),
            raw: &text[open + 1..],
            listed: true,
        };
        Some((text[..open - 3].trim_ascii_end(), reply))
    }

    /// A reply that is not a tuple.
    pub(crate) fn plain(text: &'a [u8]) -> Self {
        Self {
            code: None,
            raw: text,
            listed: false,
        }
    }

    /// The reply lines without quotes, joined by a blank.
    pub(crate) fn text(&self) -> Vec<u8> {
        if !self.listed {
            return self.raw.to_vec();
        }
        let mut text = Vec::with_capacity(self.raw.len());
        let mut rest = self.raw;
        'strings: while let Some(open) = rest.iter().position(|b| *b == b'\'' || *b == b'"') {
            let quote = rest[open];
            rest = &rest[open + 1..];
            if !text.is_empty() {
                text.push(b' ');
            }
            while let Some(end) = memchr2(quote, b'\\', rest) {
                text.extend_from_slice(&rest[..end]);
                let special = rest[end];
                rest = &rest[end + 1..];
                match rest.first() {
                    _ if special == quote => continue 'strings,
                    Some(&next) if matches!(next, b'\'' | b'"' | b'\\') => {
                        text.push(next);
                        rest = &rest[1..];
                    }
                    _ => text.push(special),
                }
            }
            text.extend_from_slice(rest);
            break;
        }
        text
    }
}

/// Whether the text is empty or a complete list of logged headers: ` []`, ` [('X-SBRS', '3.5'),
/// ('from', '"a" <a@b>')]`. Strangers write headers and the addresses before the
/// reply: accepting an incomplete list would let them choose where the tuple ends.
fn is_header_list(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    text.is_empty()
        || text
            .strip_prefix(b" [")
            .and_then(|list| list.strip_suffix(b"]"))
            .is_some_and(|list| headers(list).is_some())
}

fn headers(mut list: &[u8]) -> Option<()> {
    while !list.is_empty() {
        list = string(list.strip_prefix(b"(")?)?;
        list = string(list.strip_prefix(b", ")?)?.strip_prefix(b")")?;
        if !list.is_empty() {
            list = list.strip_prefix(b", ").filter(|more| !more.is_empty())?;
        }
    }
    Some(())
}

/// The text after the Python string literal at its start.
fn string(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"u").unwrap_or(text);
    let (quote, text) = text
        .split_first()
        .filter(|(b, _)| matches!(b, b'\'' | b'"'))?;
    text.get(closing_quote(text, *quote)? + 1..)
}

/// The index of the quote that closes the string.
fn closing_quote(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr2(quote, b'\\', text.get(at..)?)?;
        if text[at] == quote {
            return Some(at);
        }
        at += 2;
    }
}

/// The length of a list of quoted strings without its closing bracket.
fn list_length(list: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match list.get(at)? {
            b']' => return Some(at),
            b',' | b' ' => at += 1,
            // Python 2 marks text outside ASCII: u'…'
            b'u' if matches!(list.get(at + 1), Some(b'\'' | b'"')) => at += 1,
            quote @ (b'\'' | b'"') => at = string_end(list, at + 1, *quote)?,
            _ => return None,
        }
    }
}

/// The index after the closing quote, which only `,` or `]` may follow.
fn string_end(list: &[u8], at: usize, quote: u8) -> Option<usize> {
    let end = at + closing_quote(list.get(at..)?, quote)? + 1;
    matches!(list.get(end)?, b',' | b']').then_some(end)
}

/// The RFC 3463 code at the start of a text: `5.7.8` of `5.7.8 Error: …`.
pub(crate) fn enhanced_code(text: &[u8]) -> Option<&[u8]> {
    let (class, rest) = number(text)?;
    let (_, rest) = number(rest.strip_prefix(b".")?)?;
    let (_, rest) = number(rest.strip_prefix(b".")?)?;
    let code = &text[..text.len() - rest.len()];
    let bounded = matches!(rest.first(), None | Some(b' ' | b':' | b',' | b';' | b'-'));
    (matches!(class, 2 | 4 | 5) && text[1] == b'.' && code.len() <= 9 && bounded).then_some(code)
}
