//! From when on something is worth a finding.

/// The limits; on an ordinary log none is reached.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Thresholds {
    /// Failures in a row before a route counts as a finding. A refused login or failed TLS counts at once: the far
    /// end has answered, and will answer the same.
    pub route_failures: u64,
    /// Failures within the newest hour before a route that works again counts as degraded in a finding.
    pub degraded_failures: u64,
    /// Failures in a row before an outage that is over is told.
    pub outage_failures: u64,
    /// Deliveries in the clear after failed TLS before they are told.
    pub clear_deliveries: u64,
    /// Routes that began to fail within [`Thresholds::together_seconds`] before a common cause is suspected.
    pub together_routes: usize,
    /// Seconds; see [`Thresholds::together_routes`].
    pub together_seconds: i64,
    /// Failures of one user within [`Thresholds::guess_seconds`].
    pub guess_failures: u64,
    /// Seconds; see [`Thresholds::guess_failures`].
    pub guess_seconds: i64,
    /// Users that one address or net failed with.
    pub spray_users: usize,
    /// Failures from that address or net.
    pub spray_failures: u64,
    /// Percent of logins that must have failed, of a user or a net.
    pub failed_percent: u64,
    /// Failures in a row from one address before a success from there is suspicious.
    pub success_after: u64,
    /// Logins in the clear on a listener before they are told.
    pub clear_logins: u64,
    /// Percent of a listener's logins over TLS from which on those in the clear are an exception.
    pub tls_percent: u64,
    /// Connections that one peer holds open for longer than [`Thresholds::held_seconds`].
    pub held_connections: usize,
    /// Seconds; AsyncOS ends inbound connections after 15 minutes by default (user guide, "Configuring Global
    /// Settings for CleartextLogins").
    pub held_seconds: i64,
    /// Connections refused because a listener was at its limit.
    pub limit_refusals: u64,
    /// Entries of one unknown shape that began in the second half of the log.
    pub unknown_entries: u64,
    /// Seconds that an appliance is silent while another one writes.
    pub stale_seconds: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            route_failures: 3,
            degraded_failures: 3,
            outage_failures: 3,
            clear_deliveries: 3,
            together_routes: 3,
            together_seconds: 60,
            guess_failures: 20,
            guess_seconds: 3600,
            spray_users: 10,
            spray_failures: 20,
            failed_percent: 80,
            success_after: 10,
            clear_logins: 3,
            tls_percent: 90,
            held_connections: 10,
            held_seconds: 900,
            limit_refusals: 3,
            unknown_entries: 100,
            stale_seconds: 3600,
        }
    }
}
