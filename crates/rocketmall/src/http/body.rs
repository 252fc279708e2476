//! Reading a JSON body, with an error that names the field to blame.

use std::fmt;
use std::marker::PhantomData;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use rocketmall_core::rejection::{Reason, Rejection};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Shop;
use super::problem::{Door, Failure};

/// A JSON body, and its bytes as they came.
#[derive(Debug)]
pub struct Body<T> {
    /// What it says.
    pub value: T,
    /// What was sent.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<Shop> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, shop: &Shop) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let bytes = raw(request, shop).await?;
        if !is_json {
            return Err(Failure::Door(Door::UnsupportedType, "send the body as JSON, with Content-Type: application/json".to_owned()));
        }
        Ok(Self { value: parse(&bytes)?, bytes })
    }
}

/// A JSON body that may be left away.
#[derive(Debug)]
pub struct OptionalBody<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<Shop> for OptionalBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, shop: &Shop) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let bytes = raw(request, shop).await?;
        match is_json {
            _ if bytes.is_empty() => Ok(Self(T::default())),
            true => parse(&bytes).map(Self),
            false => Err(Failure::Door(Door::UnsupportedType, "send the body as JSON, with Content-Type: application/json".to_owned())),
        }
    }
}

/// The bytes as they came, for callers whose signature is over them.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl FromRequest<Shop> for RawBody {
    type Rejection = Failure;

    async fn from_request(request: Request, shop: &Shop) -> Result<Self, Failure> {
        raw(request, shop).await.map(Self)
    }
}

async fn raw(request: Request, shop: &Shop) -> Result<Bytes, Failure> {
    let longest = shop.manners.longest_body;
    let whole = tokio::time::timeout(shop.manners.client_time, to_bytes(request.into_body(), longest));
    let whole = whole.await.map_err(|_| Failure::Door(Door::TooSlow, "send the body in one go".to_owned()))?;
    whole.map_err(|error| {
        let too_long = std::error::Error::source(&error).is_some_and(|source| source.to_string().contains("limit"));
        if too_long {
            Failure::Door(Door::TooLarge, format!("at most {longest} bytes are taken"))
        } else {
            Failure::Door(Door::Malformed, "the body broke off".to_owned())
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads JSON: text that is none is malformed, JSON that does not fit names its field.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value: Object<T> = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if !inner.is_data() {
            return Failure::Door(Door::Malformed, format!("the body is not JSON: {inner}"));
        }
        let message = inner.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().to_owned();
        Rejection::of_field(Reason::BadParameter, field(&path, &message), message).into()
    })?;
    deserializer.end().map_err(|error| Failure::Door(Door::Malformed, format!("the body is not JSON: {error}")))?;
    Ok(value.0)
}

/// A JSON object. Serde by itself also takes a list of the fields' values for it, which nobody means.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

/// A missing field is reported at its parent's path.
fn field(path: &str, message: &str) -> String {
    let parent = if path == "." { "" } else { path };
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    match (parent, missing) {
        ("", Some(name)) => name.to_owned(),
        (parent, Some(name)) => format!("{parent}.{name}"),
        ("", None) => "body".to_owned(),
        (parent, None) => parent.to_owned(),
    }
}
