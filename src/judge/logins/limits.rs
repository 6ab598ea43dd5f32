//! The limits from which on logins are an incident.

/// Table `[logins]` of the configuration. An ordinary log reaches none of the limits of a warning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct LoginLimits {
    /// Seconds at the beginning of a log, in which the usual rate of guesses and the nets of the
    /// users are learned.
    pub learn_seconds: u32,
    /// Existing users that are tried within 15 minutes from many addresses; twice as many from few.
    pub spray_users: u32,
    /// How many times the usual rate a spray is.
    pub spray_factor: u32,
    /// Failures of one user within an hour.
    pub guess_failures: u32,
    /// Nets foreign to the user that these failures come from.
    pub guess_nets: u32,
    /// How many times the usual rate of this user these failures are.
    pub guess_factor: u32,
    /// Failures of one user from one address, without a success.
    pub device_failures: u32,
    /// Seconds from the first to the last of them.
    pub device_seconds: u32,
    /// Recipients of one user within 30 minutes, sent from new nets.
    pub mass_recipients: u32,
    /// Recipients of one user within 30 minutes that are critical without a failed login.
    pub mass_critical: u32,
    /// Failures of the user from the same net in the hour before its first login from there.
    pub near_failures: u32,
    /// Failures of the user from foreign nets in the 24 hours before that login.
    pub foreign_failures: u32,
    /// Seconds for which a net is new, after anybody's first login from there.
    pub new_net_seconds: u32,
    /// Seconds after the last sign of it at which a compromise is over.
    pub quiet_seconds: u32,
    /// Failures from the internet in the whole log that are worth a notice.
    pub background_failures: u64,
}

impl Default for LoginLimits {
    fn default() -> Self {
        Self {
            learn_seconds: 5400,
            spray_users: 15,
            spray_factor: 6,
            guess_failures: 50,
            guess_nets: 10,
            guess_factor: 10,
            device_failures: 12,
            device_seconds: 1200,
            mass_recipients: 60,
            mass_critical: 200,
            near_failures: 3,
            foreign_failures: 20,
            new_net_seconds: 86_400,
            quiet_seconds: 14_400,
            background_failures: 30,
        }
    }
}
