//! Which columns are left out, and how wide the others are.

use super::*;

fn column(width: usize, least: usize) -> ColumnWidth {
    ColumnWidth {
        width,
        least,
        is_empty: false,
        priority: 0,
    }
}

#[test]
fn the_widest_get_narrower_before_any_is_left_out() {
    let columns = [column(19, 19), column(30, 10), column(40, 10)];
    let fitted = |room| lay_out(&columns, room).0;
    assert_eq!(fitted(200), [Some(19), Some(30), Some(40)]);
    assert_eq!(fitted(83), [Some(19), Some(30), Some(30)]);
    assert_eq!(fitted(43), [Some(19), Some(10), Some(10)]);
    assert_eq!(fitted(42), [Some(19), Some(21), None]);
    // However narrow the terminal is, one stays.
    assert_eq!(fitted(3), [Some(19), None, None]);
}

#[test]
fn empty_columns_are_left_out_first_then_by_priority() {
    let mut columns = [column(19, 19), column(9, 9), column(10, 10), column(10, 10)];
    columns[1].priority = 2;
    columns[0].priority = 1;
    assert_eq!(
        lay_out(&columns, 45).0,
        [Some(19), None, Some(10), Some(10)]
    );
    columns[2].is_empty = true;
    assert_eq!(lay_out(&columns, 45).0, [Some(19), Some(9), None, Some(10)]);
    assert_eq!(lay_out(&columns, 35).0, [Some(19), None, None, Some(10)]);
    assert_eq!(lay_out(&columns, 25).0, [None, None, None, Some(10)]);
}
