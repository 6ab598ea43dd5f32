//! The keys: one table, from which come what a key does, the footer, the help and the README's list.

mod keys;

use std::fmt::Write;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use keys::Keymap;

/// Where a key is pressed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Context {
    /// A table of connections.
    Connections,
    /// A table of messages.
    Messages,
    /// A table of users.
    Users,
    /// A table of routes.
    Routes,
    /// A table of findings.
    Findings,
    /// The log itself.
    Log,
    /// A table of sources.
    Sources,
    /// A record's page.
    Page,
    /// A route's page.
    Route,
    /// The time strip, while a moment is chosen on it.
    Moment,
    /// The list of keys.
    Help,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Connections,
        Self::Messages,
        Self::Users,
        Self::Routes,
        Self::Findings,
        Self::Log,
        Self::Sources,
        Self::Page,
        Self::Route,
        Self::Moment,
        Self::Help,
    ];

    /// As a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Connections => "Connections",
            Self::Messages => "Messages",
            Self::Users => "Users",
            Self::Routes => "Routes",
            Self::Findings => "Findings",
            Self::Log => "Log",
            Self::Sources => "Sources",
            Self::Page => "a record's page",
            Self::Route => "a route's page",
            Self::Moment => "the time strip",
            Self::Help => "Help",
        }
    }
}

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Open what is selected.
    Open,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
    /// Half a screen up.
    HalfUp,
    /// Half a screen down.
    HalfDown,
    /// To the oldest, or the top.
    First,
    /// To the newest, following it; or the bottom.
    Last,
    /// Sideways.
    Left,
    /// Sideways.
    Right,
    /// The filter bar, or the search in the log.
    Filter,
    /// The next match.
    Next,
    /// The match before.
    Previous,
    /// The next failure.
    NextFailure,
    /// The failure before.
    PreviousFailure,
    /// Filter by the record's ICID.
    ByIcid,
    /// Filter by the record's DCID.
    ByDcid,
    /// Filter by the record's user.
    ByUser,
    /// Filter by the record's profile.
    ByProfile,
    /// Filter by the route.
    ByRoute,
    /// The messages that the route's failures hit.
    Hit,
    /// Write the route's incident report.
    Report,
    /// Sum routes up by something else.
    RollUp,
    /// Keep the value under the cursor.
    Keep,
    /// Drop the value under the cursor.
    Drop,
    /// The next column to sort by.
    Sort,
    /// Sort the other way round.
    Reverse,
    /// Hold the feed, or let it go on.
    Pause,
    /// Go to a time.
    Time,
    /// Choose a moment on the time strip.
    Moment,
    /// Mark the row.
    Mark,
    /// The next mark.
    NextMark,
    /// Copy.
    Copy,
    /// The command line.
    CommandLine,
    /// A view by its number on the tab bar.
    View(u8),
    /// The next view.
    NextView,
    /// The view before.
    PreviousView,
    /// Back: out of a page, or the filter away.
    Back,
    /// Back, and then out.
    Quit,
    /// Out at once.
    Leave,
    /// The list of keys.
    Help,
    /// Draw everything again.
    Redraw,
    /// Stop the program.
    Suspend,
}

/// A key as the table writes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Key {
    /// A character.
    Char(char),
    /// A character with Ctrl.
    Ctrl(char),
    /// A key with a name.
    Named(KeyCode),
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// Where it holds; empty: everywhere.
    pub contexts: &'static [Context],
    /// Any of these.
    pub keys: &'static [Key],
    /// What it does.
    pub command: Command,
    /// Its word in the footer; empty: not shown there.
    pub word: &'static str,
    /// What it does, for the help.
    pub says: &'static str,
}

const TABLES: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Routes,
    Context::Findings,
    Context::Sources,
];
const VALUES: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Routes,
];
const CONNECTIONS: &[Context] = &[Context::Connections, Context::Messages, Context::Page];
const LOGINS: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Page,
];
const PROFILES: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Routes,
    Context::Page,
    Context::Route,
];
const LISTS: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Routes,
    Context::Findings,
    Context::Log,
    Context::Sources,
];
const FILTERED: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Routes,
    Context::Findings,
    Context::Sources,
    Context::Page,
    Context::Route,
];
const ROUTES: &[Context] = &[Context::Routes];
const ROUTE: &[Context] = &[Context::Route];
const OF_ROUTES: &[Context] = &[Context::Routes, Context::Route];
const REPORTED: &[Context] = &[Context::Routes, Context::Findings, Context::Route];
const LOG: &[Context] = &[Context::Log];
const MOMENT: &[Context] = &[Context::Moment];
const KEPT: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Routes,
    Context::Findings,
    Context::Log,
    Context::Sources,
    Context::Page,
    Context::Route,
];
const PAGES: &[Context] = &[Context::Page, Context::Route];
const NOT_HELP: &[Context] = &[
    Context::Connections,
    Context::Messages,
    Context::Users,
    Context::Routes,
    Context::Findings,
    Context::Log,
    Context::Sources,
    Context::Page,
    Context::Route,
    Context::Moment,
];

