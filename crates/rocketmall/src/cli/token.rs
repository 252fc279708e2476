//! `rocketmall token`: tokens for programs that call the API.

use std::process::ExitCode;
use std::time::Duration;

use rocketmall_store::read::Session;

use super::failure::Failure;
use super::options::{CreateToken, TokenRole};
use super::{open, output};
use crate::clock;
use crate::config::Config;
use crate::http::auth::token_hash;
use crate::http::users::new_token;

/// Ten years: whoever wants more wants to forget the token.
const LONGEST: Duration = Duration::from_hours(10 * 365 * 24);

pub(super) async fn create(config: &Config, wanted: &CreateToken) -> Result<ExitCode, Failure> {
    let role = match wanted.role {
        TokenRole::Admin => "admin",
        TokenRole::Service => "service",
        TokenRole::User => "user",
    };
    if wanted.user.is_some() && wanted.role != TokenRole::User {
        return Err(Failure::Usage(format!(
            "a token of the role {role} is nobody's own; leave --user away, calls name the user in X-User-Id"
        )));
    }
    let database = open::existing(config).await?;
    if let Some(user) = wanted.user
        && database.account(user).await?.is_none()
    {
        return Err(Failure::Check(format!("there is no user {user} in {}", config.database)));
    }
    if wanted.lifetime.is_some_and(|lifetime| lifetime > LONGEST) {
        return Err(Failure::Usage(format!("--lifetime is at most {}", humantime::format_duration(LONGEST))));
    }
    let lifetime = wanted.lifetime.map_or(config.session_lifetime(), |span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX));
    let now = clock::system()();
    let session = Session { user: wanted.user, role: role.to_owned(), expires_at: now.after(lifetime) };
    let token = new_token();
    database.keep_session(&token_hash(&token), &session, now).await?;
    output::print(&format!("{token}\n"))?;
    output::note(&format!("role {role}, good until {}; it is not shown again", clock::rfc3339(session.expires_at)));
    Ok(ExitCode::SUCCESS)
}
