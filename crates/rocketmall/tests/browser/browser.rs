//! One browser window for one test, and what a person does with it. Nothing here waits for a time, only for what is shown.

use std::time::Duration;

use anyhow::{Context as _, Result};
use rocketmall_trial::deadline::{Look, until};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;

use crate::driver::Driver;
use crate::journal::{self, Known};
use crate::server::{Door, Server, target};

/// A page that shows nothing new for so long is broken. Two cores may have to start several browsers at once.
const PATIENCE: Duration = Duration::from_mins(1);

/// As root Chromium wants no sandbox of its own; the pages are ours. Names resolve to nothing: whatever leaves the machine fails.
const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-proxy-server",
    "--window-size=1440,1100",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/// A window on a server.
#[derive(Clone)]
pub(crate) struct Browser {
    driver: WebDriver,
    server: String,
}

/// Runs a test in a fresh browser on a fresh server, and ends both whatever becomes of it.
pub(crate) async fn visit<F>(door: Door, test: impl FnOnce(Browser, std::sync::Arc<Server>) -> F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let server = std::sync::Arc::new(Server::start(door).expect("the server starts"));
    let process = Driver::start().await.expect("chromedriver starts");
    let profile = TempDir::new().expect("a folder");
    let driver = open(&process.url, &profile).await.expect("Chromium starts");
    let browser = Browser { driver: driver.clone(), server: server.url.clone() };
    let ended = tokio::spawn(test(browser.clone(), server)).await;
    if !matches!(ended, Ok(Ok(()))) {
        // what the page looked like says most about why
        let _ = browser.screenshot("failed").await;
    }
    driver.quit().await.expect("Chromium ends");
    match ended {
        Ok(outcome) => outcome.expect("the page works"),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

async fn open(url: &str, profile: &TempDir) -> Result<WebDriver> {
    let mut capabilities = DesiredCapabilities::chrome();
    for argument in ARGUMENTS {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
    capabilities.set("goog:loggingPrefs", json!({ "browser": "ALL", "performance": "ALL" }))?;
    Ok(WebDriver::new(url, capabilities).await?)
}

impl Browser {
    /// Opens an address: a path of the server, or whole.
    pub(crate) async fn open(&self, address: &str) -> Result<()> {
        let url = if address.starts_with('/') { format!("{}{address}", self.server) } else { address.to_owned() };
        Ok(self.driver.goto(url).await?)
    }

    /// Clicks what is at `place` as soon as it can be clicked.
    pub(crate) async fn click(&self, place: By) -> Result<()> {
        let what = format!("{place:?} to be clicked");
        until(&what, PATIENCE, async || {
            let clicked = match self.driver.find(place.clone()).await {
                Ok(element) => element.click().await,
                Err(absent) => Err(absent),
            };
            Ok(match clicked {
                Ok(()) => Look::Found(()),
                Err(error) => Look::NotYet(error.to_string()),
            })
        })
        .await
    }

    /// Types into the field at `place` as soon as it is there.
    pub(crate) async fn fill_in(&self, place: By, text: &str) -> Result<()> {
        self.click(place.clone()).await?;
        Ok(self.driver.find(place).await?.send_keys(text).await?)
    }

    /// Waits until what is at `place` satisfies; its text.
    pub(crate) async fn text(&self, place: By, satisfies: impl Fn(&str) -> bool) -> Result<String> {
        let what = format!("the text of {place:?}");
        until(&what, PATIENCE, async || {
            let text = match self.driver.find(place.clone()).await {
                Ok(element) => element.text().await,
                Err(absent) => Err(absent),
            };
            Ok(match text {
                Ok(text) if satisfies(&text) => Look::Found(text),
                other => Look::NotYet(format!("{other:?}")),
            })
        })
        .await
    }

    /// Moves what is at `place` to the top of the window.
    pub(crate) async fn scroll_to(&self, place: By) -> Result<()> {
        let element = self.driver.find(place).await?;
        self.driver.execute("arguments[0].scrollIntoView({ block: 'start', behavior: 'instant' })", vec![element.to_json()?]).await?;
        Ok(())
    }

    /// Keeps what is to be seen as `target/screenshots/NAME.png`.
    pub(crate) async fn screenshot(&self, name: &str) -> Result<()> {
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder)?;
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default().replace("::", "-");
        let name = if name == "failed" { format!("failed-{test}") } else { name.to_owned() };
        let path = folder.join(format!("{name}.png"));
        self.driver.screenshot(&path).await.with_context(|| format!("no screenshot at {}", path.display()))
    }

    /// Wants the console without errors but `known` ones, and every request answered well by this server.
    pub(crate) async fn is_clean(&self, known: &[Known]) -> Result<()> {
        journal::is_clean(&self.driver, &self.server, known).await
    }
}
