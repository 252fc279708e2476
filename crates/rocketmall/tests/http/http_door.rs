//! The HTTP door of the scenario files: to a shop in development mode whose clock and workers go on when a scenario lets them.
//! What happens at the platform happens on the sandbox's page; its notifications are sent from here, to see their answers.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use rocketmall_core::command::{Outcome, RefundStep};
use rocketmall_core::money::Cents;
use rocketmall_core::payment::PaymentState;
use rocketmall_core::rejection::Reason;
use rocketmall_trial::scenario::{
    Answer, Asked, AskedLine, CouponView, Door, Figures, GoodsView, Kind, Labels, NewCoupon, Notice, ORDER_STATUS, OrderView, PAY_STATUS,
    PAYMENT_STATE, Pay, Placed, REFUND_STATE, RefundAsk, RefundView, SHIPPING_STATUS, Started, UserView, advance, found, one_of, reason,
    settle,
};
use serde_json::{Value, json};

use crate::shop::{Answer as Response, Shop, paid};

const ADDRESS: &str = "新西兰";

pub(crate) struct HttpDoor {
    shop: Shop,
    labels: Labels,
    /// Whose a coupon is, by its label.
    owners: BTreeMap<String, String>,
    /// Where a payment is paid and how much, by its id.
    pages: BTreeMap<String, (String, String)>,
    /// How many refunds of a payment the platform shall refuse, by its id.
    refusals: BTreeMap<String, usize>,
}

impl HttpDoor {
    /// The door to this shop, which stands still.
    pub(crate) fn to(shop: Shop) -> Self {
        Self { shop, labels: Labels::default(), owners: BTreeMap::new(), pages: BTreeMap::new(), refusals: BTreeMap::new() }
    }

    fn give(&mut self, kind: Kind, label: &str, id: &str) -> Result<()> {
        self.labels.give(kind, label, id.parse().with_context(|| format!("{id:?} is no id"))?);
        Ok(())
    }

    /// As the order's own user if nobody is named, as nobody if there is no such order.
    async fn acting(&self, order: &str, user: Option<&str>) -> String {
        if let Some(label) = user {
            return self.labels.user(label).to_string();
        }
        let answer = self.shop.get(&format!("/v1/orders/{}", self.labels.order(order))).await;
        if answer.status.is_success() { answer.at("/user_id") } else { Labels::NOTHING.to_string() }
    }

    fn basket(&self, asked: &Asked) -> Value {
        let line = |line: &AskedLine| {
            let mut value = json!({"goods_id": self.labels.goods(&line.goods).to_string(), "number": line.number});
            put(&mut value, "price", line.price);
            value
        };
        let mut body = json!({"lines": asked.lines.iter().map(line).collect::<Vec<_>>(), "money_paid": asked.money.to_string()});
        put(&mut body, "coupon_id", asked.coupon.as_deref().map(|label| self.labels.coupon(label)));
        put(&mut body, "pay_amount", asked.pay_amount);
        body
    }

    async fn ask(&self, user: &str, path: &str, body: &Value, key: Option<&str>) -> Response {
        let mut request = self.shop.request(Method::POST, path).header("X-User-Id", user).json(body);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        self.shop.send(request).await
    }

    /// The contract's own call, the only one that takes freight and total; it does not say which order it placed.
    async fn confirm(&self, asked: &Asked, key: Option<&str>) -> Result<Answer<Response>> {
        ensure!(
            asked.pay_amount.is_none() && asked.lines.len() == 1,
            "with freight or total the contract's call takes one line, no pay-amount"
        );
        let (user, line) = (self.labels.user(&asked.user).to_string(), &asked.lines[0]);
        let goods = self.labels.goods(&line.goods);
        let seen = Asked { freight: None, total: None, ..asked.clone() };
        let quote = self.ask(&user, "/v1/orders/quote", &self.basket(&seen), None).await;
        let quoted = |pointer: &str| quote.json().pointer(pointer).and_then(Value::as_str).unwrap_or("1.00").to_owned();
        let or_quoted = |amount: Option<Cents>, pointer: &str| amount.map_or_else(|| quoted(pointer), |amount| amount.to_string());
        let price = match line.price {
            Some(price) => price.to_string(),
            None => self.shop.get(&format!("/v1/goods/{goods}")).await.json()["price"].as_str().unwrap_or("1.00").to_owned(),
        };
        let mut body = json!({"userId": user, "goodsId": goods.to_string(), "goodsNumber": line.number, "goodsPrice": price,
            "shippingFee": or_quoted(asked.freight, "/shipping_fee"), "orderAmount": or_quoted(asked.total, "/order_amount"),
            "moneyPaid": asked.money.to_string(), "address": ADDRESS});
        put(&mut body, "couponId", asked.coupon.as_deref().map(|label| self.labels.coupon(label)));
        let answer = self.ask(&user, "/order/confirm", &body, key).await;
        ensure!(answer.status == 200, "the contract's call answered {}: {}", answer.status, answer.text);
        if answer.at("/code") == "0" {
            return Ok(Ok(self.shop.get_as(&user, "/v1/orders?limit=1").await));
        }
        let code: i32 = read(&answer, "/data")?;
        let known = Reason::ALL.iter().copied().find(|reason| reason.code() == code);
        known.map(Err).with_context(|| format!("nothing is refused with {code}"))
    }

