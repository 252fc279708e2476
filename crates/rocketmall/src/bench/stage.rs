//! Where rounds take place: a database with the bench's own data, an engine in this process, servers beside it.

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use rocketmall_core::basket::Terms;
use rocketmall_core::part::Parts;
use rocketmall_core::rejection::Rejection;
use rocketmall_store::read::Session;
use rocketmall_store::{Database, Dialect, Statement, StoreError, Value};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::data::{Data, Size};
use super::http_client::Target;
use super::machine::Process;
use super::platform;
use super::report::median;
use super::server::Server;
use crate::clock;
use crate::crash::CrashPoints;
use crate::engine::Limits;
use crate::http::auth::token_hash;
use crate::http::users::new_token;
use crate::ids::random;
use crate::runtime::{self, Migrate, Opening, Runtime};
use crate::shutdown::{self, StopSwitch};
use crate::telemetry::Telemetry;
use crate::worker;

/// What keeps a bench from running.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The shop refuses what the bench needs.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The machine: a process, a port, a folder.
    #[error("{0}")]
    Machine(String),
    /// It was asked for what cannot be.
    #[error("{0}")]
    Usage(String),
}

impl From<std::io::Error> for BenchError {
    fn from(error: std::io::Error) -> Self {
        Self::Machine(error.to_string())
    }
}

/// A shop that takes commands, and its engine.
struct Counter {
    runtime: Runtime,
    engine: JoinHandle<()>,
    /// Keeps the worker numbers: a bench takes longer than they are leased for.
    lease: JoinHandle<()>,
    stop: StopSwitch,
}

impl Counter {
    async fn open(url: &str, limits: Limits) -> Result<Self, StoreError> {
        let opening = Opening {
            process: runtime::Process::new(clock::system(), Terms::default(), CrashPoints, Telemetry::off()),
            database: url.to_owned(),
            parts: Parts::ALL,
            migrate: Migrate::Yes,
            limits,
        };
        let (runtime, engine) = Runtime::open(opening).await?;
        let (stop, told) = shutdown::switch();
        let lease = tokio::spawn(worker::lease::run(runtime.clone(), told));
        Ok(Self { runtime, engine, lease, stop })
    }

    async fn close(self) {
        let ids = self.runtime.ids.clone();
        self.stop.stop();
        // whatever became of them, the bench is over, and its worker numbers run out by themselves
        let _ = self.lease.await;
        drop(self.runtime);
        let _ = self.engine.await;
        let _ = ids.release().await;
    }
}

/// What counts in a database server, so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    /// Statements that clients sent.
    pub statements: u64,
    /// Commits that clients sent.
    pub commits: u64,
}

/// Where rounds take place.
pub struct Stage {
    url: String,
    counter: Counter,
    /// The same with a batch of one: each order in its own transaction.
    single: Counter,
    /// The rows that orders are made of.
    pub data: Arc<Data>,
    platform: SocketAddr,
    secret: String,
    token: String,
    folder: TempDir,
    /// The database server, if it runs on this machine.
    pub database_process: Option<Process>,
    /// What the database server says it is.
    pub database_words: String,
}

impl Stage {
    /// Takes hold of an empty database. `load` is where the platform runs, apart from the engine's threads.
    pub async fn set(url: &str, size: Size, limits: Limits, load: &tokio::runtime::Handle) -> Result<Self, BenchError> {
        let counter = Counter::open(url, limits).await?;
        let single = Counter::open(url, Limits { batch: 1, ..limits }).await?;
        let database = counter.runtime.database.clone();
        refuse_a_shop(&database, url).await?;
        let data = Arc::new(Data::load(&counter.runtime, size).await?);
        let secret = hex::encode(random::<16>());
        let for_platform = secret.clone();
        let platform =
            load.spawn(async move { platform::start(&for_platform).await }).await.map_err(|e| BenchError::Machine(e.to_string()))??;
        let token = new_token();
        let now = clock::system()();
        let session = Session { user: None, role: "service".to_owned(), expires_at: now.after(86_400_000) };
        database.keep_session(&token_hash(&token), &session, now).await?;
        let folder = tempfile::Builder::new().prefix("rocketmall-bench-").tempdir()?;
        let (database_process, database_words) = about(&database).await?;
        Ok(Self { url: url.to_owned(), counter, single, data, platform, secret, token, folder, database_process, database_words })
    }

