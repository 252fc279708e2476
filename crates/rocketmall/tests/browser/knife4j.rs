//! `/doc.html`: the real Knife4j shows the calls and sends them.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use thirtyfour::prelude::*;

use crate::browser::{Browser, visit};
use crate::journal::Known;
use crate::server::Door;

const ONLY_200: Known = Known(
    "reading 'responseDescriptionFind'",
    "Knife4j 4.5.0 describes the fields of an answer only where its status is 200; this one's is 201",
);

/// Finds a call in the menu, opens it there, and sends it from the tab "调试" as it stands; the answer's text.
async fn send(page: &Browser, menu: &str, operation: &str, screenshot: &str) -> Result<String> {
    page.click(By::XPath(format!("//*[contains(@class,'ant-menu-submenu-title')][.//span[text()='{menu}']]"))).await?;
    page.click(By::Css(format!("a[href$='/{menu}/{operation}']"))).await?;
    page.text(By::Css(".ant-tabs-tabpane-active .knife4j-api-summary-path"), |text| text.starts_with('/')).await?;
    page.screenshot(&format!("{screenshot}-document")).await?;
    page.click(By::XPath("//*[@role='tab'][contains(.,'调试')]".to_owned())).await?;
    page.click(By::Css("button.knife4j-api-send")).await?;
    let answer = page.text(By::Css("[id^='responseEditorContent'] .ace_text-layer"), |text| text.trim_end().ends_with('}')).await;
    page.screenshot(&format!("{screenshot}-answer")).await?;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn confirms_the_contracts_order() {
    visit(Door::Development, async |page, server| {
        page.open("/doc.html").await?;
        page.text(By::Css("body"), |text| text.contains("RocketMall") && text.contains("contract")).await?;
        page.screenshot("knife4j").await?;
        let answer = send(&page, "contract", "contract_confirm", "knife4j-confirm").await?;
        ensure!(answer.contains("\"code\": 0") && answer.contains("正确"), "{answer}");
        ensure!(server.orders().await? == 1, "the order is not in the shop");
        page.is_clean(&[]).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn places_an_order_whose_ids_are_not_rounded() {
    visit(Door::Development, async |page, server| {
        page.open("/doc.html").await?;
        let answer = send(&page, "orders", "orders_place", "knife4j-order").await?;
        let order = &server.get("/v1/orders").await?["items"][0];
        for (field, value) in order.as_object().context("an order")? {
            if let Value::String(text) = value {
                ensure!(answer.contains(&format!("\"{field}\": \"{text}\"")), "{field} is {text}, the page shows {answer}");
            }
        }
        page.is_clean(&[ONLY_200]).await
    })
    .await;
}
