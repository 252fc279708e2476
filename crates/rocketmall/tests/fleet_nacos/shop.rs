//! The fleet that the scenario files meet: each role is a server of its own, those on the web without a database, each that keeps
//! something with one of its own. They call each other and hear each other's messages as processes do. They live in the test's
//! process, since a scenario moves their clock.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use anyhow::{Error, Result, bail};
use reqwest::Url;
use rocketmall::app::{self, Running};
use rocketmall::bus::Bus as _;
use rocketmall::bus::rocketmq::RocketMq;
use rocketmall::config::{BusAddress, Config, Flag, Role, Sources, load};
use rocketmall::fleet::parts;
use rocketmall::shutdown::{self, StopSwitch};
use rocketmall::worker::timers::run_due_of;
use rocketmall_core::id::Timestamp;
use rocketmall_core::message::subscribers;
use rocketmall_core::part::Parts;
use rocketmall_store::claim::TimersOf;
use rocketmall_store::verify::{Limits, Report, audit, gather};
use rocketmall_store::{Database, Row, Statement, Value, claim, migrate};
use rocketmall_trial::deadline::{Look, until};
use rocketmall_trial::program::variable;
use rocketmall_trial::scenario::{Workers, going_on};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

pub(crate) use crate::calls::{Answer, paid};
use crate::server::free_port;
use crate::target::{self, KEEPERS, Target};

pub(crate) const SECRET: &str = "a secret of the tests";

/// A message that a consumer could not take comes again within this.
const PATIENCE: Duration = Duration::from_mins(1);

/// The outbox and the inbox of a database.
const SENT: &str = "select msg_topic, msg_tag, msg_key, msg_status from trade_mq_producer_temp";
const HEARD: &str = "select group_name, msg_tag, msg_key, case when consumer_status = 0 then due_time end from trade_mq_consumer_log";

/// One fleet for all files. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Shop(Arc<Standing>);

struct Standing {
    clock: Arc<AtomicI64>,
    http: reqwest::Client,
    order_web: Running,
    pay_web: Running,
    keepers: Vec<(Role, Mutex<Running>)>,
    /// What the role that has the orders is told, and its bus: nobody else's message matters to an order at once.
    orders: Config,
    orders_bus: Mutex<OrdersBus>,
    /// The databases, with what is kept in each.
    books: Vec<Database>,
    _platform: TempDir,
    // last, so that the connections are closed first
    _target: Target,
}

/// What the role that has the orders hears messages with.
enum OrdersBus {
    Own,
    Held,
    Another(StopSwitch, JoinSet<()>),
}

impl Shop {
    /// Starts it. Its loops have ended, but for those of the bus: what is due is done when a scenario lets it.
    pub(crate) async fn standing_still() -> Self {
        let target = target::fresh().await;
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let platform = TempDir::new().expect("a folder");
        let database = format!("sqlite:{}", platform.path().join("platform.db").display());
        let pay_port = free_port();
        let pay_web = [("roles", "pay-web".to_owned()), ("listen", format!("127.0.0.1:{pay_port}")), ("database", database)];
        // first, since the platform is there
        let pay_web = started(&configured(&target, Some(pay_port), &pay_web), &clock).await;
        let order_web = [("roles", "order-web".to_owned()), ("listen", "127.0.0.1:0".to_owned())];
        let order_web = started(&configured(&target, None, &order_web), &clock).await;
        let (mut keepers, mut books, mut kept, mut orders) = (Vec::new(), Vec::new(), Parts::NONE, None);
        for name in KEEPERS {
            let (home, address) = (target.fleet().home(name), format!("127.0.0.1:{}", target.fleet().called_at(name)));
            let keeper = [("roles", name.to_owned()), ("listen", "127.0.0.1:0".to_owned()), ("database", home), ("rpc_listen", address)];
            let config = configured(&target, None, &keeper);
            let keeper = started(&config, &clock).await;
            let role = Role::ALL.into_iter().find(|role| role.name() == name).expect("a role");
            if !kept.hold(parts(role)) {
                kept = kept.with(parts(role));
                books.push(keeper.runtime().database.clone());
            }
            keepers.push((role, Mutex::new(keeper)));
            if role == Role::Order {
                orders = Some(config);
            }
        }
        let http = reqwest::Client::new();
        let (orders, orders_bus) = (orders.expect("somebody has the orders"), Mutex::new(OrdersBus::Own));
        Self(Arc::new(Standing {
            clock,
            http,
            order_web,
            pay_web,
            keepers,
            orders,
            orders_bus,
            books,
            _platform: platform,
            _target: target,
        }))
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.0.http
    }

