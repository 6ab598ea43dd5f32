//! Logs of logins, and the incidents that they are.

mod account_compromised;
mod driver;
mod log;

use super::*;
use crate::judge::incident::Severity;
use driver::Driver;
use log::{Log, name};

/// The incidents at the end of a log.
fn incidents(log: &Log) -> Vec<LoginIncident> {
    Driver::read(log.text()).snapshot().incidents
}

/// The only incident.
fn only(log: &Log) -> LoginIncident {
    let mut all = incidents(log);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// Seconds of the day.
fn of_day(time: Timestamp) -> u32 {
    time.raw() % 86_400
}

fn text(name: &[u8]) -> &str {
    std::str::from_utf8(name).unwrap()
}

/// The lines of the evidence.
fn lines<'l>(log: &'l Log, incident: &LoginIncident) -> Vec<&'l str> {
    let line = |line: &Position| log.text()[line.offset() as usize..].lines().next().unwrap();
    incident.evidence.iter().map(line).collect()
}

/// So many users are tried once each, from one address each, or all from one.
fn spray(log: &mut Log, users: u32, seconds: u32, one_address: bool) {
    for user in 0..users {
        let place = if one_address { 0 } else { user };
        let address = format!("198.51.{}.{}", place % 100, 1 + place / 100);
        log.login(&address, &name(user), false);
        log.wait(seconds);
    }
}

mod password_spray {
    use super::*;

    #[test]
    fn it_is_found_within_five_minutes_and_dated_to_its_first_try() {
        let mut log = Log::of_a_morning();
        log.knows(200);
        spray(&mut log, 200, 12, false);
        let spray = only(&log);
        assert_eq!(spray.kind, LoginIncidentKind::PasswordSpray);
        assert_eq!(spray.severity(), Severity::Warning);
        assert_eq!(of_day(spray.since), 10 * 3600);
        assert!(of_day(spray.found) <= 10 * 3600 + 300, "{}", spray.found);
        assert_eq!(
            (spray.users, spray.addresses, spray.failures),
            (200, 200, 200)
        );
        assert!(spray.until.is_none() && spray.got_in.count == 0);
        let evidence = lines(&log, &spray);
        assert_eq!(evidence.len(), 20);
        assert!(
            evidence[0].contains("failed for user: user000"),
            "{evidence:?}"
        );

        log.wait(1800);
        let until = of_day(only(&log).until.unwrap());
        assert!(until.abs_diff(10 * 3600 + 2400) <= 60, "{until}");
    }

    #[test]
    fn one_of_its_addresses_that_gets_in_is_critical() {
        let mut log = Log::of_a_morning();
        log.knows(100);
        spray(&mut log, 60, 12, false);
        log.login("198.51.7.1", "User044", true);
        let spray = only(&log);
        assert_eq!(spray.severity(), Severity::Critical);
        assert_eq!(text(&spray.got_in.first[0]), "User044");
        assert!(
            lines(&log, &spray)
                .last()
                .unwrap()
                .contains("succeeded for user: User044")
        );
        log.wait(7200);
        assert!(only(&log).until.is_none(), "somebody has to look at it");
        log.wait(7500);
        assert!(only(&log).until.is_some());
    }

    #[test]
    fn an_address_that_tried_one_user_long_ago_may_be_that_of_another_user() {
        let mut log = Log::of_a_morning();
        log.knows(200);
        spray(&mut log, 90, 12, false);
        log.login("198.51.1.1", &name(150), true);
        assert_eq!(only(&log).severity(), Severity::Warning);
        log.login("198.51.2.1", &name(151), false);
        log.wait(600);
        log.login("198.51.2.1", &name(152), true);
        assert_eq!(only(&log).severity(), Severity::Critical);
    }

    #[test]
    fn a_user_of_an_attacked_site_who_mistypes_on_the_road_did_not_get_in() {
        let mut log = Log::of_a_morning();
        log.knows(100);
        spray(&mut log, 60, 12, false);
        log.login("203.0.113.9", &name(3), false);
        log.login("203.0.113.9", &name(3), true);
        assert_eq!(only(&log).severity(), Severity::Warning);
    }

    #[test]
    fn one_address_must_try_twice_as_many_users() {
        let mut log = Log::of_a_morning();
        log.knows(100);
        spray(&mut log, 29, 12, true);
        assert_eq!(incidents(&log), []);
        let mut log = Log::of_a_morning();
        log.knows(100);
        spray(&mut log, 30, 12, true);
        assert_eq!(only(&log).addresses, 1);
    }

