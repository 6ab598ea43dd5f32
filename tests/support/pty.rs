//! A program in a pseudo-terminal: keys go in, the test reads the screen, the bytes and the terminal's modes.
//!
//! The tests wait for text. They sleep only to show that nothing is written.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty};
use rustix::termios::{LocalModes, tcgetattr};

const ROWS: NonZero<u16> = NonZero::new(24).expect("24 is not 0");
const COLUMNS: NonZero<u16> = NonZero::new(80).expect("80 is not 0");

/// How long a test waits for something that must happen. Generous: a loaded machine is slow, not wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the program wrote so far, and the screen that a terminal shows after it.
struct Output {
    bytes: Vec<u8>,
    screen: vt100::Parser,
}

/// A child process that is the session leader of its own pseudo-terminal.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Arc<Mutex<Output>>,
}

impl Terminal {
    /// Starts `program` in `folder`, with no environment but `HOME`, `PATH`, `TERM` and `variables`.
    pub(crate) fn start(
        program: impl AsRef<Path>,
        arguments: &[&str],
        folder: &Path,
        variables: &[(&str, &str)],
    ) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(Size::new(ROWS.get(), COLUMNS.get())).unwrap();
        let child = Command::new(program.as_ref())
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .envs(variables.iter().copied())
            .spawn(pts)
            .unwrap();
        let pty = Arc::new(pty);
        let output = Arc::new(Mutex::new(Output {
            bytes: Vec::new(),
            screen: vt100::Parser::new(ROWS, COLUMNS, 0),
        }));
        let (reader, sink) = (Arc::clone(&pty), Arc::clone(&output));
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            // Linux reports the end of the last process on the terminal as an error.
            while let Ok(read @ 1..) = (&*reader).read(&mut chunk) {
                let mut output = sink.lock().unwrap();
                output.bytes.extend_from_slice(&chunk[..read]);
                output.screen.process(&chunk[..read]);
            }
        });
        Self { pty, child, output }
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().unwrap()
    }

    /// Types `keys` as a keyboard sends them.
    pub(crate) fn type_keys(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// The screen as lines of text.
    pub(crate) fn screen(&self) -> String {
        self.output().screen.screen().contents()
    }

    /// Every byte that the program wrote.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.output().bytes.clone()
    }

    /// Waits until the screen shows `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}` on the screen"), |terminal| {
            terminal.screen().contains(text)
        });
    }

    /// Waits until `holds` is true; `what` names it in the failure.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            assert!(
                begin.elapsed() < PATIENCE,
                "no {what}; the screen is:\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits until the program ends.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "it did not end; the screen is:\n{}",
                self.screen()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Whether the terminal echoes keys and reads whole lines, as a shell leaves it.
    pub(crate) fn is_cooked(&self) -> bool {
        let modes = tcgetattr(&*self.pty).unwrap().local_modes;
        modes.contains(LocalModes::ICANON | LocalModes::ECHO)
    }

    /// Asserts that the terminal is as a shell leaves it: the main screen, the cursor, no bracketed paste, lines and echo.
    pub(crate) fn assert_restored(&self) {
        assert!(self.is_cooked(), "the terminal is still in raw mode");
        // The last bytes may still be on their way through the terminal.
        self.wait_until("main screen with a cursor", |terminal| {
            let output = terminal.output();
            let screen = output.screen.screen();
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