    /// What is about payments is asked where platforms come to, everything else where customers do.
    pub(crate) fn url(&self, path: &str) -> Url {
        let pays = ["payments", "refunds", "channels", "pay"].iter().any(|word| path.split(['/', '?']).any(|part| part == *word));
        let web = if pays { &self.0.pay_web } else { &self.0.order_web };
        Url::parse(&format!("http://{}", web.address)).and_then(|base| base.join(path)).expect("an address")
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.clock.load(Ordering::SeqCst))
    }

    pub(crate) fn unix_seconds(&self) -> i64 {
        self.now().millis() / 1000
    }

    /// All databases together.
    pub(crate) async fn audit(&self) -> Result<Report> {
        let folder = TempDir::new()?;
        let copy = Database::open(&format!("sqlite:{}", folder.path().join("verify.db").display())).await?;
        migrate::migrate(&copy).await?;
        gather(&copy, &self.0.books).await?;
        Ok(audit(&copy, self.now(), Limits::default()).await?)
    }

    /// From now on no order hears of anything until messages are waited for.
    pub(crate) async fn hold_messages(&self) {
        let mut bus = self.0.orders_bus.lock().await;
        match std::mem::replace(&mut *bus, OrdersBus::Held) {
            OrdersBus::Own => self.has_orders().lock().await.end_bus().await,
            OrdersBus::Held => {}
            OrdersBus::Another(stop, mut loops) => {
                stop.stop();
                while loops.join_next().await.is_some() {}
            }
        }
    }

    async fn let_messages_go(&self) -> Result<()> {
        let mut bus = self.0.orders_bus.lock().await;
        if matches!(*bus, OrdersBus::Held) {
            let BusAddress::RocketMq(endpoints) = &self.0.orders.bus else { bail!("{} is no broker", self.0.orders.bus) };
            let another = Arc::new(RocketMq::new(&self.0.orders, endpoints).map_err(Error::msg)?);
            another.check().await.map_err(Error::msg)?;
            let ((stop, told), mut loops) = (shutdown::switch(), JoinSet::new());
            let running = self.has_orders().lock().await;
            another.start(&running.fleet, running.runtime(), &told, &mut loops);
            *bus = OrdersBus::Another(stop, loops);
        }
        Ok(())
    }

    fn has_orders(&self) -> &Mutex<Running> {
        &self.0.keepers.iter().find(|(role, _)| *role == Role::Order).expect("somebody has the orders").1
    }

    /// Waits until all messages have arrived; how many there were.
    async fn carry(&self) -> Result<usize> {
        self.let_messages_go().await?;
        let there = self.under_way().await?;
        until("the messages to arrive", PATIENCE, async || {
            let left = self.under_way().await?;
            Ok(if left == 0 { Look::Found(()) } else { Look::NotYet(format!("{left} are under way")) })
        })
        .await?;
        Ok(there)
    }

    /// What is to be sent, sent and not with each of its groups, or to be tried again now.
    async fn under_way(&self) -> Result<usize> {
        let (mut sent, mut heard, mut left) = (Vec::new(), BTreeSet::new(), 0);
        for book in &self.0.books {
            sent.extend(rows(book, SENT).await?);
            for row in rows(book, HEARD).await? {
                let [Value::Text(group), Value::Text(tag), Value::Text(key), again] = &row[..] else { bail!("{row:?}") };
                left += usize::from(matches!(again, Value::Int(due) if *due <= self.now().millis()));
                heard.insert((group.clone(), tag.clone(), key.clone()));
            }
        }
        for row in sent {
            let [Value::Text(topic), Value::Text(tag), Value::Text(key), Value::Int(status)] = &row[..] else { bail!("{row:?}") };
            let is_deaf = |group: &str| !heard.contains(&(group.to_owned(), tag.clone(), key.clone()));
            left += match status {
                0 => 1,
                1 => subscribers(topic, tag).filter(|subscription| is_deaf(subscription.group)).count(),
                _ => 0,
            };
        }
        Ok(left)
    }
}

/// What a server of the fleet is told. The platform is with the one that listens on the web at this port.
fn configured(target: &Target, platform: Option<u16>, own: &[(&'static str, String)]) -> Config {
    let environment = target.fleet().environment(platform).into_iter().chain([
        ("dev".to_owned(), "true".to_owned()),
        ("channels.sandbox.enabled".to_owned(), "true".to_owned()),
        ("channels.sandbox.secret".to_owned(), SECRET.to_owned()),
    ]);
    let environment = environment.map(|(key, value)| (OsString::from(variable(&key)), OsString::from(value))).collect();
    let flags = own.iter().map(|(key, value)| Flag { key, name: "test", value: value.clone() }).collect();
    load(&Sources { file: None, environment, flags }).expect("a configuration").config
}

async fn started(config: &Config, clock: &Arc<AtomicI64>) -> Running {
    let read = Arc::clone(clock);
    let clock = Arc::new(move || Timestamp::from_millis(read.load(Ordering::SeqCst)));
    let mut running = app::start(config, clock).await.expect("the server starts");
    running.end_loops().await;
    running
}

async fn rows(book: &Database, sql: &'static str) -> Result<Vec<Row>> {
    Ok(book.query(Statement { name: "trial", sql }, Vec::new()).await?)
}

impl Workers for Shop {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn set_now(&mut self, now: Timestamp) {
        self.0.clock.store(now.millis(), Ordering::SeqCst);
    }

    async fn work(&mut self) -> Result<()> {
        loop {
            let mut done = self.carry().await?;
            for (_, running) in self.0.keepers.iter().filter(|(role, _)| matches!(role, Role::Order | Role::Pay)) {
                let running = running.lock().await;
                done += run_due_of(&running.fleet, running.runtime(), &running.channels, TimersOf::Everybody).await?;
            }
            if done == 0 {
                return Ok(());
            }
        }
    }

    async fn next_timer(&mut self) -> Result<Option<Timestamp>> {
        let mut next = None;
        for book in &self.0.books {
            if let Some(due) = claim::next_timer(book).await? {
                next = Some(next.map_or(due, |next: Timestamp| next.min(due)));
            }
        }
        Ok(next)
    }

    async fn needs_time(&mut self) -> Result<bool> {
        Ok(going_on(&self.audit().await?).next().is_some())
    }
}
