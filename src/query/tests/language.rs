//! What can be typed: errors, limits, the normal form, suggestions, saved queries.

use proptest::prelude::*;

use super::*;

#[test]
fn a_query_that_cannot_be_read_is_refused_with_a_caret_under_the_place() {
    let cases = [
        (
            "usr:bob",
            "unknown field `usr`; did you mean `user`?\n  usr:bob\n  ^^^",
        ),
        (
            "http://x",
            "unknown field `http`; for text with a colon quote it\n  http://x\n  ^^^^",
        ),
        (
            "user:",
            "a name is expected behind `user:`, such as `user:svc-*`\n  user:\n       ^",
        ),
        (
            "mid:abc",
            "a number is expected, a range `1..5`, a list `1,2,3`, or one behind > >= < <=\n  mid:abc\n      ^^^",
        ),
        (
            "mid:1,x",
            "a number is expected, a range `1..5`, a list `1,2,3`, or one behind > >= < <=\n  mid:1,x\n        ^",
        ),
        (
            "icid:9..1",
            "the range runs backwards\n  icid:9..1\n       ^^^^",
        ),
        (
            "auth:faild",
            "`faild` is no auth; did you mean `failed`?; expected: succeeded, failed, none\n  auth:faild\n       ^^^^^",
        ),
        (
            "ip:10.0.0.0/40",
            "an address is expected: 192.0.2.7, 172.16.0.0/12, 2001:db8::/32 or 10.1.*\n  ip:10.0.0.0/40\n     ^^^^^^^^^^^",
        ),
        (
            "(user:a OR",
            "a term is expected behind OR: field:value, a word, \"a phrase\" or /regex/\n  (user:a OR\n            ^",
        ),
        (
            "(user:a",
            "the ) that closes this ( is missing\n  (user:a\n  ^",
        ),
        ("user:a)", "no ( stands before this )\n  user:a)\n        ^"),
        (
            "\"ünß\" \"x\u{7}",
            "a closing \" is missing\n  \"ünß\" \"x\\x07\n        ^^^^^^",
        ),
        (
            "日本 \u{1b}[2J usr:b",
            "unknown field `usr`; did you mean `user`?\n  日本 \\x1b[2J usr:b\n               ^^^",
        ),
        (
            "user~\"(\"",
            "not a regular expression: unclosed group\n  user~\"(\"\n       ^^^",
        ),
        (
            "port~25",
            "`port` is a number, not text: write `port:25`\n  port~25\n       ^^",
        ),
        (
            "since:yesterday",
            "a time is expected: 2009-04-22T11:50, 11:50 of the newest day, or -15m back from the newest entry\n  since:yesterday\n        ^^^^^^^^^",
        ),
        (
            "since:2026-02-30",
            "`2026-02-30` does not exist; a time is expected: 2009-04-22T11:50, 11:50 of the newest day, or -15m back from the newest entry\n  since:2026-02-30\n        ^^^^^^^^^^",
        ),
        (
            "/a",
            "a closing / is missing; for text with slashes quote it\n  /a\n  ^^",
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(parse(query).unwrap_err().to_string(), expected, "{query}");
    }
}

#[test]
fn what_would_take_too_much_is_refused() {
    let deep = "(".repeat(100_000);
    let negated = "-".repeat(60_000);
    let many = "a ".repeat(1000);
    let patterns = "/a/ ".repeat(40);
    let long = "x".repeat(5000);
    for query in [
        &deep,
        &negated,
        &many,
        &patterns,
        &long,
        &"x ".repeat(100_000),
    ] {
        let shown = parse(query).unwrap_err().to_string();
        assert!(shown.len() < 1000, "{shown}");
    }
    assert!(parse("user~\"(a{1000}){1000}\"").is_err());
}

#[test]
fn the_place_in_a_long_query_is_shown_with_what_stands_around_it() {
    let query = format!(
        "{}usr:bob {}",
        "user:alice ".repeat(30),
        "user:bob ".repeat(30)
    );
    let text = parse(&query).unwrap_err().to_string();
    let lines: Vec<_> = text.lines().collect();
    let column = lines[2].find('^').unwrap();
    let under: String = lines[1].chars().skip(column).take(3).collect();
    assert_eq!(under, "usr");
    assert!(lines[1].chars().count() < 140);
}

#[test]
fn a_quoted_value_finds_what_it_was_made_of() {
    for value in [
        "", "a b", "x\"y", "\"", "back\\", "a b\\", "c,d", "(e)", "a\\\" b", "*", "ü ß",
    ] {
        let query = parse(&format!("user:{}", quote(value))).unwrap();
        let log = format!(
            "Mon Mar  2 10:00:00 2026 Info: SMTP Auth: (ICID 1) failed for user: {value} using AUTH mechanism: PLAIN with profile: P"
        );
        assert_eq!(
            query.connections(&load(&log), &TextMatches::none()).len(),
            1,
            "{value}"
        );
    }
}

#[test]
fn queries_have_a_normal_form() {
    let cases = [
        ("  user:Bob   AND auth:FAIL ", "user:Bob auth:failed"),
        ("NOT a", "-a"),
        ("(a OR b) c", "(a OR b) c"),
        ("a OR (b c)", "a OR b c"),
        ("mid:3,1,2..5,>9", "mid:1..5,>=10"),
        ("size:10240 duration:300", "size:10k duration:5m"),
        ("remote_ip:10.1.2.3/8", "ip:10.0.0.0/8"),
        ("ip:::ffff:10.0.0.0/104", "ip:10.0.0.0/8"),
        ("at:2026-03-02t9:05", "at:2026-03-02T09:05"),
        ("user~\"a b\" \"OR\"", "user~\"a b\" \"OR\""),
        ("sbrs:<-3", "sbrs:<=-3.001"),
        ("auth:*", "auth:succeeded,failed"),
        ("country:\"viet nam\",x", "country:\"viet nam\",x"),
    ];
    for (query, expected) in cases {
        assert_eq!(parse(query).unwrap().to_string(), expected, "{query}");
    }
}

#[test]
fn suggestions_name_fields_and_what_the_log_holds() {
    let index = load(LOG);
    let texts = |text: &str| -> Vec<String> {
        complete(text, text.len(), &index, &Saved::default())
            .into_iter()
            .map(|one| one.text)
            .collect()
    };
    assert_eq!(texts("us"), ["user:"]);
    assert_eq!(texts("auth:failed -pro"), ["profile:"]);
    assert_eq!(texts("auth:"), ["succeeded", "failed", "none"]);
    assert_eq!(
        texts("profile:"),
        [
            "IncomingAuthentication",
            "LDAP_SMTPAUTH",
            "OutboundAuthentication"
        ]
    );
    assert_eq!(
        texts("profile:auth"),
        [
            "IncomingAuthentication",
            "LDAP_SMTPAUTH",
            "OutboundAuthentication"
        ]
    );
    assert_eq!(texts("(country:v"), ["\"Viet Nam\""]);
    assert_eq!(texts("country:\"viet n"), ["\"Viet Nam\""]);
    assert_eq!(texts("tls:TLS"), ["TLSv1.2"]);
    assert_eq!(texts("user:bob,al"), ["alice@example.com"]);
    assert_eq!(texts("\"user"), Vec::<String>::new());
    let one = &complete("dir:in user:b x", 13, &index, &Saved::default())[0];
    assert_eq!(
        (one.replace.clone(), one.text.as_str(), one.count),
        (12..13, "Bob", Some(1))
    );
}

#[test]
fn saved_queries_complete_and_stand_for_their_text_as_a_whole() {
    let saved = [("bad", "auth:failed OR code:554"), ("bare", "x")];
    let saved = Saved::new(saved.map(|(name, text)| (name.into(), text.into()))).unwrap();
    let query = parse_with("dir:in -@bad", &saved).unwrap();
    assert_eq!(query.to_string(), "dir:inbound -(auth:failed OR code:554)");
    assert_eq!(parse(&query.to_string()), Ok(query));
    let texts = |text: &str| -> Vec<String> {
        let index = Index::new(TrackClosed::Off);
        let found = complete(text, text.len(), &index, &saved);
        found.into_iter().map(|one| one.text).collect()
    };
    assert_eq!(texts("dir:in @"), ["@bad", "@bare"]);
    assert_eq!(texts("-@bar"), ["@bare"]);
    assert_eq!(parse("\"@bad\"").unwrap().to_string(), "\"@bad\"");
    assert_eq!(parse("@example.com").unwrap().to_string(), "@example.com");
}

proptest! {
    #[test]
    fn a_query_reads_as_itself_again(text in "[a-c:~(),\"/\\\\*?. \\-<>=0-9ORNT]{0,24}") {
        if let Ok(query) = parse(&text) {
            let normal = query.to_string();
            let again = parse(&normal);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} → {:?}", text, normal);
        }
    }

    #[test]
    fn a_query_of_terms_reads_as_itself_again(terms in proptest::collection::vec((0..FIELDS.len(), "(\"[a-z ,()\\\\]{0,6}\"|[a-z0-9.*<>=,-]{1,8})", "( |  OR | -| \\(|\\) )"), 1..5)) {
        let text: String = terms.iter().map(|(field, value, joint)| format!("{}:{value}{joint}", FIELDS[*field].name)).collect();
        if let Ok(query) = parse(&text) {
            let normal = query.to_string();
            let again = parse(&normal);
            prop_assert_eq!(again.as_ref(), Ok(&query), "{:?} → {:?}", text, normal);
        }
    }

    #[test]
    fn no_text_upsets_parser_or_suggestions(text in "\\PC{0,40}", cursor in 0usize..60) {
        let index = load("");
        if let Err(error) = parse(&text) {
            prop_assert!(error.to_string().lines().count() >= 3);
        }
        complete(&text, cursor.min(text.len()), &index, &Saved::default());
    }
}
