//! Signals as values, so that the terminal is restored whatever ends or stops the program.
//!
//! A dedicated thread waits for them. Even if the receiver hangs, a signal that ends the program
//! ends it within [`GRACE`], and so does the loss of the terminal.

use std::io;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

/// How long the program may take to restore the terminal after a signal that ends it.
pub(crate) const GRACE: Duration = Duration::from_millis(1500);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Signal {
    /// Ends the program; the exit status is 128 plus this number.
    End(i32),
    /// Suspends the program, as by Ctrl-Z.
    Stop,
    /// Resumes the program, also if another process suspended it.
    Continue,
}

/// Calls `on_signal` with every signal, from a dedicated thread, as long as the program runs.
///
/// # Errors
/// If the system refuses a handler.
pub(crate) fn listen(on_signal: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for number in signals.forever() {
                match number {
                    SIGTSTP => on_signal(Signal::Stop),
                    SIGCONT => on_signal(Signal::Continue),
                    number => {
                        end_soon(128 + number);
                        on_signal(Signal::End(number));
                    }
                }
            }
        })?;
    Ok(())
}

/// Suspends the program as an unhandled SIGTSTP would. Returns when it is resumed.
///
/// # Errors
/// If the system refuses.
pub(crate) fn stop() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
}

/// Ends the program with `status` after [`GRACE`], even if its threads hang: reading from a lost
/// terminal may never return.
pub(crate) fn end_soon(status: i32) {
    let watchdog = thread::Builder::new().name("watchdog".into());
    // Without a thread the program still ends by itself, only not for certain.
    let _ = watchdog.spawn(move || {
        thread::sleep(GRACE);
        std::process::exit(status);
    });
}
