//! How long messages take inside the appliance and to their destination, by hour and route.

use hashbrown::HashMap;

use super::envelope::Envelope;
use crate::header::Timestamp;
use crate::index::{ApplianceId, Delivery, Index, Message, Recipient};
use crate::judge::RouteNo;

/// The recipients of the messages that were queued within an hour for one route.
#[derive(Clone, Debug)]
pub(crate) struct LatencyRow {
    pub hour: Timestamp,
    /// Its name on screens.
    pub appliance: Option<String>,
    /// `None` for domains without a route.
    pub route: Option<String>,
    pub recipients: usize,
    /// Seconds from the start of the message to its queueing: reception and scanning.
    pub scan: Option<Percentiles>,
    /// From there to the result of the first attempt.
    pub wait: Option<Percentiles>,
    /// From there to the final result.
    pub retries: Option<Percentiles>,
}

/// Seconds that 50, 90 and 99 % of the recipients took at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Percentiles {
    pub p50: u32,
    pub p90: u32,
    pub p99: u32,
}

impl Percentiles {
    fn of(mut samples: Vec<u32>) -> Option<Self> {
        samples.sort_unstable();
        let at = |percent: usize| {
            let rank = (samples.len() * percent).div_ceil(100);
            samples.get(rank.checked_sub(1)?).copied()
        };
        Some(Self {
            p50: at(50)?,
            p90: at(90)?,
            p99: at(99)?,
        })
    }
}

type Key = (Timestamp, ApplianceId, Option<RouteNo>);

#[derive(Default)]
struct Samples {
    recipients: usize,
    scan: Vec<u32>,
    wait: Vec<u32>,
    retries: Vec<u32>,
}

/// The latency of some messages, by hour, most recipients first.
pub(crate) fn latency<'i>(
    index: &'i Index,
    messages: impl IntoIterator<Item = Message<'i>>,
) -> Vec<LatencyRow> {
    let mut known: HashMap<Key, Samples> = HashMap::new();
    for message in messages {
        add(index, &message, &mut known);
    }
    let rows = known
        .into_iter()
        .map(|((hour, appliance, route), samples)| {
            let judge = index.judge(appliance);
            LatencyRow {
                hour,
                appliance: index.appliance(appliance).map(str::to_owned),
                route: judge.zip(route).map(|(judge, no)| judge.route(no).name()),
                recipients: samples.recipients,
                scan: Percentiles::of(samples.scan),
                wait: Percentiles::of(samples.wait),
                retries: Percentiles::of(samples.retries),
            }
        });
    let mut rows: Vec<LatencyRow> = rows.collect();
    rows.sort_by(|a, b| {
        let key = |row: &LatencyRow| (row.hour, std::cmp::Reverse(row.recipients));
        let names = (&a.appliance, &a.route).cmp(&(&b.appliance, &b.route));
        key(a).cmp(&key(b)).then(names)
    });
    rows
}

fn add(index: &Index, message: &Message<'_>, known: &mut HashMap<Key, Samples>) {
    let Some(queued) = message.queued() else {
        return;
    };
    let Some(hour) = Timestamp::from_seconds(queued.seconds() / 3600 * 3600) else {
        return;
    };
    let appliance = message.appliance_id();
    let judge = index.judge(appliance);
    let envelope = Envelope::of(message);
    for (domain, recipient) in envelope.recipients {
        let route = judge.and_then(|judge| judge.route_of_domain(domain.as_bytes()));
        let key = (hour, appliance, route.map(|route| route.no));
        let samples = known.entry(key).or_default();
        samples.recipients += 1;
        samples
            .scan
            .extend(seconds(envelope.accepted, Some(queued)));
        let (first, done) = recipient.map_or((None, None), times);
        samples.wait.extend(seconds(Some(queued), first));
        samples.retries.extend(seconds(first, done));
    }
}

/// When the first attempt and the last one ended; without the last while the recipient waits.
fn times(recipient: Recipient<'_>) -> (Option<Timestamp>, Option<Timestamp>) {
    let deliveries = recipient.deliveries();
    let first = deliveries.first().and_then(Delivery::time);
    let last = deliveries.last().and_then(Delivery::time);
    (first, last.filter(|_| !recipient.state().is_interim()))
}

/// The seconds between two times; `None` after a clock was set back.
fn seconds(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<u32> {
    u32::try_from(to?.seconds() - from?.seconds()).ok()
}
