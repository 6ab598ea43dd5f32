//! The views: which records there are to print, and their keys.

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum View {
    /// One record a connection, in and out.
    Connections,
    /// One record a message.
    Messages,
    /// One record an authentication attempt.
    Auth,
    /// One record a recipient and delivery attempt.
    Deliveries,
    /// Logins by user.
    Users,
    /// Authentication by SMTP Auth profile and direction.
    Profiles,
    /// One record an outbound route, failing ones first.
    Routes,
    /// What the program noticed by itself, worst first.
    Findings,
    /// Every log entry.
    Events,
    /// Routes rolled up; printed by `routes --by`.
    #[value(skip)]
    RouteGroups,
}

impl View {
    /// The columns of a CSV file: every key that a record of this view can have.
    pub fn keys(self) -> impl Iterator<Item = &'static str> {
        let keys = match self {
            Self::Connections => {
                "direction appliance icid dcid opened closed end interface interface_ip remote_ip remote_port \
                 remote_host verified policy tls auth messages deliveries error lines"
            }
            Self::Messages => {
                "appliance mid icid started from subject message_id size recipients parent children state"
            }
            Self::Auth => {
                "direction appliance icid dcid remote_ip remote_port time result user mechanism profile code \
                 enhanced detail"
            }
            Self::Deliveries => {
                "appliance dcid time mid rid result code enhanced detail to from remote_ip remote_port profile"
            }
            Self::Users => {
                "user succeeded failed sources profiles mechanisms first_seen last_seen last_success last_failure"
            }
            Self::Profiles => {
                "profile direction succeeded failed first_seen last_seen last_success last_failure"
            }
            Self::Routes => {
                "appliance remote_ip remote_port profiles domains connections outcomes delivered bounced delayed \
                 first_seen last_seen last_ok failing_since state reasons refusals messages_affected \
                 recipients_affected in_clear outages advice"
            }
            Self::RouteGroups => {
                "profile domain remote_ip routes profiles domains connections outcomes delivered bounced delayed \
                 first_seen last_seen last_ok failing_since state reasons refusals messages_affected \
                 recipients_affected in_clear"
            }
            Self::Findings => "kind severity since until subject summary evidence advice",
            Self::Events => {
                "appliance time level event icid dcid mid rid user mechanism profile code enhanced detail file line \
                 text cut"
            }
        };
        keys.split(' ')
    }

    /// Whether the records can have a key of that name. Entries carry the keys of their kind.
    ///
    /// # Errors
    /// What there is instead, as a sentence.
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

    /// The columns of a table for people: the title, and what of the record stands under it.
    pub fn columns(self) -> &'static [(&'static str, Cell)] {
        use Cell::{Connection, Key, Logins, Policy, Recipients, Route, Time, Tls};
        match self {
            Self::Connections => &[
                ("opened", Time("opened")),
                ("end", Key("end")),
                ("id", Connection),
                ("peer", Route),
                ("group", Policy),
                ("tls", Tls),
                ("login", Logins),
                ("messages", Recipients),
                ("error", Key("error")),
            ],
            Self::Messages => &[
                ("started", Time("started")),
                ("mid", Key("mid")),
                ("icid", Key("icid")),
                ("state", Key("state")),
                ("from", Key("from")),
                ("to", Recipients),
                ("size", Key("size")),
                ("subject", Key("subject")),
            ],
            Self::Auth => &[
                ("time", Time("time")),
                ("result", Key("result")),
                ("user", Key("user")),
                ("profile", Key("profile")),
                ("mechanism", Key("mechanism")),
                ("id", Connection),
                ("peer", Route),
                ("code", Key("code")),
                ("detail", Key("detail")),
            ],
            Self::Deliveries => &[
                ("time", Time("time")),
                ("result", Key("result")),
                ("dcid", Key("dcid")),
                ("mid", Key("mid")),
                ("rid", Key("rid")),
                ("to", Key("to")),
                ("peer", Route),
                ("code", Key("code")),
                ("detail", Key("detail")),
            ],
            Self::Users => &[
                ("user", Key("user")),
                ("succeeded", Key("succeeded")),
                ("failed", Key("failed")),
                ("sources", Key("sources")),
                ("last success", Time("last_success")),
                ("last failure", Time("last_failure")),
                ("profiles", Key("profiles")),
                ("mechanisms", Key("mechanisms")),
            ],
            Self::Profiles => &[
                ("profile", Key("profile")),
                ("direction", Key("direction")),
                ("succeeded", Key("succeeded")),
                ("failed", Key("failed")),
                ("last success", Time("last_success")),
                ("last failure", Time("last_failure")),
            ],
            Self::Routes => &[
                ("state", Key("state")),
                ("route", Route),
                ("appliance", Key("appliance")),
                ("failing since", Time("failing_since")),
                ("last good", Time("last_ok")),
                ("failed", Cell::Failed),
                ("affected", Key("messages_affected")),
                ("profile", Key("profiles")),
                ("why", Cell::Reason),
            ],
            Self::RouteGroups => &[
                ("state", Key("state")),
                ("of", Cell::Group),
                ("routes", Key("routes")),
                ("failing since", Time("failing_since")),
                ("last good", Time("last_ok")),
                ("failed", Cell::Failed),
                ("affected", Key("messages_affected")),
                ("why", Cell::Reason),
            ],
            Self::Findings => &[
                ("severity", Key("severity")),
                ("kind", Key("kind")),
                ("since", Time("since")),
                ("until", Time("until")),
                ("summary", Key("summary")),
            ],
            Self::Events => &[
                ("time", Time("time")),
                ("appliance", Key("appliance")),
                ("event", Key("event")),
                ("text", Cell::Message),
            ],
        }
    }

    /// The columns that matter least where there is no room for all, the least one first.
    pub fn priority(self) -> &'static [&'static str] {
        match self {
            Self::Connections => &["group", "messages", "tls", "error"],
            Self::Messages => &["icid", "size"],
            Self::Auth => &["mechanism", "code"],
            Self::Deliveries => &["rid", "mid"],
            Self::Routes => &["profile", "affected", "last good", "appliance", "failed"],
            Self::RouteGroups => &["routes", "affected", "last good", "failed"],
            Self::Findings => &["until", "kind", "since"],
            Self::Events => &["appliance"],
            Self::Users | Self::Profiles => &[],
        }
    }

    /// Columns of the interface's tables that [`columns`](Self::columns) has not, or calls otherwise, by the names that
    /// the configuration gives them.
    fn of_interface(self) -> &'static [(&'static str, Cell)] {
        use Cell::{Key, Policy, Recipients};
        match self {
            Self::Connections => &[
                ("age", Cell::Age),
                ("dir", Cell::Direction),
                ("host", Key("remote_host")),
                ("interface", Policy),
                ("login", Cell::Result),
                ("user", Cell::Who),
                ("msgs", Recipients),
            ],
            Self::Users => &[
                ("ok", Key("succeeded")),
                ("last login", Cell::Time("last_success")),
            ],
            Self::Routes => &[
                ("since", Cell::Time("failing_since")),
                ("reason", Cell::Reason),
                ("cost", Cell::Cost),
                ("failure rate", Cell::Rate),
                ("domains", Key("domains")),
            ],
            Self::Findings => &[("what", Key("kind"))],
            _ => &[],
        }
    }

    /// The titles and cells of a table with the columns of these names; of none, with the view's own.
    pub fn table(self, names: &[String]) -> Vec<(String, Cell)> {
        let named = |name: &String| {
            let title = name.replace('-', " ");
            let mut known = self.of_interface().iter().chain(self.columns());
            let (_, cell) = known.find(|(known, _)| *known == title)?;
            Some((title, *cell))
        };
        let chosen: Vec<_> = names.iter().filter_map(named).collect();
        if !chosen.is_empty() {
            return chosen;
        }
        let own = self.columns().iter();
        own.map(|(title, cell)| ((*title).to_owned(), *cell))
            .collect()
    }

    /// Its name on the command line and in the configuration.
    pub fn name(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// What of a record stands in a cell of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell {
    /// The value of a key.
    Key(&'static str),
    /// A time, without the letter between day and hour.
    Time(&'static str),
    /// `ICID 450`, `DCID 5640`.
    Connection,
    /// The far end's address, with its port where there is one.
    Route,
    /// Interface, action and sender group.
    Policy,
    /// Protocol, or that it failed.
    Tls,
    /// The authentication result with the user or profile.
    Logins,
    /// Messages carried, or recipients.
    Recipients,
    /// The entry behind its frame.
    Message,
    /// Failed connections of all.
    Failed,
    /// The most frequent reason.
    Reason,
    /// What routes are rolled up by.
    Group,
    /// Recipients that a route's failures cost.
    Cost,
    /// Failed connections of all, in percent.
    Rate,
    /// How long a connection lasted.
    Age,
    /// Who opened it.
    Direction,
    /// The authentication result alone.
    Result,
    /// Users, or the profile; without a login what went wrong.
    Who,
}
