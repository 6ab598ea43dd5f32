//! Every promised key works, and no line of the table hides another.

use ratatui::crossterm::event::{KeyEvent, KeyModifiers};

use super::*;

fn find(context: Context, pressed: &KeyEvent) -> Option<Command> {
    Keymap::default().find(context, pressed)
}

fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

#[test]
fn every_promised_key_does_something() {
    let none = KeyModifiers::NONE;
    for c in "jkgGhl/nNeE1234567s idup+-tm'y:?q".chars() {
        assert!(
            find(Context::Connections, &press(KeyCode::Char(c), none)).is_some(),
            "{c}"
        );
    }
    for c in "dulzc".chars() {
        assert!(
            find(
                Context::Connections,
                &press(KeyCode::Char(c), KeyModifiers::CONTROL)
            )
            .is_some(),
            "Ctrl-{c}"
        );
    }
    use KeyCode::{
        Backspace, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
    };
    for code in [
        Up,
        Down,
        Left,
        Right,
        PageUp,
        PageDown,
        Home,
        End,
        Enter,
        Esc,
        Backspace,
        Tab,
        F(1),
    ] {
        for context in [Context::Connections, Context::Log] {
            assert!(find(context, &press(code, none)).is_some(), "{code:?}");
        }
    }
}

#[test]
fn no_line_of_the_table_hides_another() {
    for context in Context::ALL {
        let mut seen: Vec<Key> = Vec::new();
        for key in BINDINGS
            .iter()
            .filter(|binding| binding.applies(context))
            .flat_map(|binding| binding.keys)
        {
            assert!(!seen.contains(key), "{key:?} twice in {context:?}");
            seen.push(*key);
        }
    }
}

#[test]
fn the_readme_s_list_has_every_line() {
    let list = markdown();
    assert_eq!(list.lines().count(), BINDINGS.len() + 2);
    assert!(list.contains("| `k` `↑` | everywhere | up |"));
}
