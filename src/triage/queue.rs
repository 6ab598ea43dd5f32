//! Mail that waits, by destination: how much, since when, and why it was not delivered yet.
//!
//! A message whose destination does not answer has no line of its own after `queued for delivery`:
//! a Connection Error names only the domain.

mod envelope;
pub(crate) mod latency;
mod tries;

use hashbrown::HashMap;

use crate::header::Timestamp;
use crate::index::{
    ApplianceId, Connection, ConnectionId, Delivery, DeliveryState, Index, Message, Recipient,
};
use crate::judge::class::{Class, classify_connection};
use crate::judge::incident::IncidentKind;
use crate::judge::{RouteNo, RouteState, Seconds};
use envelope::Envelope;
use tries::Tries;

/// The upper limits of [`QueueRow::ages`] in seconds, as qshape has them for people; the last group
/// has none.
pub(crate) const AGES: [(&str, Seconds); 6] = [
    ("5m", 300),
    ("20m", 1200),
    ("1h", 3600),
    ("4h", 14_400),
    ("1d", 86_400),
    ("older", Seconds::MAX),
];

/// A recipient domain with waiting recipients.
#[derive(Clone, Debug)]
pub(crate) struct QueueRow {
    /// Its name on screens.
    pub appliance: Option<String>,
    /// In lower case.
    pub domain: String,
    /// The name of its route; `None` if nothing ever connected to a host of the domain.
    pub route: Option<String>,
    /// The state of its route; `None` if nothing was tried.
    pub state: Option<RouteState>,
    /// What the route's incident or else the newest failure is, and since when.
    pub cause: Option<(Class, Timestamp)>,
    /// Recipients.
    pub waiting: u32,
    pub messages: u32,
    /// When the first of the recipients was queued.
    pub oldest: Option<Timestamp>,
    /// Recipients by the time that they wait.
    pub ages: [u32; AGES.len()],
    /// Failed attempts since `oldest`; an attempt tries each host of the domain.
    pub attempts: u32,
    /// The newest failure since the route worked or since `oldest`.
    pub last_failure: Option<Failure>,
    /// When the appliance probably tries again.
    pub next_attempt: Option<Timestamp>,
}

/// A failed attempt to deliver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Failure {
    pub time: Timestamp,
    pub class: Class,
    /// As the log has it: not sanitized.
    pub text: String,
}

/// The waiting recipients of some messages by appliance and domain, most first.
pub(crate) fn queue<'i>(
    index: &'i Index,
    messages: impl IntoIterator<Item = Message<'i>>,
) -> Vec<QueueRow> {
    let mut domains = Domains {
        index,
        known: HashMap::new(),
    };
    messages.into_iter().for_each(|one| domains.add(&one));
    if !domains.known.is_empty() {
        domains.add_failed_connections();
    }
    let mut rows = domains.rows();
    rows.sort_by(|a, b| {
        let key = |row: &QueueRow| (std::cmp::Reverse(row.waiting), row.oldest);
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.domain, &a.appliance).cmp(&(&b.domain, &b.appliance)))
    });
    rows
}

/// What waits, while it is counted.
struct Domains<'i> {
    index: &'i Index,
    known: HashMap<(ApplianceId, String), Waiting<'i>>,
}

#[derive(Default)]
struct Waiting<'i> {
    recipients: u32,
    messages: u32,
    oldest: Option<Timestamp>,
    ages: [u32; AGES.len()],
    tries: Tries,
    /// When its route last worked.
    worked: Option<Seconds>,
    first_failure: Option<Timestamp>,
    newest: Option<Newest<'i>>,
}

