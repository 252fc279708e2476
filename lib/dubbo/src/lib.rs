//! Dubbo 3's Triple protocol for plain Java interfaces, over tonic: what a Java service or client without protobuf speaks.
//!
//! In reading order: [`interface`] is what both sides know, [`provider`] answers calls and [`service`] puts it at a port,
//! [`reference`](mod@reference) calls, [`error`] is what a call can end in; [`registration`] is what a registry has to be told.
//! Values and exceptions are those of [`hessian2_codec`], of which the usual ones stand here again.
//!
//! Four things hold:
//! - **Java's side needs nothing**: no protobuf, no annotations; an interface, its classes, and Dubbo 3 with `tri`.
//! - **Exceptions are exceptions.** A handler that throws a class which the consumer has is caught there as that class, with its
//!   fields; what Java throws comes as [`CallError::Thrown`], apart from failures of the transport.
//! - **Every call has an end.** A consumer waits as long as it says; a handler runs as long as its caller waits.
//! - **What is not provided is told**: the answer names the interfaces, versions and methods that are.
//!
//! ```no_run
//! use dubbo_triple::{Call, Interface, Method, Provider, Value};
//! use tonic::transport::Server;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let goods = Interface::new("shop.GoodsService", "1.0.0").with(Method::new("name", ["java.lang.Long"], "java.lang.String"));
//! let provider = Provider::new("rust-goods").with(goods, |_: Call| async { Ok(Value::from("tea")) });
//! Server::builder().serve("0.0.0.0:20880".parse()?, provider.into_service()).await?;
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod error;
pub mod interface;
pub mod provider;
pub mod reference;
pub mod registration;
pub mod service;

mod timeout;
mod wire;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::{CallError, Failure};
pub use hessian2_codec::{self, Graph, Limits, Object, Throwable, Value, java};
pub use interface::{Interface, Method};
pub use provider::{Call, Provider};
pub use reference::{Metadata, Reference, ServiceInfo, metadata};
pub use registration::Catalog;
pub use service::TripleService;
