//! Parses the host access table's verdict on a connection.
//!
//! ```text
//! ICID 450 ACCEPT SG None match ALL SBRS None
//! ICID 8 REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -4.2 country Viet Nam
//! ICID 9 RELAY SG RELAY_SG match 192.168.0.200 SBRS not enabled
//! ICID 10 ACCEPT SG GOOD match 205.188.105.0/24
//! ```

use super::scan::{split_first, split_last};
use super::{Event, Icid};

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Policy<'a> {
    /// `ACCEPT`, `RELAY`, `REJECT`, …
    pub action: &'a [u8],
    pub sender_group: &'a [u8],
    /// The sender group's entry that matched; `None` if empty.
    pub matched: Option<&'a [u8]>,
    /// −10 to 10; `None` for words such as `not enabled`.
    pub sbrs: Option<f64>,
    /// `None` for words such as `None` or `rfc1918`.
    pub country: Option<&'a [u8]>,
}

impl<'a> Policy<'a> {
    /// Parses the text after `ICID n `.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let (action, rest) = split_first(text, b" SG ")?;
        let (head, sbrs, country) = match split_last(rest, b" SBRS ") {
            None => (rest, None, None),
            Some((head, tail)) => {
                let (score, country) = match split_first(tail, b" country ") {
                    Some((score, country)) => (score, Some(country)),
                    None => (tail, None),
                };
                let score = std::str::from_utf8(score).ok();
                (
                    head,
                    score.and_then(|score| score.parse::<f64>().ok()),
                    country,
                )
            }
        };
        let (group, matched) = match split_first(head, b" match") {
            Some((group, matched)) => (group, matched.trim_ascii()),
            None => (head, &b""[..]),
        };
        Some(Self {
            action,
            sender_group: group,
            matched: (!matched.is_empty()).then_some(matched),
            sbrs: sbrs.filter(|score| score.is_finite()),
            country: country.filter(|name| !is_missing(name)),
        })
    }
}

/// Whether the log writes this for a missing value.
fn is_missing(word: &[u8]) -> bool {
    matches!(
        word,
        b"" | b"None" | b"rfc1918" | b"not enabled" | b"not applicable" | b"unable to retrieve"
    )
}

/// `ACCEPT SG …`: one word, then the sender group.
pub(super) fn hat<'a>(icid: Icid, rest: &'a [u8]) -> Option<Event<'a>> {
    let is_of_word = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let word = rest.iter().take_while(is_of_word).count();
    (word > 0 && rest[word..].starts_with(b" SG ")).then_some(Event::Hat { icid, text: rest })
}
