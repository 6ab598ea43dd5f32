//! Runs the binary in an environment of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, and what a command in it needs.
pub(crate) struct Place {
    pub folder: TempDir,
}

/// What a command said.
pub(crate) struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mailscope"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TZ", "UTC");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Said {
        said(&self.command().args(words).output().unwrap())
    }

    pub(crate) fn pipe(&self, words: &[&str], input: &[u8]) -> Said {
        self.pipe_pieces(words, [input])
    }

    /// As [`Place::pipe`], a byte at a time.
    pub(crate) fn pipe_bytes(&self, words: &[&str], input: &[u8]) -> Said {
        self.pipe_pieces(words, input.chunks(1))
    }

    fn pipe_pieces<'i>(&self, words: &[&str], pieces: impl IntoIterator<Item = &'i [u8]>) -> Said {
        let mut command = self.command();
        command
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        for piece in pieces {
            pipe.write_all(piece).unwrap();
        }
        drop(pipe);
        said(&child.wait_with_output().unwrap())
    }

    /// The records of a query, as JSON.
    pub(crate) fn records(&self, query: &str, view: &str, path: &Path) -> Vec<Value> {
        let path = path.to_str().unwrap();
        let said = self.run(&[
            "query", query, path, "--view", view, "--format", "json", "--year", "2026",
        ]);
        assert!(said.status < 2, "{}", said.err);
        said.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(crate) fn said(output: &Output) -> Said {
    Said {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The sample of Cisco TAC document 118570.
pub(crate) fn tac() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/tac_118570_smtp_auth.log")
}
