//! From the text of a query to its tokens, each with its place.

use std::ops::Range;

use super::error::{SyntaxError, shown};
use super::field::Field;
use super::saved::is_name;

/// One token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub range: Range<usize>,
    pub what: TokenKind,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `field:value,"other value"`
    Values(Field, Vec<Literal>),
    /// `field~regex`
    Matches(Field, Literal),
    /// A bare word or a quoted phrase.
    Text(String),
    /// `/regex/`
    Regex(Literal),
    /// `@name`
    Saved(String),
}

/// One value with its place, its quotes taken off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Literal {
    pub range: Range<usize>,
    pub text: String,
}

pub(super) fn lex(query: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut lexer = Lexer { query, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer<'q> {
    query: &'q str,
    at: usize,
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

impl<'q> Lexer<'q> {
    fn rest(&self) -> &'q str {
        &self.query[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, mut holds: impl FnMut(char) -> bool) -> &'q str {
        let rest = self.rest();
        let length = rest.find(|c| !holds(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn next(&mut self) -> Result<Option<Token>, SyntaxError> {
        self.take_while(char::is_whitespace);
        let start = self.at;
        let Some(first) = self.peek() else {
            return Ok(None);
        };
        let what = match first {
            '(' | ')' | '-' => {
                self.at += 1;
                match first {
                    '(' => TokenKind::Open,
                    ')' => TokenKind::Close,
                    _ => TokenKind::Not,
                }
            }
            '"' => TokenKind::Text(self.quoted()?),
            '/' => TokenKind::Regex(self.regex_literal()?),
            _ => self.word()?,
        };
        let range = start..self.at;
        Ok(Some(Token { range, what }))
    }

    fn word(&mut self) -> Result<TokenKind, SyntaxError> {
        let start = self.at;
        let name = self.take_while(|c| c.is_ascii_alphabetic() || c == '_');
        if let (false, Some(mark @ (':' | '~'))) = (name.is_empty(), self.peek()) {
            let field = Field::find(name).ok_or_else(|| unknown_field(start, name))?;
            self.at += 1;
            return if mark == ':' {
                Ok(TokenKind::Values(field, self.values(field)?))
            } else {
                Ok(TokenKind::Matches(field, self.pattern(field)?))
            };
        }
        self.at = start;
        let word = self.take_while(|c| !ends_word(c));
        Ok(match word {
            "AND" => TokenKind::And,
            "OR" => TokenKind::Or,
            "NOT" => TokenKind::Not,
            _ => match word.strip_prefix('@').filter(|name| is_name(name)) {
                Some(name) => TokenKind::Saved(name.to_owned()),
                None => TokenKind::Text(word.to_owned()),
            },
        })
    }

    /// Text between quotes, behind which a term or a value ends.
    fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                    text.push('"');
                    chars.next();
                }
                '"' => {
                    self.at = start + at + 1;
                    return Ok(text);
                }
                _ => text.push(c),
            }
        }
        Err(SyntaxError::new(
            start..self.query.len(),
            "a closing \" is missing",
        ))
    }

    fn regex_literal(&mut self) -> Result<Literal, SyntaxError> {
        let start = self.at;
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            if c == '/' && !escaped {
                let range = start + 1..start + at;
                self.at = start + at + 1;
                if self.peek().is_some_and(|c| !ends_word(c)) {
                    let message = "a blank is expected behind /regex/; for text with slashes quote it, for a slash in a regex write \\/";
                    return Err(SyntaxError::new(self.at..self.at, message));
                }
                let text = self.query[range.clone()].to_owned();
                return Ok(Literal { range, text });
            }
            escaped = c == '\\' && !escaped;
        }
        let message = "a closing / is missing; for text with slashes quote it";
        Err(SyntaxError::new(start..self.query.len(), message))
    }

    /// The comma-separated values behind `field:`.
    fn values(&mut self, field: Field) -> Result<Vec<Literal>, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let start = self.at;
            let text = if self.peek() == Some('"') {
                let text = self.quoted()?;
                self.ends_here()?;
                text
            } else {
                let text = self.take_while(|c| !ends_word(c) && c != ',');
                if text.is_empty() {
                    let message = format!(
                        "a {} is expected behind `{}:`, such as `{}`",
                        field.doc().kind.word(),
                        field.name(),
                        field.doc().example
                    );
                    return Err(SyntaxError::new(start..start, message));
                }
                text.to_owned()
            };
            let range = start..self.at;
            items.push(Literal { range, text });
            if self.peek() != Some(',') {
                return Ok(items);
            }
            self.at += 1;
        }
    }

    fn ends_here(&self) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(c) if !ends_word(c) && c != ',' => {
                let message =
                    "a blank is expected behind the closing \"; inside quotes write \\\" for \"";
                Err(SyntaxError::new(self.at..self.at + c.len_utf8(), message))
            }
            _ => Ok(()),
        }
    }

    /// The regular expression behind `field~`: in quotes, or up to a blank or the bracket that closes a group of terms.
    fn pattern(&mut self, field: Field) -> Result<Literal, SyntaxError> {
        let start = self.at;
        let text = if self.peek() == Some('"') {
            let text = self.quoted()?;
            self.ends_here()?;
            text
        } else {
            self.take_while(unquoted_pattern()).to_owned()
        };
        let range = start..self.at;
        if range.is_empty() {
            let message = format!(
                "a regular expression is expected behind `{}~`",
                field.name()
            );
            return Err(SyntaxError::new(range, message));
        }
        Ok(Literal { range, text })
    }
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

fn unknown_field(start: usize, name: &str) -> SyntaxError {
    let hint = match Field::nearest(name) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "for text with a colon quote it".to_owned(),
    };
    SyntaxError::new(
        start..start + name.len(),
        format!("unknown field `{}`; {hint}", shown(name)),
    )
}

/// Puts a value in quotes where a query needs them.
pub(super) fn quoted_if(text: &str, needs: impl FnOnce(&str) -> bool) -> String {
    if needs(text) {
        format!("\"{}\"", text.replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}

/// Whether a value behind `field:` must stand in quotes.
pub(super) fn value_needs_quotes(text: &str) -> bool {
    text.is_empty() || text.starts_with('"') || text.contains(|c| ends_word(c) || c == ',')
}

/// Whether a regular expression behind `field~` must stand in quotes.
pub(super) fn pattern_needs_quotes(text: &str) -> bool {
    text.is_empty() || text.starts_with('"') || !text.chars().all(unquoted_pattern())
}

/// Whether a text must stand in quotes to be no field, operator or regular expression.
pub(super) fn text_needs_quotes(text: &str) -> bool {
    let name = text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '_');
    text.is_empty()
        || text.starts_with(['"', '/', '-'])
        || text.contains(ends_word)
        || matches!(text, "AND" | "OR" | "NOT")
        || text.strip_prefix('@').is_some_and(is_name)
        || name.len() < text.len() && name.starts_with([':', '~'])
}

/// Builds the value of a `field:value` term that keeps exactly the records with this value, or a few more where it
/// holds `*` or `?`, which stay wildcards in quotes.
pub fn quote(value: &str) -> String {
    // The only escape is \", so a quoted value cannot end in a backslash: any character stands for it.
    let needs = value_needs_quotes(value);
    match value.strip_suffix('\\') {
        Some(head) if needs => quoted_if(&format!("{head}?"), value_needs_quotes),
        _ => quoted_if(value, |_| needs),
    }
}
