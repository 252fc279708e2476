//! RocketMall: an order and payment system that keeps money and stock right.
//!
//! This crate holds all effects. Reading order: [`runtime`] opens a shop; [`engine`] is the one way a change gets in;
//! [`fleet`] knows which process has which part of the shop;
//! [`bus`] brings messages to their groups; [`worker`] does what is due; [`channels`] speaks to payment platforms;
//! [`http`] is the door, [`rpc`] the one for peers of the original's kind; [`app`] wires it all; [`config`] says how; [`cli`] is what the binary's commands do.

pub mod app;
pub mod bench;
pub mod bus;
pub mod channels;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crash;
pub mod current;
pub mod demo_data;
pub mod dynamic;
pub mod engine;
pub mod fleet;
pub mod http;
pub mod ids;
pub mod listen;
pub mod messages;
pub mod metrics;
pub mod registry;
pub mod rpc;
pub mod runtime;
pub mod sessions;
pub mod shutdown;
pub mod telemetry;
pub mod timeline;
pub mod trace;
pub mod worker;
