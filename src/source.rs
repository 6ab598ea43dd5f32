//! source (stub until the real one lands)
/// id
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(u32);
impl SourceId {
    /// new
    pub const fn new(index: u32) -> Self {
        Self(index)
    }
    /// index
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}
/// position
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Position(u64);
impl Position {
    /// new
    pub fn new(source: SourceId, offset: u64) -> Self {
        Self((u64::from(source.0) << 42) | offset.min((1 << 42) - 1))
    }
    /// source
    pub fn source(self) -> SourceId {
        SourceId((self.0 >> 42) as u32)
    }
    /// offset
    pub fn offset(self) -> u64 {
        self.0 & ((1 << 42) - 1)
    }
}

/// stub
#[derive(Debug, Default)]
pub struct Sources {
    files: std::sync::RwLock<Vec<(std::path::PathBuf, std::fs::File)>>,
}
/// info
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /** path */
    pub path: std::path::PathBuf,
}
/// Bytes read of all there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /** read */
    pub read: u64,
    /** total */
    pub total: u64,
}
impl Sources {
    /// stub
    pub fn open(path: &std::path::Path) -> std::io::Result<Self> {
        Ok(Self {
            files: std::sync::RwLock::new(vec![(path.to_owned(), std::fs::File::open(path)?)]),
        })
    }
    /// len
    pub fn len(&self) -> usize {
        self.files.read().map_or(0, |f| f.len())
    }
    /// info
    pub fn info(&self, id: SourceId) -> SourceInfo {
        SourceInfo {
            path: self
                .files
                .read()
                .map(|f| f[id.index()].0.clone())
                .unwrap_or_default(),
        }
    }
    /// read
    pub fn read_at(&self, at: Position, buf: &mut [u8]) -> std::io::Result<usize> {
        use std::os::unix::fs::FileExt;
        let files = self
            .files
            .read()
            .map_err(|_| std::io::Error::other("poisoned"))?;
        files[at.source().index()].1.read_at(buf, at.offset())
    }
    /// bytes handed out so far
    pub fn told(&self, id: SourceId) -> u64 {
        self.files
            .read()
            .map_or(0, |f| f[id.index()].1.metadata().map_or(0, |m| m.len()))
    }
    /// progress
    pub fn progress(&self) -> Progress {
        let n = self.told(SourceId::new(0));
        Progress { read: n, total: n }
    }
}
