//! A route's report as a file: never over another one, readable by its owner only, for it says who writes to whom.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::pipeline::Sources;
use crate::report::incident::{self, Lines, Shown};
use crate::search::{self, LineRequest};
use crate::triage::{RouteId, Thresholds};
use crate::tui::state::triage_state::{self, IndexAccess};

/// Reports of one name that a folder holds at most.
const MOST: u32 = 1000;

/// Writes the report of a route as it is now into a folder. Where it is.
///
/// # Errors
/// Why there is none, in one sentence.
pub fn write(
    folder: &Path,
    route: RouteId,
    thresholds: Thresholds,
    sources: &Sources,
    with: IndexAccess<'_>,
) -> Result<PathBuf, String> {
    let look = triage_state::whole(thresholds, &AtomicBool::new(false), with);
    let triage = look.map(|look| look.triage).unwrap_or_default();
    let route = triage
        .find(route)
        .ok_or("the route is no longer in the log")?;
    let mut name = String::new();
    let mut wanted: Vec<(Shown, LineRequest)> = Vec::new();
    with(&mut |index| {
        name = incident::file_name(index, route);
        let shown = incident::shown(index, route).into_iter();
        wanted = shown
            .map(|shown| {
                let wanted = shown.wanted(index);
                (shown, wanted)
            })
            .collect();
    });
    // The log is read without the index.
    let read = |(shown, wanted): (Shown, LineRequest)| {
        let lines = search::read_lines(sources, &wanted, incident::LINES + 1);
        (shown, lines.map_err(|error| error.to_string()))
    };
    let lines: Vec<(Shown, Lines)> = wanted.into_iter().map(read).collect();
    let mut text = Vec::new();
    let mut written = Ok(());
    with(&mut |index| written = incident::write(&mut text, index, &triage, route, &lines));
    written.map_err(|error| error.to_string())?;
    save(folder, &name, &text).map_err(|error| {
        let folder = folder.display();
        format!(
            "no report in {folder}: {error}; start in a folder of yours, or use `mailscope routes --report`"
        )
    })
}

fn save(folder: &Path, name: &str, text: &[u8]) -> io::Result<PathBuf> {
    let (mut file, path) = create(folder, name)?;
    file.write_all(text)?;
    Ok(path)
}

/// Creates a file of that name, or of the next one that is free.
fn create(folder: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "md"));
    for number in 1..=MOST {
        let name = match number {
            1 => name.to_owned(),
            number => format!("{stem}-{number}.{ending}"),
        };
        let path = folder.join(name);
        match private().open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((file, path)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A new file, and never one that a link leads to.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_report_is_written_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let written: Vec<PathBuf> = ["one", "two", "three"]
            .iter()
            .map(|text| save(folder.path(), "mailscope-192.0.2.1-25.md", text.as_bytes()).unwrap())
            .collect();
        let names = written.iter().map(|path| path.file_name().unwrap());
        assert_eq!(
            names.collect::<Vec<_>>(),
            [
                "mailscope-192.0.2.1-25.md",
                "mailscope-192.0.2.1-25-2.md",
                "mailscope-192.0.2.1-25-3.md"
            ]
        );
        assert_eq!(std::fs::read(&written[0]).unwrap(), b"one");
    }
}
