//! Calls a provider of Java's: looks something up, or takes something, which is never asked for twice.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dubbo_triple::{CallError, Reference, Throwable, Value, java};
use rocketmall_core::rejection::{Kind, Reason, Rejection};
use tokio::sync::{Mutex, MutexGuard, Semaphore};
use tonic::Code;
use tonic::transport::Channel;

use super::messages::Plain;
use super::refusal::{CODE, EXCEPTION};
use super::{APPLICATION, VERSION, constant, interface_name};
use crate::config::Role;
use crate::current::Current;
use crate::fleet::never_left;

/// Calls under way at once.
const UNDER_WAY: usize = 64;
/// Queues of those that take something: things of one id always stand in the same one.
const QUEUES: usize = 256;

/// A role that Java's provider has. Cheap to clone; clones share its queues.
#[derive(Clone)]
pub(crate) struct JavaPeer {
    reference: Reference,
    patience: Current<Duration>,
    seats: Arc<Semaphore>,
    queues: Arc<Vec<Mutex<()>>>,
}

/// Why there is no answer to go by.
#[derive(Debug)]
pub(crate) enum Why {
    /// It has refused; nothing was taken.
    Refused(Rejection),
    /// It was not asked at all.
    NotAsked(String),
    /// It may have done it, or do it yet.
    Unknown(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(rejection) => rejection.fmt(f),
            Self::NotAsked(why) | Self::Unknown(why) => f.write_str(why),
        }
    }
}

/// Whose turn it is with one thing: the original reads, reckons and overwrites, so what is done at once is lost.
pub(crate) struct Turn<'p> {
    _turn: Option<MutexGuard<'p, ()>>,
}

impl Turn<'static> {
    /// For a look: nobody has to wait for anybody.
    pub(crate) const LOOK: Self = Self { _turn: None };
}

impl JavaPeer {
    /// The role at the other end of this channel; an answer that takes longer is given up.
    pub(crate) fn new(role: Role, channel: Channel, patience: Current<Duration>) -> Self {
        let reference = Reference::new(channel, interface_name(role), VERSION).called_by(APPLICATION);
        let queues = std::iter::repeat_with(|| Mutex::new(())).take(QUEUES).collect();
        Self { reference, patience, seats: Arc::new(Semaphore::new(UNDER_WAY)), queues: Arc::new(queues) }
    }

    /// The next turn with the thing of this id. Waiting for it takes nothing from the time of the calls: one that begins late is one of
    /// which nobody knows what became of it.
    pub(crate) async fn turn(&self, id: i64) -> Result<Turn<'_>, Why> {
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        // the low bits of our ids are mostly the same; these are not
        let queue = usize::try_from(id.cast_unsigned().wrapping_mul(SPREAD) >> 56).unwrap_or_default();
        let turn = tokio::time::timeout(*self.patience.get(), self.queues[queue % QUEUES].lock()).await;
        Ok(Turn { _turn: Some(turn.map_err(|_| Why::NotAsked("too many wait for it".to_owned()))?) })
    }

    /// One thing by its id, if it is there.
    pub(crate) async fn find<T: Plain>(&self, turn: &Turn<'_>, id: i64) -> Result<Option<T>, Why> {
        let found = match self.call(turn, "findOne", super::LONG, id.into()).await {
            Ok(Value::Null) => return Ok(None),
            Ok(found) => found,
            Err(Why::Refused(rejection)) if is_unknown(rejection.reason) => return Ok(None),
            Err(why) => return Err(why),
        };
        T::read(&found).map(Some).map_err(|rejection| Why::Unknown(format!("its answer cannot be read: {}", rejection.detail)))
    }

    /// Takes something. `false` is a refusal for the reason given.
    pub(crate) async fn take(&self, turn: &Turn<'_>, method: &str, argument: &impl Plain, failed: Reason) -> Result<(), Why> {
        let value = argument.to_value();
        let class = value.as_object().map(|object| object.class().to_owned()).unwrap_or_default();
        match self.call(turn, method, &class, value).await? {
            Value::Bool(true) => Ok(()),
            Value::Bool(false) => Err(Why::Refused(Rejection::new(failed, format!("{method} answered false")))),
            other => Err(Why::Unknown(format!("{method} answered neither true nor false: {other:?}"))),
        }
    }

    async fn call(&self, _turn: &Turn<'_>, method: &str, class: &str, argument: Value) -> Result<Value, Why> {
        let busy = || Why::NotAsked("too many calls are under way".to_owned());
        let patience = *self.patience.get();
        let seat = tokio::time::timeout(patience, self.seats.acquire()).await;
        let _seat = seat.map_err(|_| busy())?.map_err(|_| busy())?;
        self.reference.call(method, [(class, argument)], patience).await.map_err(|error| why(&error))
    }
}

fn is_unknown(reason: Reason) -> bool {
    matches!(reason, Reason::GoodsUnknown | Reason::CouponUnknown | Reason::UserUnknown)
}

fn why(error: &CallError) -> Why {
    match error {
        CallError::Thrown(thrown) => thrown_for(thrown),
        CallError::Status(status) if status.code() == Code::Unimplemented || never_left(status) => Why::NotAsked(error.to_string()),
        CallError::Argument(_) | CallError::Name(_) => Why::NotAsked(error.to_string()),
        _ => Why::Unknown(error.to_string()),
    }
}

/// The original checks before it takes, and has no transactions: whoever throws anything but a refusal may have taken something.
fn thrown_for(thrown: &Throwable) -> Why {
    let named = |thrown: &Throwable| {
        let (_, name) = thrown.get(CODE).and_then(java::as_enumeration)?;
        constant::named(name)?.reason
    };
    let reason = Some(thrown).filter(|thrown| thrown.class == EXCEPTION).and_then(named);
    match reason.filter(|reason| !matches!(reason.kind(), Kind::Fault | Kind::Unavailable)) {
        Some(reason) => Why::Refused(Rejection::new(reason, thrown.message.clone().unwrap_or_else(|| thrown.to_string()))),
        None => Why::Unknown(thrown.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;

    use super::super::refusal::CONSTANT;
    use super::*;

    fn thrown(class: &str, constant: &str) -> CallError {
        CallError::Thrown(Box::new(Throwable::new(class, "不足").with(CODE, java::enumeration(CONSTANT, constant))))
    }

    #[test]
    fn only_a_refusal_of_the_shops_says_that_nothing_was_taken() {
        let refused = why(&thrown(EXCEPTION, "SHOP_GOODS_NUM_NOT_ENOUGH"));
        assert!(matches!(&refused, Why::Refused(rejection) if rejection.reason == Reason::StockTooLow && rejection.detail == "不足"));
        for error in [
            thrown(EXCEPTION, "SHOP_REDUCE_GOODS_NUM_FAIL"),
            thrown(EXCEPTION, "SHOP_FAIL"),
            thrown(EXCEPTION, "SHOP_SUCCESS"),
            thrown(EXCEPTION, "SHOP_OF_TOMORROW"),
            thrown("java.lang.NullPointerException", "SHOP_GOODS_NUM_NOT_ENOUGH"),
            CallError::Status(Status::deadline_exceeded("late")),
            CallError::Status(Status::unavailable("broken off")),
            CallError::Serialization("fastjson2".to_owned()),
        ] {
            assert!(matches!(why(&error), Why::Unknown(_)), "{error}");
        }
        for error in [CallError::Status(Status::unimplemented("no such method")), CallError::Name("ü".to_owned())] {
            assert!(matches!(why(&error), Why::NotAsked(_)), "{error}");
        }
    }
}
