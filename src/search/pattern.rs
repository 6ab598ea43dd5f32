//! Text and regular expressions as they are searched for in the log's lines; case is ignored.

use std::ops::Range;

use memchr::{memchr, memrchr};
use regex::bytes::{Regex, RegexBuilder};

/// Bytes that a compiled expression may take.
const PATTERN_BYTES: usize = 1 << 20;

#[derive(Clone, Debug)]
pub(crate) struct TextPattern {
    source: String,
    pub(crate) is_regex: bool,
    /// Decides on one line.
    line: Regex,
    /// Finds candidate lines in a block; `None` if the expression can only be applied to single
    /// lines.
    block: Option<Regex>,
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        (self.is_regex, &self.source) == (other.is_regex, &other.source)
    }
}

impl TextPattern {
    /// Matches lines that contain the text.
    ///
    /// # Errors
    /// The text is too large once compiled.
    pub(crate) fn literal(text: &str) -> Result<Self, String> {
        let line = build(RegexBuilder::new(&regex::escape(text)))?;
        Ok(Self {
            source: text.to_owned(),
            is_regex: false,
            block: Some(line.clone()),
            line,
        })
    }

    /// Matches lines in which the regular expression has a match.
    ///
    /// # Errors
    /// The cause in one line: it is not a regular expression, or too large once compiled.
    pub(crate) fn regex(source: &str) -> Result<Self, String> {
        let line = build(RegexBuilder::new(source))?;
        // The ends of a block are not those of a line, and flags may change what ends a line.
        let is_for_lines = ["\\A", "\\z", "(?"]
            .iter()
            .any(|mark| source.contains(mark));
        let block = if is_for_lines {
            None
        } else {
            let mut builder = RegexBuilder::new(source);
            builder.multi_line(true).crlf(source.contains('$'));
            Some(build(builder)?)
        };
        Ok(Self {
            source: source.to_owned(),
            is_regex: true,
            line,
            block,
        })
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn matches(&self, line: &[u8]) -> bool {
        self.line.is_match(line)
    }

    /// The matches in a text that are not empty.
    pub(crate) fn ranges<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
        let found = self.line.find_iter(text.as_bytes());
        found
            .map(|found| found.range())
            .filter(|range| !range.is_empty())
    }

    /// Passes the matching lines of a block, and where they begin in it.
    pub(super) fn for_each_line<'b>(&self, block: &'b [u8], mut take: impl FnMut(usize, &'b [u8])) {
        let mut start = 0;
        while start < block.len() {
            if let Some(regex) = &self.block {
                let Some(found) = regex.find_at(block, start) else {
                    return;
                };
                let before = &block[..found.start().min(block.len() - 1)];
                start = memrchr(b'\n', before).map_or(0, |at| at + 1).max(start);
            }
            let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
            let line = &block[start..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if self.matches(line) {
                take(start, line);
            }
            start = end + 1;
        }
    }
}

fn build(mut builder: RegexBuilder) -> Result<Regex, String> {
    let builder = builder.case_insensitive(true).size_limit(PATTERN_BYTES);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "too large once compiled".to_owned(),
        // The last line has the cause; those above it draw the expression.
        other => {
            let text = other.to_string();
            let cause = text.lines().last().unwrap_or_default();
            cause.strip_prefix("error: ").unwrap_or(cause).to_owned()
        }
    })
}
