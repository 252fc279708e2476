//! Messages: what is under way, what is dead, and trying again.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::read::MessageFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::paging::{Paging, query};
use super::problem::{Failure, PathId, Problems};
use super::views::Page;
use crate::messages::{self, MessageView};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(replay))
}

/// Where a message stands 消息状态
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// Not yet handed to all who hear it.
    Pending,
    /// Handed over.
    Sent,
    /// Given up.
    Dead,
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those that stand so 状态
    state: Option<Standing>,
    /// order-out or payTopic 主题
    topic: Option<String>,
    /// The id of what it is about 业务编号
    key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Filter {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        query(parts, state).await
    }
}

/// List messages, newest first. 消息列表
#[utoipa::path(get, path = "/v1/messages", tag = "messages", security(("bearer" = [])), params(Filter, Paging),
    responses((status = 200, description = "A page 一页", body = Page<MessageView>), Problems))]
async fn list(State(shop): State<Shop>, filter: Filter, paging: Paging) -> Result<Json<Page<MessageView>>, Failure> {
    let (before, limit) = (paging.cursor(i64::MAX)?, paging.limit()?);
    let wanted = MessageFilter {
        status: filter.state.map(|state| match state {
            Standing::Pending => 0,
            Standing::Sent => 1,
            Standing::Dead => 2,
        }),
        topic: filter.topic.unwrap_or_default(),
        key: filter.key.unwrap_or_default(),
    };
    let rows = messages::page(&shop.runtime.database, &wanted, before, limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |message| message.id.clone(), |message| message)))
}

/// Show a message and what each group did with it. 消息详情
#[utoipa::path(get, path = "/v1/messages/{id}", tag = "messages", security(("bearer" = [])), params(("id" = String, Path, description = "The message's id 消息编号")),
    responses((status = 200, description = "The message 消息", body = MessageView), Problems))]
async fn show(State(shop): State<Shop>, PathId(id): PathId<i64>) -> Result<Json<MessageView>, Failure> {
    messages::find(&shop.runtime.database, id).await?.map(Json).ok_or_else(|| unknown(id))
}

/// What a replay began 重投结果
#[derive(Debug, Serialize, ToSchema)]
struct Replay {
    /// Groups that will try again, or all groups of a message that was given up before it reached any. 将重试的消费组数
    replayed: usize,
}

/// Try again where it is dead; groups that have it done take no second effect. 重新投递
#[utoipa::path(post, path = "/v1/messages/{id}/replay", tag = "messages", security(("bearer" = [])), params(("id" = String, Path, description = "The message's id 消息编号")),
    responses((status = 202, description = "Under way 已开始", body = Replay), Problems))]
async fn replay(State(shop): State<Shop>, PathId(id): PathId<i64>) -> Result<(StatusCode, Json<Replay>), Failure> {
    let replayed = messages::replay(&shop.runtime, id).await?.ok_or_else(|| unknown(id))?;
    Ok((StatusCode::ACCEPTED, Json(Replay { replayed })))
}

fn unknown(id: i64) -> Failure {
    Rejection::new(Reason::MessageUnknown, format!("there is no message {id}; finished ones go after a week")).into()
}
