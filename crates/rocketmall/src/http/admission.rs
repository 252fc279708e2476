//! Admits a request, or refuses it before its handler runs: what the table of rights says. What an administrator or a service
//! changes is written down.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};

use super::address::{Peer, of_caller};
use super::auth::{Caller, Role};
use super::guard::{About, TraceId};
use super::problem::{Door, Failure};
use super::rights::{self, Right, Who};
use super::{Onlookers, Shop, contract};

/// The routes, none of which answers whom its row in the table of rights does not admit.
pub fn guarded(routes: Router<Shop>, shop: &Shop) -> Router<Shop> {
    routes.route_layer(middleware::from_fn_with_state(shop.clone(), admit))
}

/// Around every handler. A request that takes too long is given up; what was already queued is decided all the same.
async fn admit(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(shop.manners.longest_time, answer(&shop, request, next)).await {
        Ok(response) => response,
        Err(_) => Failure::Door(Door::TimedOut, "ask again with the same idempotency key".to_owned()).into_response(),
    }
}

async fn answer(shop: &Shop, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let Some(right) = rights::find(request.method(), &route) else {
        tracing::error!(method = %request.method(), route, "the route has no row in the table of rights");
        return Failure::Door(Door::Forbidden, "nobody may call this".to_owned()).into_response();
    };
    let (mut parts, body) = request.into_parts();
    let address = address(shop, &parts);
    let caller = match caller(shop, right, &parts).await {
        Ok(caller) => caller,
        Err(failure) => return contract::in_its_shape(&route, failure),
    };
    let mut deed = caller.as_ref().and_then(|caller| Deed::of(caller, right, address, &parts));
    let response = match admits(shop, right, caller.as_ref(), address) {
        Ok(()) => {
            caller.map(|caller| parts.extensions.insert(caller));
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => contract::in_its_shape(&route, failure),
    };
    if let Some(deed) = &mut deed {
        deed.outcome = Some(Outcome::of(&response));
    }
    response
}

/// Who calls, where the route asks for it.
async fn caller(shop: &Shop, right: &Right, parts: &Parts) -> Result<Option<Caller>, Failure> {
    match right.who {
        Who::DevOnly if !shop.manners.dev => Err(Failure::Door(Door::NotFound, "only under --dev".to_owned())),
        Who::AdminOutsideDev if shop.manners.dev || shop.onlookers == Onlookers::Everybody => Ok(None),
        who if who.asks() => Caller::of(parts, shop).await.map(Some),
        _ => Ok(None),
    }
}

/// May the caller, and not too often?
fn admits(shop: &Shop, right: &Right, caller: Option<&Caller>, address: IpAddr) -> Result<(), Failure> {
    caller.map_or(Ok(()), |caller| right.who.admits(caller))?;
    shop.manners.rates.get().draw(right.budget, caller, address)
}

/// Where the call comes from; requests that came by no listener of ours are all from nowhere.
fn address(shop: &Shop, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    of_caller(peer, &parts.headers, &shop.manners.proxies)
}

/// A call of an administrator or a service that changes something, done or refused. It is written down as a log line of the
/// target "audit"; what it changes keeps its own entry with amount and reason in the database.
struct Deed {
    who: String,
    role: &'static str,
    acting_for: String,
    from: IpAddr,
    method: &'static str,
    route: &'static str,
    path: String,
    trace_id: String,
    /// `None`: the call was given up before its answer, by the caller or for taking too long; it may be done all the same.
    outcome: Option<Outcome>,
}

struct Outcome {
    status: u16,
    about: String,
}

impl Outcome {
    fn of(response: &Response) -> Self {
        let about = response.extensions().get::<About>().map_or_else(String::new, |about| about.0.clone());
        Self { status: response.status().as_u16(), about }
    }
}

impl Deed {
    fn of(caller: &Caller, right: &Right, from: IpAddr, parts: &Parts) -> Option<Self> {
        let role = match caller.role {
            Role::Admin => "admin",
            Role::Service => "service",
            Role::User | Role::Anonymous => return None,
        };
        let changes = right.method != "GET";
        changes.then(|| Self {
            // enough to find the token's row by, and no token
            who: caller.token_hash.as_ref().map_or_else(|| "development".to_owned(), |hash| hash.chars().take(12).collect()),
            role,
            acting_for: caller.user.map_or_else(String::new, |user| user.to_string()),
            from,
            method: right.method,
            route: right.route,
            path: parts.uri.path().to_owned(),
            trace_id: parts.extensions.get::<TraceId>().map_or_else(String::new, ToString::to_string),
            outcome: None,
        })
    }
}

/// Whatever becomes of the call, its line is written.
impl Drop for Deed {
    fn drop(&mut self) {
        let Self { who, role, acting_for, from, method, route, path, trace_id, outcome } = self;
        let (status, about) = outcome.as_ref().map_or((None, ""), |outcome| (Some(outcome.status), outcome.about.as_str()));
        tracing::info!(target: "audit", who, role, acting_for, %from, method, route, path, about, status, trace_id, "a change was asked for");
    }
}
