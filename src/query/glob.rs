//! Wildcard patterns with `*` and `?`: they match the whole text, ignoring case.

use super::quote::{quoted_if, value_needs_quotes};

/// A text with `*` and `?`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Glob {
    text: String,
    lower: Vec<char>,
    /// The same pattern if it is ASCII: most are, and so are most names.
    ascii: Option<GlobParts>,
    wild: bool,
}

/// The parts between the `*`, in lower case: the first is a prefix of the text, the last a suffix.
#[derive(Clone, PartialEq, Eq, Debug)]
struct GlobParts(Vec<CaselessFinder>);

/// Finds a lower-case text, ignoring the case of ASCII letters; `?` is any byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct CaselessFinder {
    lower: Vec<u8>,
    /// The offset of its rarest byte, which is searched for; `None` if there are only `?`.
    rare: Option<usize>,
}

/// Letters from the most to the least common in the texts of mail.
const COMMON: &[u8] = b"etaoinsrlhdcumpfgywbvkxjqz";

impl CaselessFinder {
    pub(super) fn new(lower: &str) -> Self {
        let lower = lower.as_bytes().to_vec();
        let common = |byte| memchr::memchr(byte, COMMON).unwrap_or(8);
        let known = (0..lower.len()).filter(|at| lower[*at] != b'?');
        let rare = known.max_by_key(|at| common(lower[*at]));
        Self { lower, rare }
    }

    fn len(&self) -> usize {
        self.lower.len()
    }

    /// Whether a text of the same length is equal.
    fn equals(&self, text: &[u8]) -> bool {
        let mut pairs = self.lower.iter().zip(text);
        pairs.all(|(lower, byte)| *lower == b'?' || *lower == byte.to_ascii_lowercase())
    }

    /// The offset of its first match.
    pub(super) fn find(&self, text: &[u8]) -> Option<usize> {
        let last = text.len().checked_sub(self.len())?;
        let Some(rare) = self.rare else {
            return Some(0);
        };
        let byte = self.lower[rare];
        let upper = byte.to_ascii_uppercase();
        let mut at = 0;
        while at <= last {
            at += memchr::memchr2(byte, upper, &text[at + rare..=last + rare])?;
            if self.equals(&text[at..at + self.len()]) {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}

impl Glob {
    pub(super) fn new(text: &str) -> Self {
        let pieces = |lower: String| GlobParts(lower.split('*').map(CaselessFinder::new).collect());
        Self {
            text: text.to_owned(),
            lower: lowercase(text).collect(),
            ascii: text.is_ascii().then(|| pieces(text.to_ascii_lowercase())),
            wild: text.contains(['*', '?']),
        }
    }

    pub(super) fn is_wild(&self) -> bool {
        self.wild
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match &self.ascii {
            Some(pieces) if text.is_ascii() => pieces.fit(text.as_bytes()),
            // Some characters beyond ASCII have a lower case inside it.
            _ => self.fits(&lowercase(text).collect::<Vec<_>>()),
        }
    }

    /// Whether a text with this prefix may match.
    pub(super) fn prefix_may_match(&self, text: &str) -> bool {
        match &self.ascii {
            Some(GlobParts(pieces)) => {
                let (first, text) = (&pieces[0], text.as_bytes());
                text.len() >= first.len() && first.equals(&text[..first.len()])
            }
            None => true,
        }
    }

    /// As in a query.
    pub(super) fn written(&self) -> String {
        quoted_if(&self.text, value_needs_quotes)
    }

    /// Backtracks to the last `*` only: the time is at most the product of the lengths.
    fn fits(&self, text: &[char]) -> bool {
        let (mut at, mut here, mut star) = (0, 0, None);
        while here < text.len() {
            match self.lower.get(at) {
                Some('*') => {
                    star = Some((at + 1, here));
                    at += 1;
                }
                Some(c) if *c == '?' || *c == text[here] => {
                    at += 1;
                    here += 1;
                }
                _ => match &mut star {
                    Some((behind, from)) => {
                        *from += 1;
                        (at, here) = (*behind, *from);
                    }
                    None => return false,
                },
            }
        }
        self.lower[at..].iter().all(|c| *c == '*')
    }
}

impl GlobParts {
    fn fit(&self, text: &[u8]) -> bool {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else {
            return false;
        };
        if self.0.len() == 1 {
            return text.len() == first.len() && first.equals(text);
        }
        let Some(length) = text.len().checked_sub(first.len() + last.len()) else {
            return false;
        };
        let (begin, rest) = text.split_at(first.len());
        let (mut middle, end) = rest.split_at(length);
        let mut pieces = self.0[1..self.0.len() - 1].iter();
        first.equals(begin)
            && last.equals(end)
            && pieces.all(|piece| {
                piece.find(middle).is_some_and(|at| {
                    middle = &middle[at + piece.len()..];
                    true
                })
            })
    }
}

fn lowercase(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests;
