//! The thresholds of the judgement of routes, each a key of `[routes]` in the configuration.

use serde::{Deserialize, Serialize};

/// An ordinary day reaches none of them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RouteLimits {
    /// Evidence, in nats, from which on a route fails: four failures in a row where 1 to 2 % of the
    /// attempts fail on an ordinary day.
    pub evidence: f64,
    /// Evidence, in nats, from which on a route recovers.
    pub recovery: f64,
    /// Seconds that a route must have recovered for until its incident is over.
    pub hold: i64,
    /// Seconds after the end of an incident in which the same failure continues it.
    pub reopen: i64,
    /// The share of its mail, in percent, that a domain must send to each of two routes to join
    /// them.
    pub join_percent: f64,
    /// The share of the recipients of a day, in percent, that makes a route important.
    pub important_percent: f64,
    /// Patterns of hosts, domains and profiles that are important whatever their share.
    pub important: Vec<String>,
    /// Recipients that wait or bounced, from which on a failing important route is critical.
    pub critical_important: u32,
    /// The same of any other route.
    pub critical: u32,
    /// Recipients that wait or bounced, from which on a route that is not important is a warning.
    pub warning: u32,
    /// Evidence, in nats, that a share of the connections of a route fails.
    pub slow: f64,
    /// Routes that refuse our address, from which on it is listed.
    pub listed_routes: usize,
    /// Domains that cannot be resolved, from which on name resolution fails.
    pub dns_domains: usize,
    /// Routes that become unreachable together, from which on the network fails.
    pub network_routes: usize,
    /// Domains and hosts that are remembered; the oldest unused ones are forgotten first.
    pub destinations: usize,
}

impl Default for RouteLimits {
    fn default() -> Self {
        Self {
            evidence: 11.0,
            recovery: 5.0,
            hold: 900,
            reopen: 3600,
            join_percent: 10.0,
            important_percent: 1.0,
            important: Vec::new(),
            critical_important: 20,
            critical: 50,
            warning: 10,
            slow: 14.0,
            listed_routes: 3,
            dns_domains: 5,
            network_routes: 5,
            destinations: 50_000,
        }
    }
}

impl RouteLimits {
    /// Whether a pattern of `important` matches a name.
    pub(super) fn is_important(&self, name: &str) -> bool {
        let options = glob::MatchOptions {
            case_sensitive: false,
            ..glob::MatchOptions::default()
        };
        let mut patterns = self
            .important
            .iter()
            .filter_map(|text| glob::Pattern::new(text).ok());
        patterns.any(|pattern| pattern.matches_with(name, options))
    }
}
