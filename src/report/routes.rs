//! Routes as records, and as one status line for monitoring.

use serde::Serialize;
use serde_json::{Map, Value};

use super::record::{Time, time};
use crate::index::Index;
use crate::safe;
use crate::triage::{ConnectionOutcome, Group, Impact, Reason, Route, RouteState, Tally, Triage};

/// How often each outcome occurred.
#[derive(Serialize, Debug)]
struct Outcomes {
    ok: u64,
    auth_failed: u64,
    tls_failed: u64,
    connection_error: u64,
    rejected: u64,
    idle: u64,
}

/// A reason, with what followed from it.
#[derive(Serialize, Debug)]
struct ReasonRecord<'t> {
    outcome: &'static str,
    code: Option<u16>,
    enhanced: Option<&'t str>,
    detail: Option<&'t str>,
    count: u64,
    first: Option<Time>,
    last: Option<Time>,
    consequences: Vec<ReasonRecord<'t>>,
}

/// What became of the recipients that failures hit.
#[derive(Serialize, Debug)]
struct CostRecord {
    bounced: u64,
    given_up: u64,
    waiting: u64,
    delivered_later: u64,
}

/// An unbroken run of failures.
#[derive(Serialize, Debug)]
struct OutageRecord {
    since: Option<Time>,
    until: Option<Time>,
    connections: u64,
    outcome: &'static str,
}

/// What routes and groups of them have in common.
#[derive(Serialize, Debug)]
struct Sums<'t> {
    profiles: Vec<&'t str>,
    domains: Vec<&'t str>,
    connections: u64,
    outcomes: Outcomes,
    delivered: u64,
    bounced: u64,
    delayed: u64,
    first_seen: Option<Time>,
    last_seen: Option<Time>,
    last_ok: Option<Time>,
    failing_since: Option<Time>,
    state: &'static str,
    reasons: Vec<ReasonRecord<'t>>,
    refusals: Vec<ReasonRecord<'t>>,
    messages_affected: usize,
    recipients_affected: CostRecord,
    in_clear: u64,
}

/// `--view routes`
#[derive(Serialize, Debug)]
pub struct RouteRecord<'t> {
    appliance: Option<&'t str>,
    remote_ip: Option<&'t str>,
    remote_port: Option<u16>,
    #[serde(flatten)]
    sums: Sums<'t>,
    outages: Vec<OutageRecord>,
    advice: Option<String>,
}

fn reasons(reasons: &[Reason]) -> Vec<ReasonRecord<'_>> {
    let records = reasons.iter().map(|reason| ReasonRecord {
        outcome: reason.outcome.word(),
        code: reason.code,
        enhanced: reason.enhanced(),
        detail: Some(reason.detail.as_str()).filter(|detail| !detail.is_empty()),
        count: reason.count,
        first: time(reason.first),
        last: time(reason.last),
        consequences: self::reasons(&reason.consequences),
    });
    records.collect()
}

fn sums<'t>(index: &'t Index, triage: &'t Triage, tally: &'t Tally, state: RouteState) -> Sums<'t> {
    let Impact {
        bounced,
        given_up,
        waiting,
        delivered_later,
    } = tally.impact;
    Sums {
        profiles: tally
            .profiles
            .iter()
            .map(|name| index.names.profiles.get(*name))
            .collect(),
        domains: tally
            .domains
            .iter()
            .map(|name| triage.domain(*name))
            .collect(),
        connections: tally.connections,
        outcomes: Outcomes {
            ok: tally.outcome(ConnectionOutcome::Ok),
            auth_failed: tally.outcome(ConnectionOutcome::AuthFailed),
            tls_failed: tally.outcome(ConnectionOutcome::TlsFailed),
            connection_error: tally.outcome(ConnectionOutcome::ConnectionError),
            rejected: tally.outcome(ConnectionOutcome::Rejected),
            idle: tally.outcome(ConnectionOutcome::Idle),
        },
        delivered: tally.delivered,
        bounced: tally.bounced,
        delayed: tally.delayed,
        first_seen: time(tally.first_seen),
        last_seen: time(tally.last_seen),
        last_ok: time(tally.last_ok),
        failing_since: None,
        state: state.word(),
        reasons: reasons(&tally.reasons),
        refusals: reasons(&tally.refusals),
        messages_affected: tally.affected.len(),
        recipients_affected: CostRecord {
            bounced,
            given_up,
            waiting,
            delivered_later,
        },
        in_clear: tally.in_clear,
    }
}

