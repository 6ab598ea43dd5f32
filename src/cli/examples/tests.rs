//! Every example runs and fits the help.

use clap::Parser;

use super::*;
use crate::cli::{Cli, Command};
use crate::query;

/// The arguments of the pipe's mailscope command, split as a shell does.
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

const TOPICS: [HelpTopic; 6] = [
    HelpTopic::Program,
    HelpTopic::Query,
    HelpTopic::Trace,
    HelpTopic::Routes,
    HelpTopic::Queue,
    HelpTopic::Check,
];

#[test]
fn every_example_is_a_command_that_would_run() {
    let all = TOPICS.map(|of| of.examples().map(move |(_, command)| (of, command)));
    let mut count = 0;
    for (of, command) in all.into_iter().flatten() {
        count += 1;
        let cli = Cli::try_parse_from(words(command))
            .unwrap_or_else(|error| panic!("{command}: {error}"));
        let (query, topic) = match &cli.command {
            None => (cli.explore.query.clone().unwrap_or_default(), None),
            Some(Command::Query(args)) => (args.query.clone(), Some(HelpTopic::Query)),
            Some(Command::Trace(args)) => (args.query.clone(), Some(HelpTopic::Trace)),
            Some(Command::Routes(args)) => (args.query.clone(), Some(HelpTopic::Routes)),
            Some(Command::Queue(args)) => (args.query.clone(), Some(HelpTopic::Queue)),
            Some(Command::Check(_)) => (String::new(), Some(HelpTopic::Check)),
            Some(_) => (String::new(), None),
        };
        assert!(query::parse(&query).is_ok(), "{command}");
        let fits = of == HelpTopic::Program || Some(of) == topic;
        assert!(fits, "{command} is in the help of {of:?}");
        if let Some(Command::Query(args)) = &cli.command {
            let keys = args.view.keys();
            for field in &args.fields {
                assert!(keys.contains(&field.as_str()), "{field} in {command}");
            }
        }
    }
    assert_eq!(count, 40);
}

#[test]
fn every_line_of_the_language_is_a_query() {
    for line in LANGUAGE.trim().lines() {
        for written in line[..36].trim_end().split("  ") {
            assert!(query::parse(written).is_ok(), "{written}");
        }
    }
}

#[test]
fn the_help_fits_80_columns() {
    for of in TOPICS {
        for line in text(of).lines().chain(language().lines()) {
            assert!(
                line.chars().count() <= 80 || line.contains("mailscope"),
                "{line}"
            );
        }
    }
}
