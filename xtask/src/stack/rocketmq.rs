//! Apache RocketMQ: its servers in one of several layouts, each with a folder of its own under `target/rocketmq`.

mod certificate;
mod command;
mod directory;
mod disk;
mod jars;
mod layout;
mod names;
mod settings;

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::json::{object_in_lines, string};
use super::ports::{self, Ports};
use super::probe::Probe;
use super::role::{Role, Signal, State};
use super::{Data, LIMIT};
use crate::shell::wait_until;
pub(super) use layout::Layout;
use layout::{Duty, FOR_THE_SLAVE, Kind, Part};

/// The client that the shop uses.
pub(super) const PROBE: Probe = Probe { package: "rocketmq-grpc", example: "probe" };

/// The servers of one layout.
#[derive(Debug)]
pub(super) struct RocketMq {
    pub(super) layout: Layout,
    home: PathBuf,
    ports: Ports,
    pub(super) roles: Vec<Role>,
}

/// Where everything of RocketMQ is.
fn home() -> PathBuf {
    crate::target().join("rocketmq")
}

/// Those of every layout that was started before, in the order of starting.
pub(super) fn all_roles() -> Vec<Role> {
    Layout::ALL.into_iter().filter_map(RocketMq::known).flat_map(|rocketmq| rocketmq.roles).collect()
}

/// Says that nothing is meant to run.
pub(super) fn forget_running() {
    for file in [layout_file(), state_file()] {
        fs::remove_file(file).ok();
    }
}

/// The layout that was started last and not stopped.
fn layout_file() -> PathBuf {
    home().join("layout")
}

fn state_file() -> PathBuf {
    home().join("stack.json")
}

impl RocketMq {
    /// The one that is meant to run, if any.
    pub(super) fn running() -> Option<Self> {
        Self::known(Layout::named(&fs::read_to_string(layout_file()).ok()?)?)
    }

    /// The layout as it was started before, if it was.
    pub(super) fn known(layout: Layout) -> Option<Self> {
        let ports = Ports::parse(&fs::read_to_string(home().join(layout.name()).join("ports")).ok()?)?;
        Self::on(layout, ports).ok()
    }

    /// Makes everything ready for the start: programs, ports, configuration, and topics in a store that is new.
    pub(super) fn prepare(layout: Layout, data: Data) -> Result<Self> {
        for other in Layout::ALL.into_iter().filter(|other| *other != layout).filter_map(Self::known) {
            if other.lives() {
                bail!("rocketmq {} is up: `cargo xtask stack down` first", other.layout.name());
            }
        }
        jars::java()?;
        fs::create_dir_all(home()).context("cannot make the folder")?;
        disk::has_room(&home())?;
        jars::fetch(&home())?;
        PROBE.build()?;
        let this = match Self::known(layout).filter(Self::lives) {
            Some(_) if data == Data::Forget => {
                bail!("rocketmq {} is up: `cargo xtask stack down`, then its data can be forgotten", layout.name())
            }
            Some(alive) => alive,
            None => Self::on(layout, Ports::choose(&layout.ports(), ports::is_free)?)?,
        };
        if !this.lives() {
            this.begin(data)?;
        }
        fs::write(layout_file(), layout.name()).context("cannot say which layout runs")?;
        fs::write(state_file(), this.state()?).context("cannot write the state file")?;
        Ok(this)
    }

    fn on(layout: Layout, ports: Ports) -> Result<Self> {
        let home = home().join(layout.name());
        let roles = layout.parts().iter().map(|part| command::role(part, layout, &home, &ports)).collect::<Result<_>>()?;
        Ok(Self { layout, home, ports, roles })
    }

    /// Does any of it run?
    pub(super) fn lives(&self) -> bool {
        self.roles.iter().any(|role| role.state() != State::Down)
    }

