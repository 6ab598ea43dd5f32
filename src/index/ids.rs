//! From the appliance's ids to records.
//!
//! Ids are counters, so the newest record of an id stands in an array at the id's distance from the array's first.
//! An id far from every array (another machine's counter, one that was reset, a mistyped line) opens an array of its
//! own; when there are too many of those it goes to a map.

use hashbrown::HashMap;

/// Ids at most this far beyond an array's end still extend it.
const REACH: u64 = 1 << 16;
const MOST_RUNS: usize = 16;

#[derive(Debug)]
struct Run<T> {
    base: u64,
    records: Vec<Option<T>>,
}

/// The newest record of each id.
#[derive(Debug)]
pub struct IdMap<T> {
    runs: Vec<Run<T>>,
    others: HashMap<u64, T, foldhash::fast::RandomState>,
}

impl<T> Default for IdMap<T> {
    fn default() -> Self {
        Self {
            runs: Vec::new(),
            others: HashMap::default(),
        }
    }
}

impl<T: Copy> IdMap<T> {
    /// The newest record of the id.
    #[inline]
    pub fn get(&self, id: u64) -> Option<T> {
        for run in &self.runs {
            let at = id
                .checked_sub(run.base)
                .and_then(|at| usize::try_from(at).ok());
            if let Some(Some(record)) = at.and_then(|at| run.records.get(at)) {
                return Some(*record);
            }
        }
        if self.others.is_empty() {
            None
        } else {
            self.others.get(&id).copied()
        }
    }

    /// Makes `record` the newest of the id.
    pub fn set(&mut self, id: u64, record: T) {
        for run in &mut self.runs {
            let Some(at) = id.checked_sub(run.base) else {
                continue;
            };
            if at < run.records.len() as u64 + REACH {
                let at = usize::try_from(at).unwrap_or(0);
                if at >= run.records.len() {
                    run.records.resize(at + 1, None);
                }
                run.records[at] = Some(record);
                return;
            }
        }
        if self.runs.len() < MOST_RUNS {
            // A few ids below the first one seen may still come: lines are not in the order of ids.
            let base = id.saturating_sub(64);
            let mut records = vec![None; usize::try_from(id - base).unwrap_or(0)];
            records.push(Some(record));
            self.runs.push(Run { base, records });
        } else {
            self.others.insert(id, record);
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        let runs: usize = self.runs.iter().map(|run| run.records.capacity()).sum();
        runs * size_of::<Option<T>>() + self.others.capacity() * (8 + size_of::<T>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap as Model;

    proptest::proptest! {
        #[test]
        fn the_newest_record_of_every_id_is_found(ids in proptest::collection::vec(
            proptest::prop_oneof![0u64..300, 70_000u64..70_300, proptest::num::u64::ANY], 0..120)
        ) {
            let (mut map, mut model) = (IdMap::default(), Model::new());
            for (record, id) in ids.iter().enumerate() {
                map.set(*id, crate::index::ConnectionId::new(record));
                model.insert(*id, crate::index::ConnectionId::new(record));
                for id in &ids {
                    assert_eq!(map.get(*id), model.get(id).copied());
                }
            }
        }
    }
}
