//! What a PATH on the command line means: a file, a directory, a glob or a pipe.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SourceError;
use super::decompress::Compression;
use super::fs::{self, PathKind};
use super::rotation_order::RotationKey;
use super::{fingerprint, scan};

/// Where to find files, from one PATH of the command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Input {
    /// One path, whatever file it leads to.
    File(PathBuf),
    Directory(PathBuf),
    Glob(String),
    /// A pipe, read once.
    Pipe(PathBuf),
}

impl Input {
    pub(super) fn of(path: &OsStr) -> Result<Self, SourceError> {
        let named = PathBuf::from(path);
        if path == "-" {
            return Ok(Self::Pipe(named));
        }
        match named.metadata() {
            Ok(metadata) => match fs::kind(&metadata) {
                PathKind::File => Ok(Self::File(named)),
                PathKind::Directory => Ok(Self::Directory(named)),
                PathKind::Pipe => Ok(Self::Pipe(named)),
                PathKind::Other => Err(SourceError::NoFile { path: named }),
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

    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Directory(path) | Self::Pipe(path) => path,
            Self::Glob(pattern) => Path::new(pattern),
        }
    }

    /// The directories in which changes of its files show.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        match self {
            Self::Pipe(_) => Vec::new(),
            Self::Directory(path) => {
                let mut folders = vec![path.clone()];
                // Its parent shows when it is created again.
                folders.extend(path.parent().map(scan::or_here));
                folders
            }
            Self::File(path) => linked_folders(path),
            Self::Glob(pattern) => {
                let literal: PathBuf = Path::new(pattern)
                    .components()
                    .take_while(|part| {
                        !part.as_os_str().to_string_lossy().contains(['*', '?', '['])
                    })
                    .collect();
                let mut folders = vec![scan::or_here(&literal)];
                for path in glob::glob(pattern).into_iter().flatten().flatten() {
                    let folder = scan::folder_of(&path);
                    if !folders.contains(&folder) {
                        folders.push(folder);
                    }
                }
                folders
            }
        }
    }

    /// Whether it includes a file of this path, or one that may have had its path before.
    pub(super) fn may_include(&self, path: &Path) -> bool {
        if scan::is_hidden(path) {
            return false;
        }
        match self {
            Self::File(name) => {
                scan::folder_of(path) == scan::folder_of(name)
                    && scan::stem(path) == scan::stem(name)
            }
            Self::Directory(folder) => scan::folder_of(path) == *folder,
            Self::Glob(pattern) => {
                glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_path(path))
            }
            Self::Pipe(_) => false,
        }
    }
}

/// The directory of a path, and those of the files that its links lead to.
fn linked_folders(path: &Path) -> Vec<PathBuf> {
    let mut folders = vec![scan::folder_of(path)];
    let mut path = path.to_path_buf();
    for _ in 0..16 {
        let Ok(target) = std::fs::read_link(&path) else {
            break;
        };
        path = scan::folder_of(&path).join(target);
        let folder = scan::folder_of(&path);
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// The inputs of these paths. Successive files of one directory are sorted by age: a shell lists
/// `mail.log` before `mail.log.1`.
pub(crate) fn in_time_order(paths: &[OsString]) -> Result<Vec<Input>, SourceError> {
    let inputs = paths.iter().map(|path| Input::of(path));
    let mut inputs: Vec<Input> = inputs.collect::<Result<_, _>>()?;
    let folder = |input: &Input| match input {
        Input::File(path) => Some(scan::folder_of(path)),
        _ => None,
    };
    for run in inputs.chunk_by_mut(|a, b| folder(a).is_some() && folder(a) == folder(b)) {
        run.sort_by_key(|input| RotationKey::of_path(input.path()));
    }
    Ok(inputs)
}

pub(crate) fn check(path: &Path) -> Result<(), SourceError> {
    let fail = |error| SourceError::of(path.to_path_buf(), error);
    let (file, _) = fs::open(path).map_err(fail)?;
    let file = Arc::new(file);
    let mut magic = [0; Compression::MAGIC];
    let count = fs::read_at(&file, &mut magic, 0).map_err(fail)?;
    let path = path.to_path_buf();
    if matches!(magic[..count], [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(SourceError::Utf16 { path });
    }
    let is_packed = Compression::of(&magic[..count]).is_packed();
    match scan::head(&file, fingerprint::HEAD) {
        Ok(_) => Ok(()),
        Err(cause) => Err(match cause.kind() {
            io::ErrorKind::OutOfMemory => SourceError::Demanding { path },
            _ if is_packed => SourceError::Damaged { path, cause },
            _ => fail(cause),
        }),
    }
}