impl<'t> RouteRecord<'t> {
    /// A route's record.
    pub fn new(index: &'t Index, triage: &'t Triage, route: &'t Route) -> Self {
        Self {
            appliance: index.appliance(route.appliance),
            remote_ip: route.remote.map(|name| index.names.addresses.get(name)),
            remote_port: route.port,
            sums: Sums {
                failing_since: time(route.failing_since),
                ..sums(index, triage, &route.tally, route.state)
            },
            outages: route
                .outages
                .iter()
                .map(|outage| OutageRecord {
                    since: time(outage.since),
                    until: time(outage.until),
                    connections: outage.connections,
                    outcome: outage.outcome.word(),
                })
                .collect(),
            advice: triage.advice(index, route),
        }
    }
}

/// `routes --by profile|domain|ip`: the key under its name, then what routes have.
#[derive(Debug)]
pub struct GroupRecord<'t> {
    name: &'static str,
    group: &'t Group,
    sums: Sums<'t>,
}

impl<'t> GroupRecord<'t> {
    /// A group's record; `name` is the key of what it is grouped by.
    pub fn new(index: &'t Index, triage: &'t Triage, name: &'static str, group: &'t Group) -> Self {
        Self {
            name,
            group,
            sums: Sums {
                failing_since: time(group.failing_since),
                ..sums(index, triage, &group.tally, group.state)
            },
        }
    }
}

impl Serialize for GroupRecord<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = Map::new();
        let key = self.group.key.clone().map_or(Value::Null, Value::from);
        record.insert(self.name.to_owned(), key);
        record.insert("routes".to_owned(), Value::from(self.group.routes));
        if let Ok(Value::Object(sums)) = serde_json::to_value(&self.sums) {
            // The profiles of a profile, or the domains of a domain, would say the same again.
            record.extend(sums);
        }
        record.serialize(serializer)
    }
}

/// What monitoring is told: a word and its number, and the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    pub status: u8,
    /// The status line with performance data, then a line for each route that does not do well.
    pub text: String,
}

/// Routes named in the status line itself.
const NAMED: usize = 3;
/// Routes told below it.
const TOLD: usize = 50;

impl Check {
    /// How the routes do. Monitoring plugins say it so (Monitoring Plugins Development Guidelines, "Plugin Output").
    pub fn new(index: &Index, triage: &Triage) -> Self {
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
            (0, 0) => (0, "OK", format!("{all} routes, none failing")),
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
        for route in bad.iter().take(TOLD) {
            let advice = triage.advice(index, route).unwrap_or_default();
            let line = format!(
                "{} {}: {advice}",
                route.state.word(),
                in_short(index, route)
            );
            text.push_str(&plain(&line));
            text.push('\n');
        }
        if bad.len() > TOLD {
            text.push_str(&format!("and {} more\n", bad.len() - TOLD));
        }
        Self { status, text }
    }

    /// Nothing can be said.
    pub fn unknown(why: &str) -> Self {
        Self {
            status: 3,
            text: format!("ROUTES UNKNOWN - {}\n", plain(why)),
        }
    }
}

/// A bar ends what monitoring shows and begins the performance data.
fn plain(text: &str) -> String {
    safe::text(text).replace('|', "/").replace('\n', " ")
}

/// `198.51.100.7:25 since 2009-04-22 11:19:39 (535 5.7.8 Error: authentication failed)`
fn in_short(index: &Index, route: &Route) -> String {
    let since = route
        .failing_since
        .or(route.outage().and_then(|outage| outage.since));
    let since = since.map_or_else(String::new, |at| {
        format!(" since {}", at.to_string().replace('T', " "))
    });
    let why = route
        .cause()
        .map_or_else(String::new, |reason| format!(" ({})", reason.line()));
    plain(&format!("{}{since}{why}", route.title(index)))
}
