//! A fleet of the test's own: a process for each role that keeps anything, with a MariaDB database of its own, and topics of its own
//! at the broker.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nacos_registry::{Login, Nacos, Options};
use rocketmall::config::DYNAMIC_CONFIG;
use rocketmall_trial::home::Home;
use rocketmall_trial::rocketmq::Family;

use crate::server::{BINARY, free_port};

/// Leases of what a crash interrupted run out before this, and a message that a broker does not bring is sent again twice.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

/// No process takes longer to start than this, or it is broken.
const STARTED: Duration = Duration::from_secs(30);

/// The roles that keep something, and whose database each has: each its own.
pub(crate) const KEEPERS: [(&str, &str); 6] =
    [("order", "order"), ("pay", "pay"), ("goods", "goods"), ("coupon", "coupon"), ("user", "user"), ("message", "message")];

/// Fleets by the address of their orders' database, which stands for them in the trials that they share with single shops.
static FLEETS: Mutex<BTreeMap<String, Arc<Fleet>>> = Mutex::new(BTreeMap::new());

pub(crate) struct Target(Arc<Fleet>);

/// A fleet that may run.
pub(crate) struct Fleet {
    homes: BTreeMap<&'static str, Home>,
    family: Family,
    /// Where the processes find each other; without, each is told where the others are.
    registry: Option<Registry>,
    /// The address where each role's process is called, and the one where it is watched.
    ports: BTreeMap<&'static str, (u16, u16)>,
    /// Where the payment platform is: with the first process on the web.
    platform: Mutex<Option<u16>>,
    settings: Mutex<Vec<(String, String)>>,
    running: Mutex<BTreeMap<&'static str, Child>>,
}

/// A Nacos, and the group of this fleet there.
pub(crate) struct Registry {
    address: String,
    group: String,
    login: (String, String),
}

impl Registry {
    /// The one that `cargo xtask stack up --nacos` runs.
    pub(crate) fn running() -> Self {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let address = variable("TRIAL_NACOS");
        assert!(!address.is_empty(), "TRIAL_NACOS is not set; set it first: eval \"$(cargo xtask stack up --nacos)\"");
        let group = format!("trial-{}-{}", std::process::id(), free_port());
        Self { address, group, login: (variable("TRIAL_NACOS_USER"), variable("TRIAL_NACOS_PASSWORD")) }
    }
}

impl Registry {
    /// Writes the fleet's configuration.
    pub(crate) async fn publish(&self, content: &str) {
        let mut options = Options::new(&self.address).expect("an address");
        if !self.login.0.is_empty() {
            options = options.with_login(Login::new(self.login.0.as_str(), self.login.1.as_str()));
        }
        let nacos = Nacos::connect(options).await.expect("Nacos answers");
        nacos.publish_config(DYNAMIC_CONFIG, &self.group, content).await.expect("Nacos takes it");
    }
}

/// Processes that are told where the others are.
pub(crate) async fn fresh() -> Target {
    made(None).await
}

/// Processes that find each other.
pub(crate) async fn registered() -> Target {
    made(Some(Registry::running())).await
}

async fn made(registry: Option<Registry>) -> Target {
    let mut homes = BTreeMap::new();
    for (_, base) in KEEPERS {
        if !homes.contains_key(base) {
            homes.insert(base, Home::mariadb().await.expect("a database of its own"));
        }
    }
    let fleet = Arc::new(Fleet {
        homes,
        family: Family::fresh().expect("topics of its own"),
        registry,
        ports: KEEPERS.iter().map(|(role, _)| (*role, (free_port(), free_port()))).collect(),
        platform: Mutex::default(),
        settings: Mutex::default(),
        running: Mutex::default(),
    });
    FLEETS.lock().unwrap_or_else(PoisonError::into_inner).insert(fleet.url(), Arc::clone(&fleet));
    Target(fleet)
}

impl Target {
    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    pub(crate) fn fleet(&self) -> &Fleet {
        &self.0
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        FLEETS.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.url());
        self.0.stop();
    }
}

/// The fleet whose orders this database has.
pub(crate) fn of(database: &str) -> Arc<Fleet> {
    Arc::clone(FLEETS.lock().unwrap_or_else(PoisonError::into_inner).get(database).expect("a fleet that was made here"))
}

impl Fleet {
    fn url(&self) -> String {
        self.homes["order"].url()
    }

    /// `--database ROLE=URL` for each database.
    pub(crate) fn databases(&self) -> Vec<String> {
        self.homes.iter().flat_map(|(role, home)| ["--database".to_owned(), format!("{role}={}", home.url())]).collect()
    }

