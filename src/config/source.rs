//! Where settings come from, and what is said of one that cannot be taken.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::safe;

/// Where a value came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the file, from 1.
    File(PathBuf, usize),
    /// A variable of the environment.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}:{line}", safe::path(path)),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// Why the configuration cannot be taken: one line that says where, what and what was expected, safe to print.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    pub(super) fn new(text: &str) -> Self {
        Self(safe::text(text).into_owned())
    }

    pub(super) fn flag(flag: &str, expected: &str) -> Self {
        Self::new(&format!("{flag}: {expected}"))
    }

    pub(super) fn environment(name: &str, expected: &str) -> Self {
        Self::new(&format!("the variable {name}: {expected}"))
    }

    pub(super) fn at(origin: &Origin, key: &str, why: &str) -> Self {
        Self::new(&format!("{origin}: `{key}`: {why}"))
    }
}

/// The file to read and its text: the one asked for, which must be there, else the user's own where there is one.
pub(super) fn file(asked: Option<&Path>) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let by_variable = std::env::var_os("MAILSCOPE_CONFIG").filter(|path| !path.is_empty());
    let asked = asked
        .map(Path::to_owned)
        .or_else(|| by_variable.map(PathBuf::from));
    let must_be = asked.is_some();
    let Some(path) = asked.or_else(own_file) else {
        return Ok(None);
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound && !must_be => Ok(None),
        Err(cause) => Err(ConfigError::new(&format!(
            "{}: the configuration cannot be read ({cause}); `mailscope config --default` prints one to begin with",
            path.display()
        ))),
    }
}

/// Where the user's own file is looked for: `$XDG_CONFIG_HOME/mailscope/config.toml`, else `~/.config/…`.
pub fn own_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("mailscope").join("config.toml"))
}
