//! The same questions asked record by record, as plainly as the contract words them.

use std::fmt::Write;

use proptest::prelude::*;

use super::{load, search};
use crate::index::{Attempt, Connection, Delivery, DeliveryResult, Direction, Index, Message};
use crate::query::parse;

/// A query's shape.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Term(usize),
    All(Vec<Ask>),
    Any(Vec<Ask>),
    Not(Box<Ask>),
}

/// Whose a term is, and when it holds.
enum Leaf {
    Connection(fn(&Connection<'_>) -> bool),
    Message(fn(&Message<'_>) -> bool),
    /// One attempt; `None` if there is none.
    Attempt(fn(Option<&Attempt<'_>>) -> bool),
    /// Both for themselves.
    Reply(fn(&Connection<'_>) -> bool, fn(&Message<'_>) -> bool),
}

const TERMS: [(&str, Leaf); 16] = [
    (
        "user:ann",
        Leaf::Attempt(|one| one.is_some_and(|one| one.user() == Some("ann"))),
    ),
    (
        "user~^b",
        Leaf::Attempt(|one| {
            one.is_some_and(|one| one.user().is_some_and(|user| user.starts_with('b')))
        }),
    ),
    (
        "auth:failed",
        Leaf::Attempt(|one| one.is_some_and(|one| !one.succeeded())),
    ),
    (
        "auth:succeeded,none",
        Leaf::Attempt(|one| one.is_none_or(Attempt::succeeded)),
    ),
    (
        "profile:Out",
        Leaf::Attempt(|one| one.is_some_and(|one| one.profile() == Some("Out"))),
    ),
    (
        "mechanism:plain",
        Leaf::Attempt(|one| one.is_some_and(|one| one.mechanism() == Some("PLAIN"))),
    ),
    (
        "dir:in",
        Leaf::Connection(|one| one.direction() == Direction::Inbound),
    ),
    (
        "port:25",
        Leaf::Connection(|one| one.remote_port() == Some(25)),
    ),
    (
        "ip:10.0.0.0/31",
        Leaf::Connection(|one| matches!(one.remote_ip(), Some("10.0.0.0" | "10.0.0.1"))),
    ),
    (
        "end:close",
        Leaf::Connection(|one| one.end() == Some(crate::index::ConnectionEnd::Close)),
    ),
    ("mid:1,3", Leaf::Message(|one| matches!(one.mid().0, 1 | 3))),
    (
        "to:x1@*",
        Leaf::Message(|one| {
            one.recipients()
                .iter()
                .any(|to| to.to().is_some_and(|to| to.starts_with("x1@")))
        }),
    ),
    (
        "rid:>0",
        Leaf::Message(|one| {
            one.recipients()
                .iter()
                .any(|to| to.rid().is_some_and(|rid| rid > 0))
        }),
    ),
    (
        "domain:s.example",
        Leaf::Message(|one| one.from() == Some("a@s.example")),
    ),
    (
        "result:bounced",
        Leaf::Reply(
            |one| {
                one.deliveries()
                    .iter()
                    .any(|one| one.result() == DeliveryResult::Bounced)
            },
            |one| {
                one.deliveries()
                    .iter()
                    .any(|one| one.result() == DeliveryResult::Bounced)
            },
        ),
    ),
    (
        "code:535,554",
        Leaf::Reply(
            |one| {
                let coded = |code| matches!(code, Some(535 | 554));
                one.attempts().iter().any(|one| coded(one.code()))
                    || one.deliveries().iter().any(|one| coded(one.code()))
            },
            |one| {
                one.deliveries()
                    .iter()
                    .any(|one| matches!(one.code(), Some(535 | 554)))
            },
        ),
    ),
];

impl Ask {
    fn write(&self, out: &mut String) {
        let mut list = |parts: &[Self], joint: &str| {
            for (at, part) in parts.iter().enumerate() {
                out.push_str(if at > 0 { joint } else { "" });
                out.push('(');
                part.write(out);
                out.push(')');
            }
        };
        match self {
            Self::Term(at) => write!(out, "{}", TERMS[*at].0).unwrap(),
            Self::All(parts) => list(parts, " "),
            Self::Any(parts) => list(parts, " OR "),
            Self::Not(part) => {
                out.push_str("NOT (");
                part.write(out);
                out.push(')');
            }
        }
    }

    fn is_of_attempt(&self) -> bool {
        match self {
            Self::Term(at) => matches!(TERMS[*at].1, Leaf::Attempt(_)),
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_of_attempt),
            Self::Not(_) => false,
        }
    }

    /// Terms side by side, with or without brackets around some of them.
    fn side_by_side<'a>(&'a self, out: &mut Vec<&'a Self>) {
        match self {
            Self::All(parts) => parts.iter().for_each(|part| part.side_by_side(out)),
            Self::Any(parts) if parts.len() == 1 => parts[0].side_by_side(out),
            other => out.push(other),
        }
    }

    fn of_attempt(&self, attempt: Option<&Attempt<'_>>) -> bool {
        match self {
            Self::Term(at) => matches!(TERMS[*at].1, Leaf::Attempt(holds) if holds(attempt)),
            Self::All(parts) => parts.iter().all(|part| part.of_attempt(attempt)),
            Self::Any(parts) => parts.iter().any(|part| part.of_attempt(attempt)),
            Self::Not(_) => unreachable!(),
        }
    }

    fn holds(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Not(part) => !part.holds(record),
            Self::Any(parts) => parts.iter().any(|part| part.holds(record)),
            Self::All(_) => {
                let mut parts = Vec::new();
                self.side_by_side(&mut parts);
                let (of_attempt, others): (Vec<&Self>, Vec<&Self>) =
                    parts.into_iter().partition(|part| part.is_of_attempt());
                (of_attempt.is_empty() || record.attempt(&of_attempt))
                    && others.into_iter().all(|part| part.holds(record))
            }
            Self::Term(_) if self.is_of_attempt() => record.attempt(&[self]),
            Self::Term(at) => record.term(&TERMS[*at].1),
        }
    }
}

enum Record<'i> {
    Connection(Connection<'i>),
    Message(Message<'i>),
    Attempt(Attempt<'i>),
}

impl<'i> Record<'i> {
    /// The connections that answer for the record.
    fn connections(&self) -> Vec<Connection<'i>> {
        match self {
            Self::Connection(one) => vec![*one],
            Self::Attempt(one) => vec![one.connection()],
            Self::Message(one) => {
                let deliveries = one.deliveries();
                let out = deliveries.iter().filter_map(Delivery::connection);
                one.connection().into_iter().chain(out).collect()
            }
        }
    }

    fn attempt(&self, asks: &[&Ask]) -> bool {
        let holds = |attempt: Option<&Attempt<'_>>| asks.iter().all(|ask| ask.of_attempt(attempt));
        if let Self::Attempt(one) = self {
            return holds(Some(one));
        }
        self.connections().iter().any(|connection| {
            let attempts = connection.attempts();
            attempts.iter().any(|one| holds(Some(one))) || attempts.is_empty() && holds(None)
        })
    }

    fn term(&self, leaf: &Leaf) -> bool {
        match (leaf, self) {
            (Leaf::Connection(holds), _) => self.connections().iter().any(holds),
            (Leaf::Message(holds), Self::Message(one)) => holds(one),
            (Leaf::Message(holds), Self::Connection(one)) => one.carried().iter().any(holds),
            (Leaf::Reply(_, holds), Self::Message(one)) => holds(one),
            (Leaf::Reply(holds, _), Self::Connection(one)) => holds(one),
            _ => false,
        }
    }
}

/// A log of few ids, so that all kinds of records are linked and ids are reused.
pub(super) fn log(steps: &[(u8, u8, u8)]) -> String {
    let mut log = String::new();
    for (second, (what, id, other)) in steps.iter().enumerate() {
        let user = if *other % 2 == 0 { "ann" } else { "ben" };
        let text = match what {
            0 => format!(
                "New SMTP ICID {id} interface A (192.0.2.1) address 10.0.0.{other} reverse dns host unknown verified no"
            ),
            1 => format!(
                "SMTP Auth: (ICID {id}) succeeded for user: {user} using AUTH mechanism: PLAIN with profile: In"
            ),
            2 => format!(
                "SMTP Auth: (ICID {id}) failed for user: {user} using AUTH mechanism: LOGIN with profile: Out"
            ),
            3 => format!("Start MID {other} ICID {id}"),
            4 => format!("MID {id} ICID {other} RID {other} To: <x{other}@d.example>"),
            5 => format!(
                "New SMTP DCID {id} interface 192.0.2.1 address 10.0.0.{other} port {}",
                if *other > 1 { 25 } else { 587 }
            ),
            6 => format!(
                "DCID: {id} IP: 10.0.0.{other} SMTP authentication using the profile Out failed: ('535', ['5.7.8 no'])"
            ),
            7 => format!("Message done DCID {id} MID {other} to RID [0]"),
            8 => format!(
                "Bounced: DCID {id} MID {other} to RID 1 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 no'])"
            ),
            9 => format!("ICID {id} close"),
            10 => format!("DCID {id} close"),
            12 => format!("Message finished MID {id} done"),
            13 => format!("MID {id} rewritten as MID {other} by antispam"),
            14 => format!("MID {id} quarantined to \"Policy\" (Outbreak rule: x)"),
            _ => format!("MID {id} ready 10 bytes from <a@s.example>"),
        };
        let (minute, second) = (second / 60, second % 60);
        writeln!(
            log,
            "Mon Mar  2 10:{minute:02}:{second:02} 2026 Info: {text}"
        )
        .unwrap();
    }
    log
}

pub(super) fn asks() -> impl Strategy<Value = Ask> {
    (0..TERMS.len())
        .prop_map(Ask::Term)
        .prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 1..4).prop_map(Ask::All),
                proptest::collection::vec(inner.clone(), 1..4).prop_map(Ask::Any),
                inner.prop_map(|part| Ask::Not(Box::new(part))),
            ]
        })
}

