//! Usage, help, exit codes.

use std::process::Stdio;

use crate::cli_program::{Folder, has};

#[test]
fn help_names_every_command_and_each_command_explains_itself() {
    let folder = Folder::new();
    let commands = ["demo", "serve", "migrate", "load-demo", "verify", "bench", "orders", "messages", "token", "openapi", "config"];
    let help = folder.run(["--help"]).ok();
    has(&help, &commands);
    has(&help, &["Exit codes:", "--config <FILE>", "--database <URL>", "--log <FORMAT>", "rocketmall demo"]);
    for command in commands {
        let help = folder.run([command, "--help"]).ok();
        has(&help, &["Usage: rocketmall ", "--database <URL>"]);
    }
    has(&folder.run(["serve", "--help"]).ok(), &["--roles", "--listen", "--bus", "--registry", "--rpc-listen", "--dev", "--no-migrate"]);
    has(&folder.run(["messages", "list", "--help"]).ok(), &["--state", "--topic", "--key", "--limit", "pending", "dead"]);
    has(&folder.run(["--version"]).ok(), &["rocketmall ", env!("CARGO_PKG_VERSION")]);
}

#[test]
fn wrong_usage_is_2() {
    let folder = Folder::new();
    let without_command = folder.run::<&str>([]);
    assert_eq!(without_command.code, Some(2));
    has(&without_command.stderr, &["Usage: rocketmall"]);
    for (arguments, part) in [
        (&["sell"][..], "sell"),
        (&["orders", "show", "-5"], "-5"),
        (&["orders", "show", "abc"], "is not an id"),
        (&["messages", "replay"], "say which messages"),
        (&["messages", "replay", "--state", "pending"], "pending"),
        (&["messages", "list", "--limit", "0"], "--limit"),
        (&["token", "create"], "--role"),
        (&["token", "create", "--role", "user"], "--user"),
        (&["token", "create", "--role", "admin", "--user", "5"], "--user"),
        (&["load-demo", "--stock", "-1"], "-1"),
        (&["verify", "--database", "rocketmall.db"], "sqlite:PATH"),
        (&["verify", "--log", "xml"], "\"json\""),
        (&["bench", "--growth"], "--growth needs MySQL or MariaDB"),
        (&["bench", "--orders", "5"], "--growth"),
        (&["serve", "--dev", "--listen", "0.0.0.0:0"], "127.0.0.1"),
        (&["serve", "--roles", "order"], "rocketmq://HOST:8081"),
        (&["serve", "--bus", "kafka://broker:9092"], "rocketmq://HOST:8081"),
        (&["serve", "--roles", "order-web", "--rpc-listen", "127.0.0.1:0"], "peers.order"),
        (&["serve", "--rpc-listen", "0.0.0.0:0"], "rpc.secret"),
    ] {
        has(&folder.run(arguments).fails(2), &[part]);
    }
    assert!(!folder.path().join("rocketmall.db").exists(), "wrong usage makes no database");
}

#[test]
fn what_cannot_be_reached_is_3_and_says_what_to_do() {
    let folder = Folder::new();
    for arguments in [&["verify"][..], &["orders", "show", "1"], &["messages", "list"], &["token", "create", "--role", "admin"]] {
        has(&folder.run(arguments).fails(3), &["there is no database rocketmall.db", "rocketmall migrate", "--database"]);
    }
    assert!(!folder.path().join("rocketmall.db").exists(), "looking makes no database");
    let away = folder.run(["verify", "--database", "mysql://shop:top-secret@127.0.0.1:1/shop"]).fails(3);
    has(&away, &["not reachable", "--database"]);
    assert!(!away.contains("top-secret"), "{away}");
    has(&folder.run(["migrate", "--database", "sqlite:no/such/folder/x.db"]).fails(3), &["no/such/folder/x.db"]);
    folder.write("empty.db", "");
    has(&folder.run(["verify", "--database", "sqlite:empty.db"]).fails(3), &["rocketmall migrate"]);
    has(&folder.run(["load-demo", "--database", "sqlite:empty.db"]).ok(), &["made"]);
}

#[test]
fn a_closed_pipe_is_no_reason_to_panic() {
    let folder = Folder::new();
    for arguments in [&["openapi"][..], &["config"], &["--help"]] {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}: {output:?}");
    }
}

#[test]
fn the_api_document_is_openapi_3_1() {
    let document: serde_json::Value = serde_json::from_str(&Folder::new().run(["openapi"]).ok()).expect("JSON");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    assert!(document["paths"]["/v1/orders"]["post"].is_object());
}
