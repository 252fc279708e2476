//! Admits a request, or refuses it before its handler runs: what the table of rights says. What an administrator or a service
//! changes is written down.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::address::{Peer, of_caller};
use super::auth::Caller;
use super::problem::{Door, Failure};
use super::rights::{self, Right, Who};
use super::{Shop, contract};

/// Around every handler.
pub(super) async fn admit(State(shop): State<Shop>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str).to_owned();
    let Some(right) = rights::find(request.method(), &route) else {
        tracing::error!(method = %request.method(), route, "the route has no row in the table of rights");
        return Failure::Door(Door::Forbidden, "nobody may call this".to_owned()).into_response();
    };
    let (mut parts, body) = request.into_parts();
    let caller = match caller(&shop, right, &parts).await {
        Ok(caller) => match count(&shop, right, caller.as_ref(), &parts) {
            Ok(()) => caller,
            Err(failure) => return contract::in_its_shape(&route, failure),
        },
        Err(failure) => return contract::in_its_shape(&route, failure),
    };
    if let Some(caller) = &caller {
        parts.extensions.insert(caller.clone());
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Who calls, where the route asks for it.
async fn caller(shop: &Shop, right: &Right, parts: &Parts) -> Result<Option<Caller>, Failure> {
    match right.who {
        Who::DevOnly if !shop.manners.dev => Err(Failure::Door(Door::NotFound, "only under --dev".to_owned())),
        Who::AdminOutsideDev if shop.manners.dev => Ok(None),
        who if who.asks() => {
            let caller = Caller::of(parts, shop).await?;
            who.admits(&caller)?;
            Ok(Some(caller))
        }
        _ => Ok(None),
    }
}

/// Counts the call against what it draws on.
fn count(shop: &Shop, right: &Right, caller: Option<&Caller>, parts: &Parts) -> Result<(), Failure> {
    let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    shop.manners.rates.draw(right.budget, caller, of_caller(peer, &parts.headers, &shop.manners.proxies))
}
