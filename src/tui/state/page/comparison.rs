//! The raw lines of the last success and the first failure of a route, side by side if the width
//! allows.

use super::Comparison;
use super::builder::{PageBuilder, text};
use crate::safe;
use crate::search::RawLine;
use crate::tui::theme::Role;
use crate::tui::widgets::log_line::{self, HeaderFormat};

/// The least width that shows two connections side by side.
const SIDE_BY_SIDE: usize = 72;

pub(super) fn lines(builder: &mut PageBuilder, sides: &Comparison, width: usize) {
    if sides.of.iter().all(Option::is_none) {
        return;
    }
    builder.row(Vec::new());
    let [good, bad] = match &sides.read {
        None => {
            builder.row(vec![(Role::Dim, "  reading …".to_owned())]);
            return;
        }
        Some(Err(error)) => {
            let sentence = format!("  cannot read its lines again: {}", text(error));
            builder.row(vec![(Role::Failed, sentence)]);
            return;
        }
        Some(Ok(sides)) => sides,
    };
    if width < SIDE_BY_SIDE || good.is_empty() || bad.is_empty() {
        for (title, lines) in [("Last success", good), ("First failure", bad)] {
            if !lines.is_empty() {
                builder.row(vec![(Role::Title, format!(" {title}"))]);
            }
            for line in lines {
                let mut parts = raw(line);
                parts.insert(0, (Role::Text, "  ".to_owned()));
                builder.row(parts);
            }
        }
        return;
    }
    let half = (width - 4) / 2;
    builder.row(vec![
        (Role::Title, safe::fit("Last success", half + 1)),
        (Role::Dim, "│ ".to_owned()),
        (Role::Title, "First failure".to_owned()),
    ]);
    for at in 0..good.len().max(bad.len()) {
        let mut parts = vec![(Role::Text, " ".to_owned())];
        let side = |lines: &[RawLine]| {
            let line = lines.get(at).map_or_else(Vec::new, raw);
            cut(verdict_first(line, half), half)
        };
        parts.extend(side(good));
        parts.push((Role::Dim, "│ ".to_owned()));
        parts.extend(side(bad));
        builder.row(parts);
    }
}

fn raw(line: &RawLine) -> Vec<(Role, String)> {
    let bytes = &line.bytes[..line.bytes.len().min(4096)];
    log_line::parts(&line.frame, bytes, HeaderFormat::Short)
}

/// Shortens the text before the verdict of a line so that the verdict fits into `width` columns.
fn verdict_first(mut parts: Vec<(Role, String)>, width: usize) -> Vec<(Role, String)> {
    let is_verdict = |(role, _): &(Role, String)| matches!(role, Role::Ok | Role::Failed);
    let Some(at) = parts.iter().position(is_verdict).filter(|at| *at > 0) else {
        return parts;
    };
    let wide = |parts: &[(Role, String)]| -> usize {
        parts.iter().map(|(_, part)| safe::width(part)).sum()
    };
    let behind = wide(&parts[at..]).min(width / 2);
    let room = width.saturating_sub(wide(&parts[..at - 1]) + behind);
    let before = &mut parts[at - 1].1;
    if safe::width(before) > room {
        *before = ending(before, room);
    }
    parts
}

/// The end of a safe text in at most `width` columns.
fn ending(text: &str, width: usize) -> String {
    let (mut start, mut taken) = (text.len(), 1);
    for (at, c) in text.char_indices().rev() {
        taken += safe::width(c.encode_utf8(&mut [0; 4]));
        if taken > width {
            break;
        }
        start = at;
    }
    format!("…{}", &text[start..])
}

/// The parts in exactly `width` columns.
fn cut(parts: Vec<(Role, String)>, width: usize) -> Vec<(Role, String)> {
    let mut left = width;
    let mut out = Vec::with_capacity(parts.len() + 1);
    for (role, part) in parts {
        if left == 0 {
            break;
        }
        let wide = safe::width(&part).min(left);
        out.push((role, safe::fit(&part, wide)));
        left -= wide;
    }
    out.push((Role::Text, " ".repeat(left)));
    out
}

#[cfg(test)]
mod tests;
