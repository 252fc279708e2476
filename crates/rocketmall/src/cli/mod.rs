//! What the binary's commands do: a file per command.
//!
//! `options` is what can be typed; `failure` turns what went wrong into one sentence and an exit code; `open` gives a
//! command the database or a running engine; `output` writes to stdout.

mod apart;
mod bench;
mod config;
mod demo;
mod failure;
pub mod load_demo;
mod logging;
mod messages;
mod migrate;
mod open;
mod options;
mod orders;
mod output;
pub(crate) mod progress;
mod serve;
mod timeline;
mod token;
mod users;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::config::{Flag, Loaded, Sources, load};
use failure::Failure;
use messages::MessagesCommand;
use options::{Cli, Command, OrdersCommand, TokenCommand, UsersCommand};

/// Parses the command line and carries it out.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // help and version are no errors; a closed pipe is no reason to fail
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE));
        }
    };
    run(cli).unwrap_or_else(Failure::report)
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let databases = apart::Databases::of(&cli.common.database, matches!(cli.command, Command::Verify(_)))?;
    let flags: Vec<Flag> = cli.common.flags().into_iter().chain(cli.command.flags()).collect();
    let sources = Sources::of_process(cli.common.config, flags);
    let loaded = load(&sources)?;
    logging::init(&loaded, cli.command.voice());
    // one command needs neither a database nor a runtime
    match cli.command {
        Command::Config(_) => runtime()?.block_on(Box::pin(config::run(loaded, &sources))),
        Command::Serve(_) => runtime()?.block_on(Box::pin(serve::run(loaded, sources))),
        Command::Openapi => output::print(&format!("{}\n", crate::http::openapi::json())).map(|()| ExitCode::SUCCESS),
        Command::Verify(wanted) => runtime()?.block_on(verify::run(&loaded.config, &databases, wanted.format())),
        command => runtime()?.block_on(carry_out(command, loaded)),
    }
}

async fn carry_out(command: Command, loaded: Loaded) -> Result<ExitCode, Failure> {
    let config = &loaded.config;
    match command {
        Command::Demo(demo) => Box::pin(demo::run(&loaded, &demo)).await,
        Command::Bench(wanted) => bench::run(&loaded, &wanted).await,
        Command::Migrate(wanted) => migrate::run(config, &wanted).await,
        Command::LoadDemo(wanted) => load_demo::run(config, &wanted).await,
        Command::Orders { command: OrdersCommand::Show(wanted) } => orders::show(config, &wanted).await,
        Command::Messages { command: MessagesCommand::List(wanted) } => messages::list(config, &wanted).await,
        Command::Messages { command: MessagesCommand::Show(wanted) } => messages::show(config, &wanted).await,
        Command::Messages { command: MessagesCommand::Replay(wanted) } => messages::replay(config, &wanted).await,
        Command::Token { command: TokenCommand::Create(wanted) } => token::create(config, &wanted).await,
        Command::Users { command: UsersCommand::SetPassword(wanted) } => users::set_password(config, &wanted).await,
        Command::Config(_) | Command::Openapi | Command::Serve(_) | Command::Verify(_) => Ok(ExitCode::SUCCESS),
    }
}

/// Threads for the cores there are, and some for what blocks: reads of SQLite, password hashes.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    const BLOCKING: usize = 32;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .max_blocking_threads(BLOCKING)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("the threads to work with cannot be started: {error}")))
}
