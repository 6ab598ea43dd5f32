//! Settings: flags override the environment, the environment overrides the file, and the file
//! overrides the defaults. They are merged once, before a command runs.
//!
//! `assets/default.toml` names and documents every key and gives its default and its TOML type.
//! serde types the merged values. Column names, styles and keys stay plain text here: the interface
//! checks them and reports a wrong one with [`Config::refuse`], so that its error names file and
//! line too.

mod document;
mod layers;
mod origin;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use toml::Value;

pub(crate) use origin::{ConfigError, Origin};

use crate::judge::RouteLimits;
use crate::judge::logins::LoginLimits;
use crate::query;
use crate::triage::Thresholds;
use layers::{Layers, joined};

pub(crate) const DEFAULT: &str = include_str!("../assets/default.toml");

/// With less, an index would hold hardly more than the open records.
const LEAST_MEMORY: u64 = 8 << 20;

/// What reading, parsing and the program itself take: measured, with blocks in flight.
const READING: u64 = 28 << 20;

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// What is read if no PATH is named.
    #[serde(with = "value::paths")]
    pub paths: Vec<OsString>,
    /// The filter the interface starts with.
    pub query: String,
    pub follow: bool,
    /// The interval of polling, if it replaces notifications.
    #[serde(with = "value::duration")]
    pub poll: Option<Duration>,
    pub color: Color,
    /// Bounds of the index and of single records.
    pub limits: Limits,
    /// How routes are judged.
    pub routes: RouteLimits,
    /// When something is a finding.
    pub triage: Thresholds,
    /// When logins are an attack.
    pub logins: LoginLimits,
    /// Names of the columns of each table, in order.
    pub columns: BTreeMap<String, Vec<String>>,
    queries: BTreeMap<String, String>,
    /// The style of each role, as `bold red on black`.
    pub colors: BTreeMap<String, String>,
    /// Names of the keys of each command.
    pub keys: BTreeMap<String, Vec<String>>,
    #[serde(skip)]
    saved: query::Saved,
    /// Table, name and origin of every setting, in the order of the file.
    #[serde(skip)]
    origins: Vec<(String, String, Origin)>,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also if the output is no terminal.
    Always,
    Never,
}

impl Color {
    /// Whether a terminal is written to in colour.
    pub(crate) fn is_used(self) -> bool {
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Auto => !refused(),
            Self::Never => false,
        }
    }
}

/// `[limits]`: bounds of the index and of single records.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Limits {
    /// How long records are kept after they ended.
    #[serde(with = "value::duration")]
    pub keep: Option<Duration>,
    /// Bytes that the program may take.
    #[serde(with = "value::size")]
    pub max_memory: Option<u64>,
    /// The most raw lines of one record that are read to be shown.
    pub lines: usize,
    /// The most bytes that are copied to the clipboard.
    #[serde(with = "value::size")]
    pub copy: Option<u64>,
    /// Filters, searches and commands that can be brought back.
    pub history: usize,
}

/// The settings that the command line gives.
#[derive(Clone, Debug, Default)]
pub struct CliOverrides {
    /// `--config`
    pub file: Option<PathBuf>,
    /// Key, flag and value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// A setting as `mailscope config` prints it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct EffectiveSetting {
    /// Its table; empty for the keys above all tables.
    pub table: String,
    /// Its name in the table.
    pub name: String,
    /// Its value as the file would write it.
    pub value: Value,
    pub origin: Origin,
}

/// A key whose value cannot be used, and why.
pub(crate) type Refusal = (String, String);

impl CliOverrides {
    /// Adds a flag's value for a setting, if the flag is given.
    pub fn flag(&mut self, key: &'static str, flag: &'static str, value: Option<String>) {
        self.flags.extend(value.map(|value| (key, flag, value)));
    }
}

impl Default for Config {
    fn default() -> Self {
        let defaults = Layers::default().merge();
        defaults.expect("a test reads the default file")
    }
}

impl Config {
    /// Merges the command line, the environment, the file and the defaults.
    ///
    /// # Errors
    /// The first value that cannot be used, with its origin and what was expected.
    pub(crate) fn load(overrides: &CliOverrides) -> Result<Self, ConfigError> {
        let mut layers = Layers::default();
        if let Some((path, text)) = origin::file(overrides.file.as_deref())? {
            layers.read_file(&path, &text)?;
        }
        layers.read_environment(&|name| std::env::var_os(name))?;
        layers.read_flags(&overrides.flags)?;
        layers.merge()
    }

    /// Checks values beyond their types.
    fn check(&mut self) -> Result<(), Refusal> {
        let refused = |key: &str, why: &str| Err((key.to_owned(), why.to_owned()));
        let poll = self.poll.map(|interval| interval.as_secs_f64());
        if poll.is_some_and(|seconds| !(0.05..=3600.0).contains(&seconds)) {
            return refused("poll", "0.05 to 3600 seconds are expected");
        }
        if self.limits.keep.is_some_and(|keep| keep.as_secs() == 0) {
            return refused("limits.keep", "at least a second is expected");
        }
        let memory = self.limits.max_memory;
        if memory.is_some_and(|bytes| bytes < LEAST_MEMORY) {
            let least = query::written_size(LEAST_MEMORY);
            return refused(
                "limits.max-memory",
                &format!("at least {least} are expected"),
            );
        }
        if self.triage.tls_percent > 100 {
            return refused("triage.tls-percent", "0 to 100 is expected");
        }
        self.saved = query::Saved::new(self.queries.clone())
            .map_err(|(name, why)| (joined("queries", &name), why))?;
        Ok(())
    }

    /// Every setting with its value and origin, in the order of the file.
    pub(crate) fn settings(&self) -> Vec<EffectiveSetting> {
        let all = toml::Table::try_from(self).unwrap_or_default();
        let setting = |(table, name, origin): &(String, String, Origin)| {
            let values = match table.as_str() {
                "" => Some(&all),
                table => all.get(table).and_then(Value::as_table),
            };
            Some(EffectiveSetting {
                table: table.clone(),
                name: name.clone(),
                value: values?.get(name)?.clone(),
                origin: origin.clone(),
            })
        };
        self.origins.iter().filter_map(setting).collect()
    }

    /// The columns that the user has set for a view's table, by name; none by default.
    pub(crate) fn columns_set(&self, view: &str) -> Vec<String> {
        let is_set = |(table, name, origin): &(String, String, Origin)| {
            table == "columns" && name == view && *origin != Origin::Default
        };
        let columns = self.columns.get(view).cloned();
        columns
            .filter(|_| self.origins.iter().any(is_set))
            .unwrap_or_default()
    }

    pub(crate) fn saved(&self) -> &query::Saved {
        &self.saved
    }

    pub(crate) fn index_limits(&self) -> crate::index::RetentionLimits {
        crate::index::RetentionLimits {
            keep: self.limits.keep,
            memory: self.limits.max_memory.map(|all| all - READING.min(all / 2)),
        }
    }

    /// The error for a value that a part of the program cannot use.
    pub(crate) fn refuse(&self, (key, why): &Refusal) -> ConfigError {
        let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
        let set = || {
            let set = self.origins.iter();
            set.filter(|(of, _, origin)| of == table && *origin != Origin::Default)
        };
        // A default can be wrong only because of another value of its table.
        let own = set().find(|(_, of, _)| of == name);
        let origin = own.or_else(|| set().next());
        let origin = origin.map_or(&Origin::Default, |(_, _, origin)| origin);
        ConfigError::at(origin, key, why)
    }
}
