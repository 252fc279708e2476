//! What cannot be kept is refused before anything is changed, and named.

use rocketmall_core::part::Parts;
use rocketmall_store::migrate;

use crate::original::{one, original, run};

#[tokio::test]
async fn rows_that_cannot_be_kept_are_named_and_nothing_is_changed() {
    let home = original().await;
    let database = home.open().await;
    run(
        &database,
        "insert into trade_goods_number_log values (7, 'A-17', -1, null), (7, '99999999999999999999', -1, null);
         insert into trade_goods (goods_id, goods_name) values (8, 'no price');
         insert into trade_mq_producer_temp (id) values ('0f-uuid');
         update trade_user set user_money = 9999999999 where user_id = 2;
         alter table trade_coupon engine=MyISAM",
    )
    .await;
    let columns = "select count(*) from information_schema.columns where table_schema = database() and table_name <> 'trade_migration'";
    let before = one(&database, columns).await;
    let refused = migrate::migrate(&database).await.expect_err("refused").to_string();
    for named in
        ["\"A-17\"", "\"99999999999999999999\"", "goods without a price", ": 8", "\"0f-uuid\"", "99999999.99", ": 2", "\"trade_coupon\""]
    {
        assert!(refused.contains(named), "{named}: {refused}");
    }
    assert_eq!(one(&database, columns).await, before);
    // of a role, what is its own alone
    let refused = migrate::migrate(&database.clone().of(Parts::COUPONS)).await.expect_err("refused").to_string();
    assert!(refused.contains("0f-uuid") && !refused.contains("A-17"), "{refused}");
    run(&database, "alter table trade_coupon engine=InnoDB; delete from trade_mq_producer_temp where id = '0f-uuid'").await;
    migrate::migrate(&database.of(Parts::COUPONS)).await.expect("a coupon has nothing that cannot be kept");
}