const PAGE_AND_HELP: &[Context] = &[Context::Page, Context::Route, Context::Help];
const LOG_AND_HELP: &[Context] = &[Context::Log, Context::Help];
const LINES: &[Context] = &[Context::Log, Context::Page, Context::Route];
const ALL: &[Context] = &[];

/// A line of the table: where it holds, keys, command, word for the footer, what it does.
macro_rules! bindings {
    ($($contexts:ident [$($key:expr),+] $command:ident $(($view:literal))? => $word:literal $says:literal;)+) => {
        &[$(Binding {
            contexts: $contexts,
            keys: &[$($key),+],
            command: Command::$command $(($view))?,
            word: $word,
            says: $says,
        }),+]
    };
}

use Key::{Char, Ctrl, Named};

/// The table. Where several lines hold, the first one does; the footer shows them in this order.
pub const BINDINGS: &[Binding] = bindings! {
    LISTS [Named(KeyCode::Enter)] Open => "open" "open the selected record; of a user, the connections; of a finding, what it is about; of a source, its lines";
    PAGES [Named(KeyCode::Enter)] Open => "follow" "open the record that the line leads to";
    PAGES [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "back" "back to where you came from";
    ROUTE [Char('m')] Hit => "messages" "the messages that the route's failures hit";
    ROUTES [Char('b')] RollUp => "sum by" "sum routes by profile, by domain, by address; again, each route for itself";
    OF_ROUTES [Char('f')] ByRoute => "filter" "filter the connections by this route";
    REPORTED [Char('R')] Report => "report" "write an incident report of the route, as Markdown, into the current folder";
    FILTERED [Char('/')] Filter => "filter" "the filter bar; each keystroke applies, Enter keeps, Esc drops the change, Tab completes, ↑ ↓ bring earlier ones back";
    LOG [Char('/')] Filter => "search" "search the log's text (a regular expression, case is ignored)";
    MOMENT [Named(KeyCode::Enter)] Open => "keep" "keep the moment: the connections that were open then";
    MOMENT [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "back" "back to where you came from";
    MOMENT [Char('h'), Named(KeyCode::Left)] Left => "earlier" "a column of the strip earlier";
    MOMENT [Char('l'), Named(KeyCode::Right)] Right => "later" "a column of the strip later";
    NOT_HELP [Char('e')] NextFailure => "next failure" "next failure";
    NOT_HELP [Char('E')] PreviousFailure => "" "previous failure";
    LOG [Char('n')] Next => "next" "next match of the search";
    LOG [Char('N')] Previous => "" "previous match of the search";
    TABLES [Char('n')] Next => "" "next record that matches the filter";
    TABLES [Char('N')] Previous => "" "previous record that matches the filter";
    PAGES [Char('n')] Next => "next link" "next line that leads to a record";
    PAGES [Char('N')] Previous => "" "previous line that leads to a record";
    CONNECTIONS [Char('i')] ByIcid => "ICID" "filter by the record's ICID";
    CONNECTIONS [Char('d')] ByDcid => "DCID" "filter by the record's DCID";
    LOGINS [Char('u')] ByUser => "user" "filter by the record's user";
    PROFILES [Char('p')] ByProfile => "profile" "filter by the record's SMTP Auth profile";
    VALUES [Char('+')] Keep => "keep" "keep only records with the value under the cursor";
    VALUES [Char('-')] Drop => "drop" "drop records with the value under the cursor";
    ALL [Char(' ')] Pause => "pause" "hold the feed and count what waits; again to go on";
    ALL [Char('?'), Named(KeyCode::F(1))] Help => "help" "these keys";
    ALL [Char('q')] Quit => "quit" "back, and from the first level out";
    TABLES [Char('s')] Sort => "sort" "sort by the next column";
    TABLES [Char('S')] Reverse => "" "sort the other way round";
    LISTS [Char('t')] Time => "time" "go to a time: 11:20, 2009-04-22 11:20, -15m; or keep a range: 11:00..11:30";
    LISTS [Char('T')] Moment => "moment" "choose a moment on the time strip: who was connected then";
    KEPT [Char('y')] Copy => "copy" "copy the record's lines to the clipboard (OSC 52)";
    LISTS [Char('m')] Mark => "mark" "mark the row, or take its mark away";
    LISTS [Char('\'')] NextMark => "" "next mark";
    ALL [Char(':')] CommandLine => "" "command line: q, filter, view, sort, goto, help";
    ALL [Char('k'), Named(KeyCode::Up)] Up => "" "up";
    ALL [Char('j'), Named(KeyCode::Down)] Down => "" "down";
    ALL [Named(KeyCode::PageUp), Ctrl('b')] PageUp => "" "a screen up";
    ALL [Named(KeyCode::PageDown), Ctrl('f')] PageDown => "" "a screen down";
    ALL [Ctrl('u')] HalfUp => "" "half a screen up";
    ALL [Ctrl('d')] HalfDown => "" "half a screen down";
    TABLES [Char('g'), Named(KeyCode::Home)] First => "" "the oldest; sorted by another column, the top";
    TABLES [Char('G'), Named(KeyCode::End)] Last => "" "the newest, and follow again; sorted by another column, the bottom";
    MOMENT [Char('g'), Named(KeyCode::Home)] First => "" "the log's first moment";
    MOMENT [Char('G'), Named(KeyCode::End)] Last => "" "the log's newest moment";
    LOG [Char('g'), Named(KeyCode::Home)] First => "" "the first line";
    LOG [Char('G'), Named(KeyCode::End)] Last => "follow" "the last line, and follow again";
    PAGE_AND_HELP [Char('g'), Named(KeyCode::Home)] First => "" "the top";
    PAGE_AND_HELP [Char('G'), Named(KeyCode::End)] Last => "" "the bottom";
    TABLES [Char('h'), Named(KeyCode::Left)] Left => "" "the column to the left";
    TABLES [Char('l'), Named(KeyCode::Right)] Right => "" "the column to the right";
    LINES [Char('h'), Named(KeyCode::Left)] Left => "" "long lines: to the left";
    LINES [Char('l'), Named(KeyCode::Right)] Right => "" "long lines: to the right";
    ALL [Char('1')] View(1) => "" "Connections";
    ALL [Char('2')] View(2) => "" "Messages";
    ALL [Char('3')] View(3) => "" "Users";
    ALL [Char('4')] View(4) => "" "Routes";
    ALL [Char('5')] View(5) => "" "Findings";
    ALL [Char('6')] View(6) => "" "Log";
    ALL [Char('7')] View(7) => "" "Sources: the files and pipes that are read, and what befell them";
    ALL [Named(KeyCode::Tab)] NextView => "" "next view";
    ALL [Named(KeyCode::BackTab)] PreviousView => "" "previous view";
    TABLES [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "" "back to where you came from, else take the filter away";
    LOG_AND_HELP [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "" "back";
    ALL [Ctrl('l')] Redraw => "" "draw everything again";
    ALL [Ctrl('z')] Suspend => "" "stop; `fg` goes on";
    ALL [Ctrl('c')] Leave => "" "out at once";
};

impl Binding {
    /// Whether the line holds there.
    pub fn holds(&self, context: Context) -> bool {
        self.contexts.is_empty() || self.contexts.contains(&context)
    }
}

impl Key {
    /// As a reader knows it.
    pub fn name(self) -> String {
        match self {
            Char(' ') => "Space".into(),
            Char(c) => c.to_string(),
            Ctrl(c) => format!("Ctrl-{c}"),
            Named(code) => match code {
                KeyCode::Up => "↑".into(),
                KeyCode::Down => "↓".into(),
                KeyCode::Left => "←".into(),
                KeyCode::Right => "→".into(),
                KeyCode::PageUp => "PgUp".into(),
                KeyCode::PageDown => "PgDn".into(),
                KeyCode::F(n) => format!("F{n}"),
                KeyCode::BackTab => "Shift-Tab".into(),
                code => format!("{code:?}"),
            },
        }
    }

    /// The key of that name: what [`name`](Self::name) gives, or as other programs write it.
    pub fn named(name: &str) -> Option<Self> {
        let mut chars = name.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, '↑' | '↓' | '←' | '→')
        {
            return Some(Char(c));
        }
        let lower = name.to_lowercase();
        let control = lower.strip_prefix("ctrl-").or(lower.strip_prefix("c-"));
        if let Some(c) = control {
            let mut chars = c.chars();
            return match (chars.next(), chars.next()) {
                (Some(c @ 'a'..='z'), None) => Some(Ctrl(c)),
                _ => None,
            };
        }
        Some(match lower.as_str() {
            "space" => Char(' '),
            "↑" | "up" => Named(KeyCode::Up),
            "↓" | "down" => Named(KeyCode::Down),
            "←" | "left" => Named(KeyCode::Left),
            "→" | "right" => Named(KeyCode::Right),
            "pgup" | "pageup" => Named(KeyCode::PageUp),
            "pgdn" | "pagedown" => Named(KeyCode::PageDown),
            "enter" => Named(KeyCode::Enter),
            "esc" => Named(KeyCode::Esc),
            "backspace" => Named(KeyCode::Backspace),
            "tab" => Named(KeyCode::Tab),
            "shift-tab" => Named(KeyCode::BackTab),
            "home" => Named(KeyCode::Home),
            "end" => Named(KeyCode::End),
            "insert" => Named(KeyCode::Insert),
            "delete" => Named(KeyCode::Delete),
            f => {
                let number = f.strip_prefix('f')?.parse().ok()?;
                (1..=24)
                    .contains(&number)
                    .then_some(Named(KeyCode::F(number)))?
            }
        })
    }

    fn is(self, pressed: &KeyEvent) -> bool {
        let control = pressed.modifiers.contains(KeyModifiers::CONTROL);
        let alt = pressed.modifiers.contains(KeyModifiers::ALT);
        match self {
            Char(c) => !control && !alt && pressed.code == KeyCode::Char(c),
            Ctrl(c) => control && !alt && pressed.code == KeyCode::Char(c),
            Named(code) => !alt && pressed.code == code,
        }
    }
}

impl Command {
    /// How the configuration calls it: `next-failure`, `view-1`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for c in format!("{self:?}").chars() {
            match c {
                'A'..='Z' if !name.is_empty() => name.extend(['-', c.to_ascii_lowercase()]),
                '(' => name.push('-'),
                ')' => {}
                c => name.push(c.to_ascii_lowercase()),
            }
        }
        name
    }
}

/// The README's list of keys, in Markdown.
pub fn markdown() -> String {
    let mut table = String::from("| Keys | Where | What |\n|---|---|---|\n");
    for binding in BINDINGS {
        let keys: Vec<String> = binding
            .keys
            .iter()
            .map(|key| format!("`{}`", key.name()))
            .collect();
        let places = places(binding.contexts);
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {} | {places} | {} |",
            keys.join(" "),
            binding.says
        );
    }
    table
}

