//! From the appliance's ids to records.
//!
//! Ids are counters, so the newest record of an id is stored in an array, at the id's distance from
//! the array's first id. An id far from every array (of another machine's counter, one that was
//! reset, or a mistyped line) opens a new array; beyond [`MAX_RANGES`] of them it is stored in a
//! map.

use hashbrown::HashMap;

use super::column::make_room;
use crate::memory::map_bytes;

#[cfg(test)]
mod tests;

/// A range gives back its older half if that has at least so many ids.
const MIN_TRIM: usize = 4096;
/// Ids at most this far beyond an array's end still extend it.
const REACH: u64 = 1 << 16;
const MAX_RANGES: usize = 16;

#[derive(Debug)]
struct IdRange<T> {
    base: u64,
    records: Vec<Option<T>>,
}

impl<T: Copy> IdRange<T> {
    #[inline]
    fn get(&self, id: u64) -> Option<T> {
        let at = id.checked_sub(self.base)?;
        *self.records.get(usize::try_from(at).ok()?)?
    }

    fn get_mut(&mut self, id: u64) -> Option<&mut Option<T>> {
        let at = id.checked_sub(self.base)?;
        self.records.get_mut(usize::try_from(at).ok()?)
    }
}

/// The newest record of each id.
#[derive(Debug)]
pub(crate) struct IdMap<T> {
    ranges: Vec<IdRange<T>>,
    others: HashMap<u64, T, foldhash::fast::RandomState>,
}

impl<T> Default for IdMap<T> {
    fn default() -> Self {
        Self {
            ranges: Vec::new(),
            others: HashMap::default(),
        }
    }
}

impl<T: Copy + PartialEq> IdMap<T> {
    #[inline]
    pub(crate) fn get(&self, id: u64) -> Option<T> {
        for range in &self.ranges {
            if let Some(record) = range.get(id) {
                return Some(record);
            }
        }
        if self.others.is_empty() {
            None
        } else {
            self.others.get(&id).copied()
        }
    }

    /// Makes `record` the newest of the id.
    pub(crate) fn set(&mut self, id: u64, record: T) {
        for range in &mut self.ranges {
            let Some(at) = id.checked_sub(range.base) else {
                continue;
            };
            if at < range.records.len() as u64 + REACH {
                let at = usize::try_from(at).unwrap_or(0);
                if at >= range.records.len() {
                    make_room(&mut range.records, at + 1);
                    range.records.resize(at + 1, None);
                }
                range.records[at] = Some(record);
                if !self.others.is_empty() {
                    self.others.remove(&id);
                }
                return;
            }
        }
        if self.ranges.len() < MAX_RANGES {
            // A few ids below the first one may follow: lines are not in the order of ids.
            let base = id.saturating_sub(64);
            let mut records = vec![None; usize::try_from(id - base).unwrap_or(0)];
            records.push(Some(record));
            self.ranges.push(IdRange { base, records });
        } else {
            self.others.insert(id, record);
        }
    }

    /// Removes the id if `record` is its newest one.
    pub(crate) fn remove(&mut self, id: u64, record: T) {
        for range in &mut self.ranges {
            if let Some(known) = range.get_mut(id)
                && *known == Some(record)
            {
                *known = None;
            }
        }
        if self.others.get(&id) == Some(&record) {
            self.others.remove(&id);
        }
    }

    /// Frees ranges of ids without a record, if they are large. Single records among them move to
    /// the map.
    pub(crate) fn trim(&mut self) {
        let mut moved = Vec::new();
        for range in &mut self.ranges {
            let half = range.records.len() / 2;
            let (older, newer) = range.records.split_at(half);
            let kept = older.iter().filter(|record| record.is_some()).count();
            if kept == 0 && newer.iter().all(Option::is_none) {
                range.records = Vec::new();
            } else if half >= MIN_TRIM && kept <= half / 8 {
                let few = (range.base..).zip(range.records.drain(..half));
                moved.extend(few.filter_map(|(id, record)| Some((id, record?))));
                range.base += half as u64;
                range.records.shrink_to(half + half / 2);
            }
        }
        self.ranges.retain(|range| !range.records.is_empty());
        for (id, record) in moved {
            // A range that began within the reach of this one may hold an older record of the id.
            for known in self.ranges.iter_mut().filter_map(|range| range.get_mut(id)) {
                *known = None;
            }
            self.others.insert(id, record);
        }
        if self.others.len() < self.others.capacity() / 4 {
            self.others.shrink_to_fit();
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let ranges = self.ranges.iter().map(|range| range.records.capacity());
        ranges.sum::<usize>() * size_of::<Option<T>>() + map_bytes(&self.others)
    }
}
