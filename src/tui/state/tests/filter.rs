//! The filter bar: each key, completions, words in the log.

use super::*;

#[test]
fn a_search_of_the_log_shows_what_it_has_found_so_far() {
    let mut desk = desk();
    desk.key(KeyCode::Char('/'));
    for c in "\"relay access\"".chars() {
        desk.key(KeyCode::Char(c));
    }
    desk.settle();
    assert!(desk.body().contains("5633"), "the rows before stay");
    let (filter, mut hits) = desk.search.take().unwrap();
    let (go_on, until) = (AtomicBool::new(false), Instant::now());
    let reach = hits.advance(
        filter.texts(),
        &desk.sources,
        &go_on,
        Some(until),
        &mut |_| {},
    );
    assert_eq!(reach.unwrap(), SearchProgress::Paused);
    desk.does(Action::Answer(Answer::Partial(
        filter.text().to_owned(),
        hits.clone(),
    )));
    desk.settle();
    assert!(desk.body().contains("5640") && !desk.body().contains("5633"));
    assert!(desk.screen().contains("searching"), "{}", desk.screen());
    desk.does(Action::Answer(Answer::Hits(
        filter.text().to_owned(),
        Ok(hits),
    )));
    desk.settle();
    assert!(!desk.screen().contains("searching"));
    assert!(desk.body().contains("5640"));
}

#[test]
fn every_keystroke_of_the_filter_applies_and_escape_drops_the_change() {
    let mut desk = desk();
    desk.filter("dcid:5640");
    assert!(
        desk.body().contains("5640") && !desk.body().contains("5633"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("filter dcid:5640"));
    desk.types("/");
    desk.key(KeyCode::Backspace);
    assert!(
        desk.screen().contains("/ dcid:564"),
        "comes back with its text:\n{}",
        desk.screen()
    );
    assert!(!desk.body().contains("5640"));
    desk.key(KeyCode::Esc);
    assert!(desk.body().contains("5640"), "{}", desk.screen());
    desk.key(KeyCode::Esc);
    assert!(
        desk.body().contains("5633"),
        "Esc in the list takes the filter away"
    );
}

#[test]
fn a_filter_that_cannot_be_read_says_so_and_the_list_stays() {
    let mut desk = desk();
    desk.filter("icid:450");
    desk.types("/");
    desk.types(" usr:x");
    let screen = desk.screen();
    assert!(screen.contains("unknown field"), "{screen}");
    assert!(desk.body().contains("ICID 450") && !desk.body().contains("ICID 451"));
    desk.key(KeyCode::Enter);
    assert!(
        desk.app.prompts.open.is_some(),
        "Enter does not keep what cannot be read"
    );
}

#[test]
fn words_are_looked_for_in_the_log_and_again_when_it_grows() {
    let mut desk = desk();
    desk.types("/\"relay access denied\"");
    assert!(desk.screen().contains("searching"), "{}", desk.screen());
    assert!(
        desk.body().contains("ICID 450"),
        "the rows stay until there is an answer"
    );
    desk.pause();
    assert!(
        desk.body().contains("5640") && !desk.body().contains("ICID 450"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Enter);
    desk.now += Duration::from_secs(3600);
    desk.grow("Wed Apr 22 12:00:00 2009 Info: New SMTP DCID 5700 interface 172.16.155.16 address 192.0.2.1 port 25\n\
               Wed Apr 22 12:00:01 2009 Info: Bounced: DCID 5700 MID 448 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 Relay access denied'])\n");
    for _ in 0..3 {
        desk.pause();
        desk.now += Duration::from_secs(3600);
    }
    assert!(
        desk.body().contains("5700") && desk.body().contains("5640"),
        "{}",
        desk.screen()
    );
}

#[test]
fn completions_are_shown_and_taken() {
    let mut desk = desk();
    desk.types("/user:ir");
    assert!(desk.screen().contains("ironport ("), "{}", desk.screen());
    desk.key(KeyCode::Tab);
    desk.key(KeyCode::Enter);
    assert_eq!(desk.app.filter.kept, "user:ironport");
    assert!(desk.body().contains("ICID 451") && !desk.body().contains("DCID"));
}

#[test]
fn keys_filter_by_the_selected_record_s_values() {
    let mut desk = desk();
    for (key, text) in [
        ('i', "icid:451"),
        ('u', "user:ironport"),
        ('p', "profile:IncomingAuthentication"),
        ('d', "dcid:"),
    ] {
        desk.types(&key.to_string());
        assert!(
            desk.screen().contains(&format!("/ {text}")),
            "{}",
            desk.screen()
        );
        desk.key(KeyCode::Esc);
    }
    // Beside the time: the age has no value to filter by, the id has.
    desk.types("ll+");
    assert_eq!(desk.app.filter.kept, "icid:451");
    desk.key(KeyCode::Esc);
    desk.types("-");
    assert!(!desk.body().contains("ICID 451"), "{}", desk.screen());
}

#[test]
fn what_was_typed_before_comes_back() {
    let mut desk = desk();
    desk.filter("icid:450");
    desk.filter("dcid:5640");
    desk.types("/");
    desk.key(KeyCode::Up);
    desk.key(KeyCode::Up);
    assert!(
        desk.screen().contains("/ icid:450") && desk.body().contains("ICID 450"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Down);
    assert!(desk.screen().contains("/ dcid:5640"), "{}", desk.screen());
}

#[test]
fn a_paste_is_one_line_of_the_filter() {
    let mut desk = desk();
    desk.types("/");
    desk.does(Action::Paste("icid:450\n".repeat(100_000)));
    assert!(
        desk.app
            .prompts
            .open
            .as_ref()
            .is_some_and(|prompt| prompt.line.text().len() <= 4096)
    );
    desk.does(Action::Paste("ignored".into()));
}
