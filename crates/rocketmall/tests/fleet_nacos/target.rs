//! A fleet of the test's own: a process for each role that keeps anything, with a MariaDB database of its own, and topics of its own
//! at the broker.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nacos_registry::{Login, Nacos, Options};
use rocketmall::config::DYNAMIC_CONFIG;
use rocketmall_trial::home::Home;
use rocketmall_trial::program::Program;
use rocketmall_trial::rocketmq::Family;

use crate::server::{BINARY, free_port};

/// Leases of what a crash interrupted run out before this, and a message that a broker does not bring is sent again twice.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

/// The roles that keep something, in the order in which they are upgraded (docs/decisions/0021-payments-apart.md).
pub(crate) const KEEPERS: [&str; 6] = ["pay", "order", "goods", "coupon", "user", "message"];

/// Whose database holds the payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payments {
    Apart,
    WithOrders,
}

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
    /// What the process of one role alone is told.
    own_settings: Mutex<Vec<(&'static str, String, String)>>,
    running: Mutex<BTreeMap<&'static str, Program>>,
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
    made(None, Payments::Apart).await
}

/// Processes that find each other.
pub(crate) async fn registered() -> Target {
    made(Some(Registry::running()), Payments::Apart).await
}

/// The same, with one database for orders and payments.
pub(crate) async fn registered_sharing() -> Target {
    made(Some(Registry::running()), Payments::WithOrders).await
}

async fn made(registry: Option<Registry>, payments: Payments) -> Target {
    let mut homes = BTreeMap::new();
    for role in KEEPERS.into_iter().filter(|role| *role != "pay" || payments == Payments::Apart) {
        homes.insert(role, Home::mariadb().await.expect("a database of its own"));
    }
    let fleet = Arc::new(Fleet {
        homes,
        family: Family::fresh().expect("topics of its own"),
        registry,
        ports: KEEPERS.into_iter().map(|role| (role, (free_port(), free_port()))).collect(),
        platform: Mutex::default(),
        settings: Mutex::default(),
        own_settings: Mutex::default(),
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

    /// `--database ROLE=URL` for each role that keeps something.
    pub(crate) fn databases(&self) -> Vec<String> {
        KEEPERS.into_iter().flat_map(|role| ["--database".to_owned(), format!("{role}={}", self.home(role))]).collect()
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
        self.tell_all(settings);
        for role in KEEPERS {
            self.spawn(role);
        }
        for role in KEEPERS {
            self.listens(role).await;
        }
    }

    /// The database that this role keeps its rows in.
    pub(crate) fn home(&self, role: &str) -> String {
        // only the payments may be with another role's rows
        self.homes.get(role).unwrap_or(&self.homes["order"]).url()
    }

    /// The port where a role's process is called.
    pub(crate) fn called_at(&self, role: &str) -> u16 {
        self.ports[role].0
    }

    /// Tells all processes these, from their next start on.
    pub(crate) fn tell_all(&self, settings: &[(&str, &str)]) {
        *lock(&self.settings) = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    }

    /// Tells the process of one role something else than the others, from its next start on.
    pub(crate) fn tell(&self, role: &'static str, key: &str, value: String) {
        lock(&self.own_settings).push((role, key.to_owned(), value));
    }

    fn spawn(&self, role: &'static str) {
        let (rpc, watched) = self.ports[role];
        let program = self.process(role, rpc, watched);
        lock(&self.running).insert(role, program);
    }

    /// Starts a process with this role, which is called and watched at these ports.
    pub(crate) fn process(&self, role: &str, rpc: u16, watched: u16) -> Program {
        self.process_of(BINARY, role, rpc, watched)
    }

    /// The same of this program, perhaps of another version.
    pub(crate) fn process_of(&self, binary: &str, role: &str, rpc: u16, watched: u16) -> Program {
        let (database, watched, rpc) = (self.home(role), format!("127.0.0.1:{watched}"), format!("127.0.0.1:{rpc}"));
        let arguments = ["serve", "--dev", "--roles", role, "--database", &database, "--listen", &watched, "--rpc-listen", &rpc];
        let own = lock(&self.own_settings).clone();
        let own = own.into_iter().filter(|(of, ..)| *of == role).map(|(_, key, value)| (key, value));
        Program::start(binary, &arguments, self.environment(None).into_iter().chain(own)).expect("the binary starts")
    }

    async fn listens(&self, role: &'static str) {
        let mut program = lock(&self.running).remove(role).expect("it runs");
        listens(&mut program, self.ports[role].0).await;
        lock(&self.running).insert(role, program);
    }

    /// Starts a second process of a role, which the others find in the registry.
    pub(crate) async fn second(&self, role: &'static str) -> Second {
        let (rpc, watched) = (free_port(), free_port());
        let mut program = self.process(role, rpc, watched);
        // one that starts while Nacos is away is there, and not ready: it does not know where the others are
        listens(&mut program, rpc).await;
        Second(program)
    }

    /// Sends a signal to a role's process.
    pub(crate) fn signal(&self, role: &str, signal: &str) {
        lock(&self.running)[role].signal(signal).expect("a signal to a process that runs");
    }

    /// kill -9, then the same process again.
    pub(crate) async fn kill_and_start(&self, role: &'static str, down: Duration) {
        let program = lock(&self.running).remove(role).expect("it runs");
        program.kill().expect("it can be killed");
        tokio::time::sleep(down).await;
        self.spawn(role);
        self.listens(role).await;
    }

    fn stop(&self) {
        lock(&self.running).clear();
    }
}

async fn listens(program: &mut Program, port: u16) {
    program.until(async || tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await.expect("a process that listens");
}

/// A second process of a role.
pub(crate) struct Second(Program);

impl Second {
    /// SIGTERM, and waits for its end: it leaves the registry, then answers what is under way.
    pub(crate) async fn leave(self) {
        let (status, _) = self.0.terminate().await.expect("it ends");
        assert!(status.success(), "{status}");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
