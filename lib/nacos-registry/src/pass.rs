//! Logging in, and the token that every call carries.
//!
//! The SDK has a login of its own. It writes the password into its log, keeps a token that was refused for half an hour, and panics on an answer
//! that breaks off.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nacos_sdk::api::plugin::{AuthContext, AuthPlugin, LoginIdentityContext, RequestResource};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::Error;
use crate::options::{Login, Options};

/// Of Nacos 3 and of Nacos 2.
const PATHS: [&str; 2] = ["/nacos/v3/auth/user/login", "/nacos/v1/auth/login"];
const FORM: &str = "application/x-www-form-urlencoded";
/// A token that is younger is not at fault when something is refused.
const YOUNG: Duration = Duration::from_secs(30);

/// The token, if one is needed.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    token: Mutex<Option<Token>>,
}

#[derive(Debug)]
struct Token {
    text: String,
    got_at: Instant,
    renew_at: Instant,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    /// In seconds.
    token_ttl: u64,
}

impl Pass {
    /// Whether there is none, or it is half spent.
    pub(crate) fn is_due(&self) -> bool {
        self.lock().as_ref().is_none_or(|token| token.renew_at <= Instant::now())
    }

    /// Something was refused, perhaps because of it: the next look logs in again. Until then it is as good as any.
    pub(crate) fn renew(&self) {
        if let Some(token) = self.lock().as_mut().filter(|token| token.got_at.elapsed() > YOUNG) {
            token.renew_at = Instant::now();
        }
    }

    /// Nobody needs it any more.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    /// Gets a token from the first server that answers.
    pub(crate) async fn log_in(&self, options: &Options, login: &Login) -> Result<(), Error> {
        let mut outcome = Err(Error::Unreachable { servers: options.all_servers(), reason: "no server".to_owned() });
        for server in &options.servers {
            outcome = ask(options, server, login).await;
            if !matches!(outcome, Err(Error::Unreachable { .. })) {
                break;
            }
        }
        let Answer { access_token: text, token_ttl } = outcome?;
        let got_at = Instant::now();
        let renew_at = got_at + Duration::from_secs(token_ttl.clamp(2, 24 * 3600)) / 2;
        *self.lock() = Some(Token { text, got_at, renew_at });
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask(options: &Options, server: &str, login: &Login) -> Result<Answer, Error> {
    let unreachable = |error: reqwest::Error| Error::Unreachable { servers: options.all_servers(), reason: with_causes(&error) };
    let client = reqwest::Client::builder().timeout(options.call_limit).build().map_err(unreachable)?;
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let body = format!("username={}&password={}", encoded(&login.user), encoded(&login.password));
    let mut said = String::new();
    for path in PATHS {
        let request = client.post(format!("http://{server}{path}")).header("content-type", FORM).body(body.clone());
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(unreachable)?;
        if let Ok(answer) = serde_json::from_str(&text) {
            return Ok(answer);
        }
        said = format!("{status} {}", text.trim());
        match status {
            404 | 410 => {}
            // 500 is what Nacos 3 says to the wrong password of a user that it knows.
            400 | 401 | 403 | 500 => {
                let (servers, user) = (options.all_servers(), login.user.clone());
                return Err(Error::Login { servers, user, reason: format!("it answers {status}") });
            }
            _ => break,
        }
    }
    Err(Error::Unreachable { servers: options.all_servers(), reason: format!("its answer to a login makes no sense: {said}") })
}

/// The error and what is behind it, which alone says what happened.
fn with_causes(error: &reqwest::Error) -> String {
    let first: &dyn std::error::Error = error;
    let causes = std::iter::successors(first.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The SDK asks for the token with each call. Logging in is done by the keeper of the link, not in here.
pub(crate) struct Bearer(pub(crate) Arc<Pass>);

impl AuthPlugin for Bearer {
    // as the trait's macro writes it
    fn login<'this, 'call>(&'this self, _: Arc<Vec<String>>, _: Arc<AuthContext>) -> Pin<Box<dyn Future<Output = ()> + Send + 'call>>
    where
        'this: 'call,
        Self: 'call,
    {
        Box::pin(std::future::ready(()))
    }

    fn get_login_identity(&self, _: RequestResource) -> LoginIdentityContext {
        let identity = LoginIdentityContext::default();
        match self.0.lock().as_ref() {
            Some(token) => identity.add_context("accessToken", token.text.clone()),
            None => identity,
        }
    }
}
