//! The interface's event loop: wait on one channel, take in all that came, update the state, draw
//! if it changed.
//!
//! A key draws at once; growth of the log draws at most every 50 ms, while loading every 150 ms. An
//! idle interface never wakes and writes nothing, so ages count from the log's newest entry instead
//! of a clock. `state` holds the state and its transitions and knows no terminal, `views` draws it
//! and changes nothing, `workers` do what takes long. The index is read under short guards, never
//! while the terminal is written or a file is read.

mod columns;
pub(crate) mod keymap;
mod rate;
mod state;
mod terminal;
mod theme;
mod views;
mod widgets;
mod workers;

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{self, Event};

use crate::config::Color;
use crate::pipeline::{Follow, Ingest, IngestEvent, Reading};
use crate::signal::{self, Signal};

use rate::Rate;
use state::source_list::SourceList;
use state::{Action, Answer, App, Effect, Feed};
use terminal::Screen;
use theme::{Symbols, Theme};
pub(crate) use workers::ReportWriter;
use workers::Workers;

pub(crate) use state::settings::Settings;

/// Growth is drawn at most this often.
const FRAME: Duration = Duration::from_millis(50);
/// The same while the log is still being read, which goes first.
const FRAME_LOADING: Duration = Duration::from_millis(150);
/// How long a record's lines may take before the frame is drawn without them.
const PATIENCE: Duration = Duration::from_millis(12);

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub query: String,
    /// What is followed, safe to show.
    pub title: String,
    /// Whether more may come.
    pub follow: Follow,
    pub color: Color,
    pub settings: Settings,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    Quit,
    /// A signal of this number ended it; the exit status is 128 more.
    Signal(i32),
}

enum Message {
    Input(io::Result<Event>),
    Signal(Signal),
    IngestEvent(IngestEvent),
    Answer(IndexScope, Answer),
    Panicked,
}

/// What an index is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IndexScope {
    /// The end of the newest file.
    Newest,
    /// All that is read.
    Whole,
}

/// Runs the interface until the user quits. `start` begins the ingest, which sends its events to the
/// given callback. Until the whole log is read, the interface shows its end from `newest`.
///
/// # Errors
/// When there is no terminal, it is gone, or a thread panicked. The terminal is restored in each case.
pub(crate) fn run(
    options: &Options,
    write_report: ReportWriter,
    newest: Option<Ingest>,
    start: impl FnOnce(Box<dyn Fn(IngestEvent) + Send + Sync>) -> Ingest,
) -> io::Result<Exit> {
    let (tell, messages) = mpsc::channel();
    let on_panic = tell.clone();
    let screen = Screen::open(options.color, move || {
        let _ = on_panic.send(Message::Panicked);
    })?;
    let symbols = Symbols::of_locale();
    let theme = Theme::new(options.color, symbols, &options.settings.palette);
    let news = tell.clone();
    let ingest = start(Box::new(move |event| {
        // The receiver is gone only at the end of the program.
        let _ = news.send(Message::IngestEvent(event));
    }));
    read_input(tell.clone())?;
    let signals = tell.clone();
    signal::listen(move |signal| {
        let _ = signals.send(Message::Signal(signal));
    })?;
    let reading = |extent, ingest| LoadedLog::start(extent, ingest, options.settings.lines, &tell);
    let whole = reading(IndexScope::Whole, ingest)?;
    let newest = newest
        .map(|newest| reading(IndexScope::Newest, newest))
        .transpose()?;
    let mut app = App::new(&options.title, options.follow, options.settings.clone());
    if newest.is_some() {
        app.show_newest();
    }
    Session {
        write_report,
        screen,
        theme,
        whole,
        newest,
        app,
        began: Instant::now(),
        due: None,
        drawn: None,
        rate: Rate::default(),
        grown: false,
    }
    .run(&options.query, &messages)
}

/// Keys come in on a thread of their own: reading them blocks.
fn read_input(tell: Sender<Message>) -> io::Result<()> {
    let read = move || {
        loop {
            let event = event::read();
            let gone = event.is_err();
            if tell.send(Message::Input(event)).is_err() {
                return;
            }
            if gone {
                return signal::end_soon(129);
            }
        }
    };
    let thread = thread::Builder::new().name("input".into());
    thread.spawn(read).map(drop)
}

/// What was read, and who looks into it.
struct LoadedLog {
    ingest: Ingest,
    workers: Workers,
}

impl LoadedLog {
    fn start(
        extent: IndexScope,
        ingest: Ingest,
        most_lines: usize,
        tell: &Sender<Message>,
    ) -> io::Result<Self> {
        let tell = tell.clone();
        let (sources, index) = (ingest.sources.clone(), ingest.index.clone());
        let workers = Workers::start(sources, index, most_lines, move |answer| {
            let _ = tell.send(Message::Answer(extent, answer));
        })?;
        Ok(Self { ingest, workers })
    }
}

