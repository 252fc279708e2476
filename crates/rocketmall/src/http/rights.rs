//! Who may call what: one table. [`super::admission`] looks every request's route up here before its handler runs; a route
//! without a row is refused. `docs/rights.md` is printed from it.

use axum::http::Method;
use rocketmall_core::id::UserId;
use rocketmall_core::rejection::{Reason, Rejection};

use super::auth::{Caller, Role};
use super::problem::{Door, Failure};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, with or without a token.
    Anyone,
    /// Whoever sends a token that is good.
    Session,
    /// A user; or a service or an administrator who names one.
    User,
    /// As [`Who::User`], and an administrator who names nobody, for everybody's things.
    Owner,
    /// Whoever sends a token; the handler compares its user with the user or the order that the body names.
    Named,
    /// An administrator.
    Admin,
    /// An administrator; under `--dev`, and at the door of `debug_listen`, everybody.
    AdminOutsideDev,
    /// A payment platform, by the signature over the body, which the handler checks.
    Platform,
    /// Everybody under `--dev`; elsewhere the route is not there.
    DevOnly,
}

impl Who {
    /// In words, for `docs/rights.md`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Session => "whoever holds a token",
            Self::User => "user",
            Self::Owner => "user; admin without X-User-Id: everybody's",
            Self::Named => "a token whose user is the body's or the order's",
            Self::Admin => "admin",
            Self::AdminOutsideDev => "admin; under --dev or at debug_listen anyone",
            Self::Platform => "the platform, by its signature",
            Self::DevOnly => "anyone, under --dev only",
        }
    }

    /// Must it be known who calls?
    pub const fn asks(self) -> bool {
        !matches!(self, Self::Anyone | Self::Platform | Self::DevOnly)
    }

    /// May this caller?
    pub(super) fn admits(self, caller: &Caller) -> Result<(), Failure> {
        match (self, caller.role) {
            (Self::Anyone | Self::Platform | Self::DevOnly, _) => Ok(()),
            (Self::AdminOutsideDev, Role::Anonymous) => {
                let advice =
                    "send an administrator's token; a browser has none to send, so set debug_listen (or --dev on your own machine)";
                Err(Failure::Door(Door::Unauthorized, advice.to_owned()))
            }
            (_, Role::Anonymous) => Err(log_in()),
            (Self::Session, _) if caller.token_hash.is_none() => Err(log_in()),
            (Self::Owner | Self::Admin | Self::AdminOutsideDev, Role::Admin) | (Self::Session | Self::Named, _) => Ok(()),
            (Self::User | Self::Owner, _) => caller.named_user().map(drop),
            (Self::Admin | Self::AdminOutsideDev, Role::User | Role::Service) => {
                Err(Failure::Door(Door::Forbidden, "this takes an administrator's token".to_owned()))
            }
        }
    }
}

fn log_in() -> Failure {
    Failure::Door(Door::Unauthorized, "send Authorization: Bearer with a token of POST /v1/sessions".to_owned())
}

impl Caller {
    /// The user the call is for; a service or an administrator has to name one.
    pub(super) fn named_user(&self) -> Result<UserId, Failure> {
        self.user.ok_or_else(|| Rejection::of_field(Reason::NoUser, "X-User-Id", "name the user in the X-User-Id header").into())
    }
}

/// What a call draws on, where calls are counted (`[limits]`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Nothing.
    Unlimited,
    /// Logins and registrations: each hashes a password.
    Logins,
    /// Orders that are placed.
    Orders,
}

/// A row: who may call a route.
#[derive(Clone, Copy, Debug)]
pub struct Right {
    /// GET, which stands for HEAD too, POST, PATCH or DELETE.
    pub method: &'static str,
    /// The route as the router knows it.
    pub route: &'static str,
    /// Who may.
    pub who: Who,
    /// What it draws on.
    pub budget: Budget,
}

impl Right {
    const fn draws_on(self, budget: Budget) -> Self {
        Self { budget, ..self }
    }
}

const fn row(method: &'static str, route: &'static str, who: Who) -> Right {
    Right { method, route, who, budget: Budget::Unlimited }
}

const fn get(route: &'static str, who: Who) -> Right {
    row("GET", route, who)
}

const fn post(route: &'static str, who: Who) -> Right {
    row("POST", route, who)
}

