//! Messages on their way from the outbox to the groups that hear them.

pub mod local;
pub mod relay;
