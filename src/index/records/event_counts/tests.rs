//! Counts of unknown entries by shape.

use super::*;
use crate::position::SourceId;

fn unknown(counts: &mut EventCounts, number: u64, text: &str) {
    let position = Position::new(SourceId::new(0), number);
    let time = Timestamp::from_seconds(1_772_438_400 + number as i64);
    counts.add_unknown(text.as_bytes(), position, time);
}

#[test]
fn unknown_entries_of_one_shape_share_a_sample() {
    let mut counts = EventCounts::default();
    unknown(&mut counts, 0, "Engine 12 restarted");
    unknown(&mut counts, 1, "Disk quota exceeded");
    unknown(&mut counts, 2, "Engine 15 restarted");
    let shapes = counts.unknown();
    let samples = shapes.iter().map(|shape| shape.sample.as_slice());
    let expected: [&[u8]; 2] = [b"Engine 12 restarted", b"Disk quota exceeded"];
    assert!(samples.eq(expected));
    let tally = shapes[0].tally;
    assert_eq!((tally.count, shapes[0].position.offset()), (2, 0));
    let seconds = |time: Option<Timestamp>| time.unwrap().seconds();
    assert_eq!(seconds(tally.last) - seconds(tally.first), 2);
    assert_eq!(counts.other_unknown(), Count::default());
}

#[test]
fn shapes_and_samples_of_strangers_are_bounded() {
    let mut counts = EventCounts::default();
    let word = |number: usize| ["a", "b", "c", "d", "e", "f", "g"][number];
    for n in 0..343 {
        let text = format!(
            "{} {} {} {}",
            word(n / 49),
            word(n / 7 % 7),
            word(n % 7),
            "x".repeat(500)
        );
        unknown(&mut counts, n as u64, &text);
    }
    assert_eq!(counts.unknown().len(), MOST_SHAPES);
    assert_eq!(counts.other_unknown().count as usize, 343 - MOST_SHAPES);
    assert!(
        counts
            .unknown()
            .iter()
            .all(|shape| shape.sample.len() <= SAMPLE)
    );
}

#[test]
fn counts_of_batches_add_up_in_their_order() {
    let at = |seconds: i64| Timestamp::from_seconds(1_772_438_400 + seconds);
    let mut counts = EventCounts::default();
    for times in [[at(0), None], [at(5), at(9)]] {
        let mut batch = KindCounts::default();
        times
            .into_iter()
            .for_each(|time| batch.add(EventKind::Unknown, time));
        counts.add(&batch);
    }
    let expected = Count {
        count: 4,
        first: at(0),
        last: at(9),
    };
    assert_eq!(counts.of(EventKind::Unknown), expected);
    assert_eq!(counts.kinds(), [(EventKind::Unknown, expected)]);
}
