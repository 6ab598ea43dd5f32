//! What a class of failures means for one route and what to do about it, in two sentences at most,
//! from the table in `rows`.

mod rows;

#[cfg(test)]
mod tests;

use crate::judge::class::Class;
use rows::{AdviceRow, ROWS};

/// The names that advice mentions.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Names<'n> {
    /// The host `198.51.100.7:25`, or the name of the route.
    pub route: &'n str,
    pub profile: Option<&'n str>,
    /// The domain with most mail.
    pub domain: Option<&'n str>,
    /// The appliance's address that the mail leaves by.
    pub address: Option<&'n str>,
    /// The blocklist that a reply names.
    pub list: Option<&'n str>,
}

/// `enhanced` is the enhanced code of the reply, `text` the reply or the error.
pub(crate) fn advice(
    class: Class,
    code: Option<u16>,
    enhanced: Option<&str>,
    text: &str,
    names: &Names<'_>,
) -> String {
    let profile = names.profile.map_or_else(
        || "the SMTP Auth profile".to_owned(),
        |name| format!("the profile {name}"),
    );
    row(class, code, enhanced, text)
        .map_or("", |row| row.advice)
        .replace("{profile}", &profile)
        .replace("{route}", names.route)
        .replace("{domain}", names.domain.unwrap_or("the domain"))
        .replace("{address}", names.address.unwrap_or("our address"))
        .replace(
            "{list}",
            names.list.unwrap_or("the list that the reply names"),
        )
}

fn row(
    class: Class,
    code: Option<u16>,
    enhanced: Option<&str>,
    text: &str,
) -> Option<&'static AdviceRow> {
    let text = text.to_lowercase();
    ROWS.iter()
        .find(|row| row.class == class && row.matches(code, enhanced, &text))
}

impl AdviceRow {
    /// A row with words or codes needs one of them.
    fn matches(&self, code: Option<u16>, enhanced: Option<&str>, text: &str) -> bool {
        let code = code.is_some_and(|code| self.codes.contains(&code));
        let enhanced = enhanced.is_some_and(|code| self.enhanced.contains(&code));
        let word = self.words.iter().any(|word| text.contains(word));
        let any = self.codes.is_empty() && self.enhanced.is_empty() && self.words.is_empty();
        any || code || enhanced || word
    }
}
