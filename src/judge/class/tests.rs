//! The class of each reply in `tests/cases/replies.toml`.

use serde::Deserialize;

use super::{Class, Side, classify, classify_own};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replies {
    reply: Vec<Reply>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    code: u16,
    text: String,
    class: String,
    source: String,
}

fn class(code: u16, text: &str) -> Class {
    match code {
        0 => classify_own(text.as_bytes()),
        _ => classify(code, text.as_bytes()),
    }
}

#[test]
fn each_published_reply_has_its_class() {
    let replies: Replies =
        toml::from_str(include_str!("../../../tests/cases/replies.toml")).unwrap();
    let wrong: Vec<String> = replies
        .reply
        .iter()
        .filter(|reply| class(reply.code, &reply.text).word() != reply.class)
        .map(|reply| {
            let found = class(reply.code, &reply.text).word();
            let Reply {
                code,
                text,
                class,
                source,
            } = reply;
            format!("{code} {text} ({source}): {found}, not {class}")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn case_separators_and_line_breaks_do_not_matter() {
    for text in [
        "5.7.1 RELAY ACCESS DENIED",
        "5.7.1 Relay access 5.7.1 denied",
        "5.7.1 relay_access_denied",
    ] {
        assert_eq!(classify(554, text.as_bytes()), Class::Relay, "{text}");
    }
}

#[test]
fn words_begin_where_words_of_the_text_begin() {
    // "content" and "spam" are inside other words.
    assert_eq!(
        classify(554, b"5.7.1 discontented nospamhere"),
        Class::Policy
    );
}

#[test]
fn a_success_is_ok_whatever_it_says() {
    assert_eq!(classify(250, b"2.0.0 Ok: queued, no spam"), Class::Ok);
}

#[test]
fn texts_that_are_no_utf8_have_a_class() {
    assert_eq!(
        classify(550, b"5.1.1 \xff\xfe user unknown"),
        Class::Recipient
    );
    assert_eq!(classify(554, b"\xff 192.0.2.1 \xfe"), Class::Policy);
    assert_eq!(classify(450, b""), Class::Deferred);
}

#[test]
fn a_private_host_s_failures_are_ours() {
    assert_eq!(Class::Unreachable.side(false), Side::Theirs);
    assert_eq!(Class::Unreachable.side(true), Side::Ours);
    assert_eq!(Class::Recipient.side(true), Side::Normal);
}

#[test]
fn each_part_of_the_table_can_be_found() {
    let words = super::words::Words::new(super::table::TEXTS);
    for texts in super::table::TEXTS {
        for phrase in texts.words {
            let text = phrase.replace(" & ", " x ").replace('|', "");
            let code = if texts.when == super::table::When::Temporary {
                450
            } else {
                550
            };
            assert!(words.class(code, text.as_bytes()).is_some(), "{phrase}");
        }
    }
}

#[test]
fn addresses_and_numbers_decide_nothing() {
    for text in [
        "5.7.1 <virus@spamhaus.example>: Relay access denied",
        "5.7.1 <anna@example.com>: Relay access denied",
        "5.7.1 anna@example.com: Relay access denied (id 4F1xXb2Q3z)",
    ] {
        assert_eq!(classify(554, text.as_bytes()), Class::Relay, "{text}");
    }
    // The same words with another code or enhanced code are another reply.
    assert_eq!(classify(550, b"5.1.1 no <a@example.com>"), Class::Recipient);
    assert_eq!(classify(550, b"5.7.1 no <a@example.com>"), Class::Policy);
    assert_eq!(classify(450, b"4.7.1 no <a@example.com>"), Class::Deferred);
}

#[test]
fn an_address_beside_a_refusal_is_ours() {
    for address in ["[192.0.2.30]", "IP=192.0.2.30,", "2001:db8::30"] {
        let text = format!("5.7.1 Mail from {address} refused");
        assert_eq!(classify(550, text.as_bytes()), Class::Listed, "{text}");
    }
    assert_eq!(
        classify(550, b"5.7.1 Mail refused at 10:20:30"),
        Class::Policy
    );
}
