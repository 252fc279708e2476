//! A shop as on the internet, with every kind of caller and a request for every route.

use reqwest::Method;
use rocketmall::http::auth::token_hash;
use rocketmall_core::id::UserId;
use rocketmall_store::read::Session;
use serde_json::{Value, json};

use crate::access::token;
use crate::shop::{Answer, Mode, SECRET, Shop};

/// A kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nobody,
    Expired,
    Unknown,
    Owner,
    Other,
    Service,
    ServiceForOwner,
    ServiceForOther,
    Admin,
    AdminForOwner,
    AdminForOther,
    UserWithHeader,
}

pub(crate) const KINDS: [Kind; 12] = [
    Kind::Nobody,
    Kind::Expired,
    Kind::Unknown,
    Kind::Owner,
    Kind::Other,
    Kind::Service,
    Kind::ServiceForOwner,
    Kind::ServiceForOther,
    Kind::Admin,
    Kind::AdminForOwner,
    Kind::AdminForOther,
    Kind::UserWithHeader,
];

/// A shop on the internet with two users, and what belongs to the first.
pub(crate) struct World {
    pub(crate) shop: Shop,
    pub(crate) owner: String,
    pub(crate) other: String,
    pub(crate) admin: String,
    pub(crate) goods: String,
}

impl World {
    pub(crate) async fn open() -> Self {
        let shop = Shop::start(Mode::Open, &[("limits.orders_per_user", ""), ("limits.logins_per_mobile", "")]).await;
        let admin = token(&shop, "admin", None).await;
        let mut users = Vec::new();
        for mobile in ["13800000001", "13800000002"] {
            let body = json!({"name": "a", "mobile": mobile, "password": "a good password"});
            users.push(shop.post("/v1/users", body).await.is(201).at("/id"));
        }
        let new_goods = json!({"name": "a", "price": "10.00", "number": 1_000});
        let goods = shop.send(shop.request(Method::POST, "/v1/goods").bearer_auth(&admin).json(&new_goods)).await.is(201).at("/id");
        let other = users.pop().expect("two users");
        let owner = users.pop().expect("two users");
        Self { shop, owner, other, admin, goods }
    }

    async fn for_owner(&self, path: &str, body: Value) -> Answer {
        let request = self.shop.request(Method::POST, path).bearer_auth(&self.admin).header("X-User-Id", &self.owner).json(&body);
        self.shop.send(request).await.is(201)
    }

    fn basket(&self) -> Value {
        json!({"lines": [{"goods_id": self.goods, "number": 1}], "address": "a", "consignee": "b"})
    }

    pub(crate) async fn order(&self) -> String {
        self.for_owner("/v1/orders", self.basket()).await.at("/id")
    }