    #[test]
    fn names_that_do_not_exist_are_no_spray() {
        let mut log = Log::of_a_morning();
        spray(&mut log, 200, 12, false);
        assert_eq!(incidents(&log), []);
        let background = Driver::read(log.text()).snapshot().background.unwrap();
        assert_eq!((background.failures, background.addresses), (200, 200));
        assert_eq!((background.names, background.existing), (200, 5));
    }

    #[test]
    fn the_usual_rate_of_a_site_is_no_spray_however_high() {
        let mut log = Log::at(6, 0);
        log.knows(200);
        for _ in 0..5 {
            spray(&mut log, 200, 15, false);
        }
        assert_eq!(incidents(&log), []);
    }

    #[test]
    fn four_times_the_usual_rate_is_no_spray() {
        let mut log = Log::at(6, 0);
        log.knows(150);
        spray(&mut log, 150, 60, false);
        spray(&mut log, 60, 15, false);
        assert_eq!(incidents(&log), []);
    }

    #[test]
    fn users_who_mistype_in_a_new_office_are_no_spray() {
        let mut log = Log::of_a_morning();
        log.knows(100);
        for user in 0..100 {
            let address = format!("203.0.{user}.9");
            log.login(&address, &name(user), false);
            log.wait(3);
            log.login(&address, &name(user), true);
            log.wait(3);
        }
        assert_eq!(incidents(&log), []);
    }

    #[test]
    fn users_of_an_office_who_mistype_are_no_spray() {
        let mut log = Log::of_a_morning();
        log.knows(100);
        for user in 0..5 {
            log.login("203.0.113.9", &name(user), true);
        }
        for user in 5..100 {
            log.login(&format!("203.0.113.{user}"), &name(user), false);
            log.login("192.0.10.7", "user000", true);
            log.wait(5);
        }
        assert_eq!(incidents(&log), []);
    }

    #[test]
    fn nobody_attacks_if_the_server_that_checks_passwords_is_down() {
        let mut log = Log::of_a_morning();
        log.knows(100);
        for user in 0..100 {
            log.login(
                &format!("192.0.{}.7", 10 + user % 5),
                &name(user % 5),
                false,
            );
            log.login(&format!("203.0.{user}.9"), &name(user), false);
            log.wait(5);
        }
        assert_eq!(incidents(&log), []);
    }

    #[test]
    fn a_wrong_time_in_the_future_neither_makes_nor_hides_a_spray() {
        let mut log = Log::of_a_morning();
        log.knows(200);
        log.now += 3 * 86_400;
        spray(&mut log, 40, 0, false);
        log.now -= 3 * 86_400;
        for user in 150..160 {
            log.login("198.51.100.7", &name(user), false);
            log.wait(600);
        }
        assert_eq!(incidents(&log), []);
        spray(&mut log, 100, 12, false);
        assert_eq!(only(&log).kind, LoginIncidentKind::PasswordSpray);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_spray() {
        let mut log = Log::at(6, 0);
        log.knows(200);
        spray(&mut log, 200, 60, false);
        log.now -= 3600;
        spray(&mut log, 60, 60, false);
        assert_eq!(incidents(&log), []);
    }
}

mod guessed_user {
    use super::*;

    /// One try a minute from each of 20 nets.
    fn guess(log: &mut Log, user: &str, times: u32) {
        for time in 0..times {
            log.login(&format!("198.51.{}.1", time % 20), user, false);
            log.wait(60);
        }
    }

    #[test]
    fn a_user_that_exists_is_a_warning_and_its_end_is_noticed() {
        let mut log = Log::of_a_morning();
        guess(&mut log, "User001", 59);
        let guessed = only(&log);
        assert_eq!(guessed.kind, LoginIncidentKind::GuessedUser);
        assert_eq!(guessed.severity(), Severity::Warning);
        assert_eq!((text(&guessed.user), guessed.failures), ("User001", 59));
        assert_eq!((guessed.nets.count, of_day(guessed.since)), (20, 10 * 3600));
        assert!(guessed.until.is_none());
        log.wait(3600);
        assert_eq!(of_day(only(&log).until.unwrap()), 10 * 3600 + 58 * 60);
    }

    #[test]
    fn a_name_that_does_not_exist_is_a_notice() {
        let mut log = Log::of_a_morning();
        guess(&mut log, "scan", 59);
        assert_eq!(only(&log).severity(), Severity::Notice);
    }

