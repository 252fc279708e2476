//! The checks as statements of a dialect, read from the SQL files.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use rocketmall_core::id::Timestamp;
use rocketmall_core::message::SUBSCRIPTIONS;

use super::gather::tables_and_parts;
use super::{Limits, NAMED};
use crate::connection::{Dialect, Statement};
use crate::statements::sections;

const FILES: [&str; 4] = [include_str!("sums.sql"), include_str!("payments.sql"), include_str!("effects.sql"), include_str!("between.sql")];

/// Asked where the pay role's own rows are beside the orders' notes: in a copy of several databases.
const APART: [&str; 1] = [include_str!("apart.sql")];

static SQLITE: LazyLock<Rules> = LazyLock::new(|| Rules::parse(&FILES, Dialect::Sqlite));
static MYSQL: LazyLock<Rules> = LazyLock::new(|| Rules::parse(&FILES, Dialect::Mysql));
static OF_APART: LazyLock<Rules> = LazyLock::new(|| Rules::parse(&APART, Dialect::Sqlite));

/// Everything an audit asks, in one dialect.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) checks: Vec<Rule>,
    pub(super) counts: Vec<Count>,
}

/// One check.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) invariant: &'static str,
    pub(super) holds: &'static str,
    /// What a found row is.
    pub(super) of: &'static str,
    /// What is wrong with it, as a template.
    pub(super) found: &'static str,
    /// What breaks it, without what was known at a take-over.
    pub(super) statement: Statement,
    /// That alone.
    pub(super) known: Statement,
    /// Notes all that breaks it as known; its first parameter is the time.
    pub(super) noting: Statement,
    pub(super) parameters: Vec<Parameter>,
    /// Whose tables it reads.
    pub(super) parts: Vec<&'static str>,
}

/// One count of what is under way.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) statement: Statement,
    pub(super) parameters: Vec<Parameter>,
    /// Whose tables it reads.
    pub(super) parts: Vec<&'static str>,
}

/// A moment that a statement asks for by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Now,
    OutboxBefore,
    InboxBefore,
    InboxKeptFrom,
    LeaseBefore,
    GraceBefore,
    RefundBefore,
}

impl Parameter {
    fn named(name: &str) -> Self {
        match name {
            "now" => Self::Now,
            "outbox_before" => Self::OutboxBefore,
            "inbox_before" => Self::InboxBefore,
            "inbox_kept_from" => Self::InboxKeptFrom,
            "lease_before" => Self::LeaseBefore,
            "grace_before" => Self::GraceBefore,
            "refund_before" => Self::RefundBefore,
            other => panic!("verify knows no :{other}"),
        }
    }

    pub(super) fn value(self, now: Timestamp, limits: Limits) -> i64 {
        let ago = match self {
            Self::Now => 0,
            Self::OutboxBefore => limits.outbox_age,
            Self::InboxBefore => limits.inbox_age,
            Self::InboxKeptFrom => limits.inbox_kept,
            Self::LeaseBefore => limits.lease,
            Self::GraceBefore => limits.grace,
            Self::RefundBefore => limits.refund_age,
        };
        now.millis().saturating_sub(ago)
    }
}

impl Rules {
    pub(super) fn of(dialect: Dialect) -> &'static Self {
        match dialect {
            Dialect::Sqlite => &SQLITE,
            Dialect::Mysql => &MYSQL,
        }
    }

    /// What is asked of a copy where payments are apart from their orders.
    pub(super) fn of_apart() -> &'static Self {
        &OF_APART
    }

    /// The texts are ours: one that is not as `verify` says is a defect that every test of it meets.
    fn parse(files: &[&'static str], dialect: Dialect) -> Self {
        let read = |files: &[&'static str]| files.iter().flat_map(|file| sections(file)).map(Section::read).collect::<Vec<_>>();
        let (sections, all) = (read(files), read(&FILES));
        let unsettled = all.iter().find(|section| section.name == "unsettled").map_or("", |section| section.sql);
        let mut rules = Self::default();
        for Section { name, about, says, found, sql } in sections {
            let text = written_out(sql, unsettled, dialect);
            let parts = parts_of(&text);
            match about {
                "part" => {}
                "under way" => {
                    let (sql, parameters) = numbered(&text);
                    rules.counts.push(Count { name, what: says, statement: Statement { name, sql: sql.leak() }, parameters, parts });
                }
                invariant => {
                    let (of, found) = found.unwrap_or_else(|| panic!("verify {name}: a second comment says what a found row is"));
                    let (text, parameters) = numbered(&text);
                    let id = first_column(&text);
                    // joined: MariaDB gets "not exists" over a derived table wrong when it runs a prepared statement a second time
                    let wrapped = |condition: &str| {
                        let sql = format!(
                            "select q.*, count(*) over () from (\n{text}\n) q left join trade_takeover_finding f
                             on f.check_name = '{name}' and f.row_id = cast(q.{id} as char) where f.check_name {condition} order by 1 limit {NAMED}"
                        );
                        Statement { name, sql: sql.leak() }
                    };
                    let noting = format!(
                        "insert {} into trade_takeover_finding (check_name, row_id, found_time)
                         select '{name}', cast(q.{id} as char), ? from (\n{text}\n) q where q.{id} is not null",
                        if dialect == Dialect::Sqlite { "or ignore" } else { "ignore" }
                    );
                    rules.checks.push(Rule {
                        name,
                        invariant,
                        holds: says,
                        of,
                        found,
                        statement: wrapped("is null"),
                        known: wrapped("is not null"),
                        noting: Statement { name, sql: noting.leak() },
                        parameters,
                        parts,
                    });
                }
            }
        }
        rules
    }
}

/// A section of the files: its comments and its text.
struct Section {
    name: &'static str,
    about: &'static str,
    says: &'static str,
    found: Option<(&'static str, &'static str)>,
    sql: &'static str,
}

impl Section {
    fn read(Statement { name, sql }: Statement) -> Self {
        let (first, rest) = comment(sql).unwrap_or_else(|| panic!("verify {name}: it begins with a comment"));
        let second = comment(rest);
        let ((about, says), found) = (first, second.map(|(found, _)| found));
        Self { name, about, says, found, sql: second.map_or(rest, |(_, rest)| rest) }
    }
}

/// A line "-- a: b" as a and b, and what follows it.
fn comment(text: &'static str) -> Option<((&'static str, &'static str), &'static str)> {
    let (line, rest) = text.strip_prefix("-- ")?.split_once('\n')?;
    Some((line.split_once(": ")?, rest))
}

fn written_out(sql: &str, unsettled: &str, dialect: Dialect) -> String {
    let sql = sql.replace("@unsettled", &format!("({unsettled})")).replace("@subscriptions", &subscriptions());
    match dialect {
        Dialect::Sqlite => called(&called(&sql, "cents", "(", ")"), "millis", "(", ")"),
        Dialect::Mysql => {
            called(&called(&sql, "cents", "cast((", ") * 100 as signed)"), "millis", "cast(unix_timestamp(", ") * 1000 as signed)")
        }
    }
}

/// The parts of the shop whose tables a text names.
fn parts_of(text: &str) -> Vec<&'static str> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let words: BTreeSet<&str> = text.split(|c: char| !is_name(c)).collect();
    let parts: BTreeSet<&str> = tables_and_parts().filter(|(table, _)| words.contains(table)).map(|(_, part)| part).collect();
    parts.into_iter().collect()
}

