//! Counts the reasons of failures and their consequences.

use hashbrown::HashMap;

use super::bucket::RouteConnection;
use super::{HostBuilder, NONE};
use crate::header::Timestamp;
use crate::index::{
    Connection, ConnectionId, DeliveryId, DeliveryResult, Index, Interner, Symbol, TextId,
};
use crate::triage::outcome::ConnectionOutcome;
use crate::triage::reason::{self, Reason, most_frequent_first};

/// What makes two occurrences one reason.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct ReasonKey {
    bucket: u32,
    outcome: ConnectionOutcome,
    /// The reason this is a consequence of.
    cause: u32,
    code: u16,
    text: Option<Symbol>,
}

#[derive(Debug)]
struct ReasonCount {
    key: ReasonKey,
    count: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    example: ConnectionId,
}

/// One occurrence of a reason.
#[derive(Clone, Copy)]
struct Occurrence {
    time: Option<Timestamp>,
    connection: ConnectionId,
}

/// All reasons of all buckets.
#[derive(Debug, Default)]
pub(super) struct Reasons {
    numbers: HashMap<ReasonKey, u32, foldhash::fast::RandomState>,
    sums: Vec<ReasonCount>,
    texts: Interner,
    /// Normalized texts of the index.
    known: HashMap<TextId, Symbol, foldhash::fast::RandomState>,
}

impl Reasons {
    fn add(&mut self, key: ReasonKey, given: Occurrence) -> u32 {
        let Occurrence { time, connection } = given;
        let sums = &mut self.sums;
        let number = *self.numbers.entry(key).or_insert_with(|| {
            sums.push(ReasonCount {
                key,
                count: 0,
                first: time,
                last: time,
                example: connection,
            });
            u32::try_from(sums.len() - 1).unwrap_or(NONE)
        });
        let sum = &mut self.sums[number as usize];
        sum.count += 1;
        sum.first = match (sum.first, time) {
            (Some(first), Some(time)) => Some(first.min(time)),
            (first, time) => first.or(time),
        };
        if time >= sum.last {
            (sum.last, sum.example) = (time, connection);
        }
        number
    }

    /// Compaction of the index has renumbered its texts.
    pub(crate) fn forget_numbers(&mut self) {
        self.known.clear();
    }

    fn normalized(&mut self, index: &Index, id: Option<TextId>) -> Option<Symbol> {
        let id = id?;
        if let Some(name) = self.known.get(&id) {
            return Some(*name);
        }
        let text = reason::normalize(&index.texts.full(id));
        let name = self.texts.intern(text.as_bytes());
        self.known.insert(id, name);
        Some(name)
    }

    fn words(&mut self, text: &str) -> Option<Symbol> {
        let text = reason::normalize(text);
        (!text.is_empty()).then(|| self.texts.intern(text.as_bytes()))
    }

    /// Reasons and refusals of each bucket, most frequent first.
    pub(crate) fn of_buckets(self, buckets: usize) -> Vec<(Vec<Reason>, Vec<Reason>)> {
        let made = |sum: &ReasonCount| Reason {
            outcome: sum.key.outcome,
            code: Some(sum.key.code).filter(|code| *code > 0),
            detail: sum
                .key
                .text
                .map_or_else(String::new, |name| self.texts.get(name).to_owned()),
            count: sum.count,
            first: sum.first,
            last: sum.last,
            example: Some(sum.example),
            consequences: Vec::new(),
        };
        let mut followed: HashMap<u32, Vec<Reason>> = HashMap::new();
        for sum in self.sums.iter().filter(|sum| sum.key.cause != NONE) {
            followed.entry(sum.key.cause).or_default().push(made(sum));
        }
        let mut all: Vec<(Vec<Reason>, Vec<Reason>)> =
            (0..buckets).map(|_| Default::default()).collect();
        let causes = (0u32..)
            .zip(&self.sums)
            .filter(|(_, sum)| sum.key.cause == NONE);
        for (number, sum) in causes {
            let mut reason = made(sum);
            reason.consequences = followed.remove(&number).unwrap_or_default();
            most_frequent_first(&mut reason.consequences);
            let (reasons, refusals) = &mut all[sum.key.bucket as usize];
            let list = if sum.key.outcome == ConnectionOutcome::Ok {
                refusals
            } else {
                reasons
            };
            list.push(reason);
        }
        for (reasons, refusals) in &mut all {
            most_frequent_first(reasons);
            most_frequent_first(refusals);
        }
        all
    }
}

