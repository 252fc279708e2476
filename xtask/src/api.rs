//! The API against its own document: schemathesis sends what the OpenAPI document allows and what it forbids, and compares
//! the answers with it. tests/api says how, and gives the reason for each check that is left out.

mod schemathesis;

use std::{fs, thread};

use anyhow::{Result, bail};

use crate::server::{Server, Shop};
use crate::shell::{build_as_tested, run};
use schemathesis::Schemathesis;

/// A user of the demo data.
const DEMO_USER: &str = "345963634385633280";

/// One way to meet the shop.
struct Meeting {
    name: &'static str,
    /// Of tests/api.
    settings: &'static str,
    serve: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

const MEETINGS: [Meeting; 2] = [
    Meeting { name: "dev", settings: "schemathesis.toml", serve: &["--dev"], environment: &[] },
    Meeting {
        name: "user",
        settings: "user.toml",
        serve: &[],
        // The contract's callback comes through the sandbox, which is off outside --dev unless it is named.
        environment: &[
            ("ROCKETMALL_CHANNELS__SANDBOX__ENABLED", "true"),
            ("ROCKETMALL_CHANNELS__SANDBOX__SECRET", "5d1c3b0f9a7e42688c1f0e6d2b4a97f3"),
            // One user of one address would soon meet nothing but its limits.
            ("ROCKETMALL_LIMITS__LOGINS_PER_ADDRESS", "100000/1m"),
            ("ROCKETMALL_LIMITS__LOGINS_PER_MOBILE", "100000/1m"),
            ("ROCKETMALL_LIMITS__ORDERS_PER_USER", "100000/1m"),
            ("ROCKETMALL_LIMITS__ORDERS_PER_ADDRESS", "100000/1m"),
        ],
    },
];

/// Meets a fresh shop as an administrator and another as a user, at the same time; afterwards their books must hold.
pub(crate) fn check() -> Result<()> {
    // With overflow checks and debug assertions, which the release binary does without.
    build_as_tested()?;
    let schemathesis = schemathesis::prepare()?;
    let met = thread::scope(|scope| {
        let meetings = MEETINGS.each_ref().map(|meeting| scope.spawn(|| meet(meeting, &schemathesis)));
        meetings.map(|meeting| meeting.join().unwrap_or_else(|_| bail!("a meeting panicked")))
    });
    met.into_iter().collect()
}

fn meet(meeting: &Meeting, schemathesis: &Schemathesis) -> Result<()> {
    let home = crate::target().join("api").join(meeting.name);
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    let log = home.join("schemathesis.log");
    let environment = meeting.environment.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let shop = Shop { home, environment };
    run(&mut shop.command(&["load-demo", "--users", "20", "--goods", "20", "--coupons", "20"]))?;
    let token = shop.output(&["token", "create", "--role", "user", "--user", DEMO_USER])?;
    let server = Server::start(&shop, meeting.serve)?;
    let met = schemathesis.run(meeting.settings, &server.url(), token.trim(), &log);
    // In one piece: the other meeting speaks too.
    println!("{}", fs::read_to_string(&log).unwrap_or_default());
    server.stop()?;
    met?;
    if shop.log()?.contains("panicked at") {
        bail!("the server panicked; see {}", shop.home.join("server.log").display());
    }
    run(&mut shop.command(&["verify"]))
}
