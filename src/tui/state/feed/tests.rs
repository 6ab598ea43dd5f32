//! Phases of reading the log.

use super::*;

#[test]
fn reading_ends_in_following_or_at_the_end() {
    for (follow, phase, pins) in [
        (Follow::Live, Feed::Following, true),
        (Follow::Once, Feed::Ended, false),
    ] {
        let mut feed = FeedState::new("mail.current", follow);
        assert!(feed.is_loading());
        assert!(feed.caught_up(), "the first time");
        assert!(!feed.caught_up(), "only the first time");
        assert_eq!((&feed.phase, feed.is_followed()), (&phase, pins));
    }
}

#[test]
fn growth_updates_the_progress_of_loading_and_the_bytes_behind() {
    let mut feed = FeedState::new("mail.current", Follow::Live);
    let progress = ReadProgress {
        read: 40,
        total: 100,
    };
    feed.grew(progress, Some(7));
    assert_eq!(feed.phase, Feed::Loading(progress));
    assert_eq!((feed.behind, feed.rate), (60, Some(7)));
    feed.caught_up();
    feed.grew(
        ReadProgress {
            read: 120,
            total: 100,
        },
        None,
    );
    assert_eq!(feed.phase, Feed::Following);
    assert_eq!((feed.behind, feed.rate), (0, None));
}
