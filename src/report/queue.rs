//! What waits, and how long messages take, as records.

use super::record::{object, time};
use crate::judge::RouteState;
use crate::present::TableRow;
use crate::triage::queue::latency::{LatencyRow, Percentiles};
use crate::triage::queue::{AGES, Failure, QueueRow};

/// `--view queue`
pub(crate) struct QueueRecord<'i>(pub &'i QueueRow);

object! { QueueRecord(row) as TableRow::Queue => {
    "appliance": row.appliance,
    "domain": row.domain,
    "route": row.route,
    "state": row.state.map(RouteState::word),
    "waiting": row.waiting,
    "messages": row.messages,
    "oldest": time(row.oldest),
    "ages": AgesRecord(&row.ages),
    "attempts": row.attempts,
    "last_reason": row.last_failure.as_ref().map(Failure::reason),
} }

struct AgesRecord<'i>(&'i [u32; AGES.len()]);

impl serde::Serialize for AgesRecord<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = AGES.iter().map(|(name, _)| name);
        serializer.collect_map(names.zip(self.0))
    }
}

/// `mailscope queue --latency`
pub(crate) struct LatencyRecord<'i>(pub &'i LatencyRow);

object! { LatencyRecord(row) as TableRow::Latency => {
    "appliance": row.appliance,
    "hour": time(Some(row.hour)),
    "route": row.route,
    "recipients": row.recipients,
    "scan": row.scan.map(PercentilesRecord::new),
    "wait": row.wait.map(PercentilesRecord::new),
    "retries": row.retries.map(PercentilesRecord::new),
} }

#[derive(serde::Serialize)]
struct PercentilesRecord {
    p50: u32,
    p90: u32,
    p99: u32,
}

impl PercentilesRecord {
    fn new(Percentiles { p50, p90, p99 }: Percentiles) -> Self {
        Self { p50, p90, p99 }
    }
}
