//! One command that the database refuses never fails its neighbours in the batch, and is answered with the number of its step.

use rocketmall_core::basket::Basket;
use rocketmall_core::command::{Command, CorrectBalance, Request};
use rocketmall_core::id::{CouponId, GoodsId, UserId};
use rocketmall_core::order::PayStatus;
use rocketmall_core::rejection::Reason;
use rocketmall_store::Dialect;
use rocketmall_store::verify::Limits;

use crate::audit::audited;
use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, cents, placed};

/// A shop in which the rows of one kind of goods, one coupon and one user can be made to fail.
struct Poisoned {
    process: Process,
    good: GoodsId,
    bad: GoodsId,
    user: UserId,
    bad_user: UserId,
    bad_coupon: CouponId,
    _home: TestDatabase,
}

impl Poisoned {
    /// The database refuses each row for which `when` holds.
    async fn shop(event: &str, table: &str, when: impl Fn(&Self) -> String) -> Self {
        let home = TestDatabase::create().await;
        let process = Process::start(&home, &Clock::new()).await;
        let (good, bad) = (process.goods("200.00", 100).await, process.goods("200.00", 100).await);
        let (user, bad_user) = (process.user("0.00").await, process.user("1000.00").await);
        let bad_coupon = process.coupon(bad_user, "5.00").await;
        let shop = Self { process, good, bad, user, bad_user, bad_coupon, _home: home };
        let when = when(&shop);
        let trigger = match shop.process.database.dialect() {
            Dialect::Sqlite => {
                format!("create trigger poison before {event} on {table} when {when} begin select raise(abort, 'the trigger says no'); end")
            }
            Dialect::Mysql => format!(
                "create trigger poison before {event} on {table} for each row
                if {when} then signal sqlstate '45000' set message_text = 'the trigger says no'; end if"
            ),
        };
        shop.process.sql(&trigger).await;
        shop
    }

    /// Seven orders in one batch, the poisoned one in their middle.
    async fn refuses(&self, poisoned: Basket, reason: Reason, code: i32) {
        let mut baskets = vec![basket(self.user, &[(self.good, 1)]); 7];
        baskets[3] = poisoned;
        let requests: Vec<Request> = baskets.into_iter().map(|basket| self.process.placing(basket).into()).collect();
        let ran = self.process.run(requests).await;
        for (number, answer) in ran.answers.into_iter().enumerate() {
            match answer {
                Ok(answer) if number != 3 => drop(placed(answer.receipt)),
                Err(rejection) if number == 3 => assert_eq!((rejection.reason, rejection.reason.code()), (reason, code)),
                other => panic!("order {number}: {other:?}"),
            }
        }
        assert!(ran.transactions > 1 && !ran.fenced);
        let goods = self.process.database.goods(&[self.good, self.bad]).await.expect("goods can be read");
        assert_eq!(goods.iter().map(|goods| goods.stock).collect::<Vec<_>>(), [94, 100]);
        let report = audited(&self.process, Limits::default()).await;
        assert!(report.holds(), "a refused order left something: {:#?}", report.broken().collect::<Vec<_>>());
    }

    fn of_bad_goods(&self) -> Basket {
        basket(self.user, &[(self.good, 1), (self.bad, 1)])
    }

