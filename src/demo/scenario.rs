//! The scenario as data: hosts, users, routes and faults. `assets/demo.toml` is the built-in one; how
//! its parts behave is left to the simulation.

use serde::Deserialize;
use thiserror::Error;

use super::model::Millis;

const BUILT_IN: &str = include_str!("../../assets/demo.toml");

/// Why a scenario is refused.
#[derive(Debug, Error)]
pub(super) enum ScenarioError {
    #[error("the scenario does not parse: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("{place} names the route {name:?}, which the scenario does not have")]
    UnknownRoute { place: &'static str, name: String },
    #[error("{0} must be a number greater than 0")]
    NotPositive(&'static str),
    #[error("{0} is empty; it needs one entry at least")]
    Empty(&'static str),
}

/// Hosts, users, routes and faults of a simulated day.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(super) appliance: Appliance,
    pub(super) people: People,
    pub(super) subjects: Subjects,
    pub(super) incoming: Incoming,
    pub(super) submission: Submission,
    #[serde(rename = "peer")]
    pub(super) peers: Vec<Peer>,
    #[serde(rename = "route")]
    pub(super) routes: Vec<SimRoute>,
    #[serde(default, rename = "trouble")]
    pub(super) troubles: Vec<RouteFault>,
    #[serde(default, rename = "spray")]
    pub(super) sprays: Vec<Spray>,
    #[serde(default, rename = "typist")]
    pub(super) typists: Vec<MistypingUser>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Appliance {
    pub(super) version: String,
    pub(super) serial: String,
    pub(super) utc_offset_seconds: i32,
    pub(super) delivery_address: String,
    pub(super) domain: String,
    pub(super) smart_host: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub(super) names: Vec<String>,
    pub(super) services: Vec<String>,
    pub(super) strangers: Vec<String>,
    pub(super) countries_abroad: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subjects {
    pub(super) letters: Vec<String>,
    pub(super) spam: Vec<String>,
}

/// The listener for mail from the internet. Shares are fractions of 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Incoming {
    pub(super) listener: String,
    pub(super) address: String,
    pub(super) connections_per_minute: f64,
    pub(super) aborted: f64,
    pub(super) refused_recipients: f64,
    pub(super) lost: f64,
}

/// The listener where users log in to send. Shares are fractions of 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Submission {
    pub(super) listener: String,
    pub(super) address: String,
    pub(super) connections_per_minute: f64,
    pub(super) mistyped: f64,
    pub(super) roaming: f64,
    pub(super) lost: f64,
    pub(super) misspelt: f64,
    pub(super) misspelt_domains: Vec<String>,
    pub(super) profiles: Vec<String>,
}

/// What a remote host supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum TlsSupport {
    #[serde(rename = "TLSv1.3")]
    V13,
    #[serde(rename = "TLSv1.2")]
    V12,
    #[serde(rename = "TLSv1")]
    V10,
    #[serde(rename = "none")]
    None,
    #[serde(rename = "broken")]
    Broken,
}

/// A remote host that sends mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peer {
    pub(super) domain: String,
    pub(super) host: Option<String>,
    /// Reverse and forward DNS disagree.
    #[serde(default)]
    pub(super) unverified: bool,
    pub(super) addresses: Vec<String>,
    pub(super) country: String,
    /// The lowest and the highest reputation score.
    pub(super) sbrs: Option<(f64, f64)>,
    #[serde(default)]
    pub(super) spam: f64,
    pub(super) tls: TlsSupport,
    /// Its mail carries a DKIM signature and passes SPF.
    #[serde(default)]
    pub(super) signed: bool,
    /// The most messages that it sends in one connection.
    #[serde(default = "one")]
    pub(super) messages: u64,
    pub(super) weight: f64,
}

fn one() -> u64 {
    1
}

/// A host that the appliance delivers to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SimRoute {
    pub(super) name: String,
    pub(super) domains: Vec<String>,
    pub(super) address: String,
    pub(super) port: u16,
    pub(super) profile: Option<String>,
    pub(super) tls: TlsSupport,
    /// The reply to an accepted message; `{id}` and `{n}` are its own numbers.
    pub(super) reply: String,
    pub(super) weight: f64,
    #[serde(default)]
    pub(super) unknown: f64,
    #[serde(default)]
    pub(super) greylists: f64,
}

/// What can go wrong with a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FaultKind {
    WrongPassword,
    Timeout,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteFault {
    pub(super) route: String,
    pub(super) kind: FaultKind,
    pub(super) when: Window,
}

