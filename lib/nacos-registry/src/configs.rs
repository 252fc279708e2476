//! Configurations: reading, following, writing, and lists to which several processes append.

use std::sync::Arc;
use std::time::Duration;

use nacos_sdk::api::config::{ConfigChangeListener, ConfigResponse};
use nacos_sdk::api::error::Error as SdkError;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::backoff::some_of;
use crate::error::Error;
use crate::follow::Source;
use crate::instance::Name;
use crate::last_good::Seen;
use crate::link::Link;

/// A configuration that isn't there can't be listened to: the SDK would not tell of its first content.
const WHILE_ABSENT: Duration = Duration::from_millis(800);
/// The server may hear that somebody listens only after the SDK has said so: what changes in between is told to nobody, so some looks are quick.
const QUICK_LOOKS: u8 = 5;
const QUICK: Duration = Duration::from_millis(200);
/// The most that appending takes with all its attempts.
const APPEND_LIMIT: Duration = Duration::from_secs(15);
const BETWEEN_APPENDS: Duration = Duration::from_millis(200);
/// The MD5 of nothing: stands for what isn't there yet, so that of two who make it one is refused.
const MD5_OF_NOTHING: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// Content and its MD5.
pub(crate) type Content = (String, String);

/// What the server has; `None` if it has no such configuration.
pub(crate) async fn get(link: &Link, name: &Name) -> Result<Option<Content>, Error> {
    let configs = link.configs().await?;
    let asked = async {
        match configs.get_config(name.name.clone(), name.group.clone()).await {
            Ok(found) => Ok(Some((found.content().clone(), found.md5().clone()))),
            Err(SdkError::ConfigNotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    };
    link.call("reading a configuration", asked).await
}

pub(crate) async fn publish(link: &Link, name: &Name, content: &str) -> Result<(), Error> {
    check(content)?;
    let configs = link.configs().await?;
    let published = configs.publish_config(name.name.clone(), name.group.clone(), content.to_owned(), None);
    link.call("publishing a configuration", published).await.map(drop)
}

pub(crate) async fn remove(link: &Link, name: &Name) -> Result<(), Error> {
    let configs = link.configs().await?;
    link.call("removing a configuration", configs.remove_config(name.name.clone(), name.group.clone())).await.map(drop)
}

/// Publishes if the server's content is still the one with this MD5.
async fn publish_over(link: &Link, name: &Name, content: String, md5: &str) -> Result<(), Error> {
    let configs = link.configs().await?;
    let published = configs.publish_config_cas(name.name.clone(), name.group.clone(), content, None, md5.to_owned());
    link.call("appending to a configuration", published).await.map(drop)
}

/// Sees to it that `item` stands in the list. Returns whether it had to be appended.
///
/// What was read is written over only if it is still there, so nobody's item is lost: else it is read and tried again. The server may for a
/// moment still give what was there before, and refuses what is built on that, too.
pub(crate) async fn append(link: &Link, name: &Name, item: &str) -> Result<bool, Error> {
    if item.is_empty() || item.contains(',') || item.contains(char::is_whitespace) {
        return Err(Error::Usage(format!("{item:?} can't stand in a list with commas between")));
    }
    let end = Instant::now() + APPEND_LIMIT;
    let mut appended = false;
    loop {
        let (content, md5) = get(link, name).await?.unwrap_or_else(|| (String::new(), MD5_OF_NOTHING.to_owned()));
        let Some(longer) = with_item(&content, item) else { return Ok(appended) };
        let error = match publish_over(link, name, longer, &md5).await {
            Ok(()) => return Ok(true),
            // it may have been carried out
            Err(error @ (Error::Timeout { .. } | Error::Unreachable { .. })) => {
                appended = true;
                error
            }
            Err(error @ Error::Refused { .. }) => error,
            Err(error) => return Err(error),
        };
        if Instant::now() >= end {
            return Err(error);
        }
        tokio::time::sleep(some_of(BETWEEN_APPENDS)).await;
    }
}

/// The list with the item, unless it has it.
fn with_item(list: &str, item: &str) -> Option<String> {
    let items: Vec<&str> = list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    (!items.contains(&item)).then(|| items.into_iter().chain([item]).collect::<Vec<_>>().join(","))
}

fn check(content: &str) -> Result<(), Error> {
    if content.trim().is_empty() {
        return Err(Error::Usage("Nacos takes no empty configuration: remove it instead".to_owned()));
    }
    Ok(())
}

/// The content of one configuration.
pub(crate) struct Config {
    link: Arc<Link>,
    name: Name,
    ear: Option<Arc<Ear>>,
    /// How many of the quick looks are left.
    quick: u8,
}

impl Config {
    pub(crate) fn new(link: Arc<Link>, name: Name) -> Self {
        Self { link, name, ear: None, quick: QUICK_LOOKS }
    }
}

impl Source for Config {
    type Value = Option<String>;

    async fn look(&self) -> Seen<Option<String>> {
        get(&self.link, &self.name).await.map_or(Seen::Away, |found| Seen::of(found.map(|(content, _)| content)))
    }

    async fn listen(&mut self, seen: &Seen<Option<String>>, pushes: &mpsc::Sender<Option<String>>) -> Duration {
        match seen {
            Seen::Nothing => return WHILE_ABSENT.min(self.link.options.look),
            Seen::Something(_) if self.ear.is_none() => {}
            Seen::Something(_) if self.quick > 0 => {
                self.quick -= 1;
                return QUICK.min(self.link.options.look);
            }
            _ => return self.link.options.look,
        }
        let Ok(listener) = self.link.listener().await else { return self.link.options.look };
        let ear = Arc::new(Ear { pushes: pushes.clone() });
        let listening =
            listener.add_listener(self.name.name.clone(), self.name.group.clone(), Arc::clone(&ear) as Arc<dyn ConfigChangeListener>);
        if self.link.call("listening to a configuration", listening).await.is_ok() {
            self.ear = Some(ear);
        }
        Duration::ZERO
    }

    async fn leave(self) {
        if let (Some(ear), Ok(listener)) = (&self.ear, self.link.listener().await) {
            let left =
                listener.remove_listener(self.name.name.clone(), self.name.group.clone(), Arc::clone(ear) as Arc<dyn ConfigChangeListener>);
            let _ = self.link.call("not listening any more", left).await;
        }
    }

    fn tell(&self, value: &Option<String>) {
        if value.is_some() {
            tracing::debug!(configuration = self.name.name, "the configuration has changed");
        } else {
            tracing::warn!(configuration = self.name.name, "the configuration is gone");
        }
    }
}

/// What the SDK tells on a thread of its own.
struct Ear {
    pushes: mpsc::Sender<Option<String>>,
}

impl ConfigChangeListener for Ear {
    fn notify(&self, config: ConfigResponse) {
        // where it is full, there is a look soon
        let _ = self.pushes.try_send(Some(config.content().clone()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_item_stands_in_a_list_once() {
        assert_eq!(with_item("", "a").as_deref(), Some("a"));
        assert_eq!(with_item("a, b,", "c").as_deref(), Some("a,b,c"));
        assert_eq!(with_item("a , b", "a"), None);
        assert_eq!(with_item("ab", "a").as_deref(), Some("ab,a"));
    }

    proptest! {
        #[test]
        fn whatever_the_order_all_items_are_there(items in proptest::collection::vec("[a-z]{1,3}", 1..20)) {
            let list = items.iter().fold(String::new(), |list, item| with_item(&list, item).unwrap_or(list));
            let mut found: Vec<&str> = list.split(',').collect();
            let mut wanted: Vec<&str> = items.iter().map(String::as_str).collect();
            found.sort_unstable();
            wanted.sort_unstable();
            wanted.dedup();
            prop_assert_eq!(found, wanted);
        }
    }
}
