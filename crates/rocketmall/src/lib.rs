//! RocketMall: an order and payment system that keeps money and stock right.
//!
//! This crate holds all effects. Reading order: [`runtime`] opens a shop; [`engine`] is the one way a change gets in;
//! [`bus`] brings messages to their groups; [`worker`] does what is due; [`channels`] speaks to payment platforms.

pub mod bus;
pub mod channels;
pub mod clock;
pub mod crash;
pub mod engine;
pub mod ids;
pub mod metrics;
pub mod runtime;
pub mod shutdown;
pub mod worker;
