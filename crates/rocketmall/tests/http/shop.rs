//! A server for one test. What tests ask of it stands in `calls`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use reqwest::Url;
use rocketmall::app::{self, Running};
use rocketmall::config::{Flag, Sources, load};
use rocketmall::worker::timers::run_due;
use rocketmall_core::id::Timestamp;
use rocketmall_store::verify::{Limits, Report, audit};
use rocketmall_store::{Database, Statement, claim};
use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{Workers, going_on};

pub(crate) use crate::calls::{Answer, paid};
use crate::carry::Carrier;

/// Under `--dev`, or as a shop on the internet would run it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Dev,
    Open,
}

/// What is under way has come to its end within this, whatever carries the messages.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) const SECRET: &str = "a secret of the tests";

pub(crate) struct Shop {
    pub(crate) running: Running,
    pub(crate) carrier: Carrier,
    pub(crate) database: Database,
    http: reqwest::Client,
    clock: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
    // after the server, so that its connections are closed first
    _home: Option<Home>,
}

impl Shop {
    pub(crate) async fn dev() -> Self {
        Self::start(Mode::Dev, &[]).await
    }

    /// With these settings; `database` may be one of them.
    pub(crate) async fn start(mode: Mode, settings: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("shop.db").display());
        let dev = if mode == Mode::Dev { "true" } else { "false" };
        let carrier = Carrier::new();
        let bus = carrier.settings();
        let basic = [
            ("database", url.as_str()),
            ("listen", "127.0.0.1:0"),
            ("dev", dev),
            ("channels.sandbox.enabled", "true"),
            ("channels.sandbox.secret", SECRET),
        ];
        let basic = basic.iter().filter(|(key, _)| settings.iter().all(|(set, _)| set != key));
        let bus = bus.iter().map(|(key, value)| (*key, value.as_str()));
        let settings: Vec<_> = bus.chain(basic.copied()).chain(settings.iter().copied()).collect();
        let flags = settings.into_iter().map(|(key, value)| Flag { key, name: "test", value: value.to_owned() }).collect();
        let config = load(&Sources { file: None, environment: Vec::new(), flags }).expect("a configuration").config;
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let read = Arc::clone(&clock);
        let running =
            app::start(&config, Arc::new(move || Timestamp::from_millis(read.load(Ordering::SeqCst)))).await.expect("the server starts");
        let database = running.runtime().database.clone();
        Self { running, carrier, database, http: reqwest::Client::new(), clock, _folder: folder, _home: None }
    }

    /// One in this home for a scenario: its loops have ended, and what is due is done when the scenario lets it.
    pub(crate) async fn standing_still(home: Home) -> Self {
        let mut shop = Self::start(Mode::Dev, &[("database", &home.url())]).await;
        shop.running.end_loops().await;
        shop.carrier.pace(&mut shop.running).await;
        Self { _home: Some(home), ..shop }
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.http
    }

    /// Time passes; what that makes due is done at once.
    pub(crate) async fn advance(&self, by: Duration) {
        self.clock.fetch_add(i64::try_from(by.as_millis()).expect("a sane duration"), Ordering::SeqCst);
        self.settle().await;
    }

    pub(crate) fn set_now(&self, now: Timestamp) {
        self.clock.store(now.millis(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn unix_seconds(&self) -> i64 {
        self.now().millis() / 1000
    }

    /// From now on messages travel when the test lets them.
    pub(crate) async fn hold_messages(&mut self) {
        self.carrier.hold(&mut self.running).await;
    }

    /// Lets messages travel that are due; how many there were.
    pub(crate) async fn carry(&self) -> anyhow::Result<usize> {
        self.carrier.carry(self).await
    }

    /// Runs messages and timers that are due until none is left.
    pub(crate) async fn settle(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let messages = self.carry().await.expect("messages");
            let timers = run_due(self.running.runtime(), &self.running.channels).await.expect("timers");
            let pending = self.database.message_gauges().await.expect("gauges").pending();
            if messages + timers == 0 && pending == 0 {
                return;
            }
            assert!(Instant::now() < until, "the shop does not settle");
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}", self.running.address)).and_then(|base| base.join(path)).expect("an address")
    }

    /// Rows of a query, for looking behind the door.
    pub(crate) async fn rows(&self, sql: &'static str) -> Vec<rocketmall_store::Row> {
        self.database.query(Statement { name: "test", sql }, Vec::new()).await.expect(sql)
    }

    /// Changes behind the shop's back, to plant a fault.
    pub(crate) async fn plant(&self, sql: &'static str) {
        self.database.with(move |connection| Box::pin(async move { connection.run("plant", sql).await })).await.expect(sql);
    }

    pub(crate) async fn audit(&self) -> Result<Report> {
        Ok(audit(&self.database, self.now(), Limits::default()).await?)
    }

    /// Nothing is wrong, now that all has run to its end.
    pub(crate) async fn holds(&self) {
        self.settle().await;
        let report = self.audit().await.expect("an audit");
        assert!(report.holds(), "{report:#?}");
    }
}

impl Shop {
    /// Waits until a field of an answer has this value; messages, notifications and timers run meanwhile.
    pub(crate) async fn wait_for(&self, path: &str, pointer: &str, value: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(path).await.is(200);
            if answer.at(pointer) == value {
                return;
            }
            assert!(Instant::now() < until, "{path} {pointer} is not {value}: {}", answer.text);
            self.settle().await;
        }
    }
}

impl Workers for Shop {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn set_now(&mut self, now: Timestamp) {
        Self::set_now(self, now);
    }

    async fn work(&mut self) -> Result<()> {
        while self.carry().await? + run_due(self.running.runtime(), &self.running.channels).await? > 0 {}
        Ok(())
    }

    async fn next_timer(&mut self) -> Result<Option<Timestamp>> {
        Ok(claim::next_timer(&self.database).await?)
    }

    async fn needs_time(&mut self) -> Result<bool> {
        Ok(going_on(&self.audit().await?).next().is_some())
    }
}
