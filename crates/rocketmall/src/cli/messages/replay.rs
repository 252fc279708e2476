//! `rocketmall messages replay`: named messages, or all that are wanted, a portion at a time.

use std::fmt::Write as _;
use std::process::ExitCode;

use rocketmall_core::id::Timestamp;
use rocketmall_store::Database;
use rocketmall_store::messages::{Found, MessageFilter, OutboxState, Place};

use super::options::ReplayMessages;
use crate::cli::failure::Failure;
use crate::cli::open::{self, Counter};
use crate::cli::{output, progress};
use crate::clock;
use crate::config::Config;
use crate::messages::{self, Replay, ReplayState, Replayed};
use crate::runtime::Runtime;

/// What is replayed.
struct Wanted<'o> {
    ids: &'o [String],
    state: ReplayState,
    filter: MessageFilter,
    now: Timestamp,
}

impl Wanted<'_> {
    fn all(&self) -> Replay {
        Replay::new(self.state, self.filter.clone(), Place::default(), self.now)
    }
}

pub(in crate::cli) async fn replay(config: &Config, options: &ReplayMessages) -> Result<ExitCode, Failure> {
    let filter = options.selectors.filter()?;
    if options.ids.is_empty() && options.state.is_none() && filter.is_empty() {
        let advice = "say which messages to replay: ids, --state, --key, --topic, --tag, --group, --since or --until";
        return Err(Failure::Usage(format!("{advice}; --state dead is all that is dead, and --dry-run first only shows it")));
    }
    let state = options.state.map_or(ReplayState::Dead, super::options::Replayable::state);
    let wanted = Wanted { ids: &options.ids, state, filter, now: (clock::system())() };
    if options.dry_run {
        let database = open::existing(config).await?;
        return if wanted.ids.is_empty() { preview_all(&database, &wanted).await } else { named(&database, None, &wanted).await };
    }
    let counter = Counter::open_existing(config).await?;
    let runtime = &counter.runtime;
    let replayed =
        if wanted.ids.is_empty() { replay_all(runtime, &wanted).await } else { named(&runtime.database, Some(runtime), &wanted).await };
    counter.close().await;
    replayed
}

/// A line per message: tried again if there is a shop to do it, else what would be. Failure if one does not exist.
async fn named(database: &Database, shop: Option<&Runtime>, wanted: &Wanted<'_>) -> Result<ExitCode, Failure> {
    let verb = match (wanted.state, shop) {
        (ReplayState::Sent, Some(_)) => "sent again",
        (ReplayState::Sent, None) => "would be sent again",
        (_, Some(_)) => "tried again",
        (_, None) => "would be tried again",
    };
    let mut missing = Vec::new();
    for id in wanted.ids {
        let Some(whole) = messages::find(database, id).await? else {
            missing.push(messages::unknown(id));
            continue;
        };
        let places = messages::places(whole, wanted.state, &wanted.filter, wanted.now);
        if places.is_empty() {
            output::print(&format!("{id}: {}\n", nothing(wanted)))?;
            continue;
        }
        let where_to: Vec<String> = places.iter().map(where_to).collect();
        if let Some(runtime) = shop {
            messages::carry_out(runtime, places).await?;
        }
        output::print(&format!("{id}: {verb}: {}\n", where_to.join(", ")))?;
    }
    if missing.is_empty() { Ok(ExitCode::SUCCESS) } else { Err(Failure::Check(missing.join("\n"))) }
}

fn nothing(wanted: &Wanted<'_>) -> String {
    let what = match wanted.state {
        ReplayState::Dead => "nothing of it is dead",
        ReplayState::Sent => "it is not sent from here, or not yet",
        ReplayState::Retrying => "no group is to try it again",
    };
    if wanted.filter.is_empty() { what.to_owned() } else { format!("{what} and as selected") }
}

fn where_to(found: &Found) -> String {
    match found {
        Found::Outgoing(_) => "to all who hear it".to_owned(),
        Found::Incoming(incoming) => format!("with {}", incoming.row.key.group),
    }
}

async fn preview_all(database: &Database, wanted: &Wanted<'_>) -> Result<ExitCode, Failure> {
    let (mut replay, mut counted) = (wanted.all(), Replayed::default());
    loop {
        let (portion, _) = replay.next(database).await?;
        if portion.is_empty() {
            break;
        }
        counted = counted.and(Replayed::of(&portion));
        let mut text = String::new();
        for found in &portion {
            let _ = writeln!(text, "{}", line(found));
        }
        output::print(&text)?;
    }
    output::print(&format!("{} would be tried again\n", counts(counted)))?;
    Ok(ExitCode::SUCCESS)
}

fn line(found: &Found) -> String {
    match found {
        Found::Outgoing(outgoing) => {
            let message = &outgoing.message;
            let now = if outgoing.state == OutboxState::Dead { "not sent" } else { "sent" };
            format!("{} {} {} {}: {now}; to all who hear it", message.id, message.topic, message.tag, message.key)
        }
        Found::Incoming(incoming) => {
            let row = &incoming.row;
            let now = if incoming.stage() == rocketmall_store::messages::InboxStage::Dead { "dead" } else { "to be tried again" };
            format!("{} {} {} {}: {now} with {}", row.message_id, row.topic, row.key.tag, row.key.key, row.key.group)
        }
    }
}

fn counts(replayed: Replayed) -> String {
    format!("{} to send and {} with groups", replayed.to_send, replayed.with_groups)
}

async fn replay_all(runtime: &Runtime, wanted: &Wanted<'_>) -> Result<ExitCode, Failure> {
    let bar = progress::bar("messages", count(runtime, wanted).await?);
    let (mut replay, mut done) = (wanted.all(), Replayed::default());
    loop {
        let (portion, _) = replay.next(&runtime.database).await?;
        if portion.is_empty() {
            break;
        }
        let steps = portion.len() as u64;
        done = done.and(messages::carry_out(runtime, portion).await?);
        bar.inc(steps);
    }
    bar.finish_and_clear();
    output::print(&format!("{} are tried again, by a running server\n", counts(done)))?;
    Ok(ExitCode::SUCCESS)
}

/// How many there are, where somebody watches the bar.
async fn count(runtime: &Runtime, wanted: &Wanted<'_>) -> Result<usize, Failure> {
    let (mut replay, mut count) = (wanted.all(), 0);
    while progress::is_watched() {
        let (portion, _) = replay.next(&runtime.database).await?;
        if portion.is_empty() {
            break;
        }
        count += portion.len();
    }
    Ok(count)
}
