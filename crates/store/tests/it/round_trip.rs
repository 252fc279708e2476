//! What a command answers is what the database holds afterwards: every kind of row, saved and loaded.

use rocketmall_core::basket::Basket;
use rocketmall_core::command::{
    CancelCause, Command, Consume, Consumed, EditGoods, Outcome, Receipt, RecordAction, RefundOutcome, RegisterUser,
};
use rocketmall_core::coupon::Coupon;
use rocketmall_core::goods::{Goods, MAX_STOCK};
use rocketmall_core::id::{CouponId, GoodsId, MessageId, Timestamp, UserId};
use rocketmall_core::message::{Body, InboxState, Message, SUBSCRIPTIONS};
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::Reason;
use rocketmall_store::messages::{InboxStage, Incoming, MessageFilter, Part, Place, Walk};

use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents, keyed, placed};
use crate::story::Story;

async fn opened() -> (TestDatabase, Process) {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    (home, process)
}

/// As large as the tables say.
fn largest(id: i64, now: Timestamp) -> Goods {
    let (name, desc) = ("品".repeat(255), "😀".repeat(2000));
    Goods { id: GoodsId::new(id), name, desc, price: Cents::MAX, stock: MAX_STOCK, created_at: now }
}

#[tokio::test]
async fn goods_accounts_and_coupons() {
    let (_home, process) = opened().await;
    let (now, database) = (process.clock.now(), &process.database);
    let mut goods = largest(process.fresh_id(), now);
    process.must(Command::CreateGoods(goods.clone())).await;
    assert_eq!(database.goods(&[goods.id]).await.expect("readable"), [goods.clone()]);
    process.must(Command::EditGoods(EditGoods { goods_id: Some(goods.id), price: Some(cents("0.01")), ..EditGoods::default() })).await;
    goods.price = cents("0.01");
    assert_eq!(database.goods(&[goods.id]).await.expect("readable"), [goods]);

    let id = UserId::new(i64::MAX);
    let account = rocketmall_core::account::Account {
        id,
        name: "安娜 😀".repeat(20),
        mobile: "+8613800000000123456".to_owned(),
        balance: Cents::MAX,
        score: 0,
        created_at: now,
    };
    process.must(Command::RegisterUser(RegisterUser { account: account.clone(), password_hash: "$argon2id$…".to_owned() })).await;
    assert_eq!(database.account(id).await.expect("readable"), Some(account.clone()));
    assert_eq!(database.login(&account.mobile).await.expect("readable"), Some((id, "$argon2id$…".to_owned())));

    // beyond the 32 bits of seconds that end in 2038
    for expires_at in
        [None, Some(now.after(1)), Some(Timestamp::from_millis(4_102_444_800_123)), Some(Timestamp::from_millis(253_402_300_799_999))]
    {
        let coupon_id = CouponId::new(process.fresh_id());
        let coupon =
            Coupon { id: coupon_id, user_id: id, price: cents("0.01"), min_spend: Cents::MAX, expires_at, used: None, created_at: now };
        process.must(Command::CreateCoupon(coupon.clone())).await;
        assert_eq!(database.coupon(coupon_id).await.expect("readable"), Some(coupon));
    }
}

#[tokio::test]
async fn orders_with_all_their_lines() {
    let (_home, process) = opened().await;
    let user = process.user("1.00").await;
    let mut lines = Vec::new();
    for _ in 0..100 {
        let goods = Goods { price: cents("1.99"), ..largest(process.fresh_id(), process.clock.now()) };
        lines.push((goods.id, 7));
        process.must(Command::CreateGoods(goods)).await;
    }
    let coupon = process.coupon(user, "2.50").await;
    let wish = Basket { coupon_id: Some(coupon), money_paid: cents("0.01"), ..basket(user, &lines) };
    let placing = process.placing(wish);
    let order = placed(process.must(keyed(placing.clone(), user, "place", "k")).await);
    assert_eq!(order.lines.len(), 100);
    assert_eq!(process.database.order(order.id).await.expect("readable"), Some(order.clone()));
    // the answer that is remembered under the key is as long as this order is large
    assert_eq!(placed(process.must(keyed(placing, user, "place", "k")).await), order);

    process.clock.pass(1_001);
    let Receipt::Cancelled(cancelled) = process.must(crate::process::cancelling(order.id, CancelCause::User(user))).await else {
        panic!("not cancelled")
    };
    assert_eq!(process.database.order(order.id).await.expect("readable"), Some(*cancelled));
    process.deliver().await;
    let stock = process.database.stock_log_of(order.id).await.expect("readable");
    assert_eq!((stock.len(), stock.iter().map(|entry| entry.number).sum::<i64>()), (200, 0));
    assert_eq!(process.database.money_log_of(order.id).await.expect("readable").len(), 2);
    assert_eq!(process.database.coupon(coupon).await.expect("readable").and_then(|coupon| coupon.used), None);
}

