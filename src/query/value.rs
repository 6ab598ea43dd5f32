//! The conditions of terms: ranges, names, addresses, words, times.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::error::{SyntaxError, shown};
use super::field::{FieldDoc, ValueKind};
use super::glob::Glob;
use super::lex::Literal;
use super::quote::{pattern_needs_quotes, quoted_if};
use super::time::{LONGEST, TimeExpr, parse_seconds, write_seconds};
use crate::search::TextPattern;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Predicate {
    Ranges(Ranges),
    Name(NamePredicate),
    Addresses(Vec<AddressPredicate>),
    /// A set of the field's words, as bits by their index in [`FieldDoc::words`].
    Words(u16),
    Time(TimeExpr),
}

/// Inclusive ranges of numbers, sorted and disjoint. Scores are in thousandths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Ranges(Vec<(i128, i128)>);

impl Ranges {
    pub(super) fn matches(&self, value: impl Into<i128>) -> bool {
        let value = value.into();
        let at = self.0.partition_point(|(_, last)| *last < value);
        self.0.get(at).is_some_and(|(first, _)| *first <= value)
    }

    fn normal(mut all: Vec<(i128, i128)>) -> Self {
        all.sort_unstable();
        let mut apart: Vec<(i128, i128)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match apart.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => apart.push((first, last)),
            }
        }
        Self(apart)
    }
}

/// A score as [`Ranges`] holds it.
pub(super) fn thousandths(score: f64) -> i128 {
    (score * 1000.0).round() as i128
}

/// Text to be matched whole, or anywhere by a regular expression; case is ignored.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum NamePredicate {
    Globs(Vec<Glob>),
    Regex(TextPattern),
}

impl NamePredicate {
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Globs(globs) => globs.iter().any(|glob| glob.matches(text)),
            Self::Regex(pattern) => pattern.matches(text.as_bytes()),
        }
    }

    /// Whether a text with this prefix may match: cheaper than reading the whole text.
    pub(super) fn prefix_may_match(&self, text: &str) -> bool {
        match self {
            Self::Globs(globs) => globs.iter().any(|glob| glob.prefix_may_match(text)),
            Self::Regex(_) => true,
        }
    }

    /// Whether a value without wildcards equals the word.
    pub(super) fn names(&self, word: &str) -> bool {
        matches!(self, Self::Globs(globs) if globs.iter().any(|glob| !glob.is_wild() && glob.matches(word)))
    }
}

/// Characters: longer expressions and texts are refused.
const LONGEST_PATTERN: usize = 1000;

/// Compiles a text or a regular expression.
pub(super) fn pattern(
    item: &Literal,
    compile: fn(&str) -> Result<TextPattern, String>,
) -> Result<TextPattern, SyntaxError> {
    check_length(item)?;
    compile(&item.text).map_err(|cause| {
        let message = format!("not a regular expression: {}", shown(&cause));
        item.error(message)
    })
}

fn check_length(item: &Literal) -> Result<(), SyntaxError> {
    if item.text.chars().nth(LONGEST_PATTERN).is_none() {
        return Ok(());
    }
    let message = format!("longer than {LONGEST_PATTERN} characters");
    Err(item.error(message))
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum AddressPredicate {
    Net(IpNet),
    Glob(Glob),
}

impl AddressPredicate {
    /// Whether an address matches, as written or as parsed.
    pub(super) fn matches(&self, text: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::Net(net) => address.is_some_and(|ip| net.contains(&ip.to_canonical())),
            Self::Glob(glob) => glob.matches(text),
        }
    }

    fn parse(item: &Literal) -> Result<Self, SyntaxError> {
        let text = &item.text;
        if text.contains(['*', '?']) {
            return Ok(Self::Glob(Glob::new(text)));
        }
        let alone = || text.parse::<IpAddr>().ok().map(IpNet::from);
        let net = text.parse::<IpNet>().ok().or_else(alone);
        net.map(|net| Self::Net(canonical(net))).ok_or_else(|| {
            let message = "expected an address: 192.0.2.7, 172.16.0.0/12, 2001:db8::/32 or 10.1.*";
            item.error(message)
        })
    }
}

/// The block from its first address; IPv4-mapped IPv6 addresses become IPv4 addresses.
fn canonical(net: IpNet) -> IpNet {
    if let IpNet::V6(v6) = net
        && let (Some(v4), Some(length)) =
            (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96))
        && let Ok(net) = Ipv4Net::new(v4, length)
    {
        return IpNet::V4(net).trunc();
    }
    net.trunc()
}

