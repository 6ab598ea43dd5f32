//! The index has the records of the oracle.

use proptest::prelude::*;

use crate::index::oracle::{Step, check};

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_has_the_records_of_the_oracle(steps in proptest::collection::vec(any::<Step>(), 0..120)) {
        check(&steps);
    }
}
