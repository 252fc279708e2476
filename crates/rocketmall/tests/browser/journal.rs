//! What the browser noted about a page: its console and its network. A page is fine only if nothing failed and nothing left the
//! machine.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use rocketmall_trial::say;
use serde_json::{Value, json};
use thirtyfour::common::command::{Command, ExtensionCommand};
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
            Some(Known(_, why)) => say(&format!("let pass, since {why}: {message}")),
            None if entry["level"] == "SEVERE" => complaints.push(format!("console: {message}")),
            None => say(&format!("console: {message}")),
        }
    }
    let mut network = Network { server, asked: HashMap::new(), answered: 0 };
    for entry in entries(driver, "performance").await? {
        let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
        complaints.extend(network.hear(event["message"]["method"].as_str().unwrap_or_default(), &event["message"]["params"]));
    }
    ensure!(complaints.is_empty(), "{}", complaints.join("\n"));
    ensure!(network.answered > 0, "the journal of the network is empty: nothing was looked at");
    Ok(())
}

/// The network's journal, read in order.
struct Network<'s> {
    server: &'s str,
    /// What the pages asked for, by the number of the request. The browser's own first page is none of them.
    asked: HashMap<String, String>,
    answered: usize,
}

impl Network<'_> {
    /// What is wrong about this event, if anything is.
    fn hear(&mut self, event: &str, told: &Value) -> Option<String> {
        let number = told["requestId"].as_str().unwrap_or_default();
        if event == "Network.requestWillBeSent" {
            let url = told["request"]["url"].as_str().unwrap_or_default();
            // blob and data are in the page already
            if ["chrome", "blob:", "data:"].iter().any(|own| url.starts_with(own)) {
                return None;
            }
            self.asked.insert(number.to_owned(), url.to_owned());
            let here = url.strip_prefix(self.server).is_some_and(|rest| rest.starts_with('/'));
            return (!here).then(|| format!("a request left the server: {url}"));
        }
        let url = self.asked.get(number)?;
        match event {
            "Network.responseReceived" => {
                self.answered += 1;
                let status = told["response"]["status"].as_i64().unwrap_or(0);
                (!(200..400).contains(&status)).then(|| format!("{status} for {url}"))
            }
            // a page that is left gives up what it was loading
            "Network.loadingFailed" if told["canceled"] != true => Some(format!("{url} failed: {}", told["errorText"])),
            _ => None,
        }
    }
}

async fn entries(driver: &WebDriver, log: &'static str) -> Result<Vec<Value>> {
    let answer = driver.handle().cmd(Command::ExtensionCommand(Box::new(Log(log)))).await?.value_json()?;
    answer.as_array().cloned().with_context(|| format!("the log {log} is no list: {answer}"))
}
