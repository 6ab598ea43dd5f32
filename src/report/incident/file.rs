//! Writes a route's report to a new file. It never replaces a file, and only its owner can read it,
//! because it names senders and recipients.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::{Reported, Requests};
use crate::source::Sources;
use crate::triage::{self, HostId, IndexAccess, Thresholds};

/// Reports of one name in a directory.
const MAX_REPORTS: u32 = 1000;

/// Analyzes the index again, then writes the report. Its path, or the error as one sentence.
pub(crate) fn write(
    directory: &Path,
    route: HostId,
    thresholds: Thresholds,
    sources: &Sources,
    with: IndexAccess<'_>,
) -> Result<PathBuf, String> {
    let triage = triage::analyze_in_slices(thresholds, &AtomicBool::new(false), with);
    let triage = triage.unwrap_or_default();
    let route = triage
        .destination_of(route)
        .ok_or("the route is no longer in the log")?;
    let reported = Reported::of_route(&triage, route);
    let name = reported.file_name();
    let mut requests = Requests::default();
    with(&mut |index| requests = super::requests(index, &triage, &reported));
    // Without holding the index.
    let lines = super::read(sources, requests);
    let mut text = Vec::new();
    let mut written = Ok(());
    with(&mut |index| written = super::write(&mut text, index, &reported, &lines));
    written.map_err(|error| error.to_string())?;
    save(directory, &name, &text).map_err(|error| {
        let directory = directory.display();
        format!(
            "no report in {directory}: {error}; start in a directory of yours, or use `mailscope routes --report`"
        )
    })
}

fn save(directory: &Path, name: &str, text: &[u8]) -> io::Result<PathBuf> {
    let (mut file, path) = create(directory, name)?;
    file.write_all(text)?;
    Ok(path)
}

/// Creates a file of that name, with a number if it exists.
fn create(directory: &Path, name: &str) -> io::Result<(File, PathBuf)> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "md"));
    for number in 1..=MAX_REPORTS {
        let name = match number {
            1 => name.to_owned(),
            number => format!("{stem}-{number}.{ending}"),
        };
        let path = directory.join(name);
        match private().open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((file, path)),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Only a new file: no link is followed.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests;
