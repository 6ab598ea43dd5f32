//! A moment chosen on the time strip.

use super::*;

#[test]
fn a_moment_on_the_strip_shows_who_was_connected_then() {
    for (width, height) in [(80, 24), (200, 50), (60, 12)] {
        let mut desk = Harness::new(LOG, width, height);
        desk.types("T");
        assert!(
            desk.screen().contains("at 2009-04-22 11:47:30"),
            "{}",
            desk.screen()
        );
        assert!(desk.screen().contains('▲'), "{}", desk.screen());
        assert!(desk.body().contains("ICID 451") && !desk.body().contains("ICID 450"));
        let place = |desk: &Harness| {
            let screen = desk.screen();
            screen
                .lines()
                .find_map(|line| Some(line[..line.find('▲')?].chars().count()))
        };
        let before = place(&desk);
        let mut steps = 0;
        while !desk.body().contains("ICID 450") {
            desk.types("h");
            let nobody = desk.screen().contains("no connection was open then");
            assert_eq!(nobody, !desk.body().contains("CID 45"), "{}", desk.screen());
            steps += 1;
            assert!(steps < 40, "{}", desk.screen());
        }
        assert!(!desk.body().contains("ICID 451"), "{}", desk.screen());
        assert!(
            place(&desk) < before,
            "the mark goes with it:\n{}",
            desk.screen()
        );
        desk.key(KeyCode::Enter);
        assert!(
            desk.app.filter.kept.starts_with("at:"),
            "{}",
            desk.app.filter.kept
        );
        assert!(desk.body().contains("ICID 450") && desk.app.moment.is_none());
        desk.key(KeyCode::Esc);
        assert!(desk.app.filter.kept.is_empty());
        assert!(
            desk.body()
                .lines()
                .any(|line| line.starts_with('▸') && line.contains("ICID 451")),
            "Esc leads back to where it began:\n{}",
            desk.screen()
        );
    }
}

#[test]
fn a_moment_narrows_the_filter_and_escape_gives_it_up() {
    let mut desk = desk();
    desk.filter("dcid:5640 OR dcid:5633");
    desk.types("3T");
    assert_eq!(desk.app.view, View::Connections);
    desk.types("g");
    assert!(
        desk.body().contains("5633") && !desk.body().contains("5640"),
        "{}",
        desk.screen()
    );
    desk.types("e");
    assert!(
        desk.body().contains("5640") && !desk.body().contains("5633"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    assert_eq!(
        (desk.app.view, desk.app.filter.kept.as_str()),
        (View::Users, "dcid:5640 OR dcid:5633")
    );
    desk.types("1TG2");
    assert_eq!((desk.app.view, desk.app.moment), (View::Messages, None));
    assert_eq!(desk.app.filter.active.text(), "dcid:5640 OR dcid:5633");
}

#[test]
fn help_tells_the_keys_of_the_strip() {
    let mut desk = desk();
    desk.types("T?");
    assert!(
        desk.screen().contains("Keys: the timeline"),
        "{}",
        desk.screen()
    );
    desk.types("qq");
    assert!(desk.app.moment.is_none() && !desk.exited);
}