/// Every route of this door. The sandbox platform, which may run in the same process, is a third party with a door of its own.
pub const TABLE: &[Right] = &[
    post("/v1/users", Who::Anyone).draws_on(Budget::Logins),
    get("/v1/users/me", Who::User),
    post("/v1/users/{id}/money", Who::Admin),
    post("/v1/sessions", Who::Anyone).draws_on(Budget::Logins),
    row("DELETE", "/v1/sessions/current", Who::Session),
    get("/v1/goods", Who::Anyone),
    post("/v1/goods", Who::Admin),
    get("/v1/goods/{id}", Who::Anyone),
    row("PATCH", "/v1/goods/{id}", Who::Admin),
    post("/v1/goods/{id}/stock", Who::Admin),
    get("/v1/coupons", Who::User),
    post("/v1/coupons", Who::Admin),
    post("/v1/orders/quote", Who::User),
    get("/v1/orders", Who::Owner),
    post("/v1/orders", Who::User).draws_on(Budget::Orders),
    get("/v1/orders/{id}", Who::Owner),
    get("/v1/orders/{id}/timeline", Who::Owner),
    post("/v1/orders/{id}/cancel", Who::Owner),
    post("/v1/orders/{id}/payments", Who::Owner),
    post("/v1/orders/{id}/ship", Who::Admin),
    post("/v1/orders/{id}/receive", Who::Owner),
    get("/v1/orders/{id}/refunds", Who::Owner),
    post("/v1/orders/{id}/refunds", Who::Owner),
    get("/v1/payments/{id}", Who::Owner),
    post("/v1/payments/{id}/sync", Who::Owner),
    get("/v1/refunds", Who::Admin),
    get("/v1/refunds/{id}", Who::Admin),
    post("/v1/refunds/{id}/approve", Who::Admin),
    post("/v1/refunds/{id}/reject", Who::Admin),
    post("/v1/refunds/{id}/goods-received", Who::Admin),
    post("/v1/refunds/{id}/retry", Who::Admin),
    post("/v1/refunds/{id}/abandon", Who::Admin),
    post("/v1/channels/{channel}/notify", Who::Platform),
    get("/v1/messages", Who::Admin),
    get("/v1/messages/{id}", Who::Admin),
    post("/v1/messages/{id}/replay", Who::Admin),
    post("/v1/messages/replay", Who::Admin),
    get("/order/test", Who::DevOnly),
    post("/order/confirm", Who::Named).draws_on(Budget::Orders),
    post("/pay/createPayment", Who::Named),
    post("/pay/callBackPayment", Who::Platform),
    get("/healthz", Who::Anyone),
    get("/readyz", Who::Anyone),
    get("/metrics", Who::AdminOutsideDev),
    get("/openapi.json", Who::Anyone),
    get("/docs/errors", Who::Anyone),
    get("/docs/errors/{slug}", Who::Anyone),
    get("/docs", Who::AdminOutsideDev),
    get("/docs/ui/{file}", Who::AdminOutsideDev),
    get("/doc.html", Who::AdminOutsideDev),
    get("/favicon.ico", Who::Anyone),
    get("/v3/api-docs", Who::Anyone),
    get("/v3/api-docs/swagger-config", Who::Anyone),
    get("/webjars/{*path}", Who::AdminOutsideDev),
    get("/img/icons/{icon}", Who::AdminOutsideDev),
];

/// The row of a route that the router matched.
pub fn find(method: &Method, route: &str) -> Option<&'static Right> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    TABLE.iter().find(|right| right.route == route && right.method == method)
}

/// `docs/rights.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Who may call what\n\nPrinted from the table that the server asks before any handler runs (`crates/rocketmall/src/http/rights.rs`); \
         `UPDATE=1 cargo test -p rocketmall --test http rights` writes it anew. A route without a row is refused.\n\n\
         \"user\" is a user with a token of its own, or a service or an administrator who acts for one by `X-User-Id`. No token, or one that is not good any \
         more: 401. A role that may not, or `X-User-Id` with a user's token: 403. No user named where one is needed: 422. \
         Another's thing: 404. Under `--dev` a call without a token is an administrator's.\n\n\
         | call | who | counted as |\n|---|---|---|\n",
    );
    for Right { method, route, who, budget } in TABLE {
        let counted = match budget {
            Budget::Unlimited => "",
            Budget::Logins => "login",
            Budget::Orders => "order",
        };
        page.extend(["| ", method, " ", route, " | ", who.words(), " | ", counted, " |\n"]);
    }
    page
}