/// The text of a connection error, with the system's error if that differs.
fn connection_error(connection: &Connection<'_>) -> String {
    let cause = connection.error().unwrap_or_default();
    match connection.error_details() {
        Some(details) if !details.is_empty() && details != cause => {
            format!("{cause}: {details}")
        }
        _ => cause.to_owned(),
    }
}

impl HostBuilder {
    /// The reason of a failed connection itself.
    pub(super) fn note_cause(&mut self, index: &Index, at: usize) {
        let member = self.members.list[at];
        let connection = index.connection(member.connection);
        let key = |code, text| ReasonKey {
            bucket: member.bucket,
            outcome: member.outcome,
            cause: NONE,
            code,
            text,
        };
        let given = Occurrence {
            time: connection.first_seen(),
            connection: member.connection,
        };
        let cause = match member.outcome {
            ConnectionOutcome::ConnectionError => {
                let text = connection_error(&connection);
                let text = self.reasons.words(&text);
                self.reasons.add(key(0, text), given)
            }
            ConnectionOutcome::TlsFailed => {
                let detail = connection.tls().and_then(|tls| tls.detail);
                let text = detail.map(String::from_utf8_lossy);
                let text = text.and_then(|text| self.reasons.words(&text));
                self.reasons.add(key(0, text), given)
            }
            ConnectionOutcome::AuthFailed => self.refused_logins(index, &member),
            ConnectionOutcome::Ok | ConnectionOutcome::Rejected | ConnectionOutcome::Idle => NONE,
        };
        self.members.list[at].cause = cause;
    }

    fn refused_logins(&mut self, index: &Index, member: &RouteConnection) -> u32 {
        let mut cause = NONE;
        let attempts = index.connection(member.connection).attempts();
        for attempt in attempts.iter().filter(|attempt| !attempt.succeeded()) {
            let at = attempt.record().at();
            let key = ReasonKey {
                bucket: member.bucket,
                outcome: ConnectionOutcome::AuthFailed,
                cause: NONE,
                code: index.attempts.code.get(at),
                text: self
                    .reasons
                    .normalized(index, index.attempts.detail.get(at)),
            };
            let given = Occurrence {
                time: attempt.time(),
                connection: member.connection,
            };
            cause = self.reasons.add(key, given);
        }
        cause
    }

    /// A refused or delayed recipient: a consequence, a reason, or a refusal of a working route.
    pub(super) fn reply(&mut self, index: &Index, at: usize) {
        let (columns, at) = (&index.deliveries, self.ranks.deliveries.number(at));
        let result = columns.result.get(at);
        let Some(connection) = columns.connection.get(at) else {
            return;
        };
        if result == DeliveryResult::Delivered {
            return;
        }
        let recipient = columns.recipient.get(at);
        let to = index.recipients.to.get(recipient.at());
        let domain = to.and_then(|to| self.domains.of(index, to));
        let Some(number) = self.find_member(connection, domain) else {
            return;
        };
        let member = self.members.list[number as usize];
        let outcome = if member.outcome.is_failure() {
            ConnectionOutcome::Rejected
        } else {
            ConnectionOutcome::Ok
        };
        let key = ReasonKey {
            bucket: member.bucket,
            outcome,
            cause: member.cause,
            code: columns.code.get(at),
            text: self.reasons.normalized(index, columns.detail.get(at)),
        };
        let given = Occurrence {
            time: columns.time.get(at),
            connection,
        };
        self.reasons.add(key, given);
        if member.outcome.is_failure() {
            self.affect(index, member.bucket, DeliveryId::new(at));
        }
    }

    /// Records a delivery affected by a failure of the route.
    pub(super) fn affect(&mut self, index: &Index, bucket: u32, delivery: DeliveryId) {
        let recipient = index.deliveries.recipient.get(delivery.at());
        let bucket = &mut self.buckets.list[bucket as usize];
        bucket.recipients.push(recipient);
        bucket
            .messages
            .push(index.recipients.message.get(recipient.at()));
    }
}
