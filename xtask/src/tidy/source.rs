//! Checks of single files: length, module docs, unfinished marks, machine paths, the purity of the core.

use super::Complaints;
use super::tree::{TextFile, Tree};

const LONGEST: usize = 600;

/// What people write and read as code.
const CODE: [&str; 9] = ["rs", "sql", "html", "js", "css", "toml", "sh", "yml", "json"];
const LIMITED: [&str; 5] = ["rs", "sql", "html", "js", "css"];

/// Written in pieces, so that this file does not find itself.
const UNFINISHED: [&str; 6] = [
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("X", "XX"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ig", "nore"),
];

const MACHINE: [&str; 3] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

/// Ways to time, chance, files, environment and threads. Configuration, ids and the time of day come to the core as arguments.
const IMPURE: [&str; 13] = [
    "std::time",
    "SystemTime",
    "Instant",
    "std::env",
    "env::",
    "std::fs",
    "fs::",
    "std::net",
    "std::thread",
    "std::process",
    "rand",
    "getrandom",
    "tokio",
];

pub(super) fn lengths(tree: &Tree) -> Complaints {
    let long = tree.with_extension(&LIMITED).map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > LONGEST);
    long.map(|(file, lines)| format!("{}: {lines} lines, {LONGEST} at most: is it several rooms?", file.path)).collect()
}

pub(super) fn module_docs(tree: &Tree) -> Complaints {
    let silent = tree.with_extension(&["rs"]).filter(|file| !file.text.trim_start().starts_with("//!"));
    silent.map(|file| format!("{}: begin it with a `//!` line that says what it is for", file.path)).collect()
}

pub(super) fn unfinished_marks(tree: &Tree) -> Complaints {
    tree.with_extension(&CODE).flat_map(|file| found(file, &UNFINISHED, "finish it, or file an issue")).collect()
}

pub(super) fn machine_paths(tree: &Tree) -> Complaints {
    tree.files.iter().flat_map(|file| found(file, &MACHINE, "a path of one machine")).collect()
}

pub(super) fn core_is_pure(tree: &Tree) -> Complaints {
    let rules = tree.with_extension(&["rs"]).filter(|file| file.path.starts_with("crates/core/src/"));
    let without_comment = |line: &'_ str| !line.trim_start().starts_with("//");
    rules.flat_map(|file| found_where(file, &IMPURE, "the core is pure: pass it in as an argument", without_comment)).collect()
}

fn found(file: &TextFile, words: &[&str], advice: &str) -> Complaints {
    found_where(file, words, advice, |_| true)
}

fn found_where(file: &TextFile, words: &[&str], advice: &str, looks_at: impl Fn(&str) -> bool) -> Complaints {
    let numbered = file.text.lines().zip(1..).filter(|(line, _)| looks_at(line));
    let found = numbered.filter_map(|(line, number)| Some((number, words.iter().find(|word| has_word(line, word))?)));
    found.map(|(number, word)| format!("{}:{number}: {word}: {advice}", file.path)).collect()
}

/// Whether `line` has `word` not just as a part of a longer word, or of a longer path.
fn has_word(line: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let joined_before = (word.starts_with(in_word) || word.starts_with('/')) && before.is_some_and(in_word);
        let joined_after = word.ends_with(in_word) && after.is_some_and(in_word);
        !joined_before && !joined_after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_marks_paths_and_silent_modules() {
        let mark = concat!("let total = 0; // FIX", "ME later");
        let path = concat!("see /ho", "me/me/notes, not src/ho", "me/page.rs");
        let tree = Tree::of(&[("crates/a/src/lib.rs", mark), ("docs/a.md", path), ("crates/a/src/b.rs", "//! B.\nlet AUTODOC = 1;")]);
        assert_eq!(unfinished_marks(&tree).len(), 1);
        assert_eq!(machine_paths(&tree).len(), 1);
        assert_eq!(module_docs(&tree), ["crates/a/src/lib.rs: begin it with a `//!` line that says what it is for"]);
    }

    #[test]
    fn finds_a_long_file() {
        let tree = Tree::of(&[("a.rs", &"\n".repeat(LONGEST)), ("b.rs", &"\n".repeat(LONGEST + 1))]);
        assert_eq!(lengths(&tree), ["b.rs: 601 lines, 600 at most: is it several rooms?"]);
    }

    #[test]
    fn the_core_may_speak_of_time_but_not_ask_for_it() {
        let text = "//! An Instant is not ours.\nlet brand = 1;\nuse std::{fs::File};\nlet now = Instant::now();\n";
        let tree = Tree::of(&[("crates/core/src/lib.rs", text), ("crates/store/src/lib.rs", text)]);
        let found = core_is_pure(&tree);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/core/src/lib.rs:3: fs::"), "{found:?}");
        assert!(found[1].starts_with("crates/core/src/lib.rs:4: Instant"), "{found:?}");
    }
}
