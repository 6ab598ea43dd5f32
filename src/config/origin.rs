//! Where settings come from, and the error for one that cannot be used.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::safe;

/// The layer that set a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// The program's default.
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
            Self::Environment(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// Why the configuration cannot be used: one line with the place, the value and what was expected,
/// safe to print.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    fn new(text: &str) -> Self {
        Self(safe::text(text).into_owned())
    }

    pub(super) fn of(origin: &Origin, why: &str) -> Self {
        match origin {
            Origin::Environment(name) => Self::new(&format!("the variable {name}: {why}")),
            origin => Self::new(&format!("{origin}: {why}")),
        }
    }

    pub(super) fn at(origin: &Origin, key: &str, why: &str) -> Self {
        match origin {
            Origin::File(..) | Origin::Default => Self::of(origin, &format!("`{key}`: {why}")),
            origin => Self::of(origin, why),
        }
    }
}

/// The path and text of the file: the one asked for, which must exist, else the user's own if there
/// is one.
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

/// `$XDG_CONFIG_HOME/mailscope/config.toml`, else `~/.config/…`.
fn own_file() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let directories = etcetera::choose_base_strategy().ok()?;
    let folder = directories.config_dir().join("mailscope");
    Some(folder.join("config.toml"))
}
