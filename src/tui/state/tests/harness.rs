//! A terminal whose keys a test presses: the state with everything that the program has around it, run at once.

use super::*;

/// A reader at a terminal, with everything around the state that the program has, done at once.
pub(super) struct Harness {
    pub(super) app: App,
    pub(super) index: Index,
    pub(super) log: tempfile::NamedTempFile,
    pub(super) sources: Sources,
    pub(super) parse_status: ParseStatus,
    pub(super) parser: HeaderParser,
    pub(super) told: u64,
    pub(super) now: Duration,
    pub(super) theme: Theme,
    pub(super) search: Option<(Arc<Query>, TextMatches)>,
    pub(super) copied: Vec<String>,
    pub(super) folder: tempfile::TempDir,
    pub(super) exited: bool,
}

impl Harness {
    pub(super) fn new(log: &str, width: u16, height: u16) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        let sources = open(file.path());
        let mut index = Index::new(TrackClosed::Off);
        index.open_source(SourceId::new(0), "");
        let mut desk = Self {
            app: App::new("mail.current", Follow::Live, Settings::default()),
            index,
            log: file,
            sources,
            parse_status: ParseStatus::default(),
            parser: HeaderParser::new(YearResolver::starting(2009)),
            told: 0,
            now: Duration::ZERO,
            theme: Theme::new(Color::Always, Symbols::Unicode, &Palette::default()),
            search: None,
            copied: Vec::new(),
            folder: tempfile::tempdir().unwrap(),
            exited: false,
        };
        desk.does(Action::Resize(width, height));
        desk.grow(log);
        desk.does(Action::CaughtUp);
        desk.settle();
        desk
    }

    pub(super) fn grow(&mut self, text: &str) {
        self.append(text);
        let progress = ReadProgress {
            read: self.told,
            total: self.told,
        };
        self.does(Action::Grew(progress, None));
        self.settle();
    }

    /// Appends lines to the log without an event for the interface.
    pub(super) fn append(&mut self, text: &str) {
        self.log.write_all(text.as_bytes()).unwrap();
        for line in text.as_bytes().split_inclusive(|byte| *byte == b'\n') {
            let body = line.strip_suffix(b"\n").unwrap_or(line);
            let frame = self.parser.parse(body);
            self.index.apply(&Entry::parse(
                Position::new(SourceId::new(0), self.told),
                &frame,
                body,
            ));
            self.told += line.len() as u64;
        }
        self.sources.set_emitted(SourceId::new(0), self.told);
        let entries = text.lines().count();
        let newest = self.index.newest();
        self.parse_status
            .record(SourceId::new(0), entries, newest, None);
    }

    pub(super) fn does(&mut self, action: Action) {
        let effects = self.app.update(action, &self.index);
        self.perform(effects);
    }

    pub(super) fn settle(&mut self) {
        self.now += Duration::from_secs(1);
        self.app.refresh(&self.index, self.now);
        let mut effects = self.app.settle(&self.index);
        effects.extend(self.app.search_again(&self.index, self.now));
        effects.extend(self.app.look_again(&self.index, self.now));
        effects.extend(self.app.files_again(&self.index, self.now));
        self.perform(effects);
        self.app.refresh(&self.index, self.now);
        let effects = self.app.settle(&self.index);
        self.perform(effects);
    }

    pub(super) fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            let answer = match effect {
                Effect::Read(Job::Record(record, spans, wanted)) => {
                    let read = search::read_lines(&self.sources, &wanted, usize::MAX)
                        .map_err(|error| error.to_string());
                    Answer::Record(record, spans, read)
                }
                Effect::Read(Job::Sides(of, wanted)) => Answer::Sides(
                    of,
                    crate::tui::workers::sides(&self.sources, &wanted, usize::MAX),
                ),
                Effect::Files => {
                    let files = SourceList::of(&self.sources, &self.parse_status);
                    self.does(Action::Files(files));
                    continue;
                }
                Effect::Report(route) => Answer::Reported(crate::report::incident::file::write(
                    self.folder.path(),
                    route,
                    self.app.settings.thresholds,
                    &self.sources,
                    &|work| work(&self.index),
                )),
                Effect::Look(order) => {
                    self.look(&order);
                    continue;
                }
                Effect::Read(Job::Log(ask)) => Answer::Log(
                    ask,
                    search::read_range(&self.sources, ask).map_err(|error| error.to_string()),
                ),
                Effect::Find(from, way, needle) => Answer::Found(Ok(search::find(
                    &self.sources,
                    from,
                    way,
                    &needle,
                    &AtomicBool::new(false),
                )
                .unwrap())),
                Effect::Search(filter, hits) => {
                    self.search = Some((filter, hits));
                    continue;
                }
                Effect::Cancel => {
                    self.search = None;
                    continue;
                }
                Effect::Copy(text) => {
                    self.copied.push(text);
                    continue;
                }
                Effect::Exit => {
                    self.exited = true;
                    continue;
                }
                _ => continue,
            };
            self.does(Action::Answer(answer));
        }
    }

    pub(super) fn look(&mut self, order: &TriageJob) {
        let seen = std::cell::RefCell::new(Vec::new());
        let index = &self.index;
        triage_state::run(
            order,
            &AtomicBool::new(false),
            &|work| work(index),
            &|one| seen.borrow_mut().push(one),
        );
        for one in seen.into_inner() {
            self.does(Action::Answer(Answer::Seen(order.what.number, one)));
        }
    }

    /// The reader stops typing for a moment: searches come to their end.
    pub(super) fn pause(&mut self) {
        self.settle();
        if let Some((filter, mut hits)) = self.search.take() {
            let (go_on, until) = (AtomicBool::new(false), Instant::now());
            let read = loop {
                match hits.advance(
                    filter.texts(),
                    &self.sources,
                    &go_on,
                    Some(until),
                    &mut |_| {},
                ) {
                    Ok(SearchProgress::Paused) => {}
                    Ok(SearchProgress::End) => break Ok(hits),
                    Err(error) => break Err(error.to_string()),
                }
            };
            self.does(Action::Answer(Answer::Hits(filter.text().to_owned(), read)));
        }
        self.settle();
    }

    pub(super) fn key(&mut self, code: KeyCode) {
        self.does(Action::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self.settle();
    }

    pub(super) fn control(&mut self, c: char) {
        self.does(Action::Key(KeyEvent::new(
            KeyCode::Char(c),
            KeyModifiers::CONTROL,
        )));
        self.settle();
    }

    pub(super) fn types(&mut self, text: &str) {
        text.chars().for_each(|c| self.key(KeyCode::Char(c)));
    }

    pub(super) fn filter(&mut self, text: &str) {
        self.types("/");
        self.control('u');
        self.types(text);
        self.key(KeyCode::Enter);
    }

    pub(super) fn buffer(&self) -> Buffer {
        let (width, height) = self.app.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal
            .draw(|frame| views::draw(frame, &self.app, &self.index, self.theme))
            .unwrap();
        terminal.backend().buffer().clone()
    }

    pub(super) fn screen(&self) -> String {
        let buffer = self.buffer();
        let rows = buffer.content.chunks(usize::from(buffer.area.width).max(1));
        rows.map(|row| {
            row.iter()
                .map(Cell::symbol)
                .collect::<String>()
                .trim_end()
                .to_owned()
                + "\n"
        })
        .collect()
    }

    /// The screen without the lines of the filter.
    pub(super) fn body(&self) -> String {
        let screen = self.screen();
        let rows: Vec<&str> = screen.lines().collect();
        rows[3..rows.len() - 2].join("\n")
    }

    /// The colour of the first such word on the screen.
    pub(super) fn colour_of(&self, word: &str) -> Colour {
        let row = self.row_of(word).unwrap();
        let line = self.screen().lines().nth(row).unwrap().to_owned();
        let at = line[..line.find(word).unwrap()].chars().count();
        self.buffer()[(u16::try_from(at).unwrap(), u16::try_from(row).unwrap())].fg
    }

    pub(super) fn row_of(&self, text: &str) -> Option<usize> {
        self.screen().lines().position(|line| line.contains(text))
    }
}

pub(super) fn open(path: &std::path::Path) -> Sources {
    let sources = Sources::default();
    sources.add_stream(path, false, Some(std::fs::File::open(path).unwrap().into()));
    sources
}

pub(super) fn desk() -> Harness {
    Harness::new(LOG, 80, 24)
}
