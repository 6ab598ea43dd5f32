//! The records of the contract, key by key, on the published sample.

use serde_json::{Value, json};

use crate::run::{Place, tac};

#[test]
fn an_inbound_connection_of_the_published_sample() {
    let seen = Place::new().records("icid:450", "connections", &tac());
    let wanted = json!({"direction":"inbound","appliance":null,"icid":450,"opened":"2009-04-22T11:43:59",
        "closed":"2009-04-22T11:46:14","end":"close","interface":"IncomingMail","interface_ip":"172.16.155.16",
        "remote_ip":"172.16.155.102","remote_host":null,"verified":false,
        "policy":{"action":"ACCEPT","sender_group":"None","match":"ALL","sbrs":null,"country":null},"tls":null,
        "auth":[{"time":"2009-04-22T11:44:48","result":"succeeded","user":"ironport","mechanism":"PLAIN",
                 "profile":"IncomingAuthentication","detail":null}],
        "messages":[],"error":null,"lines":4});
    assert_eq!(seen, [wanted]);
}

#[test]
fn an_outbound_connection_of_the_published_sample() {
    let seen = Place::new().records("dcid:5640", "connections", &tac());
    let wanted = json!({"direction":"outbound","appliance":null,"dcid":5640,"opened":"2009-04-22T11:19:39",
        "closed":"2009-04-22T11:19:46","end":"close","interface_ip":"172.16.155.16","remote_ip":"172.16.155.102",
        "remote_port":25,"tls":null,
        "auth":[{"time":"2009-04-22T11:19:41","result":"failed","profile":"OutboundAuthentication","code":535,
                 "enhanced":"5.7.8","detail":"5.7.8 Error: authentication failed: authentication failure"}],
        "deliveries":[{"mid":448,"rid":0,"result":"bounced","code":554,"enhanced":"5.7.1",
                       "detail":"5.7.1 <postmaster@example.com>: Relay access denied"}],
        "error":null,"lines":5});
    assert_eq!(seen, [wanted]);
}

#[test]
fn the_other_views_of_the_published_sample() {
    let place = Place::new();
    let message = &place.records("mid:448", "messages", &tac())[0];
    assert_eq!(
        message["recipients"],
        json!([{"rid":0,"to":null,"state":"bounced","dcid":5640}])
    );
    assert_eq!(
        (&message["state"], &message["icid"]),
        (&json!("bounced"), &json!(null))
    );

    let attempts = place.records("auth:failed", "auth", &tac());
    let who: Vec<_> = attempts
        .iter()
        .map(|a| (a["icid"].clone(), a["dcid"].clone(), a["code"].clone()))
        .collect();
    assert_eq!(
        who,
        [
            (json!(451), json!(null), json!(null)),
            (json!(null), json!(5640), json!(535))
        ]
    );

    let user = &place.records("", "users", &tac())[0];
    assert_eq!(
        (&user["user"], &user["succeeded"], &user["failed"]),
        (&json!("ironport"), &json!(1), &json!(1))
    );
    assert_eq!(user["last_failure"], "2009-04-22T11:47:47");
    let profiles = place.records("", "profiles", &tac());
    assert!(
        profiles
            .iter()
            .any(|p| p["profile"] == "OutboundAuthentication" && p["direction"] == "outbound")
    );
}

/// The keys of a record, in their order.
fn keys(line: &str) -> Vec<String> {
    let before = line.match_indices("\":").map(|(at, _)| &line[..at]);
    let keys = before.filter_map(|before| Some(before.rsplit_once('"')?.1.to_owned()));
    keys.collect()
}

#[test]
fn routes_hosts_and_groups_have_the_keys_of_the_contract_in_their_order() {
    let (place, path) = (Place::new(), tac());
    let path = path.to_str().unwrap();
    let of = |words: &[&str]| {
        let said = place.run(&[words, &[path, "--format", "json"]].concat());
        assert_eq!(said.status, 0, "{}", said.err);
        keys(said.out.lines().next().unwrap())
    };
    let outcomes = "outcomes ok auth_failed tls_failed connection_error rejected idle";
    let reasons = "reasons class side code enhanced detail count first last";
    let route = format!(
        "appliance route state since severity reason side hosts host state last_ok last_outcome domains profiles \
         configured share usual connections attempts ok recipient message greylisted deferred throttled policy sender \
         resources listed unauthenticated relay authentication tls unreachable dns {outcomes} delivered bounced \
         delayed impact first_seen last_seen last_ok {reasons} changes advice finding"
    );
    let sums = format!(
        "profiles domains connections {outcomes} delivered bounced delayed first_seen last_seen last_ok"
    );
    let host = format!("appliance remote_ip remote_port {sums} last_outcome");
    let group = format!("host state hosts {sums} {reasons}");
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of(&["routes"]), words(&route));
    assert_eq!(of(&["query", "", "--view", "routes"]), words(&route));
    assert_eq!(of(&["query", "", "--view", "hosts"]), words(&host));
    assert_eq!(of(&["routes", "--by", "host"]), words(&group));
    let host = &place.records("", "hosts", &tac())[0];
    assert_eq!(
        (&host["remote_ip"], &host["last_outcome"]),
        (&json!("172.16.155.102"), &json!("auth_failed"))
    );
}

