//! A walk along messages, a portion at a time, each found by its key or through an index and none read twice.

use std::cmp::Reverse;

use rocketmall_core::id::Timestamp;
use rocketmall_core::message::InboxKey;

use super::{InboxStage, Incoming, MessageFilter, OutboxState, Outgoing, incoming_from_row, outgoing_from_row};
use crate::codes::Code as _;
use crate::database::Database;
use crate::error::StoreError;
use crate::rows::row;

/// What a walk goes along, from the newest back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All outgoing messages.
    Outbox,
    /// Outgoing messages that stand so.
    Outgoing(OutboxState),
    /// What the groups have that stands so.
    Incoming(InboxStage),
}

/// What a walk comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An outgoing message.
    Outgoing(Outgoing),
    /// A message as a group has it.
    Incoming(Incoming),
}

/// How far a walk has come: in which of its parts, and behind what there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    part: usize,
    behind: Option<Spot>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Spot {
    Outgoing { due: i64, id: i64 },
    Incoming { due: i64, key: InboxKey },
}

/// A walk along the wanted messages, one part after the other.
#[derive(Clone, Debug)]
pub struct Walk {
    filter: MessageFilter,
    parts: &'static [Part],
    place: Place,
}

impl Walk {
    /// From a place on; the beginning is the default.
    pub fn new(parts: &'static [Part], filter: MessageFilter, place: Place) -> Self {
        Self { filter, parts, place }
    }

    /// The next messages, each with the place behind it; some of `limit`, and none only at the end.
    pub async fn next(&mut self, database: &Database, limit: i64) -> Result<Vec<(Found, Place)>, StoreError> {
        while let Some(part) = self.parts.get(self.place.part).copied() {
            let rows = match part {
                Part::Outbox => self.outgoing(database, None, limit).await?,
                Part::Outgoing(state) => self.outgoing(database, Some(state), limit).await?,
                Part::Incoming(stage) => self.incoming(database, stage, limit).await?,
            };
            let placed: Vec<_> = rows.into_iter().map(|found| (self.behind(&found), found)).collect();
            let Some((last, _)) = placed.last() else {
                self.place = Place { part: self.place.part + 1, behind: None };
                continue;
            };
            self.place = last.clone();
            let wanted: Vec<_> = placed.into_iter().filter(|(_, found)| self.takes(found)).map(|(place, found)| (found, place)).collect();
            if !wanted.is_empty() {
                return Ok(wanted);
            }
        }
        Ok(Vec::new())
    }

    fn takes(&self, found: &Found) -> bool {
        match found {
            Found::Outgoing(outgoing) => self.filter.takes_outgoing(outgoing),
            Found::Incoming(incoming) => self.filter.takes_incoming(&incoming.row),
        }
    }

    fn behind(&self, found: &Found) -> Place {
        let spot = match found {
            Found::Outgoing(outgoing) => Spot::Outgoing { due: outgoing.due.millis(), id: outgoing.message.id.get() },
            Found::Incoming(incoming) => Spot::Incoming { due: incoming.due.millis(), key: incoming.row.key.clone() },
        };
        Place { part: self.place.part, behind: Some(spot) }
    }

    async fn outgoing(&self, database: &Database, state: Option<OutboxState>, limit: i64) -> Result<Vec<Found>, StoreError> {
        let (due, id) = match self.place.behind {
            Some(Spot::Outgoing { due, id }) => (due, id),
            _ => (i64::MAX, i64::MAX),
        };
        let rows: Vec<Outgoing> = match (&self.filter.key, state) {
            (Some(key), _) => {
                let mut rows = database.outgoing_of(key).await?;
                let place = |row: &Outgoing| (state.map(|_| row.due.millis()), row.message.id.get());
                rows.retain(|row| state.is_none_or(|state| row.state == state) && place(row) < (state.map(|_| due), id));
                rows.sort_by_key(|row| Reverse(place(row)));
                rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                rows
            }
            (None, Some(state)) => {
                let least = if state == OutboxState::Dead { 0 } else { self.filter.least_due() };
                let keys = row![state.code(), due, due, id, least];
                let params = [keys, self.filter.topic_and_tag(), self.filter.times(), row![limit]].concat();
                database
                    .query(database.sql().outbox_page_of_state, params)
                    .await?
                    .into_iter()
                    .map(outgoing_from_row)
                    .collect::<Result<_, _>>()?
            }
            (None, None) => {
                let params = [row![id], self.filter.topic_and_tag(), self.filter.times(), row![limit]].concat();
                database.query(database.sql().outbox_page, params).await?.into_iter().map(outgoing_from_row).collect::<Result<_, _>>()?
            }
        };
        Ok(rows.into_iter().map(Found::Outgoing).collect())
    }

