//! Bad input gets one line that says what, where and what to do; odd lines are no errors.

use crate::run::{Place, Said, tac};

fn refused(said: &Said, path: &str, hint: &str) {
    assert_eq!(said.status, 2, "{}", said.err);
    assert_eq!(said.out, "");
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(
        said.err.contains(path) && said.err.contains(hint),
        "{}",
        said.err
    );
}

#[test]
fn paths_that_cannot_be_read() {
    let place = Place::new();
    std::fs::create_dir(place.path("empty")).unwrap();
    place.write(
        "picture.png",
        [&b"\x89PNG\r\n\x1a\n"[..], &[0; 4000], &[7, 200, 3]].concat(),
    );
    place.write(
        "gui.current",
        "Mon Mar  2 08:00:00 2026 Info: req:10.0.0.1 user:admin id:x9 200 GET /mail HTTP/1.1\n",
    );
    place.write("notes.txt", "to do:\n- call the relay's people\n");
    for (path, hint) in [
        ("nothing-here", "no such file"),
        ("empty", "no mail_logs here"),
        ("nothing-*", "nothing-*"),
        ("picture.png", "not text"),
        ("gui.current", "another subscription"),
        ("notes.txt", "no mail_logs entries"),
    ] {
        refused(&place.run(&["query", "", path]), path, hint);
        refused(
            &place.run(&["query", "", path, "--view", "events"]),
            path,
            hint,
        );
        refused(&place.run(&[path]), path, hint);
    }
    // One of several is enough: a script must not take half an answer for a whole one.
    place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 7 close\n",
    );
    refused(
        &place.run(&["query", "", "mail.current", "nothing-here"]),
        "nothing-here",
        "no such file",
    );
}

#[test]
fn without_a_path_the_demo_is_named() {
    refused(&Place::new().run(&[]), "mailscope demo", "no PATH");
    refused(
        &Place::new().run(&["query", ""]),
        "mailscope demo",
        "no PATH",
    );
}

#[test]
fn an_empty_file_holds_nothing() {
    let place = Place::new();
    place.write("mail.current", "");
    for words in [
        &["query", "", "mail.current"][..],
        &["query", "", "mail.current", "--view", "events"],
        &["mail.current"],
    ] {
        let said = place.run(words);
        assert_eq!((said.status, said.err.as_str()), (1, ""), "{words:?}");
    }
    assert_eq!(
        place.run(&["query", "", "mail.current", "--count"]).out,
        "0\n"
    );
}

#[test]
fn a_query_that_cannot_be_read_is_refused_with_a_caret_under_the_place() {
    let place = Place::new();
    place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 7 close\n",
    );
    let said = place.run(&["query", "dir:in usr:x", "mail.current"]);
    assert_eq!((said.status, said.out.as_str()), (2, ""));
    assert!(
        said.err.contains("usr") && said.err.contains("did you mean `user`"),
        "{}",
        said.err
    );
    let lines: Vec<&str> = said.err.lines().collect();
    let query = lines
        .iter()
        .position(|line| line.ends_with("dir:in usr:x"))
        .unwrap();
    let caret = lines[query + 1].find('^').unwrap();
    assert_eq!(&lines[query][caret..caret + 3], "usr");
}

#[test]
fn odd_lines_are_kept_counted_and_no_errors() {
    let place = Place::new();
    let mut log = b"Mon Mar  2 08:00:00 2026 Info: ICID 1 close\n".to_vec();
    log.extend(b"no frame at all\n\n\r\n");
    log.extend(b"Mon Mar  2 08:00:01 2026 Info: something new of the next release\n");
    log.extend([b'\0'; 5000]);
    log.extend(b"\nMon Mar  2 08:00:01 2026 Info: MID 1 Subject '\xff\xfe'\n\x1b[2J\n");
    log.extend(b"Mon Mar  2 08:00:01 2026 Info: MID 1 Subject '");
    log.extend(vec![b'x'; 3 << 20]);
    log.extend(b"'\nMon Mar  2 08:00:02 2026 Info: ICID 2 clo");
    let path = place.write("mail.current", &log);
    let events = place.records("", "events", &path);
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    let subject = "message.subject";
    assert_eq!(
        names,
        [
            "connection.close",
            "unknown",
            "unknown",
            "unknown",
            subject,
            "unknown",
            subject,
            "unknown"
        ]
    );
    assert_eq!(events[4]["subject"], "\u{fffd}\u{fffd}");
    assert_eq!(
        (&events[6]["cut"], events[6]["text"].as_str().unwrap().len()),
        (&true.into(), 1 << 20)
    );
    assert_eq!(
        (&events[7]["icid"], &events[7]["line"]),
        (&2.into(), &10.into())
    );
    assert_eq!(place.records("", "connections", &path).len(), 2);
}

#[test]
fn a_field_that_no_record_has_is_refused_with_a_near_one() {
    let (place, path) = (Place::new(), tac());
    let path = path.to_str().unwrap();
    for (words, near) in [
        (
            &["query", "", path, "--fields", "icid,clsed"][..],
            "did you mean `closed`?",
        ),
        (
            &["query", "", path, "--view", "users", "--fields", "sucess"],
            "has no `sucess` (it has user, succeeded",
        ),
        (
            &["routes", path, "--fields", "states"],
            "did you mean `state`?",
        ),
    ] {
        let said = place.run(words);
        assert_eq!((said.status, said.out.as_str()), (2, ""));
        assert!(said.err.contains(near), "{}", said.err);
        assert_eq!(said.err.lines().count(), 1);
    }
    // Of entries each kind has its own.
    let said = place.run(&[
        "query",
        "",
        path,
        "--view",
        "events",
        "--fields",
        "time,whatever",
    ]);
    assert_eq!(said.status, 0, "{}", said.err);
}

#[test]
fn a_simulated_log_needs_a_file_and_a_size() {
    let place = Place::new();
    for (words, expected) in [
        (&["demo", "--bytes", "1M"][..], "--write <FILE>"),
        (
            &["demo", "--write", "x", "--bytes", "much"],
            "expected bytes",
        ),
        (
            &["demo", "--write", "x", "-q", "auth:failed"],
            "--query <QUERY>",
        ),
        (
            &["demo", "--write", "no/such/folder/x", "--bytes", "1k"],
            "no/such/folder/x",
        ),
    ] {
        let run = place.run(words);
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.contains(expected), "{words:?}: {}", run.err);
    }
    let written = place.run(&["demo", "--write", "x", "--bytes", "100k", "--seed", "7"]);
    assert_eq!((written.status, written.err.as_str()), (0, ""));
    let log = std::fs::read(place.path("x")).unwrap();
    assert!((100 * 1024 - 1000..=100 * 1024).contains(&log.len()));
    let printed = place.run(&["demo", "--write", "-", "--bytes", "100k", "--seed", "7"]);
    assert!(printed.out.as_bytes() == log);
    assert_eq!(
        place.run(&["query", "dir:in", "x", "--limit", "1"]).status,
        0
    );
}
