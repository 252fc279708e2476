//! The codes that a server answers with, and what each asks of the caller.

use std::fmt;

/// A code of RocketMQ's protocol. A server may be newer than this crate and send one that has no name here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code(pub i32);

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The server, or the way to it: the same call may succeed in a moment. Try again, with pauses.
    Passing,
    /// A person has to create, permit or configure something; then the same call succeeds. Try again, rarely, and tell somebody.
    Setup,
    /// What was asked for. The same call will never succeed.
    Request,
}

use Fault::{Passing, Request, Setup};

/// Every code of the protocol that is no success.
const CODES: [(i32, &str, Fault); 46] = [
    (40000, "BAD_REQUEST", Request),
    (40001, "ILLEGAL_ACCESS_POINT", Setup),
    (40002, "ILLEGAL_TOPIC", Request),
    (40003, "ILLEGAL_CONSUMER_GROUP", Request),
    (40004, "ILLEGAL_MESSAGE_TAG", Request),
    (40005, "ILLEGAL_MESSAGE_KEY", Request),
    (40006, "ILLEGAL_MESSAGE_GROUP", Request),
    (40007, "ILLEGAL_MESSAGE_PROPERTY_KEY", Request),
    (40008, "INVALID_TRANSACTION_ID", Request),
    (40009, "ILLEGAL_MESSAGE_ID", Request),
    (40010, "ILLEGAL_FILTER_EXPRESSION", Request),
    (40011, "ILLEGAL_INVISIBLE_TIME", Request),
    (40012, "ILLEGAL_DELIVERY_TIME", Request),
    (40013, "INVALID_RECEIPT_HANDLE", Request),
    // A topic that does not exist has no type, which is the first conflict that a server sees.
    (40014, "MESSAGE_PROPERTY_CONFLICT_WITH_TYPE", Setup),
    (40015, "UNRECOGNIZED_CLIENT_TYPE", Setup),
    (40016, "MESSAGE_CORRUPTED", Request),
    (40017, "CLIENT_ID_REQUIRED", Request),
    (40018, "ILLEGAL_POLLING_TIME", Request),
    (40019, "ILLEGAL_OFFSET", Request),
    (40020, "ILLEGAL_LITE_TOPIC", Request),
    (40100, "UNAUTHORIZED", Setup),
    (40200, "PAYMENT_REQUIRED", Setup),
    (40300, "FORBIDDEN", Setup),
    (40400, "NOT_FOUND", Setup),
    (40401, "MESSAGE_NOT_FOUND", Request),
    (40402, "TOPIC_NOT_FOUND", Setup),
    (40403, "CONSUMER_GROUP_NOT_FOUND", Setup),
    (40404, "OFFSET_NOT_FOUND", Request),
    (40800, "REQUEST_TIMEOUT", Passing),
    (41300, "PAYLOAD_TOO_LARGE", Request),
    (41301, "MESSAGE_BODY_TOO_LARGE", Request),
    (41302, "MESSAGE_BODY_EMPTY", Request),
    (42800, "PRECONDITION_FAILED", Setup),
    (42900, "TOO_MANY_REQUESTS", Passing),
    (43100, "REQUEST_HEADER_FIELDS_TOO_LARGE", Request),
    (43101, "MESSAGE_PROPERTIES_TOO_LARGE", Request),
    (50000, "INTERNAL_ERROR", Passing),
    (50001, "INTERNAL_SERVER_ERROR", Passing),
    (50002, "HA_NOT_AVAILABLE", Passing),
    (50100, "NOT_IMPLEMENTED", Setup),
    (50400, "PROXY_TIMEOUT", Passing),
    (50401, "MASTER_PERSISTENCE_TIMEOUT", Passing),
    (50402, "SLAVE_PERSISTENCE_TIMEOUT", Passing),
    (50500, "UNSUPPORTED", Setup),
    (50501, "VERSION_UNSUPPORTED", Setup),
];

