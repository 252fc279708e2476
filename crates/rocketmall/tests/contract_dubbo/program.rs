//! A process of the real binary, with a folder of its own, and what tests ask of it over HTTP.

use std::path::Path;
use std::process::{Command, Stdio};

use rocketmall_trial::program;
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");

pub(crate) fn free_port() -> u16 {
    rocketmall_trial::ports::free().expect("a free port").port()
}

/// A process that is ready. It ends with us.
pub(crate) struct Program {
    _process: program::Program,
    http: reqwest::Client,
    url: String,
}

impl Program {
    /// One of its commands, to its end.
    pub(crate) fn run(folder: &Path, words: &[&str]) {
        let status = Command::new(BINARY).args(words).current_dir(folder).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "{words:?}");
    }

    /// Serves with these settings, keys of the configuration.
    pub(crate) async fn serve(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let url = format!("http://127.0.0.1:{}", free_port());
        let arguments = ["serve", "--dev", "--listen", url.trim_start_matches("http://")];
        let mut process = program::Program::start_in(folder, BINARY, &arguments, settings.iter().copied()).expect("the binary starts");
        let http = reqwest::Client::new();
        let is_ready = async || http.get(format!("{url}/readyz")).send().await.is_ok_and(|answer| answer.status() == 200);
        process.until(is_ready).await.unwrap_or_else(|error| panic!("{error}: {settings:?}"));
        Self { _process: process, http, url }
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        Self::answer(self.http.get(format!("{}{path}", self.url))).await
    }

    pub(crate) async fn post(&self, user: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).json(&body);
        Self::answer(if user.is_empty() { request } else { request.header("X-User-Id", user) }).await
    }

    async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }
}
