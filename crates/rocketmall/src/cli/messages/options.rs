//! What can be typed after `rocketmall messages`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};
use rocketmall_core::id::Timestamp;
use rocketmall_store::messages::MessageFilter;

use crate::cli::failure::Failure;
use crate::cli::options::JsonOption;
use crate::clock;
use crate::messages::{ReplayState, Standing};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum MessagesCommand {
    /// List messages: those sent out, newest first, and those that a group still has to get done
    #[command(
        after_help = "Examples:\n  rocketmall messages list --state dead\n  rocketmall messages list --key 345963634385633281\n  rocketmall messages list --state retrying --group pay_payTopic_group --since 2h"
    )]
    List(ListMessages),
    /// Show a message, its body, and what each group did with it
    Show(ShowMessage),
    /// Try messages again: dead ones unless --state says otherwise; groups that had them done take no second effect
    #[command(
        after_help = "Examples:\n  rocketmall messages replay 345963634385633281\n  rocketmall messages replay --state dead --dry-run\n  rocketmall messages replay --group pay_payTopic_group --since 2h\n  rocketmall messages replay --state sent --topic payTopic --since 2026-11-24T08:00:00Z     a broker lost its data\n\nA running server delivers them."
    )]
    Replay(ReplayMessages),
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum State {
    /// Stored, not yet sent
    Pending,
    /// Handed to all who hear it, or to the broker
    Sent,
    /// A group failed and will try again
    Retrying,
    /// A group has done it
    Done,
    /// Given up: it could not be sent, or a group could not do it
    Dead,
}

impl State {
    pub(super) fn standing(self) -> Standing {
        match self {
            Self::Pending => Standing::Pending,
            Self::Sent => Standing::Sent,
            Self::Retrying => Standing::Retrying,
            Self::Done => Standing::Done,
            Self::Dead => Standing::Dead,
        }
    }
}

/// Which messages; what is given must all be so.
#[derive(Args, Debug)]
pub(super) struct Selectors {
    /// Only of this topic: order-out or payTopic
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    topic: Option<String>,
    #[arg(long, help = "Only with this tag, such as order_cancel or paid", value_parser = NonEmptyStringValueParser::new())]
    tag: Option<String>,
    /// Only what this consumer group hears or has, or what this producer group sends
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    group: Option<String>,
    /// Only about this order, payment or refund
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    key: Option<String>,
    /// Only stored, or last tried with a group, then or later: a time, or so long ago, such as 2h
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    since: Option<Timestamp>,
    /// Only stored, or last tried with a group, before then
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    until: Option<Timestamp>,
}

impl Selectors {
    pub(super) fn filter(&self) -> Result<MessageFilter, Failure> {
        if self.since.zip(self.until).is_some_and(|(since, until)| since >= until) {
            return Err(Failure::Usage("--until is not later than --since, so that no message can match: exchange them".to_owned()));
        }
        Ok(MessageFilter {
            topic: self.topic.clone(),
            tag: self.tag.clone(),
            group: self.group.clone(),
            key: self.key.clone(),
            since: self.since,
            until: self.until,
        })
    }
}

/// A time, or how long ago it was.
fn moment(text: &str) -> Result<Timestamp, String> {
    if let Some(time) = clock::parse_rfc3339(text) {
        return Ok(time);
    }
    let ago = humantime::parse_duration(text).ok().and_then(|ago| i64::try_from(ago.as_millis()).ok());
    let advice = "write a time like 2026-11-24T08:00:00Z or 2026-11-24T16:00:00+08:00, or how long ago, like 2h or 3days";
    ago.map(|ago| (clock::system())().after(-ago)).ok_or_else(|| advice.to_owned())
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ListMessages {
    /// Only messages that stand so
    #[arg(long)]
    pub(super) state: Option<State>,
    #[command(flatten)]
    pub(super) selectors: Selectors,
    /// At most so many of each kind
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(super) limit: i64,
    #[command(flatten)]
    pub(super) json: JsonOption,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ShowMessage {
    /// The message's id: digits, or the text that another program gave it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(super) id: String,
    #[command(flatten)]
    pub(super) json: JsonOption,
}

/// Which messages may be replayed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Replayable {
    /// What could not be sent is sent, and what a group gave up is tried by it
    Dead,
    /// What was sent is sent once more to all who hear it
    Sent,
    /// What a group is to try again is tried at once
    Retrying,
}

impl Replayable {
    pub(super) fn state(self) -> ReplayState {
        match self {
            Self::Dead => ReplayState::Dead,
            Self::Sent => ReplayState::Sent,
            Self::Retrying => ReplayState::Retrying,
        }
    }
}

#[derive(Args, Debug)]
pub(in crate::cli) struct ReplayMessages {
    /// The messages' ids
    #[arg(value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(super) ids: Vec<String>,
    /// How they stand [default: dead]
    #[arg(long)]
    pub(super) state: Option<Replayable>,
    #[command(flatten)]
    pub(super) selectors: Selectors,
    /// Only say what would be tried again
    #[arg(long)]
    pub(super) dry_run: bool,
}
