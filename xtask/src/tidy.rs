//! Checks of the whole tree that no compiler makes. `cargo test` runs them too, so that they can't be forgotten.

mod manifest;
mod source;
mod sql;
mod tree;

use anyhow::{Result, bail};

use tree::Tree;

/// What is wrong, in sentences that say where; nothing when all is well.
type Complaints = Vec<String>;

type Check = fn(&Tree) -> Complaints;

/// Every check, under what holds if it finds nothing.
const CHECKS: [(&str, Check); 13] = [
    ("no source file is longer than 600 lines", source::lengths),
    ("every module says what it is for", source::module_docs),
    ("nothing is marked as unfinished", source::unfinished_marks),
    ("no file knows the machine it was written on", source::machine_paths),
    ("the core asks nobody for time, chance, files or input", source::core_is_pure),
    ("crates depend in the direction of the table", manifest::directions),
    ("only the store knows database libraries", manifest::database_libraries),
    ("xtask stays small", manifest::xtask_dependencies),
    ("test targets that a feature opens are found by their name", manifest::opened_targets),
    ("every dependency has its reason", manifest::documented_dependencies),
    ("the fuzz targets build with the versions that ship", manifest::lock_files),
    ("the core's clippy.toml holds what the root's holds", manifest::clippy_files),
    ("both SQL files have the same statements", sql::same_sections),
];

/// Runs every check and prints what it found.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::of_workspace()?;
    let mut count = 0;
    for (name, check) in CHECKS {
        let complaints = check(&tree);
        println!("{} {name}", if complaints.is_empty() { "ok  " } else { "BAD " });
        for complaint in &complaints {
            println!("       {complaint}");
        }
        count += complaints.len();
    }
    if count > 0 {
        bail!("tidy found {count} things to mend");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let tree = Tree::of_workspace().expect("the workspace is a git checkout");
        let complaints: Vec<String> = CHECKS.iter().flat_map(|(_, check)| check(&tree)).collect();
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }
}