    fn paid_by_balance(&self) -> Basket {
        Basket { money_paid: cents("200.00"), ..basket(self.bad_user, &[(self.good, 1)]) }
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_saved() {
    let shop = Poisoned::shop("insert", "trade_order", |shop| format!("new.goods_id = {}", shop.bad)).await;
    shop.refuses(basket(shop.user, &[(shop.bad, 1)]), Reason::SaveFailed, 10004).await;
}

#[tokio::test]
async fn an_order_line_that_cannot_be_saved() {
    let shop = Poisoned::shop("insert", "trade_order_line", |shop| format!("new.goods_id = {}", shop.bad)).await;
    shop.refuses(shop.of_bad_goods(), Reason::SaveFailed, 10004).await;
}

#[tokio::test]
async fn stock_that_cannot_be_deducted() {
    let shop = Poisoned::shop("update", "trade_goods", |shop| format!("new.goods_id = {}", shop.bad)).await;
    shop.refuses(shop.of_bad_goods(), Reason::DeductFailed, 20004).await;
}

#[tokio::test]
async fn a_stock_log_that_cannot_be_written() {
    let when = |shop: &Poisoned| format!("new.goods_id = {} and new.cause = 1", shop.bad);
    let shop = Poisoned::shop("insert", "trade_goods_number_log", when).await;
    shop.refuses(shop.of_bad_goods(), Reason::DeductFailed, 20004).await;
}

#[tokio::test]
async fn a_coupon_that_cannot_be_used() {
    let shop = Poisoned::shop("update", "trade_coupon", |shop| format!("new.coupon_id = {}", shop.bad_coupon)).await;
    let basket = Basket { coupon_id: Some(shop.bad_coupon), ..basket(shop.bad_user, &[(shop.good, 1)]) };
    shop.refuses(basket, Reason::CouponUseFailed, 40003).await;
}

#[tokio::test]
async fn a_balance_that_cannot_be_deducted() {
    let shop = Poisoned::shop("update", "trade_user", |shop| format!("new.user_id = {}", shop.bad_user)).await;
    shop.refuses(shop.paid_by_balance(), Reason::BalanceDeductFailed, 30003).await;
}

#[tokio::test]
async fn a_money_log_that_cannot_be_written() {
    let shop = Poisoned::shop("insert", "trade_user_money_log", |shop| format!("new.user_id = {}", shop.bad_user)).await;
    shop.refuses(shop.paid_by_balance(), Reason::BalanceDeductFailed, 30003).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_stored() {
    let shop = Poisoned::shop("insert", "trade_mq_producer_temp", |shop| format!("new.msg_body like '%{}%'", shop.bad_user)).await;
    shop.refuses(shop.paid_by_balance(), Reason::SendFailed, 60003).await;
}

/// What the rules refuse is no trouble for the database: one transaction, and nothing of it stays.
#[tokio::test]
async fn a_refusal_by_the_rules_costs_no_second_transaction() {
    let shop = Poisoned::shop("insert", "trade_session", |_| "1 = 0".to_owned()).await;
    let wishes = [basket(shop.user, &[(shop.good, 1)]), basket(shop.user, &[(shop.good, 101)]), shop.paid_by_balance()];
    let ran = shop.process.run(wishes.map(|basket| shop.process.placing(basket).into()).into()).await;
    assert_eq!(ran.transactions, 1);
    assert_eq!(ran.messages.len(), 1);
    let [first, second, third] = ran.answers.try_into().expect("three answers");
    assert_eq!(placed(first.expect("placed").receipt).pay_status, PayStatus::Unpaid);
    assert_eq!(second.expect_err("too many").reason, Reason::StockTooLow);
    assert_eq!(placed(third.expect("placed").receipt).pay_status, PayStatus::Paid);
}

/// Every request of a batch may be poison, and the batch of any length.
#[tokio::test]
async fn all_but_one_are_poison() {
    let shop = Poisoned::shop("update", "trade_user", |shop| format!("new.user_id = {}", shop.bad_user)).await;
    let correction = |user| CorrectBalance { user_id: user, delta: cents("1.00"), reason: "a test".to_owned() };
    let mut commands = vec![Command::CorrectBalance(correction(shop.bad_user)); 13];
    commands[12] = Command::CorrectBalance(correction(shop.user));
    let ran = shop.process.run(commands.into_iter().map(Request::from).collect()).await;
    let accepted: Vec<bool> = ran.answers.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, (0..13).map(|number| number == 12).collect::<Vec<_>>());
}
