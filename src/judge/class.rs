//! The class of a reply: what it says, and whose problem it is.
//!
//! ```text
//! 550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown      recipient
//! 450 4.2.0 <anna@example.com>: Recipient address rejected: Greylisted        greylisted
//! 550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using …      listed
//! ```

mod seen;
mod table;
mod words;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use crate::event::enhanced_code;
use seen::Said;
use words::Words;

/// The enhanced codes of Exchange Online, as `5.7.515`, begin here.
const EXCHANGE: u16 = 90;

static WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(table::TEXTS));
static OWN_WORDS: LazyLock<Words> = LazyLock::new(|| Words::new(table::OWN));

/// What one attempt to deliver showed. Best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Class {
    /// The remote server accepted a recipient.
    Ok,
    /// It refused this recipient.
    Recipient,
    /// It refused this message.
    Message,
    Greylisted,
    Deferred,
    Throttled,
    Policy,
    /// It refused the sender's address or domain.
    Sender,
    /// It is short of storage or of another resource.
    Resources,
    /// Our address is on a blocklist.
    Listed,
    /// SPF, DKIM or DMARC failed for our domain.
    Unauthenticated,
    /// It does not relay for us.
    Relay,
    /// It refused our login.
    Authentication,
    /// TLS is required and failed.
    Tls,
    /// No session, or lost before a reply.
    Unreachable,
    /// The name of the destination could not be resolved.
    Dns,
}

/// Whose problem a failure is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Side {
    Theirs,
    Ours,
    /// Failures that every site has.
    Normal,
    Attack,
    Unclear,
}

impl Class {
    pub(crate) const COUNT: usize = 16;

    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Ok,
        Self::Recipient,
        Self::Message,
        Self::Greylisted,
        Self::Deferred,
        Self::Throttled,
        Self::Policy,
        Self::Sender,
        Self::Resources,
        Self::Listed,
        Self::Unauthenticated,
        Self::Relay,
        Self::Authentication,
        Self::Tls,
        Self::Unreachable,
        Self::Dns,
    ];

    /// The class with the largest count, the best one of several; `None` if nothing was counted.
    pub(crate) fn most_frequent(counts: &[u32; Self::COUNT]) -> Option<Self> {
        let counted = Self::ALL.into_iter().zip(counts);
        let most = counted.max_by_key(|(class, count)| (**count, std::cmp::Reverse(*class)))?;
        (*most.1 > 0).then_some(most.0)
    }

    /// The words for people.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Ok => "delivered",
            Self::Recipient => "recipient refused",
            Self::Message => "message refused",
            Self::Policy => "refused by policy",
            Self::Sender => "sender refused",
            Self::Resources => "out of resources",
            Self::Listed => "our address is listed",
            Self::Relay => "relay denied",
            Self::Authentication => "authentication failed",
            Self::Tls => "TLS failed",
            Self::Dns => "name not resolved",
            other => other.word(),
        }
    }

    /// Whether the route works: the remote server did its work.
    pub(crate) fn works(self) -> bool {
        self <= Self::Message
    }

    /// Whether it may mean nothing: it counts as a quarter of a failure.
    pub(crate) fn is_soft(self) -> bool {
        matches!(self, Self::Greylisted | Self::Deferred)
    }

    /// Whether it concerns the connection, not one message.
    pub(crate) fn is_connection(self) -> bool {
        matches!(self, Self::Authentication | Self::Tls | Self::Unreachable)
    }

    /// Whose problem it is, for a host in a private net or another.
    pub(crate) fn side(self, private: bool) -> Side {
        match self {
            Self::Ok | Self::Recipient | Self::Message => Side::Normal,
            _ if private => Side::Ours,
            Self::Greylisted => Side::Normal,
            Self::Unreachable | Self::Resources | Self::Tls => Side::Theirs,
            Self::Deferred | Self::Policy | Self::Sender => Side::Unclear,
            Self::Authentication
            | Self::Relay
            | Self::Listed
            | Self::Unauthenticated
            | Self::Dns
            | Self::Throttled => Side::Ours,
        }
    }

    /// The value in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Recipient => "recipient",
            Self::Message => "message",
            Self::Greylisted => "greylisted",
            Self::Deferred => "deferred",
            Self::Throttled => "throttled",
            Self::Policy => "policy",
            Self::Sender => "sender",
            Self::Resources => "resources",
            Self::Listed => "listed",
            Self::Unauthenticated => "unauthenticated",
            Self::Relay => "relay",
            Self::Authentication => "authentication",
            Self::Tls => "tls",
            Self::Unreachable => "unreachable",
            Self::Dns => "dns",
        }
    }
}

