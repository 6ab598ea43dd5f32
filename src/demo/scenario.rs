//! The scenario as data: the hosts, users, destinations and faults of `assets/demo.toml`. How its
//! parts behave is left to the simulation.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::destinations::Destinations;
use super::model::Millis;

static BUILT_IN: LazyLock<Scenario> = LazyLock::new(|| {
    Scenario::parse(include_str!("../../assets/demo.toml"))
        .expect("the embedded scenario parses: a test reads it")
});

/// Texts by kind.
type Texts = BTreeMap<String, Vec<String>>;

/// A simulated site. The shares in it are fractions of 1.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(super) appliance: Appliance,
    pub(super) people: People,
    pub(super) subjects: Texts,
    /// For mail from the internet.
    pub(super) incoming: Listener,
    /// Where users log in to send.
    pub(super) submission: Listener,
    /// The protocols and ciphers of each kind of host.
    pub(super) tls: Texts,
    /// Templates of a message's lines, by what its sender is.
    pub(super) lines: Texts,
    #[serde(rename = "peer")]
    pub(super) peers: Vec<Peer>,
    pub(super) internet: Internet,
    #[serde(rename = "route")]
    pub(super) routes: Vec<SimRoute>,
    /// What remote servers reply, by kind.
    pub(super) replies: Texts,
    #[serde(rename = "trouble")]
    pub(super) troubles: Vec<Trouble>,
    #[serde(rename = "spray")]
    pub(super) sprays: Vec<Spray>,
    #[serde(rename = "mistyping")]
    pub(super) mistyping: Vec<MistypingUser>,
    #[serde(skip)]
    pub(super) destinations: Destinations,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Appliance {
    /// The first lines of a log.
    pub(super) head: Vec<String>,
    pub(super) delivery_address: String,
    pub(super) domain: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub(super) names: Vec<String>,
    /// Recipients that the appliance accepts and the mail store refuses.
    pub(super) former: Vec<String>,
    pub(super) services: Vec<String>,
    pub(super) strangers: Vec<String>,
    pub(super) countries_abroad: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Listener {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) connections_per_minute: f64,
    pub(super) lost: f64,
    pub(super) aborted: f64,
    pub(super) refused_recipients: f64,
    pub(super) mistyped: f64,
    pub(super) roaming: f64,
    pub(super) profiles: Vec<String>,
}

/// A remote host that sends mail.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Peer {
    /// Of the senders.
    pub(super) domains: Vec<String>,
    pub(super) host: Option<String>,
    /// Reverse and forward DNS disagree.
    pub(super) unverified: bool,
    pub(super) addresses: Vec<String>,
    pub(super) country: String,
    /// The lowest and the highest reputation score.
    pub(super) sbrs: Option<(f64, f64)>,
    pub(super) spam: f64,
    pub(super) former: f64,
    pub(super) tls: String,
    /// Its mail carries a DKIM signature and passes SPF.
    pub(super) signed: bool,
    /// The most messages that it sends in one connection.
    pub(super) messages: u64,
    pub(super) weight: f64,
}

/// The domains without a name of their own in the scenario.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Internet {
    pub(super) domains: u32,
    pub(super) exponent: f64,
    pub(super) weight: f64,
    pub(super) stems: Vec<String>,
    pub(super) trades: Vec<String>,
    pub(super) endings: Vec<String>,
}

/// How some domains treat the site's mail.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SimRoute {
    pub(super) name: String,
    pub(super) domains: Vec<String>,
    pub(super) weight: f64,
    pub(super) tail: f64,
    pub(super) from_rank: u32,
    pub(super) addresses: Vec<String>,
    pub(super) hosts: Option<(u64, u64)>,
    pub(super) port: Option<u16>,
    pub(super) profile: Option<String>,
    pub(super) tls: Option<String>,
    pub(super) network: Network,
    /// The reply to an accepted message; `{id}` and `{n}` are its own numbers.
    pub(super) reply: String,
    pub(super) greylists: f64,
    pub(super) refusals: BTreeMap<String, f64>,
}

/// Whether the hosts of a domain can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Network {
    #[default]
    Up,
    Timeout,
    Refused,
    Flaky,
    Half,
    NoSuchDomain,
    Servfail,
}

/// What can go wrong with a route for a time.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    WrongPassword,
    Timeout,
    Certificate,
    Reply(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trouble {
    routes: Vec<String>,
    pub(super) what: Fault,
    pub(super) attempts: Option<f64>,
    domains: Option<f64>,
    when: Window,
}

impl Trouble {
    pub(super) fn concerns(&self, route: &SimRoute, destination: usize, at: Millis) -> bool {
        self.when.contains(at)
            && self.routes.contains(&route.name)
            && ((destination % 10) as f64) < self.domains.unwrap_or(1.0) * 10.0
    }
}

/// Addresses that try many users.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spray {
    pub(super) when: Window,
    pub(super) connections_per_minute: f64,
    /// The most users of a connection.
    pub(super) tries: u64,
    pub(super) addresses: Vec<String>,
    pub(super) countries: Vec<String>,
    /// Names that are tried beside those of users.
    pub(super) guesses: Vec<String>,
}

/// A user with a wrong password until the end of the time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MistypingUser {
    pub(super) when: Window,
    pub(super) every_seconds: (u64, u64),
    pub(super) user: String,
    pub(super) address: String,
    pub(super) hat: String,
}

/// A span of simulated time, once or recurring.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Window {
    at_minute: f64,
    minutes: f64,
    every_minutes: Option<f64>,
}

impl Window {
    /// The first moment of the window at or after `at`; `None` if it is over.
    pub(super) fn next_from(&self, at: Millis) -> Option<Millis> {
        let begin = minutes(self.at_minute);
        if at <= begin {
            return Some(begin);
        }
        let (since, length) = (at - begin, minutes(self.minutes));
        match self.every_minutes.map(minutes) {
            Some(every) if since % every >= length => Some(at - since % every + every),
            None if since >= length => None,
            _ => Some(at),
        }
    }

    fn contains(&self, at: Millis) -> bool {
        self.next_from(at) == Some(at)
    }
}

fn minutes(minutes: f64) -> Millis {
    (minutes * 60_000.0) as Millis
}

impl Scenario {
    /// The scenario of `mailscope demo`.
    pub(crate) fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a scenario. An unknown key is an error, so that a misspelt one is not ignored.
    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let mut scenario: Self = toml::from_str(text)?;
        scenario.destinations = Destinations::new(&scenario);
        Ok(scenario)
    }
}
