//! A SQLite file of the test's own.

use tempfile::TempDir;

/// An empty database.
pub(crate) struct Target(TempDir);

pub(crate) async fn fresh() -> Target {
    std::future::ready(Target(tempfile::tempdir().expect("a temporary folder"))).await
}

impl Target {
    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.0.path().join("shop.db").display())
    }
}
