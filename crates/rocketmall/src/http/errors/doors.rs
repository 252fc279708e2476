//! Errors of the door itself: requests that reach no rule of the shop.

use super::{Explanation, explained};
use crate::http::problem::Door;

pub(super) const fn explain(door: Door) -> Explanation {
    match door {
        Door::Malformed => explained(
            [
                "The body is not JSON, or a notification is not what its platform sends.",
                "请求体不是 JSON，或通知内容不符合支付平台的格式。",
            ],
            [
                "Send well-formed JSON in UTF-8; the detail says where reading ended.",
                "请以 UTF-8 发送格式正确的 JSON；detail 指出读取中断的位置。",
            ],
        ),
        Door::Unauthorized => explained(
            [
                "The call carries no token, or one that is unknown, expired or logged out; or a notification is not signed by its platform.",
                "请求未携带令牌，或令牌无效、已过期、已退出登录；或通知未经支付平台签名。",
            ],
            [
                "Log in with POST /v1/sessions and send Authorization: Bearer with the token. A platform has to sign with the secret it shares with the shop.",
                "请用 POST /v1/sessions 登录，并以 Authorization: Bearer 发送令牌。支付平台须使用与商城共享的密钥签名。",
            ],
        ),
        Door::Forbidden => explained(
            [
                "The caller is known and may not do this: it takes another role, or X-User-Id came with a user's token. Under --dev only programs of the same machine may call.",
                "已识别调用者，但其无权执行此操作：需要其他角色，或用户令牌附带了 X-User-Id。--dev 模式下仅允许本机程序调用。",
            ],
            ["Use a token of the role that docs/rights.md names for the call.", "请使用 docs/rights.md 中为该接口列出的角色的令牌。"],
        ),
        Door::NotFound => explained(
            ["Nothing is served at this address, or it holds an id that is no number.", "该地址没有任何服务，或其中的 ID 不是数字。"],
            ["Compare the address with /openapi.json; ids are positive whole numbers.", "请与 /openapi.json 核对地址；ID 为正整数。"],
        ),
        Door::MethodNotAllowed => explained(
            ["The address is served, but not with this method.", "该地址存在，但不支持此请求方法。"],
            ["Use one of the methods that the Allow header of the answer names.", "请使用响应头 Allow 中列出的方法。"],
        ),
        Door::TooLarge => explained(
            ["The body is longer than the server takes (limits.body).", "请求体超过服务器允许的大小（limits.body）。"],
            ["Send less in one call; the detail says how much is taken.", "请减少单次发送的内容；detail 给出允许的大小。"],
        ),
        Door::UnsupportedType => explained(
            ["The body is not declared as JSON.", "请求体未声明为 JSON。"],
            ["Send Content-Type: application/json.", "请发送 Content-Type: application/json。"],
        ),
        Door::TooSlow => explained(
            [
                "The body did not come whole within the time that clients have (limits.client_time). Nothing was stored.",
                "请求体未在规定时间内（limits.client_time）完整到达，未存储任何内容。",
            ],
            ["Send the request again, in one go.", "请一次性重新发送请求。"],
        ),
        Door::TooMany => explained(
            [
                "More logins, registrations or orders came from this address, user or mobile number than are taken in this time.",
                "该地址、用户或手机号在此时间段内的登录、注册或下单次数超过限制。",
            ],
            [
                "Wait as many seconds as the Retry-After header says. Nothing was stored.",
                "请等待响应头 Retry-After 指定的秒数；未存储任何内容。",
            ],
        ),
        Door::TimedOut => explained(
            [
                "The answer was not ready in time (limits.request_time). What was asked for may have been done all the same.",
                "未能在规定时间内（limits.request_time）完成响应，但请求的操作可能已经执行。",
            ],
            [
                "Ask again with the same Idempotency-Key: what was done is answered as it was, what was not is done once.",
                "请使用相同的 Idempotency-Key 重试：已执行的操作会返回原结果，未执行的只会执行一次。",
            ],
        ),
    }
}
