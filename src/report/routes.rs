//! Routes, their hosts, and groups of hosts as records.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::findings::{ImpactEntry, rounded};
use super::record::{object, time};
use crate::header::Timestamp;
use crate::index::Index;
use crate::judge::RouteState;
use crate::judge::class::{Class, Side};
use crate::judge::incident::Severity;
use crate::present::{RouteKey, RouteRow, TableRow};
use crate::triage::{
    ConnectionOutcome, Destination, DestinationHost, Group, GroupBy, HostSummary, Reason, Tally,
    Triage,
};

struct Outcomes<'t>(&'t Tally);

object! { Outcomes(tally) => {
    "ok": tally.outcome(ConnectionOutcome::Ok),
    "auth_failed": tally.outcome(ConnectionOutcome::AuthFailed),
    "tls_failed": tally.outcome(ConnectionOutcome::TlsFailed),
    "connection_error": tally.outcome(ConnectionOutcome::ConnectionError),
    "rejected": tally.outcome(ConnectionOutcome::Rejected),
    "idle": tally.outcome(ConnectionOutcome::Idle),
} }

/// A reason, and whether it is one of a host in a private net.
struct ReasonEntry<'t>((&'t Reason, bool));

object! { ReasonEntry((reason, private)) => {
    "class": reason.class().word(),
    "side": reason.class().side(*private).word(),
    "code": reason.code,
    "enhanced": reason.enhanced(),
    "detail": Some(reason.detail.as_str()).filter(|detail| !detail.is_empty()),
    "count": reason.count,
    "first": time(reason.first),
    "last": time(reason.last),
} }

/// Why connections failed and recipients were refused, most frequent first.
fn reasons(tally: &Tally, private: bool) -> Vec<ReasonEntry<'_>> {
    let mut all: Vec<&Reason> = tally.reasons.iter().chain(&tally.refusals).collect();
    all.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    let entries = all.into_iter().map(|reason| ReasonEntry((reason, private)));
    entries.collect()
}

struct HostEntry<'t>(&'t DestinationHost);

object! { HostEntry(host) => {
    "host": host.name,
    "state": host.state.word(),
    "last_ok": time(host.last_ok),
    "last_outcome": host.last_outcome.map(ConnectionOutcome::word),
} }

struct ChangeEntry<'t>(&'t (Timestamp, RouteState, Option<Severity>));

object! { ChangeEntry((at, state, _)) => {
    "time": time(Some(*at)),
    "state": state.word(),
} }

/// How many attempts were of each class.
struct Attempts<'t>(&'t [(Class, u32)]);

impl Serialize for Attempts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Class::COUNT))?;
        for class in Class::ALL {
            let count = self.0.iter().find(|(of, _)| *of == class);
            map.serialize_entry(class.word(), &count.map_or(0, |(_, count)| *count))?;
        }
        map.end()
    }
}

/// The keys that routes, hosts and groups have in common.
struct Sums<'t>(RouteRow<'t>);

object! { Sums(row) => {
    "profiles": row.profiles().collect::<Vec<_>>(),
    "domains": row.domains(),
    "connections": row.tally().connections,
    "outcomes": Outcomes(row.tally()),
    "delivered": row.tally().delivered,
    "bounced": row.tally().bounced,
    "delayed": row.tally().delayed,
    "first_seen": time(row.tally().first_seen),
    "last_seen": time(row.tally().last_seen),
    "last_ok": time(row.tally().last_ok),
} }

/// `--view routes`
pub(crate) struct RouteRecord<'t>((RouteRow<'t>, &'t Destination));

impl<'t> RouteRecord<'t> {
    pub(crate) fn new(index: &'t Index, triage: &'t Triage, route: &'t Destination) -> Self {
        let key = RouteKey::Destination(route);
        Self((RouteRow { index, triage, key }, route))
    }
}

object! { RouteRecord((row, route)) => {
    "appliance": row.index.appliance(route.id.appliance),
    "route": route.name,
    "state": route.judgement.state.word(),
    "since": time(route.judgement.since),
    "severity": route.judgement.severity.map(Severity::word),
    "reason": route.judgement.class.map(Class::word),
    "side": route.judgement.side.map(Side::word),
    "hosts": route.hosts.iter().map(HostEntry).collect::<Vec<_>>(),
    "domains": route.domains,
    "profiles": row.profiles().collect::<Vec<_>>(),
    "configured": route.traffic.configured,
    "share": rounded(route.traffic.share),
    "usual": rounded(route.traffic.usual),
    "connections": route.tally.connections,
    "attempts": Attempts(&route.traffic.attempts),
    "outcomes": Outcomes(&route.tally),
    "delivered": route.tally.delivered,
    "bounced": route.tally.bounced,
    "delayed": route.tally.delayed,
    "impact": route.judgement.impact.as_ref().map(|impact| ImpactEntry::new((impact, Some(route.traffic.share)))),
    "first_seen": time(route.tally.first_seen),
    "last_seen": time(route.tally.last_seen),
    "last_ok": time(route.tally.last_ok),
    "reasons": reasons(&route.tally, route.traffic.private),
    "changes": route.judgement.changes.iter().map(ChangeEntry).collect::<Vec<_>>(),
    "advice": route.advice,
    "finding": route.finding.map(crate::triage::findings::FindingKind::word),
} }

impl super::ToRow for RouteRecord<'_> {
    fn row(&self) -> TableRow<'_> {
        TableRow::Route(self.0.0)
    }
}

/// `--view hosts`
pub(crate) struct HostRecord<'t>(RouteRow<'t>);

impl<'t> HostRecord<'t> {
    pub(crate) fn new(index: &'t Index, triage: &'t Triage, host: &'t HostSummary) -> Self {
        let key = RouteKey::Host(host);
        Self(RouteRow { index, triage, key })
    }
}

object! { HostRecord(row) as TableRow::Route => {
    "appliance": row.host().and_then(|host| row.index.appliance(host.appliance)),
    "remote_ip": row.remote_ip(),
    "remote_port": row.host().and_then(|host| host.port),
    ..Sums,
    "last_outcome": row.host().and_then(|host| host.last_outcome).map(ConnectionOutcome::word),
} }

/// `routes --by host|profile|domain`: the key under its name, then sums.
pub(crate) struct GroupRecord<'t>(RouteRow<'t>);

impl<'t> GroupRecord<'t> {
    pub(crate) fn new(index: &'t Index, triage: &'t Triage, by: GroupBy, group: &'t Group) -> Self {
        let key = RouteKey::Group(group, by);
        Self(RouteRow { index, triage, key })
    }
}

object! { GroupRecord(row) as TableRow::Route => {
    "profile" [is_by(row, GroupBy::Profile)]: row.group().and_then(|group| group.key.as_deref()),
    "domain" [is_by(row, GroupBy::Domain)]: row.group().and_then(|group| group.key.as_deref()),
    "host" [is_by(row, GroupBy::Host)]: row.group().and_then(|group| group.key.as_deref()),
    "state": row.state().word(),
    "hosts": row.group().map(|group| group.members.len()),
    ..Sums,
    "reasons": reasons(row.tally(), false),
} }

fn is_by(row: &RouteRow<'_>, by: GroupBy) -> bool {
    matches!(row.key, RouteKey::Group(_, of) if of == by)
}

/// The key of what routes are grouped by.
pub(crate) fn key_of(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Profile => "profile",
        GroupBy::Domain => "domain",
        GroupBy::Host | GroupBy::Route => "host",
    }
}
