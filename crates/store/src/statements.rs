//! The SQL files as a struct: each `-- name:` section is a field; a missing or an extra one fails.

use std::sync::LazyLock;

use crate::connection::{Dialect, Statement};

macro_rules! statements {
    ($($name:ident)*) => {
        /// Every statement of one dialect.
        #[derive(Debug)]
        #[expect(missing_docs, reason = "each is described by its text in the SQL file")]
        pub struct Statements {
            $(pub $name: Statement,)*
        }

        impl Statements {
            const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            fn from_sections(sections: &[Statement]) -> Self {
                let mut sections = sections.iter().copied();
                Self { $($name: sections.next().unwrap_or(Statement { name: stringify!($name), sql: "" }),)* }
            }

            /// All of them, in the order of the files.
            pub fn all(&self) -> Vec<Statement> {
                vec![$(self.$name,)*]
            }
        }
    };
}

statements! {
    order_of_payment order_of_refund user_of_order order_load order_line_load payment_load payment_load_alone refund_load refund_line_load goods_load account_load
    coupon_load stock_log_load money_log_load score_log_load mobile_load inbox_load remembered_load
    order_insert order_line_insert order_update payment_insert payment_update refund_insert refund_line_insert refund_update goods_insert goods_move
    goods_edit account_insert account_update coupon_insert coupon_update stock_log_insert money_log_insert score_log_insert
    payment_log_insert outbox_insert outbox_sent inbox_insert inbox_update remembered_insert remembered_update timer_set timer_clear
    batch_mark batch_look worker_free worker_highest worker_add worker_take worker_renew
    outbox_due outbox_lease outbox_fail outbox_touch outbox_replay outbox_sent_page inbox_heard cursor_load cursor_save inbox_due inbox_lease timer_due timer_due_orders timer_due_payments timer_lease timer_next
    purge_outbox_end purge_outbox purge_inbox_end purge_inbox purge_idempotency_end purge_idempotency purge_sessions_end purge_sessions
    session_insert session_load session_delete login_find password_set
    order_ids order_ids_all goods_ids coupon_ids refund_ids refund_ids_all payment_log_of_order
    outbox_by_key outbox_by_id outbox_page outbox_page_of_state inbox_by_message inbox_by_key inbox_page outbox_gauges message_gauges
}

static SQLITE: LazyLock<Statements> = LazyLock::new(|| Statements::parse(include_str!("sqlite.sql")));
static MYSQL: LazyLock<Statements> = LazyLock::new(|| Statements::parse(include_str!("mysql.sql")));

impl Statements {
    /// The statements of this dialect.
    pub fn of(dialect: Dialect) -> &'static Self {
        match dialect {
            Dialect::Sqlite => &SQLITE,
            Dialect::Mysql => &MYSQL,
        }
    }

    fn parse(text: &'static str) -> Self {
        let sections = sections(text);
        let names: Vec<_> = sections.iter().map(|section| section.name).collect();
        assert_eq!(names, Self::NAMES, "the SQL file and the list of statements differ");
        Self::from_sections(&sections)
    }
}

/// The `-- name:` sections of an SQL file, in order.
pub(crate) fn sections(text: &'static str) -> Vec<Statement> {
    let section = |part: &'static str| {
        let (name, sql) = part.split_once('\n')?;
        Some(Statement { name: name.trim(), sql: sql.trim() })
    };
    text.split("-- name: ").skip(1).filter_map(section).collect()
}

impl Statement {
    /// The same rows without locking them.
    #[must_use]
    pub fn unlocked(self) -> Self {
        Self { name: self.name, sql: self.sql.rsplit_once("for update").map_or(self.sql, |(rows, _)| rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// MySQL refuses to lock a JSON table (docs/decisions/0022-mysql.md), and CI has no MySQL that would say so.
    #[test]
    fn what_is_locked_beside_a_json_table_is_named() {
        let locks = |statement: &&Statement| statement.sql.contains("json_table(") && statement.sql.contains("for update");
        let all = Statements::of(Dialect::Mysql).all();
        assert!(all.iter().filter(locks).count() > 5, "there are such statements");
        for statement in all.iter().filter(locks) {
            assert!(statement.sql.contains("for update /*!80001 of "), "{}: MySQL must be told which table", statement.name);
        }
    }
}
