//! Routes as records, and as one status line for monitoring.

use super::record::{object, time};
use crate::humanize;
use crate::index::Index;
use crate::present::{RouteOrGroup, RouteRow, TableRow};
use crate::safe;
use crate::triage::{
    ConnectionOutcome, Group, GroupBy, Impact, Outage, Reason, Route, RouteState, Tally, Triage,
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

/// A reason, with its consequences.
struct ReasonEntry<'t>(&'t Reason);

object! { ReasonEntry(reason) => {
    "outcome": reason.outcome.word(),
    "code": reason.code,
    "enhanced": reason.enhanced(),
    "detail": Some(reason.detail.as_str()).filter(|detail| !detail.is_empty()),
    "count": reason.count,
    "first": time(reason.first),
    "last": time(reason.last),
    "consequences": reasons(&reason.consequences),
} }

fn reasons(reasons: &[Reason]) -> Vec<ReasonEntry<'_>> {
    reasons.iter().map(ReasonEntry).collect()
}

/// What became of the recipients that failures affected.
struct ImpactEntry<'t>(&'t Impact);

object! { ImpactEntry(impact) => {
    "bounced": impact.bounced,
    "given_up": impact.given_up,
    "waiting": impact.waiting,
    "delivered_later": impact.delivered_later,
} }

struct OutageEntry<'t>(&'t Outage);

object! { OutageEntry(outage) => {
    "since": time(outage.since),
    "until": time(outage.until),
    "connections": outage.connections,
    "outcome": outage.outcome.word(),
} }

/// The keys that routes and groups have in common.
struct Sums<'t>(RouteRow<'t>);

object! { Sums(row) => {
    "profiles": row.profiles().collect::<Vec<_>>(),
    "domains": row.domains().collect::<Vec<_>>(),
    "connections": row.tally().connections,
    "outcomes": Outcomes(row.tally()),
    "delivered": row.tally().delivered,
    "bounced": row.tally().bounced,
    "delayed": row.tally().delayed,
    "first_seen": time(row.tally().first_seen),
    "last_seen": time(row.tally().last_seen),
    "last_ok": time(row.tally().last_ok),
    "failing_since": time(row.failing_since()),
    "state": row.state().word(),
    "reasons": reasons(&row.tally().reasons),
    "refusals": reasons(&row.tally().refusals),
    "messages_affected": row.tally().affected.len(),
    "recipients_affected": ImpactEntry(&row.tally().impact),
    "in_clear": row.tally().in_clear,
} }

/// `--view routes`
pub(crate) struct RouteRecord<'t>(RouteRow<'t>);

impl<'t> RouteRecord<'t> {
    pub(crate) fn new(index: &'t Index, triage: &'t Triage, route: &'t Route) -> Self {
        let key = RouteOrGroup::Route(route);
        Self(RouteRow { index, triage, key })
    }
}

object! { RouteRecord(row) as TableRow::Route => {
    "appliance": row.route().and_then(|route| row.index.appliance(route.appliance)),
    "remote_ip": row.remote_ip(),
    "remote_port": row.route().and_then(|route| route.port),
    ..Sums,
    "outages": row.route().iter().flat_map(|route| &route.outages).map(OutageEntry).collect::<Vec<_>>(),
    "advice": row.route().and_then(|route| row.triage.advice(row.index, route)),
} }

/// `routes --by profile|domain|ip`: the key under its name, then what routes have.
pub(crate) struct GroupRecord<'t>(RouteRow<'t>);

impl<'t> GroupRecord<'t> {
    pub(crate) fn new(index: &'t Index, triage: &'t Triage, by: GroupBy, group: &'t Group) -> Self {
        let key = RouteOrGroup::Group(group, by);
        Self(RouteRow { index, triage, key })
    }
}

object! { GroupRecord(row) as TableRow::Route => {
    "profile" [is_by(row, GroupBy::Profile)]: row.group().and_then(|group| group.key.as_deref()),
    "domain" [is_by(row, GroupBy::Domain)]: row.group().and_then(|group| group.key.as_deref()),
    "remote_ip" [is_by(row, GroupBy::Ip)]: row.group().and_then(|group| group.key.as_deref()),
    "routes": row.group().map(|group| group.routes),
    ..Sums,
} }

