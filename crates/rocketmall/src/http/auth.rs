//! Who calls, and for whom.

use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use axum::http::request::Parts;
use rocketmall_core::id::UserId;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::read::Session;
use sha2::{Digest as _, Sha256};

use super::Shop;
use super::problem::{Door, Failure};

const ACTS_FOR: HeaderName = HeaderName::from_static("x-user-id");

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// No token.
    Anonymous,
    /// Own things only.
    User,
    /// Acts for any user: a shop's back end.
    Service,
    /// Everything.
    Admin,
}

impl Role {
    /// The role's name, as tokens carry it.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "user" => Some(Self::User),
            "service" => Some(Self::Service),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// Who calls, and for whom.
#[derive(Clone, Debug)]
pub struct Caller {
    /// What the caller may do.
    pub role: Role,
    /// The user the call is for, if one is named.
    pub user: Option<UserId>,
    /// The hash of the token, if one was sent.
    pub token_hash: Option<String>,
}

/// The user the call is for, where the table of rights asks for one.
#[derive(Clone, Copy, Debug)]
pub struct ActingFor(pub UserId);

/// Whose things the call may see and change: one user's, or everybody's for an administrator who acts for nobody.
#[derive(Clone, Copy, Debug)]
pub struct Reach(pub Option<UserId>);

impl Caller {
    /// Who sends this request: by its token, and by X-User-Id.
    pub(super) async fn of(parts: &Parts, shop: &Shop) -> Result<Self, Failure> {
        let named = acts_for(parts)?;
        let Some(token) = bearer(parts)? else {
            let role = if shop.manners.dev { Role::Admin } else { Role::Anonymous };
            if role == Role::Anonymous && named.is_some() {
                return Err(Failure::Door(Door::Unauthorized, "X-User-Id takes a service's or an administrator's token".to_owned()));
            }
            return Ok(Self { role, user: named, token_hash: None });
        };
        let hash = token_hash(&token);
        let now = (shop.process().clock)();
        let session = shop.sessions.find(&hash).await?.filter(|session| session.expires_at > now);
        let Some(Session { user, role, .. }) = session else {
            return Err(Failure::Door(Door::Unauthorized, "the token is not known, or not good any more; log in again".to_owned()));
        };
        let role = Role::parse(&role).ok_or_else(|| Failure::Door(Door::Unauthorized, "the token's role is not known here".to_owned()))?;
        if role == Role::User && named.is_some() {
            return Err(Failure::Door(Door::Forbidden, "a user's token acts for that user; leave X-User-Id away".to_owned()));
        }
        Ok(Self { role, user: user.or(named), token_hash: Some(hash) })
    }
}

/// The hash under which a token is stored; the token itself is not.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// As admitted. A handler that wants a caller where the table admits everybody is a mistake of ours, and refused.
impl FromRequestParts<Shop> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Shop) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "the handler wants a caller; the table of rights asks for none");
            Rejection::new(Reason::Internal, "it is not known who calls").into()
        })
    }
}

impl FromRequestParts<Shop> for ActingFor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Failure> {
        Caller::from_request_parts(parts, shop).await?.named_user().map(Self)
    }
}

impl FromRequestParts<Shop> for Reach {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, shop).await?;
        match caller.role {
            Role::Admin => Ok(Self(caller.user)),
            Role::User | Role::Service | Role::Anonymous => caller.named_user().map(|user| Self(Some(user))),
        }
    }
}

/// The header, if it is there once. Of several, a proxy may have looked at another than we would.
fn only<'p>(parts: &'p Parts, name: &HeaderName) -> Result<Option<&'p HeaderValue>, ()> {
    let mut values = parts.headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(()) } else { Ok(first) }
}

fn acts_for(parts: &Parts) -> Result<Option<UserId>, Failure> {
    let Ok(value) = only(parts, &ACTS_FOR) else {
        return Err(Rejection::of_field(Reason::BadParameter, "X-User-Id", "one user, not several").into());
    };
    let Some(value) = value else { return Ok(None) };
    match value.to_str().ok().and_then(|text| text.parse().ok()) {
        Some(user) => Ok(Some(user)),
        None => Err(Rejection::of_field(Reason::BadParameter, "X-User-Id", "a user's id as digits").into()),
    }
}

fn bearer(parts: &Parts) -> Result<Option<String>, Failure> {
    let Ok(value) = only(parts, &AUTHORIZATION) else {
        return Err(Failure::Door(Door::Unauthorized, "send one Authorization header, not several".to_owned()));
    };
    let Some(value) = value else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match token {
        Some((_, token)) => Ok(Some(token.trim().to_owned())),
        None => Err(Failure::Door(Door::Unauthorized, "the Authorization header must be: Bearer TOKEN".to_owned())),
    }
}
