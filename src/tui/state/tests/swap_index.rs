//! The end of a large log is shown at once; then all of it is.

use super::*;

/// A desk with the last connections of the log, and one with all of it.
fn part_and_whole() -> (Harness, Harness) {
    let end = &LOG[LOG.find("Wed Apr 22 11:43:59").unwrap()..];
    let mut part = Harness::new(end, 80, 24);
    part.app.feed.phase = Feed::Loading(ReadProgress {
        read: 30,
        total: 100,
    });
    part.app.show_newest();
    (part, Harness::new(LOG, 80, 24))
}

/// All was read: what the interface does then.
fn turn(mut desk: Harness, whole: Harness) -> Harness {
    let effects = desk.app.show_whole(&desk.index, &whole.index);
    (desk.index, desk.sources, desk.log) = (whole.index, whole.sources, whole.log);
    desk.perform(effects);
    desk.does(Action::CaughtUp);
    desk.settle();
    desk
}

#[test]
fn the_end_of_the_log_is_said_to_be_no_more_than_that() {
    let (part, whole) = part_and_whole();
    let screen = part.screen();
    assert!(screen.contains("newest entries, loading 30 %"), "{screen}");
    assert!(screen.contains("ICID 450") && !screen.contains("DCID 5640"));
    let screen = turn(part, whole).screen();
    assert!(screen.contains("● following"), "{screen}");
    assert!(screen.contains("ICID 450") && screen.contains("DCID 5640"));
}

#[test]
fn what_was_selected_marked_and_opened_stays() {
    let (mut part, whole) = part_and_whole();
    part.types("jm");
    part.key(KeyCode::Enter);
    assert!(part.screen().contains("succeeded for user: ironport"));
    let mut desk = turn(part, whole);
    assert!(
        desk.screen().contains("succeeded for user: ironport"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    let selected = desk.app.current().map(|record| record.title(&desk.index));
    assert_eq!(selected.as_deref(), Some("ICID 450"));
    let marked = desk
        .app
        .records
        .marks
        .iter()
        .map(|record| record.title(&desk.index));
    assert_eq!(marked.collect::<Vec<_>>(), ["ICID 450"]);
}

#[test]
fn a_filter_holds_for_the_whole_log_then() {
    let (mut part, whole) = part_and_whole();
    part.filter("auth:failed");
    assert!(part.row_of("DCID 5640").is_none());
    let desk = turn(part, whole);
    assert!(desk.row_of("DCID 5640").is_some(), "{}", desk.screen());
    assert!(desk.row_of("ICID 450").is_none());
}