/// The name of the first column that a text selects.
fn first_column(text: &str) -> &str {
    let columns = text.trim_start().strip_prefix("select ").unwrap_or(text);
    let mut depth = 0_usize;
    let end = columns.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c == ',' || c == '\n')
    });
    let first = columns.split_at(end.unwrap_or(columns.len())).0;
    let first = first.split(" from ").next().unwrap_or(first);
    first.rsplit([' ', '.']).next().unwrap_or(first)
}

/// The core's table of who hears what, as a table of SQL.
fn subscriptions() -> String {
    let row = |s: &rocketmall_core::message::Subscription| {
        format!("select '{}' as msg_topic, '{}' as msg_tag, '{}' as group_name", s.topic, s.tag, s.group)
    };
    format!("({})", SUBSCRIPTIONS.iter().map(row).collect::<Vec<_>>().join(" union all "))
}

/// Each `function(x)` as `before x after`.
fn called(sql: &str, function: &str, before: &str, after: &str) -> String {
    let call = format!("{function}(");
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some((left, right)) = rest.split_once(&call) {
        let end = closing(right);
        let (argument, behind) = right.split_at(end);
        let _ = write!(text, "{left}{before}{argument}{after}");
        rest = behind.strip_prefix(')').unwrap_or(behind);
    }
    text + rest
}

/// Where the bracket closes that was opened before `text`.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    text.find(|c| {
        depth = match c {
            '(' => depth + 1,
            ')' if depth == 0 => return true,
            ')' => depth - 1,
            _ => depth,
        };
        false
    })
    .unwrap_or(text.len())
}

/// Each `:name` as `?`, and the names in turn.
fn numbered(sql: &str) -> (String, Vec<Parameter>) {
    let mut parts = sql.split(':');
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut parameters = Vec::new();
    for part in parts {
        let length = part.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(part.len());
        let (name, rest) = part.split_at(length);
        if name.is_empty() {
            text.push(':');
        } else {
            parameters.push(Parameter::named(name));
            text.push('?');
        }
        text.push_str(rest);
    }
    (text, parameters)
}

/// All checks as Markdown, for `docs/verify.md`.
pub fn page() -> String {
    let mut out = String::from(
        "# What `verify` audits\n\nGenerated from `crates/store/src/verify`; a test compares them. The invariants are explained in ARCHITECTURE.md. A check that\n\
         finds something names the ids; one row is enough for exit code 1. What a message is still to bring is no finding while that message\n\
         is under way: if it is late, dead or lost, that is a finding of its own. Rows that broke a check when the original's database was taken\n\
         over (docs/migrating-from-java.md) are told apart, and are no finding either; a database with some parts of the shop gets the checks\n\
         that speak of these alone.\n\n| | check | holds | names |\n|---|---|---|---|\n",
    );
    let rules = Rules::of(Dialect::Sqlite);
    for rule in &rules.checks {
        let _ = writeln!(out, "| {} | `{}` | {} | {} |", rule.invariant, rule.name, rule.holds, rule.of);
    }
    out.push_str("\nBeside these, where the pay role has a database of its own, and all databases are audited together:\n\n| | check | holds | names |\n|---|---|---|---|\n");
    for rule in &Rules::of_apart().checks {
        let _ = writeln!(out, "| {} | `{}` | {} | {} |", rule.invariant, rule.name, rule.holds, rule.of);
    }
    out.push_str("\nCounted, but no finding: it is under way, and within its limit.\n\n| count | of |\n|---|---|\n");
    for count in &rules.counts {
        let _ = writeln!(out, "| `{}` | {} |", count.name, count.what);
    }
    out
}
