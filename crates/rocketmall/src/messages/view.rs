//! How a message is shown.

use rocketmall_core::message::InboxState;
use rocketmall_store::messages::{InboxStage, Incoming, OutboxState};
use serde::Serialize;
use utoipa::ToSchema;

use super::Whole;
use crate::http::wire::Time;

/// A message and what the groups did with it 消息及各消费组的处理
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// Its id, the same at the broker: digits, or whatever its producer chose if another program sent it. 消息编号，与 broker 中相同；外部消息为其生产者所定的文本
    pub id: String,
    /// Its producer group; null if only groups have it: another program sent it, or it is past its retention here. 生产组，外部消息为 null
    pub group: Option<String>,
    /// The topic 主题
    pub topic: String,
    /// The tag 标签
    pub tag: String,
    /// The id of what it is about 业务编号
    pub key: String,
    /// The body, JSON 消息体
    pub body: String,
    /// pending, sent or dead. One that was sent may still be dead with a group: see `consumers`. If only groups have it: the worst of
    /// theirs, dead, retrying or done. 状态；已发送的消息仍可能在某消费组处失败，见 `consumers`
    pub state: &'static str,
    /// When it was stored; null if only groups have it. 保存时间，外部消息为 null
    pub created_at: Option<Time>,
    /// When it was handed to all who hear it, or to the broker. 送达时间
    pub sent_at: Option<Time>,
    /// While it is pending: when it is sent next. 下次发送时间
    pub due_at: Option<Time>,
    /// How often it was taken up to be sent 发送次数
    pub tries: i64,
    /// Why it could not be sent the last time, or why it was sent again. 最近一次发送失败或重发的原因
    pub remark: Option<String>,
    /// The request it goes back to, as its answer had it in X-Trace-Id. 来源请求的编号
    pub trace_id: Option<String>,
    /// What each group did with it. 各消费组的处理
    pub consumers: Vec<ConsumerView>,
    /// Groups that hear it and have not taken it yet. 尚未收到的消费组
    pub waiting_for: Vec<String>,
}

/// A message as one group sees it 某消费组的处理
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsumerView {
    /// The group 消费组
    pub group: String,
    /// The id of the message by which the group came to it: another's, if one with the same tag and key came first. 该组实际收到的消息编号
    pub message_id: String,
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
    /// The request that the message goes back to. 来源请求的编号
    pub trace_id: Option<String>,
}

impl From<Whole> for MessageView {
    fn from(whole: Whole) -> Self {
        let waiting_for = whole.waiting_for();
        let view = match &whole.outgoing {
            Some(outgoing) => {
                let message = outgoing.message.clone();
                Self {
                    id: whole.id,
                    group: Some(outgoing.group.clone()),
                    topic: message.topic,
                    tag: message.tag,
                    key: message.key,
                    body: message.body,
                    state: standing(outgoing.state),
                    created_at: Some(Time(message.created_at)),
                    sent_at: outgoing.sent_at.map(Time),
                    due_at: Some(Time(outgoing.due)).filter(|_| outgoing.state == OutboxState::Pending),
                    tries: outgoing.tries,
                    remark: outgoing.remark.clone(),
                    trace_id: message.trace.map(|trace| trace.id.to_string()),
                    consumers: Vec::new(),
                    waiting_for,
                }
            }
            None => Self::of_groups(&whole),
        };
        Self { consumers: whole.incoming.into_values().map(ConsumerView::from).collect(), ..view }
    }
}

impl MessageView {
    /// Of a message that only groups have; they have all the same of it.
    fn of_groups(whole: &Whole) -> Self {
        let first = whole.incoming.values().next().map(|incoming| &incoming.row);
        let text = |field: Option<&String>| field.cloned().unwrap_or_default();
        let worst = whole.incoming.values().map(Incoming::stage).max_by_key(|stage| match stage {
            InboxStage::Done => 0,
            InboxStage::Retrying => 1,
            InboxStage::Dead => 2,
        });
        Self {
            id: whole.id.clone(),
            group: None,
            topic: text(first.map(|row| &row.topic)),
            tag: text(first.map(|row| &row.key.tag)),
            key: text(first.map(|row| &row.key.key)),
            body: text(first.map(|row| &row.body)),
            state: worst.map_or("done", stage),
            created_at: None,
            sent_at: None,
            due_at: None,
            tries: 0,
            remark: None,
            trace_id: first.and_then(|row| row.trace).map(|trace| trace.id.to_string()),
            consumers: Vec::new(),
            waiting_for: Vec::new(),
        }
    }
}

impl From<Incoming> for ConsumerView {
    fn from(incoming: Incoming) -> Self {
        let state = stage(incoming.stage());
        let row = incoming.row;
        let due_at = match row.state {
            InboxState::Retrying { due } => Some(Time(due)),
            InboxState::Done | InboxState::Dead => None,
        };
        let trace_id = row.trace.map(|trace| trace.id.to_string());
        Self {
            group: row.key.group,
            message_id: row.message_id,
            state,
            tries: row.times,
            tried_at: Time(row.at),
            due_at,
            remark: row.remark,
            trace_id,
        }
    }
}

fn standing(state: OutboxState) -> &'static str {
    match state {
        OutboxState::Pending => "pending",
        OutboxState::Sent => "sent",
        OutboxState::Dead => "dead",
    }
}

fn stage(stage: InboxStage) -> &'static str {
    match stage {
        InboxStage::Retrying => "retrying",
        InboxStage::Done => "done",
        InboxStage::Dead => "dead",
    }
}
