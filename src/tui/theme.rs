//! Roles and their styles.
//!
//! Code names a role, never a colour, and a word or a symbol repeats what a colour means. The default
//! colours are the terminal's sixteen, so the user's palette applies. Without colour no colour code
//! is written, not even the default one, because crossterm would reset modifiers with it.

mod style;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::config::Color;
pub(super) use crate::present::Role;
pub(super) use style::{Palette, StyleSpec};

impl Role {
    /// Its default style.
    pub(crate) fn look(self) -> StyleSpec {
        use ratatui::style::Color::{Cyan, Green, Magenta, Red, Yellow};
        let plain = StyleSpec::default();
        match self {
            Self::Text => plain,
            Self::Ok => plain.colour(Green),
            Self::Failed => plain.bold().colour(Red),
            Self::Pending => plain.colour(Yellow),
            Self::Warning => plain.bold().colour(Magenta),
            Self::Selected | Self::Shown => plain.reversed(),
            Self::Cell => plain.bold().underlined(),
            Self::Dim => plain.dim(),
            Self::Title => plain.bold(),
            Self::Id => plain.colour(Cyan),
            Self::Key => plain.bold().colour(Cyan),
            Self::Match => plain.bold().underlined().colour(Yellow),
        }
    }
}

/// The styles of all roles, and the characters that the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Theme {
    /// `None` without colour.
    palette: Option<Palette>,
    symbols: Symbols,
}

/// The characters that the terminal can show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Symbols {
    Unicode,
    Ascii,
}

impl Theme {
    pub(super) fn new(color: Color, symbols: Symbols, palette: &Palette) -> Self {
        Self {
            palette: color.is_used().then_some(*palette),
            symbols,
        }
    }

    pub(super) fn style(self, role: Role) -> Style {
        // Without colour no other attribute is used either: at the end of one, tmux 3.3 also writes
        // a reset of the colours, which would then appear in a recording.
        self.palette
            .map_or_else(Style::new, |palette| palette.style(role))
    }

    /// Replaces control characters and characters that the terminal cannot show.
    pub(super) fn finish(self, buffer: &mut Buffer) {
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
    pub(super) fn of_locale() -> Self {
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
        '↑' | '▲' => '^',
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
