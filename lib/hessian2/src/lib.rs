//! The Hessian 2.0 serialization, as Java's Dubbo 3 speaks it (`hessian4`, hessian-lite 4).
//!
//! In reading order: [`value`] is what can be said, [`encode`](mod@encode) and [`decode`](mod@decode) turn it into bytes and
//! back, [`limits`] is what a decoder takes at most, [`error`] what it ends in otherwise. [`graph`] follows references;
//! [`java`] and [`throwable`] know how classes of Java's library look.
//!
//! Four things hold:
//! - **Any bytes are a value or an error**, in time that grows with their number. Nothing is allocated because the input
//!   announces it, nesting is limited, and a reference stays a number: shared and cyclic structures are never unrolled unless
//!   [`Value::expanded`] is asked to, within a limit of its own.
//! - **Every form is read**: all compact forms, chunks, types and classes by reference. Strings are Java's: lengths count
//!   UTF-16 units, and a character beyond them is two surrogates of three bytes each.
//! - **What is written is what Java writes**: the shortest form, each class defined once. Equal values give equal bytes.
//! - **It knows no class.** Objects carry the name of their class and of their fields, in the order of the wire.
//!
//! ```
//! use hessian2_codec::{Object, Value, decode, encode, java};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let goods = Object::new("shop.Goods").with("id", 42_i64).with("name", "茶").with("price", java::big_decimal("19.99"));
//! let bytes = encode(&Value::from(goods))?;
//!
//! let read = decode(&bytes)?;
//! let goods = read.as_object().ok_or("no object")?;
//! assert_eq!(goods.class(), "shop.Goods");
//! assert_eq!(goods.get("id").and_then(Value::as_i64), Some(42));
//! assert_eq!(goods.get("price").and_then(java::as_big_decimal), Some("19.99"));
//! # Ok(())
//! # }
//! ```

#![forbid(unsafe_code)]

pub mod decode;
pub mod encode;
pub mod error;
pub mod graph;
pub mod java;
pub mod limits;
pub mod throwable;
pub mod value;

mod tag;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use decode::{Decoder, decode};
pub use encode::{Encoder, encode};
pub use error::{DecodeError, EncodeError, ExpandError, Problem};
pub use graph::Graph;
pub use limits::Limits;
pub use throwable::{StackFrame, Throwable};
pub use value::{Class, List, Map, Object, Value};
