//! The scenario files through the core; the other doors run the same files in the same way.

use rocketmall_trial::scenario::{CoreDoor, files, run_all};

#[tokio::test]
async fn every_file_holds_in_the_core() {
    let files = files().expect("every file can be read");
    assert!(files.len() >= 20, "only {} files were found", files.len());
    run_all(&files, async || Ok(CoreDoor::default())).await.unwrap_or_else(|error| panic!("{error:#}"));
}
