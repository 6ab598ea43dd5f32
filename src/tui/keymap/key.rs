//! A key: as a person writes it, and as the terminal reports it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use Key::{Char, Ctrl, Named};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Key {
    Char(char),
    Ctrl(char),
    Named(KeyCode),
}

impl Key {
    pub(crate) fn name(self) -> String {
        match self {
            Char(' ') => "Space".into(),
            Char(c) => c.to_string(),
            Ctrl(c) => format!("Ctrl-{c}"),
            Named(code) => match code {
                KeyCode::Up => "↑".into(),
                KeyCode::Down => "↓".into(),
                KeyCode::Left => "←".into(),
                KeyCode::Right => "→".into(),
                KeyCode::PageUp => "PgUp".into(),
                KeyCode::PageDown => "PgDn".into(),
                KeyCode::F(n) => format!("F{n}"),
                KeyCode::BackTab => "Shift-Tab".into(),
                code => format!("{code:?}"),
            },
        }
    }

    /// Parses a name as [`name`](Self::name) gives it, or as other programs write it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, '↑' | '↓' | '←' | '→')
        {
            return Some(Char(c));
        }
        let lower = name.to_lowercase();
        let control = lower.strip_prefix("ctrl-").or(lower.strip_prefix("c-"));
        if let Some(c) = control {
            let mut chars = c.chars();
            return match (chars.next(), chars.next()) {
                (Some(c @ 'a'..='z'), None) => Some(Ctrl(c)),
                _ => None,
            };
        }
        Some(match lower.as_str() {
            "space" => Char(' '),
            "↑" | "up" => Named(KeyCode::Up),
            "↓" | "down" => Named(KeyCode::Down),
            "←" | "left" => Named(KeyCode::Left),
            "→" | "right" => Named(KeyCode::Right),
            "pgup" | "pageup" => Named(KeyCode::PageUp),
            "pgdn" | "pagedown" => Named(KeyCode::PageDown),
            "enter" => Named(KeyCode::Enter),
            "esc" => Named(KeyCode::Esc),
            "backspace" => Named(KeyCode::Backspace),
            "tab" => Named(KeyCode::Tab),
            "shift-tab" => Named(KeyCode::BackTab),
            "home" => Named(KeyCode::Home),
            "end" => Named(KeyCode::End),
            "insert" => Named(KeyCode::Insert),
            "delete" => Named(KeyCode::Delete),
            f => {
                let number = f.strip_prefix('f')?.parse().ok()?;
                (1..=24)
                    .contains(&number)
                    .then_some(Named(KeyCode::F(number)))?
            }
        })
    }

    pub(super) fn is(self, pressed: &KeyEvent) -> bool {
        let control = pressed.modifiers.contains(KeyModifiers::CONTROL);
        let alt = pressed.modifiers.contains(KeyModifiers::ALT);
        match self {
            Char(c) => !control && !alt && pressed.code == KeyCode::Char(c),
            Ctrl(c) => control && !alt && pressed.code == KeyCode::Char(c),
            Named(code) => !alt && pressed.code == code,
        }
    }
}
