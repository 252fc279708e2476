//! The real binary at a broker that wants a login, over TLS: what is right works, what is wrong ends the start with what to do.

#[expect(dead_code, reason = "one customer is enough")]
#[path = "../process/client.rs"]
mod client;
#[expect(dead_code, reason = "nobody asks here how long a start takes, or whether a server died")]
#[path = "../process/server.rs"]
mod server;
#[path = "../process/settle.rs"]
mod settle;
mod target;

use std::process::Stdio;
use std::time::Duration;

use rocketmall_store::Database;
use rocketmall_trial::home::Home;
use serde_json::json;
use tokio::process::Command;

use client::{Client, basket, made};
use server::{Server, free_port};

/// A start that fails has failed by then.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_right_key_over_tls_carries_messages() {
    let home = Home::sqlite().expect("a folder");
    let port = free_port();
    let server = Server::start(&home.url(), port, &[]).await;
    let client = Client::of(&[port]);
    let (user, goods) = (client.user("50.00").await, client.goods("20.00", 9).await);
    let mut body = basket(&goods, 2);
    body["money_paid"] = json!("10.00");
    let order = made(&client.post_as(&user, "", "/v1/orders", body).await);
    assert_eq!(client.get(&format!("/v1/goods/{goods}")).await["number"], 7);
    let (status, answer) = client.post_as(&user, "", &format!("/v1/orders/{order}/cancel"), json!({})).await;
    assert_eq!(status, 200, "{answer}");
    let database = Database::open(&home.url()).await.expect("the database");
    settle::none_left(&database, "select 4 - count(*) from trade_mq_consumer_log where consumer_status = 1").await;
    drop(database);
    assert_eq!(client.get(&format!("/v1/goods/{goods}")).await["number"], 9);
    let ready = client.get("/readyz").await;
    assert!(ready["bus"].as_str().is_some_and(|bus| bus.starts_with("rocketmqs://") && !bus.contains("wait")), "{ready}");
    settle::holds(&home.url()).await;
    assert!(server.terminate().await.0.success());
}

/// How a start with these settings instead of the right ones ends: its exit code and what it says.
async fn start(wrong: &[(&'static str, &str)]) -> (Option<i32>, String) {
    let home = Home::sqlite().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rocketmall"));
    command.args(["serve", "--dev", "--database", &home.url(), "--listen", "127.0.0.1:0"]).kill_on_drop(true);
    let right = target::bus(&home.url());
    for (key, value) in right.iter().map(|(key, value)| (*key, value.as_str())).chain(wrong.iter().copied()) {
        command.env(format!("ROCKETMALL_{}", key.to_uppercase().replace('.', "__")), value);
    }
    let ended = tokio::time::timeout(PATIENCE, command.stdin(Stdio::null()).stdout(Stdio::null()).output()).await;
    let output = ended.unwrap_or_else(|_| panic!("it starts with {wrong:?}")).expect("the program runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn what_is_wrong_ends_the_start_and_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let (stranger, nothing) = (folder.path().join("stranger.pem"), folder.path().join("nothing.pem"));
    std::fs::write(&stranger, include_str!("stranger.pem")).expect("a file");
    let (stranger, nothing) = (stranger.display().to_string(), nothing.display().to_string());
    let plain = target::bus("")[0].1.replace("rocketmqs://", "rocketmq://");
    let cases = [
        Wrong::login("rocketmq.secret_key", "wrong"),
        Wrong::login("rocketmq.access_key", "nobody"),
        Wrong { settings: vec![("rocketmq.access_key", ""), ("rocketmq.secret_key", "")], ..Wrong::login("", "") },
        Wrong { settings: vec![("bus", &plain), ("rocketmq.ca", ""), ("rocketmq.secret_key", "wrong")], ..Wrong::login("", "") },
        Wrong { settings: vec![("rocketmq.ca", "")], code: 3, says: UNTRUSTED },
        Wrong { settings: vec![("rocketmq.ca", &stranger)], code: 3, says: UNTRUSTED },
        Wrong { settings: vec![("rocketmq.ca", &nothing)], code: 2, says: &["rocketmq.ca: ", "nothing.pem cannot be read"] },
    ];
    for (Wrong { settings, code, says }, (ended, said)) in cases.iter().zip(starts(&cases).await) {
        let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(ended, Some(*code), "{settings:?}: {said}");
        assert!(errors.len() == 1 && says.iter().all(|word| errors[0].contains(word)), "{settings:?}: {said}");
        assert!(!said.contains("only-for-tests"), "{settings:?}: {said}");
    }
}

const REFUSED: &[&str] =
    &["UNAUTHORIZED", "check access key and secret, and this machine's clock", "rocketmq.access_key and rocketmq.secret_key"];
const UNTRUSTED: &[&str] = &["is not trusted", "name the file with its authority", "rocketmq.ca"];

/// What is set wrong, and how the start ends then.
struct Wrong<'w> {
    settings: Vec<(&'static str, &'w str)>,
    code: i32,
    says: &'static [&'static str],
}

impl<'w> Wrong<'w> {
    fn login(key: &'static str, value: &'w str) -> Self {
        Self { settings: vec![(key, value)], code: 3, says: REFUSED }
    }
}

/// All at once.
async fn starts(cases: &[Wrong<'_>]) -> Vec<(Option<i32>, String)> {
    let starts = cases.iter().map(|wrong| {
        let wrong: Vec<(&'static str, String)> = wrong.settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        async move { start(&wrong.iter().map(|(key, value)| (*key, value.as_str())).collect::<Vec<_>>()).await }
    });
    client::at_once(starts).await
}
