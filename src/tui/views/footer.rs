//! The bottom lines: the filter or the prompt, and the keys or completions.

use ratatui::layout::Position;

use super::{Canvas, width};
use crate::humanize::{self, grouped};
use crate::index::Index;
use crate::safe;
use crate::tui::keymap::BINDINGS;
use crate::tui::state::{App, Prompt, PromptKind, SearchState, View};
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;

type Parts = Vec<(Role, String)>;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    let right = answer(app, index);
    let room = usize::from(areas.bar.width).saturating_sub(width(&right) + 2);
    match &app.prompts.open {
        Some(prompt) => typed(canvas, areas, prompt, room),
        None => canvas.parts(areas.bar, &idle_footer(app, room)),
    }
    canvas.right(areas.bar, &right);
    let room = usize::from(areas.footer.width);
    let footer = match &app.prompts.open {
        Some(prompt) => hints(prompt, room),
        None => keys(app, room),
    };
    canvas.parts(areas.footer, &footer);
}

/// The number of matches, and how long the query took.
fn answer(app: &App, index: &Index) -> Parts {
    if let SearchState::First(bytes) = app.filter.search {
        let text = format!("searching, {} read", humanize::size(bytes));
        return vec![(Role::Pending, text)];
    }
    let is_filtered = app.pages.is_empty() && !app.filter.active.is_empty();
    let Some(table) = app.table().filter(|_| is_filtered) else {
        return Vec::new();
    };
    let (rows, total) = (table.rows.len() as u64, table.total(index) as u64);
    let (rows, total) = (grouped(rows), grouped(total));
    let took = app.filter.took;
    let took = took.map_or(String::new(), |took| format!(" · {} ms", took.as_millis()));
    vec![(Role::Dim, format!("{rows} of {total}{took}"))]
}

fn label(kind: PromptKind) -> &'static str {
    match kind {
        PromptKind::Filter => " / ",
        PromptKind::Search => " search ",
        PromptKind::Time => " go to time ",
        PromptKind::Command => " :",
    }
}

fn typed(canvas: &mut Canvas<'_, '_>, areas: &Areas, prompt: &Prompt, room: usize) {
    let label = label(prompt.kind);
    let room = room.saturating_sub(label.len());
    let (text, cursor) = prompt.line.shown(room);
    let text = safe::text(text);
    let text = (Role::Text, safe::fit(&text, room));
    canvas.parts(areas.bar, &[(Role::Key, label.into()), text]);
    let column = u16::try_from(label.len() + cursor).unwrap_or(u16::MAX);
    let x = areas.bar.x.saturating_add(column);
    canvas.frame.set_cursor_position(Position {
        x: x.min(areas.bar.right().saturating_sub(1)),
        y: areas.bar.y,
    });
}

fn idle_footer(app: &App, room: usize) -> Parts {
    if let Some((role, text)) = &app.notice {
        return vec![(*role, format!(" {}", safe::fit(text, room)))];
    }
    if let Some(time) = app.moment {
        let filter = safe::text(&app.filter.kept);
        let among = if filter.is_empty() {
            String::new()
        } else {
            format!("  filter {filter}")
        };
        let text = safe::fit(&among, room.saturating_sub(26));
        return vec![
            (Role::Dim, " at ".into()),
            (Role::Title, humanize::date_time(time)),
            (Role::Dim, text),
        ];
    }
    if let Some(search) = &app.log.search
        && app.view == View::Log
        && app.pages.is_empty()
    {
        let text = safe::fit(&safe::text(search.source()), room.saturating_sub(9));
        return vec![(Role::Dim, " search ".into()), (Role::Match, text)];
    }
    if app.filter.kept.is_empty() || app.view == View::Log {
        return Vec::new();
    }
    let text = safe::fit(&safe::text(&app.filter.kept), room.saturating_sub(9));
    vec![(Role::Dim, " filter ".into()), (Role::Title, text)]
}

/// The error in the text, else the completions.
fn hints(prompt: &Prompt, room: usize) -> Parts {
    // No error is shown while completions could still correct the word being typed.
    let word = prompt.completions.first().map(|first| first.replace.start);
    let typing = word.is_some_and(|word| prompt.error_at.is_some_and(|at| at >= word));
    if let Some(error) = prompt.error.as_ref().filter(|_| !typing) {
        let before = prompt
            .error_at
            .and_then(|at| prompt.line.text().get(..at))
            .map(|text| safe::width(&safe::text(text)));
        let column = before.map(|before| before + label(prompt.kind).len());
        // A caret marks the error if the message fits after it.
        return match column.filter(|column| column + safe::width(error) + 2 <= room) {
            Some(column) => vec![(Role::Failed, format!("{}^ {error}", " ".repeat(column)))],
            None => vec![(Role::Failed, format!(" ✗ {error}"))],
        };
    }
    if prompt.completions.is_empty() {
        let keys = match prompt.kind {
            PromptKind::Filter => {
                " Enter apply  Esc cancel  Tab complete   user:ironport auth:failed  ip:172.16.0.0/12  \"relay access denied\""
            }
            PromptKind::Search => {
                " Enter search  Esc cancel   regular expression, case-insensitive; then n N"
            }
            PromptKind::Time => {
                " 11:20   2009-04-22 11:20   -15m   11:00..11:30 filters by a range"
            }
            PromptKind::Command => " q   filter QUERY   view 1-7   sort COLUMN   goto TIME   help",
        };
        return vec![(Role::Dim, keys.into())];
    }
    let taken = prompt.taken.as_ref().map(|(at, _)| *at);
    let mut parts = vec![(Role::Key, " Tab ".into())];
    for (at, completion) in prompt.completions.iter().enumerate() {
        let role = match taken == Some(at) {
            true => Role::Selected,
            false => Role::Text,
        };
        parts.push((role, safe::text(&completion.text).into_owned()));
        let count = match completion.count {
            Some(count) => format!(" ({})", grouped(count as u64)),
            None => format!(" {}", completion.what),
        };
        parts.push((Role::Dim, format!("{count}   ")));
    }
    parts
}

/// The keys that fit, in the order of their table; help and quit always.
fn keys(app: &App, room: usize) -> Parts {
    let context = app.context();
    let worded: Vec<(String, &str)> = BINDINGS
        .iter()
        .filter(|binding| binding.applies(context) && !binding.word.is_empty())
        .filter_map(|binding| {
            let key = app.settings.keys.of(binding).first()?;
            Some((key.name(), binding.word))
        })
        .collect();
    let cost = |(name, word): &(String, &str)| safe::width(name) + word.len() + 3;
    let is_kept = |(_, word): &(String, &str)| matches!(*word, "help" | "quit");
    let kept = worded.iter().filter(|key| is_kept(key)).map(&cost);
    let mut left = room.saturating_sub(1 + kept.sum::<usize>());
    let mut parts = vec![(Role::Text, " ".into())];
    for key in &worded {
        if !is_kept(key) {
            if cost(key) > left {
                continue;
            }
            left -= cost(key);
        }
        parts.push((Role::Key, key.0.clone()));
        parts.push((Role::Dim, format!(" {}  ", key.1)));
    }
    parts
}
