//! The hash index finds what a hash map finds.

use std::collections::HashMap;

use super::*;

proptest::proptest! {
    #[test]
    fn every_text_is_found_by_its_hash_and_no_other(
        // Few hashes, so that they collide.
        texts in proptest::collection::btree_set("[a-c]{0,4}", 0..60),
        unknown in "[d-f]{0,4}",
        hashes in 1u32..20,
    ) {
        let texts: Vec<String> = texts.into_iter().collect();
        let weak = |text: &str| hash(text.as_bytes()) % hashes;
        let (mut index, mut model) = (HashIndex::default(), HashMap::new());
        for (number, text) in texts.iter().enumerate() {
            index.insert(weak(text), number);
            model.insert(text, number);
        }
        for text in texts.iter().chain([&unknown]) {
            let found = index.find(weak(text), |number| texts[number] == *text);
            assert_eq!(found, model.get(text).copied());
        }
        let odd = index.renumbered(|number| (number % 2 == 1).then_some(number * 10));
        for (number, text) in texts.iter().enumerate() {
            let found = odd.find(weak(text), |known| known == number * 10);
            assert_eq!(found, (number % 2 == 1).then_some(number * 10));
        }
    }
}