    /// Stores that were begun with other topics or on other ports are of no use any more.
    fn begin(&self, data: Data) -> Result<()> {
        let topics: String = self.layout.brokers().into_iter().map(names::topics_json).collect();
        let plan = format!("{}{topics}{}", self.ports.to_text(), names::groups_json());
        let plan_file = self.home.join("plan");
        let kept = fs::read_to_string(&plan_file).ok();
        if self.home.exists() && (data == Data::Forget || kept.as_ref() != Some(&plan)) {
            if data == Data::Keep {
                eprintln!("its topics or ports have changed: it begins with empty stores");
            }
            fs::remove_dir_all(&self.home).with_context(|| format!("cannot remove {}", self.home.display()))?;
        }
        fs::create_dir_all(&self.home).with_context(|| format!("cannot make {}", self.home.display()))?;
        fs::write(self.home.join("ports"), self.ports.to_text()).context("cannot write the ports")?;
        fs::write(self.home.join("logback.xml"), settings::LOGBACK).context("cannot write logback.xml")?;
        fs::write(plan_file, plan).context("cannot write the plan")
    }

    /// Starts what is down, lets go on what is paused. How many were started.
    pub(super) fn start_missing(&self) -> Result<usize> {
        let mut count = 0;
        for (part, role) in self.layout.parts().iter().zip(&self.roles) {
            role.signal(Signal::Resume)?;
            if role.state() != State::Down {
                continue;
            }
            count += 1;
            // It makes a topic of its own as it starts, and ends if it finds no broker to make it on.
            if matches!(part.kind, Kind::Proxy) {
                self.wait_until_registered()?;
            }
            self.configure(part, &role.home)?;
            eprintln!("starting {}", role.name);
            role.start()?;
            // A broker that finds none registers only ten seconds later.
            if matches!(part.kind, Kind::NameServer) {
                role.wait_for_port(LIMIT)?;
            }
        }
        Ok(count)
    }

    /// Waits until the name server knows every broker.
    fn wait_until_registered(&self) -> Result<()> {
        let name_server = self.ports.get("namesrv")?;
        let parts = self.layout.parts();
        let brokers: Vec<&Role> = parts.iter().zip(&self.roles).filter(|(part, _)| part.seat().is_some()).map(|(_, role)| role).collect();
        let ports: Vec<u16> = brokers.iter().filter_map(|role| role.own_port()).collect();
        wait_until(LIMIT, || {
            brokers.iter().try_for_each(|role| role.must_live())?;
            Ok(directory::knows(name_server, &ports).then_some(()))
        })
        .context("the name server does not know every broker")
    }

    fn configure(&self, part: &Part, home: &Path) -> Result<()> {
        let write = |name: &str, text: String| {
            let file = home.join(name);
            fs::create_dir_all(file.parent().unwrap_or(home))
                .and_then(|()| fs::write(&file, text))
                .with_context(|| format!("cannot write {}", file.display()))
        };
        match part.kind {
            Kind::NameServer => write("namesrv.conf", settings::name_server(self.layout, home, &self.ports)?)?,
            Kind::Broker(_) => {}
            Kind::BrokerWithProxy(_) | Kind::Proxy => {
                if self.layout.speaks_tls() {
                    certificate::make(&self.home)?;
                }
                write("proxy.json", settings::proxy(self.layout, &self.home, &self.ports)?)?;
            }
        }
        let Some(seat) = part.seat() else { return Ok(()) };
        write("broker.conf", settings::broker(self.layout, seat, part.role, home, &self.ports)?)?;
        if !home.join("store").exists() {
            write("store/config/topics.json", names::topics_json(seat.broker))?;
            write("store/config/subscriptionGroup.json", names::groups_json())?;
        }
        Ok(())
    }

