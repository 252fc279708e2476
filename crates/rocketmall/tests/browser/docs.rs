//! `/docs`: a person opens the page, sends the example of an order, and sees the order.

use anyhow::{Result, ensure};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::browser::{Browser, visit};
use crate::server::Door;

/// Opens the call and sends its example; the order that the page shows.
async fn place(page: &Browser) -> Result<Value> {
    page.click(By::Css("#operations-orders-orders_place .opblock-summary-control")).await?;
    page.click(By::Css("#operations-orders-orders_place button.execute")).await?;
    let status = By::Css("#operations-orders-orders_place .live-responses-table tbody .response-col_status");
    page.text(status, |text| text.lines().next() == Some("201")).await?;
    let body = By::Css("#operations-orders-orders_place .live-responses-table .highlight-code pre");
    Ok(serde_json::from_str(&page.text(body, |text| text.contains("expires_at")).await?)?)
}

#[tokio::test(flavor = "multi_thread")]
async fn places_the_order_of_the_example() {
    visit(Door::Development, async |page, server| {
        page.open("/docs").await?;
        page.text(By::Css(".info .title"), |text| text.contains("RocketMall")).await?;
        page.screenshot("docs").await?;
        let order = place(&page).await?;
        page.scroll_to(By::Css("#operations-orders-orders_place .live-responses-table")).await?;
        page.screenshot("docs-order").await?;

        ensure!(order["pay_amount"] == "4900.00" && order["address"] == "新西兰", "another order: {order}");
        let placed = server.get(&format!("/v1/orders/{}", order["id"].as_str().unwrap_or_default())).await?;
        ensure!(placed == order, "the page shows {order}, the shop has {placed}");
        page.is_clean(&[]).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_it_places_the_order_outside_development() {
    visit(Door::Debug, async |page, server| {
        page.open("/docs").await?;
        page.click(By::Css(".scheme-container .authorize")).await?;
        page.fill_in(By::Css(".auth-container input"), &server.token()?).await?;
        page.screenshot("docs-authorize").await?;
        page.click(By::Css(".auth-btn-wrapper button.authorize")).await?;
        page.click(By::Css(".auth-btn-wrapper button.btn-done")).await?;
        let order = place(&page).await?;
        ensure!(order["user_id"] == "345963634385633280", "another's order: {order}");
        page.is_clean(&[]).await
    })
    .await;
}
