//! What came from a broker, as the core takes it. Anybody may have sent it: whatever cannot be read becomes a failed message with
//! its reason, visible and countable, and never an error of this program.

use std::io::Read as _;

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use rocketmall_core::command::Consume;
use rocketmall_core::limit;
use rocketmall_core::message::{Body, Subscription};
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::trace::Trace;
use rocketmq_grpc::{Encoding, ReceivedMessage};

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The message as the subscription's group takes it.
pub(super) fn consume(subscription: &'static Subscription, message: &ReceivedMessage) -> Consume {
    let text = text(message);
    let body = text.as_ref().map_err(Clone::clone).and_then(|text| Body::read(subscription.topic, subscription.tag, text));
    let raw = text.unwrap_or_else(|_| String::from_utf8_lossy(&message.body).chars().take(limit::MESSAGE_BODY / 4).collect());
    // the original's callers always give a key; by others' messages the body says what it is about
    let named = message.keys.first().filter(|key| !key.trim().is_empty());
    let key = named.cloned().or_else(|| body.as_ref().ok().map(|body| body.address().2));
    let id = clipped(&message.id);
    let key = key.filter(|key| key.chars().count() <= limit::MESSAGE_KEY).unwrap_or_else(|| id.clone());
    let trace = message.properties.get("traceparent").and_then(|text| Trace::from_traceparent(text));
    Consume { subscription, message_id: id, key, raw, body, seen: None, trace }
}

fn text(message: &ReceivedMessage) -> Result<String, Rejection> {
    let unreadable = |why: String| Rejection::new(Reason::BodyEmpty, format!("the body cannot be read: {why}"));
    let limit = limit::MESSAGE_BODY as u64 + 1;
    let mut body = Vec::new();
    // Java's classic client compresses bodies over 4 kB, with zlib although the protocol calls it gzip
    let read = match message.encoding {
        Encoding::Identity => message.body.as_ref().take(limit).read_to_end(&mut body),
        Encoding::Gzip if message.body.starts_with(&GZIP) => MultiGzDecoder::new(message.body.as_ref()).take(limit).read_to_end(&mut body),
        Encoding::Gzip => ZlibDecoder::new(message.body.as_ref()).take(limit).read_to_end(&mut body),
        Encoding::Unknown(code) => return Err(unreadable(format!("it is encoded in an unknown way ({code})"))),
    };
    read.map_err(|error| unreadable(error.to_string()))?;
    if body.len() > limit::MESSAGE_BODY {
        return Err(unreadable(format!("it is longer than {} bytes", limit::MESSAGE_BODY)));
    }
    String::from_utf8(body).map_err(|error| unreadable(error.to_string()))
}

fn clipped(id: &str) -> String {
    id.chars().take(limit::MESSAGE_KEY).collect()
}
