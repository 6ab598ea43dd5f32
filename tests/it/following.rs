//! `query -f`: what the log holds, then what it tells.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::run::Place;

/// Nothing here takes that long; a loaded machine may.
const PATIENCE: Duration = Duration::from_secs(60);

struct Follower {
    child: Child,
    lines: Receiver<Value>,
}

impl Follower {
    fn start(place: &Place, view: &str) -> Self {
        Self::of(place, &["query", "", "mail.current", "--view", view])
    }

    fn of(place: &Place, words: &[&str]) -> Self {
        let mut command = place.command();
        command.args(words).args(["--format", "json", "-f"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = read(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("a record comes")
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn read(out: ChildStdout) -> Receiver<Value> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines() {
            let record = serde_json::from_str(&line.unwrap()).unwrap();
            if sender.send(record).is_err() {
                return;
            }
        }
    });
    lines
}

fn append(path: &Path, text: &str) {
    OpenOptions::new()
        .append(true)
        .open(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

#[test]
fn an_event_at_once_and_a_half_line_not_before_its_end() {
    let place = Place::new();
    let log = place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 1 close\nMon Mar  2 08:00:01 2026 Info: ICID 2",
    );
    let follower = Follower::start(&place, "events");
    assert_eq!(follower.next()["icid"], 1);
    append(
        &log,
        " close\nMon Mar  2 08:00:01 2026 Info: ICID 3 close\n",
    );
    assert_eq!(follower.next()["icid"], 2);
    assert_eq!(follower.next()["icid"], 3);
    append(&log, "Mon Mar  2 08:00:02 2026 Info: ICID 4 close\n");
    assert_eq!(follower.next()["icid"], 4);
}

#[test]
fn a_connection_when_it_ends() {
    let place = Place::new();
    let log = place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 1 close\n",
    );
    let follower = Follower::start(&place, "connections");
    assert_eq!(follower.next()["icid"], 1);
    append(
        &log,
        "Mon Mar  2 08:00:01 2026 Info: New SMTP DCID 8 interface 192.0.2.1 address 198.51.100.7 port 25\n",
    );
    append(&log, "Mon Mar  2 08:00:02 2026 Info: ICID 2 close\n");
    assert_eq!(follower.next()["icid"], 2, "DCID 8 is still open");
    append(&log, "Mon Mar  2 08:00:09 2026 Info: DCID 8 close\n");
    let ended = follower.next();
    assert_eq!(
        (&ended["dcid"], &ended["end"], &ended["lines"]),
        (&8.into(), &"close".into(), &2.into())
    );
}

#[test]
fn an_attempt_as_it_is_made() {
    let place = Place::new();
    let login = |icid| {
        format!(
            "Mon Mar  2 08:00:01 2026 Info: SMTP Auth: (ICID {icid}) failed for user: a using AUTH mechanism: PLAIN with profile: P\n"
        )
    };
    let log = place.write("mail.current", login(1));
    let follower = Follower::start(&place, "auth");
    assert_eq!(follower.next()["icid"], 1);
    append(&log, &login(2));
    assert_eq!(follower.next()["icid"], 2);
}

#[test]
fn case_36_standard_input_in_any_pieces() {
    let place = Place::new();
    let line = |icid: u32| format!("Mon Mar  2 08:00:00 2026 Info: ICID {icid} close\n");
    let words = [
        "query", "", "-", "--view", "events", "--format", "json", "--fields", "icid",
    ];
    for follow in [&[][..], &["-f"]] {
        let words = [&words[..], follow].concat();
        let whole = (1..4).map(line).collect::<String>();
        // No newline at the end: the end of the input ends the line.
        let said = place.pipe_bytes(&words, whole.trim_end().as_bytes());
        assert_eq!(said.status, 0, "{}", said.err);
        let ids: Vec<Value> = said
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            ids,
            [1, 2, 3].map(|icid| serde_json::json!({ "icid": icid }))
        );
        assert_eq!(place.run(&words).out, "", "from /dev/null");
    }
}

#[test]
fn notices_are_objects_on_standard_error() {
    let place = Place::new();
    let log = place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 1 close\n",
    );
    let mut command = place.command();
    command.args([
        "query",
        "",
        "mail.current",
        "--view",
        "events",
        "--format",
        "json",
        "-f",
        "--poll=0.05",
    ]);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let mut out = BufReader::new(out).lines();
    out.next().unwrap().unwrap();
    std::fs::rename(&log, place.path("mail.@20260302T080000.s")).unwrap();
    place.write(
        "mail.current",
        "Mon Mar  2 08:00:01 2026 Info: ICID 2 close\n",
    );
    let said = BufReader::new(err).lines().next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let notice: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(notice["notice"], "rotated");
    assert_eq!(notice["path"], "mail.current");
    assert!(
        notice["text"]
            .as_str()
            .unwrap()
            .contains("mail.@20260302T080000.s")
    );
}

