//! Quotes texts that a query would otherwise parse differently.

/// Whether a character ends a word.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

/// Whether `@` before it makes a reference to a saved query.
pub(super) fn is_saved_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !text.is_empty() && text.chars().all(fits)
}

/// Whether a character still belongs to a regular expression without quotes.
pub(super) fn unquoted_pattern() -> impl FnMut(char) -> bool {
    let (mut depth, mut escaped) = (0usize, false);
    move |c| {
        let was = escaped;
        escaped = c == '\\' && !was;
        match c {
            _ if c.is_whitespace() => return false,
            '(' if !was => depth += 1,
            ')' if !was && depth == 0 => return false,
            ')' if !was => depth -= 1,
            _ => {}
        }
        true
    }
}

pub(super) fn quoted_if(text: &str, needs: impl FnOnce(&str) -> bool) -> String {
    if needs(text) {
        format!("\"{}\"", text.replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}

/// Whether a value after `field:` needs quotes.
pub(super) fn value_needs_quotes(text: &str) -> bool {
    text.is_empty() || text.starts_with('"') || text.contains(|c| ends_word(c) || c == ',')
}

/// Whether a regular expression after `field~` needs quotes.
pub(super) fn pattern_needs_quotes(text: &str) -> bool {
    text.is_empty() || text.starts_with('"') || !text.chars().all(unquoted_pattern())
}

/// Whether a text without quotes would be parsed as a field, operator or regular expression.
pub(super) fn text_needs_quotes(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
    text.is_empty()
        || text.starts_with(['"', '/', '-'])
        || text.contains(ends_word)
        || matches!(text, "AND" | "OR" | "NOT")
        || text.strip_prefix('@').is_some_and(is_saved_name)
        || name.len() < text.len() && name.starts_with([':', '~'])
}

/// Builds the value of a `field:value` term that keeps exactly the records with this value, or a
/// few more where it holds `*` or `?`, which stay wildcards in quotes.
pub(crate) fn quote(value: &str) -> String {
    // The only escape is \", so a quoted value cannot end in a backslash: `?` replaces it.
    let needs = value_needs_quotes(value);
    match value.strip_suffix('\\') {
        Some(head) if needs => quoted_if(&format!("{head}?"), value_needs_quotes),
        _ => quoted_if(value, |_| needs),
    }
}
