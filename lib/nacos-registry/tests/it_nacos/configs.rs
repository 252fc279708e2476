//! Configurations: followed, and lists to which many append.

use std::collections::BTreeSet;
use std::time::Duration;

use nacos_registry::{Error, Nacos};
use tokio::task::JoinSet;

use crate::common::{SETTLED, options, unique, until};
use crate::{SOON, connect};

const GROUP: &str = "mapping";

#[tokio::test]
async fn a_change_is_told_at_once() {
    let writer = connect().await;
    // it asks too seldom to learn of anything by that
    let reader = Nacos::connect(options().with_look(Duration::from_mins(2))).await.expect("Nacos is up");
    let id = unique("told");
    let mut shown = reader.watch_config(&id, GROUP).await.expect("a name");
    for content in ["first", "second", "third", "second"] {
        writer.publish_config(&id, GROUP, content).await.expect("published");
        let took = until("the next content", &mut shown, |shown| shown.as_deref() == Some(content)).await;
        assert!(took < SOON, "{content}: {took:?}");
    }
    writer.remove_config(&id, GROUP).await.expect("removed");
}

#[tokio::test]
async fn a_configuration_is_followed_to_its_end_and_to_its_next_beginning() {
    let (writer, reader) = (connect().await, connect().await);
    let id = unique("followed");
    writer.publish_config(&id, GROUP, "the same").await.expect("published");
    let mut shown = reader.watch_config(&id, GROUP).await.expect("a name");
    until("its content", &mut shown, Option::is_some).await;
    writer.remove_config(&id, GROUP).await.expect("removed");
    let took = until("its end", &mut shown, Option::is_none).await;
    assert!(took >= SETTLED && took < SETTLED + SOON, "{took:?}");
    writer.remove_config(&id, GROUP).await.expect("there is none, and that is fine");
    writer.publish_config(&id, GROUP, "the same").await.expect("published");
    let took = until("the same again", &mut shown, Option::is_some).await;
    assert!(took < SOON, "{took:?}");
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
