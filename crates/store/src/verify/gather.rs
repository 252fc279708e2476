//! Rows of several databases in one: the audit's statements join tables that roles keep apart.
//!
//! The participants' rows are read first and the orders' last, each database in one snapshot: an effect that is seen has its order
//! then. The other way round, an order may be seen whose effects were not there yet: the caller looks twice.

use std::collections::BTreeSet;

use rocketmall_core::part::Parts;

use crate::connection::{Connection, Dialect, Statement};
use crate::database::Database;
use crate::error::StoreError;
use crate::statements::sections;
use crate::value::{Row, Value};

const TABLES: &str = include_str!("gather.sql");
const APART: &str = include_str!("gather_apart.sql");

/// The table of outgoing messages: databases that give out numbers by themselves may have given one twice.
const MESSAGES: &str = "trade_mq_producer_temp every write";

/// Rows written in one go.
const PORTION: usize = 10_000;

/// One table: whose it is, how it is read, how it is written.
struct Table {
    part: &'static str,
    read: Statement,
    write: Statement,
}

/// The tables in the order of the file, as they are read from this dialect.
fn tables(dialect: Dialect) -> Vec<Table> {
    let wanted = if dialect == Dialect::Sqlite { "sqlite" } else { "mysql" };
    let sections = sections(TABLES);
    let of = |name: &str, manner: &str| {
        sections.iter().find(|section| section.name.starts_with(name) && section.name.ends_with(manner)).copied()
    };
    let names = sections.iter().filter_map(|section| section.name.strip_suffix(" write"));
    let table = |name: &'static str| {
        let (read, write) = (of(&format!("{name} "), wanted)?, of(&format!("{name} "), "write")?);
        Some(Table { part: name.split_once(' ')?.1, read, write })
    };
    names.filter_map(table).collect()
}

/// The shop's tables, and whose they are.
pub(super) fn tables_and_parts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let named = sections(TABLES).into_iter().filter_map(|section| section.name.strip_suffix(" write"));
    named.filter_map(|name| name.split_once(' '))
}

/// Copies what each of `sources` keeps into `into`, which has the whole shop's schema and no rows.
pub async fn gather(into: &Database, sources: &[Database]) -> Result<(), StoreError> {
    let mut sources: Vec<&Database> = sources.iter().collect();
    sources.sort_by_key(|source| source.parts().hold(Parts::ORDERS));
    let mut numbers = BTreeSet::new();
    for source in sources {
        let parts = source.parts();
        if parts.hold_payments_alone() {
            into.with(move |connection| Box::pin(async move { connection.run("verify_pay", apart("create").sql).await })).await?;
        }
        let copied = source.look(move |connection| Box::pin(read(connection, parts))).await?;
        for (statement, mut rows) in copied {
            if statement.name == MESSAGES {
                for row in &mut rows {
                    tell_apart(row, &mut numbers);
                }
            }
            for portion in rows.chunks(PORTION) {
                let portion = portion.to_vec();
                into.with(move |connection| Box::pin(write(connection, statement, portion))).await?;
            }
        }
    }
    Ok(())
}

async fn read(connection: &mut Connection, parts: Parts) -> Result<Vec<(Statement, Vec<Row>)>, StoreError> {
    super::begin_snapshot(connection).await?;
    let mut copied = Vec::new();
    for table in tables(connection.dialect()).into_iter().filter(|table| crate::migrate::is_held(parts, table.part)) {
        copied.push((table.write, connection.query(table.read, &[]).await?));
    }
    if parts.hold_payments_alone() {
        let statement = apart(if connection.dialect() == Dialect::Sqlite { "sqlite" } else { "mysql" });
        copied.push((apart("write"), connection.query(statement, &[]).await?));
    }
    connection.rollback().await?;
    Ok(copied)
}

/// What is done with the pay role's own rows.
fn apart(name: &str) -> Statement {
    sections(APART).into_iter().find(|section| section.name == name).unwrap_or(Statement { name: "verify_pay", sql: "" })
}

/// Does this copy have the pay role's own rows beside the orders' notes?
pub(super) async fn has_apart(connection: &mut Connection) -> Result<bool, StoreError> {
    if connection.dialect() != Dialect::Sqlite {
        return Ok(false);
    }
    let rows = connection.query(apart("is_there"), &[]).await?;
    Ok(matches!(rows.first().map(Vec::as_slice), Some([Value::Int(1)])))
}

/// Another number for a message whose number another database's has.
fn tell_apart(message: &mut Row, numbers: &mut BTreeSet<i64>) {
    let Some(Value::Int(number)) = message.first_mut() else { return };
    if !numbers.insert(*number) {
        *number = -*number;
        // a third database may have it too
        while !numbers.insert(*number) {
            *number -= 1;
        }
    }
}

async fn write(connection: &mut Connection, statement: Statement, rows: Vec<Row>) -> Result<(), StoreError> {
    connection.begin().await?;
    let written = connection.write(statement, &rows).await;
    match &written {
        Ok(_) => connection.commit().await?,
        Err(_) => connection.rollback().await?,
    }
    written.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read_from_both_and_written() {
        for dialect in [Dialect::Sqlite, Dialect::Mysql] {
            let tables = tables(dialect);
            assert_eq!(tables.len() * 3, sections(TABLES).len());
            for table in tables {
                assert_eq!(table.part == "every", crate::migrate::is_held(Parts::NONE, table.part), "{}", table.read.name);
            }
        }
    }

    #[test]
    fn a_number_that_three_databases_gave_out_is_three_numbers() {
        let mut numbers = BTreeSet::new();
        let mut rows: Vec<Row> = [7, 7, 7].map(|number| vec![Value::Int(number)]).to_vec();
        for row in &mut rows {
            tell_apart(row, &mut numbers);
        }
        assert_eq!(rows, [7, -7, -8].map(|number| vec![Value::Int(number)]));
    }
}