    /// What happens to a payment on the platform's page; nothing if it is over there, as the platform says then.
    async fn happen(&self, id: &str, outcome: Outcome) -> Result<()> {
        let Some((page, _)) = self.pages.get(id) else { return Ok(()) };
        let word = if outcome == Outcome::Closed { "expired" } else { word(outcome) };
        let body = json!({"result": word, "force": outcome == Outcome::Succeeded, "notify": {"copies": 0},
            "refunds": {"fail": self.refusals.get(id).copied().unwrap_or(0)}});
        let answer = self.shop.send(reqwest::Client::new().post(page).json(&body)).await;
        ensure!(answer.status.is_success() || answer.status == 409, "the platform's page answered {}: {}", answer.status, answer.text);
        Ok(())
    }
}

impl Door for HttpDoor {
    async fn goods(&mut self, label: &str, price: Cents, stock: i64) -> Result<()> {
        let id = self.shop.goods(&price.to_string(), stock).await;
        self.give(Kind::Goods, label, &id)
    }

    async fn user(&mut self, label: &str, balance: Cents) -> Result<()> {
        let id = self.shop.user(&balance.to_string()).await;
        self.give(Kind::User, label, &id)
    }

    async fn coupon(&mut self, new: &NewCoupon) -> Result<()> {
        let user = self.labels.user(&new.user).to_string();
        let mut body = json!({"user_id": user, "price": new.price.to_string(), "min_spend": new.min_spend.to_string()});
        put(&mut body, "expires_at", new.expires_after.map(|millis| rocketmall::clock::rfc3339(self.shop.now().after(millis))));
        let id = self.shop.post("/v1/coupons", body).await.is(201).at("/id");
        self.owners.insert(new.coupon.clone(), user);
        self.give(Kind::Coupon, &new.coupon, &id)
    }

    async fn place(&mut self, label: &str, asked: &Asked, key: Option<&str>) -> Result<Answer<Placed>> {
        let placed = if asked.freight.is_some() || asked.total.is_some() {
            let answer = self.confirm(asked, key).await?;
            answer.map(|list| Response { text: list.json()["items"][0].to_string(), ..list })
        } else {
            let mut body = self.basket(asked);
            (body["address"], body["consignee"]) = (json!(ADDRESS), json!(""));
            answered(self.ask(&self.labels.user(&asked.user).to_string(), "/v1/orders", &body, key).await, 201)?
        };
        let order = match placed {
            Ok(order) => order,
            Err(reason) => return Ok(Err(reason)),
        };
        let id = order.at("/id");
        self.give(Kind::Order, label, &id)?;
        Ok(Ok(Placed { id, figures: figures(&order)? }))
    }

    async fn quote(&mut self, asked: &Asked) -> Result<Answer<Figures>> {
        ensure!(asked.freight.is_none() && asked.total.is_none(), "a quote over HTTP takes no freight and no total");
        let user = self.labels.user(&asked.user).to_string();
        match answered(self.ask(&user, "/v1/orders/quote", &self.basket(asked), None).await, 200)? {
            Ok(quote) => Ok(Ok(figures(&quote)?)),
            Err(reason) => Ok(Err(reason)),
        }
    }

