//! What can be typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rocketmall_core::id::{OrderId, UserId};

use super::apart;
use super::bench::BenchOptions;
use super::logging::Voice;
use super::messages::MessagesCommand;
use super::output::Format;
use crate::config::Flag;

const EXAMPLES: &str = "\
Examples:
  rocketmall demo                         see an order placed and paid, then look around
  rocketmall serve --dev                  a server for development, on rocketmall.db
  rocketmall verify                       check that every amount and every piece of stock is right
  rocketmall orders show 345963634385633281

Every setting is also a key of rocketmall.toml and an environment variable: ROCKETMALL_LISTEN=127.0.0.1:9000.
`rocketmall config` shows them all, with where each value came from.

Exit codes: 0 done, 1 the check failed, 2 wrong usage or configuration, 3 something needed is not reachable.";

const DATABASE_HELP: &str = "The database: sqlite:PATH or mysql://USER:PASSWORD@HOST:3306/NAME [default: sqlite:rocketmall.db]";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "rocketmall", version, about = "An order and payment system that keeps money and stock right.", after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
pub(super) struct Common {
    /// Read settings from this file, not from rocketmall.toml in the working directory
    #[arg(long, global = true, value_name = "FILE", help_heading = "Common options")]
    pub(super) config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "URL", help_heading = "Common options", help = DATABASE_HELP)]
    pub(super) database: Vec<String>,
    /// How log lines look: text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Common options")]
    pub(super) log: Option<String>,
}

impl Common {
    pub(super) fn flags(&self) -> Vec<Flag> {
        [
            flag("database", "--database", self.database.last().filter(|url| apart::role_of(url).is_none())),
            flag("log", "--log", self.log.as_ref()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn flag(key: &'static str, name: &'static str, value: Option<&String>) -> Option<Flag> {
    value.map(|value| Flag { key, name, value: value.clone() })
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// See it work: a fresh shop, an order placed and paid over HTTP, then a server to try things on
    #[command(
        after_help = "Examples:\n  rocketmall demo\n  rocketmall demo --exit --listen 127.0.0.1:0     any free port; stops after the order"
    )]
    Demo(DemoOptions),
    /// Run the server
    #[command(
        after_help = "Examples:\n  rocketmall serve --dev\n  rocketmall serve --listen 0.0.0.0:8181 --database mysql://shop:secret@db/shop"
    )]
    Serve(ServerOptions),
    /// Create the database's schema, or bring it up to date; take over one that has the original's tables
    #[command(
        after_help = "A database of the original in Java is taken over part by part: docs/migrating-from-java.md says in which order.\nWith --roles and --rpc-listen, as serve has them, the tables of these roles alone."
    )]
    Migrate(MigrateOptions),
    /// Put the demo user, goods and coupon into the database, and more of each if asked
    #[command(
        after_help = "Examples:\n  rocketmall load-demo\n  rocketmall load-demo --users 1000 --goods 100 --coupons 5000 --stock 100000"
    )]
    LoadDemo(LoadOptions),
    /// Check from the rows alone that every amount, every piece of stock and every message is right
    #[command(after_help = "May run beside a busy server: it reads one moment and locks nothing. Exit code 1 if something is wrong.")]
    Verify(JsonOption),
    /// Put load on the shop and see how it bears it, beside what others do
    #[command(
        after_help = "Examples:\n  rocketmall bench                                     all scenarios over HTTP, on an embedded database of its own\n  rocketmall bench spread hot --engine --database mysql://root@127.0.0.1:3306/bench\n\nA database that is named must be empty, or hold nothing but an earlier bench's data."
    )]
    Bench(BenchOptions),
    /// Look at orders
    Orders {
        #[command(subcommand)]
        command: OrdersCommand,
    },
    /// Look at messages between the parts of the shop, and try dead ones again
    Messages {
        #[command(subcommand)]
        command: MessagesCommand,
    },
    /// Make tokens for programs that call the API
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Look after users
    Users {
        #[command(subcommand)]
        command: UsersCommand,
    },
    /// Print the API's description (OpenAPI 3.1, JSON)
    Openapi,
    /// Print every setting in effect and where it came from; secrets are masked
    Config(ServerOptions),
}

/// Options of a server.
#[derive(Args, Debug)]
pub(super) struct ServerOptions {
    /// What this process does: all, or a comma list of order-web, pay-web, order, goods, coupon, user, pay, message
    #[arg(long, value_name = "LIST")]
    roles: Option<String>,
    /// Where to listen [default: 127.0.0.1:8181]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    #[arg(long, value_name = "BUS", help = "How messages travel: local, or rocketmq://HOST:8081 [default: local]")]
    bus: Option<String>,
    #[arg(long, value_name = "URL", help = "Where processes find each other: nacos://HOST:8848")]
    registry: Option<String>,
    /// Where to take calls of other processes
    #[arg(long, value_name = "ADDR")]
    rpc_listen: Option<String>,
    /// For development: calls need no token, the sandbox payment platform is on; on this machine only
    #[arg(long)]
    dev: bool,
    /// Leave the schema alone; it must be up to date
    #[arg(long)]
    no_migrate: bool,
}

