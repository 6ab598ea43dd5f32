//! Which files a PATH means now: a file, the files of a folder, those that match a glob, a pipe.
//!
//! Only names and what the file system says of them are looked at here; whether a file holds mail logs is asked of the
//! predicate that came with the request.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SourceError;
use super::decompress::{CompressedFile, Compression, fill};
use super::fs::{self, FileId, Kind, Stat};
use super::rotation_order::RotationKey;

/// How much of a file is looked at to tell what it is.
pub(crate) const HEAD: usize = 64 << 10;
/// What is looked at first: nearly always enough.
const GLANCE: usize = 4 << 10;

/// Where to look for files, from one or several PATHs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// One name, whatever file has it.
    Name(PathBuf),
    /// All files in a folder.
    Folder(PathBuf),
    /// All files whose paths match.
    Glob(String),
    /// A pipe, read once.
    Pipe(PathBuf),
}

/// A file that was found.
#[derive(Clone, Debug)]
pub(crate) struct FoundFile {
    pub path: PathBuf,
    pub stat: Stat,
}

impl Place {
    /// What `path` means.
    pub fn of(path: &OsStr) -> Result<Self, SourceError> {
        let named = PathBuf::from(path);
        if path == "-" {
            return Ok(Self::Pipe(named));
        }
        match named.metadata() {
            Ok(metadata) => match fs::kind(&metadata) {
                Kind::File => Ok(Self::Name(named)),
                Kind::Folder => Ok(Self::Folder(named)),
                Kind::Pipe => Ok(Self::Pipe(named)),
                Kind::Other => Err(SourceError::NoFile { path: named }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => match path.to_str() {
                Some(text) if text.contains(['*', '?', '[']) => match glob::Pattern::new(text) {
                    Ok(_) => Ok(Self::Glob(text.to_owned())),
                    Err(error) => Err(SourceError::BadGlob {
                        path: named,
                        reason: error.msg,
                    }),
                },
                _ => Err(SourceError::NotFound { path: named }),
            },
            Err(error) => Err(SourceError::of(named, error)),
        }
    }

    /// Its path or pattern, for messages.
    pub fn path(&self) -> &Path {
        match self {
            Self::Name(path) | Self::Folder(path) | Self::Pipe(path) => path,
            Self::Glob(pattern) => Path::new(pattern),
        }
    }

    /// The folders whose notifications tell of its files.
    pub fn folders(&self) -> Vec<PathBuf> {
        match self {
            Self::Pipe(_) => Vec::new(),
            Self::Folder(path) => {
                let mut folders = vec![path.clone()];
                // The folder's own parent tells when it is made anew.
                folders.extend(path.parent().map(or_here));
                folders
            }
            Self::Name(path) => linked_folders(path),
            Self::Glob(pattern) => {
                let literal: PathBuf = Path::new(pattern)
                    .components()
                    .take_while(|part| {
                        !part.as_os_str().to_string_lossy().contains(['*', '?', '['])
                    })
                    .collect();
                let mut folders = vec![or_here(&literal)];
                for path in glob::glob(pattern).into_iter().flatten().flatten() {
                    let folder = folder_of(&path);
                    if !folders.contains(&folder) {
                        folders.push(folder);
                    }
                }
                folders
            }
        }
    }

    /// Whether it means a file of this path, or one that may have had its name before.
    pub fn may_mean(&self, path: &Path) -> bool {
        if is_hidden(path) {
            return false;
        }
        match self {
            Self::Name(name) => folder_of(path) == folder_of(name) && stem(path) == stem(name),
            Self::Folder(folder) => folder_of(path) == *folder,
            Self::Glob(pattern) => {
                glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_path(path))
            }
            Self::Pipe(_) => false,
        }
    }

    /// The regular files it means now, each once, oldest first.
    pub fn list(&self) -> io::Result<Vec<FoundFile>> {
        let mut names = match self {
            Self::Pipe(_) => Vec::new(),
            Self::Name(path) => {
                let metadata = path.metadata()?;
                let found = FoundFile {
                    path: path.clone(),
                    stat: Stat::of(&metadata),
                };
                return Ok(if metadata.is_file() {
                    vec![found]
                } else {
                    Vec::new()
                });
            }
            Self::Folder(path) => names_in(path)?,
            Self::Glob(pattern) => match glob::glob(pattern) {
                Ok(paths) => paths.flatten().filter(|path| !is_hidden(path)).collect(),
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidInput, error.msg)),
            },
        };
        sort(&mut names);
        Ok(files(names))
    }
}

