//! `rocketmall messages`: what is under way between the parts of the shop, what is dead, and trying again.

use std::fmt::Write as _;
use std::process::ExitCode;

use rocketmall_core::command::Command;
use rocketmall_core::message::{InboxRow, InboxState};
use rocketmall_store::read::MessageFilter;
use rocketmall_store::{Database, claim};
use serde::Serialize;

use super::failure::Failure;
use super::open::{self, Counter};
use super::options::{ListMessages, ReplayMessages, ShowMessage, State};
use super::output::{self, Format, table};
use super::progress;
use crate::clock::rfc3339;
use crate::config::Config;
use crate::messages::{self, ConsumerView, MessageView};
use crate::runtime::Runtime;

/// Dead messages of each kind replayed at once at most; more take another call.
const MOST: i64 = 100_000;
/// Handed to the engine at once.
const PORTION: usize = 1_000;

/// A message as one group has it.
#[derive(Serialize)]
struct Heard {
    message_id: String,
    topic: String,
    tag: String,
    key: String,
    #[serde(flatten)]
    consumer: ConsumerView,
}

impl From<InboxRow> for Heard {
    fn from(row: InboxRow) -> Self {
        Self {
            message_id: row.message_id.clone(),
            topic: row.topic.clone(),
            tag: row.key.tag.clone(),
            key: row.key.key.clone(),
            consumer: row.into(),
        }
    }
}

#[derive(Serialize)]
struct Listed {
    outgoing: Vec<MessageView>,
    incoming: Vec<Heard>,
}

