//! Which appliance an entry belongs to, and what screens call it.

use super::*;

fn shown(appliances: &mut Appliances, source: usize, host: Option<&str>) -> Option<String> {
    let id = appliances.of(SourceId::new(source), host.map(str::as_bytes));
    appliances.shown(id).map(ToOwned::to_owned)
}

fn version(serial: &str) -> Event<'_> {
    Event::LogVersion {
        version: b"15.0.0-104",
        serial: serial.as_bytes(),
    }
}

#[test]
fn a_host_names_the_appliance_before_a_serial_number_and_that_before_the_folder() {
    let mut appliances = Appliances::default();
    for source in 0..3 {
        appliances.open_source(SourceId::new(source), ["a", "a", "b"][source]);
    }
    let of = |appliances: &mut Appliances, source, host: Option<&str>| {
        appliances.of(SourceId::new(source), host.map(str::as_bytes))
    };
    let folders = [0, 1, 2].map(|source| of(&mut appliances, source, None));
    assert_eq!(folders[0], folders[1]);
    assert_ne!(folders[0], folders[2]);
    assert_eq!(shown(&mut appliances, 0, None), None);

    // One serial number needs no name; of two, each has one.
    appliances.note_framing(SourceId::new(0), &version("S1"), None);
    assert_eq!(shown(&mut appliances, 0, None), None);
    appliances.expect_serial(b"S2");
    assert_eq!(shown(&mut appliances, 0, None).as_deref(), Some("S1"));
    appliances.note_framing(SourceId::new(2), &version("S1"), None);
    assert_eq!(of(&mut appliances, 0, None), of(&mut appliances, 2, None));

    let host = shown(&mut appliances, 0, Some("esa01"));
    assert_eq!(host.as_deref(), Some("esa01"));
    let one = of(&mut appliances, 0, Some("esa01"));
    assert_eq!(one, of(&mut appliances, 2, Some("esa01")));
    assert_eq!(appliances.host(one), Some("esa01"));
}

#[test]
fn a_source_has_the_facts_of_its_framing_lines() {
    let mut appliances = Appliances::default();
    let source = SourceId::new(0);
    appliances.open_source(source, "");
    let time = Timestamp::from_seconds(1_772_438_400);
    appliances.note_framing(source, &Event::LogBegin, time);
    appliances.note_framing(source, &version("S1"), time);
    appliances.note_framing(source, &Event::LogOffset { seconds: -3600 }, time);
    let expected = SourceFacts {
        begins: time,
        version: Some("15.0.0-104".into()),
        serial: Some("S1".into()),
        utc_offset: Some(-3600),
        ends: None,
    };
    assert_eq!(appliances.facts(source), Some(&expected));
    appliances.note_framing(source, &Event::LogEnd, time);
    assert_eq!(appliances.facts(source).unwrap().ends, time);
    assert_eq!(appliances.facts(SourceId::new(1)), None);
}

#[test]
fn the_newest_record_of_an_id_is_found_on_each_appliance() {
    let mut appliances = Appliances::default();
    let ids = ["esa01", "esa02"].map(|host| appliances.of(SourceId::new(0), Some(host.as_bytes())));
    let (link, mid) = (ConnId::In(Icid(7)), Mid(7));
    for (number, id) in ids.into_iter().enumerate() {
        appliances.set_connection(id, link, ConnectionId::new(number));
        appliances.set_message(id, mid, MessageId::new(number));
    }
    assert_eq!(appliances.newest_connections(link).len(), 2);
    assert_eq!(appliances.newest_messages(mid).len(), 2);
    // A DCID of the same number is another connection.
    assert_eq!(appliances.newest_connections(ConnId::Out(Dcid(7))), []);
    appliances.forget_connection(ids[0], link, ConnectionId::new(0));
    appliances.forget_message(ids[0], mid, MessageId::new(5));
    assert_eq!(appliances.newest_connections(link), [ConnectionId::new(1)]);
    assert_eq!(appliances.newest_messages(mid).len(), 2);
}
