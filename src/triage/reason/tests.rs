//! Texts that differ only in variable parts are one reason.

use super::normalize;

#[test]
fn variable_parts_are_replaced_and_the_rest_stays() {
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
fn ten_thousand_refusals_are_one_reason() {
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
fn a_url_may_follow_any_character() {
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
