//! `[triage]`: from when on something is a finding.

use toml::Value;

use super::setting::{Section, Setting};
use crate::triage::Thresholds;

impl Setting for u64 {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let number = value.as_integer().and_then(|n| Self::try_from(n).ok());
        *self = number.ok_or("a whole number is expected")?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

/// Seconds.
impl Setting for i64 {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let number = value.as_integer().filter(|n| *n >= 0);
        *self = number.ok_or("a whole number of seconds is expected")?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::Integer(*self)
    }
}

impl Section for Thresholds {
    fn name(&self) -> &'static str {
        "triage"
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        vec![
            ("route-failures", &mut self.route_failures),
            ("degraded-failures", &mut self.degraded_failures),
            ("outage-failures", &mut self.outage_failures),
            ("clear-deliveries", &mut self.clear_deliveries),
            ("together-routes", &mut self.together_routes),
            ("together-seconds", &mut self.together_seconds),
            ("guess-failures", &mut self.guess_failures),
            ("guess-seconds", &mut self.guess_seconds),
            ("spray-users", &mut self.spray_users),
            ("spray-failures", &mut self.spray_failures),
            ("failed-percent", &mut self.failed_percent),
            ("success-after", &mut self.success_after),
            ("clear-logins", &mut self.clear_logins),
            ("tls-percent", &mut self.tls_percent),
            ("held-connections", &mut self.held_connections),
            ("held-seconds", &mut self.held_seconds),
            ("limit-refusals", &mut self.limit_refusals),
            ("unknown-entries", &mut self.unknown_entries),
            ("stale-seconds", &mut self.stale_seconds),
        ]
    }

    fn check(&mut self) -> Result<(), (String, String)> {
        for (name, percent) in [
            ("failed-percent", self.failed_percent),
            ("tls-percent", self.tls_percent),
        ] {
            if percent > 100 {
                return Err((name.into(), "0 to 100 is expected".into()));
            }
        }
        Ok(())
    }
}
