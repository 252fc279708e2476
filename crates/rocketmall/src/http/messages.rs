//! Messages: what is under way, what is dead, and trying again.

mod replay;
mod selectors;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use rocketmall_core::limit;
use rocketmall_core::rejection::{Reason, Rejection};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::paging::{Paging, query};
use super::problem::{Failure, PathId, Problems};
use super::views::Page;
use crate::messages::{self, MessageView};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).merge(replay::routes())
}

/// Where a message stands 消息状态
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// Not yet sent.
    Pending,
    /// Handed to all who hear it, or to the broker.
    Sent,
    /// A group failed and will try again.
    Retrying,
    /// A group has done it.
    Done,
    /// Given up: it could not be sent, or a group could not do it.
    Dead,
}

impl From<Standing> for messages::Standing {
    fn from(wanted: Standing) -> Self {
        match wanted {
            Standing::Pending => Self::Pending,
            Standing::Sent => Self::Sent,
            Standing::Retrying => Self::Retrying,
            Standing::Done => Self::Done,
            Standing::Dead => Self::Dead,
        }
    }
}

/// Which messages: those that meet all of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only those that stand so. `dead` is everything that is dead: what could not be sent, and what was sent and a group gave up.
    /// `retrying` and `done` are what a group has so. 状态；`dead` 含无法发送的与被消费组放弃的全部消息
    state: Option<Standing>,
    /// order-out or payTopic 主题
    topic: Option<String>,
    /// The tag, such as paid 标签
    tag: Option<String>,
    /// A consumer group: what it hears, or what it has so; or a producer group: what it sends. 消费组或生产组
    group: Option<String>,
    /// The id of what it is about 业务编号
    key: Option<String>,
    /// Stored then or later; by `retrying`, `done` and `dead` with a group: last tried then or later. RFC 3339. 起始时间（含）
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<String>,
    /// Stored, or last tried, before then. RFC 3339. 截止时间（不含）
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Filter {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        query(parts, state).await
    }
}

/// List messages, newest first, each once. 消息列表
///
/// Without `state`: what this shop sends. What another program sent is found by `key`, and by what groups have of it: `retrying`,
/// `done`, `dead`. Among the dead those that could not be sent come first. 不带 `state` 时列出本店发出的消息；外部消息按 `key` 或
/// `retrying`、`done`、`dead` 查找
#[utoipa::path(get, path = "/v1/messages", tag = "messages", security(("bearer" = [])), params(Filter, Paging),
    responses((status = 200, description = "A page 一页", body = Page<MessageView>), Problems))]
async fn list(State(shop): State<Shop>, filter: Filter, paging: Paging) -> Result<Json<Page<MessageView>>, Failure> {
    let (place, limit) = (paging.place()?, paging.limit()?);
    let standing = filter.state.map(messages::Standing::from);
    let wanted = selectors::of_query(filter)?;
    let rows = messages::page(&shop.own()?.database, standing, &wanted, place.unwrap_or_default(), limit.one_more()).await?;
    Ok(Json(Page::new(rows, limit.get(), |(_, place)| place.to_string(), |(whole, _)| whole.into())))
}

/// A message's id: digits, or the text that another program gave it.
struct MessageRef(String);

impl std::str::FromStr for MessageRef {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_one = !text.is_empty() && text.chars().count() <= limit::MESSAGE_KEY && !text.chars().any(char::is_control);
        is_one.then(|| Self(text.to_owned())).ok_or(())
    }
}

/// Show a message and what each group did with it. 消息详情
#[utoipa::path(get, path = "/v1/messages/{id}", tag = "messages", security(("bearer" = [])), params(("id" = String, Path, description = "The message's id, the same at the broker 消息编号，与 broker 中相同")),
    responses((status = 200, description = "The message 消息", body = MessageView), Problems))]
async fn show(State(shop): State<Shop>, PathId(MessageRef(id)): PathId<MessageRef>) -> Result<Json<MessageView>, Failure> {
    messages::show(&shop.own()?.database, &id).await?.map(Json).ok_or_else(|| unknown(&id))
}

fn unknown(id: &str) -> Failure {
    Rejection::new(Reason::MessageUnknown, messages::unknown(id)).into()
}
