//! `mailscope completions` and `mailscope man`: the files that packages install beside the program.

use std::io::Write;

use clap::CommandFactory;

use super::{CommandError, Status, output};
use crate::cli::Cli;
use crate::query::FIELDS;

pub(super) fn print_script(shell: clap_complete::Shell) -> Result<Status, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "mailscope", &mut script);
    let mut out = output();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Status::Matched)
}

/// Prints the manual page: the program, its commands, the query language's fields.
pub(super) fn print_man() -> Result<Status, CommandError> {
    let mut page = Vec::new();
    let mut whole = Cli::command();
    whole.build();
    clap_mangen::Man::new(whole.clone()).render(&mut page)?;
    for command in whole
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let man = clap_mangen::Man::new(command.clone());
        writeln!(
            page,
            ".SH \"COMMAND {}\"",
            command.get_name().to_uppercase()
        )?;
        man.render_synopsis_section(&mut page)?;
        man.render_description_section(&mut page)?;
        man.render_options_section(&mut page)?;
        man.render_extra_section(&mut page)?;
    }
    writeln!(page, ".SH \"QUERY FIELDS\"")?;
    for field in &FIELDS {
        let doc = roff(&format!(
            "{} (of: {}), as in {}",
            field.doc, field.of, field.example
        ));
        writeln!(page, ".TP\n\\fB{}\\fR\n{doc}", field.name)?;
    }
    let mut out = output();
    out.write_all(&page)?;
    out.flush()?;
    Ok(Status::Matched)
}

/// Text that man prints literally.
fn roff(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('`', "");
    if text.starts_with(['.', '\'']) {
        format!("\\&{text}")
    } else {
        text
    }
}
