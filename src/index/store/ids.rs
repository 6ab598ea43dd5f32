//! From the appliance's ids to records.
//!
//! Ids are counters, so the newest record of an id stands in an array at the id's distance from the array's first.
//! An id far from every array (another machine's counter, one that was reset, a mistyped line) opens an array of its
//! own; when there are too many of those it goes to a map.

use hashbrown::HashMap;

use crate::index::store::column::{make_room, map_bytes};

/// So many ids below its first one that lead to no record are given back by an array at once.
const LEAST_TRIM: usize = 4096;
/// Ids at most this far beyond an array's end still extend it.
const REACH: u64 = 1 << 16;
const MOST_RUNS: usize = 16;

#[derive(Debug)]
struct IdRange<T> {
    base: u64,
    records: Vec<Option<T>>,
}

impl<T> IdRange<T> {
    fn clear(&mut self, id: u64) {
        let at = id.checked_sub(self.base);
        let at = at.and_then(|at| usize::try_from(at).ok());
        if let Some(known) = at.and_then(|at| self.records.get_mut(at)) {
            *known = None;
        }
    }
}

/// The newest record of each id.
#[derive(Debug)]
pub struct IdMap<T> {
    runs: Vec<IdRange<T>>,
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

impl<T: Copy + PartialEq> IdMap<T> {
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
                    make_room(&mut run.records, at + 1);
                    run.records.resize(at + 1, None);
                }
                run.records[at] = Some(record);
                if !self.others.is_empty() {
                    self.others.remove(&id);
                }
                return;
            }
        }
        if self.runs.len() < MOST_RUNS {
            // A few ids below the first one seen may still come: lines are not in the order of ids.
            let base = id.saturating_sub(64);
            let mut records = vec![None; usize::try_from(id - base).unwrap_or(0)];
            records.push(Some(record));
            self.runs.push(IdRange { base, records });
        } else {
            self.others.insert(id, record);
        }
    }

    /// The record retires: the id leads to it no longer.
    pub fn remove(&mut self, id: u64, record: T) {
        for run in &mut self.runs {
            let at = id.checked_sub(run.base);
            let at = at.and_then(|at| usize::try_from(at).ok());
            if let Some(known) = at.and_then(|at| run.records.get_mut(at))
                && *known == Some(record)
            {
                *known = None;
            }
        }
        if self.others.get(&id) == Some(&record) {
            self.others.remove(&id);
        }
    }

    /// Gives back the room of ids that lead to no record, where there is much of it: records that are kept alone among
    /// older ones move to the map.
    pub fn trim(&mut self) {
        let mut alone = Vec::new();
        for run in &mut self.runs {
            let half = run.records.len() / 2;
            let (older, newer) = run.records.split_at(half);
            let kept = older.iter().filter(|record| record.is_some()).count();
            if kept == 0 && newer.iter().all(Option::is_none) {
                run.records = Vec::new();
            } else if half >= LEAST_TRIM && kept <= half / 8 {
                let few = (run.base..).zip(run.records.drain(..half));
                alone.extend(few.filter_map(|(id, record)| Some((id, record?))));
                run.base += half as u64;
                run.records.shrink_to(half + half / 2);
            }
        }
        self.runs.retain(|run| !run.records.is_empty());
        for (id, record) in alone {
            // An older record may stand in a run that began within the reach of this one.
            self.runs.iter_mut().for_each(|run| run.clear(id));
            self.others.insert(id, record);
        }
        if self.others.len() < self.others.capacity() / 4 {
            self.others.shrink_to_fit();
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        let runs: usize = self.runs.iter().map(|run| run.records.capacity()).sum();
        runs * size_of::<Option<T>>() + map_bytes(&self.others)
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

        #[test]
        fn a_record_that_retired_is_found_no_more_and_no_older_one_instead(
            steps in proptest::collection::vec((
                proptest::prop_oneof![0u64..20_000, 60_000u64..90_000, proptest::num::u64::ANY],
                proptest::option::of(0usize..40),
            ), 0..120)
        ) {
            let (mut map, mut model) = (IdMap::default(), Model::new());
            let mut all = Vec::new();
            for (record, (id, retired)) in steps.into_iter().enumerate() {
                let record = crate::index::ConnectionId::new(record);
                map.set(id, record);
                model.insert(id, record);
                all.push((id, record));
                if let Some(at) = retired.filter(|at| *at < all.len()) {
                    let (id, record) = all.remove(at);
                    map.remove(id, record);
                    if model.get(&id) == Some(&record) {
                        model.remove(&id);
                    }
                    map.trim();
                }
                // As they retire at last: an older record of an id goes before a newer one.
                for (id, _) in &all {
                    let found = map.get(*id);
                    assert!(found.is_none() || all.contains(&(*id, found.unwrap())));
                    assert!(model.get(id).is_none_or(|newest| found == Some(*newest)));
                }
            }
        }
    }
}