    pub(crate) async fn payment(&self) -> (String, String) {
        let order = self.order().await;
        let payment = self.for_owner(&format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await.at("/id");
        (order, payment)
    }

    /// A message of the shop's: an order that cost nothing to cancel.
    async fn message(&self) -> String {
        let order = self.order().await;
        let cancel = self.shop.request(Method::POST, &format!("/v1/orders/{order}/cancel")).bearer_auth(&self.admin).json(&json!({}));
        self.shop.send(cancel).await.is(200);
        let list = self.shop.request(Method::GET, "/v1/messages?limit=1").bearer_auth(&self.admin);
        self.shop.send(list).await.is(200).at("/items/0/id")
    }

    /// The request's headers that make it this kind of caller's.
    pub(crate) async fn as_kind(&self, request: reqwest::RequestBuilder, kind: Kind) -> reqwest::RequestBuilder {
        let (role, user, acts_for) = match kind {
            Kind::Nobody => return request,
            Kind::Unknown => return request.bearer_auth("nonsense"),
            Kind::Expired => return request.bearer_auth(self.expired().await),
            Kind::Owner => ("user", Some(&self.owner), None),
            Kind::Other => ("user", Some(&self.other), None),
            Kind::UserWithHeader => ("user", Some(&self.owner), Some(&self.owner)),
            Kind::Service => ("service", None, None),
            Kind::ServiceForOwner => ("service", None, Some(&self.owner)),
            Kind::ServiceForOther => ("service", None, Some(&self.other)),
            Kind::Admin => ("admin", None, None),
            Kind::AdminForOwner => ("admin", None, Some(&self.owner)),
            Kind::AdminForOther => ("admin", None, Some(&self.other)),
        };
        let request = request.bearer_auth(token(&self.shop, role, user.map(String::as_str)).await);
        match acts_for {
            Some(user) => request.header("X-User-Id", user),
            None => request,
        }
    }

    async fn expired(&self) -> String {
        let token = format!("expired-{}", self.shop.running.runtime().ids.next());
        let user = Some(UserId::new(self.owner.parse().expect("an id")));
        let session = Session { user, role: "admin".to_owned(), expires_at: self.shop.now() };
        self.shop.database.keep_session(&token_hash(&token), &session, self.shop.now()).await.expect("a session");
        token
    }

    /// A request that the owner may make.
    pub(crate) async fn request(&self, method: &str, route: &str) -> reqwest::RequestBuilder {
        if ["/v1/channels/{channel}/notify", "/pay/callBackPayment"].contains(&route) {
            return self.platform(route).await;
        }
        let request = self.shop.request(Method::from_bytes(method.as_bytes()).expect("a method"), &self.path(route).await);
        match self.body(method, route).await {
            Some(body) => request.json(&body),
            None => request,
        }
    }

    /// A body that holds; fresh for each call, since calls change things.
    pub(crate) async fn body(&self, method: &str, route: &str) -> Option<Value> {
        let unique = self.shop.running.runtime().ids.next();
        let body = match (method, route) {
            ("POST", "/v1/users") => {
                json!({"name": "a", "mobile": format!("139{:08}", unique.unsigned_abs() % 100_000_000), "password": "a good password"})
            }
            ("POST", "/v1/users/{id}/money") => json!({"delta": "1.00", "reason": "a"}),
            ("POST", "/v1/sessions") => json!({"mobile": "13800000001", "password": "a good password"}),
            ("POST", "/v1/goods") => json!({"name": "a", "price": "1.00", "number": 1}),
            ("POST", "/v1/goods/{id}/stock") => json!({"delta": 1, "reason": "a"}),
            ("PATCH", "/v1/goods/{id}") => json!({"desc": "a"}),
            ("POST", "/v1/coupons") => json!({"user_id": self.owner, "price": "1.00"}),
            ("POST", "/v1/orders" | "/v1/orders/quote") => self.basket(),
            ("POST", "/v1/orders/{id}/cancel" | "/v1/refunds/{id}/reject") => json!({"reason": "a"}),
            ("POST", "/v1/messages/replay") => json!({"state": "dead"}),
            ("POST", "/v1/orders/{id}/payments") => json!({"channel": "sandbox"}),
            ("POST", "/v1/orders/{id}/ship") => json!({"carrier": "a", "tracking_no": "b"}),
            ("POST", "/v1/orders/{id}/refunds") => json!({"reason": "a", "amount": "1.00"}),
            ("POST", "/order/confirm") => json!({"userId": self.owner, "goodsId": self.goods, "goodsNumber": 1, "goodsPrice": "10.00",
                    "shippingFee": "10.00", "orderAmount": "20.00", "address": "a"}),
            ("POST", "/pay/createPayment") => json!({"orderId": self.order().await, "payAmount": "20.00"}),
            _ => return None,
        };
        Some(body)
    }

    /// The route with the owner's ids.
    pub(crate) async fn path(&self, route: &str) -> String {
        let id = match route {
            _ if route.starts_with("/v1/users/{id}") => self.owner.clone(),
            _ if route.starts_with("/v1/orders/{id}") => self.order().await,
            _ if route.starts_with("/v1/goods/{id}") => self.goods.clone(),
            _ if route.starts_with("/v1/payments/{id}") => self.payment().await.1,
            _ if route.starts_with("/v1/messages/{id}") => self.message().await,
            _ => "7".to_owned(),
        };
        route.replace("{id}", &id).replace("{slug}", "stock-too-low")
    }

    /// A signed notification that a payment failed, or the contract's that it is paid.
    async fn platform(&self, route: &str) -> reqwest::RequestBuilder {
        let (order, payment) = self.payment().await;
        let body = if route.starts_with("/pay/") {
            json!({"payId": payment, "orderId": order, "payAmount": "20.00", "isPaid": 2})
        } else {
            crate::shop::paid(&payment, "20.00")
        };
        let body = body.to_string();
        let signature = rocketmall_channels::sign::sign(SECRET, self.shop.unix_seconds(), body.as_bytes());
        let request = self.shop.request(Method::POST, &route.replace("{channel}", "sandbox")).header("Content-Type", "application/json");
        request.header("X-Sandbox-Signature", signature).body(body)
    }
}
