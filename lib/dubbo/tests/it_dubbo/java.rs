//! A Java process. The shop's own tests with Java run it too.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

/// Java and Dubbo start in seconds; not on a machine that is busy.
const START: Duration = Duration::from_mins(2);

/// A running program of `tests/interop/dubbo`. It ends with us.
pub(crate) struct Java {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Java {
    /// Starts its main class with these words.
    pub(crate) fn start(words: &[&str]) -> Self {
        let setting = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run cargo xtask interop dubbo"));
        let mut java = Command::new("java");
        java.args(["-XX:TieredStopAtLevel=1", "-Xmx256m", "-Dfile.encoding=UTF-8"]);
        // Dubbo takes a loopback address for somebody else's, unless there is no other.
        java.arg("-Ddubbo.network.interface.ignored=(?!lo$).*");
        java.arg(format!("-Duser.home={}", setting("TRIAL_DUBBO_HOME"))).args(["-cp", &setting("TRIAL_DUBBO_CLASSES")]);
        java.arg("rocketmall.interop.dubbo.Main").args(words);
        // What Dubbo complains of, much of it what is tested here.
        let name = words.iter().take(2).map(|word| word.split(':').next().unwrap_or_default()).collect::<Vec<_>>().join("-");
        let log = Path::new(&setting("TRIAL_DUBBO_HOME")).join(format!("{}-{name}.log", env!("CARGO_CRATE_NAME")));
        java.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(log).expect("a log")).kill_on_drop(true);
        let mut child = java.spawn().expect("java starts");
        let input = child.stdin.take().expect("its stdin");
        let lines = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        Self { child, input, lines }
    }

    /// The next line that it says.
    pub(crate) async fn line(&mut self) -> Option<String> {
        timeout(START, self.lines.next_line()).await.expect("Java says something in time").expect("its stdout can be read")
    }

    /// Tells it a line, and what it answers.
    pub(crate) async fn ask(&mut self, line: &str) -> String {
        self.input.write_all(format!("{line}\n").as_bytes()).await.expect("it listens");
        self.line().await.expect("an answer")
    }

    /// Whether it ended well; it is told that nothing more comes.
    pub(crate) async fn end(self) -> bool {
        let Self { mut child, input, lines } = self;
        drop((input, lines));
        timeout(START, child.wait()).await.expect("it ends in time").expect("it ends").success()
    }
}
