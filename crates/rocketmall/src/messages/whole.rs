//! A message with what every group has of it.

use std::collections::{BTreeMap, HashMap};

use rocketmall_core::id::MessageId;
use rocketmall_core::message::{InboxKey, subscribers};
use rocketmall_store::messages::{Incoming, Outgoing};
use rocketmall_store::{Database, StoreError};

/// A message as far as this shop knows it.
#[derive(Debug)]
pub struct Whole {
    /// Its id, under which the broker has it too.
    pub id: String,
    /// Its row in the outbox, if this shop sends it.
    pub outgoing: Option<Outgoing>,
    /// What the groups have: of this message, or of another one that came to the same effect before it.
    pub incoming: BTreeMap<InboxKey, Incoming>,
}

/// The message with this id: a number if it is ours, a text of its producer's if it is another program's.
pub async fn find(database: &Database, id: &str) -> Result<Option<Whole>, StoreError> {
    let found = gather(database, vec![id.to_owned()]).await?.pop();
    Ok(found.filter(|whole| whole.outgoing.is_some() || !whole.incoming.is_empty()))
}

/// The messages with these ids, in this order.
pub(super) async fn gather(database: &Database, ids: Vec<String>) -> Result<Vec<Whole>, StoreError> {
    let own: Vec<i64> = ids.iter().filter_map(|id| id.parse().ok().map(MessageId::get)).collect();
    let outgoing: HashMap<String, Outgoing> =
        database.outgoing_with(&own).await?.into_iter().map(|outgoing| (outgoing.message.id.to_string(), outgoing)).collect();
    let mut by_message: HashMap<String, Vec<Incoming>> = HashMap::new();
    for incoming in database.incoming_with(&ids).await? {
        by_message.entry(incoming.row.message_id.clone()).or_default().push(incoming);
    }
    let keys: Vec<InboxKey> = outgoing.values().flat_map(heard_as).collect();
    let by_key: HashMap<InboxKey, Incoming> =
        database.incoming_at(&keys).await?.into_iter().map(|incoming| (incoming.row.key.clone(), incoming)).collect();
    let whole = |id: String| {
        let outgoing = outgoing.get(&id).cloned();
        let of_effect = outgoing.iter().flat_map(heard_as).filter_map(|key| by_key.get(&key).cloned());
        let of_message = by_message.get(&id).into_iter().flatten().cloned();
        let incoming: BTreeMap<_, _> = of_effect.chain(of_message).map(|incoming| (incoming.row.key.clone(), incoming)).collect();
        Whole { id, outgoing, incoming }
    };
    Ok(ids.into_iter().map(whole).collect())
}

/// Under which keys the groups that hear it have it.
fn heard_as(outgoing: &Outgoing) -> impl Iterator<Item = InboxKey> + use<'_> {
    let message = &outgoing.message;
    subscribers(&message.topic, &message.tag).map(|subscription| InboxKey {
        group: subscription.group.to_owned(),
        tag: message.tag.clone(),
        key: message.key.clone(),
    })
}

impl Whole {
    /// Groups that hear it and have not taken it.
    pub fn waiting_for(&self) -> Vec<String> {
        let heard = self.outgoing.iter().flat_map(heard_as);
        heard.filter(|key| !self.incoming.contains_key(key)).map(|key| key.group).collect()
    }
}
