//! The terminal is restored after a panic; the test runs its own executable in a pseudo-terminal.

#[expect(dead_code, reason = "the other tests of the terminal use the rest")]
#[path = "../../../tests/support/pty.rs"]
mod pty;

use std::thread;
use std::time::Duration;

use super::Screen;
use crate::config::Color;

/// Set in the child process, which alone may take a terminal.
const CHILD: &str = "MAILSCOPE_TEST_PANIC";

#[test]
fn a_panic_restores_the_terminal_and_shows_its_message() {
    let program = std::env::current_exe().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let helper = "tui::terminal::tests::panics_on_a_second_thread";
    let arguments = ["--exact", helper, "--ignored", "--nocapture"];
    let mut terminal = pty::Terminal::start(program, &arguments, folder.path(), &[(CHILD, "1")]);
    terminal.wait_for("the worker failed on \\x1b[2J");
    assert!(terminal.end().success(), "{}", terminal.screen());
    terminal.assert_restored();
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let entered = bytes.find("\x1b[?1049h").expect("the alternate screen");
    let left = bytes.find("\x1b[?1049l").expect("the main screen again");
    let message = bytes.find("the worker failed").expect("the message");
    assert!(entered < left && left < message, "{bytes:?}");
}

#[test]
#[ignore = "runs in the pseudo-terminal of the test above"]
fn panics_on_a_second_thread() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let (panicked, wait) = std::sync::mpsc::channel();
    let screen = Screen::open(Color::Never, move || panicked.send(()).unwrap()).unwrap();
    let worker = thread::spawn(|| panic!("the worker failed on \x1b[2J"));
    wait.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(worker.join().is_err());
    // Restoring twice would leave the alternate screen of another program.
    drop(screen);
}
