//! Saved queries, referred to as `@name`.

use std::collections::BTreeMap;

/// Saved queries by name; all of them can be read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Saved(pub(super) BTreeMap<String, String>);

impl Saved {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }
}
