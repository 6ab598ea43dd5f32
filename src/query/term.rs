//! Terms that are built rather than typed: what a finding or a table cell filters by.

use std::fmt;

use super::field::Field;
use super::quote::quote;

/// `field:value` or a bare text. Its `Display` is the text of the term, quoted if necessary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum FilterTerm {
    /// The field has this value.
    Is(Field, String),
    /// The text is in the raw lines.
    Text(String),
}

impl FilterTerm {
    /// A term that compares a field with a value.
    pub(crate) fn is(field: Field, value: &(impl ToString + ?Sized)) -> Self {
        Self::Is(field, value.to_string())
    }
}

impl fmt::Display for FilterTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(field, value) => write!(f, "{}:{}", field.name(), quote(value)),
            Self::Text(text) => write!(f, "\"{}\"", text.replace('"', "\\\"")),
        }
    }
}

/// A filter of terms that must all hold.
pub(crate) fn filter_text(terms: &[FilterTerm]) -> String {
    let terms: Vec<_> = terms.iter().map(ToString::to_string).collect();
    terms.join(" ")
}

/// `field:value`, quoted if necessary.
pub(crate) fn term(field: &str, value: &str) -> String {
    format!("{field}:{}", quote(value))
}

/// A filter narrowed by a further term.
pub(crate) fn and(filter: &str, term: &str) -> String {
    let filter = filter.trim();
    // Terms side by side bind more closely than OR.
    let has_or = filter
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case("or"));
    match (filter.is_empty(), has_or) {
        (true, _) => term.to_owned(),
        (false, true) => format!("({filter}) {term}"),
        (false, false) => format!("{filter} {term}"),
    }
}

#[cfg(test)]
mod tests;
