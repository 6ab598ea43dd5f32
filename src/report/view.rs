//! The views: which records there are to print, their keys, and their columns for people.

use super::event::EventRecord;
use super::findings::FindingRecord;
use super::record::{
    AttemptRecord, ConnectionRecord, DeliveryRecord, MessageRecord, Object, ProfileRecord,
    UserRecord,
};
use super::routes::{GroupRecord, RouteRecord};
use crate::present::columns::{
    ATTEMPTS, CONNECTIONS, Column, DELIVERIES, ENTRIES, FINDINGS, MESSAGES, PROFILES, ROUTES,
    USERS, on_screen,
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
    /// Outbound routes.
    Routes,
    /// Findings.
    Findings,
    /// Log entries.
    Events,
    /// Groups of routes; printed by `routes --by`.
    RouteGroups,
}

impl View {
    /// Those that `--view` knows.
    pub const ALL: [Self; 9] = [
        Self::Connections,
        Self::Messages,
        Self::Auth,
        Self::Deliveries,
        Self::Users,
        Self::Profiles,
        Self::Routes,
        Self::Findings,
        Self::Events,
    ];

    /// Its name on the command line and in the configuration, and what it prints.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Connections => ("connections", "One record a connection, in and out"),
            Self::Messages => ("messages", "One record a message"),
            Self::Auth => ("auth", "One record an authentication attempt"),
            Self::Deliveries => ("deliveries", "One record a recipient and delivery attempt"),
            Self::Users => ("users", "Logins by user"),
            Self::Profiles => (
                "profiles",
                "Authentication by SMTP Auth profile and direction",
            ),
            Self::Routes => ("routes", "One record an outbound route, failing ones first"),
            Self::Findings => (
                "findings",
                "What the program noticed by itself, worst first",
            ),
            Self::Events => ("events", "Every log entry"),
            Self::RouteGroups => ("route-groups", "Groups of routes"),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.words().0
    }

    /// The columns of a CSV file: every key that a record of this view can have.
    pub fn keys(self) -> Vec<&'static str> {
        match self {
            Self::Connections => ConnectionRecord::keys(),
            Self::Messages => MessageRecord::keys(),
            Self::Auth => AttemptRecord::keys(),
            Self::Deliveries => DeliveryRecord::keys(),
            Self::Users => UserRecord::keys(),
            Self::Profiles => ProfileRecord::keys(),
            Self::Routes => RouteRecord::keys(),
            Self::RouteGroups => GroupRecord::keys(),
            Self::Findings => FindingRecord::keys(),
            Self::Events => EventRecord::keys(),
        }
    }

    /// Checks that the records can have a key of that name. Entries carry the keys of their event.
    ///
    /// # Errors
    /// The keys that there are, as a sentence.
    pub fn check_field(self, key: &str) -> Result<(), String> {
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

    fn all_columns(self) -> &'static [Column] {
        match self {
            Self::Connections => CONNECTIONS,
            Self::Messages => MESSAGES,
            Self::Auth => ATTEMPTS,
            Self::Deliveries => DELIVERIES,
            Self::Users => USERS,
            Self::Profiles => PROFILES,
            Self::Routes | Self::RouteGroups => ROUTES,
            Self::Findings => FINDINGS,
            Self::Events => ENTRIES,
        }
    }

    /// The names of the columns that are printed by default.
    fn printed(self) -> &'static str {
        match self {
            Self::Connections => "opened end id peer group tls login messages error",
            Self::Messages => "started mid icid state from to size subject",
            Self::Auth => "time result user profile mechanism id peer code detail",
            Self::Deliveries => "time result dcid mid rid to peer code detail",
            Self::Users => {
                "user succeeded failed sources last-success last-failure profiles mechanisms"
            }
            Self::Profiles => "profile direction succeeded failed last-success last-failure",
            Self::Routes => {
                "state route appliance failing-since last-good failed affected profile why"
            }
            Self::RouteGroups => "state of routes failing-since last-good failed affected why",
            Self::Findings => "severity kind since until summary",
            Self::Events => "time appliance event text",
        }
    }

    /// The columns of a table for people: those of these names that the screen has too, else the view's own.
    pub fn columns(self, names: &[String]) -> Vec<&'static Column> {
        let named = |name: &String| on_screen(self.all_columns()).find(|one| one.name() == *name);
        let chosen: Vec<_> = names.iter().filter_map(named).collect();
        if !chosen.is_empty() {
            return chosen;
        }
        // Last match: of two columns of one name, the one that only commands show is the second.
        let by_name = |name| {
            let mut columns = self.all_columns().iter().rev();
            columns.find(|column| column.name() == name)
        };
        self.printed().split(' ').filter_map(by_name).collect()
    }
}