/// A running interface.
struct Session {
    write_report: ReportWriter,
    screen: Screen,
    theme: Theme,
    whole: LoadedLog,
    /// What is shown until the whole is there.
    newest: Option<LoadedLog>,
    app: App,
    began: Instant,
    /// When to draw next.
    due: Option<Instant>,
    /// When it was last drawn.
    drawn: Option<Instant>,
    rate: Rate,
    /// Whether the index has grown since it was last drawn.
    grown: bool,
}

impl Session {
    fn run(mut self, query: &str, messages: &Receiver<Message>) -> io::Result<Exit> {
        let (width, height) = self.screen.size()?;
        let effects = self.app.start(query);
        self.perform(effects)?;
        self.update(Action::Resize(width, height))?;
        self.due = Some(Instant::now());
        loop {
            if let Some(message) = self.wait(messages)? {
                if let Some(exit) = self.receive(message)? {
                    return Ok(exit);
                }
                // A burst is taken in as a whole; a paste of keys must not draw a frame each.
                for message in messages.try_iter().take(1000) {
                    if let Some(exit) = self.receive(message)? {
                        return Ok(exit);
                    }
                }
            }
            if self.due.is_some_and(|due| due <= Instant::now())
                && let Some(exit) = self.draw(messages)?
            {
                return Ok(exit);
            }
        }
    }

