//! Saved queries, which `@name` stands for.

use std::collections::BTreeMap;

use super::parse;

/// Saved queries by name; all of them can be read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Saved(BTreeMap<String, String>);

impl Saved {
    /// Takes queries with their names.
    ///
    /// # Errors
    /// The name of the first one that cannot be read, and why.
    pub fn new(
        queries: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, (String, String)> {
        let saved = Self(queries.into_iter().collect());
        for (name, text) in &saved.0 {
            let refused = |why: String| (name.clone(), why);
            if !is_name(name) {
                let why = "a name of letters, digits, - and _ is expected";
                return Err(refused(why.to_owned()));
            }
            parse::parse_named(name, text, &saved).map_err(|fault| {
                let why = format!("{} (at `{}`)", fault.message, excerpt(text, &fault.range));
                refused(why)
            })?;
        }
        Ok(saved)
    }

    /// The query of that name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// NamePredicate and queries, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// TokenKind a fault is about, for a line that has no room for a caret.
fn excerpt(text: &str, range: &std::ops::Range<usize>) -> String {
    let from = text.get(range.start..).unwrap_or_default();
    super::error::shown(if from.is_empty() { text } else { from })
}

/// Whether `@` before it makes a reference.
pub(super) fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !text.is_empty() && text.chars().all(fits)
}
