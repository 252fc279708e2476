//! `rocketmall users`: what a shop does for its users by hand.

use std::io::Read as _;
use std::process::ExitCode;

use rocketmall_core::limit;

use super::failure::Failure;
use super::options::SetPassword;
use super::{open, output};
use crate::config::Config;
use crate::http::passwords::hashed;

/// One line of standard input is the password, so that it stands in no list of processes.
pub(super) async fn set_password(config: &Config, wanted: &SetPassword) -> Result<ExitCode, Failure> {
    let mut text = String::new();
    // a password and its end of line; what is longer is none
    let most = u64::try_from(limit::PASSWORD).unwrap_or(u64::MAX).saturating_mul(4).saturating_add(2);
    let read = std::io::stdin().lock().take(most).read_to_string(&mut text);
    read.map_err(|error| Failure::Usage(format!("the password could not be read from standard input: {error}")))?;
    let password = text.trim_end_matches(['\r', '\n']);
    if !(limit::PASSWORD_LEAST..=limit::PASSWORD).contains(&password.chars().count()) {
        return Err(Failure::Usage(format!("a password has {} to {} characters", limit::PASSWORD_LEAST, limit::PASSWORD)));
    }
    let database = open::existing(config).await?;
    let hash = hashed(password).map_err(|error| Failure::Check(format!("the password could not be hashed: {error}")))?;
    if !database.set_password(wanted.id, &hash).await? {
        return Err(Failure::Check(format!("there is no user {} in {}", wanted.id, config.database)));
    }
    output::note(&format!("user {} has a new password; tokens from before stay good until they end", wanted.id));
    Ok(ExitCode::SUCCESS)
}
