//! The command lines of the servers.

use std::path::Path;

use anyhow::Result;

use super::layout::{Kind, Layout, Part};
use crate::debian;
use crate::stack::ports::Ports;
use crate::stack::role::{Role, mark};

/// For small machines: a collector that starts no threads of its own, small stacks, and the quick compiler alone, which halves the start.
const JAVA_OPTIONS: [&str; 5] =
    ["-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Xss512k", "-Djava.net.preferIPv4Stack=true"];

const PROXY: &str = "org.apache.rocketmq.proxy.ProxyStartup";

/// How a server is started.
pub(crate) fn role(part: &Part, layout: Layout, all: &Path, ports: &Ports) -> Result<Role> {
    let home = all.join(part.role);
    let (heap, direct) = match part.kind {
        Kind::NameServer => (128, 64),
        Kind::Broker(_) | Kind::BrokerWithProxy(_) => (512, 1024),
        Kind::Proxy => (256, 512),
    };
    let mut arguments = vec![format!("-Xms{heap}m"), format!("-Xmx{heap}m"), format!("-XX:MaxDirectMemorySize={direct}m"), mark(&home)];
    arguments.extend(JAVA_OPTIONS.map(str::to_owned));
    arguments.push(format!("-Drmq.logback.configurationFile={}", all.join("logback.xml").display()));
    arguments.push(format!("-Drmq.logfile={}", home.join("log").display()));
    let file = |name: &str| home.join(name).display().to_string();
    let [names, broker, proxy] = ["namesrv.conf", "broker.conf", "proxy.json"].map(file);
    arguments.push(format!("-Dcom.rocketmq.proxy.configPath={proxy}"));
    let class_path = format!("{}/*", super::home().join("lib").display());
    let name_server = format!("127.0.0.1:{}", ports.get("namesrv")?);
    let words = match part.kind {
        Kind::NameServer => &["org.apache.rocketmq.namesrv.NamesrvStartup", "-c", &names][..],
        Kind::Broker(_) => &["org.apache.rocketmq.broker.BrokerStartup", "-c", &broker],
        Kind::BrokerWithProxy(_) => &[PROXY, "-pm", "local", "-n", &name_server, "-bc", &broker, "-pc", &proxy],
        Kind::Proxy => &[PROXY, "-pm", "cluster", "-n", &name_server, "-pc", &proxy],
    };
    arguments.extend(["-cp", &class_path].iter().chain(words).map(|word| (*word).to_owned()));
    Ok(Role {
        name: part.role,
        program: debian::find("java").unwrap_or_else(|| "java".into()),
        arguments,
        environment: vec![("ROCKETMQ_HOME", home.display().to_string())],
        ports: part.ports(layout).into_iter().map(|name| Ok((name, ports.get(name)?))).collect::<Result<_>>()?,
        home,
    })
}
