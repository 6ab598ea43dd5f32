use super::*;

#[test]
fn threads_share_the_places_without_gaps() {
    for len in [0, 1, 63, 64, 65, SHARED - 1, SHARED, SHARED + 77] {
        let odd = |at: usize| at % 3 == 1;
        assert_eq!(
            BitSet::of_numbers(len, odd).words,
            BitSet::of(0..len, len, odd).words,
            "{len}"
        );
        assert_eq!(BitSet::none(len).not().words, BitSet::all(len).words);
    }
}
