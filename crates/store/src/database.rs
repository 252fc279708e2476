//! One database, opened by its URL: who runs which call on which connection.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use rocketmall_core::part::Parts;
use tokio::sync::{Semaphore, oneshot};

use crate::connection::{Connection, Dialect, Statement};
use crate::error::StoreError;
use crate::mysql::{Address, MysqlConnection};
use crate::sqlite::SqliteConnection;
use crate::value::{Row, Value};

/// A boxed future that borrows the connection it works on.
pub type Work<'c, R> = Pin<Box<dyn Future<Output = R> + Send + 'c>>;

/// Reads at the same time; more wait. Batches and background work have connections beside these, and never wait for them.
const READS: usize = 16;

/// Connections kept for reuse.
const IDLE_CONNECTIONS: usize = READS + 4;

/// A database. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Database(Arc<Inner>, Parts);

#[derive(Debug)]
enum Inner {
    Sqlite { path: PathBuf, writer: mpsc::Sender<SqliteJob>, readers: Mutex<Vec<SqliteConnection>> },
    Mysql { address: Box<Address>, idle: Mutex<Vec<MysqlConnection>>, reads: Semaphore },
}

/// A panic in one job must not take the writer from all others: its transaction is undone and its caller gets an error.
fn survive(connection: &mut Connection, job: SqliteJob) {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(connection)));
    if outcome.is_err() {
        let _ = pollster::block_on(connection.rollback());
    }
}

type SqliteJob = Box<dyn FnOnce(&mut Connection) + Send>;

