//! The server's process, as the stack's state file says.

use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::common::{PATIENCE, variable};

/// The Nacos of `cargo xtask stack`.
pub(crate) struct Server {
    role: Value,
}

impl Server {
    pub(crate) fn of_the_stack() -> Self {
        let text = fs::read_to_string(variable("TRIAL_NACOS_STACK")).expect("the state file is there while the stack is up");
        let state: Value = serde_json::from_str(&text).expect("it is JSON");
        Self { role: state["roles"]["nacos"].clone() }
    }

    fn text(&self, name: &str) -> String {
        self.role[name].as_str().unwrap_or_else(|| panic!("the role has {name}")).to_owned()
    }

    fn pid(&self) -> String {
        fs::read_to_string(self.text("pid_file")).expect("it runs").trim().to_owned()
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill").args(["-s", signal, &self.pid()]).status().expect("there is kill");
        assert!(status.success(), "{signal} does not reach Nacos");
    }

    /// Kills it and waits for its end.
    pub(crate) async fn kill(&self) {
        let process = PathBuf::from("/proc").join(self.pid());
        self.signal("KILL");
        let started = Instant::now();
        // one that nobody waited for is as good as gone
        while fs::read_to_string(process.join("stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
            assert!(started.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Starts it as the stack did. It outlives this program.
    pub(crate) fn start(&self) {
        let words: Vec<&str> = self.role["argv"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        let log = OpenOptions::new().create(true).append(true).open(self.text("log")).expect("a log");
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.text("cwd")).process_group(0);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("the same file")).stderr(log);
        let mut child = command.spawn().expect("it starts");
        fs::write(self.text("pid_file"), child.id().to_string()).expect("the stack's folder can be written to");
        // should it end before this program
        std::thread::spawn(move || child.wait());
    }
}
