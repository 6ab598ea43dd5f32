//! What the user has set: flags, then the environment, then a file, then defaults, merged once at the start.
//!
//! A [`Section`] is a table of the file; each of its [`Setting`]s knows how to read and to write its value. Reading,
//! errors with a near miss, the environment's names and what `mailscope config` prints all follow from that, so that a
//! part of the program adds its settings with a struct and a line in `Config::sections`. `assets/default.toml`
//! documents every key.

mod file;
mod sections;
pub mod setting;
mod source;
mod triage;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Value;

pub use sections::{Colors, Columns, General, Keys, Limits, Queries};
pub use setting::{Section, Setting};
pub use source::{ConfigError, Origin};

use crate::query;
use crate::report::View;
use crate::triage::Thresholds;

/// The documented default file.
pub const DEFAULT: &str = include_str!("../assets/default.toml");

/// Every setting in force.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Config {
    /// What stands above all tables.
    pub general: General,
    /// `[limits]`
    pub limits: Limits,
    /// `[triage]`
    pub triage: Thresholds,
    /// `[columns]`
    pub columns: Columns,
    /// `[queries]`
    pub queries: Queries,
    /// `[colors]`
    pub colors: Colors,
    /// `[keys]`
    pub keys: Keys,
    /// Where values came from that are no defaults, by key.
    origins: BTreeMap<String, Origin>,
}

/// What the command line says of settings.
#[derive(Clone, Debug, Default)]
pub struct CliOverrides {
    /// `--config`
    pub file: Option<PathBuf>,
    /// Key, flag and value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

impl CliOverrides {
    /// A flag's value for a setting, if it is given.
    pub fn flag(&mut self, key: &'static str, flag: &'static str, value: Option<String>) {
        self.flags.extend(value.map(|value| (key, flag, value)));
    }
}

/// A setting as `mailscope config` prints it.
#[derive(Clone, PartialEq, Debug)]
pub struct EffectiveSetting {
    /// The table it stands in; empty above all tables.
    pub section: &'static str,
    /// Its name there.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Where that came from.
    pub origin: Origin,
}

impl Config {
    /// Merges what the command line gives with the environment, the file and the defaults.
    ///
    /// # Errors
    /// The first value that cannot be taken, with its place and what was expected.
    pub fn load(overrides: &CliOverrides) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        if let Some((path, text)) = source::file(overrides.file.as_deref())? {
            config.read_file(&path, &text)?;
        }
        config.read_environment(&|name| std::env::var_os(name))?;
        for (key, flag, text) in &overrides.flags {
            config
                .read_text(key, text)
                .map_err(|expected| ConfigError::flag(flag, &expected))?;
            config
                .origins
                .insert((*key).to_owned(), Origin::Flag((*flag).to_owned()));
        }
        config.check()?;
        Ok(config)
    }

    /// The sections, in the order of the file.
    fn sections(&mut self) -> [&mut dyn Section; 7] {
        [
            &mut self.general,
            &mut self.limits,
            &mut self.triage,
            &mut self.columns,
            &mut self.queries,
            &mut self.colors,
            &mut self.keys,
        ]
    }

    /// Takes in a file's text.
    fn read_file(&mut self, path: &std::path::Path, text: &str) -> Result<(), ConfigError> {
        let document = file::Document::parse(path, text)?;
        for entry in document.entries(&self.tables())? {
            let section = self
                .sections()
                .into_iter()
                .find(|section| section.name() == entry.section)
                .ok_or_else(|| document.unknown(&entry, &[]))?;
            let settings = section.settings();
            let names: Vec<String> = settings.iter().map(|(name, _)| (*name).into()).collect();
            let Some(setting) = setting::find(section, &entry.name) else {
                return Err(document.unknown(&entry, &names));
            };
            setting
                .read(&entry.value)
                .map_err(|expected| document.refused(&entry, &expected))?;
            self.origins.insert(
                entry.key(),
                Origin::File(path.to_owned(), document.line(&entry)),
            );
        }
        Ok(())
    }

    /// Takes in `MAILSCOPE_…`; a variable that is set to nothing counts as not set.
    fn read_environment(
        &mut self,
        variable: &dyn Fn(&str) -> Option<std::ffi::OsString>,
    ) -> Result<(), ConfigError> {
        for line in self.lines() {
            let key = line.key();
            let name = environment_name(&key);
            let Some(value) = variable(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let text = value
                .to_str()
                .ok_or_else(|| ConfigError::environment(&name, "UTF-8 is expected"))?;
            self.read_text(&key, text)
                .map_err(|expected| ConfigError::environment(&name, &expected))?;
            self.origins.insert(key, Origin::Environment(name));
        }
        Ok(())
    }

    fn read_text(&mut self, key: &str, text: &str) -> Result<(), String> {
        let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
        let mut sections = self.sections();
        let section = sections.iter_mut().find(|section| section.name() == table);
        section
            .and_then(|section| setting::find(&mut **section, name))
            .ok_or_else(|| format!("there is no setting `{key}`"))?
            .read_text(text)
    }

    /// What single values cannot tell: whether they go together.
    fn check(&mut self) -> Result<(), ConfigError> {
        let mut wrong = None;
        for section in self.sections() {
            if let Err((name, why)) = section.check() {
                wrong = Some((section.name(), name, why));
                break;
            }
        }
        let Some((section, name, why)) = wrong else {
            return Ok(());
        };
        let key = joined(section, &name);
        // A default may be wrong only beside what was set in the same table.
        let set = || {
            let of_table = self.origins.iter().filter(|(key, _)| {
                key.strip_prefix(section)
                    .is_some_and(|name| name.starts_with('.'))
            });
            of_table.map(|(_, origin)| origin).next()
        };
        let origin = self.origins.get(&key).or_else(set);
        Err(ConfigError::at(
            origin.unwrap_or(&Origin::Default),
            &key,
            &why,
        ))
    }

    /// Names of the file's tables.
    fn tables(&mut self) -> Vec<&'static str> {
        let sections = self.sections();
        sections.iter().map(|section| section.name()).collect()
    }

    /// Every setting, its value and where that came from, in the order of the file.
    pub fn lines(&self) -> Vec<EffectiveSetting> {
        let mut lines = Vec::new();
        let mut copy = self.clone();
        for section in copy.sections() {
            let table = section.name();
            for (name, setting) in section.settings() {
                let key = joined(table, name);
                lines.push(EffectiveSetting {
                    section: table,
                    name: name.to_owned(),
                    value: setting.to_toml(),
                    origin: self.origins.get(&key).cloned().unwrap_or(Origin::Default),
                });
            }
        }
        lines
    }

    /// The columns that the user has set for a view's table, by name; none where nothing is set.
    pub fn columns(&self, view: View) -> Vec<String> {
        let name = view.name();
        if !self.origins.contains_key(&joined("columns", &name)) {
            return Vec::new();
        }
        self.columns.names(&name)
    }

    /// The saved queries, for whoever reads a query.
    pub fn saved(&self) -> &query::Saved {
        &self.queries.saved
    }
}

impl EffectiveSetting {
    /// Its name with that of its table.
    pub fn key(&self) -> String {
        joined(self.section, &self.name)
    }

    /// The variable of the environment that sets it.
    pub fn environment(&self) -> String {
        environment_name(&self.key())
    }
}

fn joined(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

/// `limits.copy` is `MAILSCOPE_LIMITS_COPY`.
fn environment_name(key: &str) -> String {
    let name = key.replace(['.', '-'], "_").to_ascii_uppercase();
    format!("MAILSCOPE_{name}")
}
