//! How Nacos is configured and started.

use std::path::Path;

use anyhow::Result;

use super::{Access, jars};
use crate::debian;
use crate::stack::ports::{Ports, Wanted};
use crate::stack::role::{Role, mark};

/// Nacos counts its other ports from the one for HTTP: those for gRPC above it, Raft's below.
pub(super) const PORT: Wanted = Wanted { name: ROLE, usual: 8848, beside: &[GRPC, CLUSTER, RAFT] };
const GRPC: i16 = 1000;
const CLUSTER: i16 = 1001;
const RAFT: i16 = -1000;

/// The role's name, and its port's.
pub(super) const ROLE: &str = "nacos";

/// As for RocketMQ: small, and quick to start.
const JAVA_OPTIONS: [&str; 7] = [
    "-Xms128m",
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:TieredStopAtLevel=1",
    "-Xss512k",
    "-Djava.net.preferIPv4Stack=true",
];

/// The one server.
pub(super) fn role(access: Access, home: &Path, ports: &Ports) -> Result<Role> {
    let port = ports.get(ROLE)?;
    let all = home.parent().unwrap_or(home);
    let mut arguments = JAVA_OPTIONS.map(str::to_owned).to_vec();
    arguments.push(mark(home));
    arguments.push(format!("-Dnacos.home={}", home.display()));
    arguments.extend(["-Dnacos.standalone=true", "-Dnacos.server.ip=127.0.0.1", "-Dnacos.member.list=", "-cp"].map(str::to_owned));
    arguments.extend([jars::class_path(all), jars::MAIN_CLASS.to_owned()]);
    arguments.push(format!("--spring.config.additional-location=file:{}/", home.join("conf").display()));
    arguments.push(format!("--nacos.server.main.port={port}"));
    let login = access == Access::Login;
    arguments.extend(["enabled", "admin.enabled"].map(|what| format!("--nacos.core.auth.{what}={login}")));
    let beside = |by: i16| port.saturating_add_signed(by);
    Ok(Role {
        name: ROLE,
        program: debian::find("java").unwrap_or_else(|| "java".into()),
        arguments,
        environment: Vec::new(),
        ports: vec![(ROLE, port), ("grpc", beside(GRPC)), ("cluster", beside(CLUSTER)), ("raft", beside(RAFT))],
        home: home.to_owned(),
    })
}

/// `application.properties`. Without its cache of users it knows the first password at once, not a quarter of a minute later. Its own
/// database takes longer to open than the usual 3 s on a machine that does other things too. The secrets guard nothing but tests; the key has to be 32 bytes or more, in base64.
pub(super) const PROPERTIES: &str = "\
server.address=127.0.0.1
server.tomcat.basedir=file:.
nacos.server.contextPath=/nacos
nacos.deployment.type=server
db.pool.config.connectionTimeout=60000
nacos.istio.mcp.server.enabled=false
nacos.core.auth.system.type=nacos
nacos.core.auth.console.enabled=false
nacos.core.auth.caching.enabled=false
nacos.core.auth.server.identity.key=rocketmall
nacos.core.auth.server.identity.value=only-for-tests
nacos.core.auth.plugin.nacos.token.expire.seconds=18000
nacos.core.auth.plugin.nacos.token.secret.key=b25seS1mb3ItdGVzdHMtb25seS1mb3ItdGVzdHMtb25seQ==
management.elastic.metrics.export.enabled=false
management.influx.metrics.export.enabled=false
";
