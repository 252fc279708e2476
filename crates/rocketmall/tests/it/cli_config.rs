//! Where settings come from, and what is no setting.

use crate::cli_program::{Folder, has};

/// The value and the origin that `config` prints for a key.
#[track_caller]
fn shown(printed: &str, key: &str) -> (String, String) {
    let line = printed.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).expect(key);
    let (value, origin) = line.split_once("  # ").expect("an origin");
    (value.trim_end().to_owned(), origin.trim_start_matches(' ').to_owned())
}

#[track_caller]
fn is(printed: &str, key: &str, value: &str, origin: &str) {
    assert_eq!(shown(printed, key), (value.to_owned(), origin.to_owned()), "{key}");
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let folder = Folder::new();
    folder.write(
        "rocketmall.toml",
        "listen = '127.0.0.1:1111'\nlog = 'json'\ndatabase = 'sqlite:file.db'\n[order]\nunpaid_timeout = '1m'\nfreight = 8.50\n",
    );
    let environment = [
        ("ROCKETMALL_LISTEN", "127.0.0.1:2222"),
        ("ROCKETMALL_LOG", "text"),
        ("ROCKETMALL_ORDER__UNPAID_TIMEOUT", "3s"),
        ("ROCKETMALL_MESSAGES__TRIES", "5"),
    ];
    let printed = folder.run_with(["config", "--listen", "127.0.0.1:3333"], &environment).ok();
    is(&printed, "listen", "\"127.0.0.1:3333\"", "flag --listen");
    is(&printed, "public_url", "\"http://127.0.0.1:3333\"", "default, from listen");
    is(&printed, "log", "\"text\"", "environment variable ROCKETMALL_LOG");
    is(&printed, "order.unpaid_timeout", "\"3s\"", "environment variable ROCKETMALL_ORDER__UNPAID_TIMEOUT");
    is(&printed, "messages.tries", "5", "environment variable ROCKETMALL_MESSAGES__TRIES");
    is(&printed, "database", "\"sqlite:file.db\"", "file rocketmall.toml");
    is(&printed, "order.freight", "\"8.50\"", "file rocketmall.toml");
    is(&printed, "order.free_over", "\"100.00\"", "default");
}

#[test]
fn a_named_file_takes_the_place_of_the_usual_one_and_must_exist() {
    let folder = Folder::new();
    folder.write("rocketmall.toml", "log = 'json'");
    folder.write("other.toml", "[limits]\nbody = '1MiB'");
    let printed = folder.run(["config", "--config", "other.toml"]).ok();
    is(&printed, "log", "\"text\"", "default");
    is(&printed, "limits.body", "\"1MiB\"", "file other.toml");
    let printed = folder.run_with(["config"], &[("ROCKETMALL_CONFIG", "other.toml")]).ok();
    is(&printed, "limits.body", "\"1MiB\"", "file other.toml");
    has(&folder.run(["config", "--config", "missing.toml"]).fails(2), &["missing.toml"]);
}

#[test]
fn unknown_keys_are_named_with_their_place() {
    let folder = Folder::new();
    let complaint = folder.run_with(["config"], &[("ROCKETMALL_ORDER__UNPAID_TIMOUT", "3s")]).fails(2);
    has(&complaint, &["unknown key order.unpaid_timout", "ROCKETMALL_ORDER__UNPAID_TIMOUT", "order.unpaid_timeout"]);
    folder.write("rocketmall.toml", "databse = 'sqlite:x'\n[order]\nfrieght = '1.00'\n[ordr]\nfreight = '1.00'");
    let complaint = folder.run(["verify"]).fails(2);
    has(&complaint, &["unknown key databse in file rocketmall.toml", "unknown key order.frieght", "unknown key ordr.freight"]);
    folder.write("rocketmall.toml", "order = '1.00'");
    has(&folder.run(["config"]).fails(2), &["order is a table", "unpaid_timeout"]);
}

#[test]
fn wrong_values_are_named_with_their_place() {
    let folder = Folder::new();
    for (file, parts) in [
        ("[order]\nunpaid_timeout = 30", &["order.unpaid_timeout (file rocketmall.toml)", "\"30m\""][..]),
        ("[order]\nfreight = '-1.00'", &["order.freight", "below 0.00"]),
        ("[order]\nfreight = '1.005'", &["order.freight", "\"10.00\""]),
        ("[messages]\ntries = 0", &["messages.tries", "from 1"]),
        ("[retention]\ninbox = '6d'", &["retention.inbox", "7days"]),
        ("[retention]\nidempotency = '23h'", &["retention.idempotency", "1day"]),
        ("[limits]\nqueue = 'many'", &["limits.queue", "whole number"]),
        ("dev = 'perhaps'", &["dev", "true or false"]),
        ("listen = '8181'", &["listen", "127.0.0.1:8181"]),
        ("log_level = 'loud,,=x'", &["log_level"]),
        ("roles = ['order', 'cook']", &["roles", "cook", "order-web"]),
        ("bus = 'kafka://x'", &["bus", "rocketmq://"]),
        ("public_url = 'shop.example'", &["public_url", "https://"]),
        ("dev = true\ndebug_listen = '0.0.0.0:8182'", &["debug_listen", "0.0.0.0:8182", "127.0.0.1"]),
        ("debug_listen = 'yes'", &["debug_listen", "127.0.0.1:8181"]),
        ("[trial]\ncrash_at = 'after-commit:1'", &["trial.crash_at", "dev only"]),
        ("listen = ", &["rocketmall.toml, line 1"]),
        ("database = { path = 'x' }", &["database.path"]),
    ] {
        folder.write("rocketmall.toml", file);
        has(&folder.run(["config"]).fails(2), parts);
    }
}

