//! Nacos: one server, with or without a login, each with a folder of its own under `target/nacos`.

mod http;
mod jars;
mod settings;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::json::{object_in_lines, string};
use super::ports::{self, Ports};
use super::probe::Probe;
use super::role::{Role, Signal, State};
use super::{Data, LIMIT};
use crate::shell::wait_until;

/// The administrator's name is Nacos's own; the password guards nothing but tests.
const LOGIN: (&str, &str) = ("nacos", "only-for-tests");

/// The client that the shop uses.
pub(super) const PROBE: Probe = Probe { package: "nacos-registry", example: "nacos_probe" };

/// Whom it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Open,
    /// Nobody without a user and a password.
    Login,
}

impl Access {
    const ALL: [Self; 2] = [Self::Open, Self::Login];

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Login => "login",
        }
    }

    /// What `stack up` calls it.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::Open => "--nacos",
            Self::Login => "--nacos-auth",
        }
    }

    fn login(self) -> Option<(&'static str, &'static str)> {
        (self == Self::Login).then_some(LOGIN)
    }
}

/// The server.
#[derive(Debug)]
pub(super) struct Nacos {
    pub(super) access: Access,
    home: PathBuf,
    ports: Ports,
    pub(super) role: Role,
}

/// Where everything of Nacos is.
fn home() -> PathBuf {
    crate::target().join("nacos")
}

/// Says which was started last and not stopped.
fn access_file() -> PathBuf {
    home().join("access")
}

fn state_file() -> PathBuf {
    home().join("stack.json")
}

/// Says that nothing is meant to run.
pub(super) fn forget_running() {
    for file in [access_file(), state_file()] {
        fs::remove_file(file).ok();
    }
}

/// Whichever was started before.
pub(super) fn all_roles() -> Vec<Role> {
    Access::ALL.into_iter().filter_map(Nacos::known).map(|nacos| nacos.role).collect()
}

impl Nacos {
    /// The one that is meant to run, if any.
    pub(super) fn running() -> Option<Self> {
        let name = fs::read_to_string(access_file()).ok()?;
        Self::known(Access::ALL.into_iter().find(|access| access.name() == name)?)
    }

    /// As it was started before, if it was.
    fn known(access: Access) -> Option<Self> {
        let ports = Ports::parse(&fs::read_to_string(home().join(access.name()).join("ports")).ok()?)?;
        Self::on(access, ports).ok()
    }

    fn on(access: Access, ports: Ports) -> Result<Self> {
        let home = home().join(access.name());
        Ok(Self { access, role: settings::role(access, &home, &ports)?, home, ports })
    }

    pub(super) fn lives(&self) -> bool {
        self.role.state() != State::Down
    }

    /// Makes everything ready for the start: programs, ports, configuration.
    pub(super) fn prepare(access: Access, data: Data) -> Result<Self> {
        for other in Access::ALL.into_iter().filter(|other| *other != access).filter_map(Self::known) {
            if other.lives() {
                bail!("a Nacos of {} is up: `cargo xtask stack down` first", other.access.option());
            }
        }
        fs::create_dir_all(home()).context("cannot make the folder")?;
        jars::prepare(&home())?;
        PROBE.build()?;
        let this = match Self::known(access).filter(Self::lives) {
            Some(_) if data == Data::Forget => bail!("Nacos is up: `cargo xtask stack down`, then its data can be forgotten"),
            Some(alive) => alive,
            None => Self::on(access, Ports::choose(&[settings::PORT], ports::is_free)?)?,
        };
        if !this.lives() {
            this.begin(data)?;
        }
        fs::write(access_file(), access.name()).context("cannot say which Nacos runs")?;
        fs::write(state_file(), this.state()?).context("cannot write the state file")?;
        Ok(this)
    }

    /// Written when it was ready for the first time: a store that was only half made is of no use.
    fn mark(&self) -> PathBuf {
        self.home.join("was-ready")
    }

    /// What Nacos stores goes with its old address, as its own cluster of one.
    fn begin(&self, data: Data) -> Result<()> {
        let (ports, file) = (self.ports.to_text(), self.home.join("ports"));
        let moved = fs::read_to_string(&file).is_ok_and(|kept| kept != ports);
        if moved && data == Data::Keep {
            eprintln!("its ports have changed: Nacos begins with an empty store");
        }
        if self.home.exists() && (data == Data::Forget || moved || !self.mark().exists()) {
            fs::remove_dir_all(&self.home).with_context(|| format!("cannot remove {}", self.home.display()))?;
        }
        let folder = self.home.join("conf");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(folder.join("application.properties"), settings::PROPERTIES).context("cannot write the properties")?;
        fs::write(file, ports).context("cannot write the ports")
    }

    /// Starts it if it is down, lets it go on if it is paused. Whether it was started.
    pub(super) fn start_missing(&self) -> Result<bool> {
        self.role.signal(Signal::Resume)?;
        if self.lives() {
            return Ok(false);
        }
        eprintln!("starting {}", self.role.name);
        self.role.start()?;
        Ok(true)
    }

    /// Waits until it says that it is ready, and an instance was registered and found by the client that the shop uses.
    pub(super) fn wait_until_ready(&self) -> Result<()> {
        let port = self.ports.get(settings::ROLE)?;
        wait_until(LIMIT, || {
            self.role.must_live()?;
            Ok(http::is_ready(port).then_some(()))
        })
        .with_context(|| format!("Nacos does not say that it is ready; see {}", self.role.log().display()))?;
        if let Some((_, password)) = self.access.login() {
            // the second time it answers that there is one
            http::set_password(port, password).context("cannot set the password of Nacos")?;
        }
        let mut command = PROBE.command();
        command.args(["--server", &self.address()?, "--cache"]).arg(home().join("cache"));
        if let Some((user, password)) = self.access.login() {
            command.args(["--user", user]).env("NACOS_PASSWORD", password);
        }
        PROBE.pass(&mut command, "no instance could be registered and found", || self.role.must_live())?;
        fs::write(self.mark(), "").context("cannot note that Nacos was ready")
    }

    /// As HOST:PORT.
    pub(super) fn address(&self) -> Result<String> {
        Ok(format!("127.0.0.1:{}", self.ports.get(settings::ROLE)?))
    }

    /// What tests read from the environment.
    pub(super) fn variables(&self) -> Result<Vec<(&'static str, String)>> {
        let mut variables = vec![("TRIAL_NACOS", self.address()?), ("TRIAL_NACOS_STACK", state_file().display().to_string())];
        if let Some((user, password)) = self.access.login() {
            variables.extend([("TRIAL_NACOS_USER", user.to_owned()), ("TRIAL_NACOS_PASSWORD", password.to_owned())]);
        }
        Ok(variables)
    }

    /// The state file's text, as the top of the stack's module says.
    fn state(&self) -> Result<String> {
        let members = [("server", string(self.address()?)), ("roles", object_in_lines([(self.role.name, self.role.to_json([]))]))];
        Ok(object_in_lines(members) + "\n")
    }
}
