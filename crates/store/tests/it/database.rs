//! A SQLite file of the test's own.

use rocketmall_store::Database;
use tempfile::TempDir;

/// An empty database that outlives the processes that work on it.
pub(crate) struct TestDatabase(TempDir);

impl TestDatabase {
    pub(crate) async fn create() -> Self {
        std::future::ready(Self(tempfile::tempdir().expect("a temporary folder"))).await
    }

    /// Opens it once more, as another process would.
    pub(crate) async fn open(&self) -> Database {
        let url = format!("sqlite:{}", self.0.path().join("shop.db").display());
        Database::open(&url).await.expect("the file opens")
    }
}