    #[test]
    fn a_name_that_is_always_tried_as_much_is_nothing() {
        let mut log = Log::at(6, 0);
        guess(&mut log, "admin", 300);
        assert_eq!(incidents(&log), []);
    }

    #[test]
    fn a_login_from_one_of_these_nets_is_critical() {
        let mut log = Log::of_a_morning();
        guess(&mut log, "user001", 55);
        log.login("198.51.4.200", "user001", true);
        let guessed = only(&log);
        assert_eq!(guessed.severity(), Severity::Critical);
        assert_eq!(guessed.got_in.count, 1);
    }
}

mod stale_devices {
    use super::*;

    fn fail(log: &mut Log, address: &str, user: &str, times: u32, seconds: u32) {
        for _ in 0..times {
            log.login(address, user, false);
            log.wait(seconds);
        }
    }

    fn devices(log: &Log) -> Vec<StaleDevice> {
        Driver::read(log.text()).snapshot().devices
    }

    #[test]
    fn one_address_that_fails_for_a_long_time_is_one() {
        let mut log = Log::of_a_morning();
        fail(&mut log, "192.0.11.7", "user001", 11, 120);
        assert_eq!(devices(&log), []);
        fail(&mut log, "192.0.11.7", "user001", 1, 120);
        let all = devices(&log);
        assert_eq!(all.len(), 1);
        assert_eq!((text(&all[0].user), all[0].failures), ("user001", 12));
        assert_eq!((all[0].interval, of_day(all[0].since)), (120, 10 * 3600));
        assert!(all[0].exists && incidents(&log).is_empty());
        log.login("192.0.11.7", "user001", true);
        assert_eq!(devices(&log), [], "its password is right now");
    }

    #[test]
    fn a_private_address_may_use_a_name_that_does_not_exist() {
        let mut log = Log::of_a_morning();
        fail(&mut log, "10.1.7.20", "scanner", 12, 300);
        fail(&mut log, "198.51.100.7", "scan", 12, 300);
        let all = devices(&log);
        assert_eq!(all.len(), 1);
        assert!(!all[0].exists && text(&all[0].user) == "scanner");
    }

    #[test]
    fn three_addresses_or_an_address_that_tries_several_users_guess() {
        let mut log = Log::of_a_morning();
        for _ in 0..12 {
            for net in 0..3 {
                log.login(&format!("203.0.113.{net}"), "user001", false);
            }
            for user in 2..5 {
                log.login("203.0.113.99", &name(user), false);
            }
            log.wait(300);
        }
        assert_eq!(devices(&log), []);
    }
}

#[test]
fn the_same_log_gives_the_same_however_strangers_flood_it() {
    let mut log = Log::of_a_morning();
    log.knows(100);
    spray(&mut log, 60, 12, false);
    log.send("198.51.100.200", "user001", 200, 100);
    let read = || {
        let mut driver = Driver::read(log.text());
        let now = Timestamp::from_raw(1_772_445_600).unwrap();
        for n in 0..80_000_u32 {
            let icid = Icid(u64::from(n) + 1_000_000);
            let address = std::net::Ipv4Addr::from(0xCB00_0000 + n * 256);
            let user = format!("stranger{n}");
            driver.logins.opened(now, icid, address.into());
            driver
                .logins
                .login(now, Position::START, icid, user.as_bytes(), false);
        }
        driver.snapshot()
    };
    let (one, two) = (read(), read());
    assert_eq!(one, two);
    assert!(one.dropped > 0);
    let kinds: Vec<_> = one.incidents.iter().map(|one| one.kind).collect();
    assert_eq!(
        kinds,
        [
            LoginIncidentKind::PasswordSpray,
            LoginIncidentKind::AccountCompromised
        ]
    );
}

#[test]
fn a_log_that_is_followed_gives_the_incidents_of_each_moment() {
    let mut log = Log::of_a_morning();
    log.knows(200);
    spray(&mut log, 100, 12, false);
    log.wait(3600);
    let mut followed = Driver::new(LoginLimits::default());
    let lines: Vec<&str> = log.text().lines().collect();
    for (count, line) in lines.iter().enumerate() {
        followed.line(line.as_bytes());
        if count % 97 == 0 {
            let head = lines[..=count].join("\n");
            assert_eq!(followed.snapshot(), Driver::read(&head).snapshot());
        }
    }
}