impl Side {
    /// The value in JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Theirs => "theirs",
            Self::Ours => "ours",
            Self::Normal => "normal",
            Self::Attack => "attack",
            Self::Unclear => "unclear",
        }
    }
}

/// The class of a reply of the remote server: by its text, then the enhanced code at the start of
/// the text, then the code.
pub(crate) fn classify(code: u16, text: &[u8]) -> Class {
    if (200..400).contains(&code) {
        return Class::Ok;
    }
    let numbers = enhanced(text);
    let (subject, detail) = numbers.unwrap_or((u16::MAX, u16::MAX));
    let more = u64::from(code) << 32 | u64::from(subject) << 16 | u64::from(detail);
    seen::class_of(text, more, |said| class_of(code, numbers, said))
}

fn class_of(code: u16, numbers: Option<(u16, u16)>, said: &Said) -> Class {
    let by_text = WORDS.class(code, &said.text);
    let by_enhanced = numbers.and_then(|numbers| by_enhanced(code, numbers));
    match (by_text, by_enhanced) {
        // Exchange Online uses each of its own numbers for one thing.
        (_, Some(class)) if numbers.is_some_and(|(_, detail)| detail >= EXCHANGE) => class,
        (Some(class), _) if class != Class::Policy => class,
        (_, Some(class)) => class,
        _ if !is_temporary(code) && refuses_address(said) => Class::Listed,
        (Some(class), None) => class,
        (None, None) => table::by_code(code, numbers.is_some()),
    }
}

/// The class of an error of the appliance's own, which has the code `000`.
pub(crate) fn classify_own(text: &[u8]) -> Class {
    // The name that could not be resolved decides nothing.
    let end = memchr::memmem::find(text, b" looking up ").unwrap_or(text.len());
    seen::class_of(&text[..end], 0, |said| {
        let by_text = OWN_WORDS.class(0, &said.text);
        by_text.unwrap_or(Class::Unreachable)
    })
}

/// The class of a Connection Error by its reason and its details. A greeting is a reply: `421 4.7.0
/// Too many connections`.
pub(crate) fn classify_connection(reason: Option<&[u8]>, details: Option<&[u8]>) -> Class {
    let (Some(b"unexpected SMTP response"), Some(details)) = (reason, details) else {
        return Class::Unreachable;
    };
    let code = details
        .get(..3)
        .and_then(|code| std::str::from_utf8(code).ok());
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => classify(code, details[3..].trim_ascii()),
        None => Class::Unreachable,
    }
}

fn is_temporary(code: u16) -> bool {
    (400..500).contains(&code)
}

/// The last two numbers of the enhanced code at the start: 7, 1 of `5.7.1` and of `#5.7.1`.
fn enhanced(text: &[u8]) -> Option<(u16, u16)> {
    let text = text.strip_prefix(b"#").unwrap_or(text);
    let code = std::str::from_utf8(enhanced_code(text)?).ok()?;
    let mut numbers = code.split('.').skip(1).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

fn by_enhanced(code: u16, (subject, detail): (u16, u16)) -> Option<Class> {
    table::ENHANCED
        .iter()
        .find(|row| {
            let details = row.details.0..=row.details.1;
            row.subject == subject && details.contains(&detail) && row.when.applies(code)
        })
        .map(|row| row.class)
}

/// Whether the text names an IP address, which is ours, beside a word for a refusal.
fn refuses_address(said: &Said) -> bool {
    let words = [
        "reject",
        "refus",
        "denied",
        "block",
        "banned",
        "not accept",
        "not allow",
    ];
    let text = String::from_utf8_lossy(&said.text);
    said.has_address && words.iter().any(|word| text.contains(word))
}