    /// The shop whose engine runs in this process.
    pub fn runtime(&self) -> &Runtime {
        &self.counter.runtime
    }

    /// The same, each order in its own transaction.
    pub fn single(&self) -> &Runtime {
        &self.single.runtime
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        self.runtime().database.dialect()
    }

    /// A fresh server on the database.
    pub async fn server(&self) -> Result<Server, BenchError> {
        Server::start(&self.url, self.folder.path(), self.platform, &self.secret).await.map_err(BenchError::Machine)
    }

    /// How a server is called.
    pub fn target(&self, server: &Server) -> Target {
        let token = Some(format!("Bearer {}", self.token));
        Target { address: server.address, host: server.address.to_string(), token, secret: self.secret.clone() }
    }

    /// How long a small write takes to be safe on the disk, in milliseconds: the median of some.
    pub fn fsync_ms(&self) -> Option<f64> {
        let mut file = File::create(self.folder.path().join("fsync")).ok()?;
        let once = |file: &mut File| {
            let began = Instant::now();
            file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).ok()?;
            Some(began.elapsed().as_secs_f64() * 1e3)
        };
        let took: Option<Vec<f64>> = (0..50).map(|_| once(&mut file)).collect();
        took.map(median)
    }

    /// How long the database takes to answer a statement that does nothing, in microseconds: the median of some.
    pub async fn round_trip_us(&self) -> Result<f64, StoreError> {
        let mut took = Vec::new();
        for _ in 0..200 {
            let began = Instant::now();
            self.runtime().database.query(Statement { name: "bench_nothing", sql: "select 1" }, Vec::new()).await?;
            took.push(began.elapsed().as_secs_f64() * 1e6);
        }
        Ok(median(took))
    }

    /// What the database server has counted.
    pub async fn counted(&self) -> Result<Option<Counted>, StoreError> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        let sql = "show global status where variable_name in ('Questions', 'Com_commit')";
        let rows = self.runtime().database.query(Statement { name: "bench_status", sql }, Vec::new()).await?;
        let mut counted = Counted::default();
        for row in rows {
            if let [Value::Text(name), Value::Text(value)] = row.as_slice() {
                let value = value.parse().unwrap_or(0);
                if name == "Questions" { counted.statements = value } else { counted.commits = value }
            }
        }
        Ok(Some(counted))
    }

    /// Gives the worker numbers back.
    pub async fn clear(self) {
        self.single.close().await;
        self.counter.close().await;
    }
}

/// A shop's own database is no place for a bench, which leaves its orders there.
async fn refuse_a_shop(database: &Database, url: &str) -> Result<(), BenchError> {
    let sql =
        "select user_id from trade_user where user_name <> 'bench' union all select order_id from trade_order where address = '' limit 1";
    let strangers = database.query(Statement { name: "bench_strangers", sql }, Vec::new()).await?;
    if strangers.is_empty() {
        return Ok(());
    }
    let place = url.rsplit_once('@').map_or(url, |(_, place)| place);
    Err(BenchError::Usage(format!(
        "{place} holds a shop's data, and a bench would leave its orders there; name an empty database with --database"
    )))
}

/// The server's process, where it runs on this machine, and what it says it is.
async fn about(database: &Database) -> Result<(Option<Process>, String), StoreError> {
    if database.dialect() == Dialect::Sqlite {
        let rows = database.query(Statement { name: "bench_version", sql: "select sqlite_version()" }, Vec::new()).await?;
        return Ok((None, format!("SQLite {}, WAL, synchronous=FULL", first_text(&rows))));
    }
    let sql = "select concat(version(), ', innodb_flush_log_at_trx_commit=', @@innodb_flush_log_at_trx_commit, ', log_bin=', @@log_bin,
        ', sync_binlog=', @@sync_binlog, ', buffer pool ', @@innodb_buffer_pool_size div 1048576, ' MiB'), @@pid_file";
    let rows = database.query(Statement { name: "bench_about", sql }, Vec::new()).await?;
    let pid_file = match rows.first().and_then(|row| row.get(1)) {
        Some(Value::Text(path)) => std::fs::read_to_string(path).ok(),
        _ => None,
    };
    // a pid of another machine's file system would be a stranger's
    let process = pid_file.and_then(|pid| pid.trim().parse().ok()).map(Process).filter(|process| process.cpu().is_some());
    Ok((process, first_text(&rows)))
}

fn first_text(rows: &[rocketmall_store::Row]) -> String {
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
