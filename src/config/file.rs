//! A configuration file: its entries with their lines.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Value;
use toml::de::DeTable;

use super::source::ConfigError;
use crate::query;

/// A file that can be read as TOML.
pub(super) struct Document<'t> {
    path: PathBuf,
    text: &'t str,
}

/// A key with its value.
pub(super) struct Entry {
    /// The table it stands in; empty above all tables.
    pub section: String,
    pub name: String,
    pub value: Value,
    /// The key's place in the file.
    place: Range<usize>,
}

impl Entry {
    /// Its name with that of its table.
    pub fn key(&self) -> String {
        super::joined(&self.section, &self.name)
    }
}

impl<'t> Document<'t> {
    pub fn parse(path: &Path, text: &'t str) -> Result<Self, ConfigError> {
        let document = Self {
            path: path.to_owned(),
            text,
        };
        match DeTable::parse(text) {
            Ok(_) => Ok(document),
            Err(error) => {
                let place = error.span().unwrap_or_default();
                let message = error.message().lines().collect::<Vec<_>>().join("; ");
                Err(document.complaint(&place, &message))
            }
        }
    }

    /// Its entries in the order of the file. A table that is none of these is an error.
    pub fn entries(&self, tables: &[&'static str]) -> Result<Vec<Entry>, ConfigError> {
        let broken = |error: &toml::de::Error| self.complaint(&(0..0), error.message());
        let places = DeTable::parse(self.text).map_err(|error| broken(&error))?;
        let mut values: toml::Table = toml::from_str(self.text).map_err(|error| broken(&error))?;
        let mut entries = Vec::new();
        for (key, inner) in places.get_ref() {
            let name: &str = key.get_ref();
            let Some(value) = values.remove(name) else {
                continue;
            };
            let (Value::Table(mut table), Some(inner)) =
                (value.clone(), inner.get_ref().as_table())
            else {
                entries.push(Entry {
                    section: String::new(),
                    name: name.to_owned(),
                    value,
                    place: key.span(),
                });
                continue;
            };
            if !tables.contains(&name) {
                return Err(self.not_known(&key.span(), "table", name, tables));
            }
            for key in inner.keys() {
                let inner: &str = key.get_ref();
                entries.extend(table.remove(inner).map(|value| Entry {
                    section: name.to_owned(),
                    name: inner.to_owned(),
                    value,
                    place: key.span(),
                }));
            }
        }
        entries.sort_by_key(|entry| entry.place.start);
        Ok(entries)
    }

    /// The entry's line, from 1.
    pub fn line(&self, entry: &Entry) -> usize {
        self.line_of(&entry.place)
    }

    /// The entry's table has no such key, only those of these names.
    pub fn unknown(&self, entry: &Entry, names: &[String]) -> ConfigError {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.not_known(&entry.place, "key", &entry.key(), &names)
    }

    pub fn refused(&self, entry: &Entry, expected: &str) -> ConfigError {
        self.complaint(&entry.place, &format!("`{}`: {expected}", entry.key()))
    }

    fn not_known(
        &self,
        place: &Range<usize>,
        what: &str,
        key: &str,
        known: &[&str],
    ) -> ConfigError {
        let name = key.rsplit('.').next().unwrap_or(key);
        let hint = match query::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`mailscope config` prints all there are".to_owned(),
        };
        self.complaint(place, &format!("unknown {what} `{key}`; {hint}"))
    }

    fn line_of(&self, place: &Range<usize>) -> usize {
        let before = &self.text.as_bytes()[..place.start.min(self.text.len())];
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    fn complaint(&self, place: &Range<usize>, message: &str) -> ConfigError {
        let line = self.line_of(place);
        ConfigError::new(&format!("{}:{line}: {message}", self.path.display()))
    }
}
