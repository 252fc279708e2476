//! Every rule of the shop as pure functions over rows in memory: no I/O, no clock, no randomness.
//!
//! Reading order: [`money`] and [`id`]; the nouns [`goods`], [`coupon`], [`account`], [`order`], [`payment`],
//! [`refund`], and what of an order is [`refundable`]; what a [`basket`] costs; [`message`]s; the rows of one batch in [`shop`]; every change as a
//! [`command`]; its [`faults`] and the [`keys`] of the rows it needs; and [`decide`], which applies one to the other; [`recall`] gives an answer again. [`transition`] holds the state machines as data,
//! [`rejection`] every refusal in order of precedence, [`invariant`] what must hold over all rows, [`trace`] which
//! request a change goes back to.
//!
//! What keeps the invariants (docs: ARCHITECTURE.md): stock and its log change in the same function (I1), so do
//! balance, score and theirs (I2); a coupon changes hands only where it is free or held by the order that lets go
//! (I3); only `decide::consume` makes an order keep a payment (I4); inbox rows are written with the effect (I5);
//! a refusal returns before the first change (I6); `decide` remembers an answer with its effect (I7); every state in
//! between has a timer or a message in the same commit (I8).

// Money and stock are reckoned here: no silent conversion, no unchecked sum, no way to panic.
#![cfg_attr(not(test), deny(clippy::as_conversions, clippy::arithmetic_side_effects, clippy::unwrap_used))]

pub mod account;
pub mod basket;
pub mod command;
pub mod coupon;
pub mod decide;
pub mod faults;
pub mod goods;
pub mod id;
pub mod invariant;
pub mod keys;
pub mod limit;
pub mod message;
pub mod money;
pub mod order;
pub mod part;
pub mod payment;
pub mod recall;
pub mod refund;
pub mod refundable;
pub mod rejection;
pub mod saga;
pub mod shop;
pub mod snowflake;
pub mod trace;
pub mod transition;
