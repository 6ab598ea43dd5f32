//! Parses tokens into a syntax tree. `OR` binds weakest, then adjacent terms, then `NOT` and a
//! leading `-`.

use std::fmt;
use std::ops::Range;

use super::error::{SyntaxError, quote_hint, shown};
use super::field::{Field, nearest};
use super::lex::{Literal, Token, TokenKind, lex};
use super::quote::{is_saved_name, quoted_if, text_needs_quotes};
use super::saved::Saved;
use super::value::{Predicate, pattern};
use crate::search::TextPattern;

/// The syntax tree. An empty `All` matches every record and occurs only at the root.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Not(Box<Expr>),
    Field(Field, Predicate),
    /// A text term, by its index in [`Parsed::texts`].
    Text(usize),
}

pub(super) struct Parsed {
    pub expr: Expr,
    pub texts: Vec<TextPattern>,
}

/// The longest query in bytes: a longer one is an accidental paste.
const LONGEST: usize = 64 * 1024;
/// The deepest nesting of brackets and negations.
const DEEPEST: usize = 64;
const MOST_TERMS: usize = 512;
/// The most regular expressions: each may take 2 MiB.
const MOST_PATTERNS: usize = 32;

pub(super) fn parse(query: &str, saved: &Saved) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser::new(saved);
    let expr = parser.whole(query)?;
    let texts = parser.texts;
    Ok(Parsed { expr, texts })
}

/// Parses a saved query, which must not refer to itself.
pub(super) fn parse_named(name: &str, query: &str, saved: &Saved) -> Result<(), SyntaxError> {
    let mut parser = Parser::new(saved);
    parser.within.push(name.to_owned());
    match parser.whole(query)? {
        Expr::All(parts) if parts.is_empty() => Err(SyntaxError::new(0..0, "expected a query")),
        _ => Ok(()),
    }
}

impl Saved {
    /// Checks that all queries can be parsed.
    ///
    /// # Errors
    /// The name of the first one that cannot be read, and why.
    pub(crate) fn new(
        queries: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, (String, String)> {
        let saved = Self(queries.into_iter().collect());
        for (name, text) in &saved.0 {
            let refused = |why: String| (name.clone(), why);
            if !is_saved_name(name) {
                let why = "expected a name of letters, digits, - and _";
                return Err(refused(why.to_owned()));
            }
            parse_named(name, text, &saved).map_err(|fault| {
                let why = format!("{} (at `{}`)", fault.message, excerpt(text, &fault.range));
                refused(why)
            })?;
        }
        Ok(saved)
    }
}

/// The part of the query that an error is about, for a message in one line.
fn excerpt(text: &str, range: &Range<usize>) -> String {
    let from = text.get(range.start..).unwrap_or_default();
    shown(if from.is_empty() { text } else { from })
}

struct Parser<'s> {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    depth: usize,
    terms: usize,
    patterns: usize,
    texts: Vec<TextPattern>,
    saved: &'s Saved,
    /// Names of the saved queries that are being read, from the outermost inwards.
    within: Vec<String>,
}

impl<'s> Parser<'s> {
    fn new(saved: &'s Saved) -> Self {
        Self {
            tokens: Vec::new(),
            at: 0,
            end: 0,
            depth: 0,
            terms: 0,
            patterns: 0,
            texts: Vec::new(),
            saved,
            within: Vec::new(),
        }
    }

    fn whole(&mut self, query: &str) -> Result<Expr, SyntaxError> {
        if query.len() > LONGEST {
            let message = format!("the query is longer than {} KiB", LONGEST / 1024);
            return Err(SyntaxError::new(0..0, message));
        }
        (self.tokens, self.at, self.end) = (lex(query)?, 0, query.len());
        let expr = if self.tokens.is_empty() {
            Expr::All(Vec::new())
        } else {
            self.any()?
        };
        if self.peek().is_some() {
            let message = "unmatched )";
            return Err(SyntaxError::new(self.place(), message));
        }
        Ok(expr)
    }

