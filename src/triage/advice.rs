//! What a reason means and what to do about it, in one sentence: looked up in the one table of `rows`.

mod rows;

#[cfg(test)]
mod tests;

use super::reason::Reason;
use crate::index::Connection;
use rows::{ROWS, Row};

/// What is known of a route beside the reason.
#[derive(Clone, Debug, Default)]
pub struct RouteContext {
    /// `198.51.100.7:25`
    pub route: String,
    /// The profile used for it.
    pub profile: Option<String>,
    /// The domain with most mail.
    pub domain: Option<String>,
}

/// One sentence on what a reason means here and what to do.
pub fn of_reason(reason: &Reason, context: &RouteContext) -> String {
    let text = reason.detail.to_lowercase();
    let fits = |row: &&Row| row.fits(reason, &text);
    let says = ROWS.iter().find(fits).map_or("", |row| row.says);
    let profile = context.profile.as_ref().map_or_else(
        || "the SMTP Auth profile".to_owned(),
        |name| format!("the profile {name}"),
    );
    let domain = context.domain.as_deref().unwrap_or("the domain");
    let code = reason
        .code
        .map_or_else(String::new, |code| code.to_string());
    let said = says
        .replace("{profile}", &profile)
        .replace("{route}", &context.route)
        .replace("{domain}", domain)
        .replace(
            " ({code})",
            &if code.is_empty() {
                code
            } else {
                format!(" ({code})")
            },
        );
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

impl Row {
    /// Codes, enhanced codes and words narrow alike, but a code that fits needs no word where the row also has words
    /// for replies without it: within the login rows the code alone decides.
    fn fits(&self, reason: &Reason, text: &str) -> bool {
        let outcome = self.outcomes.is_empty() || self.outcomes.contains(&reason.outcome);
        let code = reason.code.is_some_and(|code| self.codes.contains(&code));
        let enhanced = reason
            .enhanced()
            .is_some_and(|code| self.enhanced.iter().any(|begins| code.starts_with(begins)));
        let word = self.words.iter().any(|word| text.contains(word));
        let coded = self.codes.is_empty() && self.enhanced.is_empty() || code || enhanced;
        outcome && coded && (self.words.is_empty() || word)
    }
}

/// A connection error in one text: the reason, with what the system said where that says more.
pub fn connection_error(connection: &Connection<'_>) -> String {
    let cause = connection.error().unwrap_or_default();
    match connection.error_details() {
        Some(details) if !details.is_empty() && details != cause => {
            format!("{cause}: {details}")
        }
        _ => cause.to_owned(),
    }
}
