//! The views: which records there are to print, their keys, and their columns for people.

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
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        let keys = match self {
            Self::Connections => {
                "direction appliance icid dcid opened closed end interface interface_ip remote_ip \
                 remote_port remote_host verified policy tls auth messages deliveries error lines"
            }
            Self::Messages => {
                "appliance mid icid started from subject message_id size recipients parent children \
                 state"
            }
            Self::Auth => {
                "direction appliance icid dcid remote_ip remote_port time result user mechanism \
                 profile code enhanced detail"
            }
            Self::Deliveries => {
                "appliance dcid time mid rid result code enhanced detail to from remote_ip \
                 remote_port profile"
            }
            Self::Users => {
                "user succeeded failed sources profiles mechanisms first_seen last_seen last_success \
                 last_failure"
            }
            Self::Profiles => {
                "profile direction succeeded failed first_seen last_seen last_success last_failure"
            }
            Self::Routes => {
                "appliance remote_ip remote_port profiles domains connections outcomes delivered \
                 bounced delayed first_seen last_seen last_ok failing_since state reasons refusals \
                 messages_affected recipients_affected in_clear outages advice"
            }
            Self::RouteGroups => {
                "profile domain remote_ip routes profiles domains connections outcomes delivered \
                 bounced delayed first_seen last_seen last_ok failing_since state reasons refusals \
                 messages_affected recipients_affected in_clear"
            }
            Self::Findings => "kind severity since until subject summary evidence advice",
            Self::Events => {
                "appliance time level event icid dcid mid rid user mechanism profile code enhanced \
                 detail file line text cut"
            }
        };
        keys.split(' ')
    }

    /// Checks that the records can have a key of that name. Entries carry the keys of their event.
    ///
    /// # Errors
    /// The keys that there are, as a sentence.
    pub fn check_field(self, key: &str) -> Result<(), String> {
        if self == Self::Events || self.keys().any(|known| known == key) {
            return Ok(());
        }
        let near = crate::query::nearest(key, self.keys());
        let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let keys: Vec<&str> = self.keys().collect();
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

    /// The names of the columns that are printed by default, and of those that are left out first if
    /// there is no room for all.
    fn printed(self) -> (&'static str, &'static str) {
        match self {
            Self::Connections => (
                "opened end id peer group tls login messages error",
                "group messages tls error",
            ),
            Self::Messages => ("started mid icid state from to size subject", "icid size"),
            Self::Auth => (
                "time result user profile mechanism id peer code detail",
                "mechanism code",
            ),
            Self::Deliveries => ("time result dcid mid rid to peer code detail", "rid mid"),
            Self::Users => (
                "user succeeded failed sources last-success last-failure profiles mechanisms",
                "",
            ),
            Self::Profiles => (
                "profile direction succeeded failed last-success last-failure",
                "",
            ),
            Self::Routes => (
                "state route appliance failing-since last-good failed affected profile why",
                "profile affected last-good appliance failed",
            ),
            Self::RouteGroups => (
                "state of routes failing-since last-good failed affected why",
                "routes affected last-good failed",
            ),
            Self::Findings => ("severity kind since until summary", "until kind since"),
            Self::Events => ("time appliance event text", "appliance"),
        }
    }

    /// The columns of a table for people: those of these names that the screen has too, else the view's own.
    pub fn columns(self, names: &[String]) -> Vec<&'static Column> {
        let named = |name: &String| on_screen(self.all_columns()).find(|one| one.name() == *name);
        let chosen: Vec<_> = names.iter().filter_map(named).collect();
        if !chosen.is_empty() {
            return chosen;
        }
        let (printed, _) = self.printed();
        // Behind those of the screen: of one name, the column that is only printed is meant.
        let own = |name| {
            self.all_columns()
                .iter()
                .rev()
                .find(|one| one.name() == name)
        };
        printed.split(' ').filter_map(own).collect()
    }

    /// The titles of the columns that are left out if there is no room for all, the first one first.
    pub fn left_out_first(self) -> impl Iterator<Item = String> {
        self.printed()
            .1
            .split(' ')
            .map(|name| name.replace('-', " "))
    }
}
