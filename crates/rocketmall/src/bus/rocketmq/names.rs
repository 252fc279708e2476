//! What topics and groups are called at the broker.

/// Wakes processes when timers are due. A topic of delayed messages.
pub(super) const WAKE_TOPIC: &str = "rocketmall-wakeup";
/// The group of all who do what is due.
pub(super) const WAKE_GROUP: &str = "rocketmall-wakeup-group";

/// The names of the contract, each with a prefix: several shops, or several trials, share a cluster by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    prefix: String,
}

impl Names {
    /// With this prefix.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// The topic or group of this name in the contract.
    pub fn of(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The contract's name of a topic.
    pub(super) fn bare<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.prefix.as_str()).unwrap_or(name)
    }
}
