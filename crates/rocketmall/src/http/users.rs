//! Users, sessions, balance.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use rocketmall_core::account::Account;
use rocketmall_core::command::{Command, CorrectBalance, Receipt, RegisterUser};
use rocketmall_core::faults;
use rocketmall_core::id::UserId;
use rocketmall_core::limit;
use rocketmall_core::money::Cents;
use rocketmall_core::rejection::{Reason, Rejection};
use rocketmall_store::read::Session;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Shop;
use super::auth::{ActingFor, Caller, token_hash};
use super::body::Body;
use super::guard::About;
use super::idempotency::{Key, submit};
use super::passwords::Verdict;
use super::problem::{Door, Failure, PathId, Problems};
use super::views::UserView;
use super::wire::{Money, Time, UserRef};

pub(super) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(log_in))
        .routes(routes!(log_out))
        .routes(routes!(me))
        .routes(routes!(correct_money))
}

/// A new user 注册请求
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"name": "小红", "mobile": "13800138000", "password": "a good password"}))]
struct Registration {
    /// What the user is called 姓名
    name: String,
    /// The number the user logs in with 登录手机号
    #[schema(example = "13800138000")]
    mobile: String,
    /// 8 to 128 characters 密码，8 至 128 个字符
    password: String,
}

/// Register a user. 注册用户
#[utoipa::path(post, path = "/v1/users", tag = "users", request_body = Registration,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The user 用户", body = UserView), Problems))]
async fn register(State(shop): State<Shop>, key: Key, body: Body<Registration>) -> Result<Response, Failure> {
    let Registration { name, mobile, password } = body.value;
    let id = UserId::new(shop.fleet.next_id());
    let account = Account { id, name, mobile, balance: Cents::ZERO, score: 0, created_at: (shop.process().clock)() };
    let mut user = RegisterUser { account, password_hash: String::new() };
    let mut wrong = faults::of_user(&user);
    if !(limit::PASSWORD_LEAST..=limit::PASSWORD).contains(&password.chars().count()) {
        let wanted = format!("{} to {} characters", limit::PASSWORD_LEAST, limit::PASSWORD);
        wrong.push(Rejection::of_field(Reason::BadParameter, "password", wanted));
    }
    Failure::of_faults(wrong).map_or(Ok(()), Err)?;
    user.password_hash = shop.manners.passwords.hash(password).await?;
    let command = Command::RegisterUser(user);
    let (answer, replayed) = submit(&shop, key.with(None, "POST /v1/users", &body.bytes, command)).await?;
    match answer.receipt {
        Receipt::Account(account) => {
            let about = About(format!("user {}", account.id));
            Ok(about.mark(replayed.mark((StatusCode::CREATED, Json(UserView::from(*account))))))
        }
        other => Err(unexpected(&other)),
    }
}

/// A login 登录请求
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"mobile": "13800138000", "password": "a good password"}))]
struct Login {
    /// The number registered with 手机号
    mobile: String,
    /// The password 密码
    password: String,
}

/// A token 令牌
#[derive(Debug, Serialize, ToSchema)]
struct Token {
    /// Send it as Authorization: Bearer. It is shown this once. 只显示这一次
    token: String,
    /// Until then it is good 有效期至
    expires_at: Time,
}

/// Log in. 登录
#[utoipa::path(post, path = "/v1/sessions", tag = "users", request_body = Login,
    responses((status = 201, description = "A token 令牌", body = Token), Problems))]
async fn log_in(State(shop): State<Shop>, body: Body<Login>) -> Result<(StatusCode, Json<Token>), Failure> {
    let Login { mobile, password } = body.value;
    shop.manners.rates.get().log_in(&mobile)?;
    let found = shop.fleet.login(mobile.clone()).await?;
    let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
    let verdict = shop.manners.passwords.verify(password, hash).await?;
    if verdict == Verdict::InClear {
        // who gives it learns nothing that they did not know
        let why = "this password was kept in clear text and is good no more; ask the shop for a new one";
        return Err(Failure::Door(Door::Unauthorized, why.to_owned()));
    }
    let Some(user) = user.filter(|_| verdict == Verdict::Right) else {
        return Err(Failure::Door(Door::Unauthorized, "the mobile number or the password is wrong".to_owned()));
    };
    let token = new_token();
    let now = (shop.process().clock)();
    let session = Session { user: Some(user), role: "user".to_owned(), expires_at: now.after(shop.manners.session_lifetime) };
    shop.fleet.keep_session(token_hash(&token), session.clone(), now).await?;
    Ok((StatusCode::CREATED, Json(Token { token, expires_at: Time(session.expires_at) })))
}

/// Log out: the token is good no more. 退出登录
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "users", security(("bearer" = [])),
    responses((status = 204, description = "Logged out 已退出"), Problems))]
async fn log_out(State(shop): State<Shop>, caller: Caller) -> Result<StatusCode, Failure> {
    let hash = caller.token_hash.ok_or_else(|| Failure::Door(Door::Unauthorized, "there is no session to end".to_owned()))?;
    shop.fleet.end_session(hash.clone()).await?;
    shop.sessions.end(&hash);
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's account. 我的账户
#[utoipa::path(get, path = "/v1/users/me", tag = "users", security(("bearer" = [])),
    responses((status = 200, description = "The user 用户", body = UserView), Problems))]
async fn me(State(shop): State<Shop>, ActingFor(user): ActingFor) -> Result<Json<UserView>, Failure> {
    let account = shop.fleet.account(user).await?;
    let account = account.ok_or_else(|| Rejection::new(Reason::UserUnknown, format!("there is no user {user}")))?;
    Ok(Json(account.into()))
}

/// A top-up or correction 余额变动
#[derive(Debug, Deserialize, ToSchema)]
struct MoneyCorrection {
    /// "50.00" tops up, "-50.00" takes away. 正数充值，负数扣减
    delta: Money,
    /// Why; it is logged. 原因，记入流水
    #[schema(example = "top-up 充值")]
    reason: String,
}

/// Top up or correct a balance. 余额充值或更正
#[utoipa::path(post, path = "/v1/users/{id}/money", tag = "users", security(("bearer" = [])), request_body = MoneyCorrection,
    params(("id" = UserRef, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer. 同一键与同一请求体得到同一答复")),
    responses((status = 201, description = "The user afterwards 变动后的用户", body = UserView), Problems))]
async fn correct_money(
    State(shop): State<Shop>,
    caller: Caller,
    PathId(user_id): PathId<UserId>,
    key: Key,
    body: Body<MoneyCorrection>,
) -> Result<Response, Failure> {
    let command = Command::CorrectBalance(CorrectBalance { user_id, delta: body.value.delta.0, reason: body.value.reason });
    let content = [user_id.to_string().as_bytes(), &body.bytes].concat();
    let (answer, replayed) = submit(&shop, key.with(caller.user, "POST /v1/users/{id}/money", &content, command)).await?;
    match answer.receipt {
        Receipt::Account(account) => {
            let about = About(format!("user {}", account.id));
            Ok(about.mark(replayed.mark((StatusCode::CREATED, Json(UserView::from(*account))))))
        }
        other => Err(unexpected(&other)),
    }
}

/// A receipt that does not belong to the command: a mistake of ours.
pub(super) fn unexpected(receipt: &Receipt) -> Failure {
    tracing::error!(?receipt, "unexpected receipt");
    Rejection::new(Reason::Internal, "the shop answered with something else").into()
}

/// 256 random bits.
pub fn new_token() -> String {
    hex::encode(crate::ids::random::<32>())
}
