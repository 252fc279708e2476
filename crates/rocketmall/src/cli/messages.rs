//! `rocketmall messages`: what is under way between the parts of the shop, what is dead, and trying again.

mod options;
mod replay;

use std::fmt::Write as _;
use std::process::ExitCode;

use rocketmall_store::Database;
use rocketmall_store::messages::{Found, InboxStage, Incoming, MessageFilter, Part, Place, Walk};
use serde::Serialize;

use super::failure::Failure;
use super::open;
use super::output::{self, Format, table};
use crate::clock::rfc3339;
use crate::config::Config;
use crate::messages::{self, ConsumerView, MessageView, Standing};

pub(super) use options::{ListMessages, MessagesCommand, ShowMessage};
pub(super) use replay::replay;

/// A message as one group has it.
#[derive(Serialize)]
struct Heard {
    topic: String,
    tag: String,
    key: String,
    #[serde(flatten)]
    consumer: ConsumerView,
}

impl From<Incoming> for Heard {
    fn from(incoming: Incoming) -> Self {
        let (topic, key) = (incoming.row.topic.clone(), incoming.row.key.clone());
        Self { topic, tag: key.tag, key: key.key, consumer: incoming.into() }
    }
}

#[derive(Serialize)]
struct Listed {
    outgoing: Vec<MessageView>,
    incoming: Vec<Heard>,
}