fn is_by(row: &RouteRow<'_>, by: GroupBy) -> bool {
    matches!(row.key, RouteOrGroup::Group(_, of) if of == by)
}

/// The key of what routes are grouped by.
pub(crate) fn key_of(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Profile => "profile",
        GroupBy::Domain => "domain",
        GroupBy::Ip | GroupBy::Route => "remote_ip",
    }
}

/// The result of `routes --check`: an exit status and the status line of a monitoring plugin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    /// 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    pub status: u8,
    /// The status line with performance data, then one line for each route that is not healthy.
    pub text: String,
}

/// Routes named in the status line itself.
const NAMED: usize = 3;
/// Routes listed below it.
const LISTED: usize = 50;

impl Check {
    /// Summarizes the routes in the form of the Monitoring Plugins Development Guidelines ("Plugin
    /// Output").
    pub(crate) fn new(index: &Index, triage: &Triage) -> Self {
        if index.totals().entries == 0 {
            return Self::unknown("the log holds no entry");
        }
        let counts = [
            RouteState::Failing,
            RouteState::Degraded,
            RouteState::Healthy,
        ]
        .map(|state| triage.count(state));
        let [failing, degraded, _] = counts;
        let all = triage.routes.len();
        let (status, word, sum) = match (failing, degraded) {
            (0, 0) => (
                0,
                "OK",
                format!("{}, none failing", humanize::plural(all, "route")),
            ),
            (0, some) => (1, "WARNING", format!("{some} of {all} routes degraded")),
            (some, _) => (2, "CRITICAL", format!("{some} of {all} routes failing")),
        };
        let worst = if failing > 0 {
            RouteState::Failing
        } else {
            RouteState::Degraded
        };
        let bad: Vec<&Route> = triage
            .routes
            .iter()
            .filter(|route| route.state != RouteState::Healthy)
            .collect();
        let named = bad.iter().filter(|route| route.state == worst);
        let named: Vec<String> = named
            .take(NAMED)
            .map(|route| in_short(index, route))
            .collect();
        let named = if named.is_empty() {
            String::new()
        } else {
            format!(": {}", named.join("; "))
        };
        let waiting: u64 = bad.iter().map(|route| route.tally.impact.waiting).sum();
        let mut text = format!(
            "ROUTES {word} - {sum}{named} | routes={all};;;0 failing={failing};;0;0 degraded={degraded};0;;0 waiting={waiting};;;0\n"
        );
        for route in bad.iter().take(LISTED) {
            let advice = triage.advice(index, route).unwrap_or_default();
            let line = format!(
                "{} {}: {advice}",
                route.state.word(),
                in_short(index, route)
            );
            text.push_str(&plain(&line));
            text.push('\n');
        }
        if bad.len() > LISTED {
            text.push_str(&format!("and {} more\n", bad.len() - LISTED));
        }
        Self { status, text }
    }

    /// The status if the routes cannot be judged.
    pub(crate) fn unknown(why: &str) -> Self {
        Self {
            status: 3,
            text: format!("ROUTES UNKNOWN - {}\n", plain(why)),
        }
    }
}

/// Sanitizes text for the status line, in which a bar begins the performance data.
fn plain(text: &str) -> String {
    safe::text(text).replace('|', "/").replace('\n', " ")
}

/// `198.51.100.7:25 since 2009-04-22 11:19:39 (535 5.7.8 Error: authentication failed)`
fn in_short(index: &Index, route: &Route) -> String {
    let since = route
        .failing_since
        .or(route.outage().and_then(|outage| outage.since));
    let since = since.map_or_else(String::new, |at| {
        format!(" since {}", humanize::date_time(at))
    });
    let why = route
        .cause()
        .map_or_else(String::new, |reason| format!(" ({})", reason.line()));
    plain(&format!("{}{since}{why}", route.title(index)))
}
