//! Which request a change goes back to: the part of a W3C trace context that travels with commands, messages and timers.

use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};

use serde::{Deserialize, Serialize};

/// Names everything that one request set off, 16 bytes; written as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceId(NonZeroU128);

/// Names one recorded step of a trace, 8 bytes; written as 16 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SpanId(NonZeroU64);

/// Where a step stands: its trace, and the recorded step above it. One without is not recorded, and neither is what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trace {
    /// The trace.
    pub id: TraceId,
    /// The recorded step that this one follows from.
    pub span: Option<SpanId>,
}

impl TraceId {
    /// The id with these bytes; all zero is none.
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        NonZeroU128::new(u128::from_be_bytes(bytes)).map(Self)
    }

    /// Its bytes.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.get().to_be_bytes()
    }

    /// Reads 32 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        hex(text, 32).then(|| u128::from_str_radix(text, 16).ok()).flatten().and_then(NonZeroU128::new).map(Self)
    }
}

impl SpanId {
    /// The id with these bytes; all zero is none.
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        NonZeroU64::new(u64::from_be_bytes(bytes)).map(Self)
    }

    /// Its bytes.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.get().to_be_bytes()
    }

    /// Reads 16 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        hex(text, 16).then(|| u64::from_str_radix(text, 16).ok()).flatten().and_then(NonZeroU64::new).map(Self)
    }
}

impl Trace {
    /// Reads a `traceparent` header of any version. What the standard calls invalid is none, so that a new trace begins.
    pub fn from_traceparent(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(5, '-');
        let (version, id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let more = parts.next().is_some();
        if !hex(version, 2) || version == "ff" || !hex(flags, 2) || (version == "00" && more) {
            return None;
        }
        let (id, span) = (TraceId::parse(id)?, SpanId::parse(span)?);
        let recorded = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
        Some(Self { id, span: recorded.then_some(span) })
    }

    /// The `traceparent` header for a call made under this trace. One that is not recorded needs a step's name all the same:
    /// `unrecorded`.
    pub fn to_traceparent(self, unrecorded: SpanId) -> String {
        let flags = if self.span.is_some() { "01" } else { "00" };
        format!("00-{}-{}-{flags}", self.id, self.span.unwrap_or(unrecorded))
    }
}

fn hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

macro_rules! as_text {
    ($($name:ident)*) => {$(
        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("lower-case hex digits, not all of them zero")
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )*};
}

as_text! { TraceId SpanId }

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn a_traceparent_is_read_and_written() {
        let sampled = format!("00-{ID}-{SPAN}-01");
        let trace = Trace::from_traceparent(&sampled).expect("valid");
        assert_eq!((trace.id.to_string().as_str(), trace.span.map(|span| span.to_string()).as_deref()), (ID, Some(SPAN)));
        let other = SpanId::parse("0000000000000001").expect("valid");
        assert_eq!(trace.to_traceparent(other), sampled);
        let unsampled = Trace::from_traceparent(&format!("00-{ID}-{SPAN}-00")).expect("valid");
        assert_eq!((unsampled.id, unsampled.span), (trace.id, None));
        assert_eq!(unsampled.to_traceparent(other), format!("00-{ID}-0000000000000001-00"));
        let later = format!("cc-{ID}-{SPAN}-03-what-the-future-brings");
        assert_eq!(Trace::from_traceparent(&later), Some(trace));
        assert_eq!(TraceId::from_bytes(trace.id.to_bytes()), Some(trace.id));
    }

    #[test]
    fn an_invalid_traceparent_is_none() {
        for text in [
            String::new(),
            ID.to_owned(),
            format!("00-{ID}-{SPAN}"),
            format!("00-{ID}-{SPAN}-1"),
            format!("00-{ID}-{SPAN}-01-more"),
            format!("ff-{ID}-{SPAN}-01"),
            format!("00-{}-{SPAN}-01", ID.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{ID}-{}-01", "0".repeat(16)),
            format!("00-+{}-{SPAN}-01", &ID[1..]),
        ] {
            assert_eq!(Trace::from_traceparent(&text), None, "{text}");
        }
    }
}
