//! The only place that touches the terminal's modes: one guard, which puts everything back however the program ends.
//!
//! Nothing here ever asks the terminal a question: its answer would come in among the keys.

use std::io::{self, IsTerminal, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::crossterm::{cursor, style};
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};

use crate::tui::theme::Color;

/// Whether the terminal is ours; whoever gives it back first does so once.
static OURS: AtomicBool = AtomicBool::new(false);
/// Whether some thread panicked while it was ours.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// The terminal, taken over.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    /// Takes the terminal over. `on_panic` is called when a thread panics, after the terminal was given back and the
    /// panic's message printed.
    ///
    /// # Errors
    /// When standard output is no terminal, or one that cannot place text.
    pub fn open(color: Color, on_panic: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        refuse_dumb()?;
        // Else crossterm minds NO_COLOR only, and would end each frame with the codes of the default colours.
        style::force_color_output(color.is_used());
        hook_panics(on_panic);
        take()?;
        // From here on a failure must give the terminal back.
        let terminal = Terminal::new(CrosstermBackend::new(io::stdout()));
        match terminal {
            Ok(terminal) => Ok(Self { terminal }),
            Err(error) => {
                give_back();
                Err(error)
            }
        }
    }

    /// Draws a frame; only what differs from the frame before goes to the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if PANICKED.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.terminal.draw(draw).map(drop)
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// The next frame goes to the terminal as a whole.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn forget(&mut self) -> io::Result<()> {
        let (width, height) = self.size()?;
        // Not `Terminal::clear`: it asks for the place of the cursor.
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Gives the terminal back, stops the program, and takes the terminal again when it goes on.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        give_back();
        crate::signal::stop()?;
        self.retake()
    }

    /// Takes the terminal again after somebody else had it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn retake(&mut self) -> io::Result<()> {
        give_back();
        take()?;
        self.forget()
    }

    /// Hands text to the terminal's clipboard (OSC 52). What is sent holds no character of `text` as it is.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        write!(out, "\x1b]52;c;{}\x07", base64(text.as_bytes()))?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Whether a thread panicked while the terminal was ours.
pub fn panicked() -> bool {
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
    OURS.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| {
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )
    });
    if taken.is_err() {
        give_back();
    }
    taken
}

/// A terminal that is gone cannot be restored, so errors mean nothing here.
fn give_back() {
    if OURS.swap(false, Ordering::SeqCst) {
        let _ = execute!(
            io::stdout(),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = disable_raw_mode();
    }
}

/// A panic's message would be lost on the alternate screen, and one on a thread in the background would leave the
/// terminal to a program that no longer works.
fn hook_panics(on_panic: impl Fn() + Send + Sync + 'static) {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if OURS.load(Ordering::SeqCst) {
                PANICKED.store(true, Ordering::SeqCst);
                give_back();
                // A panic may carry text of the log.
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

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let value = (0..3).fold(0, |value, at| {
            value << 8 | usize::from(group.get(at).copied().unwrap_or(0))
        });
        for digit in 0..4 {
            text.push(if digit <= group.len() {
                char::from(DIGITS[value >> (18 - 6 * digit) & 63])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn copied_text_is_coded_as_terminals_expect() {
        let coded: Vec<String> = ["", "f", "fo", "foo", "foob"]
            .iter()
            .map(|text| base64(text.as_bytes()))
            .collect();
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
