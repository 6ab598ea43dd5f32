//! Escapes text of a log in Markdown, so that it neither ends the element around it nor starts one.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::safe;

/// Text as a code span, which the text cannot end.
pub(crate) fn code(text: &str) -> String {
    let text = safe::text(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{ticks}{blank}{text}{blank}{ticks}")
}

/// A sentence whose names from the log are not taken for markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in safe::text(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' | '@') {
            out.push('\\');
        }
        out.push(c);
    }
    // A bare URL would become a link.
    out.replace("://", ":\\//")
}

/// Lines as a fenced block.
pub(crate) fn fenced<'l>(
    out: &mut dyn Write,
    lines: impl Iterator<Item = Cow<'l, str>> + Clone,
) -> io::Result<()> {
    let longest = lines.clone().map(|line| longest_run(&line)).max();
    let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
    writeln!(out, "{fence}text")?;
    for line in lines {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "{fence}")
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests;
