//! Tables of lines of one second, and the records that they make in any order.

use crate::event::{ConnId, Dcid, Icid, Mid};
use crate::index::tests::{at, load};
use crate::index::{ConnectionEnd, DeliveryState, Index, Recipient};

/// The index of lines of one second, in the given order and in the reverse one.
fn both_ways(lines: &[&str]) -> [Index; 2] {
    let log = |lines: Vec<&&str>| -> String { lines.into_iter().map(|line| at(1, line)).collect() };
    let forward = load(&log(lines.iter().collect()));
    [forward, load(&log(lines.iter().rev().collect()))]
}

#[test]
fn the_most_specific_end_of_a_connection_counts() {
    const KILLED: &str = "SMTP server connection killed ICID: 7";
    for (lines, end) in [
        (vec!["ICID 7 close"], ConnectionEnd::Close),
        (vec!["ICID 7 lost"], ConnectionEnd::Lost),
        (vec![KILLED], ConnectionEnd::Aborted),
        (vec!["ICID 7 lost", "ICID 7 close"], ConnectionEnd::Lost),
        (vec![KILLED, "ICID 7 close"], ConnectionEnd::Close),
        (vec![KILLED, "ICID 7 lost"], ConnectionEnd::Lost),
        (
            vec![KILLED, "ICID 7 lost", "ICID 7 close"],
            ConnectionEnd::Lost,
        ),
    ] {
        for index in both_ways(&lines) {
            let id = index.find_connections(ConnId::In(Icid(7)))[0];
            let connection = index.connection(id);
            assert_eq!(connection.end(), Some(end), "{lines:?}");
            assert_eq!(connection.lines() as usize, lines.len(), "{lines:?}");
            assert_eq!(index.connection_count(), 1, "{lines:?}");
        }
    }
}

#[test]
fn the_reason_of_a_tls_failure_overrides_that_tls_is_required() {
    const REQUIRED: &str = "DCID 8 TLS was required but could not be successfully negotiated";
    const FAILED: &str = "DCID 8 TLS failed: verify error: hostname mismatch";
    for lines in [vec![FAILED, REQUIRED], vec![FAILED]] {
        for index in both_ways(&lines) {
            let id = index.find_connections(ConnId::Out(Dcid(8)))[0];
            let name = index.connection(id).tls_name().unwrap();
            let written = index.names.tls.get(name);
            assert!(
                written.contains("hostname mismatch"),
                "{lines:?}: {written}"
            );
        }
    }
}

#[test]
fn the_state_of_a_recipient_follows_from_the_lines_of_its_message() {
    use DeliveryState::{Aborted, Bounced, Delayed, Delivered, Dropped, Quarantined, Queued};
    const TO: &str = "MID 5 ICID 7 RID 0 To: <a@example.com>";
    const DONE: &str = "Message done DCID 8 MID 5 to RID [0]";
    const DELAYED: &str = "Delayed: DCID 8 MID 5 to RID 0 - 4.1.0 - x ('450', ['4.7.1 later']) []";
    const BOUNCED: &str = "Bounced: DCID 8 MID 5 to RID 0 - 5.1.0 - x ('550', ['5.1.1 no']) []";
    const HELD: &str = "MID 5 quarantined to \"Policy\" (x)";
    const RELEASED: &str = "MID 5 released from all quarantines";
    const DROPPED: &str = "Message aborted MID 5 Dropped by CASE";
    const ABORTED: &str = "Message aborted MID 5 Receiving aborted by sender";
    for (lines, state) in [
        (vec![TO], Queued),
        (vec![TO, DONE], Delivered),
        (vec![TO, DELAYED], Delayed),
        (vec![TO, DELAYED, DONE], Delivered),
        (vec![TO, DELAYED, BOUNCED], Bounced),
        (vec![TO, HELD], Quarantined),
        (vec![TO, HELD, RELEASED], Queued),
        (vec![TO, HELD, RELEASED, DONE], Delivered),
        (vec![TO, DROPPED], Dropped),
        (vec![TO, HELD, DROPPED], Dropped),
        (vec![TO, ABORTED], Aborted),
        // A final state is not undone by one of the whole message.
        (vec![TO, DONE, DROPPED], Delivered),
        (vec![TO, DONE, HELD], Delivered),
        // A recipient that appears after the abort shares it.
        (vec![DROPPED, TO], Dropped),
    ] {
        let log: String = (1..)
            .zip(&lines)
            .map(|(minute, line)| at(minute, line))
            .collect();
        let index = load(&log);
        let message = index.message(index.find_messages(Mid(5))[0]);
        let states: Vec<_> = message.recipients().iter().map(Recipient::state).collect();
        assert_eq!(states, [state], "{lines:?}");
    }
}

#[test]
fn a_line_long_after_the_end_of_a_connection_belongs_to_a_new_one() {
    for (minute, count) in [(30, 1), (59, 1)] {
        let index = load(&(at(1, "ICID 7 close") + &at(minute, "ICID 7 lost")));
        assert_eq!(index.connection_count(), count, "minute {minute}");
    }
    let later = "Mon Mar  2 09:01:01 2026 Info: ICID 7 lost\n";
    let index = load(&(at(1, "ICID 7 close") + later));
    assert_eq!(index.connection_count(), 2);
    let index = load(&(at(1, "ICID 7 close") + &later.replace("09:01:01", "09:01:00")));
    assert_eq!(index.connection_count(), 1);
}

#[test]
fn recipients_without_a_number_get_their_place_as_number() {
    let log = at(1, "MID 5 ICID 7 To: <a@example.com>")
        + &at(1, "MID 5 ICID 7 To: <b@example.com>")
        + &at(2, "Message done DCID 8 MID 5 to RID [1]");
    let index = load(&log);
    let message = index.message(index.find_messages(Mid(5))[0]);
    let recipients: Vec<_> = message
        .recipients()
        .iter()
        .map(|one| (one.rid(), one.to()))
        .collect();
    assert_eq!(
        recipients,
        [
            (Some(1), Some("b@example.com")),
            (None, Some("a@example.com"))
        ]
    );
    assert_eq!(message.recipients()[0].state(), DeliveryState::Delivered);
}

#[test]
fn consecutive_scanner_verdicts_are_applied_first_and_last() {
    let verdict = |n: u32| {
        at(
            1,
            &format!("MID 5 interim verdict using engine{n}: negative"),
        )
    };
    let log: String = (0..9).map(verdict).collect();
    let length = log.lines().last().map_or(0, str::len) as u64 + 1;
    let index = load(&log);
    assert_eq!(index.totals().entries, 9);
    let spans = index.message(index.find_messages(Mid(5))[0]).spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(
        (spans[0].first.offset(), spans[0].last.offset()),
        (0, 8 * length)
    );
}
