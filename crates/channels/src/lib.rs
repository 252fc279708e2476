//! Payment platforms as seen from the shop: prepay, query, close, refund, notifications.
//!
//! In reading order: [`channel`] is the trait every platform is used through and what goes in and out of it,
//! [`notification`] what a platform tells us by itself, [`error`] what a call can end in, [`sign`] the signature
//! of the sandbox platform, [`sandbox`] the channel that speaks to it.
//!
//! Two things hold for every channel:
//! - A number of ours (payment, refund) means the same thing however often it is sent, so every call may be repeated.
//! - A lost answer is [`ChannelError::Unknown`], never a failure: only the platform knows, and must be asked.

pub mod channel;
pub mod error;
pub mod notification;
pub mod sandbox;
pub mod sign;

mod fields;
mod rfc3339;

pub use channel::{
    Action, Call, Channel, Closing, PlatformPayment, PlatformRefund, PlatformState, Prepaid, PrepayRequest, RefundRequest, Refunded,
};
pub use error::ChannelError;
pub use notification::{Notification, NotificationError, Outcome, RawNotification};
pub use sandbox::SandboxChannel;
