//! The server as a process: demo, serve, its end.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli_program::{Folder, Ran, has};

/// A server that is killed if its test fails.
struct Server {
    child: Child,
    address: String,
    /// Its log from then on.
    log: Receiver<Value>,
}

impl Server {
    /// Starts it on a free port and waits until it says where it listens.
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let arguments = ["serve", "--log", "json", "--listen", "127.0.0.1:0"].iter().chain(arguments);
        Self::of(folder.start(arguments))
    }

    fn of(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stderr.take().expect("its stderr")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            (line["message"] == "listening").then(|| line["address"].as_str().map(str::to_owned))?
        });
        // a pipe that nobody reads would stop the server when it is full
        let (told, log) = channel();
        std::thread::spawn(move || {
            let lines = lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok());
            lines.for_each(|line: Value| drop(told.send(line)));
        });
        Self { child, address: address.expect("it says where it listens"), log }
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
        assert!(!folder.path().join("rocketmall.db").exists(), "a database was made for a server that did not start");
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

/// Most places allow 1024 open files at first, fewer than the connections that are taken.
#[cfg(target_os = "linux")]
#[test]
fn a_server_may_open_as_many_files_as_it_takes_connections() {
    let folder = Folder::new();
    folder.write("rocketmall.toml", "limits.connections = 100");
    let serve = folder.command(["serve", "--log", "json", "--listen", "127.0.0.1:0"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -Sn 256 && exec \"$0\" \"$@\""]).arg(serve.get_program()).args(serve.get_args());
    let child = shell.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let server = Server::of(child.expect("the binary starts"));
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.child.id())).expect("its limits");
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).expect("a limit of open files");
    let soft: u64 = files.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number");
    assert!(soft >= 612, "{limits}");
    assert_eq!(server.stop(), Some(0));
}

/// What administrators and services change is in the log, even where it holds warnings alone; what users do is not.
#[tokio::test]
async fn changes_of_administrators_and_services_are_written_down() {
    let folder = Folder::with_demo();
    folder.write("rocketmall.toml", "log_level = 'warn,rocketmall::app=info'");
    let server = Server::start(&folder, &[]);
    let token = |role: &str| folder.run(["token", "create", "--role", role]).ok().trim().to_owned();
    let (admin, service) = (token("admin"), token("service"));
    let user = folder.run(["token", "create", "--role", "user", "--user", "345963634385633280"]).ok().trim().to_owned();
    let order = json!({ "lines": [{ "goods_id": "345959443973935104", "number": 1 }], "address": "a", "consignee": "b" });
    let stock = json!({ "delta": 5, "reason": "counted" });
    let post = |path: &str, token: &str, body: &Value| client().post(server.url(path)).bearer_auth(token).json(body);
    let goods = "/v1/goods/345959443973935104/stock";
    let named = |request: reqwest::RequestBuilder| request.header("X-User-Id", "345963634385633280");
    let trace = "0af7651916cd43dd8448eb211c80319c";
    for request in [
        post("/v1/orders", &user, &order),
        client().get(server.url("/v1/messages")).bearer_auth(&admin),
        post(goods, &admin, &stock).header("traceparent", format!("00-{trace}-b7ad6b7169203331-01")),
        named(post("/v1/orders", &service, &order)),
        post(goods, &service, &stock),
    ] {
        request.send().await.expect("an answer");
    }
    let audited = |line: &Value| line["target"] == "audit";
    let mut lines = Vec::new();
    while lines.len() < 3 {
        let line = server.log.recv_timeout(Duration::from_secs(20)).expect("a line of the log");
        lines.extend(Some(line).filter(audited));
    }
    let told = |line: &Value, field: &str| line[field].as_str().map_or_else(|| line[field].to_string(), str::to_owned);
    let shown = |line: &Value| ["role", "acting_for", "method", "route", "status"].map(|field| told(line, field));
    let stock = "/v1/goods/{id}/stock";
    assert_eq!(shown(&lines[0]), ["admin", "", "POST", stock, "201"]);
    assert_eq!(shown(&lines[1]), ["service", "345963634385633280", "POST", "/v1/orders", "201"]);
    assert_eq!(shown(&lines[2]), ["service", "", "POST", stock, "403"]);
    assert_eq!((told(&lines[0], "path"), told(&lines[0], "trace_id")), (goods.to_owned(), trace.to_owned()));
    assert_eq!(told(&lines[0], "from"), "127.0.0.1");
    assert!(told(&lines[1], "about").starts_with("order "), "{}", lines[1]);
    assert!(told(&lines[0], "who").len() == 12 && lines[0]["who"] != lines[1]["who"]);
    for line in &lines {
        assert!(!line.to_string().contains(&admin) && !line.to_string().contains(&service), "no line holds a token");
    }
    assert_eq!(server.stop(), Some(0));
}

/// A change whose caller got no answer may be done all the same.
#[tokio::test]
async fn changes_that_took_too_long_are_written_down_too() {
    let folder = Folder::with_demo();
    folder.write("rocketmall.toml", "limits.request_time = '1ms'");
    let server = Server::start(&folder, &[]);
    let admin = folder.run(["token", "create", "--role", "admin"]).ok().trim().to_owned();
    let goods = json!({ "name": "a", "price": "1.00", "number": 1 });
    let until = Instant::now() + Duration::from_secs(20);
    let written_down = loop {
        assert!(Instant::now() < until, "a commit takes more than a millisecond");
        let answer = client().post(server.url("/v1/goods")).bearer_auth(&admin).json(&goods).send().await.expect("an answer");
        if answer.status() != 503 {
            continue;
        }
        let given_up: Value = answer.json().await.expect("JSON");
        assert_eq!(given_up["code"], 80107);
        // one that was given up while its token was looked up changed nothing: its own line comes without an audit before it
        let mut lines = std::iter::from_fn(|| Some(server.log.recv_timeout(Duration::from_secs(20)).expect("a line of the log")));
        let ours = lines.find(|line| line["trace_id"] == given_up["trace_id"]).expect("its line");
        if ours["target"] == "audit" {
            break ours;
        }
    };
    assert_eq!((&written_down["route"], &written_down["status"]), (&json!("/v1/goods"), &Value::Null));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_wrong_place_to_crash_is_refused_before_anything_starts() {
    let folder = Folder::new();
    let ran: Ran = folder.run_with(["serve", "--dev", "--listen", "127.0.0.1:0"], &[("ROCKETMALL_TRIAL__CRASH_AT", "somewhere:1")]);
    has(&ran.fails(2), &["after-commit"]);
}

#[test]
fn a_server_that_runs_already_is_put_under_load_through_its_api() {
    let folder = Folder::new();
    let server = Server::start(&folder, &["--dev"]);
    let url = server.url("");
    let arguments =
        ["bench", "spread", "refusals", "mixed", "--url", &url, "--clients", "4", "--duration", "200ms", "--rounds", "1", "--json"];
    let lines: Value = serde_json::from_str(&folder.run(arguments).ok()).expect("JSON");
    for line in lines.as_array().expect("lines") {
        assert!(line["rate"].as_f64().is_some_and(|rate| rate > 0.0), "{line}");
        assert_eq!(line["failed"], 0, "{line}");
    }
    assert_eq!(server.stop(), Some(0));
    folder.run(["verify"]).ok();
}
