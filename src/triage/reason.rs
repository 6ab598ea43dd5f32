//! Why: replies and errors counted together where they differ only in what varies from line to line.
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

use super::ConnectionOutcome;

/// Characters of a text that are kept: what differs further behind is told by nobody.
const LONGEST: usize = 240;
/// Stands for what varies.
const VARIES: &str = "…";

/// One reason, and how often it was given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// What it made of the connection.
    pub outcome: ConnectionOutcome,
    /// The far end's three digits.
    pub code: Option<u16>,
    /// Its words without what varies; empty where nothing was said.
    pub detail: String,
    /// How often: replies to recipients, refused logins, or connections.
    pub count: u64,
    /// When it was first given.
    pub first: Option<Timestamp>,
    /// When it was last given.
    pub last: Option<Timestamp>,
    /// A connection that it was given on last.
    pub example: Option<ConnectionId>,
    /// What followed from it: relay refusals after a failed login, refusals after failed TLS. Most frequent first.
    pub consequences: Vec<Reason>,
}

impl Reason {
    /// The RFC 3463 code that the words begin with.
    pub fn enhanced(&self) -> Option<&str> {
        let code = enhanced_code(self.detail.as_bytes())?;
        std::str::from_utf8(code).ok()
    }

    /// The words behind the RFC 3463 code.
    pub fn words(&self) -> &str {
        let code = self.enhanced().map_or(0, str::len);
        self.detail[code..].trim_start_matches([' ', ':', '-', ','])
    }

    /// In one line for people: `535 5.7.8 Error: authentication failed`.
    pub fn line(&self) -> String {
        let code = self.code.map(|code| code.to_string());
        let said = (!self.detail.is_empty()).then(|| self.detail.clone());
        let parts: Vec<String> = code.into_iter().chain(said).collect();
        if parts.is_empty() {
            self.outcome.phrase().to_owned()
        } else {
            parts.join(" ")
        }
    }
}

/// Puts the most frequent first; of equally frequent ones the newest.
pub(super) fn most_frequent_first(reasons: &mut [Reason]) {
    reasons.sort_by(|a, b| {
        let order = |r: &Reason| (std::cmp::Reverse(r.count), std::cmp::Reverse(r.last));
        order(a)
            .cmp(&order(b))
            .then_with(|| a.detail.cmp(&b.detail))
    });
}

/// Counts further reasons together with those that are the same.
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

/// The text without what varies from line to line: addresses, ids, queue names, hosts, times, URLs, numbers. Codes
/// of RFC 3463 and system error numbers stay.
pub fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST + 8));
    let mut before = "";
    for word in text.split_whitespace() {
        if out.chars().count() > LONGEST {
            out.push_str(" …");
            break;
        }
        let normalize = if keeps_number(before) {
            word.to_owned()
        } else {
            general_word(word)
        };
        before = word;
        let repeats = normalize == VARIES && out.ends_with(VARIES);
        if repeats {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&normalize);
    }
    out
}

/// Whether the number behind this word says what is wrong.
fn keeps_number(word: &str) -> bool {
    word.trim_start_matches(['[', '(', '\''])
        .eq_ignore_ascii_case("errno")
}

/// A word without what varies in it; punctuation around it stays.
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
    // What stands before `=` says what varies.
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
mod tests {
    use super::normalize;

    #[test]
    fn what_varies_goes_and_what_explains_stays() {
        let cases = [
            (
                "5.7.1 <anna@example.com>: Relay access denied",
                "5.7.1 <…>: Relay access denied",
            ),
            (
                "5.1.1 <x@y.example>... User unknown",
                "5.1.1 <…>... User unknown",
            ),
            (
                "4.7.1 Greylisted, try again in 299 seconds",
                "4.7.1 Greylisted, try again in … seconds",
            ),
            (
                "5.7.1 Blocked - see https://lists.example/q?192.0.2.30 (id 4F1xXb2Q3z)",
                "5.7.1 Blocked - see … (id …)",
            ),
            (
                "[Errno 61] Connection refused",
                "[Errno 61] Connection refused",
            ),
            ("connection timed out", "connection timed out"),
            (
                "4.3.2 mx1.partner.example: try later [198.51.100.7]",
                "4.3.2 …: try later […]",
            ),
            (
                "5.7.8 Error: authentication failed: S3150",
                "5.7.8 Error: authentication failed: S3150",
            ),
            (
                "5.7.0 Must issue a STARTTLS command first",
                "5.7.0 Must issue a STARTTLS command first",
            ),
            ("requires TLSv1.2 or better", "requires TLSv1.2 or better"),
            ("queue=8F3A2B1C44 at 12:04:31", "queue=… at …"),
            ("2001:db8::1 is listed", "… is listed"),
        ];
        for (text, wanted) in cases {
            assert_eq!(normalize(text), wanted, "{text}");
        }
    }

    #[test]
    fn ten_thousand_refusals_read_as_one_reason() {
        let texts: std::collections::BTreeSet<String> = (0..10_000)
            .map(|n| {
                normalize(&format!(
                    "5.7.1 <user{n}@partner{}.example>: Relay access denied (queue {:010X}, {:02}:{:02}:{:02})",
                    n % 77, n * 7919, n % 24, n % 60, n % 59
                ))
            })
            .collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
    }

    #[test]
    fn a_url_may_stand_behind_any_character() {
        assert_eq!(
            normalize("see ¿https://help.example/7?"),
            format!("see ¿{}", super::VARIES)
        );
        assert_eq!(normalize("¡://"), format!("¡{}", super::VARIES));
    }

    proptest::proptest! {
        #[test]
        fn any_text_becomes_a_short_one(text in ".{0,600}") {
            let once = normalize(&text);
            proptest::prop_assert!(once.len() <= text.len() * 3 + 8);
        }
    }
}
