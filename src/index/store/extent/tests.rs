//! The spans of a record hold each of its lines and little else.

use super::*;
use crate::position::SourceId;

fn spans(lines: &[(usize, u64)]) -> Vec<(u64, u64)> {
    let at = |(source, offset): (usize, u64)| Position::new(SourceId::new(source), offset);
    let (mut runs, mut extents) = (Runs::default(), Extents::default());
    runs.push(at(lines[0]));
    lines
        .iter()
        .for_each(|line| runs.extend(&mut extents, 0, at(*line)));
    let spans = runs.spans(&extents, 0).into_iter();
    spans
        .map(|span| (span.first.offset(), span.last.offset()))
        .collect()
}

#[test]
fn lines_far_from_a_run_begin_a_new_one() {
    let far = u64::from(FAR);
    for (lines, expected) in [
        (vec![(0, 10)], vec![(10, 10)]),
        (vec![(0, 10), (0, 50), (0, 90)], vec![(10, 90)]),
        // A line of the same second that was written before, or between.
        (vec![(0, 50), (0, 10)], vec![(10, 50)]),
        (vec![(0, 10), (0, 90), (0, 50)], vec![(10, 90)]),
        // The distance counts from the run's last line.
        (vec![(0, 0), (0, far), (0, 2 * far)], vec![(0, 2 * far)]),
        (vec![(0, 0), (0, far + 1)], vec![(0, 0), (far + 1, far + 1)]),
        // Two sources are never one run, however near their offsets are.
        (vec![(0, 10), (1, 20)], vec![(10, 10), (20, 20)]),
        // A retried delivery, twice.
        (
            vec![(0, 0), (0, 5 * far), (0, 5 * far + 9), (0, 9 * far)],
            vec![(0, 0), (5 * far, 5 * far + 9), (9 * far, 9 * far)],
        ),
    ] {
        assert_eq!(spans(&lines), expected, "{lines:?}");
    }
}
