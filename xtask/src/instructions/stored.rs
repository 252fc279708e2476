//! The stored numbers, and how new ones compare with them. Runs nothing.

use std::fmt;

use anyhow::{Context, Result};

/// So many percent more than the stored number is a failure; so many less is worth storing.
const TOLERANCE: i64 = 10;

const HEAD: &str = "# Instructions per command of the cases in benches/instructions; `cargo xtask instructions --store` writes this file.";
const COUNTED_WITH: &str = "# counted with ";

/// What one command of a case takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) case: String,
    pub(super) instructions: i64,
}

/// The stored file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    /// The compiler and its machine; another one counts otherwise.
    pub(super) compiler: String,
    pub(super) counts: Vec<Count>,
}

impl Stored {
    /// Reads what its `Display` has written.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let compiler = text.lines().find_map(|line| line.strip_prefix(COUNTED_WITH)).unwrap_or("an unknown compiler").to_owned();
        let count = |line: &str| {
            let (case, number) = line.split_once(' ')?;
            let instructions = number.parse().ok().filter(|number| *number > 0)?;
            Some(Count { case: case.to_owned(), instructions })
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let counts = lines.map(|line| count(line).with_context(|| format!("{line:?} is not a case and its number")));
        Ok(Self { compiler, counts: counts.collect::<Result<_>>()? })
    }
}

impl fmt::Display for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\n{COUNTED_WITH}{}", self.compiler)?;
        self.counts.iter().try_for_each(|count| writeln!(f, "{} {}", count.case, count.instructions))
    }
}

/// New numbers beside the stored ones.
#[derive(Debug)]
pub(super) struct Comparison {
    /// A line for each case.
    pub(super) table: String,
    /// Why this is a failure; nothing if it is none.
    pub(super) complaints: Vec<String>,
}

/// Compares case by case. A case that only one side knows is a complaint, too: its name was changed, or nobody stored it.
pub(super) fn compare(counted: &[Count], stored: &[Count]) -> Comparison {
    let mut table = vec![line("case", "per command", "stored", "difference")];
    let mut complaints = Vec::new();
    for Count { case, instructions } in counted {
        let Some(before) = find(stored, case) else {
            table.push(line(case, &instructions.to_string(), "none", ""));
            complaints.push(format!("{case} has no stored number"));
            continue;
        };
        let difference = percent(*instructions, before);
        table.push(line(case, &instructions.to_string(), &before.to_string(), &difference));
        if instructions * 100 > before * (100 + TOLERANCE) {
            complaints.push(format!("{case} takes {instructions} instructions per command, {difference} beside the stored {before}"));
        } else if instructions * 100 < before * (100 - TOLERANCE) {
            table.push(format!("  {case} has become that much cheaper: store its number, or what was won can be lost unseen"));
        }
    }
    let gone = stored.iter().filter(|stored| find(counted, &stored.case).is_none());
    complaints.extend(gone.map(|stored| format!("{} has a stored number, but is no case any more", stored.case)));
    Comparison { table: table.join("\n"), complaints }
}

fn find(counts: &[Count], case: &str) -> Option<i64> {
    counts.iter().find(|count| count.case == case).map(|count| count.instructions)
}

fn line(case: &str, instructions: &str, stored: &str, difference: &str) -> String {
    format!("{case:<10} {instructions:>12} {stored:>9} {difference:>11}")
}

/// The difference with one decimal, and with its sign.
fn percent(now: i64, before: i64) -> String {
    let thousandths = (now - before) * 1_000 / before;
    let sign = if thousandths < 0 { '-' } else { '+' };
    format!("{sign}{}.{} %", thousandths.abs() / 10, thousandths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numbers: &[(&str, i64)]) -> Vec<Count> {
        numbers.iter().map(|(case, instructions)| Count { case: (*case).to_owned(), instructions: *instructions }).collect()
    }

    fn against_1000(instructions: i64) -> Comparison {
        compare(&counts(&[("place", instructions)]), &counts(&[("place", 1_000)]))
    }

    #[test]
    fn up_to_ten_percent_more_passes() {
        for (instructions, difference) in [(1_000, "+0.0 %"), (1_090, "+9.0 %"), (1_100, "+10.0 %"), (900, "-10.0 %")] {
            let Comparison { table, complaints } = against_1000(instructions);
            assert_eq!(complaints, Vec::<String>::new(), "{instructions}");
            assert!(table.ends_with(difference), "{table}");
        }
    }

    #[test]
    fn more_than_that_is_a_failure_that_names_the_case() {
        assert_eq!(against_1000(1_110).complaints, ["place takes 1110 instructions per command, +11.0 % beside the stored 1000"]);
        assert_eq!(against_1000(1_101).complaints.len(), 1);
    }

    #[test]
    fn much_less_is_a_hint() {
        let Comparison { table, complaints } = against_1000(889);
        assert_eq!(complaints, Vec::<String>::new());
        assert!(table.contains("-11.1 %\n  place has become that much cheaper: store its number"), "{table}");
    }

    #[test]
    fn a_case_that_one_side_lacks_is_a_failure() {
        let found = compare(&counts(&[("place", 1_000), ("pay", 500)]), &counts(&[("place", 1_000), ("pray", 500)]));
        assert_eq!(found.complaints, ["pay has no stored number", "pray has a stored number, but is no case any more"]);
        assert!(found.table.contains("none"), "{}", found.table);
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let stored =
            Stored { compiler: "rustc 1.95.0, x86_64-unknown-linux-gnu".to_owned(), counts: counts(&[("place", 1_000), ("pay", 500)]) };
        assert_eq!(Stored::parse(&stored.to_string()).expect("our own file"), stored);
        for broken in ["place", "place 1.5", "place 0", "place  7"] {
            let error = Stored::parse(broken).expect_err(broken);
            assert_eq!(error.to_string(), format!("{broken:?} is not a case and its number"));
        }
    }
}