impl Predicate {
    /// Parses the values after `field:`.
    pub(super) fn parse(doc: &FieldDoc, items: &[Literal]) -> Result<Self, SyntaxError> {
        match doc.kind {
            ValueKind::Name => Ok(Self::Name(NamePredicate::Globs(
                items.iter().map(|item| name(doc, item)).collect(),
            ))),
            ValueKind::Address => {
                let all: Result<_, _> = items.iter().map(AddressPredicate::parse).collect();
                all.map(Self::Addresses)
            }
            ValueKind::Word => {
                let all: Result<Vec<u16>, _> = items.iter().map(|item| words(doc, item)).collect();
                Ok(Self::Words(all?.into_iter().fold(0, |all, one| all | one)))
            }
            ValueKind::Time => moment(items),
            ValueKind::Number | ValueKind::Score | ValueKind::Size | ValueKind::Duration => {
                let all: Result<_, _> = items.iter().map(|item| range(doc, item)).collect();
                Ok(Self::Ranges(Ranges::normal(all?)))
            }
        }
    }

    /// Parses the regular expression after `field~`.
    pub(super) fn parse_pattern(doc: &FieldDoc, item: &Literal) -> Result<Self, SyntaxError> {
        match doc.kind {
            ValueKind::Name | ValueKind::Address => {
                let pattern = pattern(item, TextPattern::regex)?;
                Ok(Self::Name(NamePredicate::Regex(pattern)))
            }
            ValueKind::Word => {
                let pattern = pattern(item, TextPattern::regex)?;
                let words = bits(doc, |word| pattern.matches(word.as_bytes()));
                nonempty(doc, item, words).map(Self::Words)
            }
            _ => {
                let (name, kind) = (doc.name, doc.kind.word());
                let message = format!("`{name}` is a {kind}, not text: write `{}`", doc.example);
                Err(item.error(message))
            }
        }
    }

    pub(super) fn write(&self, doc: &FieldDoc, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |all: Vec<String>| all.join(",");
        let text = match self {
            Self::Name(NamePredicate::Regex(pattern)) => {
                let source = quoted_if(pattern.source(), pattern_needs_quotes);
                return write!(f, "{}~{source}", doc.name);
            }
            Self::Ranges(Ranges(all)) => {
                let ranges = all.iter().map(|range| write_range(doc.kind, *range));
                list(ranges.collect())
            }
            Self::Name(NamePredicate::Globs(globs)) => {
                list(globs.iter().map(Glob::written).collect())
            }
            Self::Addresses(all) => list(all.iter().map(AddressPredicate::written).collect()),
            Self::Words(set) => {
                let words = doc.words.iter().enumerate();
                let chosen = words.filter(|(at, _)| set >> at & 1 == 1);
                list(chosen.map(|(_, word)| (*word).to_owned()).collect())
            }
            Self::Time(moment) => moment.to_string(),
        };
        write!(f, "{}:{text}", doc.name)
    }
}

impl AddressPredicate {
    fn written(&self) -> String {
        match self {
            Self::Net(net) if net.prefix_len() == net.max_prefix_len() => net.addr().to_string(),
            Self::Net(net) => net.to_string(),
            Self::Glob(glob) => glob.written(),
        }
    }
}

fn name(doc: &FieldDoc, item: &Literal) -> Glob {
    let text = match (doc.name, item.text.to_ascii_lowercase().as_str()) {
        ("tls", "succeeded" | "ok") => "success",
        ("tls", "fail" | "failure") => "failed",
        _ => &item.text,
    };
    Glob::new(text)
}

/// The matching words of the field, as bits.
fn bits(doc: &FieldDoc, mut holds: impl FnMut(&str) -> bool) -> u16 {
    let words = doc.words.iter().enumerate();
    words
        .filter(|(_, word)| holds(word))
        .fold(0, |all, (at, _)| all | 1 << at)
}

/// A word, a short form, or several words by wildcards; `none` does not match a wildcard.
fn words(doc: &FieldDoc, item: &Literal) -> Result<u16, SyntaxError> {
    let lower = item.text.to_lowercase();
    let word = match (doc.name, lower.as_str()) {
        ("auth", "success" | "ok") => "succeeded",
        ("auth", "fail" | "failure") => "failed",
        ("dir", "in") => "inbound",
        ("dir", "out") => "outbound",
        (_, word) => word,
    };
    let glob = Glob::new(word);
    let set = bits(doc, |word| {
        glob.matches(word) && !(glob.is_wild() && word == "none")
    });
    nonempty(doc, item, set)
}

fn nonempty(doc: &FieldDoc, item: &Literal, set: u16) -> Result<u16, SyntaxError> {
    if set != 0 {
        return Ok(set);
    }
    let (typed, what) = (shown(&item.text), doc.value_noun());
    let message = match doc.words.split_last() {
        Some((last, [])) => format!("`{typed}` is not {what}; use {last}"),
        Some((last, words)) => {
            let words = words.join(", ");
            format!("`{typed}` is not {what}; use {words} or {last}")
        }
        None => format!("`{typed}` is not {what}"),
    };
    Err(item.error(message))
}

