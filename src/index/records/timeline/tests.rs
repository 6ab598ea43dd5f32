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

#[test]
fn a_strip_counts_each_part_of_the_time() {
    let mut line = Timeline::default();
    let at = |seconds: i64| Timestamp::from_seconds(1_000_000 + seconds).unwrap();
    for (seconds, outcome) in [
        (0, TimelineEvent::Succeeded),
        (9, TimelineEvent::Failed),
        (10, TimelineEvent::Failed),
        (25, TimelineEvent::Succeeded),
        // A relay may deliver an older line later.
        (-5, TimelineEvent::Failed),
    ] {
        line.add(at(seconds), outcome);
    }
    let counts = |from: i64, to: i64, columns| -> Vec<(u32, u32)> {
        let strip = line.strip(1_000_000 + from, 1_000_000 + to, columns);
        strip
            .iter()
            .map(|slot| (slot.succeeded, slot.failed))
            .collect()
    };
    assert_eq!(counts(0, 30, 3), [(1, 1), (0, 1), (1, 0)]);
    assert_eq!(counts(-10, 30, 1), [(2, 3)]);
    assert_eq!(counts(100, 130, 2), [(0, 0), (0, 0)]);
    assert_eq!(counts(0, 30, 0), []);
}