/// The files of these names, each once: of a file and a link to it, the file.
fn files(names: Vec<PathBuf>) -> Vec<FoundFile> {
    let mut seen = HashSet::new();
    let mut found: Vec<(bool, FoundFile)> = Vec::new();
    for path in names {
        let Ok(metadata) = path.metadata() else {
            continue;
        };
        if !metadata.is_file() {
            continue;
        }
        let is_link = path.is_symlink();
        let stat = Stat::of(&metadata);
        if seen.insert(stat.id) {
            found.push((is_link, FoundFile { path, stat }));
        } else if !is_link {
            // Where both a link and its file stand here, the file's name tells its time.
            found.retain(|(link, other)| !(*link && other.stat.id == stat.id));
            if !found.iter().any(|(_, other)| other.stat.id == stat.id) {
                found.push((false, FoundFile { path, stat }));
            }
        }
    }
    let mut found: Vec<FoundFile> = found.into_iter().map(|(_, found)| found).collect();
    found.sort_by(by_age);
    found
}

/// Every visible name in a folder; in the current one bare names, as they are given on a command line.
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

/// The path of a name in a folder, as [`names_in`] tells it.
pub(crate) fn in_folder(folder: &Path, name: &OsStr) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from(name)
    } else {
        folder.join(name)
    }
}

/// What is called in a folder like something to be read and is none: what it is, in words.
pub(crate) fn no_files_in(folder: &Path) -> Vec<(PathBuf, &'static str)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let odd = entries.filter_map(|entry| {
        // Asked without a look at each of perhaps thousands of files.
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

/// What a file is called now in `folder`, if it is there.
pub(crate) fn name_of(id: FileId, folder: &Path) -> Option<PathBuf> {
    let has_id = |path: &PathBuf| {
        path.metadata()
            .is_ok_and(|metadata| Stat::of(&metadata).id == id)
    };
    let mut names = names_in(folder).unwrap_or_default();
    names.retain(has_id);
    // A link to it is not its name.
    names
        .iter()
        .position(|path| !path.is_symlink())
        .or_else(|| (!names.is_empty()).then_some(0))
        .map(|at| names.swap_remove(at))
}

/// What a log and its rolled forms share of their names.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let end = name.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    name[..end.unwrap_or(name.len())].to_owned()
}

/// FileTable beside `path` that are called as its rolled forms are, oldest first.
pub(crate) fn rotated_siblings(path: &Path) -> Vec<FoundFile> {
    let own = stem(path);
    let mut names = names_in(&folder_of(path)).unwrap_or_default();
    names.retain(|name| stem(name) == own);
    sort(&mut names);
    files(names)
}

/// Sorts paths by the time in their names, then by name; an archive stands behind its plain form.
pub(crate) fn sort(paths: &mut [PathBuf]) {
    // What a name tells is found out once, not in each comparison.
    paths.sort_by_cached_key(|path| (age(path), path.clone()));
}

/// The order of files by their names: by the time in them first.
pub(crate) fn by_age(one: &FoundFile, other: &FoundFile) -> std::cmp::Ordering {
    key(&one.path).cmp(&key(&other.path))
}

fn key(path: &Path) -> (RotationKey, &Path) {
    (age(path), path)
}

/// What the name of a file tells of its place in time.
pub(crate) fn age(path: &Path) -> RotationKey {
    RotationKey::of(path.file_name().unwrap_or_default())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// The folder that holds `path`.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(|| PathBuf::from("."), or_here)
}

fn or_here(path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        path.to_path_buf()
    }
}

