//! Listings: the files of an input, the rolled files beside a path, the file that has an identity
//! now.
//!
//! Only names and metadata are considered. Whether a file is a mail log is decided by the predicate
//! of the request.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decompress::{CompressedFile, Compression, read_full};
use super::fingerprint;
use super::fs::{self, FileId, Stat};
use super::input::Input;
use super::rotation_order::RotationKey;

/// How much of a file is read to decide whether it is a log.
pub(crate) const HEAD: usize = 64 << 10;
/// What is read first: nearly always enough.
const GLANCE: usize = 4 << 10;

#[derive(Clone, Debug)]
pub(crate) struct FoundFile {
    pub path: PathBuf,
    pub stat: Stat,
}

/// The regular files of an input, each once, oldest first.
pub(crate) fn list(input: &Input) -> io::Result<Vec<FoundFile>> {
    let names = match input {
        Input::Pipe(_) => Vec::new(),
        Input::File(path) => {
            path.metadata()?;
            vec![path.clone()]
        }
        Input::Directory(path) => names_in(path)?,
        Input::Glob(pattern) => match glob::glob(pattern) {
            Ok(paths) => paths.flatten().filter(|path| !is_hidden(path)).collect(),
            Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidInput, error.msg)),
        },
    };
    Ok(files(names))
}

/// The files of these names, each once, oldest first.
fn files(mut names: Vec<PathBuf>) -> Vec<FoundFile> {
    // If both a link and its file are listed, the name of the file shows its age.
    names.sort_by_cached_key(|path| (path.is_symlink(), RotationKey::of_path(path), path.clone()));
    let mut seen = HashSet::new();
    let mut found: Vec<FoundFile> = names
        .into_iter()
        .filter_map(|path| {
            let metadata = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
            let stat = Stat::of(&metadata);
            seen.insert(stat.id).then_some(FoundFile { path, stat })
        })
        .collect();
    found.sort_by(by_age);
    found
}

/// Every visible name in a directory; in the current one bare names, as on a command line.
pub(crate) fn names_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = in_folder(folder, &entry?.file_name());
        if !is_hidden(&path) {
            names.push(path);
        }
    }
    Ok(names)
}

/// The path of a name in a directory, as [`names_in`] returns it.
pub(crate) fn in_folder(folder: &Path, name: &OsStr) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from(name)
    } else {
        folder.join(name)
    }
}

/// The pipes, sockets and devices in a directory, and what each is, in words.
pub(crate) fn special_files(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let odd = entries.filter_map(|entry| {
        // Needs no metadata of each of perhaps thousands of files.
        let kind = entry.file_type().ok()?;
        let path = entry.path();
        if kind.is_file() || kind.is_dir() || is_hidden(&path) {
            return None;
        }
        let what = fs::special_file_kind(&path.metadata().ok()?)?;
        Some((path, what))
    });
    odd.collect()
}

/// The path of the file with this identity in `folder`.
pub(crate) fn name_of(id: FileId, folder: &Path) -> Option<PathBuf> {
    let mut names = names_in(folder).unwrap_or_default();
    names.retain(|path| fs::leads_to(path, id));
    // The name of the file is preferred to links to it.
    let own = names.iter().position(|path| !path.is_symlink());
    (!names.is_empty()).then(|| names.swap_remove(own.unwrap_or(0)))
}

/// The part of the name that a log and its rolled files share.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let end = name.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    name[..end.unwrap_or(name.len())].to_owned()
}

/// The file at `path` and the rolled files beside it, oldest first.
pub(crate) fn rotated_siblings(path: &Path) -> Vec<FoundFile> {
    let own = stem(path);
    let mut names = names_in(&folder_of(path)).unwrap_or_default();
    names.retain(|name| stem(name) == own);
    files(names)
}

/// The order of files by the time in their names, then by name.
pub(crate) fn by_age(one: &FoundFile, other: &FoundFile) -> std::cmp::Ordering {
    key(&one.path).cmp(&key(&other.path))
}

fn key(path: &Path) -> (RotationKey, &Path) {
    (RotationKey::of_path(path), path)
}

pub(super) fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

pub(crate) fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| PathBuf::from("."), or_here)
}

pub(super) fn or_here(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        path.to_path_buf()
    }
}

/// Opens the file with this identity, if the path leads to it.
pub(crate) fn open(path: &Path, id: FileId) -> io::Result<Arc<File>> {
    match fs::open(path)? {
        (file, stat) if stat.id == id => Ok(Arc::new(file)),
        _ => Err(other_file()),
    }
}

pub(crate) fn other_file() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "another file has its name now")
}

/// The first bytes of a file, decompressed, as far as they can be read now.
pub(crate) fn first_bytes(file: Option<&Arc<File>>) -> Vec<u8> {
    let head = |file| head(file, fingerprint::HEAD).ok();
    file.and_then(head)
        .map(|(_, head)| head)
        .unwrap_or_default()
}

/// The first bytes of an open file, decompressed if it is an archive, and its compression.
pub(crate) fn head(file: &Arc<File>, most: usize) -> io::Result<(Compression, Vec<u8>)> {
    let mut head = fs::first(file, most)?;
    let form = Compression::of(&head);
    if form.is_packed() {
        let mut stream = CompressedFile::open(form, file, &Arc::default())?;
        head.resize(most, 0);
        let (count, error) = read_full(&mut stream as &mut dyn Read, &mut head);
        head.truncate(count);
        if let (0, Some(error)) = (count, error) {
            return Err(error);
        }
    }
    Ok((form, head))
}

/// Whether a file is a log by its first bytes; `false` also if its first line is still to come.
pub(crate) fn is_log(file: &Arc<File>, is_mail_log: fn(&[u8]) -> bool) -> io::Result<bool> {
    let glance = head(file, GLANCE)?.1;
    Ok(is_mail_log(&glance) || (glance.len() == GLANCE && is_mail_log(&head(file, HEAD)?.1)))
}

/// Files that are no logs, with the metadata that they had when they were sniffed.
#[derive(Debug, Default)]
pub(crate) struct NonLogFiles(std::collections::HashMap<FileId, Stat>);

impl NonLogFiles {
    pub(super) fn holds(&self, stat: &Stat) -> bool {
        self.0.get(&stat.id) == Some(stat)
    }

    pub(super) fn add(&mut self, stat: Stat) {
        self.0.insert(stat.id, stat);
    }

    /// Whether one of them is so short that its first line may still come.
    pub(super) fn may_become_logs(&self) -> bool {
        self.0.values().any(|stat| stat.size < 256)
    }

    /// Drops the files that a listing lacks.
    pub(super) fn keep_only(&mut self, found: &[FoundFile]) {
        if self.0.len() > found.len() {
            let there: HashSet<FileId> = found.iter().map(|found| found.stat.id).collect();
            self.0.retain(|id, _| there.contains(id));
        }
    }
}

#[cfg(test)]
mod tests;
