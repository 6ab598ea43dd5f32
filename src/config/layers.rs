//! The layers of the configuration as TOML values: each one replaces values of those below it.

use std::ffi::OsString;
use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::document::Document;
use super::{Config, ConfigError, DEFAULT, Origin};

pub(super) struct Layers {
    /// Names of the tables, in the order of the default file.
    tables: Vec<String>,
    settings: Vec<Setting>,
}

#[derive(Clone)]
struct Setting {
    table: String,
    name: String,
    /// Gives the type that a flag or a variable is read as.
    default: Value,
    value: Value,
    origin: Origin,
}

impl Default for Layers {
    fn default() -> Self {
        let document =
            Document::parse(Path::new("default.toml"), DEFAULT).expect("a test reads this file");
        let settings = document.entries.iter().map(|entry| Setting {
            table: entry.table.clone(),
            name: entry.name.clone(),
            default: entry.value.clone(),
            value: entry.value.clone(),
            origin: Origin::Default,
        });
        Self {
            settings: settings.collect(),
            tables: document.tables.into_iter().map(|(name, _)| name).collect(),
        }
    }
}

impl Layers {
    pub(super) fn read_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let document = Document::parse(path, text)?;
        for (table, line) in &document.tables {
            if !self.tables.contains(table) {
                let known = self.tables.iter().map(String::as_str);
                return Err(document.unknown(*line, "table", table, known));
            }
        }
        for entry in &document.entries {
            if entry.table == "queries" {
                self.add_query(&entry.name);
            }
            let Some(setting) = self.find(&entry.table, &entry.name) else {
                let of_table = self.settings.iter().filter(|it| it.table == entry.table);
                let known = of_table.map(|it| it.name.as_str());
                let key = joined(&entry.table, &entry.name);
                return Err(document.unknown(entry.line, "key", &key, known));
            };
            let origin = Origin::File(path.to_owned(), entry.line);
            setting.set(entry.value.clone(), origin)?;
        }
        Ok(())
    }

    /// Reads `MAILSCOPE_…`; an empty variable counts as unset.
    pub(super) fn read_environment(
        &mut self,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<(), ConfigError> {
        for setting in &mut self.settings {
            let name = environment_name(&joined(&setting.table, &setting.name));
            let Some(value) = variable(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let origin = Origin::Environment(name);
            let text = value
                .to_str()
                .ok_or_else(|| ConfigError::of(&origin, "UTF-8 is expected"))?;
            setting.read_text(text, origin)?;
        }
        Ok(())
    }

    pub(super) fn read_flags(
        &mut self,
        flags: &[(&'static str, &'static str, String)],
    ) -> Result<(), ConfigError> {
        for (key, flag, text) in flags {
            let origin = Origin::Flag((*flag).to_owned());
            let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
            match self.find(table, name) {
                Some(setting) => setting.read_text(text, origin)?,
                None => return Err(ConfigError::of(&origin, "there is no such setting")),
            }
        }
        Ok(())
    }

    pub(super) fn merge(self) -> Result<Config, ConfigError> {
        let mut config = match typed(&self.settings, |_| true) {
            Ok(config) => config,
            Err(error) => return Err(self.culprit(error.message())),
        };
        let origin = |setting: &Setting| {
            let name = setting.name.clone();
            (setting.table.clone(), name, setting.origin.clone())
        };
        config.origins = self.settings.iter().map(origin).collect();
        match config.check() {
            Ok(()) => Ok(config),
            Err(refusal) => Err(config.refuse(&refusal)),
        }
    }

    /// The error of the first value that has a wrong type: serde names no key, so each is tried
    /// alone among defaults.
    fn culprit(&self, message: &str) -> ConfigError {
        let set = self.settings.iter();
        for tried in set.filter(|it| it.origin != Origin::Default) {
            let key = joined(&tried.table, &tried.name);
            let is_tried = |it: &Setting| joined(&it.table, &it.name) == key;
            if let Err(error) = typed(&self.settings, is_tried) {
                return ConfigError::at(&tried.origin, &key, &plain(error.message()));
            }
        }
        ConfigError::of(&Origin::Default, message)
    }

    fn find(&mut self, table: &str, name: &str) -> Option<&mut Setting> {
        let is_wanted = |it: &&mut Setting| it.table == table && it.name == name;
        self.settings.iter_mut().find(is_wanted)
    }

    /// Makes room for a saved query: behind the tables before, among the others by name.
    fn add_query(&mut self, name: &str) {
        let rank = |table: &str| self.tables.iter().position(|known| known == table);
        let wanted = (rank("queries"), name);
        let at = self
            .settings
            .partition_point(|it| match rank(&it.table).cmp(&wanted.0) {
                std::cmp::Ordering::Equal => it.name.as_str() < name,
                order => order.is_lt(),
            });
        let query = Setting {
            table: "queries".to_owned(),
            name: name.to_owned(),
            default: Value::String(String::new()),
            value: Value::String(String::new()),
            origin: Origin::Default,
        };
        self.settings.insert(at, query);
    }
}

impl Setting {
    /// Takes the text of a flag or a variable, as the default's type.
    fn read_text(&mut self, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let list = |words: Vec<&str>| {
            let words = words.into_iter().filter(|word| !word.is_empty());
            Ok(Value::Array(words.map(Value::from).collect()))
        };
        let value = match (&self.default, self.table.as_str()) {
            (Value::Boolean(_), _) => {
                let value = text.parse().map(Value::Boolean);
                value.map_err(|_| "true or false is expected")
            }
            (Value::Integer(_), _) => {
                let value = text.parse().map(Value::Integer);
                value.map_err(|_| "a whole number is expected")
            }
            (Value::Array(_), "") => list(text.split(PATH_SEPARATOR).collect()),
            (Value::Array(_), "keys") => list(text.split_whitespace().collect()),
            (Value::Array(_), _) => list(text.split(',').map(str::trim).collect()),
            _ => Ok(Value::from(text)),
        };
        let value = value.map_err(|expected| ConfigError::of(&origin, expected))?;
        self.set(value, origin)
    }

    fn set(&mut self, value: Value, origin: Origin) -> Result<(), ConfigError> {
        if matches!(value, Value::Integer(..0)) {
            let key = joined(&self.table, &self.name);
            return Err(ConfigError::at(&origin, &key, "a whole number is expected"));
        }
        (self.value, self.origin) = (value, origin);
        Ok(())
    }
}

/// Separates the paths of a variable, as in `PATH`.
const PATH_SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// Types the values of the settings that `is_set` selects, and the defaults of the others.
fn typed(
    settings: &[Setting],
    is_set: impl Fn(&Setting) -> bool,
) -> Result<Config, toml::de::Error> {
    let mut all = Table::new();
    // The table exists even if no query is saved.
    all.insert("queries".to_owned(), Value::Table(Table::new()));
    for setting in settings {
        let value = if is_set(setting) {
            &setting.value
        } else {
            &setting.default
        };
        let table = match setting.table.as_str() {
            "" => &mut all,
            table => match all.entry(table).or_insert_with(|| Table::new().into()) {
                Value::Table(table) => table,
                _ => continue,
            },
        };
        table.insert(setting.name.clone(), value.clone());
    }
    Config::deserialize(all)
}

/// Replaces Rust's names of types in serde's messages.
fn plain(message: &str) -> String {
    let mut message = message.to_owned();
    for (typename, known) in [
        ("usize", "a whole number"),
        ("u64", "a whole number"),
        ("i64", "a whole number"),
        ("a sequence", "a list"),
        ("a boolean", "true or false"),
    ] {
        message = message.replace(typename, known);
    }
    message
}

pub(super) fn joined(table: &str, name: &str) -> String {
    if table.is_empty() {
        name.to_owned()
    } else {
        format!("{table}.{name}")
    }
}

/// `limits.copy` is `MAILSCOPE_LIMITS_COPY`.
fn environment_name(key: &str) -> String {
    let name = key.replace(['.', '-'], "_").to_ascii_uppercase();
    format!("MAILSCOPE_{name}")
}
