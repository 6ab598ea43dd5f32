//! Id maps find the newest record of each id, as a hash map does.

use super::*;
use crate::index::store::column::RecordId;
use std::collections::HashMap as Model;

type Id = RecordId<()>;

proptest::proptest! {
    #[test]
    fn the_newest_record_of_every_id_is_found(ids in proptest::collection::vec(
        proptest::prop_oneof![0u64..300, 70_000u64..70_300, proptest::num::u64::ANY], 0..120)
    ) {
        let (mut map, mut model) = (IdMap::default(), Model::new());
        for (record, id) in ids.iter().enumerate() {
            map.set(*id, Id::new(record));
            model.insert(*id, Id::new(record));
            for id in &ids {
                assert_eq!(map.get(*id), model.get(id).copied());
            }
        }
    }

    #[test]
    fn an_evicted_record_is_not_found_and_no_older_one_instead(
        steps in proptest::collection::vec((
            proptest::prop_oneof![0u64..20_000, 60_000u64..90_000, proptest::num::u64::ANY],
            proptest::option::of(0usize..40),
        ), 0..120)
    ) {
        let (mut map, mut model) = (IdMap::default(), Model::new());
        let mut all = Vec::new();
        for (record, (id, evicted)) in steps.into_iter().enumerate() {
            let record = Id::new(record);
            map.set(id, record);
            model.insert(id, record);
            all.push((id, record));
            if let Some(at) = evicted.filter(|at| *at < all.len()) {
                let (id, record) = all.remove(at);
                map.remove(id, record);
                if model.get(&id) == Some(&record) {
                    model.remove(&id);
                }
                map.trim();
            }
            // Records are evicted in any order here: an older one of an id is never found for a
            // newer one.
            for (id, _) in &all {
                let found = map.get(*id);
                assert!(found.is_none() || all.contains(&(*id, found.unwrap())));
                assert!(model.get(id).is_none_or(|newest| found == Some(*newest)));
            }
        }
    }
}
