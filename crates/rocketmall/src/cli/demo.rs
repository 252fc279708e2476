//! `rocketmall demo`: the main job before your eyes, over HTTP, as a customer and a payment platform do it.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::failure::Failure;
use super::load_demo::demo_rows;
use super::options::DemoOptions;
use super::{output, serve, timeline, verify};
use crate::app::{self, Running};
use crate::clock;
use crate::config::{DatabaseUrl, Loaded};
use crate::demo_data as demo;

/// The order shows paid within this, or something is wrong.
const DEADLINE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub(super) async fn run(loaded: &Loaded, wanted: &DemoOptions) -> Result<ExitCode, Failure> {
    let mut config = loaded.config.clone();
    config.check_served()?;
    // a file's database is the one that a shop works on: a demo touches it only if it is named for this run
    let folder = if loaded.is_set_for_this_run("database") { None } else { Some(temporary_folder()?) };
    if let Some(folder) = &folder {
        config.database = DatabaseUrl::parse(&format!("sqlite:{}", folder.path().join("demo.db").display())).map_err(Failure::Usage)?;
    }
    let mut signals = serve::signals()?;
    let running = app::start(&config, clock::system()).await?;
    let (url, database) = (config.public_url(running.address), config.database.to_string());
    let shown = tokio::select! {
        shown = show(&running, &url, &database) => shown,
        () = signals.told() => Err(Failure::Check("stopped before the order was paid".to_owned())),
    };
    let waiting = if shown.is_ok() && !wanted.exit { output::print("\nServing until Ctrl-C.\n") } else { Ok(()) };
    match (shown, waiting) {
        (Ok(_), Ok(())) if !wanted.exit => {
            running.until_told(&mut signals).await;
            Ok(ExitCode::SUCCESS)
        }
        (shown, waiting) => {
            running.stop().await;
            waiting.and(shown)
        }
    }
}

fn temporary_folder() -> Result<tempfile::TempDir, Failure> {
    let made = tempfile::Builder::new().prefix("rocketmall-demo-").tempdir();
    made.map_err(|error| {
        Failure::Unreachable(format!("no temporary folder can be made: {error}; name a place with --database sqlite:PATH"))
    })
}

/// Places an order, pays it, and shows what came of it. Success only if it ended paid and nothing is wrong.
async fn show(running: &Running, public_url: &str, database: &str) -> Result<ExitCode, Failure> {
    demo_rows(running.runtime()).await?;
    let shop = Customer::new(running.address)?;
    output::print(&format!("RocketMall listens on {public_url}, its database is {database}\n\n"))?;
    let coupon = running.runtime().database.coupon(demo::COUPON).await?.filter(|coupon| coupon.used.is_none());
    let order = shop.place(coupon.map(|coupon| coupon.id.to_string())).await?;
    let id = text(&order["id"]);
    output::print(&format!("placed order {id}: {} to pay\n", text(&order["pay_amount"])))?;
    let payment = shop.send(shop.post(&format!("/v1/orders/{id}/payments"), &json!({ "channel": "sandbox" }))).await?;
    let page = text(&payment["action"]["url"]);
    output::print(&format!("asked to pay through the sandbox platform: {page}\n"))?;
    shop.send(shop.client.post(&page).json(&json!({ "result": "paid" }))).await?;
    output::print("paid there; waiting for the platform to notify the shop\n\n")?;
    let paid = shop.wait_until_paid(&id).await?;
    wait_until_quiet(running).await?;
    let found = shop.send(shop.get(&format!("/v1/orders/{id}/timeline"))).await?;
    let mut shown = timeline::text(&found);
    let report = verify::look(&running.runtime().database, &running.runtime().terms.get()).await?;
    let _ = write!(shown, "\n{}", verify::text(&report));
    shown.push_str(&addresses(public_url, &id, &page));
    output::print(&shown)?;
    if !paid {
        return Err(Failure::Check(format!("order {id} is not paid after {}", humantime::format_duration(DEADLINE))));
    }
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn addresses(public_url: &str, order: &str, page: &str) -> String {
    let mut text = "\nOpen\n".to_owned();
    let places = [
        ("send calls", format!("{public_url}/docs")),
        ("in Knife4j", format!("{public_url}/doc.html")),
        ("the order", format!("{public_url}/v1/orders/{order}")),
        ("its timeline", format!("{public_url}/v1/orders/{order}/timeline")),
        ("the payment page", page.to_owned()),
        ("the goods", format!("{public_url}/v1/goods")),
        ("the API", format!("{public_url}/openapi.json")),
        ("the metrics", format!("{public_url}/metrics")),
    ];
    for (what, url) in places {
        let _ = writeln!(text, "  {what:<17} {url}");
    }
    let _ = write!(
        text,
        "\nOrder yourself\n  curl {public_url}/v1/orders -H 'Content-Type: application/json' -H 'X-User-Id: {}' \\\n    -d '{{\"lines\":[{{\"goods_id\":\"{}\",\"number\":1}}],\"address\":\"新西兰\",\"consignee\":\"demo\"}}'\n",
        demo::USER,
        demo::GOODS
    );
    text
}

/// Effects of the payment (score, payment log) follow within moments; the timeline shall have them.
async fn wait_until_quiet(running: &Running) -> Result<(), Failure> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let gauges = running.runtime().database.message_gauges().await?;
        if (gauges.pending() == 0 && gauges.retrying == 0) || Instant::now() >= deadline {
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Calls the shop as its customers' programs do.
struct Customer {
    client: Client,
    shop: String,
}

impl Customer {
    fn new(address: std::net::SocketAddr) -> Result<Self, Failure> {
        // a proxy or a slow answer would show something else than the shop
        let client = Client::builder().no_proxy().timeout(DEADLINE).build();
        let client = client.map_err(|error| Failure::Unreachable(format!("the HTTP client does not start: {error}")))?;
        Ok(Self { client, shop: format!("http://{address}") })
    }

    async fn place(&self, coupon: Option<String>) -> Result<Value, Failure> {
        let order = json!({
            "lines": [{ "goods_id": demo::GOODS.to_string(), "number": 1, "price": demo::PRICE.to_string() }],
            "coupon_id": coupon,
            "money_paid": "100.00",
            "address": "新西兰",
            "consignee": "demo",
        });
        self.send(self.post("/v1/orders", &order)).await
    }

    async fn wait_until_paid(&self, id: &str) -> Result<bool, Failure> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let order = self.send(self.get(&format!("/v1/orders/{id}"))).await?;
            if order["pay_status"] == "paid" {
                return Ok(true);
            }
            if Instant::now() >= deadline {
                return Ok(false);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.shop)).header("X-User-Id", demo::USER.to_string())
    }

    fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.shop)).header("X-User-Id", demo::USER.to_string()).json(body)
    }

    /// The answer's JSON (null for another body), or the refusal in its own words.
    async fn send(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let broken = |error: reqwest::Error| Failure::Unreachable(format!("the demo's server does not answer: {error}"));
        let response = request.send().await.map_err(broken)?;
        let (status, url) = (response.status(), response.url().path().to_owned());
        let body = response.text().await.map_err(broken)?;
        let value: Value = serde_json::from_str(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(value);
        }
        let detail = value["detail"].as_str().unwrap_or(&body);
        Err(Failure::Check(format!("{url} answered {status}: {detail}")))
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