/// What attempts answer: `code` is their own there, and `result` their connection's.
fn asks_of_replies(ask: &Ask) -> bool {
    match ask {
        Ask::Term(at) => matches!(TERMS[*at].1, Leaf::Reply(..)),
        Ask::All(parts) | Ask::Any(parts) => parts.iter().any(asks_of_replies),
        Ask::Not(part) => asks_of_replies(part),
    }
}

pub(super) fn check(index: &Index, log: &str, ask: &Ask) {
    let mut text = String::new();
    ask.write(&mut text);
    let query = parse(&text).unwrap();
    let hits = search(&query, log);
    let holds = |record: Record<'_>| ask.holds(&record);
    let expected: Vec<_> = index
        .connections()
        .filter(|one| holds(Record::Connection(*one)))
        .map(|one| one.record())
        .collect();
    assert_eq!(
        query.connections(index, &hits),
        expected,
        "connections: {text}\n{log}"
    );
    let expected: Vec<_> = index
        .messages()
        .filter(|one| holds(Record::Message(*one)))
        .map(|one| one.record())
        .collect();
    assert_eq!(
        query.messages(index, &hits),
        expected,
        "messages: {text}\n{log}"
    );
    if !asks_of_replies(ask) {
        let expected: Vec<_> = index
            .attempts()
            .filter(|one| holds(Record::Attempt(*one)))
            .map(|one| one.record())
            .collect();
        assert_eq!(
            query.attempts(index, &hits),
            expected,
            "attempts: {text}\n{log}"
        );
    }
}

proptest! {
    #[test]
    fn sets_of_bits_answer_as_each_record_would(
        steps in proptest::collection::vec((0u8..12, 0u8..4, 0u8..4), 0..60),
        asks in proptest::collection::vec(asks(), 1..6),
    ) {
        let log = log(&steps);
        let index = load(&log);
        for ask in &asks {
            check(&index, &log, ask);
        }
    }
}