#[derive(Clone, Copy)]
enum Newest<'i> {
    Delivery(Timestamp, Delivery<'i>),
    Connection(Timestamp, Connection<'i>),
}

impl<'i> Domains<'i> {
    fn add(&mut self, message: &Message<'i>) {
        if message.is_finished() || message.fate().is_some() {
            return;
        }
        let queued = message.queued();
        let waits = |known: &Option<Recipient<'_>>| {
            let state = known.map_or(DeliveryState::Queued, |known| known.state());
            state == DeliveryState::Delayed || state == DeliveryState::Queued && queued.is_some()
        };
        let since = queued.or(message.first_seen());
        let age = match (self.index.newest(), since) {
            (Some(newest), Some(since)) => newest.seconds() - since.seconds(),
            _ => 0,
        };
        let age = AGES.iter().position(|(_, limit)| age < *limit);
        let mut counted: Vec<String> = Vec::new();
        for (domain, recipient) in Envelope::of(message).recipients {
            if !waits(&recipient) {
                continue;
            }
            let is_new = !counted.contains(&domain);
            let key = (message.appliance_id(), domain);
            let waiting = self.known.entry(key.clone()).or_default();
            waiting.recipients += 1;
            waiting.ages[age.unwrap_or(AGES.len() - 1)] += 1;
            waiting.oldest = [waiting.oldest, since].into_iter().flatten().min();
            if is_new {
                waiting.messages += 1;
                counted.push(key.1);
            }
            let deliveries = recipient.map_or_else(Vec::new, |known| known.deliveries());
            deliveries.into_iter().for_each(|one| waiting.deferred(one));
        }
    }

    /// The connections that failed before they carried a message, since the route worked or since
    /// the first recipient waits.
    fn add_failed_connections(&mut self) {
        for ((appliance, domain), waiting) in &mut self.known {
            let judge = self.index.judge(*appliance);
            let route = judge.and_then(|judge| judge.route_of_domain(domain.as_bytes()));
            waiting.worked = route.and_then(|route| route.last_success());
        }
        let failures = &self.index.connections.failures;
        let mut failed: Vec<ConnectionId> = failures.keys().copied().collect();
        failed.sort_unstable();
        for connection in failed.into_iter().map(|id| self.index.connection(id)) {
            let Some(domain) = connection.failed_domain() else {
                continue;
            };
            let key = (connection.appliance_id(), domain.to_ascii_lowercase());
            let Some(waiting) = self.known.get_mut(&key) else {
                continue;
            };
            let Some(time) = connection.closed().or(connection.first_seen()) else {
                continue;
            };
            let still_fails = waiting.worked.is_none_or(|worked| time.seconds() > worked);
            if still_fails || Some(time) >= waiting.oldest {
                waiting.tries.connected(&connection, time);
                waiting.failed(Newest::Connection(time, connection), still_fails);
            }
        }
    }

    fn rows(self) -> Vec<QueueRow> {
        let mut names: HashMap<(ApplianceId, RouteNo), String> = HashMap::new();
        let row = |((appliance, domain), waiting): ((ApplianceId, String), Waiting<'_>)| {
            let last_failure = waiting.newest.map(Newest::failure);
            let attempts = waiting.tries.attempts();
            let own = attempts
                .iter()
                .filter(|one| Some(one.ended) >= waiting.oldest);
            let failed = last_failure.as_ref().map(|failure| failure.class);
            let mut row = QueueRow {
                appliance: self.index.appliance(appliance).map(str::to_owned),
                domain,
                route: None,
                state: last_failure.as_ref().map(|_| RouteState::Unreachable),
                cause: failed.zip(waiting.first_failure),
                waiting: waiting.recipients,
                messages: waiting.messages,
                oldest: waiting.oldest,
                ages: waiting.ages,
                attempts: u32::try_from(own.count()).unwrap_or(u32::MAX),
                last_failure,
                next_attempt: tries::next(&attempts),
            };
            let judge = self.index.judge(appliance);
            let route = judge.and_then(|judge| judge.route_of_domain(row.domain.as_bytes()));
            if let (Some(judge), Some(route)) = (judge, route) {
                let name = names.entry((appliance, route.no));
                let name = name.or_insert_with(|| route.name()).clone();
                row.route = Some(name);
                row.state = Some(route.state());
                let mut incidents = route.open_incidents().map(|id| judge.incident(id));
                let own =
                    incidents.find(|incident| matches!(incident.kind, IncidentKind::Route(_)));
                let since = own.map(|incident| (incident.class(), incident.since));
                let since =
                    since.and_then(|(class, since)| Some((class, Timestamp::from_seconds(since)?)));
                row.cause = since.or(row.cause);
            }
            row
        };
        self.known.into_iter().map(row).collect()
    }
}

impl<'i> Waiting<'i> {
    fn deferred(&mut self, delivery: Delivery<'i>) {
        let Some(time) = delivery.time() else {
            return;
        };
        match delivery.connection() {
            Some(connection) => self.tries.connected(&connection, time),
            None => self.tries.unconnected(time),
        }
        self.failed(Newest::Delivery(time, delivery), true);
    }

    fn failed(&mut self, failure: Newest<'i>, still_fails: bool) {
        let time = failure.time();
        let first = still_fails.then_some(time);
        self.first_failure = [self.first_failure, first].into_iter().flatten().min();
        if self.newest.is_none_or(|newest| newest.time() <= time) {
            self.newest = Some(failure);
        }
    }
}

impl Newest<'_> {
    fn time(self) -> Timestamp {
        match self {
            Self::Delivery(time, _) | Self::Connection(time, _) => time,
        }
    }

    fn failure(self) -> Failure {
        let time = self.time();
        match self {
            Self::Delivery(_, delivery) => {
                let code = delivery.code().map(|code| code.to_string());
                let parts = [code, delivery.detail().map(Into::into)];
                Failure {
                    time,
                    class: delivery.class().unwrap_or(Class::Unreachable),
                    text: parts.into_iter().flatten().collect::<Vec<_>>().join(" "),
                }
            }
            Self::Connection(_, connection) => {
                let (error, details) = (connection.error(), connection.error_details());
                let parts = [error, details.filter(|details| error != Some(*details))];
                Failure {
                    time,
                    class: classify_connection(
                        error.map(str::as_bytes),
                        details.map(str::as_bytes),
                    ),
                    text: parts.into_iter().flatten().collect::<Vec<_>>().join(": "),
                }
            }
        }
    }
}

impl Failure {
    /// The text of the log, else the words for its class.
    pub(crate) fn reason(&self) -> &str {
        match self.text.as_str() {
            "" => self.class.phrase(),
            text => text,
        }
    }
}
