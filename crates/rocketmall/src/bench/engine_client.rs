//! A client that hands commands straight to the engine, without HTTP.

use rocketmall_core::command::{Command, Outcome as Told, Receipt, RecordAction, Request, SettlePayment, StartPayment};
use rocketmall_core::decide::Answer;
use rocketmall_core::id::{GoodsId, OrderId, PaymentId};
use rocketmall_core::payment::CURRENCY;
use rocketmall_core::rejection::Rejection;
use rocketmall_core::shop::IdempotencyKey;
use rocketmall_store::StoreError;

use super::data::Data;
use super::load::{Client, Outcome};
use super::scenario::{NewOrder, Scenario};
use crate::runtime::Runtime;

/// Stands for the hash of a request's body: nobody sends another body under the same key here.
const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What a platform wants of a customer, as the engine keeps it.
const ACTION: &str = r#"{"type":"redirect","url":"http://127.0.0.1:1/sandbox/pay/bench"}"#;

/// One of many clients of one engine.
pub struct EngineClient {
    runtime: Runtime,
    latest: Option<OrderId>,
}

impl EngineClient {
    /// A client of this shop.
    pub fn new(runtime: Runtime) -> Self {
        Self { runtime, latest: None }
    }

    async fn submit(&self, command: Command, key: Option<(i64, &str, String)>) -> Result<Answer, Rejection> {
        let idempotency = key.map(|(user, call, key)| (IdempotencyKey { user, call: call.to_owned(), key }, HASH.to_owned()));
        self.runtime.engine.submit(Request { command, idempotency, trace: None }).await
    }

    async fn place(&self, order: NewOrder) -> Result<(OrderId, rocketmall_core::money::Cents), Rejection> {
        let key = (order.user.get(), "POST /v1/orders", order.key.clone());
        let command = Command::PlaceOrder(order.command(OrderId::new(self.runtime.ids.next())));
        match self.submit(command, Some(key)).await?.receipt {
            Receipt::Placed(order) => Ok((order.id, order.pay_amount)),
            other => Err(unexpected(&other)),
        }
    }

    async fn pay(&self, order: NewOrder) -> Result<(), Rejection> {
        let (user, key) = (order.user, order.key.clone());
        let (order_id, amount) = self.place(order).await?;
        let payment_id = PaymentId::new(self.runtime.ids.next());
        let start =
            StartPayment { payment_id, order_id, user_id: Some(user), channel: "sandbox".to_owned(), method: None, seen_amount: None };
        let key = (user.get(), "POST /v1/orders/{id}/payments", key);
        self.submit(Command::StartPayment(start), Some(key)).await?;
        let platform_no = Some(payment_id.to_string());
        let record = RecordAction { payment_id, platform_no: platform_no.clone(), action: ACTION.to_owned() };
        self.submit(Command::RecordAction(record), None).await?;
        let settle = SettlePayment {
            payment_id,
            channel: "sandbox".to_owned(),
            order_id: None,
            amount,
            currency: CURRENCY.to_owned(),
            platform_no,
            outcome: Told::Succeeded,
        };
        self.submit(Command::SettlePayment(settle), None).await.map(drop)
    }

    async fn read(&self, data: &Data, rng: &mut fastrand::Rng) -> Result<(), StoreError> {
        let (database, user) = (&self.runtime.database, data.any_user(rng));
        match (rng.u8(0..4), self.latest) {
            (0, Some(order)) => drop(database.order(order).await?),
            (1, _) => drop(database.order_page(Some(user), None, OrderId::new(i64::MAX), 20).await?),
            (2, _) => drop(database.goods_page(GoodsId::new(0), 20).await?),
            _ => drop(database.account(user).await?),
        }
        Ok(())
    }
}

fn unexpected(receipt: &Receipt) -> Rejection {
    Rejection::new(rocketmall_core::rejection::Reason::Internal, format!("an unexpected answer: {receipt:?}"))
}

impl Client for EngineClient {
    async fn act(&mut self, scenario: Scenario, data: &Data, rng: &mut fastrand::Rng) -> Outcome {
        if scenario == Scenario::Mixed && rng.u8(0..5) > 0 {
            return self.read(data, rng).await.map_or_else(|error| Outcome::Failed(error.to_string()), |()| Outcome::Done(1));
        }
        let Some(order) = data.order(scenario, rng) else { return Outcome::Exhausted };
        let refused = order.refused;
        let done = if scenario == Scenario::Pay {
            self.pay(order).await
        } else {
            self.place(order).await.map(|(order, _)| self.latest = Some(order))
        };
        match done {
            Ok(()) if refused => Outcome::Failed("an order was taken that must be refused".to_owned()),
            Ok(()) => Outcome::Done(1),
            Err(rejection) if refused && rejection.reason.kind() != rocketmall_core::rejection::Kind::Unavailable => Outcome::Refused,
            Err(rejection) => Outcome::Failed(rejection.to_string()),
        }
    }
}
