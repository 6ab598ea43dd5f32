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
            "unknown field `http`; to search for this text, quote it: \"http://x\"\n  http://x\n  ^^^^",
        ),
        (
            "user:",
            "`user:` needs a value, e.g. `user:svc-*`\n  user:\n       ^",
        ),
        (
            "mid:abc",
            "expected a number, a range `1..5`, a list `1,2,3` or a comparison with > >= < <=\n  mid:abc\n      ^^^",
        ),
        (
            "mid:1,x",
            "expected a number, a range `1..5`, a list `1,2,3` or a comparison with > >= < <=\n  mid:1,x\n        ^",
        ),
        (
            "icid:9..1",
            "the range is reversed\n  icid:9..1\n       ^^^^",
        ),
        (
            "auth:faild",
            "`faild` is not an auth result; use succeeded, failed or none\n  auth:faild\n       ^^^^^",
        ),
        (
            "ip:10.0.0.0/40",
            "expected an address: 192.0.2.7, 172.16.0.0/12, 2001:db8::/32 or 10.1.*\n  ip:10.0.0.0/40\n     ^^^^^^^^^^^",
        ),
        (
            "(user:a OR",
            "expected a term after OR: field:value, a word, \"a phrase\" or /regex/\n  (user:a OR\n            ^",
        ),
        ("(user:a", "missing )\n  (user:a\n  ^"),
        ("user:a)", "unmatched )\n  user:a)\n        ^"),
        (
            "\"ünß\" \"x\u{7}",
            "missing closing \"\n  \"ünß\" \"x\\x07\n        ^^^^^^",
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
            "expected a time: 2009-04-22T11:50, 11:50 (of the newest day) or -15m (before the newest entry)\n  since:yesterday\n        ^^^^^^^^^",
        ),
        (
            "since:2026-02-30",
            "`2026-02-30` does not exist; expected a time: 2009-04-22T11:50, 11:50 (of the newest day) or -15m (before the newest entry)\n  since:2026-02-30\n        ^^^^^^^^^^",
        ),
        (
            "/a",
            "missing closing /; to search for text with slashes, quote it\n  /a\n  ^^",
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(parse(query).unwrap_err().to_string(), expected, "{query}");
    }
}

#[test]
fn queries_over_the_limits_are_refused() {
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
fn errors_in_long_queries_show_the_text_around_them() {
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
fn a_quoted_value_matches_its_source() {
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
fn suggestions_list_fields_and_values_of_the_log() {
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
fn saved_queries_are_completed_and_expand_as_a_group() {
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
    fn no_text_makes_the_parser_or_the_suggestions_panic(text in "\\PC{0,40}", cursor in 0usize..60) {
        let index = load("");
        if let Err(error) = parse(&text) {
            prop_assert!(error.to_string().lines().count() >= 3);
        }
        complete(&text, cursor.min(text.len()), &index, &Saved::default());
    }
}
