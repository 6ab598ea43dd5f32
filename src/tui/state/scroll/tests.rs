//! Scrolling of lists.

use super::*;

#[test]
fn the_cursor_stays_in_the_list_and_on_the_screen() {
    // Steps, and the cursor and offset after them, in a list of 10 rows of which 4 are shown.
    for (steps, cursor, offset) in [
        (&[1isize][..], 1, 0),
        (&[4], 4, 1),
        (&[100], 9, 6),
        (&[100, -3], 6, 6),
        (&[100, -4], 5, 5),
        (&[5, -100], 0, 0),
    ] {
        let mut scroll = Scroll::default();
        for by in steps {
            scroll.step(*by, 10);
            scroll.settle(4, 10);
        }
        assert_eq!(
            (scroll.cursor, scroll.offset),
            (cursor, offset),
            "{steps:?}"
        );
    }
}

#[test]
fn a_list_that_shrinks_moves_the_cursor_and_leaves_no_room_below() {
    let (cursor, offset) = (9, 6);
    let mut scroll = Scroll {
        cursor,
        offset,
        sideways: 0,
    };
    scroll.settle(4, 5);
    assert_eq!((scroll.cursor, scroll.offset), (4, 4));
    scroll.fill(4, 5);
    assert_eq!(scroll.offset, 1);
    scroll.settle(4, 0);
    assert_eq!((scroll.cursor, scroll.offset), (0, 0));
}

#[test]
fn pages_overlap_by_a_row_and_are_never_empty() {
    assert_eq!(Motion::of(Command::PageDown, 20), Some(Motion::By(19)));
    assert_eq!(Motion::of(Command::HalfUp, 20), Some(Motion::By(-9)));
    assert_eq!(Motion::of(Command::PageDown, 0), Some(Motion::By(1)));
    assert_eq!(Motion::of(Command::HalfDown, 1), Some(Motion::By(1)));
    assert_eq!(Motion::of(Command::Sort, 20), None);
}
