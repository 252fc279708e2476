//! The stack for a step of ci.

use anyhow::{Context, Result, bail};

use super::nacos::{Access, Nacos};
use super::rocketmq::{Layout, RocketMq};
use super::{Data, bring_up_nacos, bring_up_rocketmq, nacos, rocketmq, stop};

/// A server that a step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    RocketMq,
    /// One that wants a login, and speaks TLS too.
    RocketMqWithLogin,
    /// One that wants a login.
    Nacos,
}

/// What runs already, whatever RocketMQ's layout, or else the smallest. It stops when this is dropped, unless it ran before.
pub(crate) struct ForCi {
    rocketmq: Option<RocketMq>,
    nacos: Option<Nacos>,
    ours: Vec<Needed>,
}

impl ForCi {
    /// What a start builds, to be built before anything else is at the same time.
    pub(crate) fn build(needed: &[Needed]) -> Result<()> {
        for each in needed {
            match each {
                Needed::RocketMq | Needed::RocketMqWithLogin => rocketmq::PROBE.build()?,
                Needed::Nacos => nacos::PROBE.build()?,
            }
        }
        Ok(())
    }

    /// Starts what is needed, with nothing in it, unless it runs.
    pub(crate) fn start(needed: &[Needed]) -> Result<Self> {
        let mut this = Self { rocketmq: None, nacos: None, ours: Vec::new() };
        for each in needed {
            // first, so that one that does not become ready is stopped
            let ran = match each {
                Needed::RocketMq | Needed::RocketMqWithLogin => RocketMq::running().is_some_and(|rocketmq| rocketmq.lives()),
                Needed::Nacos => Nacos::running().is_some_and(|nacos| nacos.lives()),
            };
            if !ran {
                this.ours.push(*each);
            }
            let data = if ran { Data::Keep } else { Data::Forget };
            match each {
                Needed::RocketMq | Needed::RocketMqWithLogin => {
                    let smallest = if *each == Needed::RocketMq { Layout::Single } else { Layout::SingleWithLogin };
                    let layout = RocketMq::running().filter(|_| ran).map_or(smallest, |rocketmq| rocketmq.layout);
                    this.rocketmq = Some(bring_up_rocketmq(layout, data)?);
                }
                Needed::Nacos => {
                    if Nacos::running().is_some_and(|nacos| ran && nacos.access != Access::Login) {
                        bail!("the Nacos that is up wants no login, and the tests have one refused: `cargo xtask stack down` first");
                    }
                    this.nacos = Some(bring_up_nacos(Access::Login, data)?);
                }
            }
        }
        Ok(this)
    }

    /// What tests find it by.
    pub(crate) fn variables(&self) -> Result<Vec<(&'static str, String)>> {
        let rocketmq = self.rocketmq.as_ref().map(RocketMq::variables).transpose()?;
        let nacos = self.nacos.as_ref().map(Nacos::variables).transpose()?;
        Ok(rocketmq.into_iter().chain(nacos).flatten().collect())
    }

    /// The proxy's port for gRPC clients, as HOST:PORT.
    pub(crate) fn grpc(&self) -> Result<String> {
        self.rocketmq()?.address("grpc")
    }

    /// As HOST:PORT.
    pub(crate) fn name_server(&self) -> Result<String> {
        self.rocketmq()?.address("namesrv")
    }

    /// The proxy's port for classic clients, as HOST:PORT. A proxy in its broker's process has one too, but sends clients from there to its
    /// port for gRPC (apache/rocketmq, issue 9630).
    pub(crate) fn proxy_for_classic_clients(&self) -> Result<Option<String>> {
        let rocketmq = self.rocketmq()?;
        rocketmq.roles.iter().any(|role| role.name == "proxy").then(|| rocketmq.address("remoting")).transpose()
    }

    /// The prefix of topics and groups that nobody had since its data were made.
    pub(crate) fn family(&self) -> Result<String> {
        self.rocketmq()?.family()
    }

    fn rocketmq(&self) -> Result<&RocketMq> {
        self.rocketmq.as_ref().context("RocketMQ was not asked for")
    }
}

impl Drop for ForCi {
    fn drop(&mut self) {
        let mut roles = Vec::new();
        for each in &self.ours {
            match each {
                Needed::RocketMq | Needed::RocketMqWithLogin => roles.extend(rocketmq::all_roles()),
                Needed::Nacos => roles.extend(nacos::all_roles()),
            }
        }
        if let Err(error) = stop(roles) {
            eprintln!("the stack could not be stopped: {error:#}");
        }
        for each in &self.ours {
            match each {
                Needed::RocketMq | Needed::RocketMqWithLogin => rocketmq::forget_running(),
                Needed::Nacos => nacos::forget_running(),
            }
        }
    }
}
