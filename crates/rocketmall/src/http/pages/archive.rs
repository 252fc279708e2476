//! The files of a web page that comes as a jar, read once into memory: what is asked for later touches no file system.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use axum::body::Bytes;
use zip::ZipArchive;

/// Servlet containers serve this folder of a jar, so that is where its pages are.
const ROOT: &str = "META-INF/resources/";

/// The page itself.
pub(super) const PAGE: &str = "doc.html";

/// Far above what Knife4j has (9 MB): a jar with more is something else.
const MOST_BYTES: u64 = 64 << 20;

/// The files under `META-INF/resources`, by their paths below it.
pub struct Archive {
    files: HashMap<String, Bytes>,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("files", &self.files.len()).finish()
    }
}

/// A jar that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read.
    #[error("knife4j: {path} cannot be read: {error}; `cargo xtask knife4j` gets the jar, or leave the setting empty")]
    Unreadable {
        /// The jar.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is a jar of something else.
    #[error("knife4j: {path} {what}; take the jar of com.github.xiaoymin:knife4j-openapi3-ui (`cargo xtask knife4j` gets it)")]
    Other {
        /// The jar.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Archive {
    /// Reads the jar at `path`.
    pub fn read(path: &Path) -> Result<Self, ArchiveError> {
        let files = files(path).map_err(|error| ArchiveError::Unreadable { path: path.to_owned(), error })?;
        let Some(files) = files else { return Err(ArchiveError::Other { path: path.to_owned(), what: "is too large" }) };
        if !files.contains_key(PAGE) {
            return Err(ArchiveError::Other { path: path.to_owned(), what: "has no page doc.html" });
        }
        Ok(Self { files })
    }

    /// The file at this path below the root; exactly this, nothing is resolved.
    pub(super) fn get(&self, path: &str) -> Option<Bytes> {
        self.files.get(path).cloned()
    }
}

/// `None` if they are too large.
fn files(path: &Path) -> std::io::Result<Option<HashMap<String, Bytes>>> {
    let mut jar = ZipArchive::new(File::open(path)?)?;
    let mut files = HashMap::new();
    let mut left = MOST_BYTES;
    for index in 0..jar.len() {
        let entry = jar.by_index(index)?;
        let Some(name) = entry.name()?.strip_prefix(ROOT).filter(|name| is_file_inside(name)).map(str::to_owned) else { continue };
        let mut content = Vec::new();
        // what the jar says of its sizes may be wrong: what is read counts
        let read = entry.take(left.saturating_add(1)).read_to_end(&mut content)?;
        let Some(rest) = left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)) else { return Ok(None) };
        left = rest;
        files.insert(name, Bytes::from(content));
    }
    Ok(Some(files))
}

/// Folders have entries of their own, and a name may try to climb out of its folder.
fn is_file_inside(name: &str) -> bool {
    name.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
