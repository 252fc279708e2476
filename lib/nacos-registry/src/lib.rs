//! [Nacos](https://nacos.io) for services that must go on without it: a layer over `nacos-sdk` that ends every call in time.
//!
//! In reading order: [`options`] says where Nacos is and how long to wait, [`nacos`] is the handle, [`instance`] what is listed,
//! [`registration`] a place in the list, [`health`] tells whether Nacos answers, [`error`] what a call can end in. Inside, `last_good` is the
//! rule by which a list outlives an outage, `follow` applies it, `link` is the way to the SDK, and `cable` the SDK's to Nacos.
//!
//! Four things hold:
//! - **No call hangs.** Each ends within a few call limits; keep them off the path of a request all the same: [`Nacos::watch`] is for that.
//! - **A registration lasts.** Whatever became of it in Nacos, it is put there again, until [`Registration::deregister`].
//! - **A list is not emptied by accident.** It stays while Nacos is away, or does not know everybody again; a real end is followed after a while.
//! - **A wrong password is an error at once**, from [`Nacos::connect`], and not something that shows later.
//!
//! What the SDK logs (target `nacos_sdk`) is much, and alarming where nothing is wrong: filter it by [`LOG_FILTER`]. All that matters is told
//! by this crate.
//!
//! ```no_run
//! use nacos_registry::{DEFAULT_GROUP, Instance, Nacos, Options};
//!
//! # async fn example() -> Result<(), nacos_registry::Error> {
//! let nacos = Nacos::connect(Options::new("127.0.0.1:8848")?).await?;
//! let place = nacos.register("greeter", DEFAULT_GROUP, Instance::new("10.0.0.7", 50051)).await?;
//! let mut greeters = nacos.watch("greeter", DEFAULT_GROUP).await?;
//! while greeters.changed().await.is_ok() {
//!     let usable: Vec<String> = greeters.borrow().iter().filter(|it| it.is_usable()).map(Instance::address).collect();
//!     println!("{usable:?}");
//! }
//! place.deregister().await?;
//! # Ok(())
//! # }
//! ```

pub mod error;
pub mod health;
pub mod instance;
pub mod nacos;
pub mod options;
pub mod registration;

mod backoff;
mod cable;
mod configs;
mod follow;
mod last_good;
mod link;
mod pass;
mod services;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::Error;
pub use health::Health;
pub use instance::{DEFAULT_GROUP, Instance};
pub use nacos::Nacos;
pub use options::{Login, Options, Patience};
pub use registration::{Registration, Standing};

/// For the filter of `tracing-subscriber`: without the SDK's own lines.
pub const LOG_FILTER: &str = "nacos_sdk=off";
