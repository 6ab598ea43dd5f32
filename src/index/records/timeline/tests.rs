//! No outcome is lost when slots grow.

use super::*;

proptest::proptest! {
    #[test]
    fn nothing_is_lost_whatever_the_times(times in proptest::collection::vec(1i64..4_291_747_199, 1..200)) {
        let mut line = Timeline::default();
        for time in &times {
            line.add(Timestamp::from_seconds(*time).unwrap(), TimelineEvent::Failed);
            assert!(line.slots.len() <= MOST);
        }
        let (from, to) = (*times.iter().min().unwrap(), *times.iter().max().unwrap() + 1);
        let strip = line.strip(from, to, 80);
        assert_eq!(strip.iter().map(|slot| slot.failed as usize).sum::<usize>(), times.len());
    }
}
