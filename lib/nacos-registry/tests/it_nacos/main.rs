//! Against a real Nacos that wants a login: `eval "$(cargo xtask stack up --nacos-auth)"` sets what is read here.
//!
//! The server is left alone: what kills it is in `restart_nacos`.

mod configs;
mod refusals;
mod services;

#[path = "../common/mod.rs"]
mod common;