#[test]
fn an_event_says_where_it_stands_and_what_it_carries() {
    let events = Place::new().records("", "events", &tac());
    assert_eq!(events.len(), 18);
    assert!(events.iter().all(|event| event["event"] != "unknown"));
    let failed: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "auth.failed")
        .collect();
    assert_eq!(failed.len(), 2);
    let login = failed.iter().find(|event| event["icid"] == 451).unwrap();
    assert_eq!(
        (&login["user"], &login["mechanism"]),
        (&json!("ironport"), &json!("PLAIN"))
    );
    let text = std::fs::read_to_string(tac()).unwrap();
    for event in &events {
        let line = event["line"].as_u64().unwrap() as usize;
        assert_eq!(text.lines().nth(line - 1), event["text"].as_str());
    }
}

#[test]
fn an_id_that_comes_round_again_is_a_new_record() {
    let place = Place::new();
    let log = place.write("mail.current", "\
Mon Mar  2 08:00:00 2026 Info: New SMTP ICID 7 interface Mail (192.0.2.1) address 192.0.2.9 reverse dns host unknown verified no
Mon Mar  2 08:00:01 2026 Info: Start MID 5 ICID 7
Mon Mar  2 18:00:00 2026 Info: New SMTP ICID 7 interface Mail (192.0.2.1) address 192.0.2.10 reverse dns host a.example verified yes
Mon Mar  2 18:00:01 2026 Info: Start MID 5 ICID 7
Mon Mar  2 18:00:02 2026 Info: ICID 7 close
");
    let seen = place.records("icid:7", "connections", &log);
    assert_eq!(seen.len(), 2);
    assert_eq!(
        (&seen[0]["end"], &seen[0]["closed"]),
        (&json!("superseded"), &json!(null))
    );
    assert_eq!(
        (&seen[1]["end"], &seen[1]["messages"]),
        (&json!("close"), &json!([5]))
    );
    assert_eq!(place.records("mid:5", "messages", &log).len(), 2);
    assert_eq!(
        place
            .run(&["query", "icid:7", "mail.current", "--format", "log"])
            .out
            .lines()
            .count(),
        5
    );
    assert_eq!(
        place
            .run(&["query", "ip:192.0.2.9", "mail.current", "--format", "log"])
            .out
            .lines()
            .count(),
        2
    );
}

#[test]
fn a_log_that_begins_in_the_middle_loses_nothing() {
    let place = Place::new();
    let log = place.write("mail.current", "\
Mon Mar  2 08:00:00 2026 Info: SMTP Auth: (ICID 9) failed for user:  using AUTH mechanism: LOGIN with profile: P
Mon Mar  2 08:00:01 2026 Info: ICID 9 lost
Mon Mar  2 08:00:01 2026 Info: ICID 9 close
");
    let seen = &place.records("", "connections", &log)[0];
    assert_eq!(
        (&seen["opened"], &seen["end"], &seen["lines"]),
        (&json!(null), &json!("lost"), &json!(3))
    );
    assert_eq!(seen["auth"][0]["user"], "");
}

#[test]
fn connections_that_never_came_about() {
    let place = Place::new();
    let log = place.write("mail.current", "\
Mon Mar  2 08:00:00 2026 Info: Start MID 5 ICID 0
Mon Mar  2 08:00:00 2026 Info: MID 5 ICID 0 From: <>
Mon Mar  2 08:00:00 2026 Info: MID 5 ICID 0 RID 0 To: <a@b.example>
Mon Mar  2 08:00:01 2026 Info: New SMTP DCID 8 interface 192.0.2.1 address 198.51.100.7 port 25
Mon Mar  2 08:00:31 2026 Info: Connection Error: DCID 8 domain: b.example IP: 198.51.100.7 port: 25 details: [Errno 60] Operation timed out interface: 192.0.2.1 reason: connection timed out
Mon Mar  2 08:00:31 2026 Info: Delayed: DCID 0 MID 5 From: <> To: <a@b.example> RID 0 - 4.4.0 - Other network problem ('000', ['[Errno 60] Operation timed out']) []
");
    let connections = place.records("", "connections", &log);
    assert_eq!(connections.len(), 1, "ICID 0 and DCID 0 are none");
    assert_eq!(connections[0]["error"], "connection timed out");
    assert_eq!(
        (&connections[0]["end"], &connections[0]["lines"]),
        (&json!("aborted"), &json!(2))
    );
    let message = &place.records("", "messages", &log)[0];
    assert_eq!(
        (&message["icid"], &message["from"], &message["state"]),
        (&json!(0), &json!(""), &json!("delayed"))
    );
    assert_eq!(message["recipients"][0]["dcid"], json!(null));
}

#[test]
fn entries_of_several_appliances_are_named_from_the_first_on() {
    let log = |serial: &str, id: u32| {
        let stamp = "Mon Mar  2 08:00:00 2026 Info:";
        format!(
            "{stamp} Begin Logfile\n{stamp} Version: 15.0.0-104 SN: {serial}\n{stamp} ICID {id} close\n"
        )
    };
    let place = Place::new();
    place.write("mail.@20260302T080000.s", log("4229A-1", 1));
    let named = |events: &[Value]| -> Vec<String> {
        let names = events.iter().map(|event| event["appliance"].to_string());
        names.collect()
    };
    let alone = place.records("", "events", place.folder.path());
    assert_eq!(named(&alone), ["null"; 3]);
    place.write("mail.@20260302T090000.s", log("4229A-1", 2));
    assert_eq!(
        named(&place.records("", "events", place.folder.path())),
        ["null"; 6]
    );
    place.write("mail.@20260302T100000.s", log("4229B-2", 1));
    let several = place.records("", "events", place.folder.path());
    let wanted = [["\"4229A-1\""; 6].as_slice(), &["\"4229B-2\""; 3]].concat();
    assert_eq!(named(&several), wanted);
    // The query sees the same names.
    assert_eq!(
        place
            .records("appliance:4229A*", "events", place.folder.path())
            .len(),
        6
    );
}