    fn wait(&self, messages: &Receiver<Message>) -> io::Result<Option<Message>> {
        let gone = || io::Error::other("the interface's threads have ended");
        let Some(due) = self.due else {
            return messages.recv().map(Some).map_err(|_| gone());
        };
        match messages.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(gone()),
        }
    }

    fn receive(&mut self, message: Message) -> io::Result<Option<Exit>> {
        match message {
            Message::Input(event) => return self.input(event?),
            Message::Signal(Signal::End(number)) => return Ok(Some(Exit::Signal(number))),
            Message::Signal(Signal::Stop) => return self.perform(vec![Effect::Suspend]),
            Message::Signal(Signal::Continue) => {
                self.screen.retake()?;
                self.schedule_draw(Instant::now());
            }
            Message::IngestEvent(news) => self.on_ingest_event(news)?,
            Message::Answer(extent, answer) if extent == self.extent() => {
                self.schedule_draw(Instant::now());
                return self.update(Action::Answer(answer));
            }
            // Asked of the end of the log, where records have other numbers.
            Message::Answer(..) => {}
            Message::Panicked => {
                return Err(io::Error::other("a thread panicked; see the message above"));
            }
        }
        Ok(None)
    }

    fn input(&mut self, event: Event) -> io::Result<Option<Exit>> {
        self.schedule_draw(Instant::now());
        match event {
            Event::Key(key) => self.update(Action::Key(key)),
            Event::Paste(text) => self.update(Action::Paste(text)),
            Event::Resize(width, height) => self.update(Action::Resize(width, height)),
            _ => Ok(None),
        }
    }

    fn on_ingest_event(&mut self, news: IngestEvent) -> io::Result<()> {
        let action = match news {
            IngestEvent::Grew => {
                self.grown = true;
                let pause = if self.app.feed.is_loading() {
                    FRAME_LOADING
                } else {
                    FRAME
                };
                let earliest = self.drawn.map_or_else(Instant::now, |drawn| drawn + pause);
                self.schedule_draw(earliest);
                return Ok(());
            }
            // While a log grows this comes many times a second: only the first time it is news.
            IngestEvent::CaughtUp if !self.app.feed.is_loading() => return Ok(()),
            IngestEvent::CaughtUp => Action::CaughtUp,
            IngestEvent::Notice(notice) => {
                Action::Notice(crate::safe::text(&notice.to_string()).into_owned())
            }
            IngestEvent::End => Action::End,
            IngestEvent::Refused(refused) => {
                let text = crate::safe::text(&refused.to_string()).into_owned();
                return Err(io::Error::other(text));
            }
        };
        if matches!(action, Action::CaughtUp | Action::End) {
            self.show_whole()?;
        }
        self.grown = true;
        self.schedule_draw(Instant::now());
        self.update(action).map(drop)
    }

    /// All was read: the end of the log alone has been shown long enough.
    fn show_whole(&mut self) -> io::Result<()> {
        let Some(newest) = self.newest.take() else {
            return Ok(());
        };
        let effects = {
            let (part, whole) = (newest.ingest.index.read(), self.whole.ingest.index.read());
            self.app.show_whole(&part, &whole)
        };
        self.perform(effects).map(drop)
    }

    fn schedule_draw(&mut self, when: Instant) {
        self.due = Some(self.due.map_or(when, |due| due.min(when)));
    }

    fn extent(&self) -> IndexScope {
        if self.newest.is_some() {
            IndexScope::Newest
        } else {
            IndexScope::Whole
        }
    }

    fn shown(&self) -> &LoadedLog {
        self.newest.as_ref().unwrap_or(&self.whole)
    }

    fn workers(&mut self) -> &mut Workers {
        &mut self.newest.as_mut().unwrap_or(&mut self.whole).workers
    }

    fn index(&self) -> Reading<'_> {
        self.shown().ingest.index.read()
    }

    fn update(&mut self, action: Action) -> io::Result<Option<Exit>> {
        let effects = {
            let shown = self.newest.as_ref().unwrap_or(&self.whole);
            let index = shown.ingest.index.read();
            self.app.update(action, &index)
        };
        self.perform(effects)
    }

    fn perform(&mut self, effects: Vec<Effect>) -> io::Result<Option<Exit>> {
        for effect in effects {
            match effect {
                Effect::Exit => return Ok(Some(Exit::Quit)),
                Effect::Redraw => {
                    self.screen.forget()?;
                    self.schedule_draw(Instant::now());
                }
                Effect::Suspend => {
                    self.screen.suspend()?;
                    self.schedule_draw(Instant::now());
                }
                Effect::Bell => self.screen.bell()?,
                Effect::Copy(text) => self.screen.copy(&text)?,
                Effect::Read(job) => self.workers().read(job),
                Effect::Search(filter, hits) => self.workers().search(filter, hits),
                Effect::Find(from, way, needle) => self.workers().find(from, way, needle),
                Effect::Cancel => self.workers().cancel(),
                Effect::Look(order) => self.workers().look(order),
                Effect::Files => {
                    let files = {
                        let ingest = &self.shown().ingest;
                        SourceList::of(&ingest.sources, &ingest.parse_status)
                    };
                    self.update(Action::Files(files))?;
                    self.schedule_draw(Instant::now());
                }
                Effect::Report(route) => {
                    let thresholds = self.app.settings.thresholds;
                    let write = self.write_report;
                    self.workers().report(write, route, thresholds);
                }
            }
        }
        Ok(None)
    }

    /// Brings the state up to date and draws it.
    fn draw(&mut self, messages: &Receiver<Message>) -> io::Result<Option<Exit>> {
        self.due = None;
        self.look()?;
        if let Some(exit) = self.refresh()? {
            return Ok(Some(exit));
        }
        if let Some(exit) = self.wait_briefly_for_lines(messages)? {
            return Ok(Some(exit));
        }
        let Self {
            screen,
            theme,
            whole,
            newest,
            app,
            ..
        } = self;
        let shown = newest.as_ref().unwrap_or(whole);
        screen.draw(|frame| {
            let index = shown.ingest.index.read();
            views::draw(frame, app, &index, *theme);
        })?;
        self.drawn = Some(Instant::now());
        if terminal::panicked() {
            return Err(io::Error::other("a thread panicked; see the message above"));
        }
        if let Some(again) = self.again() {
            self.schedule_draw(again);
        }
        Ok(None)
    }

    /// Takes in what has grown.
    fn look(&mut self) -> io::Result<()> {
        let counting = self.rate.due().is_some_and(|due| due <= Instant::now());
        if !self.grown && !counting {
            return Ok(());
        }
        self.grown = false;
        // Before the index is read, or growth in between would never be reported.
        let ingest = &self.whole.ingest;
        ingest.ack_growth();
        let entries = ingest.index.read().totals().entries;
        self.rate.count(entries, Instant::now());
        let action = Action::Grew(self.whole.ingest.sources.progress(), self.rate.now);
        self.update(action).map(drop)
    }

    fn refresh(&mut self) -> io::Result<Option<Exit>> {
        let began = Instant::now();
        let effects = {
            let shown = self.newest.as_ref().unwrap_or(&self.whole);
            let index = shown.ingest.index.read();
            let now = began - self.began;
            if self.app.refresh(&index, now) {
                let spent = began.elapsed();
                self.app.took(spent, now + spent);
            }
            let mut effects = self.app.settle(&index);
            effects.extend(self.app.search_again(&index, now));
            effects.extend(self.app.look_again(&index, now));
            effects.extend(self.app.files_again(&index, now));
            effects
        };
        self.perform(effects)
    }

    /// Lines that come at once are drawn with the row they belong to, not a frame later.
    fn wait_briefly_for_lines(&mut self, messages: &Receiver<Message>) -> io::Result<Option<Exit>> {
        let until = Instant::now() + PATIENCE;
        while self.app.awaits_lines() {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(message) = messages.recv_timeout(left) else {
                break;
            };
            if let Some(exit) = self.receive(message)? {
                return Ok(Some(exit));
            }
        }
        Ok(None)
    }

    /// When to draw again though nothing comes in: rows that were not due yet, and a rate that may end.
    fn again(&self) -> Option<Instant> {
        let rows = self.app.wake(&self.index()).map(|due| self.began + due);
        let rows = rows.map(|rows| rows.max(self.drawn.map_or(rows, |drawn| drawn + FRAME)));
        let may_come = self.app.feed.phase != Feed::Ended || self.rate.now.is_some();
        let rate = self.rate.due().filter(|_| may_come);
        rows.into_iter().chain(rate).min()
    }
}
