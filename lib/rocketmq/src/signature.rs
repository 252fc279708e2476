//! Signs a call with access key and secret: HMAC-SHA1 over the time of the call, as the protocol wants it.

use std::fmt::Write;
use std::time::SystemTime;

use ring::hmac;

use crate::options::Credentials;

/// What goes into the headers `x-mq-date-time` and `authorization`.
pub(crate) struct Signature {
    pub(crate) date_time: String,
    pub(crate) authorization: String,
}

pub(crate) fn sign(credentials: &Credentials, now: SystemTime) -> Signature {
    let date_time = compact(now);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, credentials.secret().as_bytes());
    let mut authorization = format!("MQv2-HMAC-SHA1 Credential={}, SignedHeaders=x-mq-date-time, Signature=", credentials.key());
    for byte in hmac::sign(&key, date_time.as_bytes()).as_ref() {
        write!(authorization, "{byte:02X}").expect("a string takes it");
    }
    Signature { date_time, authorization }
}

/// `20260131T235959Z`. A clock that stands before 1970 or after 9999 signs for 1970: the server will say that it is wrong.
fn compact(now: SystemTime) -> String {
    let longest = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(253_402_300_799);
    let now = if now < SystemTime::UNIX_EPOCH || now > longest { SystemTime::UNIX_EPOCH } else { now };
    humantime::format_rfc3339_seconds(now).to_string().replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_time_is_written_without_signs() {
        assert_eq!(compact(at(0)), "19700101T000000Z");
        assert_eq!(compact(at(1_709_210_096)), "20240229T123456Z");
        assert_eq!(compact(at(253_402_300_799)), "99991231T235959Z");
        assert_eq!(compact(at(253_402_300_800)), "19700101T000000Z");
        assert_eq!(compact(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), "19700101T000000Z");
    }

    /// The digest comes from `printf 20240229T123456Z | openssl dgst -sha1 -hmac 'a secret'`.
    #[test]
    fn the_signature_is_the_hmac_of_the_time_in_capitals() {
        let signature = sign(&Credentials::new("mall", "a secret"), at(1_709_210_096));
        assert_eq!(signature.date_time, "20240229T123456Z");
        let start = "MQv2-HMAC-SHA1 Credential=mall, SignedHeaders=x-mq-date-time, Signature=";
        assert_eq!(signature.authorization.strip_prefix(start), Some("7F86FA95A8E51F6A7D3358114BA183F0606898FF"));
    }
}
