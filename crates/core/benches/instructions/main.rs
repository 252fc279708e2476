//! Fixed batches of commands through `decide`; `cargo xtask instructions` counts what they take.
//!
//! Given a case's name it runs that case alone, otherwise each of them, and prints name and number of commands. Counted is
//! whatever runs within the functions that have `measured` in their names: the data are built outside of them, and no other
//! function here may be called like that.
#![expect(clippy::print_stdout, reason = "it tells xtask what it has run")]

mod cases;
mod orders;
mod stage;

/// One case: its name in instructions.txt, and what it runs. It says how many commands that were.
type Case = (&'static str, fn() -> usize);

const CASES: [Case; 5] =
    [("place", cases::place), ("carts", cases::carts), ("refused", cases::refused), ("pay", cases::pay), ("keys", cases::keys)];

fn main() {
    // `cargo bench` adds options of its own.
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    for (name, run) in CASES {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            println!("{name} {}", run());
        }
    }
}