/// Where a line of the table holds; what holds in every table or on every page is said so.
fn places(contexts: &[Context]) -> String {
    if contexts.is_empty() {
        return "everywhere".to_owned();
    }
    let mut left = contexts.to_vec();
    let mut places = Vec::new();
    for (all, name) in [(TABLES, "tables"), (PAGES, "pages")] {
        if all.iter().all(|context| left.contains(context)) {
            left.retain(|context| !all.contains(context));
            places.push(name);
        }
    }
    places.extend(left.iter().map(|context| context.title()));
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(context: Context, pressed: &KeyEvent) -> Option<Command> {
        Keymap::default().find(context, pressed)
    }

    fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn every_promised_key_does_something() {
        let none = KeyModifiers::NONE;
        for c in "jkgGhl/nNeE1234567s idup+-tm'y:?q".chars() {
            assert!(
                find(Context::Connections, &press(KeyCode::Char(c), none)).is_some(),
                "{c}"
            );
        }
        for c in "dulzc".chars() {
            assert!(
                find(
                    Context::Connections,
                    &press(KeyCode::Char(c), KeyModifiers::CONTROL)
                )
                .is_some(),
                "Ctrl-{c}"
            );
        }
        use KeyCode::{
            Backspace, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
        };
        for code in [
            Up,
            Down,
            Left,
            Right,
            PageUp,
            PageDown,
            Home,
            End,
            Enter,
            Esc,
            Backspace,
            Tab,
            F(1),
        ] {
            for context in [Context::Connections, Context::Log] {
                assert!(find(context, &press(code, none)).is_some(), "{code:?}");
            }
        }
    }

    #[test]
    fn no_line_of_the_table_hides_another() {
        for context in Context::ALL {
            let mut seen: Vec<Key> = Vec::new();
            for key in BINDINGS
                .iter()
                .filter(|binding| binding.holds(context))
                .flat_map(|binding| binding.keys)
            {
                assert!(!seen.contains(key), "{key:?} twice in {context:?}");
                seen.push(*key);
            }
        }
    }

    #[test]
    fn the_readme_s_list_has_every_line() {
        let list = markdown();
        assert_eq!(list.lines().count(), BINDINGS.len() + 2);
        assert!(list.contains("| `k` `↑` | everywhere | up |"));
    }
}