pub(super) async fn list(config: &Config, wanted: &ListMessages) -> Result<ExitCode, Failure> {
    let database = open::existing(config).await?;
    let outgoing = outgoing(&database, wanted).await?;
    let incoming = incoming(&database, wanted).await?.into_iter().map(Heard::from).collect();
    let listed = Listed { outgoing, incoming };
    match wanted.json.format() {
        Format::Json => output::print_json(&listed)?,
        Format::Text => output::print(&list_text(&listed))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn outgoing(database: &Database, wanted: &ListMessages) -> Result<Vec<MessageView>, Failure> {
    let status = match wanted.state {
        None => None,
        Some(State::Pending) => Some(0),
        Some(State::Sent) => Some(1),
        Some(State::Dead) => Some(2),
        // sent out long ago; only a group still works on it
        Some(State::Retrying) => return Ok(Vec::new()),
    };
    let filter = MessageFilter { status, topic: wanted.topic.clone().unwrap_or_default(), key: wanted.key.clone().unwrap_or_default() };
    Ok(messages::page(database, &filter, i64::MAX, wanted.limit).await?)
}

/// What groups have with the wanted messages: not done yet, or with a key all of it.
async fn incoming(database: &Database, wanted: &ListMessages) -> Result<Vec<InboxRow>, Failure> {
    let mut rows = match (&wanted.key, wanted.state) {
        (_, Some(State::Pending | State::Sent)) => Vec::new(),
        (Some(key), _) => database.consumed_of(key).await?,
        (None, state) => {
            let mut rows = Vec::new();
            for (dead, of) in [(true, State::Dead), (false, State::Retrying)] {
                if state.is_none_or(|state| state == of) {
                    rows.extend(database.unfinished(dead, wanted.limit).await?);
                }
            }
            rows
        }
    };
    rows.retain(|row| {
        let stands = match wanted.state {
            Some(State::Dead) => row.state == InboxState::Dead,
            Some(State::Retrying) => matches!(row.state, InboxState::Retrying { .. }),
            _ => true,
        };
        stands && wanted.topic.as_ref().is_none_or(|topic| *topic == row.topic)
    });
    rows.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    Ok(rows)
}

fn list_text(listed: &Listed) -> String {
    let rows = |messages: &[MessageView]| -> Vec<Vec<String>> {
        let row = |message: &MessageView| {
            let (id, topic, tag, key) = (message.id.clone(), message.topic.clone(), message.tag.clone(), message.key.clone());
            let stored = rfc3339(message.created_at.0);
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
        heard.message_id.clone(),
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
    let found = messages::find(&database, wanted.id).await?;
    let message = found.ok_or_else(|| Failure::Check(unknown(wanted.id)))?;
    match wanted.json.format() {
        Format::Json => output::print_json(&message)?,
        Format::Text => output::print(&show_text(&message))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: i64) -> String {
    format!("there is no message {id}; finished ones go after their retention")
}

fn show_text(message: &MessageView) -> String {
    let mut text = String::new();
    let sent = message.sent_at.map_or_else(|| "not yet".to_owned(), |at| rfc3339(at.0));
    let _ = writeln!(text, "message {}: {}", message.id, message.state);
    let _ = writeln!(text, "  topic {}, tag {}, key {}, producer group {}", message.topic, message.tag, message.key, message.group);
    let _ = writeln!(text, "  stored {}, sent {sent}, taken up {} times", rfc3339(message.created_at.0), message.tries);
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
        vec![consumer.group.clone(), consumer.state.to_owned(), consumer.tries.to_string(), tried, due, why]
    };
    let rows: Vec<Vec<String>> = message.consumers.iter().map(row).collect();
    text.push_str(&table(&["GROUP", "STATE", "TRIES", "TRIED", "AGAIN", "REMARK"], &rows));
    text
}

pub(super) async fn replay(config: &Config, wanted: &ReplayMessages) -> Result<ExitCode, Failure> {
    if wanted.dry_run {
        let database = open::existing(config).await?;
        return if wanted.state.is_some() { preview_dead(&database, wanted).await } else { preview_named(&database, wanted).await };
    }
    let counter = Counter::open_existing(config).await?;
    let replayed = match wanted.state {
        Some(_) => replay_dead(&counter.runtime, wanted).await,
        None => replay_named(&counter.runtime, wanted).await,
    };
    counter.close().await;
    replayed
}

async fn preview_named(database: &Database, wanted: &ReplayMessages) -> Result<ExitCode, Failure> {
    let mut parts = Vec::new();
    for id in &wanted.ids {
        parts.push((*id, dead_parts(database, *id).await?));
    }
    tell(&parts, "would be tried again")
}

async fn replay_named(runtime: &Runtime, wanted: &ReplayMessages) -> Result<ExitCode, Failure> {
    let mut parts = Vec::new();
    for id in &wanted.ids {
        parts.push((*id, messages::replay(runtime, *id).await?));
    }
    tell(&parts, "tried again")
}

/// How many parts of a message a replay would try again: the sending, and each group that gave up.
async fn dead_parts(database: &Database, id: i64) -> Result<Option<usize>, Failure> {
    let sending = database.outgoing(id).await?.map(|outgoing| usize::from(outgoing.state == "dead"));
    let groups = database.consumed(&id.to_string()).await?;
    if sending.is_none() && groups.is_empty() {
        return Ok(None);
    }
    Ok(Some(sending.unwrap_or(0) + groups.iter().filter(|row| row.state == InboxState::Dead).count()))
}

/// A line per message. Failure if one does not exist.
fn tell(parts: &[(i64, Option<usize>)], done: &str) -> Result<ExitCode, Failure> {
    let line = |(id, parts): &(i64, Option<usize>)| match parts {
        Some(0) => Some(format!("{id}: nothing of it is dead\n")),
        Some(1) => Some(format!("{id}: {done}\n")),
        Some(parts) => Some(format!("{id}: {done}, in {parts} places\n")),
        None => None,
    };
    output::print(&parts.iter().filter_map(line).collect::<String>())?;
    let missing: Vec<String> = parts.iter().filter(|(_, parts)| parts.is_none()).map(|(id, _)| unknown(*id)).collect();
    if missing.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Failure::Check(missing.join("\n"))) }
}

/// What is dead: messages that could not be sent, and those that a group gave up.
async fn dead(database: &Database, wanted: &ReplayMessages) -> Result<(Vec<MessageView>, Vec<InboxRow>), Failure> {
    let topic = wanted.topic.clone().unwrap_or_default();
    let filter = MessageFilter { status: Some(2), topic: topic.clone(), key: String::new() };
    let outgoing = messages::page(database, &filter, i64::MAX, MOST).await?;
    let mut incoming = database.unfinished(true, MOST).await?;
    incoming.retain(|row| topic.is_empty() || row.topic == topic);
    Ok((outgoing, incoming))
}

async fn preview_dead(database: &Database, wanted: &ReplayMessages) -> Result<ExitCode, Failure> {
    let (outgoing, incoming) = dead(database, wanted).await?;
    let mut text = String::new();
    for message in &outgoing {
        let _ = writeln!(text, "{} {} {} {}: not sent", message.id, message.topic, message.tag, message.key);
    }
    for row in &incoming {
        let _ = writeln!(text, "{} {} {} {}: dead with {}", row.message_id, row.topic, row.key.tag, row.key.key, row.key.group);
    }
    let _ = writeln!(text, "{} to send and {} with groups would be tried again", outgoing.len(), incoming.len());
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

async fn replay_dead(runtime: &Runtime, wanted: &ReplayMessages) -> Result<ExitCode, Failure> {
    let (outgoing, incoming) = dead(&runtime.database, wanted).await?;
    let bar = progress::bar("messages", outgoing.len() + incoming.len());
    let now = (runtime.clock)();
    for id in outgoing.iter().filter_map(|message| message.id.parse().ok()) {
        claim::resend(&runtime.database, id, now).await?;
        bar.inc(1);
    }
    for portion in incoming.chunks(PORTION) {
        let requests = portion.iter().map(|row| Command::Replay(row.key.clone()).into()).collect();
        for answer in runtime.engine.submit_all(requests).await {
            answer?;
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    output::print(&format!("{} to send and {} with groups are tried again, by a running server\n", outgoing.len(), incoming.len()))?;
    Ok(ExitCode::SUCCESS)
}
