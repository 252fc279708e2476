//! Trying messages again. What a group has done takes no second effect, however often its message comes.

use rocketmall_core::command::Command;
use rocketmall_core::id::Timestamp;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::messages::{Found, InboxStage, MessageFilter, OutboxState, Part, Place, Walk};
use rocketmall_store::{Database, StoreError, claim};

use super::Whole;
use crate::runtime::Runtime;

/// Messages replayed together.
pub const PORTION: i64 = 500;

/// Tries of a portion that the database asks to try again.
const TRIES: usize = 5;

/// Which messages are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayState {
    /// What could not be sent is sent, and what a group gave up is tried by it.
    Dead,
    /// What was sent is sent once more to all who hear it.
    Sent,
    /// What a group is to try again is tried at once.
    Retrying,
}

impl ReplayState {
    fn parts(self) -> &'static [Part] {
        match self {
            Self::Dead => &[Part::Outgoing(OutboxState::Dead), Part::Incoming(InboxStage::Dead)],
            Self::Sent => &[Part::Outgoing(OutboxState::Sent)],
            Self::Retrying => &[Part::Incoming(InboxStage::Retrying)],
        }
    }

    /// Whether it is among them, for a replay that began then. What the replay itself has sent, or let be tried, no longer is.
    fn takes(self, found: &Found, began: Timestamp) -> bool {
        match found {
            Found::Outgoing(outgoing) => {
                let fresh = outgoing.state == OutboxState::Sent && outgoing.sent_at.is_some_and(|at| at > began);
                self.parts().contains(&Part::Outgoing(outgoing.state)) && !fresh
            }
            Found::Incoming(incoming) => {
                let fresh = incoming.stage() == InboxStage::Retrying && incoming.row.times == 0;
                self.parts().contains(&Part::Incoming(incoming.stage())) && !fresh
            }
        }
    }
}

/// What a replay begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Messages that are sent once more to all who hear them.
    pub to_send: usize,
    /// Tries of single groups, each with one message.
    pub with_groups: usize,
}

impl Replayed {
    /// What these are.
    pub fn of(found: &[Found]) -> Self {
        let to_send = found.iter().filter(|found| matches!(found, Found::Outgoing(_))).count();
        Self { to_send, with_groups: found.len() - to_send }
    }

    /// Both together.
    pub fn total(self) -> usize {
        self.to_send + self.with_groups
    }

    /// And those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { to_send: self.to_send + other.to_send, with_groups: self.with_groups + other.with_groups }
    }
}

/// A replay of all wanted messages, a portion at a time.
#[derive(Debug)]
pub struct Replay {
    walk: Walk,
    state: ReplayState,
    began: Timestamp,
}

impl Replay {
    /// Of what is wanted, from a place on.
    pub fn new(state: ReplayState, filter: MessageFilter, place: Place, now: Timestamp) -> Self {
        Self { walk: Walk::new(state.parts(), filter, place), state, began: now }
    }

    /// What comes next, and the place behind it; nothing at the end.
    pub async fn next(&mut self, database: &Database) -> Result<(Vec<Found>, Place), StoreError> {
        loop {
            let portion = self.walk.next(database, PORTION).await?;
            let Some((_, place)) = portion.last() else { return Ok((Vec::new(), Place::default())) };
            let place = place.clone();
            let wanted: Vec<Found> =
                portion.into_iter().map(|(found, _)| found).filter(|found| self.state.takes(found, self.began)).collect();
            if !wanted.is_empty() {
                return Ok((wanted, place));
            }
        }
    }
}

/// Where a message is tried again: its sending, and groups.
pub fn places(whole: Whole, state: ReplayState, filter: &MessageFilter, now: Timestamp) -> Vec<Found> {
    let outgoing = whole.outgoing.filter(|outgoing| filter.takes_outgoing(outgoing)).map(Found::Outgoing);
    let incoming = whole.incoming.into_values().filter(|incoming| filter.takes_incoming(&incoming.row)).map(Found::Incoming);
    outgoing.into_iter().chain(incoming).filter(|found| state.takes(found, now)).collect()
}

/// Begins it; the loops of a server do the rest. What is not so any more stays as it is.
pub async fn carry_out(runtime: &Runtime, portion: Vec<Found>) -> Result<Replayed, Rejection> {
    let (mut dead, mut sent, mut tries) = (Vec::new(), Vec::new(), Vec::new());
    for found in portion {
        match found {
            Found::Outgoing(outgoing) if outgoing.state == OutboxState::Dead => dead.push(outgoing.message.id.get()),
            Found::Outgoing(outgoing) => sent.push(outgoing.message.id.get()),
            Found::Incoming(incoming) => tries.push(Command::Replay(incoming.row.key).into()),
        }
    }
    let mut replayed = Replayed::default();
    for (ids, state) in [(dead, OutboxState::Dead), (sent, OutboxState::Sent)] {
        replayed.to_send += resend(runtime, &ids, state).await?;
    }
    for answer in runtime.engine.submit_all(tries).await {
        answer?;
        replayed.with_groups += 1;
    }
    runtime.bells.messages.notify_one();
    Ok(replayed)
}

async fn resend(runtime: &Runtime, ids: &[i64], state: OutboxState) -> Result<usize, Rejection> {
    if ids.is_empty() {
        return Ok(0);
    }
    let mut tries = 1;
    loop {
        match claim::resend(&runtime.database, ids, state, (runtime.clock)()).await {
            Ok(sent) => return Ok(usize::try_from(sent).unwrap_or(usize::MAX)),
            Err(StoreError::Transient(_)) if tries < TRIES => tries += 1,
            Err(error) => return Err(Rejection::new(Reason::Busy, error.to_string())),
        }
    }
}
