//! Messages as people see them, and trying dead ones again. Used by HTTP and by the command line.

use rocketmall_core::command::Command;
use rocketmall_core::message::{InboxRow, InboxState};
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::read::{MessageFilter, Outgoing};
use rocketmall_store::{Database, StoreError, claim};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::wire::Time;
use crate::runtime::Runtime;

/// An outgoing message and what the groups did with it 消息及各消费组的处理
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Its id 消息编号
    pub id: String,
    /// Its producer group 生产组
    pub group: String,
    /// The topic 主题
    pub topic: String,
    /// The tag 标签
    pub tag: String,
    /// The id of what it is about 业务编号
    pub key: String,
    /// The body, JSON 消息体
    pub body: String,
    /// pending, sent or dead. A message that was sent may still be dead with a group: see `consumers`. 状态
    pub state: &'static str,
    /// When it was stored 保存时间
    pub created_at: Time,
    /// When it was handed to all who hear it 送达时间
    pub sent_at: Option<Time>,
    /// How often it was taken up 投递次数
    pub tries: i64,
    /// Why it is dead 放弃原因
    pub remark: Option<String>,
    /// The request it goes back to, as its answer had it in X-Trace-Id.
    pub trace_id: Option<String>,
    /// What each group did with it; empty in lists.
    pub consumers: Vec<ConsumerView>,
}

/// A message as one group sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsumerView {
    /// The group 消费组
    pub group: String,
    /// retrying, done or dead. 状态
    pub state: &'static str,
    /// Tries so far 已尝试次数
    pub tries: i64,
    /// When it was last tried 最近尝试时间
    pub tried_at: Time,
    /// When it is tried again 下次尝试时间
    pub due_at: Option<Time>,
    /// Why the last try failed 失败原因
    pub remark: Option<String>,
    /// The request that the message goes back to.
    pub trace_id: Option<String>,
}

impl From<Outgoing> for MessageView {
    fn from(outgoing: Outgoing) -> Self {
        let message = outgoing.message;
        Self {
            id: message.id.to_string(),
            group: outgoing.group,
            topic: message.topic,
            tag: message.tag,
            key: message.key,
            body: message.body,
            state: outgoing.state,
            created_at: Time(message.created_at),
            sent_at: outgoing.sent_at.map(Time),
            tries: outgoing.tries,
            remark: outgoing.remark,
            trace_id: message.trace.map(|trace| trace.id.to_string()),
            consumers: Vec::new(),
        }
    }
}

impl From<InboxRow> for ConsumerView {
    fn from(row: InboxRow) -> Self {
        let (state, due_at) = match row.state {
            InboxState::Retrying { due } => ("retrying", Some(Time(due))),
            InboxState::Done => ("done", None),
            InboxState::Dead => ("dead", None),
        };
        let trace_id = row.trace.map(|trace| trace.id.to_string());
        Self { group: row.key.group, state, tries: row.times, tried_at: Time(row.at), due_at, remark: row.remark, trace_id }
    }
}

/// Messages from the newest back, before the message `before`.
pub async fn page(database: &Database, filter: &MessageFilter, before: i64, limit: i64) -> Result<Vec<MessageView>, StoreError> {
    Ok(database.outgoing_page(filter, before, limit).await?.into_iter().map(MessageView::from).collect())
}

/// One message with what each group did with it.
pub async fn find(database: &Database, id: i64) -> Result<Option<MessageView>, StoreError> {
    let Some(outgoing) = database.outgoing(id).await? else { return Ok(None) };
    let consumers = database.consumed(&id.to_string()).await?.into_iter().map(ConsumerView::from).collect();
    Ok(Some(MessageView { consumers, ..outgoing.into() }))
}

/// Tries a message again wherever it is dead. How many groups try again, or `None` if there is no such message.
pub async fn replay(runtime: &Runtime, id: i64) -> Result<Option<usize>, Rejection> {
    let away = |error: StoreError| Rejection::new(Reason::Busy, error.to_string());
    let outgoing = runtime.database.outgoing(id).await.map_err(away)?;
    let rows = runtime.database.consumed(&id.to_string()).await.map_err(away)?;
    if outgoing.is_none() && rows.is_empty() {
        return Ok(None);
    }
    let mut replayed = 0;
    if outgoing.is_some_and(|outgoing| outgoing.state == "dead")
        && claim::resend(&runtime.database, id, (runtime.clock)()).await.map_err(away)?
    {
        replayed += 1;
    }
    let dead: Vec<_> = rows.into_iter().filter(|row| row.state == InboxState::Dead).map(|row| Command::Replay(row.key).into()).collect();
    for answer in runtime.engine.submit_all(dead).await {
        answer?;
        replayed += 1;
    }
    runtime.bells.messages.notify_one();
    Ok(Some(replayed))
}
