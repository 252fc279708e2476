//! The platform's signature: `t=UNIX,v1=HEX`, HMAC-SHA256 over `t`, a point and the raw body.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries it, on requests, answers and notifications.
pub const HEADER: &str = "X-Sandbox-Signature";

const TOLERANCE_MILLIS: i64 = 300_000;

/// The header's value for `body`, signed at `unix_seconds`.
pub(crate) fn sign(secret: &str, unix_seconds: i64, body: &[u8]) -> String {
    let time = unix_seconds.to_string();
    format!("t={time},v1={}", hex::encode(mac(secret, &time, body).finalize().into_bytes()))
}

/// Was `body` signed with `secret` within 300 seconds of `now`?
pub(crate) fn holds(secret: &str, header: &str, body: &[u8], now: i64) -> bool {
    let Some((time, tag)) = header.strip_prefix("t=").and_then(|rest| rest.split_once(",v1=")) else { return false };
    let Ok(seconds) = time.parse::<i64>() else { return false };
    let Ok(tag) = hex::decode(tag) else { return false };
    let fresh = now.saturating_sub(seconds.saturating_mul(1000)).saturating_abs() <= TOLERANCE_MILLIS;
    fresh && mac(secret, time, body).verify_slice(&tag).is_ok()
}

fn mac(secret: &str, time: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    for part in [time.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_genuine_and_fresh_hold() {
        let good = sign("secret", 1000, b"body");
        let holds = |header: &str, now| holds("secret", header, b"body", now);
        assert!(holds(&good, 1_000_000) && holds(&good, 1_300_000) && holds(&good, 700_000));
        assert!(!holds(&good, 1_300_001) && !holds(&good, 699_999));
        for header in
            ["", "t=", "t=1000", "t=1000,v1=", "t=x,v1=00", "v1=00,t=1000", &good[..good.len() - 2], &good.replace("t=1000", "t=1001")]
        {
            assert!(!holds(header, 1_000_000), "{header}");
        }
        assert!(!super::holds("other", &good, b"body", 1_000_000));
        assert!(!super::holds("secret", &good, b"bodY", 1_000_000));
    }
}
