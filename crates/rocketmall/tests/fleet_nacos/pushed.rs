//! What an operator writes into Nacos acts in every process, without a restart.

use std::time::{Duration, Instant};

use crate::client::{Call, Client, basket};
use crate::server::{Server, free_port, run_with};
use crate::target;

/// A change is pushed well within this.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) async fn configuration() {
    let target = target::registered().await;
    let port = free_port();
    let server = Server::start(&target.url(), port, &[]).await;
    let client = Client::of(&[port]);
    let (user, goods) = (client.user("0.00").await, client.goods("5.00", 100).await);
    assert_eq!(freight(&client, &user, &goods).await, "10.00");

    push(&target, "log_level = \"error\"\n[order]\nfreight = \"7.50\"\n").await;
    until_freight(&client, &user, &goods, "7.50").await;
    // what cannot be used is refused as a whole, and what needs a restart is no key there
    for wrong in ["order.freight = \"minus one\"\nlog_level = \"info\"", "order.freight = \"1.00\"\nlimits.queue = 5", "order.freight ="] {
        push(&target, wrong).await;
    }
    push(&target, "order.freight = \"8.00\"").await;
    until_freight(&client, &user, &goods, "8.00").await;

    let shown = run_with(target.fleet(), &["config"]);
    let line = shown.lines().find(|line| line.starts_with("order.freight")).expect("the freight");
    assert!(line.contains("8.00") && line.contains("Nacos"), "{line}");
    push(&target, "order.freight = \"minus one\"").await;
    assert_eq!(freight(&client, &user, &goods).await, "8.00", "the last good one stays");
    assert!(server.terminate().await.0.success());
}

async fn push(target: &target::Target, content: &str) {
    target.fleet().registry().publish(content).await;
}

async fn freight(client: &Client, user: &str, goods: &str) -> String {
    let call = Call { path: "/v1/orders", user, key: "", body: Some(basket(goods, 1)) };
    let (status, order) = client.surely(0, call).await;
    assert_eq!(status, 201, "{order}");
    order["shipping_fee"].as_str().expect("a freight").to_owned()
}

async fn until_freight(client: &Client, user: &str, goods: &str, wanted: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let shown = freight(client, user, goods).await;
        if shown == wanted {
            return;
        }
        assert!(Instant::now() < until, "freight is {shown}, not {wanted}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
