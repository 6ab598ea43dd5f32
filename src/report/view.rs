//! The views: which records there are to print, their keys, and their columns for people.

use super::event::EventRecord;
use super::findings::FindingRecord;
use super::queue::{LatencyRecord, QueueRecord};
use super::record::{
    AttemptRecord, ConnectionRecord, DeliveryRecord, MessageRecord, Object, ProfileRecord,
    UserRecord,
};
use super::routes::{GroupRecord, HostRecord, RouteRecord};
use crate::present::columns::{
    ATTEMPTS, CONNECTIONS, Column, DELIVERIES, ENTRIES, FINDINGS, LATENCY, MESSAGES, PROFILES,
    QUEUE, ROUTES, USERS, on_screen,
};

/// The kind of the records that are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// Connections in and out.
    Connections,
    /// Messages.
    Messages,
    /// Authentication attempts.
    Auth,
    /// Delivery attempts, by recipient.
    Deliveries,
    /// Logins by user.
    Users,
    /// Logins by SMTP Auth profile and direction.
    Profiles,
    /// Outbound routes: destinations as the appliance delivers to them.
    Routes,
    /// Recipients that wait, by domain.
    Queue,
    /// The hosts that mail is delivered to.
    Hosts,
    /// Findings.
    Findings,
    /// Log entries.
    Events,
    /// Printed by `routes --by`.
    RouteGroups,
    /// Printed by `queue --latency`.
    Latency,
}

/// What the command line, the configuration and tables need of a view.
struct Description {
    name: &'static str,
    help: &'static str,
    columns: &'static [Column],
    /// The names of the columns that are printed by default.
    printed: &'static str,
}

impl View {
    /// Those that `--view` knows.
    pub const ALL: [Self; 11] = [
        Self::Connections,
        Self::Messages,
        Self::Auth,
        Self::Deliveries,
        Self::Users,
        Self::Profiles,
        Self::Routes,
        Self::Hosts,
        Self::Queue,
        Self::Findings,
        Self::Events,
    ];

    fn description(self) -> Description {
        let (name, help, columns, printed) = match self {
            Self::Connections => (
                "connections",
                "One record a connection, in and out",
                CONNECTIONS,
                "opened end id peer group tls login messages error",
            ),
            Self::Messages => (
                "messages",
                "One record a message",
                MESSAGES,
                "started mid icid state from to size subject",
            ),
            Self::Auth => (
                "auth",
                "One record an authentication attempt",
                ATTEMPTS,
                "time result user profile mechanism id peer code detail",
            ),
            Self::Deliveries => (
                "deliveries",
                "One record a recipient and delivery attempt",
                DELIVERIES,
                "time result reason dcid mid rid to peer code detail",
            ),
            Self::Users => (
                "users",
                "Logins by user",
                USERS,
                "user succeeded failed sources last-success last-failure profiles mechanisms",
            ),
            Self::Profiles => (
                "profiles",
                "Authentication by SMTP Auth profile and direction",
                PROFILES,
                "profile direction succeeded failed last-success last-failure",
            ),
            Self::Routes => (
                "routes",
                "One record an outbound route, worst first",
                ROUTES,
                "state route appliance since last-good failed impact share hosts reason",
            ),
            Self::Hosts => (
                "hosts",
                "One record a host that mail is delivered to",
                ROUTES,
                "state route appliance last-good failed profile domains why",
            ),
            Self::Queue => (
                "queue",
                "One record a recipient domain with waiting recipients, most first",
                QUEUE,
                "waiting domain appliance state route messages oldest 5m 20m 1h 4h 1d older attempts last-reason",
            ),
            Self::Findings => (
                "findings",
                "What the program noticed by itself, worst first",
                FINDINGS,
                "severity kind since until summary",
            ),
            Self::Events => (
                "events",
                "Every log entry",
                ENTRIES,
                "time appliance event text",
            ),
            Self::RouteGroups => (
                "route-groups",
                "Groups of hosts",
                ROUTES,
                "state of hosts last-good failed affected why",
            ),
            Self::Latency => (
                "latency",
                "Seconds to queue, try and deliver, by hour and route",
                LATENCY,
                "hour route appliance recipients scan-50/90/99% wait-50/90/99% retries-50/90/99%",
            ),
        };
        Description {
            name,
            help,
            columns,
            printed,
        }
    }

    /// Its name on the command line and in the configuration, and what it prints.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        let Description { name, help, .. } = self.description();
        (name, help)
    }

    pub(crate) fn name(self) -> &'static str {
        self.description().name
    }

    /// The columns of a CSV file: every key that a record of this view can have.
    pub(crate) fn keys(self) -> Vec<&'static str> {
        match self {
            Self::Connections => ConnectionRecord::keys(),
            Self::Messages => MessageRecord::keys(),
            Self::Auth => AttemptRecord::keys(),
            Self::Deliveries => DeliveryRecord::keys(),
            Self::Users => UserRecord::keys(),
            Self::Profiles => ProfileRecord::keys(),
            Self::Routes => RouteRecord::keys(),
            Self::Hosts => HostRecord::keys(),
            Self::RouteGroups => GroupRecord::keys(),
            Self::Queue => QueueRecord::keys(),
            Self::Latency => LatencyRecord::keys(),
            Self::Findings => FindingRecord::keys(),
            Self::Events => EventRecord::keys(),
        }
    }

    /// Checks that the records can have a key of that name. Entries carry the keys of their event.
    ///
    /// # Errors
    /// The keys that there are, as a sentence.
    pub(crate) fn check_field(self, key: &str) -> Result<(), String> {
        let keys = self.keys();
        if self == Self::Events || keys.contains(&key) {
            return Ok(());
        }
        let near = crate::query::nearest(key, keys.iter().copied());
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(format!(
            "--fields: this view has no `{}`{near} (it has {})",
            crate::safe::text(key),
            keys.join(", ")
        ))
    }

    /// The columns of a table for people: those of these names that the screen has too, else the
    /// view's own.
    pub(crate) fn columns(self, names: &[String]) -> Vec<&'static Column> {
        let Description {
            columns, printed, ..
        } = self.description();
        let named = |name: &String| on_screen(columns).find(|one| one.name() == *name);
        let chosen: Vec<_> = names.iter().filter_map(named).collect();
        if !chosen.is_empty() {
            return chosen;
        }
        // Last match: of two columns of one name, the one that only commands show is the second.
        let by_name = |name| columns.iter().rev().find(|one| one.name() == name);
        printed.split(' ').filter_map(by_name).collect()
    }
}
