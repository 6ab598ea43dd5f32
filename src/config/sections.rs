//! The tables of the configuration.

use std::ffi::OsString;

use clap::ValueEnum;
use toml::Value;

use super::setting::{DurationSetting, Section, Setting, SizeSetting};
use crate::cli::Color;
use crate::query;
use crate::tui::{ColumnSet, Key, Keymap, Palette, Role, Settings, StyleSpec, View};

/// What stands above all tables.
#[derive(Clone, PartialEq, Debug)]
pub struct General {
    /// What is read where no PATH is named.
    pub paths: Vec<OsString>,
    /// The filter the interface starts with.
    pub query: String,
    /// Whether the interface follows what it reads.
    pub follow: bool,
    /// How often files are looked at instead of waiting for notifications.
    pub poll: DurationSetting,
    /// When to use colours.
    pub color: Color,
}

impl Default for General {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            query: String::new(),
            follow: true,
            poll: DurationSetting(None),
            color: Color::Auto,
        }
    }
}

impl Section for General {
    fn name(&self) -> &'static str {
        ""
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        vec![
            ("paths", &mut self.paths),
            ("query", &mut self.query),
            ("follow", &mut self.follow),
            ("poll", &mut self.poll),
            ("color", &mut self.color),
        ]
    }

    fn check(&mut self) -> Result<(), (String, String)> {
        let seconds = self.poll.0.map(|pace| pace.as_secs_f64());
        if seconds.is_some_and(|seconds| !(0.05..=3600.0).contains(&seconds)) {
            return Err(("poll".into(), "0.05 to 3600 seconds are expected".into()));
        }
        Ok(())
    }
}

impl Setting for Color {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let word = value.as_str().unwrap_or_default();
        *self = <Self as ValueEnum>::from_str(word, false)
            .map_err(|_| "\"auto\", \"always\" or \"never\" is expected")?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        let word = self.to_possible_value();
        Value::String(word.map_or_else(String::new, |word| word.get_name().to_owned()))
    }
}

/// `[limits]`: what the index and single things may take.
#[derive(Clone, PartialEq, Debug)]
pub struct Limits {
    /// How long records are kept after they ended.
    pub keep: DurationSetting,
    /// Bytes that the program may take.
    pub max_memory: SizeSetting,
    /// Raw lines of one record that are read at most to be shown.
    pub lines: usize,
    /// Bytes that are copied to the clipboard at most.
    pub copy: SizeSetting,
    /// Filters, searches and commands that are remembered to be brought back.
    pub history: usize,
}

/// Bytes: with less, an index would hold hardly more than what is open.
const LEAST_MEMORY: u64 = 8 << 20;

/// Bytes that reading and taking apart take, and the program itself: measured, with blocks in flight.
const READING: u64 = 28 << 20;

impl Limits {
    /// What the index may hold.
    pub fn of_index(&self) -> crate::index::RetentionLimits {
        crate::index::RetentionLimits {
            keep: self.keep.0,
            memory: self.max_memory.0.map(|all| all - READING.min(all / 2)),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let of = Settings::default();
        Self {
            keep: DurationSetting(None),
            max_memory: SizeSetting(None),
            lines: of.lines,
            copy: SizeSetting(u64::try_from(of.copied).ok()),
            history: of.history,
        }
    }
}

impl Section for Limits {
    fn name(&self) -> &'static str {
        "limits"
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        vec![
            ("keep", &mut self.keep),
            ("max-memory", &mut self.max_memory),
            ("lines", &mut self.lines),
            ("copy", &mut self.copy),
            ("history", &mut self.history),
        ]
    }

    fn check(&mut self) -> Result<(), (String, String)> {
        if self.keep.0.is_some_and(|keep| keep.as_secs() == 0) {
            return Err(("keep".into(), "at least a second is expected".into()));
        }
        if self.max_memory.0.is_some_and(|bytes| bytes < LEAST_MEMORY) {
            let least = query::written_size(LEAST_MEMORY);
            return Err((
                "max-memory".into(),
                format!("at least {least} are expected"),
            ));
        }
        Ok(())
    }
}

/// `[columns]`: the columns of the interface's tables, in order.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns(Vec<(&'static str, ColumnSet)>);

impl Default for Columns {
    fn default() -> Self {
        let tables = View::ALL
            .iter()
            .filter(|(_, view)| !view.columns().is_empty());
        Self(
            tables
                .map(|(_, view)| (view.name(), ColumnSet::all(*view)))
                .collect(),
        )
    }
}

