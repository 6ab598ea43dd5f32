//! Positions sort, saturate and measure distances.

use super::*;

#[test]
fn a_position_keeps_source_and_offset_and_sorts_in_reading_order() {
    let place = Position::new(SourceId::new(7), 1 << 41);
    assert_eq!(
        (place.source(), place.offset()),
        (SourceId::new(7), 1 << 41)
    );
    assert!(Position::new(SourceId::new(1), u64::MAX) < Position::new(SourceId::new(2), 0));
    assert_eq!(
        Position::new(SourceId::new(usize::MAX), u64::MAX).offset(),
        (1 << 42) - 1
    );
}
