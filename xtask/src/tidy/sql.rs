//! The two SQL files are one list of statements in two dialects.

use super::Complaints;
use super::tree::Tree;

const SQLITE: &str = "crates/store/src/sqlite.sql";
const MYSQL: &str = "crates/store/src/mysql.sql";

pub(super) fn same_sections(tree: &Tree) -> Complaints {
    let missing = [SQLITE, MYSQL].into_iter().filter(|path| tree.text(path).is_none());
    let missing: Complaints = missing.map(|path| format!("{path} is missing")).collect();
    let (Some(sqlite), Some(mysql)) = (tree.text(SQLITE), tree.text(MYSQL)) else { return missing };
    let (sqlite, mysql) = (sections(sqlite), sections(mysql));

    let mut complaints = Vec::new();
    for (path, names) in [(SQLITE, &sqlite), (MYSQL, &mysql)] {
        if names.is_empty() {
            complaints.push(format!("{path}: no `-- name:` section"));
        }
        let twice = names.iter().enumerate().filter(|(at, name)| names[..*at].contains(name));
        complaints.extend(twice.map(|(_, name)| format!("{path}: two sections named {name}")));
    }
    complaints.extend(sqlite.iter().filter(|name| !mysql.contains(name)).map(|name| format!("{MYSQL}: no section named {name}")));
    complaints.extend(mysql.iter().filter(|name| !sqlite.contains(name)).map(|name| format!("{SQLITE}: no section named {name}")));
    if complaints.is_empty() {
        let first = sqlite.iter().zip(&mysql).find(|(left, right)| left != right);
        complaints.extend(first.map(|(left, right)| format!("the order differs: where {SQLITE} has {left}, {MYSQL} has {right}")));
    }
    complaints
}

/// The names in `-- name: x` lines.
fn sections(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.trim().strip_prefix("-- name:")).map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sqlite: &str, mysql: &str) -> Complaints {
        same_sections(&Tree::of(&[(SQLITE, sqlite), (MYSQL, mysql)]))
    }

    #[test]
    fn finds_missing_files_sections_and_another_order() {
        assert_eq!(same_sections(&Tree::default()).len(), 2);
        assert_eq!(found("-- name: a\nselect 1;", "-- name: a\nselect 2;"), Complaints::new());
        assert_eq!(found("-- name: a", "-- name: a\n-- name: b"), ["crates/store/src/sqlite.sql: no section named b"]);
        assert_eq!(found("-- name: a\n-- name: a", "-- name: a"), ["crates/store/src/sqlite.sql: two sections named a"]);
        let other_order = found("-- name: a\n-- name: b", "-- name: b\n-- name: a");
        assert_eq!(other_order, ["the order differs: where crates/store/src/sqlite.sql has a, crates/store/src/mysql.sql has b"]);
    }
}
