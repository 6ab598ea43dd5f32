//! The index equals the naive model.

use proptest::prelude::*;

use crate::index::model::{Step, check};

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_holds_what_a_naive_join_holds(steps in proptest::collection::vec(any::<Step>(), 0..120)) {
        check(&steps);
    }
}
