//! What people read for each kind of value.

use super::*;

/// Checks a function against a table of arguments and texts.
fn check<A: Copy + std::fmt::Debug>(write: impl Fn(A) -> String, table: &[(A, &str)]) {
    for (value, text) in table {
        assert_eq!(write(*value), *text, "{value:?}");
    }
}

#[test]
fn counts_have_separators() {
    let table = [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (1_126_409, "1,126,409"),
        (u64::MAX, "18,446,744,073,709,551,615"),
    ];
    check(|number: u64| grouped(number), &table);
}

#[test]
fn nouns_follow_their_number() {
    let table = [
        ((1, "message"), "1 message"),
        ((0, "message"), "0 messages"),
        ((1204, "message"), "1,204 messages"),
        ((1, "entry"), "1 entry"),
        ((2, "entry"), "2 entries"),
        ((2, "address"), "2 addresses"),
    ];
    check(|(number, noun)| plural(number, noun), &table);
}

#[test]
fn lists_name_how_many_they_leave_out() {
    let table = [
        ((3, 3), ""),
        ((5, 3), ""),
        ((3, 4), " and 1 more"),
        ((10, 1210), " and 1,200 more"),
    ];
    check(|(shown, all)| and_more(shown, all), &table);
}

#[test]
fn sizes_are_in_units_of_1024() {
    let table = [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (8 << 10, "8.0 KB"),
        (102_348, "99.9 KB"),
        (102_400, "100 KB"),
        ((1 << 20) - 1, "1.0 MB"),
        (31 << 20, "31.0 MB"),
        (5 << 30, "5.0 GB"),
        (1 << 40, "1.0 TB"),
        (5000 << 40, "5000 TB"),
    ];
    check(size, &table);
    for bits in 0..50 {
        for bytes in [(1 << bits) - 1, 1 << bits, 3 << bits, 1000 << bits] {
            let text = size(bytes);
            assert!(bytes >= 1000 << 40 || text.len() <= 7, "{text}");
        }
    }
}

#[test]
fn durations_have_two_figures() {
    let table = [
        (0, "0 s"),
        (59, "59 s"),
        (185, "3 min 5 s"),
        (7440, "2 h 4 min"),
        (86_399, "23 h 59 min"),
        (684_449, "7 d 22 h"),
    ];
    check(duration, &table);
}

#[test]
fn ages_take_six_columns() {
    let table = [
        (3, "3 s"),
        (133, "2m 13"),
        (600, "10 m"),
        (3900, "1h 05"),
        (86_399, "23h 59"),
        (3 * 86_400, "3 d"),
    ];
    check(age, &table);
}

#[test]
fn times_have_a_date_unless_it_is_the_newest_day() {
    let time = "2009-04-22T11:43:59";
    assert_eq!(date_time(time), "2009-04-22 11:43:59");
    assert_eq!(date_time_or_unknown(Some(time)), "2009-04-22 11:43:59");
    assert_eq!(date_time_or_unknown(None::<&str>), "?");
    assert_eq!(clock(time), "11:43:59");
    let table = [
        (Some("2009-04-22T23:59:59"), "11:43:59"),
        (Some("2009-04-23T00:00:00"), "04-22 11:43"),
        (Some("2010-04-22T11:43:59"), "04-22 11:43"),
        (None, "04-22 11:43"),
    ];
    check(|newest| short_time(time, newest), &table);
}

#[test]
fn an_ipv6_address_with_a_port_has_brackets() {
    let table = [
        (("192.0.2.1", Some(25)), "192.0.2.1:25"),
        (("192.0.2.1", None), "192.0.2.1"),
        (("2001:db8::1", Some(25)), "[2001:db8::1]:25"),
        (("2001:db8::1", None), "2001:db8::1"),
    ];
    check(|(address, port)| endpoint(address, port), &table);
}