#[tokio::test]
async fn payments_refunds_and_their_log() {
    let story = Story::tell().await;
    let database = &story.process.database;
    let attempt = database.payment(story.open_attempt).await.expect("readable").expect("there");
    let action = format!("{{\"url\":\"/{}\"}}", "路".repeat(1000));
    let record = RecordAction { payment_id: attempt.id, platform_no: Some("号".repeat(128)), action };
    let Receipt::Started(recorded) = story.process.must(Command::RecordAction(record)).await else { panic!("not recorded") };
    assert_eq!(database.payments_of(story.paying).await.expect("readable"), [*recorded.clone()]);

    story.process.clock.pass(17);
    story.process.notify(&recorded, Outcome::Succeeded).await;
    let paid = database.payment(attempt.id).await.expect("readable").expect("there");
    assert_eq!(paid.paid_at, Some(story.process.clock.now()));

    let why = "退".repeat(255);
    story.process.finish(story.second_refund, RefundOutcome::Failed(why.clone())).await;
    let refund = database.refund(story.second_refund).await.expect("readable").expect("there");
    assert_eq!((refund.remark, refund.finished_at), (Some(why), Some(story.process.clock.now())));
    let log = database.payment_log_of(story.cancelled).await.expect("readable");
    let late = database.payment(story.late_payment).await.expect("readable").expect("there");
    assert_eq!(log.iter().map(|(payment, _, amount, _)| (*payment, *amount)).collect::<Vec<_>>(), [(late.id.get(), late.amount); 2]);
}

/// A message that nobody can read, tried until it is dead.
#[tokio::test]
async fn messages_and_what_became_of_them() {
    let (_home, process) = opened().await;
    let subscription = &SUBSCRIPTIONS[0];
    let message = Message {
        id: MessageId::new(process.fresh_id()),
        topic: subscription.topic.to_owned(),
        tag: subscription.tag.to_owned(),
        key: "k".repeat(64),
        body: "坏了 😀 {".to_owned(),
        created_at: process.clock.now(),
        trace: None,
    };
    let consume = Consume::new(subscription, &message);
    let why = Body::read(subscription.topic, subscription.tag, &message.body).expect_err("this is no JSON").to_string();
    for times in 1..=3 {
        let answer = process.must(Command::Consume(consume.clone())).await;
        let rows = process.database.incoming_with(&[message.id.to_string()]).await.expect("readable");
        let [Incoming { row, .. }] = rows.as_slice() else { panic!("one group, one row: {rows:?}") };
        assert_eq!((row.times, &row.body, row.at, row.remark.as_deref()), (times, &message.body, process.clock.now(), Some(why.as_str())));
        match (&row.state, answer) {
            (InboxState::Retrying { due }, Receipt::Consumed(Consumed::Retry(at))) => assert_eq!(*due, at),
            (InboxState::Dead, Receipt::Consumed(Consumed::Dead)) => assert_eq!(times, 3),
            other => panic!("{other:?}"),
        }
        process.clock.pass(60_000);
    }
    process.must(Command::Replay(consume.inbox_key())).await;
    let mut walk = Walk::new(&[Part::Incoming(InboxStage::Retrying)], MessageFilter::default(), Place::default());
    let retried = walk.next(&process.database, 10).await.expect("readable");
    assert_eq!(retried.len(), 1);
}

/// Refused, never cut: half a number of the platform's would be another payment's.
#[tokio::test]
async fn a_text_longer_than_its_column_is_not_cut() {
    let story = Story::tell().await;
    let long = "9".repeat(2_000);
    let record = RecordAction { payment_id: story.open_attempt, platform_no: Some(long.clone()), action: "{}".to_owned() };
    let answer = story.process.answer(Command::RecordAction(record)).await;
    let kept = story.process.database.payment(story.open_attempt).await.expect("readable").expect("there").platform_no;
    match answer {
        Ok(_) => assert_eq!(kept, Some(long)),
        Err(rejection) => assert_eq!((rejection.reason, kept), (Reason::Internal, None)),
    }
}
