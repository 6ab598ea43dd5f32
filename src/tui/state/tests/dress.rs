//! What reaches the cells of any terminal: sizes, colours, symbols, hostile text.

use super::*;

#[test]
fn no_size_is_too_odd() {
    let mut desk = desk();
    for view in [
        "1", "2", "3", "4", "5", "6", "1\n", "4\n", "4b\n", "T", "7", "?",
    ] {
        for c in view.chars() {
            desk.key(if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            });
        }
        for width in 0..=40 {
            for height in 0..=20 {
                desk.does(Action::Resize(width, height));
                let _ = desk.buffer();
            }
        }
        for (width, height) in [(50, 9), (51, 10), (79, 12), (300, 100), (65, 200)] {
            desk.does(Action::Resize(width, height));
            let _ = desk.buffer();
        }
    }
    desk.does(Action::Resize(20, 5));
    assert!(desk.screen().contains("too small"));
}

#[test]
fn without_colour_words_and_symbols_say_the_same() {
    let mut desk = desk();
    desk.theme = Theme::new(Color::Never, Symbols::Unicode, &Palette::default());
    for keys in ["", "/us", "?", "2", "3", "4", "5", "6", "7", "T"] {
        desk.types(keys);
        let buffer = desk.buffer();
        assert!(
            buffer
                .content
                .iter()
                .all(|cell| cell.fg == Colour::Reset && cell.bg == Colour::Reset),
            "{keys}"
        );
        desk.key(KeyCode::Esc);
    }
    desk.types("1");
    assert!(desk.body().contains("✗ failed"));
    assert!(desk.row_of("▸").is_some(), "the selection is seen");
}

#[test]
fn the_selected_row_is_reversed_from_edge_to_edge() {
    let mut desk = desk();
    desk.types("j");
    let row = u16::try_from(desk.row_of("▸").unwrap()).unwrap();
    let buffer = desk.buffer();
    for column in 0..80 {
        let cell = &buffer[(column, row)];
        assert!(
            cell.modifier.contains(Modifier::REVERSED),
            "column {column}"
        );
    }
    assert!(!buffer[(10, row + 1)].modifier.contains(Modifier::REVERSED));
}

#[test]
fn failed_is_red_and_ok_is_green_where_colour_is_wanted() {
    let mut desk = desk();
    // The selected row has one look of its own.
    desk.types("j");
    assert_eq!(desk.colour_of("✗ failed"), Colour::Red);
    desk.types("jj");
    assert_eq!(desk.colour_of("✓ ok"), Colour::Green);
}

#[test]
fn hostile_text_never_reaches_a_cell() {
    let evil = "Wed Apr 22 12:00:00 2009 Info: SMTP Auth: (ICID 451) failed for user: \x1b]0;OWNED\x07\x1b[2J\u{202e}gnp\u{200b}\u{9b}31m\u{e0041}\u{feff} using AUTH mechanism: PLAIN with profile: X\u{2066}\n";
    let marks = format!(
        "Wed Apr 22 12:00:01 2009 Info: MID 448 Subject 'a{}'\n",
        "\u{301}".repeat(5000)
    );
    let mut desk = Harness::new(&format!("{LOG}{evil}{marks}"), 160, 45);
    for keys in [
        "", "2", "3", "4", "4\n", "5", "6", "7", "1", "1\n", "u", "?",
    ] {
        for c in keys.chars() {
            desk.key(if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            });
        }
        for cell in &desk.buffer().content {
            assert!(
                !cell.symbol().chars().any(crate::safe::is_control_like),
                "{:?}",
                cell.symbol()
            );
            assert!(cell.symbol().len() <= 32);
        }
    }
}

#[test]
fn a_terminal_without_unicode_gets_ascii_only() {
    let mut desk = desk();
    desk.theme = Theme::new(Color::Always, Symbols::Ascii, &Palette::default());
    assert!(desk.screen().is_ascii(), "{}", desk.screen());
    assert!(
        desk.screen().contains("x failed") && desk.screen().contains("+ ok"),
        "{}",
        desk.screen()
    );
}
