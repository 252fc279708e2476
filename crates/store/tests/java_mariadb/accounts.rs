//! Accounts: balance, score, and who may log in.

use rocketmall_core::account::Account;
use rocketmall_core::command::{Command, RegisterUser};
use rocketmall_core::id::{OrderId, UserId};
use rocketmall_core::money::Cents;
use rocketmall_core::part::Parts;
use rocketmall_core::saga::DebitBalance;
use rocketmall_store::verify::{Limits, audit};

use crate::original::{LIU_BEI, ask, one, run, taken_over};
use crate::process::{Process, cents};

fn debiting(order: i64, user: UserId, amount: &str) -> Command {
    Command::DebitBalance(DebitBalance { order_id: OrderId::new(order), user_id: user, amount: cents(amount) })
}

async fn broken(process: &Process) -> (Vec<&'static str>, Vec<String>) {
    let report = audit(&process.database, process.clock.now(), Limits::default()).await.expect("an audit");
    let known =
        report.found_at_take_over.iter().flat_map(|check| check.found.iter().map(move |found| format!("{} {}", check.name, found.id)));
    (report.broken().map(|check| check.name).collect(), known.collect())
}

#[tokio::test]
async fn its_rows_stay_and_their_sum_is_the_balance() {
    let (_home, process) = taken_over(Parts::ACCOUNTS).await;
    let openings =
        "select user_id, cast(use_money * 100 as signed), reason from trade_user_money_log where money_log_type = 3 order by user_id";
    let wanted = ["2 | 0 | taken over".to_owned(), "3 | -238000 | taken over".into(), format!("{LIU_BEI} | 100000 | taken over")];
    assert_eq!(ask(&process.database, openings).await, wanted);
    // the balance that the original let go below 0 is told apart
    assert_eq!(broken(&process).await, (vec![], vec!["balance_negative 3".to_owned()]));
    process.answer(debiting(2001, UserId::new(3), "1.00")).await.expect_err("there is less than nothing");
    let account = process.database.account(UserId::new(2)).await.expect("a look").expect("the account");
    assert_eq!((account.name.as_str(), account.balance, account.score), ("", Cents::ZERO, 0));
}

#[tokio::test]
async fn each_side_reads_what_the_other_booked() {
    let (_home, process) = taken_over(Parts::ACCOUNTS).await;
    let database = &process.database;
    process.must(debiting(2001, LIU_BEI, "100.50")).await;
    let money = format!("select cast(user_money * 100 as signed) from trade_user where user_id = {LIU_BEI}");
    assert_eq!(one(database, &*money).await, "79950");
    let seen = format!(
        "select use_money * 100 = 10050 from trade_user_money_log where user_id = {LIU_BEI} and order_id = 2001 and money_log_type = 1"
    );
    assert_eq!(one(database, seen).await, "1");
    // it pays back as its mapper does: every column, and its log's row
    run(
        database,
        format!(
            "update trade_user set user_name = '刘备', user_password = '123L', user_mobile = '18888888888L', user_score = 100, user_reg_time = '2019-07-09 05:37:03',
               user_money = 900.00 where user_id = {LIU_BEI};
             insert into trade_user_money_log (user_id, order_id, money_log_type, use_money, create_time) values ({LIU_BEI}, 2001, 2, 100.50, '2020-01-02 10:00:00')"
        ),
    )
    .await;
    assert_eq!(broken(&process).await.0, Vec::<&str>::new());
    // a user that it puts in, with what it knows
    run(database, "insert into trade_user (user_name, user_password, user_mobile, user_score, user_reg_time, user_money) values ('关羽', 'x', '13700000000', null, null, 5)").await;
    let guan_yu = one(database, "select user_id from trade_user where user_mobile = '13700000000'").await.parse().expect("an id");
    process.must(debiting(2002, UserId::new(guan_yu), "5.00")).await;
}

#[tokio::test]
async fn a_number_that_two_have_logs_nobody_in_until_each_has_its_own() {
    let (_home, process) = taken_over(Parts::ACCOUNTS).await;
    let database = &process.database;
    assert_eq!(database.login("18888888888L").await.expect("a look"), Some((LIU_BEI, "123L".to_owned())));
    assert_eq!(database.login("13900000000").await.expect("a look"), None);
    let account = |mobile: &str| {
        let id = UserId::new(process.fresh_id());
        let account = Account {
            id,
            name: "x".to_owned(),
            mobile: mobile.to_owned(),
            balance: Cents::ZERO,
            score: 0,
            created_at: process.clock.now(),
        };
        Command::RegisterUser(RegisterUser { account, password_hash: "a hash".to_owned() })
    };
    process.answer(account("13900000000")).await.expect_err("two have it");
    process.must(account("13900000001")).await;
    run(database, "update trade_user set user_mobile = '13900000002', mobile_shared = 0 where user_id = 2; update trade_user set mobile_shared = 0 where user_id = 3").await;
    assert_eq!(database.login("13900000000").await.expect("a look"), Some((UserId::new(3), "zhangfei".to_owned())));
    assert!(database.set_password(LIU_BEI, "$argon2id$").await.expect("set"));
    assert_eq!(database.login("18888888888L").await.expect("a look"), Some((LIU_BEI, "$argon2id$".to_owned())));
    assert!(!database.set_password(UserId::new(99), "$argon2id$").await.expect("nobody's"));
}
