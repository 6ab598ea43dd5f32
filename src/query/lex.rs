//! Splits a query into tokens with their byte ranges.

use std::ops::Range;

use super::error::{SyntaxError, quote_hint, shown};
use super::field::Field;
use super::quote::{ends_word, is_saved_name, unquoted_pattern};

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
    Saved(String),
}

/// One value without its quotes, and its range in the query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Literal {
    pub range: Range<usize>,
    pub text: String,
}

impl Literal {
    pub(super) fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.range.clone(), message)
    }
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
            let field = Field::find(name).ok_or_else(|| self.unknown_field(start, name))?;
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
            _ => match word.strip_prefix('@').filter(|name| is_saved_name(name)) {
                Some(name) => TokenKind::Saved(name.to_owned()),
                None => TokenKind::Text(word.to_owned()),
            },
        })
    }

    /// Text between quotes; the closing quote ends a term or a value.
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
        let message = "missing closing \"";
        Err(SyntaxError::new(start..self.query.len(), message))
    }

    fn regex_literal(&mut self) -> Result<Literal, SyntaxError> {
        let start = self.at;
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            if c == '/' && !escaped {
                let range = start + 1..start + at;
                self.at = start + at + 1;
                if self.peek().is_some_and(|c| !ends_word(c)) {
                    let message = "expected a blank after /regex/; quote text with slashes, and write \\/ for a slash in a regex";
                    return Err(SyntaxError::new(self.at..self.at, message));
                }
                let text = self.query[range.clone()].to_owned();
                return Ok(Literal { range, text });
            }
            escaped = c == '\\' && !escaped;
        }
        let message = "missing closing /; to search for text with slashes, quote it";
        Err(SyntaxError::new(start..self.query.len(), message))
    }

    /// The comma-separated values after `field:`.
    fn values(&mut self, field: Field) -> Result<Vec<Literal>, SyntaxError> {
        let mut items = Vec::new();
        loop {
            let start = self.at;
            let text = if self.peek() == Some('"') {
                self.quoted_value()?
            } else {
                let text = self.take_while(|c| !ends_word(c) && c != ',');
                if text.is_empty() {
                    let (name, example) = (field.name(), field.doc().example);
                    let message = format!("`{name}:` needs a value, e.g. `{example}`");
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

    fn quoted_value(&mut self) -> Result<String, SyntaxError> {
        let text = self.quoted()?;
        match self.peek() {
            Some(c) if !ends_word(c) && c != ',' => {
                let message =
                    "expected a blank after the closing \"; inside quotes, write \\\" for \"";
                Err(SyntaxError::new(self.at..self.at + c.len_utf8(), message))
            }
            _ => Ok(text),
        }
    }

    /// The regular expression after `field~`: in quotes, or up to a blank or the bracket that
    /// closes a group of terms.
    fn pattern(&mut self, field: Field) -> Result<Literal, SyntaxError> {
        let start = self.at;
        let text = if self.peek() == Some('"') {
            self.quoted_value()?
        } else {
            self.take_while(unquoted_pattern()).to_owned()
        };
        let range = start..self.at;
        if range.is_empty() {
            let message = format!("`{}~` needs a regular expression", field.name());
            return Err(SyntaxError::new(range, message));
        }
        Ok(Literal { range, text })
    }

    fn unknown_field(&self, start: usize, name: &str) -> SyntaxError {
        let word = self.query[start..].split(ends_word).next();
        let hint = match Field::nearest(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => quote_hint(word.unwrap_or(name)),
        };
        let message = format!("unknown field `{}`; {hint}", shown(name));
        SyntaxError::new(start..start + name.len(), message)
    }
}
