//! The port: transactions, and every value that crosses it unharmed.

use rocketmall_store::statements::Statements;
use rocketmall_store::{Database, Row, Statement, StoreError, Value};

use crate::database::TestDatabase;
use crate::process::{Clock, Process};

async fn opened() -> (TestDatabase, Process) {
    let home = TestDatabase::create().await;
    let process = Process::start(&home, &Clock::new()).await;
    (home, process)
}

/// A remembered answer: a number, texts, a long text, a time.
fn answer(user: i64, key: &str, receipt: &str) -> Row {
    let text = |text: &str| Value::Text(text.to_owned());
    vec![Value::Int(user), text("call"), text(key), text(&"f".repeat(64)), text(receipt), Value::Int(1)]
}

async fn write(database: &Database, rows: Vec<Row>) -> Result<u64, StoreError> {
    let insert = Statements::of(database.dialect()).remembered_insert;
    database.with(move |connection| Box::pin(async move { connection.write(insert, &rows).await })).await
}

async fn read(database: &Database, rows: &[Row]) -> Vec<Row> {
    let load = Statements::of(database.dialect()).remembered_load;
    let keys: Vec<Row> = rows.iter().map(|row| row[..3].to_vec()).collect();
    let found = database.with(move |connection| Box::pin(async move { connection.read(load, &keys).await })).await;
    found.expect("remembered answers can be read")
}

#[tokio::test]
async fn a_transaction_is_kept_or_leaves_nothing() {
    let (_home, process) = opened().await;
    let database = &process.database;
    let insert = Statements::of(database.dialect()).remembered_insert;
    for (key, keep) in [("kept", true), ("undone", false)] {
        let rows = vec![answer(8, key, "{}")];
        let done = database.with(move |connection| {
            Box::pin(async move {
                connection.begin().await?;
                connection.write(insert, &rows).await?;
                if keep { connection.commit().await } else { connection.rollback().await }
            })
        });
        done.await.expect("a transaction");
    }
    let found = read(database, &[answer(8, "kept", ""), answer(8, "undone", "")]).await;
    assert_eq!(found, [answer(8, "kept", "{}")]);
}

/// A connection on which something failed is not left in the middle of a transaction.
#[tokio::test]
async fn a_failed_write_leaves_the_next_job_alone() {
    let (_home, process) = opened().await;
    write(&process.database, vec![answer(8, "taken", "{}")]).await.expect("the first is stored");
    let twice = write(&process.database, vec![answer(8, "new", "{}"), answer(8, "taken", "{}")]).await;
    assert!(matches!(twice, Err(StoreError::Duplicate { statement: "remembered_insert", .. })), "{twice:?}");
    write(&process.database, vec![answer(8, "next", "{}")]).await.expect("the next is stored");

    let nonsense = Statement { name: "nonsense", sql: "select no_such_column from trade_order" };
    let refused = process.database.query(nonsense, Vec::new()).await;
    assert!(matches!(refused, Err(StoreError::Refused { statement: "nonsense", .. })), "{refused:?}");
}

#[tokio::test]
async fn numbers_and_texts_come_back_as_they_went() {
    let (_home, process) = opened().await;
    let numbers = [0, 1, -1, (1 << 53) + 1, 1_322_698_832_693_301_248, i64::MAX, i64::MIN];
    let texts = ["", " ", "a'b\"c\\d", "line\nline\ttab\r\u{1}", "新西兰 😀 𝄞 e\u{301}", "null", "?1 :now", "%_", "{\"a\":[1,2.50,null]}"];
    let wide = "😀".repeat(20_000);
    let mut rows: Vec<Row> = numbers.iter().map(|number| answer(*number, "numbers", "{}")).collect();
    rows.extend(texts.iter().enumerate().map(|(number, text)| answer(7, &format!("{number}{text}"), text)));
    rows.push(answer(9, "wide", &wide));
    write(&process.database, rows.clone()).await.expect("they are stored");
    let mut found = read(&process.database, &rows).await;
    found.sort();
    rows.sort();
    assert_eq!(found, rows);
}

#[tokio::test]
async fn null_is_null_in_both_directions() {
    let (_home, process) = opened().await;
    let sql = Statements::of(process.database.dialect());
    let with_null = vec![Value::Text("hash".to_owned()), Value::Null, Value::Text("admin".to_owned()), Value::Int(1), Value::Int(2)];
    process.database.execute(sql.session_insert, with_null).await.expect("a session without a user");
    let found = process.database.sessions(vec!["hash".to_owned()]).await.expect("readable");
    let session = found.get("hash").expect("the session");
    assert_eq!((session.user, session.role.as_str(), session.expires_at.millis()), (None, "admin", 2));
}

/// Keys differ by case and by accent. (A space at the end makes no difference on MySQL: no key of ours may end in one.)
#[tokio::test]
async fn keys_that_look_alike_are_not_alike() {
    let (_home, process) = opened().await;
    let rows: Vec<Row> = ["key", "Key", "kéy", "ke\u{301}y"].iter().map(|key| answer(8, key, key)).collect();
    write(&process.database, rows.clone()).await.expect("they are stored side by side");
    for row in &rows {
        let alone = std::slice::from_ref(row);
        assert_eq!(read(&process.database, alone).await, alone);
    }
}
