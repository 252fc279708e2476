//! The Idempotency-Key header: the same key and body get the same answer.

use axum::extract::FromRequestParts;
use axum::http::header::{HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rocketmall_core::command::{Command, Request};
use rocketmall_core::decide::Answer;
use rocketmall_core::faults;
use rocketmall_core::id::UserId;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_core::shop::IdempotencyKey;
use sha2::{Digest as _, Sha256};

use super::Shop;
use super::problem::Failure;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest key taken, in characters (api.md).
pub(super) const LONGEST: usize = 64;

/// The key sent, if one was.
#[derive(Clone, Debug)]
pub struct Key(Option<String>);

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = value.to_str().ok().filter(|key| (1..=LONGEST).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()));
        match key {
            Some(key) => Ok(Self(Some(key.to_owned()))),
            None => {
                Err(Rejection::of_field(Reason::BadParameter, "Idempotency-Key", format!("1 to {LONGEST} visible ASCII characters")).into())
            }
        }
    }
}

impl Key {
    /// The command under this key, for `user` and `call`; `content` is what must be equal when the key comes again.
    pub fn with(self, user: Option<UserId>, call: &str, content: &[u8], command: Command) -> Request {
        let idempotency = self.0.map(|key| {
            let key = IdempotencyKey { user: user.map_or(0, UserId::get), call: call.to_owned(), key };
            (key, hex::encode(Sha256::digest(content)))
        });
        Request { command, idempotency, trace: None }
    }
}

/// Decides a request and answers with what `show` makes of it, saying so where the answer was remembered.
pub async fn submit(shop: &Shop, request: Request) -> Result<(Answer, Replayed), Failure> {
    all_right(faults::of(&request.command))?;
    let answer = shop.fleet.submit(request).await?;
    let replayed = Replayed(answer.replayed);
    Ok((answer, replayed))
}

/// Names every field that is wrong; one alone is the shop's to refuse, in its order of precedence.
fn all_right(faults: Vec<Rejection>) -> Result<(), Failure> {
    match Failure::of_faults(faults) {
        Some(several @ Failure::Several { .. }) => Err(several),
        _ => Ok(()),
    }
}

/// Whether the answer was remembered.
#[derive(Clone, Copy, Debug)]
pub struct Replayed(bool);

impl Replayed {
    /// Was it?
    pub const fn is_so(self) -> bool {
        self.0
    }

    /// The response with the header that says so.
    pub fn mark(self, response: impl IntoResponse) -> Response {
        let mut response = response.into_response();
        if self.0 {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

impl Key {
    /// No key.
    pub const fn none() -> Self {
        Self(None)
    }
}