pub(super) async fn list(config: &Config, wanted: &ListMessages) -> Result<ExitCode, Failure> {
    let filter = wanted.selectors.filter()?;
    let database = open::existing(config).await?;
    let standing = wanted.state.map(options::State::standing);
    let outgoing = outgoing(&database, standing, &filter, wanted.limit).await?;
    let incoming = incoming(&database, standing, filter, wanted.limit).await?;
    let listed = Listed { outgoing, incoming };
    match wanted.json.format() {
        Format::Json => output::print_json(&listed)?,
        Format::Text => output::print(&list_text(&listed))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What this shop sends. What a group has to do again was sent out long ago.
async fn outgoing(
    database: &Database,
    standing: Option<Standing>,
    filter: &MessageFilter,
    limit: i64,
) -> Result<Vec<MessageView>, Failure> {
    if matches!(standing, Some(Standing::Retrying | Standing::Done)) {
        return Ok(Vec::new());
    }
    let page = messages::outgoing(database, standing, filter, limit).await?;
    Ok(page.into_iter().map(MessageView::from).collect())
}

/// What groups have with the wanted messages: not done yet, or with a key all of it.
async fn incoming(database: &Database, standing: Option<Standing>, filter: MessageFilter, limit: i64) -> Result<Vec<Heard>, Failure> {
    const DEAD: Part = Part::Incoming(InboxStage::Dead);
    const RETRYING: Part = Part::Incoming(InboxStage::Retrying);
    const DONE: Part = Part::Incoming(InboxStage::Done);
    let parts: &[Part] = match standing {
        Some(Standing::Pending | Standing::Sent) => &[],
        Some(Standing::Dead) => &[DEAD],
        Some(Standing::Retrying) => &[RETRYING],
        Some(Standing::Done) => &[DONE],
        None if filter.key.is_some() => &[DEAD, RETRYING, DONE],
        None => &[DEAD, RETRYING],
    };
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut walk, mut rows) = (Walk::new(parts, filter, Place::default()), Vec::new());
    while rows.len() < most {
        let found = walk.next(database, limit).await?;
        if found.is_empty() {
            break;
        }
        rows.extend(found.into_iter().filter_map(|(found, _)| match found {
            Found::Incoming(incoming) => Some(Heard::from(incoming)),
            Found::Outgoing(_) => None,
        }));
    }
    rows.truncate(most);
    Ok(rows)
}

fn list_text(listed: &Listed) -> String {
    let rows = |messages: &[MessageView]| -> Vec<Vec<String>> {
        let row = |message: &MessageView| {
            let (id, topic, tag, key) = (message.id.clone(), message.topic.clone(), message.tag.clone(), message.key.clone());
            let stored = message.created_at.map_or_else(String::new, |at| rfc3339(at.0));
            vec![id, topic, tag, key, message.state.to_owned(), message.tries.to_string(), stored, remark(message.remark.as_deref())]
        };
        messages.iter().map(row).collect()
    };
    let mut text = "Outgoing, newest first\n".to_owned();
    text.push_str(&table(&["ID", "TOPIC", "TAG", "KEY", "STATE", "TRIES", "STORED", "REMARK"], &rows(&listed.outgoing)));
    text.push_str("\nWith the groups that hear them\n");
    let rows: Vec<Vec<String>> = listed.incoming.iter().map(heard_row).collect();
    text.push_str(&table(&["MESSAGE", "GROUP", "TAG", "KEY", "STATE", "TRIES", "TRIED", "REMARK"], &rows));
    text
}

fn heard_row(heard: &Heard) -> Vec<String> {
    let consumer = &heard.consumer;
    vec![
        heard.consumer.message_id.clone(),
        consumer.group.clone(),
        heard.tag.clone(),
        heard.key.clone(),
        consumer.state.to_owned(),
        consumer.tries.to_string(),
        rfc3339(consumer.tried_at.0),
        remark(consumer.remark.as_deref()),
    ]
}

/// Remarks are sentences; a table takes one line of each.
fn remark(text: Option<&str>) -> String {
    text.unwrap_or_default().replace('\n', " ")
}

pub(super) async fn show(config: &Config, wanted: &ShowMessage) -> Result<ExitCode, Failure> {
    let database = open::existing(config).await?;
    let found = messages::show(&database, &wanted.id).await?;
    let message = found.ok_or_else(|| Failure::Check(messages::unknown(&wanted.id)))?;
    match wanted.json.format() {
        Format::Json => output::print_json(&message)?,
        Format::Text => output::print(&show_text(&message))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn show_text(message: &MessageView) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "message {}: {}", message.id, message.state);
    let _ = write!(text, "  topic {}, tag {}, key {}", message.topic, message.tag, message.key);
    match (&message.group, message.created_at) {
        (Some(group), Some(stored)) => {
            let sent = message.sent_at.map_or_else(|| "not yet".to_owned(), |at| rfc3339(at.0));
            let _ = writeln!(text, ", producer group {group}");
            let _ = writeln!(text, "  stored {}, sent {sent}, taken up {} times", rfc3339(stored.0), message.tries);
        }
        _ => {
            let _ = writeln!(text, "\n  sent by another program, whose id this is, or past its retention in the outbox");
        }
    }
    if let Some(due) = message.due_at {
        let _ = writeln!(text, "  to be sent {}", rfc3339(due.0));
    }
    if let Some(trace) = &message.trace_id {
        let _ = writeln!(text, "  trace {trace}");
    }
    if let Some(why) = &message.remark {
        let _ = writeln!(text, "  {why}");
    }
    let _ = writeln!(text, "  {}\n", message.body);
    let row = |consumer: &ConsumerView| {
        let due = consumer.due_at.map_or_else(String::new, |at| rfc3339(at.0));
        let (tried, why) = (rfc3339(consumer.tried_at.0), remark(consumer.remark.as_deref()));
        let (group, state, tries) = (consumer.group.clone(), consumer.state.to_owned(), consumer.tries.to_string());
        vec![group, state, tries, tried, due, consumer.message_id.clone(), why]
    };
    let rows: Vec<Vec<String>> = message.consumers.iter().map(row).collect();
    text.push_str(&table(&["GROUP", "STATE", "TRIES", "TRIED", "AGAIN", "MESSAGE", "REMARK"], &rows));
    if !message.waiting_for.is_empty() {
        let _ = writeln!(text, "not yet taken by {}", message.waiting_for.join(", "));
    }
    text
}
