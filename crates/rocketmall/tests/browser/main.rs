//! The pages as a person uses them: a real Chromium, driven through its driver, against a server process with the demo data.
//!
//! `cargo xtask ci --only browser` installs what this needs. By hand: `cargo xtask browser`, then
//! `cargo test -p rocketmall --features browser --test browser`. Screenshots go to `target/screenshots`.

mod browser;
mod docs;
mod driver;
mod journal;
mod knife4j;
mod sandbox;
mod server;