    /// What every process is told. The platform is in the process on the web that asks first.
    pub(crate) fn environment(&self, web: Option<u16>) -> Vec<(String, String)> {
        let platform = *lock(&self.platform).get_or_insert(web.unwrap_or_default());
        let mut environment = vec![
            ("rocketmq.invisible".to_owned(), "10s".to_owned()),
            ("messages.heard_within".to_owned(), "20s".to_owned()),
            ("order.placing_lease".to_owned(), "10s".to_owned()),
            ("limits.lanes".to_owned(), "3".to_owned()),
            ("log_level".to_owned(), "error".to_owned()),
            ("rpc.secret".to_owned(), "a secret of this fleet".to_owned()),
            // a machine that other tests keep busy too is slow
            ("rpc.timeout".to_owned(), "10s".to_owned()),
        ];
        match &self.registry {
            Some(Registry { address, group, login: (user, password) }) => environment.extend([
                ("registry".to_owned(), format!("nacos://{address}")),
                ("nacos.group".to_owned(), group.clone()),
                ("nacos.user".to_owned(), user.clone()),
                ("nacos.password".to_owned(), password.clone()),
            ]),
            None => environment.extend(self.ports.iter().map(|(role, (rpc, _))| (format!("peers.{role}"), format!("127.0.0.1:{rpc}")))),
        }
        if web != Some(platform) {
            environment.push(("channels.sandbox.url".to_owned(), format!("http://127.0.0.1:{platform}")));
        }
        environment.extend(self.family.settings().into_iter().map(|(key, value)| (key.to_owned(), value)));
        environment.extend(lock(&self.settings).iter().cloned());
        environment
    }

    /// Where the processes find each other.
    pub(crate) fn registry(&self) -> &Registry {
        self.registry.as_ref().expect("a fleet in a registry")
    }

    /// Starts the keepers, unless they run.
    pub(crate) async fn start(&self, settings: &[(&str, &str)]) {
        if !lock(&self.running).is_empty() {
            return;
        }
        *lock(&self.settings) = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        for (role, _) in KEEPERS {
            self.spawn(role);
        }
        for (role, _) in KEEPERS {
            self.listens(role).await;
        }
    }

    fn spawn(&self, role: &'static str) {
        let (rpc, watched) = self.ports[role];
        let child = self.process(role, rpc, watched);
        lock(&self.running).insert(role, child);
    }

    fn process(&self, role: &str, rpc: u16, watched: u16) -> Child {
        let base = KEEPERS.iter().find(|(known, _)| *known == role).expect("a keeper").1;
        let mut command = Command::new(BINARY);
        command.args(["serve", "--dev", "--roles", role, "--database", &self.homes[base].url()]);
        command.args(["--listen", &format!("127.0.0.1:{watched}"), "--rpc-listen", &format!("127.0.0.1:{rpc}")]);
        for (key, value) in self.environment(None) {
            command.env(format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__")), value);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the binary starts")
    }

    async fn listens(&self, role: &'static str) {
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.ports[role].0)).await.is_err() {
            let ended = lock(&self.running).get_mut(role).is_none_or(|child| child.try_wait().is_ok_and(|ended| ended.is_some()));
            assert!(!ended, "the process with the role {role} ended");
            assert!(began.elapsed() < STARTED, "the process with the role {role} does not listen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts a second process of a role, which the others find in the registry.
    pub(crate) async fn second(&self, role: &'static str) -> Second {
        let (rpc, watched) = (free_port(), free_port());
        let child = self.process(role, rpc, watched);
        let mut second = Second(child);
        let began = Instant::now();
        // one that starts while Nacos is away is there, and not ready: it does not know where the others are
        while tokio::net::TcpStream::connect(("127.0.0.1", rpc)).await.is_err() {
            assert!(
                second.0.try_wait().is_ok_and(|ended| ended.is_none()) && began.elapsed() < STARTED,
                "the second {role} does not start"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        second
    }

    /// Sends a signal to a role's process.
    pub(crate) fn signal(&self, role: &str, signal: &str) {
        let pid = lock(&self.running)[role].id().to_string();
        let sent = Command::new("kill").args([&format!("-{signal}"), &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "{signal} can be sent to {role}");
    }

    /// kill -9, then the same process again.
    pub(crate) async fn kill_and_start(&self, role: &'static str, down: Duration) {
        let mut child = lock(&self.running).remove(role).expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        tokio::time::sleep(down).await;
        self.spawn(role);
        self.listens(role).await;
    }

    fn stop(&self) {
        for child in lock(&self.running).values_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A second process of a role.
pub(crate) struct Second(Child);

impl Second {
    /// SIGTERM, and waits for its end: it leaves the registry, then answers what is under way.
    pub(crate) async fn leave(mut self) {
        let sent = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM can be sent");
        let began = Instant::now();
        while self.0.try_wait().expect("the process can be asked").is_none() {
            assert!(began.elapsed() < STARTED, "the process does not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
