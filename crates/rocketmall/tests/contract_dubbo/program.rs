//! A process of the real binary, with a folder of its own, and what tests ask of it over HTTP.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_rocketmall");
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn free_port() -> u16 {
    rocketmall_trial::ports::free().expect("a free port").port()
}

/// A process that is ready. It ends with us.
pub(crate) struct Program {
    child: Child,
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
        let mut command = Command::new(BINARY);
        command.args(["serve", "--dev", "--listen", url.trim_start_matches("http://")]).current_dir(folder);
        for (key, value) in settings {
            command.env(format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__")), value);
        }
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the binary starts");
        let mut program = Self { child, http: reqwest::Client::new(), url };
        let began = Instant::now();
        while !program.http.get(format!("{}/readyz", program.url)).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(program.child.try_wait().is_ok_and(|ended| ended.is_none()), "it ended before it was ready: {settings:?}");
            assert!(began.elapsed() < PATIENCE, "it is not ready: {settings:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        program
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

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
