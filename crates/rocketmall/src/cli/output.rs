//! Stdout: what was asked for and nothing else.

use std::io::{ErrorKind, Write as _};

use serde::Serialize;

use super::failure::Failure;

/// How a command answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Writes the text at once. That nobody reads it (a closed pipe) ends the command without a word.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::PipeClosed,
        _ => Failure::Unreachable(format!("the output cannot be written: {error}")),
    })
}

/// Writes it as indented JSON.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::Check(format!("the answer cannot be written as JSON: {error}")))?;
    print(&format!("{text}\n"))
}

/// Something to know beside the output.
pub(super) fn note(text: &str) {
    // whoever closed stderr does not want to know
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Columns below their names.
pub(super) fn table(names: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return "none\n".to_owned();
    }
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).chain(names.get(column).map(|name| name.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..names.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut text = line(&mut names.iter().copied());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let rows = [vec!["1".to_owned(), "正确".to_owned(), "x".to_owned()], vec!["12345".to_owned(), String::new(), String::new()]];
        assert_eq!(table(&["ID", "TEXT", "END"], &rows), "ID     TEXT  END\n1      正确    x\n12345\n");
        assert_eq!(table(&["ID"], &[]), "none\n");
    }
}