    async fn cancel(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>> {
        let (path, user) = (format!("/v1/orders/{}/cancel", self.labels.order(order)), self.acting(order, user).await);
        let answer = self.shop.post_as(&user, &path, json!({})).await;
        let taken = if answer.status == 202 { 202 } else { 200 };
        done(answer, taken)
    }

    async fn pay(&mut self, pay: &Pay) -> Result<Answer<Started>> {
        let path = format!("/v1/orders/{}/payments", self.labels.order(&pay.order));
        let mut body = json!({"channel": pay.channel});
        put(&mut body, "method", pay.method.as_ref());
        let user = self.acting(&pay.order, pay.user.as_deref()).await;
        let started = match answered(self.shop.post_as(&user, &path, body).await, 201)? {
            Ok(started) => started,
            Err(reason) => return Ok(Err(reason)),
        };
        let (id, amount) = (started.at("/id"), started.at("/amount"));
        self.give(Kind::Payment, &pay.payment, &id)?;
        self.pages.insert(id.clone(), (started.at("/action/url"), amount));
        Ok(Ok(Started { id, amount: read(&started, "/amount")? }))
    }

    async fn notify(&mut self, notice: &Notice) -> Result<Vec<Answer<()>>> {
        let id = self.labels.payment(&notice.payment).to_string();
        if notice.amount.is_none() && notice.currency.is_none() {
            self.happen(&id, notice.outcome).await?;
        }
        let known = self.pages.get(&id).map_or("1.00", |(_, amount)| amount.as_str());
        let mut body = paid(&id, &notice.amount.map_or_else(|| known.to_owned(), |amount| amount.to_string()));
        body["result"] = json!(word(notice.outcome));
        put(&mut body, "currency", notice.currency.as_ref());
        let mut answers = Vec::with_capacity(notice.times);
        for _ in 0..notice.times {
            answers.push(done(self.shop.notify(&body).await, 200)?);
        }
        Ok(answers)
    }

    async fn platform(&mut self, payment: &str, outcome: Outcome) -> Result<()> {
        self.happen(&self.labels.payment(payment).to_string(), outcome).await
    }

    /// The sandbox is told so when the payment is made.
    async fn refuse(&mut self, payment: &str, times: usize) -> Result<()> {
        self.refusals.insert(self.labels.payment(payment).to_string(), times);
        Ok(())
    }

    async fn ship(&mut self, order: &str) -> Result<Answer<()>> {
        let id = self.labels.order(order);
        let body = json!({"carrier": "顺丰", "tracking_no": format!("SF{id}")});
        done(self.shop.post(&format!("/v1/orders/{id}/ship"), body).await, 200)
    }

    async fn receive(&mut self, order: &str, user: Option<&str>) -> Result<Answer<()>> {
        let (path, user) = (format!("/v1/orders/{}/receive", self.labels.order(order)), self.acting(order, user).await);
        done(self.shop.post_as(&user, &path, json!({})).await, 200)
    }

    async fn refund(&mut self, ask: &RefundAsk) -> Result<Answer<Started>> {
        let mut body = json!({"reason": "too small", "return_goods": ask.return_goods});
        if let Some(lines) = &ask.lines {
            let line = |line: &AskedLine| json!({"goods_id": self.labels.goods(&line.goods).to_string(), "number": line.number});
            body["lines"] = lines.iter().map(line).collect();
        }
        put(&mut body, "amount", ask.amount);
        let path = format!("/v1/orders/{}/refunds", self.labels.order(&ask.order));
        let user = self.acting(&ask.order, ask.user.as_deref()).await;
        let refund = match answered(self.shop.post_as(&user, &path, body).await, 201)? {
            Ok(refund) => refund,
            Err(reason) => return Ok(Err(reason)),
        };
        let id = refund.at("/id");
        self.give(Kind::Refund, &ask.refund, &id)?;
        Ok(Ok(Started { id, amount: read(&refund, "/amount")? }))
    }

    async fn handle(&mut self, refund: &str, step: &RefundStep) -> Result<Answer<()>> {
        let (call, body) = match step {
            RefundStep::Approve => ("approve", json!({})),
            RefundStep::Reject { reason } => ("reject", json!({"reason": reason})),
            RefundStep::GoodsReceived => ("goods-received", json!({})),
            RefundStep::Retry => ("retry", json!({})),
            RefundStep::Abandon => ("abandon", json!({})),
        };
        done(self.shop.post(&format!("/v1/refunds/{}/{call}", self.labels.refund(refund)), body).await, 200)
    }

    async fn sync(&mut self, payment: &str) -> Result<Answer<()>> {
        done(self.shop.post(&format!("/v1/payments/{}/sync", self.labels.payment(payment)), json!({})).await, 200)
    }

    async fn correct_stock(&mut self, goods: &str, delta: i64) -> Result<Answer<()>> {
        let path = format!("/v1/goods/{}/stock", self.labels.goods(goods));
        done(self.shop.post(&path, json!({"delta": delta, "reason": "counted"})).await, 201)
    }

    async fn correct_balance(&mut self, user: &str, delta: Cents) -> Result<Answer<()>> {
        let path = format!("/v1/users/{}/money", self.labels.user(user));
        done(self.shop.post(&path, json!({"delta": delta.to_string(), "reason": "paid in"})).await, 201)
    }

    async fn set_price(&mut self, goods: &str, price: Cents) -> Result<Answer<()>> {
        let path = format!("/v1/goods/{}", self.labels.goods(goods));
        let request = self.shop.request(Method::PATCH, &path).json(&json!({"price": price.to_string()}));
        done(self.shop.send(request).await, 200)
    }

    async fn advance(&mut self, millis: i64) -> Result<()> {
        advance(&mut self.shop, millis).await
    }

    async fn settle(&mut self) -> Result<()> {
        settle(&mut self.shop).await
    }

    async fn hold(&mut self) -> Result<()> {
        self.shop.hold_messages().await;
        Ok(())
    }

    async fn goods_now(&mut self, label: &str) -> Result<GoodsView> {
        let goods = self.shop.get(&format!("/v1/goods/{}", self.labels.goods(label))).await;
        Ok(GoodsView { stock: read(&goods, "/number")?, price: read(&goods, "/price")? })
    }

    async fn user_now(&mut self, label: &str) -> Result<UserView> {
        let user = self.shop.get_as(&self.labels.user(label).to_string(), "/v1/users/me").await;
        Ok(UserView { balance: read(&user, "/money")?, score: read(&user, "/score")? })
    }

    async fn order_now(&mut self, label: &str) -> Result<OrderView> {
        let order = self.shop.get(&format!("/v1/orders/{}", self.labels.order(label))).await;
        let status = one_of(ORDER_STATUS, &text(&order, "/status")?)?;
        let pay_status = one_of(PAY_STATUS, &text(&order, "/pay_status")?)?;
        let shipping = one_of(SHIPPING_STATUS, &text(&order, "/shipping_status")?)?;
        let figures = Figures { refunded: read(&order, "/refunded_amount")?, ..figures(&order)? };
        Ok(OrderView { status, pay_status, shipping, figures })
    }

    async fn coupon_now(&mut self, label: &str) -> Result<CouponView> {
        let owner = self.owners.get(label).with_context(|| format!("there is no coupon {label}"))?;
        let list = self.shop.get_as(owner, "/v1/coupons?limit=100").await.is(200).json();
        let id = self.labels.coupon(label).to_string();
        let coupons = list["items"].as_array().context("a list of coupons has no items")?;
        let coupon = coupons.iter().find(|coupon| coupon["id"] == id.as_str()).with_context(|| format!("coupon {label} is not listed"))?;
        let held = (coupon["used"] == true).then(|| coupon["order_id"].as_str().unwrap_or("?").to_owned());
        Ok(CouponView { used_by: held })
    }

    async fn payment_now(&mut self, label: &str) -> Result<PaymentState> {
        let payment = self.shop.get(&format!("/v1/payments/{}", self.labels.payment(label))).await;
        one_of(PAYMENT_STATE, &text(&payment, "/status")?)
    }

    async fn refund_now(&mut self, label: &str) -> Result<RefundView> {
        let refund = self.shop.get(&format!("/v1/refunds/{}", self.labels.refund(label))).await;
        let state = one_of(REFUND_STATE, &text(&refund, "/status")?)?;
        Ok(RefundView { state, amount: read(&refund, "/amount")?, balance: read(&refund, "/balance_amount")? })
    }

    async fn verify(&mut self) -> Result<Vec<String>> {
        Ok(found(&self.shop.audit().await?))
    }
}

fn put(body: &mut Value, field: &str, value: Option<impl Display>) {
    if let Some(value) = value {
        body[field] = json!(value.to_string());
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeded => "paid",
        Outcome::Failed => "failed",
        Outcome::Closed => "closed",
    }
}

/// The answer if it has this status, the refusal if it is one of the shop's; anything else is no answer.
fn answered(answer: Response, status: u16) -> Result<Answer<Response>> {
    if answer.status == status {
        return Ok(Ok(answer));
    }
    let told = || format!("HTTP {}: {}", answer.status, answer.text);
    ensure!(answer.status.is_client_error(), told());
    let kind = text(&answer, "/type").with_context(told)?;
    reason(kind.trim_start_matches("/docs/errors/")).map(Err).with_context(told)
}

fn done(answer: Response, status: u16) -> Result<Answer<()>> {
    Ok(answered(answer, status)?.map(drop))
}

fn text(answer: &Response, pointer: &str) -> Result<String> {
    let value = answer.json().pointer(pointer).cloned().with_context(|| format!("{pointer} is not in {}", answer.text))?;
    Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn read<T: FromStr>(answer: &Response, pointer: &str) -> Result<T> {
    let text = text(answer, pointer)?;
    text.parse().ok().with_context(|| format!("{pointer} is {text:?}"))
}

fn figures(answer: &Response) -> Result<Figures> {
    Ok(Figures {
        goods: read(answer, "/goods_amount")?,
        freight: read(answer, "/shipping_fee")?,
        total: read(answer, "/order_amount")?,
        coupon: read(answer, "/coupon_paid")?,
        money: read(answer, "/money_paid")?,
        pay: read(answer, "/pay_amount")?,
        refunded: Cents::ZERO,
    })
}
