//! Signals as values, so that the terminal is restored whatever ends or stops the program.
//!
//! A thread of its own waits for them. Two promises hold even when nobody receives any more: a signal that ends the
//! program ends it within [`GRACE`], and so does a terminal that is gone.

use std::io;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

/// How long the program may take to restore the terminal after a signal that ends it.
pub const GRACE: Duration = Duration::from_millis(1500);

/// A signal that means something to the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// Asked to end, by this signal's number; the exit status is 128 more.
    End(i32),
    /// Asked to stop, as by Ctrl-Z.
    Stop,
    /// Goes on after a stop, whoever stopped it.
    Continue,
}

/// Tells every signal to `tell`, from a thread of its own, as long as the program runs.
///
/// # Errors
/// When the system refuses a handler.
pub fn listen(tell: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            for number in signals.forever() {
                match number {
                    SIGTSTP => tell(Signal::Stop),
                    SIGCONT => tell(Signal::Continue),
                    number => {
                        end_soon(128 + number);
                        tell(Signal::End(number));
                    }
                }
            }
        })?;
    Ok(())
}

/// Stops the program as an unhandled SIGTSTP would. Returns when it goes on.
///
/// # Errors
/// When the system refuses.
pub fn stop() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
}

/// Ends the program with `status` after [`GRACE`], whatever its threads hang in: reading from a terminal that is gone
/// may never return.
pub fn end_soon(status: i32) {
    let watchdog = thread::Builder::new().name("watchdog".into());
    // Without a thread the program still ends by itself, only not for certain.
    let _ = watchdog.spawn(move || {
        thread::sleep(GRACE);
        std::process::exit(status);
    });
}
