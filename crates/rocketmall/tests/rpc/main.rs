//! The contract's interfaces over Triple, as Java's consumers without stubs call them and as stubs do, and an order role
//! of ours before a provider like Java's: one server per test.

mod apart;
mod java;
mod objects;
mod peers;
mod plain;
mod shop;
mod stubs;
