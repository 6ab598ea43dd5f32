//! Values that the file writes in another form than the program keeps them.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::Value;

use crate::query;

/// `off`, or what `parse` makes of the value.
fn optional<'de, D: Deserializer<'de>, T>(
    input: D,
    expected: &str,
    parse: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    match Value::deserialize(input)? {
        Value::String(off) if off == "off" => Ok(None),
        value => match parse(&value) {
            Some(parsed) => Ok(Some(parsed)),
            None => Err(D::Error::custom(format!("{expected} is expected"))),
        },
    }
}

/// Paths; a `~` before the first slash is the home directory.
pub(super) mod paths {
    use super::*;
    use std::ffi::OsString;

    pub(crate) fn serialize<S: Serializer>(
        paths: &[OsString],
        output: S,
    ) -> Result<S::Ok, S::Error> {
        output.collect_seq(paths.iter().map(|path| path.to_string_lossy()))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Vec<OsString>, D::Error> {
        let expected = "a list of paths is expected, as in [\"/var/log/esa\"]";
        let paths = Vec::<String>::deserialize(input).map_err(|_| D::Error::custom(expected))?;
        Ok(paths.iter().map(|path| from_home(path)).collect())
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
}

/// Seconds, or `5m`, `2h`, `30d`; `off` is none.
pub(super) mod duration {
    use super::*;
    use std::time::Duration;

    pub(crate) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        output: S,
    ) -> Result<S::Ok, S::Error> {
        match duration {
            None => output.serialize_str("off"),
            Some(span) if span.subsec_nanos() == 0 => {
                query::written_duration(span.as_secs()).serialize(output)
            }
            Some(span) => output.serialize_f64(span.as_secs_f64()),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Option<Duration>, D::Error> {
        let expected = "a duration (seconds, or as in \"5m\", \"2h\", \"30d\"), or \"off\",";
        optional(input, expected, |value| match value {
            Value::Integer(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
            Value::Float(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
            Value::String(text) => match text.parse() {
                Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
                Err(_) => query::duration(text),
            },
            _ => None,
        })
    }
}

/// Bytes, or `100k`, `5M`, `2G`, also written `5MiB`; `off` is no limit.
pub(super) mod size {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        size: &Option<u64>,
        output: S,
    ) -> Result<S::Ok, S::Error> {
        size.map_or_else(|| "off".to_owned(), query::written_size)
            .serialize(output)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<Option<u64>, D::Error> {
        let expected = "a size (bytes, or as in \"100k\", \"5M\", \"2G\"), or \"off\",";
        optional(input, expected, |value| match value {
            Value::Integer(bytes) => u64::try_from(*bytes).ok(),
            Value::String(text) => query::size(text.trim_end_matches('B').trim_end_matches('i')),
            _ => None,
        })
    }
}
