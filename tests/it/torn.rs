//! Any bytes in: every line accounted for, and never a panic.

use proptest::prelude::*;

use crate::run::Place;

/// Pieces of real shapes and of none, so that random logs come near the parser's edges.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let shapes = [
        "Mon Mar  2 08:00:00 2026 Info: ",
        "Mar  2 08:00:00 esa01 mail_logs: Info: ",
        "ICID 7 close",
        "MID 5 ICID 7 ",
        "RID [0, 1] Response '",
        "Bounced: DCID 8 MID 5 to RID 0 - 5.1.0 - x ('554', ['",
        "'])",
        "\n",
        "\r\n",
        "\r",
        "SMTP Auth: (ICID 7) failed for user: ",
        " using AUTH mechanism: PLAIN with profile: ",
        "From: <",
        "To: <",
        ">",
        "New SMTP ICID 7 interface A (192.0.2.1) address ",
        " reverse dns host ",
        "Start MID 5 ICID 7",
        " SG ",
        " SBRS ",
    ];
    prop_oneof![
        proptest::sample::select(shapes.map(|shape| shape.as_bytes().to_vec()).to_vec()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_line_is_an_event(pieces in proptest::collection::vec(piece(), 0..200)) {
        let mut log = b"Mon Mar  2 08:00:00 2026 Info: ICID 1 close\n".to_vec();
        log.extend(pieces.concat());
        let place = Place::new();
        let path = place.write("mail.current", &log);
        let entries = log.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        prop_assert_eq!(place.records("", "events", &path).len(), entries);
        for view in ["connections", "messages", "auth", "deliveries"] {
            place.records("", view, &path);
        }
    }
}