    /// Parses the saved query `name` in place of the reference.
    fn named(&mut self, name: &str, place: Range<usize>) -> Result<Expr, SyntaxError> {
        let Some(text) = self.saved.get(name) else {
            let near = nearest(name, self.saved.iter().map(|(known, _)| known));
            let hint = match near {
                Some(near) => format!("did you mean `@{near}`?"),
                None => quote_hint(&format!("@{name}")),
            };
            let message = format!("no saved query `@{}`; {hint}", shown(name));
            return Err(SyntaxError::new(place, message));
        };
        if self.within.iter().any(|outer| outer == name) {
            let message = format!("`@{name}` refers to itself");
            return Err(SyntaxError::new(place, message));
        }
        let outer = (std::mem::take(&mut self.tokens), self.at, self.end);
        self.within.push(name.to_owned());
        let read = self.whole(text);
        self.within.pop();
        (self.tokens, self.at, self.end) = outer;
        read.map_err(|fault| SyntaxError::new(place, format!("in `@{name}`: {}", fault.message)))
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.what)
    }

    fn place(&self) -> Range<usize> {
        self.tokens
            .get(self.at)
            .map_or(self.end..self.end, |token| token.range.clone())
    }

    fn any(&mut self) -> Result<Expr, SyntaxError> {
        let mut parts = Vec::new();
        loop {
            match self.all()? {
                Expr::Any(inner) => parts.extend(inner),
                part => parts.push(part),
            }
            if self.peek() != Some(&TokenKind::Or) {
                return Ok(one_or(parts, Expr::Any));
            }
            self.at += 1;
        }
    }

    fn all(&mut self) -> Result<Expr, SyntaxError> {
        let mut parts = Vec::new();
        loop {
            match self.one()? {
                Expr::All(inner) => parts.extend(inner),
                part => parts.push(part),
            }
            if self.peek() == Some(&TokenKind::And) {
                self.at += 1;
                continue;
            }
            if matches!(self.peek(), None | Some(TokenKind::Or | TokenKind::Close)) {
                return Ok(one_or(parts, Expr::All));
            }
        }
    }

    fn one(&mut self) -> Result<Expr, SyntaxError> {
        let place = self.place();
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("brackets and negations are nested more than {DEEPEST} deep");
            return Err(SyntaxError::new(place, message));
        }
        let Some(token) = self.tokens.get(self.at).cloned() else {
            return Err(SyntaxError::new(place, expected_term(self.before())));
        };
        self.at += 1;
        let expr = match token.what {
            TokenKind::Open => self.bracketed(place)?,
            TokenKind::Not => Expr::Not(Box::new(self.one()?)),
            TokenKind::Close | TokenKind::And | TokenKind::Or => {
                self.at -= 1;
                return Err(SyntaxError::new(place, expected_term(self.before())));
            }
            what => self.term(what, place)?,
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn before(&self) -> Option<&TokenKind> {
        let at = self.at.checked_sub(1)?;
        self.tokens.get(at).map(|token| &token.what)
    }

    fn bracketed(&mut self, open: Range<usize>) -> Result<Expr, SyntaxError> {
        let expr = self.any()?;
        if self.peek() != Some(&TokenKind::Close) {
            return Err(SyntaxError::new(open, "missing )"));
        }
        self.at += 1;
        Ok(expr)
    }

    fn term(&mut self, what: TokenKind, place: Range<usize>) -> Result<Expr, SyntaxError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            let message = format!("more than {MOST_TERMS} terms");
            return Err(SyntaxError::new(place, message));
        }
        match what {
            TokenKind::Values(field, items) => {
                Predicate::parse(field.doc(), &items).map(|test| Expr::Field(field, test))
            }
            TokenKind::Matches(field, item) => {
                self.count_pattern(&item)?;
                Predicate::parse_pattern(field.doc(), &item).map(|test| Expr::Field(field, test))
            }
            TokenKind::Regex(item) => {
                self.count_pattern(&item)?;
                Ok(self.text(pattern(&item, TextPattern::regex)?))
            }
            TokenKind::Saved(name) => {
                self.terms -= 1;
                self.named(&name, place)
            }
            TokenKind::Text(text) => {
                let item = Literal { range: place, text };
                Ok(self.text(pattern(&item, TextPattern::literal)?))
            }
            _ => Err(SyntaxError::new(place, expected_term(None))),
        }
    }

    fn count_pattern(&mut self, item: &Literal) -> Result<(), SyntaxError> {
        self.patterns += 1;
        if self.patterns <= MOST_PATTERNS {
            return Ok(());
        }
        let message = format!("more than {MOST_PATTERNS} regular expressions");
        Err(item.error(message))
    }

    fn text(&mut self, pattern: TextPattern) -> Expr {
        self.texts.push(pattern);
        Expr::Text(self.texts.len() - 1)
    }
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}

fn expected_term(before: Option<&TokenKind>) -> String {
    let place = match before {
        Some(TokenKind::Not) => " after NOT or -",
        Some(TokenKind::Or) => " after OR",
        Some(TokenKind::And) => " after AND",
        Some(TokenKind::Open) => " after (",
        _ => "",
    };
    format!("expected a term{place}: field:value, a word, \"a phrase\" or /regex/")
}

/// An expression with the query's texts; its `Display` reads as the same expression.
pub(super) struct Written<'q>(pub &'q Expr, pub &'q [TextPattern]);

impl Written<'_> {
    fn part(&self, part: &Expr, is_bracketed: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = Written(part, self.1);
        if is_bracketed {
            write!(f, "({part})")
        } else {
            write!(f, "{part}")
        }
    }
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expr::All(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    f.write_str(if at > 0 { " " } else { "" })?;
                    self.part(part, matches!(part, Expr::Any(_)), f)?;
                }
                Ok(())
            }
            Expr::Any(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    f.write_str(if at > 0 { " OR " } else { "" })?;
                    self.part(part, false, f)?;
                }
                Ok(())
            }
            Expr::Not(part) => {
                f.write_str("-")?;
                self.part(part, matches!(**part, Expr::All(_) | Expr::Any(_)), f)
            }
            Expr::Field(field, test) => test.write(field.doc(), f),
            Expr::Text(at) => {
                let text = &self.1[*at];
                if text.is_regex {
                    write!(f, "/{}/", text.source())
                } else {
                    f.write_str(&quoted_if(text.source(), text_needs_quotes))
                }
            }
        }
    }
}
