//! Rows of several databases in one: the audit's statements join tables that roles keep apart.
//!
//! The participants' rows are read first and the orders' last, each database in one snapshot: an effect that is seen has its order
//! then. The other way round, an order may be seen whose effects were not there yet: the caller looks twice.

use rocketmall_core::part::Parts;

use crate::connection::{Connection, Dialect, Statement};
use crate::database::Database;
use crate::error::StoreError;
use crate::statements::sections;
use crate::value::Row;

const TABLES: &str = include_str!("gather.sql");

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
    for source in sources {
        let parts = source.parts();
        let copied = source.look(move |connection| Box::pin(read(connection, parts))).await?;
        for (statement, rows) in copied {
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
    connection.rollback().await?;
    Ok(copied)
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
}
