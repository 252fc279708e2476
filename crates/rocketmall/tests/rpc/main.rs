//! The contract's interfaces over Triple, as Java's consumers without stubs call them and as stubs do: one server per test.

mod plain;
mod shop;
mod stubs;
