//! The sandbox platform's signature: `t=UNIX,v1=HEX`, HMAC-SHA256 over `t`, a point and the raw body.

use hmac::{Hmac, KeyInit, Mac};
use rocketmall_core::id::Timestamp;
use sha2::Sha256;

/// The header that carries it.
pub const HEADER: &str = "X-Sandbox-Signature";

/// How far the signer's clock and ours may be apart.
pub const TOLERANCE_MILLIS: i64 = 300_000;

/// Why a signature does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not of the form `t=UNIX,v1=HEX`.
    #[error("the signature is not of the form t=UNIX,v1=HEX")]
    Malformed,
    /// None of its `v1` fits body and secret.
    #[error("the signature does not fit the body")]
    Mismatch,
    /// It fits, and was made too long ago or in the future.
    #[error("the signature was made more than 300 seconds from now")]
    Stale,
}

/// The header's value for `body`, signed at `unix_seconds`.
pub fn sign(secret: &str, unix_seconds: i64, body: &[u8]) -> String {
    let time = unix_seconds.to_string();
    let tag = mac(secret, &time, body).finalize().into_bytes();
    format!("t={time},v1={}", hex::encode(tag))
}

/// Does the header's value fit `body`, and was it made around `now`?
///
/// Any one fitting `v1` is enough, so that a platform can change its secret; schemes we do not know are passed over.
pub fn verify(secret: &str, header: &str, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
    let parsed = parse(header).ok_or(SignatureError::Malformed)?;
    let genuine = parsed.tags.iter().any(|tag| mac(secret, parsed.time, body).verify_slice(tag).is_ok());
    if !genuine {
        return Err(SignatureError::Mismatch);
    }
    let signed_at = parsed.unix_seconds.saturating_mul(1000);
    if now.millis().saturating_sub(signed_at).saturating_abs() > TOLERANCE_MILLIS {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

struct Parsed<'a> {
    /// As it was written, for that is what was signed.
    time: &'a str,
    unix_seconds: i64,
    tags: Vec<Vec<u8>>,
}

fn parse(header: &str) -> Option<Parsed<'_>> {
    let mut time = None;
    let mut candidates = 0_usize;
    let mut tags = Vec::new();
    for part in header.split(',') {
        match part.split_once('=')? {
            ("t", value) if time.is_none() => time = Some(value),
            ("t", _) => return None,
            ("v1", value) => {
                candidates += 1;
                // one that cannot be read cannot fit either; another may
                tags.extend(hex::decode(value).ok().filter(|tag| tag.len() == 32));
            }
            _ => {}
        }
    }
    let time = time.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))?;
    let unix_seconds = time.parse().ok()?;
    (candidates > 0).then_some(Parsed { time, unix_seconds, tags })
}

fn mac(secret: &str, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "whsec_test";
    const BODY: &[u8] = b"{\"id\":1}";
    const AT: i64 = 1_700_000_000;
    const NOW: Timestamp = Timestamp::from_millis(AT * 1000);

    #[test]
    fn has_the_published_form() {
        // computed apart from this code: printf '1700000000.{"id":1}' | openssl dgst -sha256 -hmac whsec_test
        let expected = "t=1700000000,v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8";
        assert_eq!(sign(SECRET, AT, BODY), expected);
    }

    #[test]
    fn takes_any_fitting_tag_and_nothing_else() {
        let good = sign(SECRET, AT, BODY);
        let tag = good.split_once("v1=").expect("sign writes v1").1;
        let upper = tag.to_uppercase();
        let zeros = "0".repeat(64);
        let table = [
            (good.clone(), Ok(())),
            (format!("t={AT},v1={upper}"), Ok(())),
            (format!("v1={tag},t={AT}"), Ok(())),
            (format!("t={AT},v1={zeros},v1={tag}"), Ok(())),
            (format!("t={AT},v1=nothex,v0=1,v1={tag}"), Ok(())),
            (format!("t={AT},v1={zeros}"), Err(SignatureError::Mismatch)),
            (format!("t={AT},v1={}", &tag[2..]), Err(SignatureError::Mismatch)),
            (format!("t={AT},v1="), Err(SignatureError::Mismatch)),
            (format!("t=0{AT},v1={tag}"), Err(SignatureError::Mismatch)),
            (format!("t={},v1={tag}", AT + 1), Err(SignatureError::Mismatch)),
            (format!("t={AT}"), Err(SignatureError::Malformed)),
            (format!("v1={tag}"), Err(SignatureError::Malformed)),
            (format!("t={AT},t={AT},v1={tag}"), Err(SignatureError::Malformed)),
            (format!("t=-{AT},v1={tag}"), Err(SignatureError::Malformed)),
            (format!("t=,v1={tag}"), Err(SignatureError::Malformed)),
            (format!("t=99999999999999999999,v1={tag}"), Err(SignatureError::Malformed)),
            (format!("{good},"), Err(SignatureError::Malformed)),
            (format!("t={AT};v1={tag}"), Err(SignatureError::Malformed)),
            (String::new(), Err(SignatureError::Malformed)),
        ];
        for (header, expected) in table {
            assert_eq!(verify(SECRET, &header, BODY, NOW), expected, "{header}");
        }
        assert_eq!(verify("another", &good, BODY, NOW), Err(SignatureError::Mismatch));
        assert_eq!(verify(SECRET, &good, b"{\"id\":2}", NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn is_good_for_five_minutes_either_way() {
        let good = sign(SECRET, AT, BODY);
        for (off, expected) in
            [(300_000, Ok(())), (-300_000, Ok(())), (300_001, Err(SignatureError::Stale)), (-300_001, Err(SignatureError::Stale))]
        {
            assert_eq!(verify(SECRET, &good, BODY, NOW.after(off)), expected, "{off}");
        }
        let ancient = sign(SECRET, i64::MAX, BODY);
        assert_eq!(verify(SECRET, &ancient, BODY, NOW), Err(SignatureError::Stale));
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies(secret in ".+", at in 0_i64..=4_000_000_000, body: Vec<u8>) {
            let header = sign(&secret, at, &body);
            prop_assert_eq!(verify(&secret, &header, &body, Timestamp::from_millis(at * 1000)), Ok(()));
        }

        #[test]
        fn no_header_makes_it_panic(header in "(t|v1|v0|=|,|[0-9a-f]{0,64}|.){0,12}", body: Vec<u8>) {
            prop_assert!(verify(SECRET, &header, &body, NOW).is_err());
        }
    }
}
