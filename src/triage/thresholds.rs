//! The limits from which on something is a finding.

/// An ordinary log reaches none of them.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Thresholds {
    /// Consecutive failures of a failing route. A refused login or a failed TLS handshake is
    /// reported at once: the remote server has answered, and its answer will not change.
    pub route_failures: u64,
    /// Failures in the newest hour of a route that works again.
    pub degraded_failures: u64,
    /// Consecutive failures of an outage that is over.
    pub outage_failures: u64,
    /// Unencrypted deliveries after failed TLS.
    pub clear_deliveries: u64,
    /// Routes that began to fail within `together_seconds`, as if by a common cause.
    pub together_routes: usize,
    pub together_seconds: i64,
    /// Failures of one user within `guess_seconds`.
    pub guess_failures: u64,
    pub guess_seconds: i64,
    /// Users that one address or net failed with.
    pub spray_users: usize,
    /// Failures from that address or net.
    pub spray_failures: u64,
    /// Percentage of failures among the logins of that user or net.
    pub failed_percent: u64,
    /// Consecutive failures of one address before a login from it succeeds.
    pub success_after: u64,
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
    /// Entries of one unknown shape that began in the second half of the log.
    pub unknown_entries: u64,
    /// How long an appliance writes nothing while another one does.
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
