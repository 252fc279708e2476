//! A client of Apache RocketMQ 5, over the gRPC protocol of its proxy.
//!
//! In reading order: [`options`] says where the proxies are and who is calling, [`producer`] sends [`outgoing`] messages in
//! batches and recalls delayed ones, [`consumer`] hands out [`received`] messages and takes back what became of them,
//! [`health`] tells whether a client is connected, [`error`] and [`code`] what a call can end in and what to do then.
//! Inside, `session` keeps the one connection that a client lives on.
//!
//! Four things hold:
//! - **Delivery is at least once.** An answer that got lost, a restart of a broker, a slow handler: each brings a message
//!   again. [`ReceivedMessage::id`] is the sender's own id and the same each time.
//! - **Every call has a deadline** and gives an error that says whether the same again may help ([`Error::fault`]).
//! - **A client reconnects by itself**, for as long as it lives, and goes on to the next proxy where several are given.
//! - **Dropping any future of this crate loses nothing** but the answer: what was in flight may or may not have happened,
//!   as after any lost answer.
//!
//! ```no_run
//! use rocketmq_grpc::{Consumer, ConsumerOptions, Filter, Options, OutgoingMessage, Producer, Subscription};
//!
//! # async fn example() -> Result<(), rocketmq_grpc::Error> {
//! let options = Options::new(["http://127.0.0.1:8081"])?;
//! let producer = Producer::start(&options, ["orders"])?;
//! for outcome in producer.send("orders", &[OutgoingMessage::new("id-1", "a body").with_tag("placed")]).await? {
//!     println!("{outcome:?}");
//! }
//! let placed = Subscription::new("orders", Filter::Tag("placed".into()));
//! let consumer = Consumer::start(&options, "billing", [placed], ConsumerOptions::default())?;
//! let messages = consumer.receive().await?;
//! let receipts: Vec<_> = messages.iter().map(|message| message.receipt()).collect();
//! consumer.ack(&receipts).await?;
//! # Ok(())
//! # }
//! ```

pub mod code;
pub mod consumer;
pub mod error;
pub mod health;
pub mod options;
pub mod outgoing;
pub mod producer;
pub mod received;

mod backoff;
mod clock;
mod endpoint;
mod poller;
mod session;
mod signature;
mod telemetry;
mod wire;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use code::{Code, Fault};
pub use consumer::{Consumer, ConsumerOptions, Filter, Subscription};
pub use error::{Error, Refusal};
pub use health::Health;
pub use options::{Credentials, Options};
pub use outgoing::{Delivery, OutgoingMessage};
pub use producer::{Producer, Sent};
pub use received::{Encoding, Origin, Receipt, ReceivedMessage};