    /// Waits until every slave copies, and puts a message through each broker. An open port says little: at first the proxy knows no way to any topic.
    pub(super) fn wait_until_ready(&self) -> Result<()> {
        self.wait_until_registered()?;
        for role in &self.roles {
            role.wait_for_port(LIMIT)?;
        }
        for broker in self.layout.brokers() {
            wait_until(LIMIT, || {
                self.roles.iter().try_for_each(Role::must_live)?;
                Ok(self.is_copied(broker).then_some(()))
            })
            .with_context(|| format!("no slave of {broker} connects to its master"))?;
        }
        for broker in self.layout.brokers() {
            let topic = names::probe_topic_of(broker);
            let mut command = PROBE.command();
            command.args(["--endpoint", &self.endpoint()?, "--topic", &topic, "--group", names::PROBE_GROUP]);
            if let Some((key, secret)) = self.layout.login() {
                command.args(["--access-key", key]).env("ROCKETMQ_SECRET", secret);
            }
            PROBE.pass(&mut command, &format!("no message went through {topic}"), || self.roles.iter().try_for_each(Role::must_live))?;
        }
        Ok(())
    }

    /// Whether a slave of this broker is connected to the master, if there is to be one.
    fn is_copied(&self, broker: &str) -> bool {
        let shares = |part: &Part| part.seat().is_some_and(|seat| seat.broker == broker && seat.duty != Duty::Alone);
        let parts = self.layout.parts();
        let ports: Vec<u16> =
            parts.iter().zip(&self.roles).filter(|(part, _)| shares(part)).filter_map(|(_, role)| role.own_port()).collect();
        ports.is_empty() || ports.iter().any(|port| ports::is_connected_to(port.saturating_add_signed(FOR_THE_SLAVE)))
    }

    /// What tests read from the environment.
    pub(super) fn variables(&self) -> Result<Vec<(&'static str, String)>> {
        let mut variables = vec![
            ("TRIAL_ROCKETMQ", self.endpoint()?),
            ("TRIAL_ROCKETMQ_NAMESRV", self.address("namesrv")?),
            ("TRIAL_ROCKETMQ_STACK", state_file().display().to_string()),
        ];
        if let Some((key, secret)) = self.layout.login() {
            variables.extend([("TRIAL_ROCKETMQ_KEY", key.to_owned()), ("TRIAL_ROCKETMQ_SECRET", secret.to_owned())]);
        }
        if self.layout.speaks_tls() {
            variables.push(("TRIAL_ROCKETMQ_CA", certificate::certificate(&self.home).display().to_string()));
        }
        Ok(variables)
    }

    fn endpoint(&self) -> Result<String> {
        Ok(format!("http://{}", self.address("grpc")?))
    }

    /// Where the server with this port is, as HOST:PORT.
    pub(super) fn address(&self, port: &str) -> Result<String> {
        Ok(format!("127.0.0.1:{}", self.ports.get(port)?))
    }

    /// The next family of topics and groups, by the count in which the tests take theirs too (`rocketmall_trial::rocketmq`).
    pub(super) fn family(&self) -> Result<String> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(self.home.join("families"))?;
        file.lock()?;
        let mut last = String::new();
        file.read_to_string(&mut last)?;
        let number = last.trim().parse::<usize>().unwrap_or(0) + 1;
        if number > names::FAMILIES {
            bail!("all {} families of topics are used up: `cargo xtask stack up --fresh` begins anew", names::FAMILIES);
        }
        file.rewind()?;
        write!(file, "{number}")?;
        Ok(format!("t{number}-"))
    }

    /// The state file's text; the top of the stack's module says what it means.
    fn state(&self) -> Result<String> {
        let roles = self.layout.parts().into_iter().zip(&self.roles).map(|(part, role)| {
            let broker = part.seat().map_or_else(|| "null".to_owned(), |seat| string(seat.broker));
            (role.name, role.to_json([("broker", broker)]))
        });
        let members = [
            ("layout", string(self.layout.name())),
            ("endpoint", string(self.endpoint()?)),
            ("namesrv", string(self.address("namesrv")?)),
            ("roles", object_in_lines(roles)),
        ];
        Ok(object_in_lines(members) + "\n")
    }
}
