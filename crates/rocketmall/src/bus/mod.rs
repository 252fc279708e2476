//! Messages on their way from the outbox to the groups that hear them.
//!
//! Two buses, one promise: what was committed reaches each group at least once, and takes effect there once. [`local`] is the outbox
//! itself, within this process; [`rocketmq`] sends over a broker. Beside either, [`heard`] sends again what a broker lost.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::fleet::Fleet;
use crate::runtime::Runtime;
use crate::shutdown::Shutdown;

pub mod confirm;
mod hand;
pub mod heard;
pub mod local;
pub mod relay;
pub mod rocketmq;

/// Carries messages.
pub trait Bus: Send + Sync {
    /// What it is called where people look: its address.
    fn name(&self) -> &str;

    /// Whether it carries messages now, or what stands in the way. Meanwhile the outbox keeps them.
    fn health(&self) -> Result<(), String>;

    /// Starts its loops for what this process keeps of the fleet; they end, with what they have in hand, when told to.
    fn start(self: Arc<Self>, fleet: &Fleet, own: &Runtime, told: &Shutdown, loops: &mut JoinSet<()>);
}
