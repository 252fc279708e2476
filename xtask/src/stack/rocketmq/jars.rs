//! Apache RocketMQ's jars, and the Java that runs them.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::stack::maven;

/// 5.5.1 is only partly in the registry.
const VERSION: &str = "5.5.0";

const ARTIFACTS: [&str; 5] = ["rocketmq-namesrv", "rocketmq-broker", "rocketmq-proxy", "rocketmq-tools", "rocketmq-controller"];

/// Java, installed first if need be.
pub(crate) fn java() -> Result<PathBuf> {
    maven::java("java", "default-jre-headless", "RocketMQ takes Java 11 or newer")
}

/// The folder of the jars, fetched first if need be.
pub(crate) fn fetch(home: &Path) -> Result<PathBuf> {
    let artifacts = ARTIFACTS.map(|artifact| ("org.apache.rocketmq", artifact, VERSION));
    maven::fetch(home, &artifacts, &format!("RocketMQ {VERSION}: 150 jars, 102 MB"))
}
