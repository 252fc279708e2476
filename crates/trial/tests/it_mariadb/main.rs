//! The scenario files on a `MariaDB` server, each in a database of its own: the same as on `SQLite`. And TLS to a server.

mod tls;

use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{StoreDoor, files, run_all};

#[tokio::test]
async fn every_file_holds_on_mariadb() {
    let files = files().expect("every file can be read");
    run_all(&files, async || StoreDoor::open(Home::mariadb().await?).await).await.unwrap_or_else(|error| panic!("{error:#}"));
}
