//! What the help teaches by: commands as one would type them, and the query language line by line.
//!
//! One table of each; `--help`, the manual page and the README are made from them.

/// Whose help an example stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HelpTopic {
    /// The program's.
    Program,
    /// `query`'s.
    Query,
    /// `trace`'s.
    Trace,
    /// `routes`'s.
    Routes,
}

/// A command line and what it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Example {
    /// Whose help it stands in.
    pub of: HelpTopic,
    /// As it is typed in a shell.
    pub command: &'static str,
    /// What it does.
    pub does: &'static str,
}

const fn example(of: HelpTopic, does: &'static str, command: &'static str) -> Example {
    Example { of, command, does }
}

/// Every example, in the order of the help.
pub const EXAMPLES: &[Example] = &[
    example(
        HelpTopic::Program,
        "watch a log live",
        "mailscope mail.current",
    ),
    example(
        HelpTopic::Program,
        "a folder: every mail_logs in it, in time order",
        "mailscope /var/log/esa/",
    ),
    example(
        HelpTopic::Program,
        "start with a filter",
        "mailscope -q 'user:ironport auth:failed' mail.current",
    ),
    example(
        HelpTopic::Program,
        "read from a pipe",
        "ssh esa01 tail -f mail_logs | mailscope -",
    ),
    example(
        HelpTopic::Program,
        "a summary, for a pipe or cron",
        "mailscope mail.current | less",
    ),
    example(
        HelpTopic::Program,
        "the connections with a failed login",
        "mailscope query 'auth:failed dir:in' mail.current",
    ),
    example(
        HelpTopic::Program,
        "which outbound route fails, since when, and why",
        "mailscope routes mail.current",
    ),
    example(
        HelpTopic::Program,
        "one message's whole story",
        "mailscope trace mid:448 mail.current",
    ),
    example(
        HelpTopic::Program,
        "look around on a simulated appliance",
        "mailscope demo",
    ),
    example(
        HelpTopic::Query,
        "who logs in and who fails",
        "mailscope query '' mail.current --view users",
    ),
    example(
        HelpTopic::Query,
        "one user's failed logins from outside in the newest hour",
        "mailscope query 'user:ironport auth:failed -ip:10.0.0.0/8 since:-1h' mail.current",
    ),
    example(
        HelpTopic::Query,
        "who was connected at 11:19",
        "mailscope query 'at:11:19' mail.current",
    ),
    example(
        HelpTopic::Query,
        "one connection's raw lines, for a support case",
        "mailscope query 'dcid:5640' mail.current --format log",
    ),
    example(
        HelpTopic::Query,
        "mail to a domain that did not get out, with the far end's words",
        "mailscope query 'domain:example.com -result:delivered' mail.current --view deliveries",
    ),
    example(
        HelpTopic::Query,
        "words in the lines of refused connections",
        "mailscope query 'dir:out \"relay access denied\"' /var/log/esa/",
    ),
    example(
        HelpTopic::Query,
        "each failed attempt as it is made, for another program",
        "mailscope query 'auth:failed' mail.current --view auth -f --format json",
    ),
    example(
        HelpTopic::Query,
        "chosen fields for a spreadsheet",
        "mailscope query '' mail.* --view messages --format csv --fields started,from,subject,state",
    ),
    example(
        HelpTopic::Query,
        "how many, in a script",
        "mailscope query 'code:535 since:-10m' mail.current --count",
    ),
    example(
        HelpTopic::Query,
        "what the program noticed by itself, worst first",
        "mailscope query '' mail.current --view findings",
    ),
    example(
        HelpTopic::Trace,
        "who sent it, what was said of it, where each copy went",
        "mailscope trace mid:448 mail.current",
    ),
    example(
        HelpTopic::Trace,
        "one connection, its logins and the messages it carried",
        "mailscope trace icid:450 /var/log/esa/",
    ),
    example(
        HelpTopic::Trace,
        "a Message-ID, on every appliance that saw it",
        "mailscope trace '<1@example.com>' esa*/mail.*",
    ),
    example(
        HelpTopic::Trace,
        "one of several that bear the id",
        "mailscope trace mid:448 -q 'appliance:esa01' /var/log/esa/",
    ),
    example(
        HelpTopic::Trace,
        "with the raw lines below; --format log has nothing else",
        "mailscope trace dcid:5640 mail.current --raw",
    ),
    example(
        HelpTopic::Routes,
        "every route, failing ones first",
        "mailscope routes mail.current",
    ),
    example(
        HelpTopic::Routes,
        "which SMTP Auth profile fails everywhere",
        "mailscope routes --by profile mail.current",
    ),
    example(
        HelpTopic::Routes,
        "the newest hour, to one partner",
        "mailscope routes -q 'since:-1h domain:example.com' mail.current",
    ),
    example(
        HelpTopic::Routes,
        "each change of a route's state as it comes",
        "mailscope routes -f mail.current",
    ),
    example(
        HelpTopic::Routes,
        "for monitoring: a status line with performance data",
        "mailscope routes --check mail.current",
    ),
    example(
        HelpTopic::Routes,
        "an incident report of each failing route as Markdown, to paste into a ticket",
        "mailscope routes --report mail.current",
    ),
    example(
        HelpTopic::Routes,
        "everything that is known of each, with advice",
        "mailscope routes --format json mail.current",
    ),
];