/// A minute of a route with a profile, whose login is refused or not.
fn login(minute: u32, works: bool) -> String {
    let at = format!("Mon Mar  2 08:{minute:02}:05 2026 Info:");
    let result = match works {
        true => "succeeded.",
        false => "failed: ('535', ['5.7.8 Error: authentication failed'])",
    };
    let done = match works {
        true => format!(
            "{at} Delivery start DCID {minute} MID {minute} to RID [0]\n\
             {at} Message done DCID {minute} MID {minute} to RID [0]\n"
        ),
        false => String::new(),
    };
    format!(
        "{at} New SMTP DCID {minute} interface 192.0.2.25 address 203.0.113.9 port 25\n\
         {at} DCID: {minute} IP: 203.0.113.9 SMTP authentication using the profile Out {result}\n\
         {done}{at} DCID {minute} close\n"
    )
}

#[test]
fn routes_are_followed_by_the_changes_of_their_incidents() {
    let place = Place::new();
    let first: String = (1..20).map(|minute| login(minute, true)).collect();
    let log = place.write("mail.current", first);
    let follower = Follower::of(&place, &["routes", "mail.current"]);
    let before = follower.next();
    assert_eq!(
        (&before["route"], &before["state"]),
        (&"Out".into(), &"healthy".into())
    );
    let refused: String = (20..30).map(|minute| login(minute, false)).collect();
    append(&log, &refused);
    let failing = follower.next();
    assert_eq!(failing["state"], "failing");
    assert_eq!(failing["severity"], "critical");
    assert_eq!(failing["since"], "2026-03-02T08:20:05");
    assert_eq!(failing["finding"], "profile_failing");
    let works: String = (30..59).map(|minute| login(minute, true)).collect();
    append(&log, &works);
    let mut states = Vec::new();
    while states.last().is_none_or(|state| state != "healthy") {
        states.push(follower.next()["state"].as_str().unwrap().to_owned());
    }
    let said = place.run(&["routes", "--check", "mail.current"]);
    assert_eq!(said.status, 0, "{}", said.out);
}

#[test]
fn sums_are_not_followed() {
    let place = Place::new();
    place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 1 close\n",
    );
    let said = place.run(&["query", "", "mail.current", "--view", "users", "-f"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("-f"), "{}", said.err);
}

/// A file that begins as one already read continues after that prefix: its first block does not
/// begin at line 1.
#[test]
fn lines_after_a_prefix_that_was_already_read_have_their_own_numbers() {
    let place = Place::new();
    let line = |icid: usize| format!("Mon Mar  2 08:00:00 2026 Info: ICID {icid} close\n");
    let log = |icids: std::ops::Range<usize>| icids.map(line).collect::<String>();
    // The copy is older, so it is read first; the original has grown since.
    place.write("mail.@20260302T080000.s", log(1..9));
    place.write("mail.current", log(1..12));
    let shown: Vec<(String, u64)> = place
        .records("", "events", &place.path(""))
        .iter()
        .map(|event| {
            let file = event["file"].as_str().unwrap().rsplit('/').next();
            (file.unwrap().to_owned(), event["line"].as_u64().unwrap())
        })
        .collect();
    let expected = (1..9).map(|line| ("mail.@20260302T080000.s".to_owned(), line));
    let expected = expected.chain((9..12).map(|line| ("mail.current".to_owned(), line)));
    assert_eq!(shown, expected.collect::<Vec<_>>());
}
