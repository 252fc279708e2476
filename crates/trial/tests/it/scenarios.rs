//! The scenario files through the core and over an SQLite file. The same files over `MariaDB`: `tests/it_mariadb`;
//! over HTTP: `tests/http` of the program.

use rocketmall_trial::home::Home;
use rocketmall_trial::scenario::{CoreDoor, StoreDoor, files, run_all};

#[tokio::test]
async fn every_file_holds_in_the_core() {
    let files = files().expect("every file can be read");
    assert!(files.len() >= 20, "only {} files were found", files.len());
    run_all(&files, async || Ok(CoreDoor::default())).await.unwrap_or_else(|error| panic!("{error:#}"));
}

#[tokio::test]
async fn every_file_holds_on_sqlite() {
    let files = files().expect("every file can be read");
    run_all(&files, async || StoreDoor::open(Home::sqlite()?).await).await.unwrap_or_else(|error| panic!("{error:#}"));
}