/// One network that tries many users.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spray {
    pub(super) when: Window,
    pub(super) connections_per_minute: f64,
    pub(super) addresses: Vec<String>,
    pub(super) country: String,
    /// Names that are tried beside those of users.
    pub(super) guesses: Vec<String>,
}

/// One user who mistypes the password until it is right.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MistypingUser {
    pub(super) when: Window,
    pub(super) user: String,
    pub(super) address: String,
    pub(super) country: String,
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
        match self.every_minutes.map(minutes).filter(|&every| every > 0) {
            Some(every) if since % every >= length => {
                Some((at - since % every).saturating_add(every))
            }
            None if since >= length => None,
            _ => Some(at),
        }
    }

    pub(super) fn contains(&self, at: Millis) -> bool {
        self.next_from(at) == Some(at)
    }
}

pub(super) fn minutes(minutes: f64) -> Millis {
    (minutes * 60_000.0) as Millis
}

impl Scenario {
    /// The scenario of `mailscope demo`.
    pub(crate) fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the embedded scenario parses: a test reads it")
    }

    /// Reads a scenario. An unknown key is an error, so that a misspelt one is not ignored.
    pub(super) fn parse(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check_lists()?;
        scenario.check_rates()?;
        scenario.check_routes()?;
        Ok(scenario)
    }

    fn check_lists(&self) -> Result<(), ScenarioError> {
        let (people, subjects) = (&self.people, &self.subjects);
        let fixed = [
            ("people.names", &people.names),
            ("people.services", &people.services),
            ("people.strangers", &people.strangers),
            ("people.countries_abroad", &people.countries_abroad),
            ("subjects.letters", &subjects.letters),
            ("subjects.spam", &subjects.spam),
            ("submission.profiles", &self.submission.profiles),
            (
                "submission.misspelt_domains",
                &self.submission.misspelt_domains,
            ),
        ];
        let peers = self
            .peers
            .iter()
            .map(|peer| ("peer.addresses", &peer.addresses));
        let routes = self
            .routes
            .iter()
            .map(|route| ("route.domains", &route.domains));
        let sprays = self
            .sprays
            .iter()
            .map(|spray| ("spray.addresses", &spray.addresses));
        let lists = fixed.into_iter().chain(peers).chain(routes).chain(sprays);
        let lists = lists.map(|(name, list)| (name, list.len()));
        let tables = [("peer", self.peers.len()), ("route", self.routes.len())];
        match lists.chain(tables).find(|(_, len)| *len == 0) {
            Some((name, _)) => Err(ScenarioError::Empty(name)),
            None => Ok(()),
        }
    }

    fn check_rates(&self) -> Result<(), ScenarioError> {
        let mut rates = vec![
            (
                "incoming.connections_per_minute",
                self.incoming.connections_per_minute,
            ),
            (
                "submission.connections_per_minute",
                self.submission.connections_per_minute,
            ),
        ];
        let spray = |spray: &Spray| ("spray.connections_per_minute", spray.connections_per_minute);
        rates.extend(self.sprays.iter().map(spray));
        match rates
            .iter()
            .find(|(_, rate)| !rate.is_normal() || *rate < 0.0)
        {
            Some((name, _)) => Err(ScenarioError::NotPositive(name)),
            None => Ok(()),
        }
    }

    fn check_routes(&self) -> Result<(), ScenarioError> {
        let named = [("appliance.smart_host", &self.appliance.smart_host)];
        let troubled = self
            .troubles
            .iter()
            .map(|trouble| ("trouble.route", &trouble.route));
        for (place, name) in named.into_iter().chain(troubled) {
            if !self.routes.iter().any(|route| route.name == *name) {
                return Err(ScenarioError::UnknownRoute {
                    place,
                    name: name.clone(),
                });
            }
        }
        Ok(())
    }

    pub(super) fn route_for(&self, domain: &str) -> usize {
        let own = self
            .routes
            .iter()
            .position(|route| route.domains.iter().any(|d| d == domain));
        let smart = || {
            self.routes
                .iter()
                .position(|route| route.name == self.appliance.smart_host)
        };
        own.or_else(smart)
            .expect("parse refuses a scenario without the smart host's route")
    }

    /// The fault of the route `name` at that time.
    pub(super) fn trouble(&self, name: &str, at: Millis) -> Option<FaultKind> {
        self.troubles
            .iter()
            .find(|trouble| trouble.route == name && trouble.when.contains(at))
            .map(|trouble| trouble.kind)
    }
}