impl ServerOptions {
    fn flags(&self) -> Vec<Flag> {
        let given = [
            flag("roles", "--roles", self.roles.as_ref()),
            flag("listen", "--listen", self.listen.as_ref()),
            flag("bus", "--bus", self.bus.as_ref()),
            flag("registry", "--registry", self.registry.as_ref()),
            flag("rpc_listen", "--rpc-listen", self.rpc_listen.as_ref()),
            self.dev.then(|| Flag { key: "dev", name: "--dev", value: "true".to_owned() }),
            self.no_migrate.then(|| Flag { key: "migrate", name: "--no-migrate", value: "false".to_owned() }),
        ];
        given.into_iter().flatten().collect()
    }
}

#[derive(Args, Debug)]
pub(super) struct MigrateOptions {
    /// Only give the original's tables our columns, while it goes on writing; its rows are adopted the next time
    #[arg(long, conflicts_with = "again")]
    pub(super) tables_only: bool,
    /// The original has written to these tables since they were taken over: adopt its rows once more
    #[arg(long)]
    pub(super) again: bool,
    #[arg(long, value_name = "LIST", help = "Whose tables: all, or a comma list of roles, as for serve")]
    roles: Option<String>,
    #[arg(long, value_name = "ADDR", help = "As for serve: with it each role has its own tables")]
    rpc_listen: Option<String>,
}

impl MigrateOptions {
    fn flags(&self) -> Vec<Flag> {
        let given = [flag("roles", "--roles", self.roles.as_ref()), flag("rpc_listen", "--rpc-listen", self.rpc_listen.as_ref())];
        given.into_iter().flatten().collect()
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum UsersCommand {
    /// Give a user a new password, which is read from standard input
    #[command(after_help = "Example:\n  rocketmall users set-password 345963634385633280 < password.txt")]
    SetPassword(SetPassword),
}

#[derive(Args, Debug)]
pub(super) struct SetPassword {
    /// The user's id
    pub(super) id: UserId,
}

#[derive(Args, Debug)]
pub(super) struct DemoOptions {
    /// Where to listen [default: 127.0.0.1:8181]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Stop after the order: exit code 0 only if it ended paid and verify found nothing
    #[arg(long)]
    pub(super) exit: bool,
}

#[derive(Args, Debug)]
pub(super) struct LoadOptions {
    /// So many more users, each with 100000.00
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) users: usize,
    /// So many more goods, each at 5000.00
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) goods: usize,
    /// So many more coupons, each of 20.00, spread over the new users
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) coupons: usize,
    /// Pieces of each of the more goods
    #[arg(long, value_name = "N", default_value_t = crate::demo_data::STOCK)]
    pub(super) stock: i64,
    #[command(flatten)]
    pub(super) json: JsonOption,
}

#[derive(Args, Clone, Copy, Debug)]
pub(super) struct JsonOption {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

impl JsonOption {
    pub(super) fn format(self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum OrdersCommand {
    /// Show an order with its timeline: every state, message, effect and payment
    Show(ShowOrder),
}

#[derive(Args, Debug)]
pub(super) struct ShowOrder {
    /// The order's id
    pub(super) id: OrderId,
    #[command(flatten)]
    pub(super) json: JsonOption,
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token and print it, once: only its hash is kept
    #[command(
        after_help = "Examples:\n  TOKEN=$(rocketmall token create --role admin)\n  rocketmall token create --role user --user 345963634385633280"
    )]
    Create(CreateToken),
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TokenRole {
    /// Everything
    Admin,
    /// Act for any user: a shop's back end
    Service,
    /// One user's own things
    User,
}

#[derive(Args, Debug)]
pub(super) struct CreateToken {
    /// What it may do
    #[arg(long)]
    pub(super) role: TokenRole,
    /// Whose it is, for the role user
    #[arg(long, value_name = "ID", required_if_eq("role", "user"))]
    pub(super) user: Option<UserId>,
    /// How long it is good, such as 12h or 90d [default: session.lifetime, 30 days]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(super) lifetime: Option<Duration>,
}

impl Command {
    /// The settings that this command line makes.
    pub(super) fn flags(&self) -> Vec<Flag> {
        match self {
            Self::Serve(options) | Self::Config(options) => options.flags(),
            Self::Migrate(options) => options.flags(),
            Self::Demo(options) => {
                let development = Flag { key: "dev", name: "demo", value: "true".to_owned() };
                flag("listen", "--listen", options.listen.as_ref()).into_iter().chain([development]).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn voice(&self) -> Voice {
        if matches!(self, Self::Serve(_)) { Voice::Server } else { Voice::Command }
    }
}
