//! Ranks and numbers of live records.

use super::*;

#[test]
fn ranks_and_numbers_are_inverse() {
    let ranks = Ranks::new(LiveSet::new(vec![2, 5, 6], 10), 13);
    let numbers: Vec<usize> = ranks.clone().numbers().collect();
    assert_eq!(numbers, [2, 5, 6, 10, 11, 12]);
    for (rank, number) in numbers.into_iter().enumerate() {
        assert_eq!(ranks.rank(number), Some(rank));
    }
    assert_eq!([0, 3, 9, 13].map(|number| ranks.rank(number)), [None; 4]);
}
