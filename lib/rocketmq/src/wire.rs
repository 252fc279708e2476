//! The protocol's messages and the stub of its service, made by `build.rs` out of `proto/`; and what they are made of here.

use std::time::{Duration, SystemTime};

pub(crate) use generated::*;

#[expect(clippy::pedantic, clippy::large_enum_variant, unreachable_pub, reason = "generated")]
mod generated {
    tonic::include_proto!("apache.rocketmq.v2");
}

impl Resource {
    pub(crate) fn new(namespace: &str, name: &str) -> Self {
        Self { resource_namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

/// The longest duration that the wire can say stands for all that are longer.
pub(crate) fn duration(duration: Duration) -> prost_types::Duration {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    prost_types::Duration { seconds, nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0) }
}

/// Nothing for a time that this machine cannot say.
pub(crate) fn time(timestamp: Option<prost_types::Timestamp>) -> Option<SystemTime> {
    SystemTime::try_from(timestamp?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;

    proptest! {
        #[test]
        fn durations_and_times_survive_the_wire(seconds in 0..253_402_300_799u64, nanos in 0..1_000_000_000u32) {
            let given = Duration::new(seconds, nanos);
            prop_assert_eq!(Duration::try_from(duration(given)), Ok(given));
            let moment = SystemTime::UNIX_EPOCH + given;
            prop_assert_eq!(time(Some(moment.into())), Some(moment));
        }

        #[test]
        fn any_time_of_a_server_is_read_or_left_out(seconds: i64, nanos: i32) {
            let _ = time(Some(prost_types::Timestamp { seconds, nanos }));
        }

        #[test]
        fn any_bytes_are_an_answer_or_an_error(bytes: Vec<u8>) {
            let _ = ReceiveMessageResponse::decode(bytes.as_slice());
            let _ = SendMessageResponse::decode(bytes.as_slice());
            let _ = TelemetryCommand::decode(bytes.as_slice());
        }

        #[test]
        fn a_status_of_any_code_survives_the_wire(code: i32, message: String) {
            let status = Status { code, message };
            prop_assert_eq!(Status::decode(status.encode_to_vec().as_slice()), Ok(status));
        }
    }

    #[test]
    fn the_longest_duration_is_no_overflow() {
        assert_eq!(duration(Duration::MAX).seconds, i64::MAX);
        assert_eq!(time(None), None);
    }

    /// The numbers are the protocol: tag 1, message id 3, receipt handle 12, delivery attempt 16.
    #[test]
    fn fields_have_the_numbers_of_the_protocol() {
        let system = SystemProperties {
            tag: Some("t".to_owned()),
            message_id: "i".to_owned(),
            receipt_handle: Some("r".to_owned()),
            delivery_attempt: Some(2),
            ..SystemProperties::default()
        };
        assert_eq!(system.encode_to_vec(), [0x0a, 1, b't', 0x1a, 1, b'i', 0x62, 1, b'r', 0x80, 1, 2]);
        let entry = SendResultEntry { recall_handle: "h".to_owned(), offset: 1, ..SendResultEntry::default() };
        assert_eq!(entry.encode_to_vec(), [0x20, 1, 0x2a, 1, b'h']);
    }
}
