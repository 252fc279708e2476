//! Every rule of the shop as pure functions over rows in memory.

pub mod id;
pub mod money;