/// The folder of a name, and those that its links lead through.
fn linked_folders(path: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder_of(path)];
    let mut path = path.to_path_buf();
    for _ in 0..16 {
        let Ok(target) = std::fs::read_link(&path) else {
            break;
        };
        path = folder_of(&path).join(target);
        let folder = folder_of(&path);
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// FileTable named one after the other that lie in one folder are read in the order of their times too: a shell lists
/// `mail.log` before `mail.log.1`.
pub(crate) fn in_time_order(paths: &[OsString]) -> Result<Vec<Place>, SourceError> {
    let mut places: Vec<Place> = paths
        .iter()
        .map(|path| Place::of(path))
        .collect::<Result<_, _>>()?;
    let folder = |place: &Place| match place {
        Place::Name(path) => Some(folder_of(path)),
        _ => None,
    };
    for run in places.chunk_by_mut(|a, b| folder(a).is_some() && folder(a) == folder(b)) {
        run.sort_by_key(|place| age(place.path()));
    }
    Ok(places)
}

/// The first bytes of an open file, unpacked where it is an decompress, and its form.
pub(crate) fn head(file: &Arc<File>, most: usize) -> io::Result<(Compression, Vec<u8>)> {
    let mut head = vec![0; most];
    let count = fs::read_at(file, &mut head, 0)?;
    head.truncate(count);
    let form = Compression::of(&head);
    if form.is_packed() {
        let mut stream = CompressedFile::open(form, file, &Arc::default())?;
        head.resize(most, 0);
        let (count, error) = fill(&mut stream as &mut dyn Read, &mut head);
        head.truncate(count);
        if let (0, Some(error)) = (count, error) {
            return Err(error);
        }
    }
    Ok((form, head))
}

/// Opens a file that was found, if its name still means it.
pub(crate) fn open(found: &FoundFile) -> io::Result<Arc<File>> {
    match fs::open(&found.path)? {
        (file, stat) if stat.id == found.stat.id => Ok(Arc::new(file)),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}

/// Whether a file of a folder is to be read; not yet where its first line is still to come.
pub(crate) fn qualifies(file: &Arc<File>, is_mail_log: fn(&[u8]) -> bool) -> io::Result<bool> {
    let glance = head(file, GLANCE)?.1;
    Ok(is_mail_log(&glance) || (glance.len() == GLANCE && is_mail_log(&head(file, HEAD)?.1)))
}

/// Whether an entry of a folder was looked at and found to be no mail log, in the state it has.
#[derive(Debug, Default)]
pub(crate) struct Refused(std::collections::HashMap<FileId, Stat>);

impl Refused {
    pub fn holds(&self, stat: &Stat) -> bool {
        self.0.get(&stat.id) == Some(stat)
    }

    pub fn add(&mut self, stat: Stat) {
        self.0.insert(stat.id, stat);
    }

    /// Whether one of them is so short that its first entry may not be there yet.
    pub fn may_become_logs(&self) -> bool {
        self.0.values().any(|stat| stat.size < 256)
    }

    /// Forgets what is no longer there.
    pub fn keep_only(&mut self, found: &[FoundFile]) {
        if self.0.len() > found.len() {
            let there: HashSet<FileId> = found.iter().map(|found| found.stat.id).collect();
            self.0.retain(|id, _| there.contains(id));
        }
    }
}

/// What can be said against a file before it is read.
pub(crate) fn check(path: &Path) -> Result<(), SourceError> {
    let fail = |error| SourceError::of(path.to_path_buf(), error);
    let (file, _) = fs::open(path).map_err(fail)?;
    let file = Arc::new(file);
    let mut magic = [0; Compression::MAGIC];
    let count = fs::read_at(&file, &mut magic, 0).map_err(fail)?;
    if matches!(magic[..count], [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(SourceError::Utf16 {
            path: path.to_path_buf(),
        });
    }
    match head(&file, super::fingerprint::HEAD) {
        Err(cause) if cause.kind() == io::ErrorKind::OutOfMemory => Err(SourceError::Demanding {
            path: path.to_path_buf(),
        }),
        Err(cause) if Compression::of(&magic[..count]).is_packed() => Err(SourceError::Damaged {
            path: path.to_path_buf(),
            cause,
        }),
        Err(error) => Err(fail(error)),
        Ok(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
