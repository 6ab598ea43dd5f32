//! Integer columns keep the values of a plain list.

use super::*;
use crate::index::store::live_set::LiveSet;

/// Numbers of every size class, so that pages get every width and are encoded again.
fn number() -> impl proptest::strategy::Strategy<Value = u64> {
    proptest::prop_oneof![
        0u64..300,
        70_000u64..70_300,
        1u64 << 40..(1 << 40) + 99,
        proptest::num::u64::ANY
    ]
}

proptest::proptest! {
    #[test]
    fn a_column_equals_a_vector(
        steps in proptest::collection::vec((0usize..3 * PAGE, number()), 0..200),
        first in 0usize..2 * PAGE,
        late in proptest::collection::vec((0usize..3 * PAGE, number()), 0..20),
    ) {
        let mut column = IntColumn::<u64>::default();
        let mut model: Vec<u64> = (0..3 * PAGE as u64).map(|at| at * 3).collect();
        model.iter().for_each(|value| column.push(*value));
        for (at, value) in steps {
            column.set(at, value);
            model[at] = value;
            assert_eq!(column.get(at), value);
        }
        assert!(column.iter().eq(model.iter().copied()));

        let kept = LiveSet::new((0..first as u32).filter(|number| number % 5 == 0).collect(), first);
        column.evict(&kept);
        for (at, value) in late {
            column.update(at, |known| Some(known ^ value));
            model[at] ^= value;
        }
        let live = |at: &usize| kept.rank(*at).is_some();
        let expected = || (0..model.len()).filter(live).map(|at| model[at]);
        assert!(column.iter().eq(expected()));
        assert!(column.map(|value| value / 2).iter().eq(expected().map(|value| value / 2)));
    }

    #[test]
    fn values_keep_their_codes(number in number(), at in 0usize..1 << 31) {
        fn check<T: IntCode + PartialEq + std::fmt::Debug>(value: T) {
            assert_eq!(T::from_code(value.to_code()), value);
            assert_eq!(T::BLANK.to_code(), 0);
        }
        check(number);
        check(Some(number.min(u64::MAX - 1)));
        check(number as u32);
        check(Some(number as u32));
        check(Some(RecordId::<()>::new(at)));
        check(RecordId::<()>::new(at));
        check(Position::from_raw(number));
        check(Timestamp::from_raw(number as u32));
    }
}

#[test]
fn numbers_near_each_other_take_two_bytes_wherever_they_lie() {
    let mut column = IntColumn::<u64>::default();
    (0..40 * PAGE as u64).for_each(|at| column.push((1 << 50) + 12 * at));
    assert!(column.bytes() < 41 * PAGE * 2 + 1000, "{}", column.bytes());
}

#[test]
fn a_number_that_alternates_has_its_page_encoded_few_times() {
    let mut page = IntPage::new(1);
    for turn in 0..1000u64 {
        page.set_code(7, 1 + turn % 2 * (1 << 20));
        assert_eq!(page.code(7), 1 + turn % 2 * (1 << 20));
    }
    assert!(page.repacks < 20, "{}", page.repacks);
}
