//! Styles as the configuration writes them: `bold red on black`.

use std::fmt;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use super::Role;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct StyleSpec {
    foreground: Option<Color>,
    background: Option<Color>,
    modifiers: Modifier,
}

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

impl StyleSpec {
    pub(super) fn colour(mut self, colour: Color) -> Self {
        self.foreground = Some(colour);
        self
    }

    pub(super) fn bold(self) -> Self {
        self.with(Modifier::BOLD)
    }

    pub(super) fn dim(self) -> Self {
        self.with(Modifier::DIM)
    }

    pub(super) fn underlined(self) -> Self {
        self.with(Modifier::UNDERLINED)
    }

    pub(super) fn reversed(self) -> Self {
        self.with(Modifier::REVERSED)
    }

    fn with(mut self, modifier: Modifier) -> Self {
        self.modifiers |= modifier;
        self
    }
}

impl fmt::Display for StyleSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = MODIFIERS
            .iter()
            .filter(|(_, one)| self.modifiers.contains(*one));
        let mut words: Vec<String> = held.map(|(word, _)| (*word).to_owned()).collect();
        words.extend(self.foreground.map(written));
        words.extend(
            self.background
                .map(|colour| format!("on {}", written(colour))),
        );
        f.write_str(&words.join(" "))
    }
}

/// A colour by its name in the configuration: `light-red`.
fn written(colour: Color) -> String {
    let name = colour.to_string().to_lowercase();
    match name.strip_prefix("light") {
        Some(rest) => format!("light-{rest}"),
        None => name,
    }
}

impl FromStr for StyleSpec {
    /// The word that is neither a colour nor a modifier.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut look = Self::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let colour = |word: &str| word.parse::<Color>().map_err(|_| word.to_owned());
            if let Some((_, modifier)) = MODIFIERS.iter().find(|(known, _)| *known == word) {
                look.modifiers |= *modifier;
            } else if word == "on" {
                look.background = Some(colour(words.next().unwrap_or_default())?);
            } else {
                look.foreground = Some(colour(word)?);
            }
        }
        Ok(look)
    }
}

/// The style of each role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Palette([StyleSpec; Role::ALL.len()]);

impl Default for Palette {
    fn default() -> Self {
        Self(Role::ALL.map(Role::look))
    }
}

impl FromIterator<(Role, StyleSpec)> for Palette {
    /// Other roles keep their default styles.
    fn from_iter<I: IntoIterator<Item = (Role, StyleSpec)>>(looks: I) -> Self {
        let mut palette = Self::default();
        for (role, look) in looks {
            palette.0[role as usize] = look;
        }
        palette
    }
}

impl Palette {
    pub(super) fn style(&self, role: Role) -> Style {
        let look = self.0[role as usize];
        let mut style = Style::new().add_modifier(look.modifiers);
        style.fg = look.foreground;
        style.bg = look.background;
        if role == Role::Selected {
            // One style for the whole row, whatever its cells have.
            style.fg = style.fg.or(Some(Color::Reset));
            style = style.remove_modifier(Modifier::DIM);
        }
        style
    }
}

#[cfg(test)]
mod tests;
