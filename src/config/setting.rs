//! Values of the configuration: how each is read and written.

use std::ffi::OsString;
use std::time::Duration;

use toml::Value;

use crate::query;

/// A value of the configuration.
pub trait Setting {
    /// Takes a value over.
    ///
    /// # Errors
    /// What was expected instead, as the end of a sentence.
    fn read(&mut self, value: &Value) -> Result<(), String>;

    /// As the file writes it.
    fn to_toml(&self) -> Value;

    /// Takes the text of a flag or a variable over.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_text(&mut self, text: &str) -> Result<(), String> {
        self.read(&Value::String(text.to_owned()))
    }
}

/// A table of the file, or what stands above all tables.
pub trait Section {
    /// Its name; empty for what stands above all tables.
    fn name(&self) -> &'static str;

    /// Its settings and their names, in the order of the file.
    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)>;

    /// A setting that the user names, where the table is one of names.
    fn named(&mut self, _name: &str) -> Option<&mut dyn Setting> {
        None
    }

    /// Whether its values go together.
    ///
    /// # Errors
    /// The name of one that does not, and why.
    fn check(&mut self) -> Result<(), (String, String)> {
        Ok(())
    }
}

/// The setting of that name.
pub(super) fn find<'s>(section: &'s mut dyn Section, name: &str) -> Option<&'s mut dyn Setting> {
    let at = section
        .settings()
        .iter()
        .position(|(known, _)| *known == name);
    match at {
        Some(at) => section.settings().into_iter().nth(at).map(|(_, it)| it),
        None => section.named(name),
    }
}

impl Setting for String {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        *self = value.as_str().ok_or("text is expected")?.to_owned();
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Setting for bool {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        *self = value.as_bool().ok_or("true or false is expected")?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::Boolean(*self)
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        *self = text.parse().map_err(|_| "true or false is expected")?;
        Ok(())
    }
}

/// A whole number.
impl Setting for usize {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let number = value.as_integer().and_then(|n| Self::try_from(n).ok());
        *self = number.ok_or("a whole number is expected")?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        *self = text.parse().map_err(|_| "a whole number is expected")?;
        Ok(())
    }
}

/// Paths; a `~` before the first slash is the home folder. In a variable they stand as in `PATH`.
impl Setting for Vec<OsString> {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let texts = texts(value).ok_or("a list of paths is expected, as in [\"/var/log/esa\"]")?;
        *self = texts.into_iter().map(from_home).collect();
        Ok(())
    }

    fn to_toml(&self) -> Value {
        let text = |path: &OsString| Value::String(path.to_string_lossy().into_owned());
        Value::Array(self.iter().map(text).collect())
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        let paths = std::env::split_paths(text).filter(|path| !path.as_os_str().is_empty());
        *self = paths
            .map(|path| from_home(&path.to_string_lossy()))
            .collect();
        Ok(())
    }
}

fn from_home(path: &str) -> OsString {
    let rest = path
        .strip_prefix('~')
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match (rest, std::env::home_dir()) {
        (Some(rest), Some(home)) => {
            let mut home = home.into_os_string();
            home.push(rest);
            home
        }
        _ => path.into(),
    }
}

/// Words. In a variable commas stand between them.
impl Setting for Vec<String> {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let texts = texts(value).ok_or("a list of words is expected, as in [\"a\", \"b\"]")?;
        *self = texts.into_iter().map(str::to_owned).collect();
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::Array(self.iter().cloned().map(Value::String).collect())
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        *self = words.map(str::to_owned).collect();
        Ok(())
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// A span of time: seconds, or `5m`, `2h`, `30d`; `off` is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DurationSetting(pub Option<Duration>);

impl Setting for DurationSetting {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let expected =
            "a duration is expected: seconds, or as in \"5m\", \"2h\", \"30d\"; or \"off\"";
        let seconds = match value {
            Value::String(off) if off == "off" => {
                self.0 = None;
                return Ok(());
            }
            Value::Integer(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
            Value::Float(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Value::String(text) => match text.parse::<f64>() {
                Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
                Err(_) => query::duration(text),
            },
            _ => None,
        };
        self.0 = Some(seconds.ok_or(expected)?);
        Ok(())
    }

    fn to_toml(&self) -> Value {
        match self.0 {
            None => Value::String("off".into()),
            Some(span) if span.subsec_nanos() == 0 => {
                Value::String(query::written_duration(span.as_secs()))
            }
            Some(span) => Value::Float(span.as_secs_f64()),
        }
    }
}

/// Bytes: a number, or `100k`, `5M`, `2G`, also written `5MiB`; `off` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SizeSetting(pub Option<u64>);

impl Setting for SizeSetting {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let bytes = match value {
            Value::String(off) if off == "off" => {
                self.0 = None;
                return Ok(());
            }
            Value::Integer(bytes) => u64::try_from(*bytes).ok(),
            Value::String(text) => query::size(text.trim_end_matches('B').trim_end_matches('i')),
            _ => None,
        };
        let expected = "a size is expected: bytes, or as in \"100k\", \"5M\", \"2G\"; or \"off\"";
        self.0 = Some(bytes.ok_or(expected)?);
        Ok(())
    }

    fn to_toml(&self) -> Value {
        match self.0 {
            None => Value::String("off".into()),
            Some(bytes) => Value::String(query::written_size(bytes)),
        }
    }
}
