//! Trying messages again: one, or all that are wanted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::messages::{MessageFilter, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{MessageRef, selectors, unknown};
use crate::http::Shop;
use crate::http::body::Body;
use crate::http::problem::{Failure, PathId, Problems};
use crate::http::wire::Time;
use crate::messages::{self, ReplayState, Replayed};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(replay)).routes(routes!(replay_all))
}

/// What a replay began 重投结果
#[derive(Debug, Serialize, ToSchema)]
struct Replay {
    /// Groups that will try again, and one more if it was given up before it was sent. 将重试的消费组数；未能发送的消息另计一次
    replayed: usize,
}

/// Try again where it is dead; groups that have it done take no second effect. 重新投递
#[utoipa::path(post, path = "/v1/messages/{id}/replay", tag = "messages", security(("bearer" = [])), params(("id" = String, Path, description = "The message's id, the same at the broker 消息编号，与 broker 中相同")),
    responses((status = 202, description = "Under way 已开始", body = Replay), Problems))]
async fn replay(State(shop): State<Shop>, PathId(MessageRef(id)): PathId<MessageRef>) -> Result<(StatusCode, Json<Replay>), Failure> {
    let runtime = shop.own()?;
    let whole = messages::find(&runtime.database, &id).await?.ok_or_else(|| unknown(&id))?;
    let dead = messages::places(whole, ReplayState::Dead, &MessageFilter::default(), (runtime.clock)());
    let replayed = messages::carry_out(runtime, dead).await?.total();
    Ok((StatusCode::ACCEPTED, Json(Replay { replayed })))
}

/// Which messages are tried again 重投的范围
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "the document's; a body's text is read with a field to blame")]
enum Replayable {
    /// What could not be sent is sent, and what a group gave up is tried by it.
    Dead,
    /// What was sent is sent once more to all who hear it: for when a broker has lost messages.
    Sent,
    /// What a group is to try again is tried at once.
    Retrying,
}

fn state(text: &str) -> Result<ReplayState, Failure> {
    match text {
        "dead" => Ok(ReplayState::Dead),
        "sent" => Ok(ReplayState::Sent),
        "retrying" => Ok(ReplayState::Retrying),
        _ => Err(Rejection::of_field(Reason::BadParameter, "state", "is dead, sent or retrying").into()),
    }
}

/// Which messages to try again: those that meet all of it, of which something must be there 重投条件，至少给出一项
#[derive(Debug, Deserialize, ToSchema)]
struct Selection {
    /// How they stand; dead if left away. 状态，默认 dead
    #[schema(value_type = Option<Replayable>)]
    state: Option<String>,
    /// The topic 主题
    #[schema(example = "payTopic")]
    topic: Option<String>,
    /// The tag 标签
    tag: Option<String>,
    /// A consumer group, or a producer group 消费组或生产组
    group: Option<String>,
    /// The id of what they are about 业务编号
    key: Option<String>,
    /// Stored then or later; with a group: last tried then or later. 起始时间（含）
    since: Option<Time>,
    /// Stored, or last tried with a group, before then. 截止时间（不含）
    until: Option<Time>,
    /// Only count them. 仅统计
    #[serde(default)]
    dry_run: bool,
    /// `next_cursor` of the answer before. 上一答复的 `next_cursor`
    cursor: Option<String>,
}

impl Selection {
    fn filter(&self) -> Result<MessageFilter, Failure> {
        for (field, text) in [("topic", &self.topic), ("tag", &self.tag), ("group", &self.group), ("key", &self.key)] {
            if text.as_ref().is_some_and(String::is_empty) {
                return Err(Rejection::of_field(Reason::BadParameter, field, "is empty: name one, or leave the field away").into());
            }
        }
        let wanted = MessageFilter {
            topic: self.topic.clone(),
            tag: self.tag.clone(),
            group: self.group.clone(),
            key: self.key.clone(),
            since: self.since.map(|time| time.0),
            until: self.until.map(|time| time.0),
        };
        if wanted.is_empty() && self.state.is_none() {
            let advice = "say which messages: state, topic, tag, group, key, since or until; {\"state\": \"dead\"} is all that is dead";
            return Err(Rejection::of_field(Reason::BadParameter, "state", advice).into());
        }
        selectors::in_order(&wanted)?;
        Ok(wanted)
    }

    fn place(&self) -> Result<Place, Failure> {
        let Some(cursor) = &self.cursor else { return Ok(Place::default()) };
        let advice = "take next_cursor of the answer before, unchanged";
        cursor.parse().map_err(|()| Rejection::of_field(Reason::BadParameter, "cursor", advice).into())
    }
}

/// What a portion of a replay began 一批重投的结果
#[derive(Debug, Serialize, ToSchema)]
struct Portion {
    /// Messages that are sent once more to all who hear them. 将重新发送的消息数
    to_send: usize,
    /// Tries of single groups, each with one message. 将由消费组重试的次数
    with_groups: usize,
    /// Send the same again with it as `cursor` for the next portion; null when nothing is left. 用作下一批的 cursor，全部完成为 null
    next_cursor: Option<String>,
}

/// Try all wanted messages again, at most 500 with one call. 按条件批量重新投递，每次至多 500 条
///
/// Groups that have them done take no second effect. 已处理的消费组不会重复生效
#[utoipa::path(post, path = "/v1/messages/replay", tag = "messages", security(("bearer" = [])), request_body = Selection,
    responses((status = 202, description = "Under way 已开始", body = Portion), Problems))]
async fn replay_all(State(shop): State<Shop>, body: Body<Selection>) -> Result<(StatusCode, Json<Portion>), Failure> {
    let (runtime, wanted) = (shop.own()?, body.value);
    let state = wanted.state.as_deref().map_or(Ok(ReplayState::Dead), state)?;
    let (filter, place) = (wanted.filter()?, wanted.place()?);
    let mut replay = messages::Replay::new(state, filter, place, (runtime.clock)());
    let (found, place) = replay.next(&runtime.database).await?;
    let next_cursor = (!found.is_empty()).then(|| place.to_string());
    let begun = if wanted.dry_run { Replayed::of(&found) } else { messages::carry_out(runtime, found).await? };
    Ok((StatusCode::ACCEPTED, Json(Portion { to_send: begun.to_send, with_groups: begun.with_groups, next_cursor })))
}
