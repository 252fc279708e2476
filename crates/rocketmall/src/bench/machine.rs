//! What processes and threads took of the machine, as Linux tells it. Elsewhere nothing is told, and nothing shown.

use std::fs;
use std::time::Duration;

/// What `/proc` counts CPU time of processes in: 1/100 s, on every platform that Linux runs on.
const TICK: Duration = Duration::from_millis(10);

/// A process, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process(pub u32);

impl Process {
    /// This one.
    pub fn own() -> Self {
        Self(std::process::id())
    }

    /// The CPU time it has used so far, in user and kernel, with all threads that ever were.
    pub fn cpu(self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).ok()?;
        // the name in parentheses may hold blanks
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u32>().ok();
        Some(TICK * (ticks(11)? + ticks(12)?))
    }

    /// Its resident memory in bytes.
    pub fn resident(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
    }
}

/// The CPU time of this process's living threads whose names begin so.
pub fn threads_cpu(name: &str) -> Option<Duration> {
    let mut nanos = 0;
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let read = |file: &str| fs::read_to_string(task.path().join(file)).ok();
        // a thread may end between two looks
        let (Some(comm), Some(stat)) = (read("comm"), read("schedstat")) else { continue };
        if comm.starts_with(name) {
            nanos += stat.split_ascii_whitespace().next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    Some(Duration::from_nanos(nanos))
}

/// The machine's processor and memory, in words.
pub fn words() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).and_then(|line| line.split_once(':'));
    format!("{cores} cores, {}", model.map_or("processor unknown", |(_, name)| name.trim()))
}
