//! Every statement is prepared and explained: it fits the schema, and finds its rows through a key.

use rocketmall_core::command::{Outcome, Request};
use rocketmall_core::payment::Payment;
use rocketmall_store::statements::Statements;
use rocketmall_store::{Dialect, Statement, Value};

use crate::database::TestDatabase;
use crate::process::{Clock, Process, basket, keyed};

/// Texts among the plain parameters, by statement; all others are numbers.
const TEXTS: [(&str, &[usize]); 11] = [
    ("session_insert", &[0, 2]),
    ("session_delete", &[0]),
    ("login_find", &[0]),
    ("outbox_by_key", &[0]),
    ("inbox_by_key", &[0]),
    ("outbox_fail", &[2]),
    ("cursor_load", &[0]),
    ("cursor_save", &[2]),
    ("outbox_page", &[1, 2, 3, 4]),
    ("outbox_page_of_state", &[5, 6, 7, 8]),
    ("inbox_page", &[3, 4, 5, 7, 8, 9, 10, 11, 12]),
];

/// Enough rows that a plan through a key is the better one.
async fn filled() -> (TestDatabase, Process) {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let user = process.user("100000.00").await;
    for _ in 0..5 {
        let goods = process.goods("200.00", 1_000).await;
        process.coupon(user, "1.00").await;
        let requests =
            (0..50).map(|number| keyed(process.placing(basket(user, &[(goods, 1)])), user, "place", &format!("{goods} {number}")));
        let orders = process.run(requests.collect()).await;
        let starts: Vec<Request> = orders
            .answers
            .into_iter()
            .map(|answer| process.starting(crate::process::placed(answer.expect("placed").receipt).id, "sandbox").into())
            .collect();
        for (number, answer) in process.run(starts).await.answers.into_iter().enumerate() {
            let rocketmall_core::command::Receipt::Started(payment) = answer.expect("started").receipt else { panic!("not started") };
            end(&process, number, &payment).await;
        }
        process.user("0.00").await;
    }
    process.deliver().await;
    (home, process)
}

async fn end(process: &Process, number: usize, payment: &Payment) {
    match number % 5 {
        0 => drop(process.cancel(payment.order_id).await),
        1 | 2 => process.notify(payment, Outcome::Succeeded).await,
        _ => {}
    }
}

#[tokio::test]
async fn statements_use_a_key_in_a_full_shop() {
    let (_home, process) = filled().await;
    if process.database.dialect() == Dialect::Mysql {
        let tables = "trade_order, trade_pay, trade_goods, trade_user, trade_coupon, trade_mq_producer_temp, trade_mq_consumer_log,
            trade_timer, trade_idempotency";
        process.sql(&format!("analyze table {tables}")).await;
    }
    every_statement_is_well_planned(&process).await;
}

/// A database that thinks a table is small would rather read all of it, and lock all of it.
#[tokio::test]
async fn statements_use_a_key_in_a_shop_of_a_few_rows() {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    let (goods, user) = (process.goods("200.00", 10).await, process.user("1.00").await);
    process.place(basket(user, &[(goods, 1)])).await;
    every_statement_is_well_planned(&process).await;
}

