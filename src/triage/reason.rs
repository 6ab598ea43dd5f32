//! Reasons of failures: replies and errors without their variable parts, counted.
//!
//! ```text
//! 5.7.1 <anna@example.com>: Relay access denied      ┐
//! 5.7.1 <bob@example.org>: Relay access denied       ┘ 5.7.1 <…>: Relay access denied
//! 4.7.1 Greylisted, try again in 299 seconds         ─ 4.7.1 Greylisted, try again in … seconds
//! 5.7.1 Blocked - see https://lists.example/q?192.0.2.30 (id 4F1xXb2Q3z) ─ 5.7.1 Blocked - see … (id …)
//! ```

use crate::event::enhanced_code;
use crate::header::Timestamp;
use crate::index::ConnectionId;
use crate::judge::class::{Class, classify, classify_own};

use super::ConnectionOutcome;

/// Characters of a text that are kept.
const LONGEST: usize = 240;
/// Replaces a variable part.
const VARIES: &str = "…";

/// One reason and its count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Reason {
    pub outcome: ConnectionOutcome,
    /// The reply code of the remote server.
    pub code: Option<u16>,
    /// The text without variable parts; may be empty.
    pub detail: String,
    /// Replies to recipients, refused logins, or connections.
    pub count: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    pub example: Option<ConnectionId>,
    /// Relay refusals after a failed login, refusals after failed TLS; most frequent first.
    pub consequences: Vec<Reason>,
}

impl Reason {
    /// What it says.
    pub(crate) fn class(&self) -> Class {
        match (self.outcome, self.code) {
            (ConnectionOutcome::AuthFailed, _) => Class::Authentication,
            (ConnectionOutcome::TlsFailed, _) => Class::Tls,
            (_, Some(code)) => classify(code, self.detail.as_bytes()),
            (ConnectionOutcome::ConnectionError, None) => Class::Unreachable,
            (_, None) => classify_own(self.detail.as_bytes()),
        }
    }

    /// The enhanced code (RFC 3463) at the start of the text.
    pub(crate) fn enhanced(&self) -> Option<&str> {
        let code = enhanced_code(self.detail.as_bytes())?;
        std::str::from_utf8(code).ok()
    }

    /// `535 5.7.8 Error: authentication failed`
    pub(crate) fn line(&self) -> String {
        match (self.code, self.detail.as_str()) {
            (None, "") => self.outcome.phrase().to_owned(),
            (None, detail) => detail.to_owned(),
            (Some(code), "") => code.to_string(),
            (Some(code), detail) => format!("{code} {detail}"),
        }
    }
}

/// Of equally frequent ones, the newest is first.
pub(super) fn most_frequent_first(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| {
        let order = |r: &Reason| (std::cmp::Reverse(r.count), std::cmp::Reverse(r.last));
        order(a)
            .cmp(&order(b))
            .then_with(|| a.detail.cmp(&b.detail))
    });
}

/// Adds the counts of equal reasons.
pub(super) fn merge(reasons: &mut Vec<Reason>, more: &[Reason]) {
    for reason in more {
        let same = |known: &&mut Reason| {
            (known.outcome, known.code, &known.detail)
                == (reason.outcome, reason.code, &reason.detail)
        };
        match reasons.iter_mut().find(same) {
            Some(known) => {
                known.count += reason.count;
                known.first = known.first.into_iter().chain(reason.first).min();
                if reason.last > known.last {
                    (known.last, known.example) = (reason.last, reason.example);
                }
                merge(&mut known.consequences, &reason.consequences);
            }
            None => reasons.push(reason.clone()),
        }
    }
    most_frequent_first(reasons);
}

/// The text without addresses, IDs, queue names, hosts, times, URLs and numbers. Enhanced codes and
/// system error numbers stay.
pub(crate) fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST + 8));
    let mut before = "";
    for word in text.split_whitespace() {
        if out.chars().count() > LONGEST {
            out.push_str(" …");
            break;
        }
        let general = if keeps_number(before) {
            word.to_owned()
        } else {
            general_word(word)
        };
        before = word;
        let repeats = general == VARIES && out.ends_with(VARIES);
        if repeats {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&general);
    }
    out
}

/// Whether the number after this word identifies the error.
fn keeps_number(word: &str) -> bool {
    word.trim_start_matches(['[', '(', '\''])
        .eq_ignore_ascii_case("errno")
}

/// A word without its variable parts; punctuation stays.
fn general_word(word: &str) -> String {
    if let Some(url) = word.find("://") {
        let scheme = word[..url].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
        let start = scheme.len();
        let end = word.trim_end_matches(['.', ',', ')', '>', ';', ']']).len();
        return format!("{}{VARIES}{}", &word[..start], &word[end.max(url)..]);
    }
    let is_inner =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | ':' | '+' | '=' | '/');
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while !rest.is_empty() {
        let inner = rest.find(|c: char| !is_inner(c)).unwrap_or(rest.len());
        if inner == 0 {
            let c = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..c]);
            rest = &rest[c..];
            continue;
        }
        out.push_str(&general_token(&rest[..inner]));
        rest = &rest[inner..];
    }
    out
}

/// `id=4F1xXb2Q3z` → `id=…`, `198.51.100.7:` → `…:`.
fn general_token(token: &str) -> String {
    let core = token.trim_end_matches(['.', ':', '-', ',', '=', '/']);
    let tail = &token[core.len()..];
    let head_len = core.len()
        - core
            .trim_start_matches(['.', ':', '-', '=', '/', '+'])
            .len();
    let (head, core) = core.split_at(head_len);
    if core.is_empty() || !varies(core) {
        return token.to_owned();
    }
    // The name before `=` stays.
    match core.split_once('=') {
        Some((name, _)) if !varies(name) => format!("{head}{name}={VARIES}{tail}"),
        _ => format!("{head}{VARIES}{tail}"),
    }
}

fn varies(core: &str) -> bool {
    if core.contains('@') {
        return true;
    }
    let is_code = enhanced_code(core.as_bytes()).is_some_and(|code| code.len() == core.len());
    let is_protocol = ["TLS", "SSL", "IPv", "SMTP"]
        .iter()
        .any(|name| core.starts_with(name));
    if is_code || is_protocol {
        return false;
    }
    let digits = core.bytes().filter(u8::is_ascii_digit).count();
    let letters = core.chars().filter(|c| c.is_alphabetic()).count();
    if digits > 0 {
        // `S3150` and `SPF2` name a rule; queue names are longer.
        return letters == 0 || core.len() > 5;
    }
    is_host(core)
}

/// `mx1.partner.example`, not the end of a sentence.
fn is_host(core: &str) -> bool {
    let labels: Vec<&str> = core.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    labels.len() > 1
        && labels.iter().all(is_label)
        && labels.last().is_some_and(|last| last.len() > 1)
}

#[cfg(test)]
mod tests;
