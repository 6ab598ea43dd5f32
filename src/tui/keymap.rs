//! The keys: one table, from which the key dispatch, the footer, the help and README's list are made.

mod effective;
mod key;
#[cfg(test)]
mod tests;

use std::fmt::Write;

use ratatui::crossterm::event::KeyCode;

pub(crate) use effective::Keymap;
pub(crate) use key::Key;

use crate::words::words;

use Key::{Char, Ctrl, Named};

words! {
    /// Where a key is pressed: in a view, in their order, or elsewhere.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
    pub(crate) enum Context {
        const ALL;
        Connections = "Connections",
        Messages = "Messages",
        Users = "Users",
        Routes = "Routes",
        Findings = "Findings",
        Log = "Log",
        Sources = "Sources",
        /// The page of a record other than a route.
        Page = "a record's page",
        /// The page of a route or host, which has more keys.
        Route = "the page of a route or host",
        /// The timeline, while a time is picked on it.
        Moment = "the timeline",
        Help = "Help",
    }
}

impl Context {
    const fn bit(self) -> Contexts {
        1 << self as u16
    }
}

/// What a key does. The configuration names commands after these variants: `next-failure`, `view-1`.
#[expect(
    clippy::enum_variant_names,
    reason = "`CommandLine` is the name in the configuration: `command-line`"
)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Command {
    Open,
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Last,
    Left,
    Right,
    /// The filter bar, or the search in the log.
    Filter,
    Next,
    Previous,
    NextFailure,
    PreviousFailure,
    ByIcid,
    ByDcid,
    ByUser,
    ByProfile,
    ByRoute,
    /// The messages affected by a route's failures.
    Hit,
    /// The failed connections of a route.
    Failures,
    Report,
    /// The next grouping of routes.
    RollUp,
    /// Include the value under the cursor in the filter.
    Keep,
    /// Exclude the value under the cursor.
    Drop,
    Sort,
    Reverse,
    Pause,
    Time,
    /// Pick a time on the timeline.
    Moment,
    Mark,
    NextMark,
    Copy,
    CommandLine,
    /// A view by its number on the tab bar.
    View(u8),
    NextView,
    PreviousView,
    Back,
    /// Back, and from the top level out of the program.
    Quit,
    /// Out of the program from anywhere.
    Leave,
    Help,
    Redraw,
    Suspend,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Binding {
    contexts: Contexts,
    /// Any of these; the configuration may replace them.
    pub keys: &'static [Key],
    pub command: Command,
    /// Its word in the footer; empty: not shown there.
    pub word: &'static str,
    /// What it does, for help and README.
    pub help: &'static str,
}

/// A set of [`Context`]s, a bit each.
type Contexts = u16;

const ALL: Contexts = u16::MAX;
const LOG: Contexts = Context::Log.bit();
const ROUTES: Contexts = Context::Routes.bit();
const ROUTE: Contexts = Context::Route.bit();
const MOMENT: Contexts = Context::Moment.bit();
const FINDINGS: Contexts = Context::Findings.bit();
const HELP: Contexts = Context::Help.bit();
const MAIL: Contexts = Context::Connections.bit() | Context::Messages.bit();
const VALUES: Contexts = MAIL | Context::Users.bit() | ROUTES;
const TABLES: Contexts = VALUES | FINDINGS | Context::Sources.bit();
const LISTS: Contexts = TABLES | LOG;
const PAGE: Contexts = Context::Page.bit();
const PAGES: Contexts = PAGE | ROUTE;
const CONNECTIONS: Contexts = MAIL | PAGE;
const LOGINS: Contexts = CONNECTIONS | Context::Users.bit();
const PROFILES: Contexts = CONNECTIONS | ROUTES | ROUTE;
const OF_ROUTES: Contexts = ROUTES | ROUTE;
const REPORTED: Contexts = OF_ROUTES | FINDINGS;
const FILTERED: Contexts = TABLES | PAGES;
const COPIED: Contexts = LISTS | PAGES;
const NOT_HELP: Contexts = COPIED | MOMENT;
const PAGE_AND_HELP: Contexts = PAGES | HELP;
const LOG_AND_HELP: Contexts = LOG | HELP;
const LINES: Contexts = LOG | PAGES;

/// A line of the table: where it applies, keys, command, word for the footer, what it does.
macro_rules! bindings {
    ($($contexts:ident [$($key:expr),+] $command:ident $(($view:literal))? => $word:literal $help:literal;)+) => {
        &[$(Binding {
            contexts: $contexts,
            keys: &[$($key),+],
            command: Command::$command $(($view))?,
            word: $word,
            help: $help,
        }),+]
    };
}

/// The table. Where several lines apply, the first one wins; the footer shows them in this order.
pub(crate) const BINDINGS: &[Binding] = bindings! {
    LISTS [Named(KeyCode::Enter)] Open => "open" "open the selected record (a user: their connections; a finding: its route or evidence; a source: its lines; a folded row: its destinations)";
    PAGES [Named(KeyCode::Enter)] Open => "open" "open the record on this line";
    PAGES [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "back" "back";
    ROUTE [Char('m')] Hit => "messages" "the messages affected by the route's failures";
    OF_ROUTES [Char('c')] Failures => "failures" "the failed connections of the route";
    ROUTES [Char('b')] RollUp => "group by" "group routes by profile or domain, or list the hosts; again: routes";
    OF_ROUTES [Char('f')] ByRoute => "filter" "filter connections by this route";
    REPORTED [Char('R')] Report => "report" "write an incident report of the route, as Markdown, to the current directory";
    FILTERED [Char('/')] Filter => "filter" "edit the filter; each keystroke applies, Enter apply, Esc cancel, Tab complete, ↑ ↓ history";
    LOG [Char('/')] Filter => "search" "search the log (regular expression, case-insensitive)";
    MOMENT [Named(KeyCode::Enter)] Open => "apply" "filter by this time: the connections that were open then";
    MOMENT [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "cancel" "cancel";
    MOMENT [Char('h'), Named(KeyCode::Left)] Left => "earlier" "one bucket earlier";
    MOMENT [Char('l'), Named(KeyCode::Right)] Right => "later" "one bucket later";
    NOT_HELP [Char('e')] NextFailure => "next failure" "next failure";
    NOT_HELP [Char('E')] PreviousFailure => "" "previous failure";
    LOG [Char('n')] Next => "next" "next match of the search";
    LOG [Char('N')] Previous => "" "previous match of the search";
    TABLES [Char('n')] Next => "" "next record that matches the filter";
    TABLES [Char('N')] Previous => "" "previous record that matches the filter";
    PAGES [Char('n')] Next => "next link" "next line with a link";
    PAGES [Char('N')] Previous => "" "previous line with a link";
    CONNECTIONS [Char('i')] ByIcid => "ICID" "filter by the record's ICID";
    CONNECTIONS [Char('d')] ByDcid => "DCID" "filter by the record's DCID";
    LOGINS [Char('u')] ByUser => "user" "filter by the record's user";
    PROFILES [Char('p')] ByProfile => "profile" "filter by the record's SMTP Auth profile";
    VALUES [Char('+')] Keep => "include" "include only records with the value under the cursor";
    VALUES [Char('-')] Drop => "exclude" "exclude records with the value under the cursor";
    ALL [Char(' ')] Pause => "pause" "pause / resume live updates";
    ALL [Char('?'), Named(KeyCode::F(1))] Help => "help" "show the keys";
    ALL [Char('q')] Quit => "quit" "back; quit at the top level";
    TABLES [Char('s')] Sort => "sort" "sort by the next column";
    TABLES [Char('S')] Reverse => "" "reverse the sort order";
    LISTS [Char('t')] Time => "time" "go to a time: 11:20, 2009-04-22 11:20, -15m; or filter by a range: 11:00..11:30";
    LISTS [Char('T')] Moment => "snapshot" "pick a time on the timeline: the connections that were open then";
    COPIED [Char('y')] Copy => "copy" "copy the record's lines to the clipboard (OSC 52)";
    LISTS [Char('m')] Mark => "mark" "mark / unmark the row";
    LISTS [Char('\'')] NextMark => "" "next mark";
    ALL [Char(':')] CommandLine => "" "command line: q, filter, view, sort, goto, help";
    ALL [Char('k'), Named(KeyCode::Up)] Up => "" "up";
    ALL [Char('j'), Named(KeyCode::Down)] Down => "" "down";
    ALL [Named(KeyCode::PageUp), Ctrl('b')] PageUp => "" "a page up";
    ALL [Named(KeyCode::PageDown), Ctrl('f')] PageDown => "" "a page down";
    ALL [Ctrl('u')] HalfUp => "" "half a page up";
    ALL [Ctrl('d')] HalfDown => "" "half a page down";
    TABLES [Char('g'), Named(KeyCode::Home)] First => "" "the oldest row; in another sort order, the top";
    TABLES [Char('G'), Named(KeyCode::End)] Last => "" "the newest row, and follow; in another sort order, the bottom";
    MOMENT [Char('g'), Named(KeyCode::Home)] First => "" "the start of the log";
    MOMENT [Char('G'), Named(KeyCode::End)] Last => "" "the end of the log";
    LOG [Char('g'), Named(KeyCode::Home)] First => "" "the first line";
    LOG [Char('G'), Named(KeyCode::End)] Last => "follow" "the last line, and follow";
    PAGE_AND_HELP [Char('g'), Named(KeyCode::Home)] First => "" "the top";
    PAGE_AND_HELP [Char('G'), Named(KeyCode::End)] Last => "" "the bottom";
    TABLES [Char('h'), Named(KeyCode::Left)] Left => "" "the column to the left";
    TABLES [Char('l'), Named(KeyCode::Right)] Right => "" "the column to the right";
    LINES [Char('h'), Named(KeyCode::Left)] Left => "" "scroll left";
    LINES [Char('l'), Named(KeyCode::Right)] Right => "" "scroll right";
    ALL [Char('1')] View(1) => "" "Connections";
    ALL [Char('2')] View(2) => "" "Messages";
    ALL [Char('3')] View(3) => "" "Users";
    ALL [Char('4')] View(4) => "" "Routes";
    ALL [Char('5')] View(5) => "" "Findings";
    ALL [Char('6')] View(6) => "" "Log";
    ALL [Char('7')] View(7) => "" "Sources: the log files and pipes being read";
    ALL [Named(KeyCode::Tab)] NextView => "" "next view";
    ALL [Named(KeyCode::BackTab)] PreviousView => "" "previous view";
    TABLES [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "" "back, or clear the filter";
    LOG_AND_HELP [Named(KeyCode::Esc), Named(KeyCode::Backspace)] Back => "" "back";
    ALL [Ctrl('l')] Redraw => "" "redraw";
    ALL [Ctrl('z')] Suspend => "" "suspend (fg resumes)";
    ALL [Ctrl('c')] Leave => "" "quit immediately";
};

/// The lines of the table that apply in a context.
pub(crate) fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    let applies = move |binding: &&Binding| binding.applies(context);
    BINDINGS.iter().filter(applies)
}

impl Binding {
    pub(crate) fn applies(&self, context: Context) -> bool {
        self.contexts & context.bit() != 0
    }
}

impl Command {
    /// Its name in the configuration: `next-failure`, `view-1`.
    pub(crate) fn name(self) -> String {
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

/// README's list of keys, in Markdown.
pub(crate) fn markdown() -> String {
    let mut table = String::from("| Keys | Where | What |\n|---|---|---|\n");
    for binding in BINDINGS {
        let keys = binding.keys.iter().map(|key| format!("`{}`", key.name()));
        let keys: Vec<String> = keys.collect();
        let places = places(binding.contexts);
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "| {} | {places} | {} |",
            keys.join(" "),
            binding.help
        );
    }
    table
}

/// Where a line of the table applies, in words.
fn places(mut contexts: Contexts) -> String {
    if contexts == ALL {
        return "everywhere".to_owned();
    }
    let mut places = Vec::new();
    for (all, name) in [(TABLES, "tables"), (PAGES, "pages")] {
        if contexts & all == all {
            contexts &= !all;
            places.push(name);
        }
    }
    let left = Context::ALL
        .into_iter()
        .filter(|context| contexts & context.bit() != 0);
    places.extend(left.map(Context::word));
    places.join(", ")
}
