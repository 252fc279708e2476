//! The server as a process: demo, serve, its end.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::cli_program::{Folder, Ran, has};

/// A server that is killed if its test fails.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts it on a free port and waits until it says where it listens.
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let arguments = ["serve", "--log", "json", "--listen", "127.0.0.1:0"].iter().chain(arguments);
        let mut child = folder.start(arguments);
        let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            (line["message"] == "listening").then(|| line["address"].as_str().map(str::to_owned))?
        });
        // a pipe that nobody reads would stop the server when it is full
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address: address.expect("it says where it listens") }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// SIGTERM, and its end.
    fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

#[test]
fn demo_ends_with_a_paid_order() {
    let folder = Folder::new();
    let shown = folder.run(["demo", "--exit", "--listen", "127.0.0.1:0"]).ok();
    has(
        &shown,
        &["placed order ", "4880.00 to pay", "confirmed, paid", "checks hold", "/sandbox/pay/", "/docs", "/doc.html", "/openapi.json"],
    );
    assert!(!shown.contains("BROKEN"), "{shown}");
    assert!(!folder.path().join("rocketmall.db").exists(), "a demo works in a folder of its own");
}

#[test]
fn demo_may_run_again_on_a_named_database() {
    let folder = Folder::new();
    for _ in 0..2 {
        let shown = folder.run(["demo", "--exit", "--listen", "127.0.0.1:0", "--database", "sqlite:shop.db"]).ok();
        has(&shown, &["confirmed, paid"]);
    }
    folder.run(["verify", "--database", "sqlite:shop.db"]).ok();
}

#[test]
fn a_demo_leaves_the_files_database_alone() {
    let folder = Folder::new();
    folder.write("rocketmall.toml", "database = 'sqlite:precious.db'");
    folder.run(["demo", "--exit", "--listen", "127.0.0.1:0"]).ok();
    assert!(!folder.path().join("precious.db").exists());
}

#[test]
fn a_taken_port_is_3_and_names_the_option() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let folder = Folder::new();
    for command in ["serve", "demo"] {
        has(&folder.run([command, "--listen", &address]).fails(3), &[&address, "--listen"]);
    }
}

#[test]
fn a_jar_that_is_none_is_refused_before_anything_is_served() {
    let folder = Folder::new();
    folder.write("none.jar", "no jar");
    for jar in ["none.jar", "absent.jar"] {
        let ran: Ran = folder.run_with(["serve", "--dev", "--listen", "127.0.0.1:0"], &[("ROCKETMALL_KNIFE4J", jar)]);
        has(&ran.fails(2), &["knife4j", jar, "cargo xtask knife4j"]);
    }
}

#[test]
fn serve_without_migrate_wants_the_schema_to_be_there() {
    let folder = Folder::new();
    has(&folder.run(["serve", "--no-migrate", "--listen", "127.0.0.1:0"]).fails(3), &["rocketmall migrate"]);
    folder.run(["migrate"]).ok();
    assert_eq!(Server::start(&folder, &["--no-migrate"]).stop(), Some(0));
}

#[tokio::test]
async fn an_order_placed_over_http_is_shown_by_the_command_line_and_sigterm_ends_the_server() {
    let folder = Folder::with_demo();
    let server = Server::start(&folder, &["--dev"]);
    let order = json!({
        "lines": [{ "goods_id": "345959443973935104", "number": 2 }],
        "address": "新西兰",
        "consignee": "demo",
    });
    let request = client().post(server.url("/v1/orders")).header("X-User-Id", "345963634385633280").json(&order);
    let placed: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    let id = placed["id"].as_str().expect("an order").to_owned();

    let shown = folder.run(["orders", "show", &id]).ok();
    has(&shown, &[&id, "confirmed, unpaid", "2 x Demo goods", "10000.00", "placed"]);
    let by_command: Value = serde_json::from_str(&folder.run(["orders", "show", &id, "--json"]).ok()).expect("JSON");
    let timeline = client().get(server.url(&format!("/v1/orders/{id}/timeline"))).send().await.expect("an answer");
    assert_eq!(timeline.json::<Value>().await.expect("JSON"), by_command);
    folder.run(["verify"]).ok();
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test]
async fn tokens_of_the_command_line_open_the_door() {
    let folder = Folder::with_demo();
    let server = Server::start(&folder, &[]);
    let admin = folder.run(["token", "create", "--role", "admin"]).ok();
    let user = folder.run(["token", "create", "--role", "user", "--user", "345963634385633280"]).ok();
    let status = async |path: &str, token: &str| {
        let request = client().get(server.url(path));
        let request = if token.is_empty() { request } else { request.bearer_auth(token.trim()) };
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(status("/v1/messages", "").await, 401);
    assert_eq!(status("/v1/messages", &user).await, 403);
    assert_eq!(status("/v1/messages", &admin).await, 200);
    assert_eq!(status("/v1/users/me", &user).await, 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_wrong_place_to_crash_is_refused_before_anything_starts() {
    let folder = Folder::new();
    let ran: Ran = folder.run_with(["serve", "--dev", "--listen", "127.0.0.1:0"], &[("ROCKETMALL_TRIAL__CRASH_AT", "somewhere:1")]);
    has(&ran.fails(2), &["after-commit"]);
}
