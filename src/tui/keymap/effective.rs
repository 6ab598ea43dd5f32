//! The effective keys: those of the table, or what the configuration sets instead.

use std::collections::BTreeMap;

use ratatui::crossterm::event::KeyEvent;

use super::{BINDINGS, Binding, Command, Context, Key};

/// Which keys each command has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Keymap(BTreeMap<String, Vec<Key>>);

impl Default for Keymap {
    fn default() -> Self {
        let mut keys: BTreeMap<String, Vec<Key>> = BTreeMap::new();
        for binding in BINDINGS {
            let of_command = keys.entry(binding.command.name()).or_default();
            for key in binding.keys {
                if !of_command.contains(key) {
                    of_command.push(*key);
                }
            }
        }
        Self(keys)
    }
}

impl FromIterator<(String, Vec<Key>)> for Keymap {
    /// Commands that are not among them keep the table's keys.
    fn from_iter<I: IntoIterator<Item = (String, Vec<Key>)>>(commands: I) -> Self {
        let mut keymap = Self::default();
        keymap.0.extend(commands);
        keymap
    }
}

impl Keymap {
    #[cfg(test)]
    pub(crate) fn commands(&self) -> impl Iterator<Item = (String, Vec<Key>)> {
        self.0.clone().into_iter()
    }

    /// The keys of a line of the table.
    pub(crate) fn of(&self, binding: &Binding) -> &[Key] {
        self.0
            .get(&binding.command.name())
            .map_or(&[], Vec::as_slice)
    }

    /// The keys of a line of the table as a reader knows them.
    pub(crate) fn names(&self, binding: &Binding) -> String {
        let names: Vec<String> = self.of(binding).iter().map(|key| key.name()).collect();
        names.join(" ")
    }

    /// What a key does there.
    pub(crate) fn find(&self, context: Context, pressed: &KeyEvent) -> Option<Command> {
        let does = |binding: &&Binding| {
            binding.applies(context) && self.of(binding).iter().any(|key| key.is(pressed))
        };
        BINDINGS.iter().find(does).map(|binding| binding.command)
    }

    /// Whether every key does one thing and there is a way out.
    ///
    /// # Errors
    /// The command that has a key it cannot have, and why.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        for context in Context::ALL {
            let mut seen: Vec<(Key, String)> = Vec::new();
            for binding in BINDINGS.iter().filter(|binding| binding.applies(context)) {
                let name = binding.command.name();
                for key in self.of(binding) {
                    if let Some((_, other)) = seen.iter().find(|(known, _)| known == key) {
                        let (place, key) = (context.word(), key.name());
                        let why = format!(
                            "{key} would also be `{other}` in {place}; give that one another key"
                        );
                        return Err((name, why));
                    }
                    seen.push((*key, name.clone()));
                }
            }
        }
        let has = |command: Command| {
            self.0
                .get(&command.name())
                .is_some_and(|keys| !keys.is_empty())
        };
        if has(Command::Quit) || has(Command::Leave) {
            Ok(())
        } else {
            let why = "a key is expected here or for `leave`: there would be no way out";
            Err((Command::Quit.name(), why.into()))
        }
    }
}
