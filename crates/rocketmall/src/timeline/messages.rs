//! The messages of an order, and what each group did with them.

use rocketmall_core::message::InboxState;
use rocketmall_store::messages::{Incoming, OutboxState};
use rocketmall_store::{Database, StoreError};

use super::{Event, Events};
use crate::clock::rfc3339;
use crate::messages::Whole;

/// What this database has of the messages with these keys: what it sent, and what its groups did.
pub async fn of(database: &Database, keys: &[String]) -> Result<Vec<Event>, StoreError> {
    let mut events = Events(Vec::new());
    for key in keys {
        add(database, key, &mut events).await?;
    }
    Ok(events.0)
}

/// Those with this key: an order's, a payment's or a refund's id.
async fn add(database: &Database, key: &str, events: &mut Events) -> Result<(), StoreError> {
    let incoming = database.incoming_of(key).await?;
    let mut own = Vec::new();
    for outgoing in database.outgoing_of(key).await? {
        let of_tag = incoming.iter().filter(|incoming| incoming.row.key.tag == outgoing.message.tag);
        let incoming = of_tag.map(|incoming| (incoming.row.key.clone(), incoming.clone())).collect();
        let whole = Whole { id: outgoing.message.id.to_string(), outgoing: Some(outgoing), incoming };
        sending(&whole, events);
        own.push(whole.id);
    }
    for incoming in incoming {
        effect(&incoming, &own, events);
    }
    Ok(())
}

fn sending(whole: &Whole, events: &mut Events) {
    let Some(outgoing) = &whole.outgoing else { return };
    let message = &outgoing.message;
    let name = format!("{} {} {}", message.topic, message.tag, message.key);
    let why = because(outgoing.remark.as_deref());
    let stored = match outgoing.state {
        OutboxState::Sent => "stored".to_owned(),
        OutboxState::Pending if outgoing.tries == 0 => "stored, not sent yet".to_owned(),
        OutboxState::Pending => format!("stored, not sent yet after try {}{why}", outgoing.tries),
        OutboxState::Dead => format!("stored, dead after try {}{why}", outgoing.tries),
    };
    events.add_traced(message.trace, Some(message.created_at), "message", format!("{name} {stored}"));
    let again = if outgoing.tries > 1 { format!(", try {}{why}", outgoing.tries) } else { String::new() };
    let waiting = whole.waiting_for();
    let waiting = if waiting.is_empty() { String::new() } else { format!("; not yet taken by {}", waiting.join(", ")) };
    events.add_traced(message.trace, outgoing.sent_at, "message", format!("{name} sent{again}{waiting}"));
}

fn effect(incoming: &Incoming, own: &[String], events: &mut Events) {
    let row = &incoming.row;
    let (state, why) = match row.state {
        InboxState::Done => ("done".to_owned(), String::new()),
        InboxState::Retrying { due } => (format!("will try again at {}", rfc3339(due)), because(row.remark.as_deref())),
        InboxState::Dead => ("dead".to_owned(), because(row.remark.as_deref())),
    };
    let foreign = if own.contains(&row.message_id) { String::new() } else { format!(", by message {}", row.message_id) };
    let text = format!("{} {} {} {state}, try {}{foreign}{why}", row.key.group, row.key.tag, row.key.key, row.times);
    events.add_traced(row.trace, Some(row.at), "effect", text);
}

fn because(remark: Option<&str>) -> String {
    remark.map(|remark| format!(": {remark}")).unwrap_or_default()
}