/// The query language: what one can write, and what it means.
pub const LANGUAGE: &[(&[&str], &str)] = &[
    (
        &["user:ironport auth:failed"],
        "terms side by side must all hold",
    ),
    (
        &["profile:Outbound* OR code:535"],
        "OR, NOT or a leading -, parentheses",
    ),
    (
        &["icid:450..460", "mid:1,2,3", "sbrs:<-3"],
        "a range, a list, > >= < <=",
    ),
    (
        &["ip:172.16.0.0/12", "host:*.example.com"],
        "CIDR; * and ? in names, in any case",
    ),
    (&["user~\"^svc-\\d+$\""], "~ is a regular expression"),
    (
        &["since:-15m", "until:11:50"],
        "back from the newest entry; of its day",
    ),
    (&["at:11:19"], "connections open at that moment"),
    (
        &["\"relay access denied\"", "/5\\.7\\.[18]/"],
        "text and regex in the raw lines",
    ),
];

/// The examples of a help, each with what it does above it.
pub fn text(of: HelpTopic) -> String {
    let mut text = String::from("Examples:");
    for example in EXAMPLES.iter().filter(|example| example.of == of) {
        text.push_str(&format!("\n  # {}\n  {}", example.does, example.command));
    }
    text
}

/// The query language and, below it, the query's examples.
pub fn language() -> String {
    let mut text = String::from("Query language:");
    for (written, means) in LANGUAGE {
        text.push_str(&format!("\n  {:<36} {means}", written.join("  ")));
    }
    text
}

/// The examples of a help as the README prints them.
pub fn markdown(of: HelpTopic) -> String {
    let wanted = EXAMPLES.iter().filter(|example| example.of == of);
    let lines = wanted.map(|example| format!("{:<56}  # {}\n", example.command, example.does));
    format!("```sh\n{}```", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};
    use crate::query;

    /// The words of mailscope's own command among the pipe's, as a shell would cut them.
    fn words(line: &str) -> Vec<String> {
        let own = line
            .split(" | ")
            .find(|part| part.starts_with("mailscope"))
            .unwrap();
        let (mut words, mut quoted) = (vec![String::new()], false);
        for c in own.chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        assert!(!quoted, "{line}");
        words
    }

    #[test]
    fn every_example_is_a_command_that_would_run() {
        for Example { command, of, .. } in EXAMPLES {
            let cli = Cli::try_parse_from(words(command))
                .unwrap_or_else(|error| panic!("{command}: {error}"));
            let query = match &cli.command {
                None => cli.explore.query.clone().unwrap_or_default(),
                Some(Command::Query(args)) => args.query.clone(),
                Some(Command::Trace(args)) => args.query.clone(),
                Some(Command::Routes(args)) => args.query.clone(),
                Some(_) => String::new(),
            };
            assert!(query::parse(&query).is_ok(), "{command}");
            let fits = match &cli.command {
                Some(Command::Query(_)) => matches!(of, HelpTopic::Program | HelpTopic::Query),
                Some(Command::Trace(_)) => matches!(of, HelpTopic::Program | HelpTopic::Trace),
                Some(Command::Routes(_)) => matches!(of, HelpTopic::Program | HelpTopic::Routes),
                _ => *of == HelpTopic::Program,
            };
            assert!(fits, "{command} stands in the help of {of:?}");
            if let Some(Command::Query(args)) = &cli.command {
                let keys: Vec<&str> = args.view.keys().collect();
                for field in &args.fields {
                    assert!(keys.contains(&field.as_str()), "{field} in {command}");
                }
            }
        }
    }

    #[test]
    fn every_line_of_the_language_is_a_query() {
        for written in LANGUAGE.iter().flat_map(|(written, _)| *written) {
            assert!(query::parse(written).is_ok(), "{written}");
        }
    }

    #[test]
    fn the_help_fits_80_columns() {
        for of in [
            HelpTopic::Program,
            HelpTopic::Query,
            HelpTopic::Trace,
            HelpTopic::Routes,
        ] {
            for line in text(of).lines().chain(language().lines()) {
                assert!(
                    line.chars().count() <= 80 || line.contains("mailscope"),
                    "{line}"
                );
            }
        }
    }
}
