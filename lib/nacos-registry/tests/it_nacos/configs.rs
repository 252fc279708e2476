//! Configurations: followed, and lists to which many append.

use std::collections::BTreeSet;
use std::time::Duration;

use nacos_registry::Error;
use tokio::task::JoinSet;

use crate::common::{SETTLED, connect, unique, until};

const GROUP: &str = "mapping";

#[tokio::test]
async fn a_configuration_is_followed_from_its_beginning_to_its_end() {
    let (writer, reader) = (connect().await, connect().await);
    let id = unique("followed");
    let mut shown = reader.watch_config(&id, GROUP).await.expect("a name");
    assert_eq!((*shown.borrow()).clone(), None);
    let is = |wanted: &'static str| move |shown: &Option<String>| shown.as_deref() == Some(wanted);

    writer.publish_config(&id, GROUP, "first").await.expect("published");
    let took = until("the first content", &mut shown, is("first")).await;
    assert!(took < Duration::from_secs(3), "{took:?}");
    for content in ["second", "third", "second"] {
        writer.publish_config(&id, GROUP, content).await.expect("published");
        let took = until("the next content", &mut shown, |shown| shown.as_deref() == Some(content)).await;
        assert!(took < Duration::from_secs(1), "{content}: {took:?}");
    }
    writer.remove_config(&id, GROUP).await.expect("removed");
    let took = until("its end", &mut shown, Option::is_none).await;
    assert!(took >= SETTLED && took < SETTLED + Duration::from_secs(8), "{took:?}");
    writer.remove_config(&id, GROUP).await.expect("there is none, and that is fine");
    writer.publish_config(&id, GROUP, "second").await.expect("published");
    until("the same again", &mut shown, is("second")).await;
    writer.remove_config(&id, GROUP).await.expect("removed");
}

#[tokio::test]
async fn nobody_is_lost_when_all_append_at_once() {
    const PROCESSES: usize = 4;
    let mut clients = Vec::new();
    for _ in 0..PROCESSES {
        clients.push(connect().await);
    }
    for round in 0..3 {
        let id = unique("appended");
        let mut appending = JoinSet::new();
        for (number, nacos) in clients.iter().enumerate() {
            let (nacos, id) = (nacos.clone(), id.clone());
            appending.spawn(async move { nacos.append_to_list_config(&id, GROUP, &format!("shop-{number}")).await });
        }
        for outcome in appending.join_all().await {
            assert!(outcome.expect("appended"), "each is new");
        }
        // what the server gives is a moment behind what it has taken
        let mut shown = clients[0].watch_config(&id, GROUP).await.expect("a name");
        let has_all = |list: &Option<String>| {
            let items: BTreeSet<String> = list.iter().flat_map(|list| list.split(',')).map(str::to_owned).collect();
            items == (0..PROCESSES).map(|number| format!("shop-{number}")).collect()
        };
        until(&format!("all in round {round}"), &mut shown, has_all).await;
        assert!(!clients[1].append_to_list_config(&id, GROUP, "shop-0").await.expect("an answer"), "it is there already");
        clients[0].remove_config(&id, GROUP).await.expect("removed");
    }
}

#[tokio::test]
async fn what_was_there_before_stays() {
    let nacos = connect().await;
    let id = unique("kept");
    nacos.publish_config(&id, GROUP, "java-goods-provider").await.expect("published");
    assert!(nacos.append_to_list_config(&id, GROUP, "rust-goods").await.expect("appended"));
    let mut shown = nacos.watch_config(&id, GROUP).await.expect("a name");
    until("both", &mut shown, |list| list.as_deref() == Some("java-goods-provider,rust-goods")).await;
    let wrong = nacos.append_to_list_config(&id, GROUP, "a,b").await.expect_err("that is two");
    assert!(matches!(wrong, Error::Usage(_)), "{wrong}");
    nacos.remove_config(&id, GROUP).await.expect("removed");
}