#[test]
fn the_two_doors_of_the_original_have_a_port_each() {
    let folder = Folder::new();
    let listen = |environment: &[(&str, &str)], value: &str, origin: &str| {
        is(&folder.run_with(["config"], environment).ok(), "listen", value, origin);
    };
    listen(&[("ROCKETMALL_ROLES", "pay-web")], "\"127.0.0.1:9191\"", "default of pay-web alone");
    listen(&[("ROCKETMALL_ROLES", "pay-web,pay")], "\"127.0.0.1:8181\"", "default");
    let set = [("ROCKETMALL_ROLES", "pay-web"), ("ROCKETMALL_LISTEN", "127.0.0.1:7")];
    listen(&set, "\"127.0.0.1:7\"", "environment variable ROCKETMALL_LISTEN");
}

#[test]
fn secrets_are_masked_and_digits_stay_as_they_are() {
    let folder = Folder::new();
    let environment = [
        ("ROCKETMALL_CHANNELS__SANDBOX__SECRET", "0071828459045235"),
        ("ROCKETMALL_CHANNELS__SANDBOX__ENABLED", "true"),
        ("ROCKETMALL_DATABASE", "mysql://shop:s3cr3t@db:3306/shop"),
        ("ROCKETMALL_ROLES", "order, user"),
    ];
    let printed = folder.run_with(["config"], &environment).ok();
    is(&printed, "channels.sandbox.secret", "\"***\"", "environment variable ROCKETMALL_CHANNELS__SANDBOX__SECRET");
    is(&printed, "database", "\"mysql://shop:***@db:3306/shop\"", "environment variable ROCKETMALL_DATABASE");
    is(&printed, "roles", "\"order,user\"", "environment variable ROCKETMALL_ROLES");
    assert!(!printed.contains("007182") && !printed.contains("s3cr3t"), "{printed}");
    folder.write("rocketmall.toml", "database = 'mysql://shop:s3cr3t@db/shop\n");
    let complaint = folder.run(["config"]).fails(2);
    assert!(!complaint.contains("s3cr3t"), "{complaint}");
}

#[test]
fn the_sandbox_needs_its_own_secret_outside_development() {
    let folder = Folder::new();
    let enabled = ("ROCKETMALL_CHANNELS__SANDBOX__ENABLED", "true");
    let secret = |secret| ("ROCKETMALL_CHANNELS__SANDBOX__SECRET", secret);
    for weak in ["", rocketmall::config::DEVELOPMENT_SECRET, "fifteen letters", "aaaaaaaaaaaaaaaaaaaaaaaa", "1212121212121212"] {
        let complaint = folder.run_with(["serve"], &[enabled, secret(weak)]).fails(2);
        has(&complaint, &["channels.sandbox.secret", "ROCKETMALL_CHANNELS__SANDBOX__SECRET", "channels.sandbox.enabled"]);
    }
    let printed = folder.run(["config", "--dev"]).ok();
    is(&printed, "channels.sandbox.enabled", "true", "default under dev");
    is(&printed, "channels.sandbox.secret", "\"***\"", "default under dev");
    let printed = folder.run_with(["config", "--dev"], &[secret("")]).ok();
    is(&printed, "channels.sandbox.secret", "\"***\"", "default under dev");
    let printed = folder.run_with(["config", "--dev"], &[("ROCKETMALL_CHANNELS__SANDBOX__ENABLED", "false"), secret("own")]).ok();
    is(&printed, "channels.sandbox.enabled", "false", "environment variable ROCKETMALL_CHANNELS__SANDBOX__ENABLED");
    is(&printed, "channels.sandbox.secret", "\"***\"", "environment variable ROCKETMALL_CHANNELS__SANDBOX__SECRET");
}

#[test]
fn what_config_prints_is_toml_that_gives_the_same_again() {
    let folder = Folder::new();
    let printed = folder.run(["config", "--listen", "127.0.0.1:9999"]).ok();
    folder.write("again.toml", &printed);
    let again = folder.run(["config", "--config", "again.toml"]).ok();
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split("  # ").next().unwrap_or_default().trim_end().to_owned()).collect()
    };
    assert_eq!(values(&again), values(&printed));
}
