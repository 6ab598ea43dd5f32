//! Records from lines in their order and out of it.

mod equivalence;

use super::*;
use crate::event::{ConnId, Dcid, Icid};
use crate::header::{HeaderParser, YearResolver};
use crate::position::Position;

/// An index of a log's lines, applied in the given order.
pub(super) fn load(log: &str) -> Index {
    let mut index = Index::new(TrackClosed::On);
    index.open_source(SourceId::new(0), "");
    let mut parser = HeaderParser::new(YearResolver::starting(2026));
    let mut offset = 0;
    for line in log.lines() {
        let bytes = line.as_bytes();
        let frame = parser.parse(bytes);
        index.apply(&Entry::parse(
            Position::new(SourceId::new(0), offset),
            &frame,
            bytes,
        ));
        offset += bytes.len() as u64 + 1;
    }
    index
}

/// Lines of one second each, numbered by their minute.
pub(super) fn at(minute: u32, message: &str) -> String {
    format!("Mon Mar  2 08:{minute:02}:00 2026 Info: {message}\n")
}

const OPEN: &str = "New SMTP ICID 7 interface A (192.0.2.1) address 192.0.2.9 reverse dns host unknown verified no";

#[test]
fn an_opening_behind_its_lines_belongs_to_them_only_within_a_second() {
    let shuffled = load(&(at(1, "ICID 7 close") + &at(1, OPEN) + &at(1, "ICID 7 lost")));
    assert_eq!(shuffled.connection_count(), 1);
    let connection = shuffled.connections().next().unwrap();
    assert_eq!(
        (connection.end(), connection.lines()),
        (Some(ConnectionEnd::Lost), 3)
    );
    assert!(connection.opened().is_some());

    let later = load(&(at(1, "ICID 7 close") + &at(2, OPEN)));
    assert_eq!(later.connection_count(), 2);
    assert_eq!((later.totals().open_in, later.totals().open_out), (1, 0));
}

#[test]
fn each_closed_record_is_drained_once() {
    let mut index = load(
        &(at(1, OPEN)
            + &at(2, "ICID 7 lost")
            + &at(2, "ICID 7 close")
            + &at(3, OPEN)
            + &at(4, OPEN)),
    );
    let ended = index.drain_closed();
    let ends: Vec<_> = ended
        .iter()
        .map(|ended| index.connection(ended.connection().unwrap()).end())
        .collect();
    assert_eq!(
        ends,
        [Some(ConnectionEnd::Lost), Some(ConnectionEnd::Superseded)]
    );
    assert!(index.drain_closed().is_empty());
    assert_eq!(index.totals().open_in, 1);
}

#[test]
fn a_reply_before_its_delivery_is_kept_for_it() {
    let index = load(
        &(at(1, "MID 5 RID [0, 1] Response '2.0.0 Ok'")
            + &at(1, "Message done DCID 8 MID 5 to RID [0, 1]")),
    );
    let details: Vec<_> = index
        .deliveries()
        .map(|delivery| (delivery.detail(), delivery.enhanced()))
        .collect();
    assert_eq!(details, vec![(Some("2.0.0 Ok".into()), Some("2.0.0")); 2]);
}

#[test]
fn within_a_second_a_final_state_overrides_delayed() {
    let delayed = "Delayed: DCID 8 MID 5 to RID 0 - 4.1.0 - x ('450', ['4.7.1 later']) []";
    let done = "Message done DCID 9 MID 5 to RID [0]";
    for log in [
        at(1, delayed) + &at(1, done),
        at(1, done) + &at(1, delayed),
        at(1, delayed) + &at(9, done),
    ] {
        let index = load(&log);
        let recipient = index.messages().next().unwrap().recipients()[0];
        assert_eq!(recipient.state(), DeliveryState::Delivered, "{log}");
        let decided = recipient
            .decided_by()
            .and_then(|delivery| delivery.connection())
            .unwrap();
        assert_eq!(decided.link(), ConnId::Out(Dcid(9)));
        assert_eq!(recipient.deliveries().len(), 2);
    }
    let again = load(&(at(1, done) + &at(2, delayed)));
    assert_eq!(
        again.messages().next().unwrap().recipients()[0].state(),
        DeliveryState::Delayed
    );
}

#[test]
fn recipients_beyond_any_list_are_found_by_their_number() {
    let mut log = at(1, "Start MID 5 ICID 7");
    for rid in (0..300).rev() {
        log += &at(
            1,
            &format!("MID 5 ICID 7 RID {rid} To: <u{rid}@example.com>"),
        );
    }
    for rid in 0..300 {
        log += &at(2, &format!("Message done DCID 8 MID 5 to RID [{rid}]"));
    }
    let index = load(&log);
    let recipients = index.messages().next().unwrap().recipients();
    assert_eq!(recipients.len(), 300);
    for (rid, recipient) in recipients.iter().enumerate() {
        assert_eq!(recipient.to(), Some(format!("u{rid}@example.com").as_str()));
        assert_eq!(recipient.state(), DeliveryState::Delivered);
    }
}

#[test]
fn undecided_recipients_get_the_state_of_their_message() {
    let log = at(1, "Start MID 5 ICID 7")
        + &at(1, "MID 5 ICID 7 RID 0 To: <a@example.com>")
        + &at(2, "Message aborted MID 5 Dropped by CASE")
        + &at(2, "Message finished MID 5 done");
    let index = load(&log);
    let message = index.messages().next().unwrap();
    assert_eq!(
        message.common_state(),
        records::message::CommonState::All(DeliveryState::Dropped)
    );
    assert!(message.is_finished());
    let empty = load(
        &(at(1, "Start MID 5 ICID 7")
            + &at(2, "Message aborted MID 5 Receiving aborted by sender")),
    );
    assert_eq!(
        empty.messages().next().unwrap().common_state().word(),
        Some("aborted")
    );
}

#[test]
fn messages_descend_and_never_from_themselves() {
    let bounce = |child, parent| {
        at(
            2,
            &format!("MID {child} was generated for bounce of MID {parent}"),
        )
    };
    let index =
        load(&(bounce(6, 5) + &at(3, "Start MID 6 ICID 0") + &bounce(5, 6) + &bounce(6, 6)));
    let message = index
        .messages()
        .find(|message| message.mid().0 == 6)
        .unwrap();
    assert_eq!(
        index.message_count(),
        2,
        "the line that says its parent may come before its start"
    );
    assert_eq!(message.parent().map(|parent| parent.mid().0), Some(5));
    assert_eq!(message.icid(), Some(0));
    let parent = message.parent().unwrap();
    assert!(parent.parent().is_none());
    assert_eq!(parent.children().len(), 1);
}

#[test]
fn appliances_have_ids_of_their_own() {
    let line = |host, message| format!("Mar  2 08:00:00 {host} mail_logs: Info: {message}\n");
    let index =
        load(&(line("esa01", OPEN) + &line("esa02", OPEN) + &line("esa01", "ICID 7 close")));
    let seen: Vec<_> = index
        .connections()
        .map(|c| (c.appliance(), c.end()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some("esa01"), Some(ConnectionEnd::Close)),
            (Some("esa02"), None)
        ]
    );
    assert_eq!(index.find_connections(ConnId::In(Icid(7))).len(), 2);
}
