//! The interface in a real terminal: however it ends, the terminal is the shell's again.

use std::time::Duration;

use rustix::process::Signal;

use crate::pty::Terminal;
use crate::run::{Place, tac};

const BINARY: &str = env!("CARGO_BIN_EXE_mailscope");

/// The interface on the log of TAC document 118570, once its connections are on the screen.
fn open(place: &Place, variables: &[(&str, &str)]) -> Terminal {
    let terminal = Terminal::start(
        BINARY,
        &[tac().to_str().unwrap()],
        place.folder.path(),
        variables,
    );
    terminal.wait_for("DCID 5640");
    assert!(!terminal.is_cooked(), "the interface reads keys one by one");
    terminal
}

#[test]
fn quitting_restores_the_terminal() {
    for (keys, status) in [("q", 0), ("\x03", 0), (":q\r", 0)] {
        let place = Place::new();
        let mut terminal = open(&place, &[]);
        terminal.type_keys(keys);
        assert_eq!(terminal.end().code(), Some(status), "after {keys:?}");
        terminal.assert_restored();
    }
}

#[test]
fn a_signal_restores_the_terminal_and_is_the_exit_status() {
    for (signal, status) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let place = Place::new();
        let mut terminal = open(&place, &[]);
        terminal.signal(signal);
        assert_eq!(terminal.end().code(), Some(status), "after {signal:?}");
        terminal.assert_restored();
    }
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_back() {
    let place = Place::new();
    let script = format!(
        "set -m; {BINARY} {}; echo shell has it; read; fg; echo $?",
        tac().display()
    );
    let mut terminal = Terminal::start(
        "/bin/bash",
        &["--norc", "-c", &script],
        place.folder.path(),
        &[],
    );
    terminal.wait_for("DCID 5640");

    terminal.type_keys("\x1a");
    terminal.wait_for("shell has it");
    terminal.assert_restored();

    terminal.type_keys("\r");
    terminal.wait_for("DCID 5640");
    assert!(!terminal.is_cooked());

    terminal.type_keys("q");
    assert!(terminal.end().success());
    terminal.assert_restored();
}

#[test]
fn without_colour_the_words_remain() {
    let place = Place::new();
    let mut terminal = open(&place, &[("NO_COLOR", "1")]);
    terminal.wait_for("failed");
    terminal.type_keys("q");
    terminal.end();
    let bytes = terminal.bytes();
    let written = String::from_utf8_lossy(&bytes);
    let coloured = written
        .split("\x1b[")
        .skip(1)
        .filter_map(|sequence| sequence.split_once('m'))
        .flat_map(|(codes, _)| codes.split(';'))
        .filter_map(|code| code.parse::<u8>().ok())
        .find(|code| matches!(code, 30..=49 | 90..=107));
    assert_eq!(coloured, None, "a colour was written");
}

#[test]
fn an_idle_interface_writes_no_byte() {
    let place = Place::new();
    let terminal = open(&place, &[]);
    // What follows the first frame: the end of loading, the last notices, the end of the rate.
    std::thread::sleep(Duration::from_secs(2));
    terminal.wait_until("no rate of lines", |shown| {
        !shown.screen().contains("lines/s")
    });
    let before = terminal.bytes().len();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(terminal.bytes().len(), before);
}
