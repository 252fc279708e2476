//! Payments with a process and a database of their own: to the orders' process that one is the platform.

use std::sync::Arc;

use rocketmall::app::{self, Running};
use rocketmall::bus::confirm::confirm;
use rocketmall::cli::load_demo::demo_rows;
use rocketmall::config::{Flag, Sources, load};
use rocketmall::worker::timers::run_due_of;
use rocketmall_core::basket::{Basket, BasketLine};
use rocketmall_core::command::{CancelCause, CancelOrder, Command, Consume, Outcome, PlaceOrder, Receipt, SettlePayment, StartPayment};
use rocketmall_core::id::{GoodsId, OrderId, PaymentId, Timestamp, UserId};
use rocketmall_core::message::subscribers;
use rocketmall_core::order::{OrderStatus, PayStatus};
use rocketmall_core::part::Parts;
use rocketmall_core::payment::{CURRENCY, Payment, PaymentState};
use rocketmall_core::rejection::Reason;
use rocketmall_store::claim::{self, TimersOf};
use rocketmall_store::migrate;

use crate::shop::{GOODS, USER};

/// Everything but the payments, and the payments with the web's roles.
struct Apart {
    orders: Running,
    pay: Running,
    _folder: tempfile::TempDir,
}

async fn started(settings: &[(&'static str, String)]) -> Running {
    let flags = settings.iter().map(|(key, value)| Flag { key, name: "test", value: value.clone() }).collect();
    let config = load(&Sources { file: None, environment: Vec::new(), flags }).expect("a configuration").config;
    let mut running = app::start(&config, Arc::new(|| Timestamp::from_millis(1_800_000_000_000))).await.expect("it starts");
    // messages and timers are carried by hand: no broker is here
    running.end_loops().await;
    running.end_bus().await;
    running
}

impl Apart {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let free = || rocketmall_trial::ports::free().expect("a free port").to_string();
        let (orders_at, pay_at, web_at) = (free(), free(), free());
        let database = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
        let orders = [
            ("database", database("orders.db")),
            ("listen", "127.0.0.1:0".to_owned()),
            ("rpc_listen", orders_at.clone()),
            ("roles", "order,goods,coupon,user,message".to_owned()),
            ("peers.pay", pay_at.clone()),
            // it speaks with no platform
            ("channels.sandbox.enabled", "false".to_owned()),
        ];
        let of_orders = ["peers.order", "peers.goods", "peers.coupon", "peers.user", "peers.message"].map(|key| (key, orders_at.clone()));
        let pay = [
            ("database", database("pay.db")),
            ("listen", web_at.clone()),
            ("rpc_listen", pay_at),
            ("roles", "pay,pay-web".to_owned()),
            ("dev", "true".to_owned()),
            ("channels.sandbox.enabled", "true".to_owned()),
            ("channels.sandbox.secret", "a secret of the tests".to_owned()),
        ];
        let orders = started(&orders).await;
        demo_rows(orders.runtime()).await.expect("the demo rows");
        let pay = started(&[pay.to_vec(), of_orders.to_vec()].concat()).await;
        Self { orders, pay, _folder: folder }
    }

    async fn place(&self) -> OrderId {
        let line = BasketLine { goods_id: GoodsId::new(GOODS), number: 1, seen_price: None };
        let basket = Basket {
            user_id: UserId::new(USER),
            lines: vec![line],
            coupon_id: None,
            money_paid: "0".parse().expect("an amount"),
            seen_freight: None,
            seen_total: None,
            seen_pay_amount: None,
        };
        let place = PlaceOrder { order_id: OrderId::new(0), basket, address: "新西兰".to_owned(), consignee: String::new() };
        match self.pay.fleet.submit(Command::PlaceOrder(place)).await.expect("placed").receipt {
            Receipt::Placed(order) => order.id,
            other => panic!("{other:?}"),
        }
    }

    /// As a door does: opened by the orders' books, kept by the pay role, asked for at the platform.
    async fn open(&self, order_id: OrderId) -> Payment {
        let start = StartPayment {
            payment_id: PaymentId::new(0),
            order_id,
            user_id: None,
            channel: "sandbox".to_owned(),
            method: None,
            seen_amount: None,
        };
        let Receipt::Started(opened) = self.pay.fleet.submit(Command::StartPayment(start)).await.expect("opened").receipt else {
            panic!("not opened");
        };
        self.pay.channels.prepay(&self.pay.fleet, *opened).await.expect("the platform takes it")
    }

    /// The customer pays at the platform, whose notification is still to come.
    async fn pay(&self, payment: &Payment) {
        let action: serde_json::Value = serde_json::from_str(payment.action.as_deref().expect("an action")).expect("JSON");
        let page = action["url"].as_str().expect("a page");
        let answer = reqwest::Client::new().post(page).json(&serde_json::json!({"result": "paid"})).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }

    async fn settle(&self, payment: &Payment) -> bool {
        let settle = SettlePayment {
            payment_id: payment.id,
            channel: payment.channel.clone(),
            order_id: Some(payment.order_id),
            amount: payment.amount,
            currency: CURRENCY.to_owned(),
            platform_no: None,
            outcome: Outcome::Succeeded,
        };
        match self.pay.fleet.submit(Command::SettlePayment(settle)).await.expect("settled").receipt {
            Receipt::Settled { first, .. } => first,
            other => panic!("{other:?}"),
        }
    }

    /// What the pay role has to tell reaches its groups, which are all with the orders here.
    async fn deliver(&self) -> usize {
        let runtime = self.pay.runtime();
        let messages = claim::messages(&runtime.database, (runtime.clock)(), 10).await.expect("messages");
        for message in &messages {
            let consumes = subscribers(&message.topic, &message.tag).map(|subscription| Consume::new(subscription, message)).collect();
            for consume in confirm(&self.orders.fleet, consumes).await {
                self.orders.runtime().engine.submit(Command::Consume(consume)).await.expect("taken");
            }
            runtime.engine.submit(Command::MarkSent(message.id)).await.expect("marked");
        }
        messages.len()
    }

    /// The orders' timers, as long as any is due.
    async fn timers(&self) {
        while run_due_of(&self.orders.fleet, self.orders.runtime(), &self.orders.channels, TimersOf::Everybody).await.expect("timers") > 0 {
        }
    }

    async fn note(&self, id: PaymentId) -> Payment {
        self.orders.runtime().database.payment(id).await.expect("a read").expect("a note")
    }

    async fn row(&self, id: PaymentId) -> Payment {
        self.pay.runtime().database.payment(id).await.expect("a read").expect("a row")
    }

    async fn cancel(&self, order_id: OrderId) {
        let cancel = CancelOrder { order_id, cause: CancelCause::Shop, reason: None };
        self.orders.fleet.submit(Command::CancelOrder(cancel)).await.expect("called off");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_the_pay_roles_and_pays_an_order_elsewhere() {
    let apart = Apart::start().await;
    assert_eq!(migrate::parts(&apart.pay.runtime().database).await.expect("parts"), Parts::PAYMENTS);
    let order = apart.place().await;
    let payment = apart.open(order).await;
    assert!(payment.action.is_some());
    assert_eq!(apart.open(order).await, payment, "asking again finds the one that is open");
    assert_eq!(apart.note(payment.id).await.action, None, "what the platform said is the pay role's");
    apart.pay(&payment).await;
    assert!(apart.settle(&payment).await && !apart.settle(&payment).await);
    assert_eq!(apart.note(payment.id).await.state, PaymentState::Pending);

    assert_eq!(apart.deliver().await, 1);
    let paid = apart.orders.fleet.order(order).await.expect("a read").expect("an order");
    assert_eq!((paid.pay_status, paid.kept_payment), (PayStatus::Paid, Some(payment.id)));
    let told = claim::messages(&apart.orders.runtime().database, Timestamp::from_millis(1_800_000_000_000), 10).await.expect("messages");
    assert!(told.is_empty(), "the money is told of once: {told:?}");

    // called off: the money goes back through the pay role, whose row shows it
    apart.cancel(order).await;
    apart.timers().await;
    let refunds = apart.orders.fleet.refunds_of(order).await.expect("a read");
    assert_eq!(refunds.len(), 1);
    let (note, row) = (apart.note(payment.id).await, apart.row(payment.id).await);
    assert_eq!((note.state, row.state), (PaymentState::Refunded, PaymentState::Refunded), "{refunds:?}");
    assert_eq!((note.refunded, row.refunded), (payment.amount, payment.amount));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_called_off_closes_its_payment_at_the_platform() {
    let apart = Apart::start().await;
    let order = apart.place().await;
    let payment = apart.open(order).await;
    apart.cancel(order).await;
    assert!(apart.note(payment.id).await.close_wanted && apart.row(payment.id).await.is_open());
    apart.timers().await;
    let (note, row) = (apart.note(payment.id).await, apart.row(payment.id).await);
    assert_eq!((note.state, note.close_wanted), (PaymentState::Closed, false));
    assert_eq!((row.state, row.close_wanted), (PaymentState::Closed, false));

    // one that comes too late finds its order off, and goes back
    assert!(apart.settle(&payment).await);
    assert_eq!(apart.deliver().await, 1);
    let off = apart.orders.fleet.order(order).await.expect("a read").expect("an order");
    assert_eq!((off.status, off.pay_status), (OrderStatus::Cancelled, PayStatus::Unpaid));
    assert_eq!(apart.orders.fleet.refunds_of(order).await.expect("a read").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_came_is_not_asked_for_again() {
    let apart = Apart::start().await;
    let order = apart.place().await;
    let payment = apart.open(order).await;
    apart.settle(&payment).await;
    let again = apart.open(order).await;
    assert_eq!(again.id, payment.id);
    assert!(again.paid_at.is_some(), "the door sees that it is paid");
    // that the order heard of it at once changes nothing for its message
    assert_eq!(apart.deliver().await, 1);
    let paid = apart.orders.fleet.order(order).await.expect("a read").expect("an order");
    assert_eq!(paid.pay_status, PayStatus::Paid);
    // a message of which the pay role knows nothing is not believed
    let other = apart.place().await;
    let open = apart.open(other).await;
    let body = format!(r#"{{"payId":{},"orderId":{other},"payAmount":{},"isPaid":2,"userId":{USER}}}"#, open.id, open.amount);
    let forged = rocketmall_core::message::Message {
        id: rocketmall_core::id::MessageId::new(1),
        topic: "payTopic".to_owned(),
        tag: "paid".to_owned(),
        key: open.id.to_string(),
        body,
        created_at: Timestamp::from_millis(1),
        trace: None,
    };
    let hears = subscribers("payTopic", "paid").find(|heard| heard.group == "pay_payTopic_group").expect("the order's group");
    for consume in confirm(&apart.orders.fleet, vec![Consume::new(hears, &forged)]).await {
        apart.orders.runtime().engine.submit(Command::Consume(consume)).await.expect("its row says why not");
    }
    let unpaid = apart.orders.fleet.order(other).await.expect("a read").expect("an order");
    assert_eq!(unpaid.pay_status, PayStatus::Paying);
    // nor is one that names another order
    let wrong = SettlePayment {
        payment_id: open.id,
        channel: open.channel.clone(),
        order_id: Some(order),
        amount: open.amount,
        currency: CURRENCY.to_owned(),
        platform_no: None,
        outcome: Outcome::Succeeded,
    };
    let refused = apart.pay.fleet.submit(Command::SettlePayment(wrong)).await.expect_err("another order's");
    assert_eq!(refused.reason, Reason::PaymentUnknown);
}
