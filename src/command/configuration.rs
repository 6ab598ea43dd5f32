//! `mailscope config`: the effective settings and the origin of each.

use std::io::Write;

use unicode_width::UnicodeWidthStr;

use super::{CommandError, Status, output};
use crate::config::{Config, DEFAULT, EffectiveSetting};
use crate::safe;

/// Wider settings push only their own origin to the right.
const WIDEST: usize = 44;

/// Prints every setting in the file's form, with its origin as a comment: the output is a valid
/// configuration.
pub(super) fn print(config: &Config) -> Result<Status, CommandError> {
    let mut out = output();
    let lines = config.settings();
    let settings: Vec<String> = lines.iter().map(to_line).collect();
    let widths = settings.iter().map(|setting| setting.width());
    let width = widths.filter(|width| *width <= WIDEST).max().unwrap_or(0);
    let mut section = "";
    for (line, setting) in lines.iter().zip(&settings) {
        if line.table != section {
            section = &line.table;
            writeln!(out, "\n[{section}]")?;
        }
        let pad = " ".repeat(width.saturating_sub(setting.width()));
        writeln!(
            out,
            "{setting}{pad}  # {}",
            safe::text(&line.origin.to_string())
        )?;
    }
    out.flush()?;
    Ok(Status::Matched)
}

pub(super) fn print_default() -> Result<Status, CommandError> {
    let mut out = output();
    out.write_all(DEFAULT.as_bytes())?;
    out.flush()?;
    Ok(Status::Matched)
}

/// `name = value`, safe for a terminal.
fn to_line(line: &EffectiveSetting) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = if !line.name.is_empty() && line.name.chars().all(is_bare) {
        line.name.clone()
    } else {
        toml::Value::String(line.name.clone()).to_string()
    };
    safe::text(&format!("{name} = {}", line.value)).into_owned()
}
