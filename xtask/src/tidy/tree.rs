//! The files of the project as git sees them: tracked, or new and not ignored.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// All text files.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<TextFile>,
}

/// One text file.
#[derive(Debug)]
pub(crate) struct TextFile {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Tree {
    /// The files of this workspace.
    pub(crate) fn of_workspace() -> Result<Self> {
        let root = crate::root();
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]).current_dir(&root);
        let answer = git.output().context("tidy asks git which files belong to the project, but git does not start")?;
        if !answer.status.success() {
            bail!("git ls-files failed: {}", String::from_utf8_lossy(&answer.stderr).trim());
        }
        let paths = String::from_utf8(answer.stdout).context("a file name is not UTF-8")?;
        Ok(Self { files: paths.split_terminator('\0').filter_map(|path| read(&root, path)).collect() })
    }

    /// The text of the file at `path`, if it is there.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The files whose names end in one of `extensions`.
    pub(crate) fn with_extension(&self, extensions: &[&str]) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(move |file| file.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension)))
    }

    /// A tree made by hand.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect() }
    }
}

/// A deleted file that git still lists, and pictures, are none of our business.
fn read(root: &Path, path: &str) -> Option<TextFile> {
    let text = std::fs::read_to_string(root.join(path)).ok()?;
    Some(TextFile { path: path.to_owned(), text })
}
