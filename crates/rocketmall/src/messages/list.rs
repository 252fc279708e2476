//! Messages in pages, each message once, however many groups it stands so with.

use std::cmp::Reverse;

use rocketmall_store::messages::{Found, InboxStage, Incoming, MessageFilter, OutboxState, Part, Place, Walk};
use rocketmall_store::{Database, StoreError};

use super::Whole;
use super::whole::gather;

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Stored, not yet sent.
    Pending,
    /// Handed to all who hear it, or to the broker.
    Sent,
    /// A group failed and will try again.
    Retrying,
    /// A group has its effect.
    Done,
    /// Given up: it could not be sent, or a group could not do it.
    Dead,
}

const WITH_GROUPS: [Part; 3] = [Part::Incoming(InboxStage::Dead), Part::Incoming(InboxStage::Retrying), Part::Incoming(InboxStage::Done)];

/// Where to look: without a state among what this shop sends; with a key, which names little, everywhere.
fn parts(standing: Option<Standing>, filter: &MessageFilter) -> &'static [Part] {
    match standing {
        None if filter.key.is_some() => &[Part::Outbox, WITH_GROUPS[0], WITH_GROUPS[1], WITH_GROUPS[2]],
        None => &[Part::Outbox],
        Some(Standing::Pending) => &[Part::Outgoing(OutboxState::Pending)],
        Some(Standing::Sent) => &[Part::Outgoing(OutboxState::Sent)],
        Some(Standing::Retrying) => &[Part::Incoming(InboxStage::Retrying)],
        Some(Standing::Done) => &[Part::Incoming(InboxStage::Done)],
        Some(Standing::Dead) => &[Part::Outgoing(OutboxState::Dead), Part::Incoming(InboxStage::Dead)],
    }
}

/// At most `limit` messages behind the place, each with the place behind it.
pub async fn page(
    database: &Database,
    standing: Option<Standing>,
    filter: &MessageFilter,
    place: Place,
    limit: i64,
) -> Result<Vec<(Whole, Place)>, StoreError> {
    along(database, parts(standing, filter), filter, place, limit).await
}

/// At most `limit` of the messages that this shop sends.
pub async fn outgoing(
    database: &Database,
    standing: Option<Standing>,
    filter: &MessageFilter,
    limit: i64,
) -> Result<Vec<Whole>, StoreError> {
    // whichever is first of them is the outbox's
    let parts = &parts(standing, filter)[..1];
    Ok(along(database, parts, filter, Place::default(), limit).await?.into_iter().map(|(whole, _)| whole).collect())
}

async fn along(
    database: &Database,
    parts: &'static [Part],
    filter: &MessageFilter,
    place: Place,
    limit: i64,
) -> Result<Vec<(Whole, Place)>, StoreError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut walk = Walk::new(parts, filter.clone(), place);
    let mut page = Vec::new();
    while page.len() < most {
        let found = walk.next(database, limit).await?;
        if found.is_empty() {
            break;
        }
        let ids = found.iter().map(|(found, _)| id(found)).collect();
        let wholes = gather(database, ids).await?;
        for ((found, place), whole) in found.into_iter().zip(wholes) {
            if is_first(&found, &whole, parts, filter) {
                page.push((whole, place));
            }
        }
    }
    page.truncate(most);
    Ok(page)
}

fn id(found: &Found) -> String {
    match found {
        Found::Outgoing(outgoing) => outgoing.message.id.to_string(),
        Found::Incoming(incoming) => incoming.row.message_id.clone(),
    }
}

/// Whether the walk has not come to the same message before, in the outbox or with another group.
fn is_first(found: &Found, whole: &Whole, parts: &[Part], filter: &MessageFilter) -> bool {
    let Found::Incoming(found) = found else { return true };
    let in_outbox = whole.outgoing.as_ref().is_some_and(|outgoing| {
        let walked = |part: &Part| *part == Part::Outbox || *part == Part::Outgoing(outgoing.state);
        parts.iter().any(walked) && filter.takes_outgoing(outgoing)
    });
    let at = |incoming: &Incoming| parts.iter().position(|part| *part == Part::Incoming(incoming.stage()));
    let before = |other: &&Incoming| {
        other.row.message_id == found.row.message_id
            && at(other).is_some()
            && filter.takes_incoming(&other.row)
            && (at(other), Reverse(other.place())) < (at(found), Reverse(found.place()))
    };
    !in_outbox && !whole.incoming.values().any(|other| before(&other))
}
