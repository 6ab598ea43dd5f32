//! A configuration file's entries and their lines. Which keys there are is left to `layers`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Value;
use toml::de::DeTable;

use super::origin::ConfigError;
use crate::query;

pub(super) struct Document {
    path: PathBuf,
    /// The tables and their lines.
    pub(super) tables: Vec<(String, usize)>,
    pub(super) entries: Vec<Entry>,
}

pub(super) struct Entry {
    /// Empty for a key above all tables.
    pub(super) table: String,
    pub(super) name: String,
    pub(super) value: Value,
    /// The key's line in the file, from 1.
    pub(super) line: usize,
}

impl Document {
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let line = |place: Range<usize>| {
            let before = &text.as_bytes()[..place.start.min(text.len())];
            memchr::memchr_iter(b'\n', before).count() + 1
        };
        let broken = |error: &toml::de::Error| {
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            error_at(path, line(error.span().unwrap_or_default()), &message)
        };
        let places = DeTable::parse(text).map_err(|error| broken(&error))?;
        let mut values: toml::Table = toml::from_str(text).map_err(|error| broken(&error))?;
        let (mut tables, mut entries) = (Vec::new(), Vec::new());
        let mut add = |table: &str, name: &str, value: Value, line: usize| {
            entries.push(Entry {
                table: table.to_owned(),
                name: name.to_owned(),
                value,
                line,
            });
        };
        for (key, inner) in places.get_ref() {
            let name: &str = key.get_ref();
            match (values.remove(name), inner.get_ref().as_table()) {
                (Some(Value::Table(mut table)), Some(inner)) => {
                    tables.push((name.to_owned(), line(key.span())));
                    for key in inner.keys() {
                        let inner: &str = key.get_ref();
                        if let Some(value) = table.remove(inner) {
                            add(name, inner, value, line(key.span()));
                        }
                    }
                }
                (Some(value), _) => add("", name, value, line(key.span())),
                (None, _) => {}
            }
        }
        tables.sort_by_key(|(_, line)| *line);
        entries.sort_by_key(|entry| entry.line);
        Ok(Self {
            path: path.to_owned(),
            tables,
            entries,
        })
    }

    /// The error for a table or a key that there is not, with the nearest known one.
    pub(super) fn unknown<'n>(
        &self,
        line: usize,
        what: &str,
        key: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> ConfigError {
        let name = key.rsplit('.').next().unwrap_or(key);
        let hint = match query::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`mailscope config` prints all there are".to_owned(),
        };
        let message = format!("unknown {what} `{key}`; {hint}");
        error_at(&self.path, line, &message)
    }
}

fn error_at(path: &Path, line: usize, message: &str) -> ConfigError {
    ConfigError::of(&super::Origin::File(path.to_owned(), line), message)
}