    async fn incoming(&self, database: &Database, stage: InboxStage, limit: i64) -> Result<Vec<Found>, StoreError> {
        let (due, key) = match &self.place.behind {
            Some(Spot::Incoming { due, key }) => (*due, key.clone()),
            _ => (i64::MAX, InboxKey { group: String::new(), tag: String::new(), key: String::new() }),
        };
        let rows: Vec<Incoming> = if let Some(wanted) = &self.filter.key {
            let mut rows = database.incoming_of(wanted).await?;
            rows.retain(|row| row.stage() == stage && (row.due.millis(), &row.row.key) < (due, &key));
            rows.sort_by(|one, other| other.place().cmp(&one.place()));
            rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            rows
        } else {
            let keys = row![stage.code(), due, due, key.group, key.tag, key.key, self.filter.least_due()];
            let params = [keys, self.filter.topic_and_tag(), self.filter.group_twice(), self.filter.times(), row![limit]].concat();
            let rows = database.query(database.sql().inbox_page, params).await?;
            rows.into_iter().map(incoming_from_row).collect::<Result<_, _>>()?
        };
        Ok(rows.into_iter().map(Found::Incoming).collect())
    }
}

impl Incoming {
    /// Its place among the rows that stand like it: the greatest comes first.
    pub fn place(&self) -> (Timestamp, &InboxKey) {
        (self.due, &self.row.key)
    }
}

/// As a text that a caller gives back unchanged.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.behind {
            None => write!(f, "{}", self.part),
            Some(Spot::Outgoing { due, id }) => write!(f, "{}.{due}.{id}", self.part),
            Some(Spot::Incoming { due, key }) => {
                write!(f, "{}.{due}", self.part)?;
                for text in [&key.group, &key.tag, &key.key] {
                    f.write_str(".x")?;
                    text.bytes().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                }
                Ok(())
            }
        }
    }
}

impl std::str::FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut pieces = text.split('.');
        let part = pieces.next().ok_or(())?.parse().map_err(drop)?;
        let behind = match pieces.collect::<Vec<_>>().as_slice() {
            [due, id] => Some(Spot::Outgoing { due: due.parse().map_err(drop)?, id: id.parse().map_err(drop)? }),
            [due, group, tag, key] => {
                let key = InboxKey { group: unhex(group)?, tag: unhex(tag)?, key: unhex(key)? };
                Some(Spot::Incoming { due: due.parse().map_err(drop)?, key })
            }
            _ => return Err(()),
        };
        Ok(Self { part, behind })
    }
}

fn unhex(text: &str) -> Result<String, ()> {
    let digits = text.strip_prefix('x').filter(|digits| digits.is_ascii() && digits.len() % 2 == 0).ok_or(())?;
    let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    String::from_utf8(bytes.ok_or(())?).map_err(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let key = InboxKey { group: "g.1".to_owned(), tag: String::new(), key: "键".to_owned() };
        for behind in [Some(Spot::Outgoing { due: 5, id: 7 }), Some(Spot::Incoming { due: 5, key })] {
            let place = Place { part: 1, behind };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for wrong in ["", "x", "1", "1.2", "1.2.", "1.2.x0.x.x", "1.2.xzz.x.x", "1.2.x.x.é"] {
            assert_eq!(wrong.parse::<Place>(), Err(()), "{wrong}");
        }
    }
}
