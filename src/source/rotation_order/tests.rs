//! The order of names.

use super::*;

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
    names.sort_by_key(|name| RotationKey::of(OsStr::new(name)));
    names
}

#[test]
fn names_sort_by_the_time_they_tell() {
    for wanted in [
        &[
            "mail.@20090421T235959.s",
            "mail.@20090422T114359.s.gz",
            "mail.@20090422T114400.s",
            "mail.current",
        ][..],
        &[
            "mail.log.10.gz",
            "mail.log.9.gz",
            "mail.log.2.gz",
            "mail.log.1",
            "mail.log",
        ],
        &[
            "maillog-20251231.gz",
            "maillog-20260101",
            "maillog-20260301-12",
            "maillog-20260301-1330",
            "maillog",
        ],
        &["mail-2026-02-28.log", "mail-2026-03-01.log", "mail.log"],
        &["mail.log-1772323200.gz", "mail.log-1772409600", "mail.log"],
        &["mail.@20260301T000000.c", "mail.@20260302T000000.c"],
    ] {
        let mut turned = wanted.to_vec();
        turned.reverse();
        assert_eq!(sorted(&turned), wanted);
    }
}

#[test]
fn an_address_or_a_version_is_no_time() {
    for name in ["mail-10.1.2.300000.current", "esa99999999.log", "mail", ""] {
        assert_eq!(
            RotationKey::of(OsStr::new(name)),
            RotationKey::Newest,
            "{name}"
        );
    }
    assert_eq!(
        RotationKey::of(OsStr::new("mail-19700102")),
        RotationKey::Newest
    );
    assert_eq!(
        RotationKey::of(OsStr::new("mail-20000101")),
        RotationKey::At(946_684_800, Reverse(0))
    );
}
