//! Messages as people see them, and trying them again. Used by HTTP and by the command line.
//!
//! A message has a row in the outbox, if this shop sends it, and a row with each group that took it. One that another program
//! sent has only the latter, and the id that its producer gave it.

mod list;
mod replay;
mod view;
mod whole;

use rocketmall_store::{Database, StoreError};

pub use list::{Standing, outgoing, page};
pub use replay::{PORTION, Replay, ReplayState, Replayed, carry_out, places};
pub use view::{ConsumerView, MessageView};
pub use whole::{Whole, find};

/// One message with what each group did with it.
pub async fn show(database: &Database, id: &str) -> Result<Option<MessageView>, StoreError> {
    Ok(find(database, id).await?.map(MessageView::from))
}

/// What to say of an id that names no message.
pub fn unknown(id: &str) -> String {
    format!("there is no message {id}; finished ones go after their retention, a week unless it is set otherwise")
}
