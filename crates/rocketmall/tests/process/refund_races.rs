//! Many at once for one order's money.

use serde_json::{Value, json};

use crate::client::{Call, Client, at_once, basket, below, made};
use crate::races::servers;
use crate::settle::{holds, none_left};
use crate::target::Target;
use rocketmall_store::{Database, Statement};

/// Paid with 105.00 through the sandbox and 5.00 of the balance.
async fn paid_order(client: &Client, goods: &str, database: &Database) -> (String, String) {
    let user = client.user("5.00").await;
    let mut body = basket(goods, 1);
    body["money_paid"] = json!("5.00");
    let order = made(&client.post_as(&user, "", "/v1/orders", body).await);
    let (status, payment) = client.post_as(&user, "", &format!("/v1/orders/{order}/payments"), json!({"channel": "sandbox"})).await;
    assert_eq!(status, 201, "{payment}");
    let page = payment["action"]["url"].as_str().expect("a page");
    assert_eq!(client.post_as("", "", page, json!({"result": "paid"})).await.0, 200);
    none_left(database, "select count(*) from trade_order where order_status = 1 and pay_status <> 2").await;
    (user, order)
}

async fn all_at_once(client: &Client, calls: Vec<(String, String, Value)>) -> Vec<(u16, Value)> {
    at_once(calls.into_iter().enumerate().map(|(turn, (path, user, body))| {
        let client = client.clone();
        async move { client.surely(turn, Call { path: &path, user: &user, key: "", body: Some(body) }).await }
    }))
    .await
}

/// Forty ask for 10.00 of 110.00, each that was taken is approved three times: eleven get it, once. Then an order is shipped, called
/// off and refunded in the same moment.
pub(crate) async fn all(target: &Target, count: usize) {
    let (servers, client) = servers(target, count, &[]).await;
    let database = Database::open(&target.url()).await.expect("the database");
    let goods = client.goods("100.00", 1_000).await;
    for _ in 0..5 {
        let (user, order) = paid_order(&client, &goods, &database).await;
        let ask = (format!("/v1/orders/{order}/refunds"), user.clone(), json!({"amount": "10.00", "reason": "a race"}));
        let answers = all_at_once(&client, vec![ask; 40]).await;
        let taken: Vec<_> = answers.iter().filter(|answer| answer.0 == 201).map(made).collect();
        assert_eq!((taken.len(), answers.iter().filter(|answer| answer.0 == 409).count()), (11, 29), "110.00 is eleven times 10.00");
        let approve = |refund: &String| vec![(format!("/v1/refunds/{refund}/approve"), String::new(), json!({})); 3];
        let answers = all_at_once(&client, taken.iter().flat_map(approve).collect()).await;
        assert!(answers.iter().all(|answer| answer.0 == 200), "{answers:?}");
        none_left(&database, "select count(*) from trade_refund where refund_state <> 2").await;
        let after = client.get(&format!("/v1/orders/{order}")).await;
        assert_eq!((&after["status"], &after["refunded_amount"]), (&json!("refunded"), &json!("110.00")));
    }
    let back = Statement { name: "trial", sql: "select cast(sum(refunded) as char) from sandbox_payment" };
    let back = database.query(back, Vec::new()).await.expect("the platform's rows");
    assert_eq!(back, [["52500".into()]], "the platform gave back what it was paid, once");
    for _ in 0..40 {
        let (user, order) = paid_order(&client, &goods, &database).await;
        let path = format!("/v1/orders/{order}");
        let mut calls = vec![
            (format!("{path}/ship"), String::new(), json!({"carrier": "SF", "tracking_no": "1"})),
            (format!("{path}/cancel"), user.clone(), json!({})),
            (format!("{path}/refunds"), user, json!({"reason": "a race"})),
        ];
        calls.rotate_left(usize::try_from(below(3)).expect("small"));
        for (status, answer) in all_at_once(&client, calls).await {
            assert!(matches!(status, 200 | 201 | 202 | 409), "{status} {answer}");
        }
    }
    none_left(&database, "select count(*) from trade_refund where refund_state in (0, 1)").await;
    let both =
        "select count(*) from trade_order o join trade_refund r on r.order_id = o.order_id where o.shipping_status <> 0 and r.cause = 3";
    none_left(&database, both).await;
    client.settle_requests(&database).await;
    holds(&target.url()).await;
    for server in servers {
        assert!(server.terminate().await.0.success());
    }
}

impl Client {
    /// The shop refuses every refund that waits for its word.
    async fn settle_requests(&self, database: &Database) {
        let waiting = Statement { name: "trial", sql: "select cast(refund_id as char) from trade_refund where refund_state = 4" };
        for row in database.query(waiting, Vec::new()).await.expect("refunds") {
            let Some(rocketmall_store::Value::Text(id)) = row.first() else { panic!("{row:?}") };
            assert_eq!(self.post(&format!("/v1/refunds/{id}/reject"), json!({"reason": "shipped"})).await.0, 200);
        }
    }
}
