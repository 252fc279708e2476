//! Loops that do what is due. The rows are the truth; each loop may die at any moment and another takes up its work.

pub mod forget;
pub mod lease;
pub mod purge;
pub mod timers;
