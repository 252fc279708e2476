//! The customer's side: a page with buttons for people, the same address with JSON for programs.
//! The crate's page says what that may hold.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};

use crate::SandboxPlatform;
use crate::operations::Settlement;
use crate::page;
use crate::payment::{Outcome, Payment};
use crate::refusal::Refusal;
use crate::tables::{Key, notifications};

const LARGEST_BODY: usize = 16 * 1024;

/// The page is one file without scripts; nothing may be added to it or put around it.
const PAGE_HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // the address is the right to pay: it goes to nobody else
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
];

pub(crate) fn router() -> Router<SandboxPlatform> {
    Router::new().route("/sandbox/pay/{token}", get(show).post(act)).layer(DefaultBodyLimit::max(LARGEST_BODY))
}

#[derive(Deserialize)]
struct Choice {
    result: Outcome,
}

#[derive(Serialize)]
struct Settled {
    state: &'static str,
    payment_id: String,
    platform_no: String,
}

async fn show(State(platform): State<SandboxPlatform>, Path(token): Path<String>) -> Response {
    match platform.page(token).await {
        Ok(page) => (PAGE_HEADERS, Html(page)).into_response(),
        Err(refusal) => problem_page(&refusal),
    }
}

async fn act(State(platform): State<SandboxPlatform>, Path(token): Path<String>, request: Request) -> Response {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => match Bytes::from_request(request, &()).await {
            Ok(body) => settle_by_json(&platform, token, &body).await,
            Err(rejection) => rejection.into_response(),
        },
        "application/x-www-form-urlencoded" => match Form::<Choice>::from_request(request, &()).await {
            Ok(Form(choice)) => settle_by_form(&platform, token, choice).await,
            Err(rejection) => problem_page(&Refusal::Malformed(rejection.body_text())),
        },
        _ => refused(&Refusal::UnsupportedType),
    }
}

async fn settle_by_json(platform: &SandboxPlatform, token: String, body: &[u8]) -> Response {
    let settlement = serde_json::from_slice(body).map_err(|error| {
        let told = error.to_string();
        if error.is_data() { Refusal::Invalid(told) } else { Refusal::Malformed(told) }
    });
    let settled = match settlement {
        Ok(settlement) => platform.settle(token, settlement).await,
        Err(refusal) => Err(refusal),
    };
    match settled {
        Ok(Payment { state, id: payment_id, platform_no, .. }) => {
            Json(Settled { state: state.word(), payment_id, platform_no }).into_response()
        }
        Err(refusal) => refused(&refusal),
    }
}

/// Whatever came of it, the page shows it.
async fn settle_by_form(platform: &SandboxPlatform, token: String, choice: Choice) -> Response {
    let page = Redirect::to(&format!("/sandbox/pay/{token}"));
    match platform.settle(token, Settlement::plain(choice.result)).await {
        Ok(_) | Err(Refusal::AlreadyPaid | Refusal::Over(_)) => page.into_response(),
        Err(refusal) => problem_page(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response {
    (refusal.status(), Json(refusal.problem())).into_response()
}

fn problem_page(refusal: &Refusal) -> Response {
    let status: StatusCode = refusal.status();
    if let Refusal::Store(error) = refusal {
        tracing::warn!(%error, "the sandbox platform's page cannot be shown");
    }
    (status, PAGE_HEADERS, Html(page::problem(&refusal.to_string()))).into_response()
}

impl SandboxPlatform {
    async fn page(&self, token: String) -> Result<String, Refusal> {
        let payment = self.find(&Key::Token(token)).await?.ok_or(Refusal::NotFound)?;
        let notifications = notifications::of_payment(&self.0.database, &payment.id).await?;
        Ok(page::payment(&payment, &notifications, self.now()))
    }
}
