//! When the next scan is due.

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_notification_brings_the_next_scan_forward_but_slow_scans_leave_time_for_reading() {
    let start = Instant::now();
    let mut schedule = Schedule::new(SECOND, start);
    assert!(!schedule.is_due(start));
    assert!(schedule.is_due(start + SECOND));
    schedule.wanted = true;
    assert!(schedule.is_due(start));
    // After a scan of 0.5 s, the next one by notification is due in 2 s, by the timer in 10 s.
    schedule.wanted = false;
    let end = start + SECOND / 2;
    schedule.scanned(start, end);
    assert_eq!(schedule.due(), end + 10 * SECOND);
    schedule.wanted = true;
    assert_eq!(schedule.due(), end + 2 * SECOND);
    assert!(!schedule.is_due(end + SECOND));
    assert!(schedule.is_due(end + 2 * SECOND));
}
