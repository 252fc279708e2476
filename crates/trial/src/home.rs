//! Where a trial's rows live: a fresh database of its own, and a folder for logs. All of it goes when the trial ends.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use rocketmall_store::Database;
use tempfile::TempDir;

use crate::mariadb::Mariadb;

/// A fresh database and a folder.
#[derive(Debug)]
pub struct Home {
    // fields go in this order: the database before the folder it may lie in
    rows: Rows,
    folder: TempDir,
}

#[derive(Debug)]
enum Rows {
    Sqlite,
    Shared(Shared),
    Own(Box<Mariadb>),
}

/// One database on a server that others use too.
#[derive(Debug)]
struct Shared {
    server: String,
    name: String,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Home {
    /// An SQLite file.
    pub fn sqlite() -> Result<Self> {
        Ok(Self { rows: Rows::Sqlite, folder: folder()? })
    }

    /// A database on the server of `TRIAL_MARIADB_URL`.
    pub async fn mariadb() -> Result<Self> {
        let advice = "set TRIAL_MARIADB_URL first: eval \"$(cargo xtask mariadb up)\"";
        let server = std::env::var("TRIAL_MARIADB_URL").context(advice)?;
        let name = format!("trial_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(&server, format!("drop database if exists {name}; create database {name}")).await?;
        Ok(Self { rows: Rows::Shared(Shared { server, name }), folder: folder()? })
    }

    /// A database on a server of the trial's own, which may be stopped and killed.
    pub async fn own_mariadb() -> Result<Self> {
        let folder = folder()?;
        let server = Mariadb::start(folder.path()).await?;
        run(&server.url(), "create database shop".to_owned()).await?;
        Ok(Self { rows: Rows::Own(Box::new(server)), folder })
    }

    /// The database as `--database` takes it.
    pub fn url(&self) -> String {
        match &self.rows {
            Rows::Sqlite => format!("sqlite:{}", self.folder.path().join("shop.db").display()),
            Rows::Shared(Shared { server, name }) => format!("{server}/{name}"),
            Rows::Own(server) => format!("{}/shop", server.url()),
        }
    }

    /// The trial's own MariaDB server.
    pub fn server(&mut self) -> Result<&mut Mariadb> {
        match &mut self.rows {
            Rows::Own(server) => Ok(server),
            Rows::Sqlite | Rows::Shared(_) => anyhow::bail!("this home has no server of its own"),
        }
    }

    /// Opens the database as one more process would. Not to be kept open over a kill: the dead process's successor should
    /// find the files as it left them.
    pub async fn open(&self) -> Result<Database> {
        Ok(Database::open(&self.url()).await?)
    }
}

/// With `TRIAL_KEEP` set it stays, logs and all, for a look at a trial that failed.
fn folder() -> Result<TempDir> {
    let mut folder = TempDir::new()?;
    if std::env::var_os("TRIAL_KEEP").is_some() {
        folder.disable_cleanup(true);
        crate::say(&format!("kept: {}", folder.path().display()));
    }
    Ok(folder)
}

/// A failed trial leaves no database behind either; dropping one needs a runtime, which the trial's own may not lend any more.
impl Drop for Shared {
    fn drop(&mut self) {
        let (server, drop_it) = (self.server.clone(), format!("drop database if exists {}", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(run(&server, drop_it))
        });
        if !matches!(dropping.join(), Ok(Ok(()))) {
            crate::say(&format!("the database {} could not be dropped", self.name));
        }
    }
}

async fn run(server: &str, sql: String) -> Result<()> {
    let database = Database::open(server).await.context("the MariaDB server of the trials does not answer")?;
    let done = database.with(move |connection| Box::pin(async move { connection.run("trial database", &sql).await }));
    Ok(done.await?)
}