impl Columns {
    /// The columns of each table.
    pub fn chosen(&self) -> impl Iterator<Item = &ColumnSet> {
        self.0.iter().map(|(_, chosen)| chosen)
    }

    /// The names of the columns of one table; none where there is no such table.
    pub fn names(&self, table: &str) -> Vec<String> {
        let of_table = self.0.iter().filter(|(name, _)| *name == table);
        of_table.flat_map(|(_, chosen)| chosen.names()).collect()
    }
}

impl Section for Columns {
    fn name(&self) -> &'static str {
        "columns"
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        named(&mut self.0)
    }
}

impl Setting for ColumnSet {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let mut names: Vec<String> = Vec::new();
        names.read(value)?;
        self.choose(&names)
    }

    fn to_toml(&self) -> Value {
        Value::Array(self.names().map(Value::String).collect())
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        let mut names: Vec<String> = Vec::new();
        names.read_text(text)?;
        self.choose(&names)
    }
}

/// `[queries]`: saved queries, which `@name` stands for.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Queries {
    texts: Vec<(String, String)>,
    /// The same for whoever reads a query.
    pub saved: query::Saved,
}

impl Section for Queries {
    fn name(&self) -> &'static str {
        "queries"
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        named(&mut self.texts)
    }

    fn named(&mut self, name: &str) -> Option<&mut dyn Setting> {
        let at = self
            .texts
            .partition_point(|(known, _)| known.as_str() < name);
        self.texts.insert(at, (name.to_owned(), String::new()));
        self.texts
            .get_mut(at)
            .map(|(_, text)| text as &mut dyn Setting)
    }

    fn check(&mut self) -> Result<(), (String, String)> {
        self.saved = query::Saved::new(self.texts.iter().cloned())?;
        Ok(())
    }
}

/// `[colors]`: how each role looks.
#[derive(Clone, PartialEq, Debug)]
pub struct Colors(Vec<(&'static str, StyleSpec)>);

impl Default for Colors {
    fn default() -> Self {
        Self(
            Role::ALL
                .iter()
                .map(|role| (role.name(), role.look()))
                .collect(),
        )
    }
}

impl Colors {
    /// The looks as the interface takes them.
    pub fn palette(&self) -> Palette {
        let looks = Role::ALL.iter().zip(&self.0);
        looks.map(|(role, (_, look))| (*role, *look)).collect()
    }
}

impl Section for Colors {
    fn name(&self) -> &'static str {
        "colors"
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        named(&mut self.0)
    }
}

impl Setting for StyleSpec {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let text = value.as_str();
        *self = text.and_then(|text| text.parse().ok()).ok_or(
            "a look is expected: a colour (red, light-red, 9, #ff8700), `on` a colour, bold dim italic underline reverse",
        )?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// `[keys]`: the keys of each command of the interface.
#[derive(Clone, PartialEq, Debug)]
pub struct Keys(Vec<(String, Vec<Key>)>);

impl Default for Keys {
    fn default() -> Self {
        Self(Keymap::default().commands().collect())
    }
}

impl Keys {
    /// The keys as the interface takes them.
    pub fn keymap(&self) -> Keymap {
        self.0.iter().cloned().collect()
    }
}

impl Section for Keys {
    fn name(&self) -> &'static str {
        "keys"
    }

    fn settings(&mut self) -> Vec<(&str, &mut dyn Setting)> {
        named(&mut self.0)
    }

    fn check(&mut self) -> Result<(), (String, String)> {
        self.keymap().check()
    }
}

impl Setting for Vec<Key> {
    fn read(&mut self, value: &Value) -> Result<(), String> {
        let mut names: Vec<String> = Vec::new();
        names.read(value)?;
        let keys = names.iter().map(|name| {
            Key::named(name).ok_or_else(|| {
                format!("`{name}` is no key; expected are a character, Ctrl-x, F5, Enter, Esc, Space, PgUp, Home, Up …")
            })
        });
        *self = keys.collect::<Result<_, String>>()?;
        Ok(())
    }

    fn to_toml(&self) -> Value {
        Value::Array(self.iter().map(|key| Value::String(key.name())).collect())
    }

    fn read_text(&mut self, text: &str) -> Result<(), String> {
        let names = text
            .split_whitespace()
            .map(|name| Value::String(name.into()));
        self.read(&Value::Array(names.collect()))
    }
}

/// Settings that stand in a list with their names.
fn named<N: AsRef<str>, S: Setting>(all: &mut [(N, S)]) -> Vec<(&str, &mut dyn Setting)> {
    all.iter_mut()
        .map(|(name, setting)| ((*name).as_ref(), setting as &mut dyn Setting))
        .collect()
}
