//! Java's Dubbo beside `lib/dubbo`, then beside the shop: tests of Rust's start Java's providers and its consumers.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

use super::maven;
use crate::debian;
use crate::shell::{cargo, run_within};
use crate::stack::{ForCi, Needed};

/// It takes half a minute, and at first a build; each wait in it has an end of its own.
const LIMIT: Duration = Duration::from_mins(20);

pub(super) fn check() -> Result<()> {
    let made = crate::target().join("interop/dubbo");
    maven::build("tests/interop/dubbo", &made, &["build", "lib"], &[&["compile", "dependency:copy-dependencies"]])?;
    debian::find("java").context("java is missing")?;
    // Dubbo and its registries' clients write into the user's home.
    let home = made.join("home");
    fs::create_dir_all(&home)?;
    let classes = format!("{}:{}/*", made.join("build/classes").display(), made.join("lib").display());
    let test = |package: &str| {
        let mut test = cargo(&["test", "--locked", "-p", package, "--features", "dubbo", "--test", "*dubbo*"]);
        test.env("TRIAL_DUBBO_CLASSES", &classes).env("TRIAL_DUBBO_HOME", &home);
        test
    };
    run_within(LIMIT, &mut test("dubbo-triple"))?;
    // roles apart have their messages carried by a broker, and Java finds the shop in Nacos
    let stack = ForCi::start(&[Needed::RocketMq, Needed::Nacos])?;
    run_within(LIMIT, test("rocketmall").envs(stack.variables()?))
}
