//! The broker of the tests: the one that `cargo xtask stack up` runs. Each test takes topics and groups that none had before, so
//! that nobody takes another's messages; and servers of the broker may be killed, paused and started again.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Error, Result, ensure};
use serde_json::Value;

use crate::deadline::{Look, until};

/// What sets the variables that are read here.
const ADVICE: &str = "set it first: eval \"$(cargo xtask stack up)\"";
/// How many families of topics and groups a broker of `cargo xtask stack` has.
const FAMILIES: usize = 1000;
/// No server of a broker takes longer to start or to end than this, or it is broken.
const PATIENCE: Duration = Duration::from_mins(2);

/// Topics and groups of a test's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The bus, as `--bus` takes it.
    pub bus: String,
    /// What stands before the names of topics and groups, as `rocketmq.prefix` takes it.
    pub prefix: String,
    /// The key and the secret of a user, where the broker asks for one.
    pub login: Option<(String, String)>,
}

impl Family {
    /// One that no test had since the broker's data were made.
    pub fn fresh() -> Result<Self> {
        let endpoint = variable("TRIAL_ROCKETMQ")?;
        let stack = PathBuf::from(variable("TRIAL_ROCKETMQ_STACK")?);
        let layout = read(&stack)?;
        let data = stack.parent().context("the stack's file is in a folder")?.join(text(&layout, "/layout")?);
        let number = next_number(&data.join("families"))?;
        ensure!(number <= FAMILIES, "all {FAMILIES} families of topics are used up: `cargo xtask stack up --fresh` begins anew");
        let login = variable("TRIAL_ROCKETMQ_KEY").ok().map(|key| Ok::<_, Error>((key, variable("TRIAL_ROCKETMQ_SECRET")?)));
        Ok(Self { bus: endpoint.replace("http://", "rocketmq://"), prefix: format!("t{number}-"), login: login.transpose()? })
    }

    /// What a server is told about it, by the keys of its configuration.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![("bus", self.bus.clone()), ("rocketmq.prefix", self.prefix.clone())];
        if let Some((key, secret)) = &self.login {
            settings.extend([("rocketmq.access_key", key.clone()), ("rocketmq.secret_key", secret.clone())]);
        }
        settings
    }
}

/// The number after the one in this file, which becomes the one in the file. Processes that ask at the same time take turns.
fn next_number(file: &Path) -> Result<usize> {
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(file)?;
    file.lock()?;
    let mut last = String::new();
    file.read_to_string(&mut last)?;
    let number = last.trim().parse::<usize>().unwrap_or(0) + 1;
    file.seek(SeekFrom::Start(0))?;
    write!(file, "{number}")?;
    Ok(number)
}

/// One server of the broker: a process of its own.
#[derive(Clone, Debug)]
pub struct Role {
    name: String,
    argv: Vec<String>,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    pid_file: PathBuf,
    log: PathBuf,
    ports: Vec<u16>,
}

impl Role {
    /// All that the running broker consists of.
    pub fn all() -> Result<Vec<Self>> {
        Self::of_stack("TRIAL_ROCKETMQ_STACK")
    }

    /// The running Nacos.
    pub fn nacos() -> Result<Self> {
        Self::of_stack("TRIAL_NACOS_STACK")?.pop().context("a server")
    }

    fn of_stack(named_by: &str) -> Result<Vec<Self>> {
        let stack = read(Path::new(&variable(named_by)?))?;
        let roles = stack.pointer("/roles").and_then(Value::as_object).context("the stack has roles")?;
        roles.iter().map(|(name, role)| Self::of(name, role).with_context(|| format!("role {name}"))).collect()
    }

    fn of(name: &str, role: &Value) -> Result<Self> {
        let list = |pointer: &str| role.pointer(pointer).and_then(Value::as_array).with_context(|| format!("{pointer} is no list"));
        let map = |pointer: &str| role.pointer(pointer).and_then(Value::as_object).with_context(|| format!("{pointer} is no object"));
        Ok(Self {
            name: name.to_owned(),
            argv: list("/argv")?.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            environment: map("/env")?.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect(),
            folder: text(role, "/cwd")?.into(),
            pid_file: text(role, "/pid_file")?.into(),
            log: text(role, "/log")?.into(),
            ports: map("/ports")?.values().filter_map(Value::as_u64).filter_map(|port| u16::try_from(port).ok()).collect(),
        })
    }

    /// Its name, such as `broker-a` or `proxy`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends it a signal, such as `KILL` or `STOP`.
    pub fn signal(&self, signal: &str) -> Result<()> {
        let sent = Command::new("kill").args([format!("-{signal}"), self.pid()?]).status()?;
        ensure!(sent.success(), "{} could not be sent to {}", signal, self.name);
        Ok(())
    }

    /// kill -9, and waits for its end.
    pub async fn kill(&self) -> Result<()> {
        self.signal("KILL")?;
        until(&format!("the end of {}", self.name), PATIENCE, async || {
            Ok(if self.lives()? { Look::NotYet("it lives".to_owned()) } else { Look::Found(()) })
        })
        .await
    }

    /// Whether its process is there. One that nobody waited for is as good as gone.
    pub fn lives(&self) -> Result<bool> {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", self.pid()?)).unwrap_or_default();
        Ok(!state.is_empty() && !state.contains(") Z "))
    }

    /// Starts it again as it was, and waits until it listens. One that ends by itself meanwhile is started once more, as whoever runs
    /// such servers has it done: a proxy ends where it finds no broker as it starts.
    pub async fn start(&self) -> Result<()> {
        self.spawn()?;
        until(&format!("{} to listen", self.name), PATIENCE, async || {
            if !self.lives()? {
                crate::say(&format!("{} has ended by itself and is started again", self.name));
                self.spawn()?;
            }
            let deaf = self.ports.iter().find(|port| std::net::TcpStream::connect(("127.0.0.1", **port)).is_err());
            Ok(deaf.map_or(Look::Found(()), |port| Look::NotYet(format!("nobody answers at port {port}"))))
        })
        .await
    }

    fn spawn(&self) -> Result<()> {
        let (program, arguments) = self.argv.split_first().context("a command")?;
        let log = OpenOptions::new().create(true).append(true).open(self.log.with_extension("again"))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.folder).envs(self.environment.iter().cloned());
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        std::fs::write(&self.pid_file, child.id().to_string())?;
        // its end is told by its number, as for those that the stack started
        std::thread::spawn(move || {
            let mut child = child;
            child.wait()
        });
        Ok(())
    }

    fn pid(&self) -> Result<String> {
        let mut text = String::new();
        File::open(&self.pid_file)?.read_to_string(&mut text)?;
        Ok(text.trim().to_owned())
    }
}

/// The layout of the running stack, as `cargo xtask stack up --rocketmq` takes it.
pub fn layout() -> Result<String> {
    text(&read(Path::new(&variable("TRIAL_ROCKETMQ_STACK")?))?, "/layout")
}

/// The file with the authority for TLS to the running stack.
pub fn authority() -> Result<String> {
    variable("TRIAL_ROCKETMQ_CA")
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).with_context(|| format!("{name} is not set; {ADVICE}"))
}

fn read(file: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{}; {ADVICE}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn text(value: &Value, pointer: &str) -> Result<String> {
    Ok(value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("{pointer} is no text"))?.to_owned())
}
