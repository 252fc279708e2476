//! What `cargo xtask stack up` is to start.

use anyhow::{Context, Result, bail};

use super::Data;
use super::nacos::Access;
use super::rocketmq::Layout;

/// The servers, and what becomes of what they stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) rocketmq: Option<Layout>,
    pub(super) nacos: Option<Access>,
    pub(super) mariadb: bool,
    pub(super) data: Data,
}

impl Options {
    /// Without a word about servers it is RocketMQ.
    pub(super) fn read(words: &[&str]) -> Result<Self> {
        let mut options = Self { rocketmq: None, nacos: None, mariadb: false, data: Data::Keep };
        let mut rest = words;
        while let [word, more @ ..] = rest {
            rest = more;
            match (*word, more) {
                ("--fresh", _) => options.data = Data::Forget,
                ("--all", _) => {
                    options.rocketmq.get_or_insert(Layout::Single);
                    options.nacos.get_or_insert(Access::Open);
                    options.mariadb = true;
                }
                ("--nacos", _) => {
                    options.nacos.get_or_insert(Access::Open);
                }
                ("--nacos-auth", _) => options.nacos = Some(Access::Login),
                ("--rocketmq", [name, more @ ..]) => {
                    let known = Layout::ALL.map(Layout::name).join(", ");
                    options.rocketmq = Some(Layout::named(name).with_context(|| format!("no layout {name:?}; there are: {known}"))?);
                    rest = more;
                }
                _ => bail!("stack up does not know {word:?}; it knows --rocketmq LAYOUT, --nacos, --nacos-auth, --all and --fresh"),
            }
        }
        if options.rocketmq.is_none() && options.nacos.is_none() {
            options.rocketmq = Some(Layout::Single);
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Options, String> {
        Options::read(&words.split_whitespace().collect::<Vec<_>>()).map_err(|error| error.to_string())
    }

    #[test]
    fn they_are_read_in_any_order() {
        let only = |layout, data| Ok(Options { rocketmq: Some(layout), nacos: None, mariadb: false, data });
        assert_eq!(read(""), only(Layout::Single, Data::Keep));
        assert_eq!(read("--fresh"), only(Layout::Single, Data::Forget));
        assert_eq!(read("--fresh --rocketmq 2m2s"), only(Layout::TwoMastersTwoSlaves, Data::Forget));
        assert_eq!(read("--rocketmq 2m2s --fresh"), only(Layout::TwoMastersTwoSlaves, Data::Forget));
        assert_eq!(read("--rocketmq 3m"), Err("no layout \"3m\"; there are: single, acl, 2m2s, controller".to_owned()));
        assert!(read("--rocketmq").is_err() && read("--zookeeper").is_err());
    }

    #[test]
    fn nacos_comes_alone_or_with_the_others() {
        let options = |rocketmq, nacos, mariadb| Ok(Options { rocketmq, nacos: Some(nacos), mariadb, data: Data::Keep });
        assert_eq!(read("--nacos"), options(None, Access::Open, false));
        assert_eq!(read("--nacos-auth --nacos"), options(None, Access::Login, false));
        assert_eq!(read("--nacos --rocketmq acl"), options(Some(Layout::SingleWithLogin), Access::Open, false));
        assert_eq!(read("--all"), options(Some(Layout::Single), Access::Open, true));
        assert_eq!(read("--all --nacos-auth"), options(Some(Layout::Single), Access::Login, true));
    }
}