impl Database {
    /// Opens `sqlite:PATH` or `mysql://USER:PASSWORD@HOST:PORT/DATABASE`. There `?socket=PATH` names a Unix socket, and
    /// `?ssl-mode=MODE&ssl-ca=FILE` says how secure the connection must be; without, TLS is used where the server has it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(Path::new(path.strip_prefix("//").unwrap_or(path)));
        }
        if url.starts_with("mysql://") {
            let address = Address::parse(url)?;
            let first = MysqlConnection::open(&address).await?;
            let (idle, reads) = (Mutex::new(vec![first]), Semaphore::new(READS));
            return Ok(Self(Arc::new(Inner::Mysql { address: Box::new(address), idle, reads }), Parts::ALL));
        }
        Err(StoreError::Unusable("the database URL must start with sqlite: or mysql://".to_owned()))
    }

    fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::Sqlite(SqliteConnection::open(path)?);
        let (writer, jobs) = mpsc::channel::<SqliteJob>();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || jobs.into_iter().for_each(|job| survive(&mut connection, job)))
            .map_err(|e| StoreError::Unusable(format!("cannot start the SQLite writer thread: {e}")))?;
        Ok(Self(Arc::new(Inner::Sqlite { path: path.to_owned(), writer, readers: Mutex::default() }), Parts::ALL))
    }

    /// The same database, of which these parts alone are used: a role's own.
    #[must_use]
    pub fn of(self, parts: Parts) -> Self {
        Self(self.0, parts)
    }

    /// Which parts of the shop it holds.
    pub fn parts(&self) -> Parts {
        self.1
    }

    /// Which SQL it speaks.
    pub fn dialect(&self) -> Dialect {
        match &*self.0 {
            Inner::Sqlite { .. } => Dialect::Sqlite,
            Inner::Mysql { .. } => Dialect::Mysql,
        }
    }

    /// A connection of one's own, apart from those that are shared. MySQL and MariaDB only: SQLite has one writer.
    pub async fn connect(&self) -> Result<Connection, StoreError> {
        match &*self.0 {
            Inner::Sqlite { .. } => Err(StoreError::Unusable("SQLite has one writer; use it through `with`".to_owned())),
            Inner::Mysql { address, .. } => Ok(Connection::Mysql(Box::new(MysqlConnection::open(address).await?))),
        }
    }

    /// Runs `job` on a connection that may write: on SQLite the one writer thread, on MySQL a connection of its own.
    ///
    /// A MySQL connection whose job failed is closed, never reused, so that nothing of a half-done transaction can leak.
    pub async fn with<R, F>(&self, job: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Work<'c, Result<R, StoreError>> + Send + 'static,
    {
        match &*self.0 {
            Inner::Sqlite { writer, .. } => {
                let (answer, answered) = oneshot::channel();
                let gone = || StoreError::Unreachable("the SQLite writer thread has ended".to_owned());
                let job: SqliteJob = Box::new(move |connection| drop(answer.send(pollster::block_on(job(connection)))));
                writer.send(job).map_err(|_| gone())?;
                answered.await.map_err(|_| gone())?
            }
            Inner::Mysql { address, idle, .. } => {
                let pooled = lock(idle).pop();
                let connection = match pooled {
                    Some(connection) => connection,
                    None => MysqlConnection::open(address).await?,
                };
                let mut connection = Connection::Mysql(Box::new(connection));
                let answer = job(&mut connection).await;
                if let (Ok(_), Connection::Mysql(connection)) = (&answer, connection) {
                    put_back(idle, *connection);
                }
                answer
            }
        }
    }

    /// Runs a job that only reads, outside any transaction; on SQLite beside the writer. A stale connection is replaced.
    pub async fn look<R, F>(&self, job: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> Fn(&'c mut Connection) -> Work<'c, Result<R, StoreError>> + Send + Sync + 'static,
    {
        let job = Arc::new(job);
        let path = match &*self.0 {
            Inner::Sqlite { path, .. } => path,
            Inner::Mysql { reads, .. } => {
                // never closed
                let _seat = reads.acquire().await;
                return self.with_fresh(job).await;
            }
        };
        let (shared, path) = (self.clone(), path.clone());
        let read = move || {
            let Inner::Sqlite { readers, .. } = &*shared.0 else { return Err(StoreError::Unusable("not SQLite".to_owned())) };
            let pooled = lock(readers).pop();
            let connection = pooled.map_or_else(|| SqliteConnection::open_read_only(&path), Ok)?;
            let mut connection = Connection::Sqlite(connection);
            let answer = pollster::block_on(job(&mut connection));
            if let Connection::Sqlite(connection) = connection {
                put_back(readers, connection);
            }
            answer
        };
        tokio::task::spawn_blocking(read).await.map_err(|e| StoreError::Unreachable(e.to_string()))?
    }

    /// Rows of a plain statement with `?` parameters, outside any transaction.
    pub async fn query(&self, statement: Statement, params: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let params = Arc::new(params);
        self.look(move |connection| {
            let params = Arc::clone(&params);
            Box::pin(async move { connection.query(statement, &params).await })
        })
        .await
    }

    /// One plain statement with `?` parameters that commits by itself; the number of rows it matched.
    ///
    /// Not repeated by itself when the connection breaks: only the caller knows whether that is safe.
    pub async fn execute(&self, statement: Statement, params: Vec<Value>) -> Result<u64, StoreError> {
        self.with(move |connection| Box::pin(async move { connection.execute(statement, &params).await })).await
    }

    /// A pooled connection may have been closed by the server meanwhile: a job that may be repeated tries each idle one.
    async fn with_fresh<R, F>(&self, job: Arc<F>) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: for<'c> Fn(&'c mut Connection) -> Work<'c, Result<R, StoreError>> + Send + Sync + 'static,
    {
        for _ in 0..IDLE_CONNECTIONS {
            let job = Arc::clone(&job);
            match self.with(move |connection| job(connection)).await {
                Err(StoreError::Unreachable(_)) => {}
                answer => return answer,
            }
        }
        self.with(move |connection| job(connection)).await
    }
}

fn put_back<C>(idle: &Mutex<Vec<C>>, connection: C) {
    let mut idle = lock(idle);
    if idle.len() < IDLE_CONNECTIONS {
        idle.push(connection);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
