use super::*;

fn wish(width: usize, least: usize) -> ColumnWidth {
    ColumnWidth {
        width,
        least,
        is_empty: false,
    }
}

#[test]
fn the_widest_give_way_before_any_is_left_out() {
    let of = [wish(19, 19), wish(30, 10), wish(40, 10)];
    let fitted = |room| lay_out(&of, &[], room).0;
    assert_eq!(fitted(200), [Some(19), Some(30), Some(40)]);
    assert_eq!(fitted(83), [Some(19), Some(30), Some(30)]);
    assert_eq!(fitted(43), [Some(19), Some(10), Some(10)]);
    assert_eq!(fitted(42), [Some(19), Some(21), None]);
    // However narrow the terminal is, one stays.
    assert_eq!(fitted(3), [Some(19), None, None]);
}

#[test]
fn what_is_empty_and_what_matters_least_goes_first() {
    let mut of = [wish(19, 19), wish(9, 9), wish(10, 10), wish(10, 10)];
    assert_eq!(
        lay_out(&of, &[1], 45).0,
        [Some(19), None, Some(10), Some(10)]
    );
    of[2].is_empty = true;
    assert_eq!(
        lay_out(&of, &[1], 45).0,
        [Some(19), Some(9), None, Some(10)]
    );
    assert_eq!(lay_out(&of, &[1], 35).0, [Some(19), None, None, Some(10)]);
}
