//! The OpenAPI document: what the handlers say of themselves, and what holds for many calls at once.

use std::sync::LazyLock;

use utoipa::ToSchema as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, PathItem, Ref, RefOr, Required};

use super::wire::UserRef;

/// The header that names the user.
pub(super) const ACTS_FOR: &str = "X-User-Id";

/// Calls under these addresses are for a user, whom a service or an administrator names.
const FOR_A_USER: [&str; 5] = ["/v1/users/me", "/v1/coupons", "/v1/orders", "/v1/payments", "/v1/refunds"];

const TOKEN: &str = "A token of `POST /v1/sessions` or of `rocketmall token create`. With `--dev` none is needed. \
                     登录接口或命令 `rocketmall token create` 给出的令牌；`--dev` 下无需令牌。";

const ACTS_FOR_WHOM: &str = "The user the call is for; for an administrator's (also `--dev` without a token) or a service's call. \
                        With a user's own token leave it away (403). \
                        代表哪个用户调用；管理员（包括 `--dev` 下不带令牌的调用）或服务令牌使用，用户自己的令牌请留空（否则 403）。";

/// The OpenAPI 3.1 document of this version, made once.
pub fn json() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| super::routes().1.to_pretty_json().unwrap_or_default());
    &DOCUMENT
}

/// Adds to what the handlers say.
pub(super) fn complete(document: &mut OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(TOKEN)).build();
    document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for (path, item) in &mut document.paths.paths {
        if FOR_A_USER.iter().any(|prefix| path == prefix || path.starts_with(&format!("{prefix}/"))) {
            operations(item).for_each(|operation| operation.parameters.get_or_insert_default().push(RefOr::T(acts_for())));
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn acts_for() -> Parameter {
    ParameterBuilder::new()
        .name(ACTS_FOR)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(ACTS_FOR_WHOM))
        .schema(Some(RefOr::Ref(Ref::from_schema_name(UserRef::name()))))
        .example(Some(crate::demo_data::USER.to_string().into()))
        .build()
}
