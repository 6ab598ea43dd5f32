//! The limits from which on something is a finding.

/// An ordinary log reaches none of them.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Thresholds {
    /// Unencrypted logins on a listener.
    pub clear_logins: u64,
    /// Percentage of TLS among a listener's logins that makes the others an exception.
    pub tls_percent: u64,
    /// Connections that one peer keeps open for longer than `held_seconds`.
    pub held_connections: usize,
    /// AsyncOS closes inbound connections after 15 minutes by default (user guide, "Configuring
    /// Global Settings for Listeners").
    pub held_seconds: i64,
    /// Connections refused because a listener was at its limit.
    pub limit_refusals: u64,
    /// Connections dropped as directory harvest attacks.
    pub harvest_drops: u64,
    /// LDAP queries for recipients that failed.
    pub ldap_failures: u64,
    /// Inbound connections of one host whose TLS failed, after as many whose TLS succeeded.
    pub inbound_tls_failures: usize,
    /// Connections of one host that broke off within a message, and their percentage of its
    /// connections.
    pub broken_connections: u64,
    pub broken_percent: u64,
    /// Recipients of one sender in an hour, if that is this factor of its usual ones.
    pub flood_recipients: u64,
    pub flood_factor: u64,
    /// Entries of one unknown shape that began in the second half of the log.
    pub unknown_entries: u64,
    /// How long an appliance writes nothing while another one does.
    pub stale_seconds: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            clear_logins: 3,
            tls_percent: 90,
            held_connections: 10,
            held_seconds: 900,
            limit_refusals: 3,
            harvest_drops: 3,
            ldap_failures: 3,
            inbound_tls_failures: 3,
            broken_connections: 10,
            broken_percent: 30,
            flood_recipients: 200,
            flood_factor: 10,
            unknown_entries: 100,
            stale_seconds: 3600,
        }
    }
}
