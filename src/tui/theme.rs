//! Roles, and how each looks.
//!
//! Code asks for a role, never for a colour; and a colour is never the only sign: a word or a symbol says the same.
//! Colours are the terminal's sixteen, so that the reader's palette decides. Without colour no colour is written at
//! all, not even a default one: terminals that honour `NO_COLOR` would take modifiers away with it.

mod style;

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use crate::config::Color;
pub use crate::present::Role;
pub use style::{Palette, StyleSpec};

impl Role {
    /// Its look where nobody has set another.
    pub fn look(self) -> StyleSpec {
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

/// How roles look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// By role; `None` without colour.
    palette: Option<Palette>,
    symbols: Symbols,
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
    pub fn new(color: Color, symbols: Symbols, palette: &Palette) -> Self {
        Self {
            palette: color.is_used().then_some(*palette),
            symbols,
        }
    }

    /// The look of a role.
    pub fn style(self, role: Role) -> Style {
        // Without colour, words and symbols say it all. Nor is another attribute used: where one ends, terminals in
        // between (tmux 3.3) write a reset of the colours too, and who asked for none should find none in a recording.
        self.palette
            .map_or_else(Style::new, |palette| palette.style(role))
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
