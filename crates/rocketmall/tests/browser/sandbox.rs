//! The sandbox platform's page: the customer presses its button, and the order is paid.

use anyhow::Context as _;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::browser::visit;
use crate::server::Door;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_by_pressing_the_button() {
    visit(Door::Development, async |page, server| {
        let order = json!({ "lines": [{ "goods_id": "345959443973935104", "number": 1 }], "address": "新西兰", "consignee": "小明" });
        let order = server.post("/v1/orders", &order).await?;
        let id = order["id"].as_str().context("an order")?;
        let payment = server.post(&format!("/v1/orders/{id}/payments"), &json!({ "channel": "sandbox" })).await?;
        page.open(payment["action"]["url"].as_str().context("an address")?).await?;
        page.text(By::Css(".amount"), |text| text.contains("5,000.00")).await?;
        page.screenshot("sandbox").await?;
        page.click(By::Css("button[value='paid']")).await?;
        page.text(By::Css(".state"), |text| text.contains("已支付")).await?;
        server.wait_until_paid(id).await?;
        page.screenshot("sandbox-paid").await?;
        page.is_clean(&[]).await
    })
    .await;
}
