//! The official Java clients of RocketMQ beside the shop (`tests/interop`): what it sends they read, what they send it reads.

mod java;

use std::fs;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::server::{Server, Shop, program};
use crate::shell::{build_as_tested, run, run_within};
use crate::stack::ForCi;

/// It takes half a minute; each wait in it has an end of its own.
const LIMIT: Duration = Duration::from_mins(15);

/// Builds the clients, has the stack ready, and lets a fresh shop and the clients meet in topics that nobody used before.
pub(crate) fn check() -> Result<()> {
    build_as_tested()?;
    let clients = java::build()?;
    let stack = ForCi::start()?;
    let home = crate::target().join("interop/shop");
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    let (grpc, prefix) = (stack.grpc()?, stack.family()?);
    let environment = vec![
        ("ROCKETMALL_ROCKETMQ__PREFIX", prefix.clone()),
        // what cannot be read is tried three times all the same, but nobody waits for it here
        ("ROCKETMALL_MESSAGES__BACKOFF", "100ms".to_owned()),
    ];
    let shop = Shop { home, environment };
    run(&mut shop.command(&["load-demo"]))?;
    let server = Server::start(&shop, &["--dev", "--bus", &format!("rocketmq://{grpc}")])?;
    let mut meeting = clients.command()?;
    meeting.envs([
        ("INTEROP_SHOP", server.url()),
        ("INTEROP_PROGRAM", program().display().to_string()),
        ("INTEROP_HOME", shop.home.display().to_string()),
        ("INTEROP_PREFIX", prefix),
        ("INTEROP_GRPC", grpc),
        ("INTEROP_NAME_SERVER", stack.name_server()?),
        ("INTEROP_PROXY", stack.proxy_for_classic_clients()?.unwrap_or_default()),
    ]);
    let met = run_within(LIMIT, &mut meeting);
    server.stop()?;
    met?;
    if shop.log()?.contains("panicked at") {
        bail!("the server panicked; see {}", shop.home.join("server.log").display());
    }
    Ok(())
}
