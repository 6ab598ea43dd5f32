use super::*;

#[test]
fn entries_add_up_and_what_a_block_lacks_stays_as_it_was() {
    let status = ParseStatus::default();
    let (first, second) = (SourceId::new(0), SourceId::new(1));
    status.record(first, 3, None, Some(b"esa01"));
    status.record(first, 2, None, None);
    status.record(second, 0, None, Some(b"esa\xff"));
    let all = status.all();
    assert_eq!(all[&first].entries, 5);
    assert_eq!(all[&first].appliance.as_deref(), Some("esa01"));
    assert_eq!(all[&second].appliance.as_deref(), Some("esa\u{fffd}"));
    status.retain(|source| source == second);
    assert_eq!(status.all().len(), 1);
}
