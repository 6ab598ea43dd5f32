//! `mailscope routes --report`: what is pasted into a ticket.

use crate::run::{Place, tac};

#[test]
fn a_failing_route_is_reported_with_cause_consequence_advice_and_lines() {
    let said = Place::new().run(&["routes", "--report", tac().to_str().unwrap()]);
    assert_eq!(said.status, 0, "{}", said.err);
    for text in [
        "# Mail to `172.16.155.102:25` fails since 2009-04-22 11:19:39",
        "`OutboundAuthentication`",
        "first failure: authentication failed (DCID 5640)",
        "535 5.7.8 Error: authentication failed",
        "consequence: `554 5.7.1 <…>: Relay access denied`",
        "New SMTP DCID 5640 interface",
        "smtpauthconfig",
    ] {
        assert!(said.out.contains(text), "{text}:\n{}", said.out);
    }
}

#[test]
fn nothing_to_report_is_said_and_no_error() {
    let place = Place::new();
    let calm = "Wed Apr 22 11:06:20 2009 Info: New SMTP DCID 5633 interface 192.0.2.1 address 192.0.2.9 port 25\n\
                Wed Apr 22 11:06:20 2009 Info: Delivery start DCID 5633 MID 441 to RID [0]\n\
                Wed Apr 22 11:06:20 2009 Info: Message done DCID 5633 MID 441 to RID [0]\n";
    place.write("mail.current", calm);
    let said = place.run(&["routes", "--report", "mail.current"]);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    assert!(said.err.contains("nothing to report"), "{}", said.err);
}

#[test]
fn a_report_has_one_form() {
    let said = Place::new().run(&["routes", "--report", "--format", "json", "mail.current"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("--format"), "{}", said.err);
}
