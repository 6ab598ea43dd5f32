//! What a reason means and what to do about it, in one sentence, from the table in `rows`.

mod rows;

#[cfg(test)]
mod tests;

use super::reason::Reason;
use crate::index::Connection;
use rows::{AdviceRow, ROWS};

/// The names that advice mentions.
pub(super) struct RouteContext<'c> {
    /// `198.51.100.7:25`
    pub route: String,
    pub profile: Option<&'c str>,
    /// The domain with most mail.
    pub domain: Option<&'c str>,
}

pub(super) fn of_reason(reason: &Reason, context: &RouteContext<'_>) -> String {
    let text = reason.detail.to_lowercase();
    let row = ROWS.iter().find(|row| row.matches(reason, &text));
    let profile = context.profile.map_or_else(
        || "the SMTP Auth profile".to_owned(),
        |name| format!("the profile {name}"),
    );
    let code = reason.code.map(|code| format!(" ({code})"));
    row.map_or("", |row| row.advice)
        .replace("{profile}", &profile)
        .replace("{route}", &context.route)
        .replace("{domain}", context.domain.unwrap_or("the domain"))
        .replace(" ({code})", &code.unwrap_or_default())
}

impl AdviceRow {
    /// A matching code or enhanced code suffices; if the row has words, one must be in the text too.
    fn matches(&self, reason: &Reason, text: &str) -> bool {
        let outcome = self.outcomes.is_empty() || self.outcomes.contains(&reason.outcome);
        let code = reason.code.is_some_and(|code| self.codes.contains(&code));
        let enhanced = reason
            .enhanced()
            .is_some_and(|code| self.enhanced.iter().any(|prefix| code.starts_with(prefix)));
        let word = self.words.iter().any(|word| text.contains(word));
        let any_code = self.codes.is_empty() && self.enhanced.is_empty();
        outcome && (any_code || code || enhanced) && (self.words.is_empty() || word)
    }
}

/// The reason of a connection error, with the system's error if that differs.
pub(super) fn connection_error(connection: &Connection<'_>) -> String {
    let cause = connection.error().unwrap_or_default();
    match connection.error_details() {
        Some(details) if !details.is_empty() && details != cause => {
            format!("{cause}: {details}")
        }
        _ => cause.to_owned(),
    }
}
