//! The steps of a take-over, read from the SQL files of the parts.
//!
//! `-- step: KIND NAME` begins one; its statement may be run again, whatever became of it before. Kinds, in the order they come:
//! `refuse` selects rows that cannot be kept, before anything is changed; `alter` changes a table; `run` makes the rows fit for the
//! next `alter`; `portions` goes over a table in pieces, each by itself; `adopt` belongs to the one transaction of a part, and so
//! does `again`, when the original has written to it since. Comments below say more: `until:` what is there once it is done,
//! `needs:` the table without which it is left out, `along:` the key that it goes along, `says:` why rows are refused.

use std::sync::LazyLock;

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Refuse,
    Alter,
    Run,
    Portions,
    Adopt,
    Again,
}

/// One statement.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) kind: Kind,
    /// Of an `alter`, the table.
    pub(super) name: &'static str,
    pub(super) until: Option<Until>,
    pub(super) needs: Option<&'static str>,
    /// Table and key.
    pub(super) along: Option<(&'static str, &'static str)>,
    pub(super) says: &'static str,
    pub(super) sql: &'static str,
}

/// What is there once a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    Column { table: &'static str, column: &'static str },
    Key { table: &'static str, key: &'static str },
    Length { table: &'static str, column: &'static str, length: i64 },
}

/// A part of the shop whose tables the original has too.
#[derive(Debug)]
pub(super) struct Part {
    /// As migrations name it.
    pub(super) name: &'static str,
    pub(super) steps: Vec<Step>,
}

static PARTS: LazyLock<Vec<Part>> = LazyLock::new(|| {
    const PAY: &str = include_str!("pay.sql");
    let files: [(&str, &[&'static str]); 6] = [
        ("every", &[include_str!("every.sql")]),
        ("goods", &[include_str!("goods.sql")]),
        ("coupons", &[include_str!("coupons.sql")]),
        ("accounts", &[include_str!("accounts.sql")]),
        ("orders", &[PAY, include_str!("orders.sql")]),
        ("payments", &[PAY, include_str!("payments.sql")]),
    ];
    // what stands before a file's first step is a comment
    let steps = |texts: &[&'static str]| texts.iter().flat_map(|text| text.split("-- step: ").skip(1)).map(Step::read).collect();
    files.into_iter().map(|(name, texts)| Part { name, steps: steps(texts) }).collect()
});

/// The parts in the order in which they are taken over.
pub(super) fn parts() -> &'static [Part] {
    &PARTS
}

impl Step {
    /// The texts are ours: one that cannot be read is a defect that every test of a take-over meets.
    fn read(text: &'static str) -> Self {
        let (head, mut sql) = text.split_once('\n').unwrap_or((text, ""));
        let (kind, name) = head.trim().split_once(' ').unwrap_or((head, ""));
        let kind = match kind {
            "refuse" => Kind::Refuse,
            "alter" => Kind::Alter,
            "run" => Kind::Run,
            "portions" => Kind::Portions,
            "adopt" => Kind::Adopt,
            "again" => Kind::Again,
            other => panic!("take-over {name}: there is no kind {other}"),
        };
        let mut step = Self { kind, name, until: None, needs: None, along: None, says: "", sql };
        while let Some((line, rest)) = sql.strip_prefix("-- ").and_then(|text| text.split_once('\n')) {
            match line.split_once(": ") {
                Some(("until", what)) => step.until = Some(Until::read(name, what)),
                Some(("needs", table)) => step.needs = Some(table),
                Some(("along", key)) => step.along = key.split_once('.'),
                Some(("says", words)) => step.says = words,
                _ => {}
            }
            sql = rest;
        }
        step.sql = sql.trim();
        step
    }

    /// The table without which there is nothing to do.
    pub(super) fn table(&self) -> Option<&'static str> {
        match (self.kind, self.until) {
            (Kind::Alter, _) => Some(self.name),
            (_, Some(Until::Key { table, .. })) => Some(table),
            _ => None,
        }
    }
}

impl Until {
    fn read(table: &'static str, what: &'static str) -> Self {
        let words: Vec<&'static str> = what.split(' ').collect();
        match words.as_slice() {
            ["column", column] => Self::Column { table, column },
            ["key", place] => {
                let (table, key) = place.split_once('.').unwrap_or((table, place));
                Self::Key { table, key }
            }
            ["length", column, length] => Self::Length { table, column, length: length.parse().unwrap_or_default() },
            _ => panic!("take-over {table}: until what? {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_can_be_read_and_is_done_at_some_time() {
        for part in parts() {
            assert!(!part.steps.is_empty(), "{} has no steps", part.name);
            for step in &part.steps {
                assert!(!step.sql.is_empty() && !step.sql.contains(';'), "{}: one statement", step.name);
                assert_eq!(step.kind == Kind::Refuse, !step.says.is_empty(), "{}: says why", step.name);
                assert_eq!(step.kind == Kind::Portions, step.along.is_some(), "{}: goes along a key", step.name);
                assert_eq!(matches!(step.kind, Kind::Alter | Kind::Run), step.until.is_some(), "{}: until when", step.name);
                assert_eq!(step.kind == Kind::Portions, step.sql.contains(":from") && step.sql.contains(":to"), "{}", step.name);
            }
        }
    }
}