impl Code {
    /// All is well.
    pub const OK: Self = Self(20000);
    /// Entries ended differently: look at each.
    pub const MULTIPLE_RESULTS: Self = Self(30000);
    /// The request makes no sense to the server.
    pub const BAD_REQUEST: Self = Self(40000);
    /// The topic's name is none.
    pub const ILLEGAL_TOPIC: Self = Self(40002);
    /// The receipt is spent: the message was acknowledged, or its time ran out and it comes again.
    pub const INVALID_RECEIPT_HANDLE: Self = Self(40013);
    /// The topic is of another type than the message, or there is no such topic.
    pub const MESSAGE_PROPERTY_CONFLICT_WITH_TYPE: Self = Self(40014);
    /// Access key or secret are wrong or missing.
    pub const UNAUTHORIZED: Self = Self(40100);
    /// The user may not do this.
    pub const FORBIDDEN: Self = Self(40300);
    /// No message is there to be received.
    pub const MESSAGE_NOT_FOUND: Self = Self(40401);
    /// There is no such topic.
    pub const TOPIC_NOT_FOUND: Self = Self(40402);
    /// There is no such group.
    pub const CONSUMER_GROUP_NOT_FOUND: Self = Self(40403);
    /// The body is larger than the server takes.
    pub const MESSAGE_BODY_TOO_LARGE: Self = Self(41301);
    /// The server has too much to do.
    pub const TOO_MANY_REQUESTS: Self = Self(42900);
    /// Something went wrong in the server.
    pub const INTERNAL_SERVER_ERROR: Self = Self(50001);
    /// The server does not know the call.
    pub const NOT_IMPLEMENTED: Self = Self(50100);

    /// Its name in the protocol, `UNKNOWN` where it has none here.
    pub fn name(self) -> &'static str {
        match self {
            Self::OK => "OK",
            Self::MULTIPLE_RESULTS => "MULTIPLE_RESULTS",
            _ => CODES.iter().find(|(code, ..)| *code == self.0).map_or("UNKNOWN", |(_, name, _)| name),
        }
    }

    /// Who can mend it. A code without a name here is judged by its hundred, as the protocol orders them.
    pub fn fault(self) -> Fault {
        let known = CODES.iter().find(|(code, ..)| *code == self.0).map(|(.., fault)| *fault);
        known.unwrap_or(match self.0 / 100 {
            400 | 413 | 431 => Request,
            401..=404 | 428 => Setup,
            _ => Passing,
        })
    }

    /// What to do about it, where that is not plain from the name.
    pub(crate) fn advice(self) -> Option<&'static str> {
        Some(match self.0 {
            40002 => "a topic is named with letters, digits, - _ % |, 127 at most",
            40003 => "a group is named with letters, digits, - _ % |, 63 at most",
            40011 => "ask for an invisible duration within the server's bounds, 10 s to 12 h by default",
            40012 => "ask for a delivery within the server's timerMaxDelaySec and maxDelayTimeMills, 24 h by default",
            40013 => "the message was acknowledged already, or its invisible duration ran out and it comes again",
            40014 => "create the topic, with the type of its messages: mqadmin updateTopic -t TOPIC -a +message.type=NORMAL|FIFO|DELAY",
            40100 => "check access key and secret, and this machine's clock",
            40300 => "permit it to the user: mqadmin createAcl",
            40402 => "create the topic: mqadmin updateTopic -t TOPIC; one just made is known in up to a minute",
            40403 => "create the group: mqadmin updateSubGroup -g GROUP",
            41300 | 41301 => "send fewer or smaller messages, or raise maxMessageSize of proxy and broker",
            43101 => "send fewer or shorter properties",
            50100 => "is this the gRPC port of a RocketMQ 5 proxy, and new enough for the call?",
            _ => return None,
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_named() {
        assert!(CODES.is_sorted_by_key(|(code, ..)| *code));
        assert_eq!(Code::TOPIC_NOT_FOUND.to_string(), "TOPIC_NOT_FOUND (40402)");
        assert_eq!(Code(49999).to_string(), "UNKNOWN (49999)");
        assert_eq!(Code::MULTIPLE_RESULTS.name(), "MULTIPLE_RESULTS");
    }

    #[test]
    fn who_can_mend_it() {
        for (code, fault) in [
            (Code::MESSAGE_BODY_TOO_LARGE, Request),
            (Code::ILLEGAL_TOPIC, Request),
            (Code::TOPIC_NOT_FOUND, Setup),
            (Code::UNAUTHORIZED, Setup),
            (Code::TOO_MANY_REQUESTS, Passing),
            (Code(50402), Passing),
            // Unknown ones, by their hundred.
            (Code(40099), Request),
            (Code(40199), Setup),
            (Code(41399), Request),
            (Code(42999), Passing),
            (Code(59999), Passing),
            (Code(0), Passing),
            (Code(i32::MIN), Passing),
        ] {
            assert_eq!(code.fault(), fault, "{code}");
        }
    }
}