async fn every_statement_is_well_planned(process: &Process) {
    let dialect = process.database.dialect();
    let mut complaints = Vec::new();
    for statement in Statements::of(dialect).all() {
        let plan = explain(process, statement).await;
        let complaint = match dialect {
            Dialect::Sqlite => sqlite_scan(statement, &plan),
            Dialect::Mysql => mysql_scan(statement, &plan),
        };
        complaints.extend(complaint.map(|what| format!("{}: {what}\n{}\n{}", statement.name, statement.sql, plan.join("\n"))));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

/// The lines of the plan, columns apart by " | ".
async fn explain(process: &Process, statement: Statement) -> Vec<String> {
    let dialect = process.database.dialect();
    let word = if dialect == Dialect::Sqlite { "explain query plan" } else { "explain" };
    let explained = Statement { name: statement.name, sql: format!("{word} {}", statement.sql).leak() };
    let params = match dialect {
        Dialect::Sqlite => vec![Value::Null; parameters(statement.sql)],
        Dialect::Mysql if statement.sql.contains("json_table") => vec![Value::Text(json_rows(statement.sql))],
        Dialect::Mysql => plain(statement),
    };
    let plan = process.database.query(explained, params).await;
    let plan = plan.unwrap_or_else(|error| panic!("{}: {error}\n{}", statement.name, statement.sql));
    plan.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join(" | ")).collect()
}

/// How many parameters a statement of SQLite has: `?` each time a new one, `?3` at least three.
fn parameters(sql: &str) -> usize {
    let after = sql.split('?').skip(1);
    after.enumerate().fold(0, |most, (index, rest)| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        most.max(digits.parse().unwrap_or(index + 1))
    })
}

fn plain(statement: Statement) -> Vec<Value> {
    let texts = TEXTS.iter().find(|(name, _)| *name == statement.name).map_or(&[][..], |(_, texts)| texts);
    (0..statement.sql.matches('?').count())
        .map(|index| if texts.contains(&index) { Value::Text("x".to_owned()) } else { Value::Int(1) })
        .collect()
}

/// Three rows of the types that the statement declares.
fn json_rows(sql: &str) -> String {
    let count = sql.matches("path '$[").count();
    let columns: Vec<&str> =
        sql.split("path '$[").filter_map(|part| part.rsplit(['(', ',']).find(|piece| piece.trim().contains(' '))).collect();
    let value = |number: i64, column: &&str| {
        let text = column.contains("char") || column.contains("text") || column.contains("collate");
        if text { format!("\"{number}\"") } else { number.to_string() }
    };
    let row = |number: i64| format!("[{}]", columns.iter().take(count).map(|column| value(number, column)).collect::<Vec<_>>().join(","));
    format!("[{}]", (1..=3).map(row).collect::<Vec<_>>().join(","))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    }
}

/// id, parent, not used, what is done.
fn sqlite_scan(statement: Statement, plan: &[String]) -> Option<String> {
    // at most 1,024 short rows, looked through when a process starts
    let small = ["worker_free", "worker_highest"].contains(&statement.name);
    let scan = plan.iter().find(|line| line.contains("| SCAN ") && !line.contains("CONSTANT ROW"));
    scan.filter(|_| !small).map(|line| format!("reads a whole table: {line}"))
}

/// id, `select_type`, table, type, `possible_keys`, key, `key_len`, ref, rows, Extra.
fn mysql_scan(statement: Statement, plan: &[String]) -> Option<String> {
    let lines = || plan.iter().map(|line| line.split(" | ").collect::<Vec<_>>());
    let batch = statement.sql.contains("straight_join");
    if batch && !lines().any(|line| ["eq_ref", "ref"].contains(&line[3])) {
        return Some("does not go from key to row".to_owned());
    }
    // the parts of a key that is a text, or of several columns
    let whole_key = match statement.name {
        "inbox_load" | "inbox_update" | "inbox_lease" => "774",
        "remembered_load" => "524",
        "mobile_load" => "82",
        "session_load" => "256",
        "timer_clear" | "timer_lease" => "9",
        _ => "",
    };
    if !whole_key.is_empty() && !lines().any(|line| line[6] == whole_key) {
        return Some(format!("does not use the whole key, which has {whole_key} bytes"));
    }
    // what a person or a gauge asks may read a small table as a whole: nothing is locked
    let may_scan = ["worker_free", "message_gauges"].contains(&statement.name);
    let scan = lines().find(|line| line[3] == "ALL" && line[1] != "INSERT" && !line[9].contains("Table function"));
    scan.filter(|_| !may_scan).map(|line| format!("reads a whole table: {}", line.join(" | ")))
}
