//! A MariaDB of our own for development and CI: under `target`, on a free port of the loopback interface, touching no other server.

mod home;
mod programs;
mod server;

use anyhow::{Result, bail};

use home::Home;
use programs::Programs;
pub(crate) use server::Server;

/// Starts the developers' server unless it is up, and says how to use it.
pub(crate) fn up() -> Result<()> {
    let home = Home::named("mariadb");
    let programs = Programs::find_or_install()?;
    let port = match home.answering_port(&programs) {
        Some(port) => port,
        None => Server::start_detached(&home, &programs)?,
    };
    tell(port, &programs);
    Ok(())
}

/// Says how to use the developers' server; fails when it is down.
pub(crate) fn status() -> Result<()> {
    let Some(programs) = Programs::find() else { bail!("MariaDB is not installed; `cargo xtask mariadb up` installs it") };
    let Some(port) = Home::named("mariadb").answering_port(&programs) else { bail!("down; `cargo xtask mariadb up` starts it") };
    tell(port, &programs);
    Ok(())
}

/// Stops the developers' server, if it is up, and waits until it has ended.
pub(crate) fn down() -> Result<()> {
    let home = Home::named("mariadb");
    match Programs::find() {
        Some(programs) if home.answering_port(&programs).is_some() => home.shut_down(&programs)?,
        _ => eprintln!("it was not up"),
    }
    Ok(())
}

/// On stdout only what a shell can read: `eval "$(cargo xtask mariadb up)"`.
fn tell(port: u16, programs: &Programs) {
    eprintln!("up: {}", url(port));
    for (name, value) in programs.variables(port) {
        println!("export {name}='{value}'");
    }
}

fn url(port: u16) -> String {
    format!("mysql://root@127.0.0.1:{port}")
}
