//! How many instructions the core takes for fixed batches, against stored numbers. A count does not depend on how busy the machine is.

mod stored;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use self::stored::{Count, Stored, compare};
use crate::debian;
use crate::shell::{cargo, compiler, output};

const STORED: &str = "crates/core/benches/instructions.txt";
const STORE: &str = "cargo xtask instructions --store";

/// Callgrind counts while a function of such a name runs: the program has them for this.
const COUNTED: &str = "--toggle-collect=*measured*";

/// The program under valgrind sees the CPU's AVX2, and the C library would then copy and compare otherwise than without:
/// about 1 % of a count, more or less. An older C library has other names for the same, and skips names that it does not know.
const EVERY_CPU: &str = "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-AVX,-AVX_Usable,-AVX_Fast_Unaligned_Load,-ERMS,-FSRM";

/// Counts, and fails where a case takes much more than is stored.
pub(crate) fn check() -> Result<()> {
    let path = crate::root().join(STORED);
    let text = fs::read_to_string(&path).with_context(|| format!("{STORED} cannot be read; `{STORE}` writes it"))?;
    let stored = Stored::parse(&text).with_context(|| format!("{STORED} is damaged; `{STORE}` writes it anew"))?;
    let counted = count()?;
    let found = compare(&counted.counts, &stored.counts);
    println!("{}", found.table);
    if found.complaints.is_empty() {
        return Ok(());
    }
    let mut words = found.complaints;
    words.push(format!("where they go: callgrind_annotate {}/CASE.out", home().display()));
    words.push(format!("if the change is worth it, or the cases are others now: `{STORE}`, and say why in the commit"));
    if counted.compiler != stored.compiler {
        let (ours, theirs) = (counted.compiler, stored.compiler);
        words.push(format!("the stored numbers are of {theirs}, these of {ours}: perhaps it is the compiler that makes the difference"));
    }
    bail!(words.join("\n"))
}

/// Counts, and stores the numbers.
pub(crate) fn store() -> Result<()> {
    let counted = count()?;
    let path = crate::root().join(STORED);
    let before = fs::read_to_string(&path).ok().and_then(|text| Stored::parse(&text).ok());
    let before = before.map_or_else(Vec::new, |stored| stored.counts);
    println!("{}", compare(&counted.counts, &before).table);
    fs::write(&path, counted.to_string()).with_context(|| format!("{STORED} cannot be written"))?;
    println!("stored in {STORED}");
    Ok(())
}

fn home() -> PathBuf {
    crate::target().join("instructions")
}

/// Runs every case of the program under valgrind.
fn count() -> Result<Stored> {
    if debian::find("valgrind").is_none() {
        debian::install(&["valgrind"], "valgrind, which counts instructions, is not installed")?;
    }
    let valgrind = debian::find("valgrind").context("valgrind is installed, but not in PATH")?;
    let program = build()?;
    // Without valgrind at first: it names its cases, and a case that goes wrong says so at once.
    let cases = output(&mut Command::new(&program))?;
    fs::create_dir_all(home())?;
    let mut counts = Vec::new();
    for line in cases.lines() {
        let (case, commands) = line.split_once(' ').context("the program names no cases")?;
        let commands: i64 = commands.parse().with_context(|| format!("{case} has no number of commands"))?;
        ensure!(commands > 0, "{case} has no commands");
        let instructions = count_case(&valgrind, &program, case)?;
        ensure!(instructions > 0, "{case}: nothing was counted; {COUNTED} has met no function of the program");
        counts.push(Count { case: case.to_owned(), instructions: instructions / commands });
    }
    Ok(Stored { compiler: format!("rustc {}, {}", compiler("release: ")?, compiler("host: ")?), counts })
}

/// The program, built in its own profile and without what a developer's compiler is told besides.
fn build() -> Result<PathBuf> {
    let words = ["build", "--locked", "-p", "rocketmall-core", "--bench", "instructions", "--profile", "instructions"];
    let mut command = cargo(&words);
    command.arg("--message-format=json-render-diagnostics").env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", "");
    let messages = output(&mut command)?;
    let program = messages.lines().rev().find_map(|line| line.split_once("\"executable\":\"")?.1.split_once('"'));
    Ok(PathBuf::from(program.context("cargo names no program")?.0))
}

/// The instructions of one case. Valgrind and the program know of nothing but their arguments, so that no setting of the caller counts.
fn count_case(valgrind: &Path, program: &Path, case: &str) -> Result<i64> {
    let file = home().join(format!("{case}.out"));
    let mut command = Command::new(valgrind);
    command.args(["--quiet", "--command-line-only=yes", "--tool=callgrind", "--collect-atstart=no", COUNTED]);
    command.arg(format!("--callgrind-out-file={}", file.display())).arg(program).arg(case);
    output(command.env_clear().env("GLIBC_TUNABLES", EVERY_CPU))?;
    let text = fs::read_to_string(&file).with_context(|| format!("callgrind has not written {}", file.display()))?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: ")).context("callgrind has written no summary")?;
    total.trim().parse().context("callgrind's summary is no number")
}