fn moment(items: &[Literal]) -> Result<Predicate, SyntaxError> {
    let place = items[0].range.start..items[items.len() - 1].range.end;
    let one = (items.len() == 1)
        .then(|| TimeExpr::parse(&items[0].text))
        .flatten();
    one.map(Predicate::Time).ok_or_else(|| {
        let like = |text: &str| {
            let of_time = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | 'T');
            text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(of_time)
        };
        let invalid = match items {
            [one] if like(&one.text) => format!("`{}` does not exist; ", shown(&one.text)),
            _ => String::new(),
        };
        let expected = "expected a time: 2009-04-22T11:50, 11:50 (of the newest day) or -15m (before the newest entry)";
        SyntaxError::new(place, format!("{invalid}{expected}"))
    })
}

fn range(doc: &FieldDoc, item: &Literal) -> Result<(i128, i128), SyntaxError> {
    let text = item.text.as_str();
    let one = |text: &str| number(doc.kind, text);
    let found = if let Some(rest) = text.strip_prefix(">=") {
        one(rest).map(|first| (first, i128::MAX))
    } else if let Some(rest) = text.strip_prefix("<=") {
        one(rest).map(|last| (i128::MIN, last))
    } else if let Some(rest) = text.strip_prefix('>') {
        one(rest).map(|before| ((before + 1).min(top(doc.kind)), i128::MAX))
    } else if let Some(rest) = text.strip_prefix('<') {
        one(rest).map(|behind| (i128::MIN, (behind - 1).max(-top(doc.kind))))
    } else if let Some((first, last)) = text.split_once("..") {
        let or = |end: &str, open| if end.is_empty() { Some(open) } else { one(end) };
        let (first, last) = (or(first, i128::MIN), or(last, i128::MAX));
        first.zip(last).filter(|_| text != "..")
    } else {
        one(text).map(|value| (value, value))
    };
    let (first, last) = found.ok_or_else(|| {
        let unit = match doc.kind {
            ValueKind::Size => "a size in bytes or like 10k, 5M",
            ValueKind::Duration => "a duration in seconds or like 5m, 2h",
            ValueKind::Score => "a score",
            _ => "a number",
        };
        let message = format!(
            "expected {unit}, a range `1..5`, a list `1,2,3` or a comparison with > >= < <="
        );
        item.error(message)
    })?;
    if first > last {
        return Err(item.error("the range is reversed"));
    }
    Ok((first, last))
}

fn number(kind: ValueKind, text: &str) -> Option<i128> {
    match kind {
        ValueKind::Score => {
            let plain = text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.'));
            let score: f64 = text.parse().ok()?;
            (plain && score.abs() <= 1e9).then(|| thousandths(score))
        }
        ValueKind::Duration => parse_seconds(text).map(i128::from),
        ValueKind::Size => {
            let unit = match text.chars().next_back()? {
                'k' | 'K' => 1 << 10,
                'm' | 'M' => 1 << 20,
                'g' | 'G' => 1 << 30,
                _ => 1,
            };
            let digits = &text[..text.len() - usize::from(unit > 1)];
            let size = whole(digits).map(|count| count * unit);
            size.filter(|size| *size <= top(kind))
        }
        _ => whole(text),
    }
}

/// Reads a size as queries write it: bytes, or `10k`, `5M`, `2G` of 1024.
pub(crate) fn size(text: &str) -> Option<u64> {
    number(ValueKind::Size, text).and_then(|bytes| u64::try_from(bytes).ok())
}

/// Writes a size so that [`size`] reads it.
pub(crate) fn written_size(bytes: u64) -> String {
    write_number(ValueKind::Size, i128::from(bytes))
}

/// The highest number in a query; no value is higher.
fn top(kind: ValueKind) -> i128 {
    match kind {
        ValueKind::Score => 1_000_000_000_000,
        ValueKind::Duration => i128::from(LONGEST),
        _ => 1 << 64,
    }
}

fn whole(text: &str) -> Option<i128> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let value = digits.then(|| text.parse().ok()).flatten();
    value.filter(|value| *value <= 1 << 64)
}

fn write_number(kind: ValueKind, value: i128) -> String {
    match kind {
        ValueKind::Duration => write_seconds(value),
        ValueKind::Score => (value as f64 / 1000.0).to_string(),
        ValueKind::Size => {
            let units = [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "k"), (1, "")];
            let fits = |(unit, _): &(i128, &str)| value % unit == 0 && (value != 0 || *unit == 1);
            let (unit, sign) = units.into_iter().find(fits).unwrap_or((1, ""));
            format!("{}{sign}", value / unit)
        }
        _ => value.to_string(),
    }
}

fn write_range(kind: ValueKind, (first, last): (i128, i128)) -> String {
    let one = |value| write_number(kind, value);
    match (first, last) {
        (first, last) if first == last => one(first),
        (i128::MIN, i128::MAX) => "<=0,>=0".to_owned(),
        (first, i128::MAX) => format!(">={}", one(first)),
        // Numbers of these kinds are not negative.
        (i128::MIN, last) if last < 0 && kind != ValueKind::Score => "<0".to_owned(),
        (i128::MIN, last) => format!("<={}", one(last)),
        (first, last) => format!("{}..{}", one(first), one(last)),
    }
}
