//! What the reader has set for the interface.

#[cfg(test)]
mod tests;

use crate::config::{Config, ConfigError, Refusal};
use crate::query::Saved;
use crate::triage::Thresholds;
use crate::tui::columns::column_set::ColumnSet;
use crate::tui::keymap::{Key, Keymap};
use crate::tui::state::View;
use crate::tui::theme::{Palette, Role};

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub keys: Keymap,
    pub palette: Palette,
    /// The columns of tables; a table that is not among them shows all of its own.
    pub columns: Vec<ColumnSet>,
    pub saved: Saved,
    /// Raw lines of one record that are read at most.
    pub lines: usize,
    /// Bytes that are copied at most: terminals refuse more.
    pub copied: usize,
    /// From when on something is a finding.
    pub thresholds: Thresholds,
    /// Lines typed before that can be brought back.
    pub history: usize,
}

impl Settings {
    /// Reads the settings of the interface from the configuration.
    ///
    /// # Errors
    /// The first column, style or key that there is not, or two commands with one key.
    pub(crate) fn from_config(config: &Config) -> Result<Self, ConfigError> {
        let refuse = |refusal: Refusal| config.refuse(&refusal);
        let copied = config.limits.copy.unwrap_or(u64::MAX);
        Ok(Self {
            keys: keymap(config).map_err(refuse)?,
            palette: palette(config).map_err(refuse)?,
            columns: columns(config).map_err(refuse)?,
            saved: config.saved().clone(),
            lines: config.limits.lines,
            copied: usize::try_from(copied).unwrap_or(usize::MAX),
            history: config.limits.history,
            thresholds: config.triage,
        })
    }
}

fn keymap(config: &Config) -> Result<Keymap, Refusal> {
    let mut commands = Vec::new();
    for (command, names) in &config.keys {
        let keys = names.iter().map(|name| {
            Key::named(name).ok_or_else(|| {
                let why = format!("`{name}` is no key; expected are a character, Ctrl-x, F5, Enter, Esc, Space, PgUp, Home, Up …");
                (format!("keys.{command}"), why)
            })
        });
        commands.push((
            command.clone(),
            keys.collect::<Result<Vec<Key>, Refusal>>()?,
        ));
    }
    let keymap: Keymap = commands.into_iter().collect();
    keymap
        .check()
        .map_err(|(command, why)| (format!("keys.{command}"), why))?;
    Ok(keymap)
}

fn palette(config: &Config) -> Result<Palette, Refusal> {
    let styles = Role::ALL.iter().filter_map(|role| {
        let text = config.colors.get(role.name())?;
        let refused = |_| {
            let why = "a style is expected: a colour (red, light-red, 9, #ff8700), `on` a colour, bold dim italic underline reverse";
            (format!("colors.{}", role.name()), why.to_owned())
        };
        Some(text.parse().map(|style| (*role, style)).map_err(refused))
    });
    styles.collect()
}

fn columns(config: &Config) -> Result<Vec<ColumnSet>, Refusal> {
    let sets = View::ALL.iter().filter_map(|(_, view)| {
        let names = config.columns.get(&view.name())?;
        let mut set = ColumnSet::all(*view);
        let chosen = set.choose(names);
        Some(
            chosen
                .map(|()| set)
                .map_err(|why| (format!("columns.{}", view.name()), why)),
        )
    });
    sets.collect()
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            keys: Keymap::default(),
            palette: Palette::default(),
            columns: Vec::new(),
            saved: Saved::default(),
            lines: 100_000,
            copied: 100 * 1024,
            thresholds: Thresholds::default(),
            history: 200,
        }
    }
}
