//! What the browser noted about a page: its console and its network. A page is fine only if nothing failed and nothing left the
//! machine.

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};
use thirtyfour::common::command::ExtensionCommand;
use thirtyfour::prelude::*;

/// An error of a page that is known: part of its text, and why it is let pass.
pub(crate) struct Known(pub(crate) &'static str, pub(crate) &'static str);

#[derive(Debug)]
struct Log(&'static str);

impl ExtensionCommand for Log {
    fn parameters_json(&self) -> Option<Value> {
        Some(json!({ "type": self.0 }))
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        "/se/log".into()
    }
}

/// Wants the console without errors but `known` ones, and every request answered well by `server`.
pub(crate) async fn is_clean(driver: &WebDriver, server: &str, known: &[Known]) -> Result<()> {
    let mut complaints = Vec::new();
    for entry in entries(driver, "browser").await? {
        let message = entry["message"].as_str().unwrap_or_default();
        match known.iter().find(|Known(text, _)| message.contains(text)) {
            Some(Known(_, why)) => println!("let pass, since {why}: {message}"),
            None if entry["level"] == "SEVERE" => complaints.push(format!("console: {message}")),
            None => println!("console: {message}"),
        }
    }
    let mut answered = 0;
    for entry in entries(driver, "performance").await? {
        let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
        let (method, told) = (event["message"]["method"].as_str().unwrap_or_default(), &event["message"]["params"]);
        complaints.extend(network(method, told, server));
        answered += usize::from(method == "Network.responseReceived");
    }
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    ensure!(answered > 0, "the journal of the network is empty: nothing was looked at");
    Ok(())
}

fn network(method: &str, told: &Value, server: &str) -> Option<String> {
    // the browser's own first page is none of ours
    let url = |from: &Value| from["url"].as_str().filter(|url| !url.starts_with("chrome:") && !url.starts_with("data:")).map(str::to_owned);
    match method {
        "Network.requestWillBeSent" => {
            let url = url(&told["request"])?;
            let here = url.strip_prefix(server).is_some_and(|rest| rest.starts_with('/'));
            (!here && !url.starts_with("blob:")).then(|| format!("a request left the server: {url}"))
        }
        "Network.responseReceived" => {
            let status = told["response"]["status"].as_i64().unwrap_or(0);
            (status >= 400).then(|| format!("{status} for {}", url(&told["response"]).unwrap_or_default()))
        }
        // a page that is left gives up what it was loading
        "Network.loadingFailed" if told["canceled"] != true => Some(format!("a request failed: {told}")),
        _ => None,
    }
}

async fn entries(driver: &WebDriver, log: &'static str) -> Result<Vec<Value>> {
    let answer = driver.extension_command(Log(log)).await?;
    answer.as_array().cloned().with_context(|| format!("the log {log} is no list: {answer}"))
}
