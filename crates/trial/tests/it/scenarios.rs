//! The scenario files through every door, and the language they are written in.

use rocketmall_trial::scenario::{CoreDoor, files, parse, run, run_all};

#[tokio::test]
async fn every_file_holds_in_the_core() {
    let files = files().expect("every file can be read");
    assert!(files.len() >= 15, "{} files", files.len());
    run_all(&files, async || Ok(CoreDoor::default())).await.unwrap_or_else(|error| panic!("{error:#}"));
}
