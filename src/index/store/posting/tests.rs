//! Posting lists hold the records of each name, as a filter over all records finds them.

use super::*;

type Id = RecordId<()>;

proptest::proptest! {
    #[test]
    fn a_list_equals_a_filter_over_the_column(
        // The name of each record; half of them get it after later records were appended.
        names in proptest::collection::vec((0usize..6, proptest::bool::ANY), 1..60),
        first in 0usize..60,
    ) {
        let mut list = PostingList::<()>::default();
        let mut column = PagedColumn::<Option<Symbol>>::default();
        let name = |number: usize| Some(Symbol::new(number)).filter(|_| number > 0);
        let late: Vec<usize> = (0..names.len()).filter(|at| names[*at].1).collect();
        for (number, is_late) in &names {
            column.push(name(*number));
            list.push(name(*number).filter(|_| !is_late));
        }
        for at in late {
            if let Some(name) = name(names[at].0) {
                list.link(Id::new(at), name);
            }
        }

        // Every third record below `first` stays.
        let first = first.min(names.len());
        let pinned: Vec<u32> = (0..first as u32).filter(|at| at % 3 == 0).collect();
        let live = LiveSet::new(pinned, first);
        for at in (0..first).filter(|at| live.rank(*at).is_none()) {
            if let Some(name) = name(names[at].0) {
                list.remove_one(name);
            }
        }
        list.evict(&live);
        column.evict(&live);
        for name in (1..6).map(Symbol::new) {
            let expected = (0..names.len()).rev().filter(|at| {
                live.rank(*at).is_some() && names[*at].0 == name.at()
            });
            let expected: Vec<Id> = expected.map(Id::new).collect();
            assert_eq!(list.records(name, &column).collect::<Vec<_>>(), expected);
            assert_eq!(list.count(name), expected.len());
            assert!(list.recent(name).all(|id| id.at() >= first));
        }
    }
}
