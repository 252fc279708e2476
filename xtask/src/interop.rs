//! Java's own sides of what we speak, beside ours: RocketMQ's official clients beside the shop (`tests/interop`), and Dubbo beside
//! `lib/dubbo` (`tests/interop/dubbo`). What one sends the other reads.

mod dubbo;
mod maven;
mod rocketmq;

use anyhow::{Result, bail};

type Check = fn() -> Result<()>;

const ALL: [(&str, Check); 2] = [("rocketmq", rocketmq::check), ("dubbo", dubbo::check)];

/// Lets those of these names meet, or all.
pub(crate) fn check(only: &[&str]) -> Result<()> {
    if let Some(unknown) = only.iter().find(|name| ALL.iter().all(|(known, _)| known != *name)) {
        bail!("interop has no {unknown:?}; it has: {}", ALL.map(|(name, _)| name).join(" "));
    }
    ALL.iter().filter(|(name, _)| only.is_empty() || only.contains(name)).try_for_each(|(_, check)| check())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_side_is_refused_before_anything_runs() {
        let error = check(&["dubbo", "corba"]).expect_err("there is no such side");
        assert_eq!(error.to_string(), "interop has no \"corba\"; it has: rocketmq dubbo");
    }
}
