//! The only module that changes the terminal's modes: one guard restores them however the program
//! ends.
//!
//! No query is sent to the terminal: its reply would arrive among the keys.

use std::io::{self, IsTerminal, Stdout};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::clipboard::CopyToClipboard;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, style};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

use crate::config::Color;

/// Whether the interface owns the terminal; of several threads that restore it only one does.
static OWNED: AtomicBool = AtomicBool::new(false);
/// Whether a thread panicked while the interface owned the terminal.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Owns the terminal; restores it on drop.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Enters the alternate screen and raw mode. After a panic on any thread the terminal is
    /// restored, the message printed, and `on_panic` called.
    ///
    /// # Errors
    /// If standard output is no terminal, or a dumb one.
    pub(super) fn open(
        color: Color,
        on_panic: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        refuse_dumb()?;
        // Without this, crossterm follows NO_COLOR alone and ends each frame with the codes of the
        // default colours.
        style::force_color_output(color.is_used());
        hook_panics(on_panic);
        take()?;
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()));
        match terminal {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                restore();
                Err(error)
            }
        }
    }

    /// Draws a frame; only the cells that changed are written.
    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if PANICKED.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.terminal.draw(draw).map(drop)
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Makes the next frame write every cell.
    pub(super) fn forget(&mut self) -> io::Result<()> {
        let (width, height) = self.size()?;
        // Not `Terminal::clear`: it queries the cursor position.
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Restores the terminal, stops the process, and takes the terminal again on resumption.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        restore();
        crate::signal::stop()?;
        self.retake()
    }

    /// Takes the terminal again after another program used it.
    pub(super) fn retake(&mut self) -> io::Result<()> {
        restore();
        take()?;
        self.forget()
    }

    pub(super) fn bell(&mut self) -> io::Result<()> {
        execute!(io::stdout(), style::Print('\u{7}'))
    }

    /// Copies text to the terminal's clipboard (OSC 52). It is sent as base64, so control
    /// characters in `text` have no effect.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// Whether a thread panicked while the interface owned the terminal.
pub(super) fn panicked() -> bool {
    PANICKED.load(Ordering::SeqCst)
}

fn refuse_dumb() -> io::Result<()> {
    let hint = "use `mailscope query` or `mailscope routes`, or pipe the output to get a summary";
    if !io::stdout().is_terminal() {
        return Err(io::Error::other(format!(
            "standard output is no terminal; {hint}"
        )));
    }
    match std::env::var("TERM").as_deref() {
        Ok("dumb") => Err(io::Error::other(format!(
            "a terminal of type `dumb` cannot show the interface; set TERM, or {hint}"
        ))),
        _ => Ok(()),
    }
}

fn take() -> io::Result<()> {
    OWNED.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| {
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )
    });
    if taken.is_err() {
        restore();
    }
    taken
}

/// Restores the terminal, once. A terminal that is gone cannot be restored: errors are ignored.
fn restore() {
    if OWNED.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = disable_raw_mode();
    }
}

/// Restores the terminal on a panic: the message would be lost on the alternate screen, and after a
/// panic on a background thread the program would keep the terminal without working.
fn hook_panics(on_panic: impl Fn() + Send + Sync + 'static) {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if OWNED.load(Ordering::SeqCst) {
                PANICKED.store(true, Ordering::SeqCst);
                restore();
                // The message may contain text of the log.
                let text = info.to_string();
                for line in text.lines() {
                    eprintln!("{}", crate::safe::text(line));
                }
                eprintln!("{}", std::backtrace::Backtrace::capture());
                on_panic();
            } else {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests;
