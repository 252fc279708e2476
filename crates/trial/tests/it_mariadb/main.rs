//! The scenario files on a `MariaDB` server, each in a database of its own: the same as on `SQLite`. And TLS to a server.

mod tls;

use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{StoreDoor, files, run_all};

#[tokio::test]
async fn every_file_holds_on_mariadb() {
    let files = files().expect("every file can be read");
    run_all(&files, async || StoreDoor::open(Home::mariadb().await?).await).await.unwrap_or_else(|error| panic!("{error:#}"));
}

/// The tables of the store's suite of take-overs, without their rows.
const ORIGINAL: &str = include_str!("../../../store/tests/java_mariadb/original.sql");

#[tokio::test]
async fn every_file_holds_on_a_database_that_was_the_originals() {
    let files = files().expect("every file can be read");
    let taken_over = async || {
        let home = Home::mariadb().await?;
        let tables = ORIGINAL.split("set time_zone").next().unwrap_or_default();
        home.open().await?.with(move |connection| Box::pin(async move { connection.run("original", tables).await })).await?;
        StoreDoor::open(home).await
    };
    run_all(&files, taken_over).await.unwrap_or_else(|error| panic!("{error:#}"));
}
