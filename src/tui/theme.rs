//! Roles, and how each looks.
//!
//! Code asks for a role, never for a colour; and a colour is never the only sign: a word or a symbol says the same.
//! Colours are the terminal's sixteen, so that the reader's palette decides. Without colour no colour is written at
//! all, not even a default one: terminals that honour `NO_COLOR` would take modifiers away with it.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

/// When to use colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Color {
    /// Unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Even if `NO_COLOR` is set.
    Always,
    /// Not at all.
    Never,
}

impl Color {
    /// Whether colour is used.
    pub fn is_used(self) -> bool {
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Auto => !refused(),
            Self::Never => false,
        }
    }
}

/// What a piece of the screen means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Text,
    /// It worked.
    Ok,
    /// It failed.
    Failed,
    /// It may still work.
    Pending,
    /// Worth a look.
    Warning,
    /// The selected row.
    Selected,
    /// The cell under the cursor.
    Cell,
    /// Of less weight.
    Dim,
    /// Headings, the chosen tab.
    Title,
    /// An id that can be followed.
    Id,
    /// A key that can be pressed.
    Key,
    /// What was searched for.
    Match,
    /// The part of the time strip that is shown.
    Shown,
}

/// How roles look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    colours: Colours,
    symbols: Symbols,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Colours {
    None,
    Sixteen,
}

/// What characters the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Symbols {
    /// Any.
    Unicode,
    /// ASCII.
    Ascii,
}

impl Theme {
    /// A theme in colour or without.
    pub fn new(color: Color, symbols: Symbols) -> Self {
        let colours = if color.is_used() {
            Colours::Sixteen
        } else {
            Colours::None
        };
        Self { colours, symbols }
    }

    /// The look of a role.
    pub fn style(self, role: Role) -> Style {
        match self.colours {
            // Words and symbols say it all. Nor is another attribute used: where one ends, terminals in between (tmux
            // 3.3) write a reset of the colours too, and who asked for none should find none in a recording.
            Colours::None => Style::new(),
            Colours::Sixteen => coloured(role),
        }
    }

    /// Makes a drawn frame fit for the terminal: no cell holds anything that controls it, nor anything it cannot show.
    pub fn finish(self, buffer: &mut Buffer) {
        for cell in &mut buffer.content {
            let symbol = cell.symbol();
            if symbol.is_ascii() && !symbol.bytes().any(|byte| byte.is_ascii_control()) {
                continue;
            }
            let selector = |c: char| matches!(c, '\u{fe0e}' | '\u{fe0f}');
            if symbol
                .chars()
                .any(|c| crate::safe::is_control_like(c) && !selector(c))
                || symbol.len() > 32
            {
                cell.set_char('?');
            } else if self.symbols == Symbols::Ascii {
                let ascii = symbol.chars().next().map_or(' ', in_ascii);
                cell.set_char(ascii);
            }
        }
    }
}

impl Symbols {
    /// What the locale of the environment allows.
    pub fn of_locale() -> Self {
        let set = |name| {
            std::env::var(name)
                .ok()
                .filter(|value: &String| !value.is_empty())
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(set)
            .unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        if locale.contains("utf-8") || locale.contains("utf8") {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }
}

fn coloured(role: Role) -> Style {
    let style = marked(role);
    match role {
        Role::Ok => style.green(),
        Role::Failed => style.red(),
        Role::Pending => style.yellow(),
        Role::Warning => style.magenta(),
        Role::Id => style.cyan(),
        // One look for the whole row, whatever its cells look like.
        Role::Selected => style.fg(ratatui::style::Color::Reset),
        Role::Key => style.cyan(),
        Role::Match => style.yellow(),
        _ => style,
    }
}

/// What a role looks like beside its colour.
fn marked(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Ok | Role::Pending | Role::Id => style,
        Role::Failed | Role::Warning | Role::Title | Role::Key => {
            style.add_modifier(Modifier::BOLD)
        }
        Role::Selected => style
            .add_modifier(Modifier::REVERSED)
            .remove_modifier(Modifier::DIM),
        Role::Shown => style.add_modifier(Modifier::REVERSED),
        Role::Cell | Role::Match => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        Role::Dim => style.add_modifier(Modifier::DIM),
    }
}

/// The nearest ASCII character.
fn in_ascii(c: char) -> char {
    match c {
        '✓' => '+',
        '✗' => 'x',
        '⚠' => '!',
        '●' => '*',
        '○' => 'o',
        '‖' | '│' | '▏' => '|',
        '▸' | '→' | '›' => '>',
        '‹' | '←' => '<',
        '↑' => '^',
        '↓' => 'v',
        '…' => '~',
        '·' | '▁' => '.',
        '▂' => ':',
        '▃' | '▄' => '=',
        '▅' | '▆' => '%',
        '▇' => '#',
        '█' => '@',
        '─' | '–' | '—' => '-',
        '└' => '`',
        c if c.is_ascii() => c,
        _ => '?',
    }
}
