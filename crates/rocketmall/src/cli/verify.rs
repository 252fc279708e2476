//! `rocketmall verify`: the audit of every invariant.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use rocketmall_core::basket::Terms;
use rocketmall_core::part::Parts;
use rocketmall_store::verify::{Check, Limits, Report, audit, gather};
use rocketmall_store::{Database, migrate};
use serde::Serialize;

use super::apart::Databases;
use super::failure::Failure;
use super::output::{self, Format};
use super::{open, progress};
use crate::clock;
use crate::config::{Config, DatabaseUrl};
use crate::http::wire::Time;

pub(super) async fn run(config: &Config, databases: &Databases, format: Format) -> Result<ExitCode, Failure> {
    let report = match databases {
        Databases::One => look(&open::existing(config).await?, &config.terms()).await?,
        Databases::OfRoles(databases) => look_at_all(databases, &config.terms()).await?,
    };
    match format {
        Format::Json => output::print_json(&Answer::of(&report))?,
        Format::Text => output::print(&text(&report))?,
    }
    Ok(if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Looks at a fleet of databases at most so often: what is wrong between two of them for a moment is under way.
const LOOKS: usize = 4;
/// And takes so long a rest between two looks.
const REST: Duration = Duration::from_secs(2);

/// Copies what each role keeps into a database of its own and audits that.
async fn look_at_all(databases: &[(Parts, String)], terms: &Terms) -> Result<Report, Failure> {
    let mut sources = Vec::with_capacity(databases.len());
    for (parts, url) in databases {
        let shown = DatabaseUrl::parse(url).map_or_else(|_| "of a role".to_owned(), |url| url.to_string());
        let database = open::at(url, &shown).await?;
        if !database.parts().hold(*parts) {
            return Err(Failure::Usage(format!(
                "--database: {shown} has not the tables of its role; see which database the role's process has"
            )));
        }
        sources.push(database.of(*parts));
    }
    let mut found: Option<Report> = None;
    for turn in 0..LOOKS {
        if turn > 0 {
            tokio::time::sleep(REST).await;
        }
        let folder = tempfile::tempdir().map_err(|error| Failure::Unreachable(format!("no temporary folder: {error}")))?;
        let copy = Database::open(&format!("sqlite:{}", folder.path().join("verify.db").display())).await?;
        migrate::migrate(&copy).await?;
        gather(&copy, &sources).await?;
        let report = look(&copy, terms).await?;
        let report = match &found {
            Some(earlier) => report.and(earlier),
            None => report,
        };
        if report.holds() {
            return Ok(report);
        }
        found = Some(report);
    }
    found.ok_or_else(|| Failure::Usage("--database names no database".to_owned()))
}

/// Audits as of this moment; a refund may take as long as the terms say.
pub(super) async fn look(database: &Database, terms: &Terms) -> Result<Report, Failure> {
    const DAY: i64 = 86_400_000;
    let limits = Limits { refund_age: terms.refund_patience.saturating_add(DAY), ..Limits::default() };
    let spinner = progress::spinner("reading every row");
    let report = audit(database, clock::system()(), limits).await;
    spinner.finish_and_clear();
    Ok(report?)
}

/// The report with its verdict on top, times as the API writes them.
#[derive(Serialize)]
struct Answer<'r> {
    holds: bool,
    at: Time,
    checks: &'r [Check],
    found_at_take_over: &'r [Check],
    left_out: usize,
    under_way: &'r [rocketmall_store::verify::UnderWay],
}

impl<'r> Answer<'r> {
    fn of(report: &'r Report) -> Self {
        Self {
            holds: report.holds(),
            at: Time(report.at),
            checks: &report.checks,
            found_at_take_over: &report.found_at_take_over,
            left_out: report.left_out,
            under_way: &report.under_way,
        }
    }
}

/// What the invariants are about, in the words of the design.
const INVARIANTS: [(&str, &str); 8] = [
    ("I1", "stock is what its log says"),
    ("I2", "balances and scores are what their logs say"),
    ("I3", "a coupon belongs to at most one order"),
    ("I4", "an order is paid once, with its amount"),
    ("I5", "every effect happens once; no message is lost"),
    ("I6", "an order that exists is whole"),
    ("I7", "one idempotency key, one answer"),
    ("I8", "nothing stays in between"),
];

/// A line per invariant, what breaks it below.
pub(super) fn text(report: &Report) -> String {
    let mut checks: BTreeMap<&str, Vec<&Check>> = INVARIANTS.iter().map(|(name, _)| (*name, Vec::new())).collect();
    for check in &report.checks {
        checks.entry(check.invariant).or_default().push(check);
    }
    let mut text = String::new();
    for (invariant, checks) in &checks {
        let about = INVARIANTS.iter().find(|(name, _)| name == invariant).map_or("", |(_, about)| about);
        let broken: Vec<&&Check> = checks.iter().filter(|check| check.total > 0).collect();
        let verdict = match (broken.is_empty(), checks.is_empty()) {
            (true, true) => "none  ",
            (true, false) => "holds ",
            (false, _) => "BROKEN",
        };
        let _ = writeln!(text, "{invariant}  {verdict}  {about} ({} checks)", checks.len());
        for check in broken {
            let _ = writeln!(text, "    {}: {}, but not so in {}:", check.name, check.holds, rows(check.total));
            name_found(&mut text, check);
        }
    }
    if !report.found_at_take_over.is_empty() {
        text.push_str("found when the database was taken over, and no break since:\n");
        for check in &report.found_at_take_over {
            let _ = writeln!(text, "    {}: {}, but not so in {}:", check.name, check.holds, rows(check.total));
            name_found(&mut text, check);
        }
    }
    if report.left_out > 0 {
        let _ = writeln!(text, "{} checks are left out: they speak of parts of the shop that this database has not", report.left_out);
    }
    let under_way: Vec<String> =
        report.under_way.iter().filter(|count| count.count > 0).map(|count| format!("{} {}", count.count, count.what)).collect();
    let _ = writeln!(text, "under way: {}", if under_way.is_empty() { "nothing".to_owned() } else { under_way.join("; ") });
    let broken = report.broken().count();
    let _ = match broken {
        0 => writeln!(text, "all {} checks hold", report.checks.len()),
        _ => writeln!(text, "{broken} of {} checks are broken", report.checks.len()),
    };
    text
}

fn name_found(text: &mut String, check: &Check) {
    for found in &check.found {
        let _ = writeln!(text, "      {} {}: {}", found.of, found.id, found.detail);
    }
    let unnamed = check.total.saturating_sub(i64::try_from(check.found.len()).unwrap_or(i64::MAX));
    if unnamed > 0 {
        let _ = writeln!(text, "      and {unnamed} more");
    }
}

fn rows(count: i64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
