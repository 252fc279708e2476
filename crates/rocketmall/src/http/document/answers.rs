//! Which statuses a call can answer, and the headers that come with them.

use serde_json::{Value, json};

/// Calls that look something up by more than their address: 404 though no id stands in it.
const LOOKS_UP: [&str; 4] = ["GET /v1/users/me", "POST /v1/coupons", "POST /v1/orders", "POST /v1/orders/quote"];

/// Calls that check a secret of their own rather than a token.
const AUTHENTICATES: [&str; 3] = ["POST /v1/sessions", "POST /v1/channels/{channel}/notify", "POST /pay/callBackPayment"];

/// Calls that change something and find no state to conflict with.
const NO_CONFLICT: [&str; 7] = [
    "POST /v1/sessions",
    "DELETE /v1/sessions/current",
    "POST /v1/goods",
    "PATCH /v1/goods/{id}",
    "POST /v1/coupons",
    "POST /v1/messages/{id}/replay",
    "POST /v1/messages/replay",
];

/// The contract's endpoints, and what their envelope comes with besides 200 where other calls answer with a problem.
const CONTRACT: [(&str, &[&str]); 4] = [
    ("GET /order/test", &["404"]),
    ("POST /order/confirm", &["400", "401", "408", "413", "415", "429"]),
    ("POST /pay/createPayment", &["400", "401", "408", "413", "415", "429"]),
    ("POST /pay/callBackPayment", &["400", "401", "404", "408", "413", "429"]),
];

/// Completes the answers of every call.
pub(super) fn set(json: &mut Value) {
    let known: Vec<String> = statuses(&json["paths"]["/v1/orders"]["post"]).collect();
    for (path, method, operation) in super::operations(json) {
        let call = format!("{} {path}", method.to_uppercase());
        if let Some((_, statuses)) = CONTRACT.iter().find(|(contract, _)| *contract == call) {
            // Only what this door can answer at all.
            envelope(operation, statuses.iter().filter(|status| known.iter().any(|known| known == *status)));
        }
        let impossible: Vec<String> = statuses(operation).filter(|status| !possible(&call, operation, status)).collect();
        let keyed = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "Idempotency-Key"));
        let Some(responses) = operation["responses"].as_object_mut() else { continue };
        responses.retain(|status, _| !impossible.contains(status));
        for (status, response) in responses {
            headers(status, response, keyed);
        }
    }
}

fn statuses(operation: &Value) -> impl Iterator<Item = String> {
    operation["responses"].as_object().into_iter().flatten().map(|(status, _)| status.clone())
}

/// Whether a status of the common list can come from this call. What is not known here stays.
fn possible(call: &str, operation: &Value, status: &str) -> bool {
    let has_body = operation["requestBody"].is_object();
    let takes_token = operation["security"].is_array();
    let parameters = |place: &str| operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["in"] == place));
    match status {
        "400" | "408" | "413" => has_body,
        // The platform's bytes are taken whatever they call themselves.
        "415" => has_body && !AUTHENTICATES[1..].contains(&call),
        "401" => takes_token || AUTHENTICATES.contains(&call),
        "404" => parameters("path") || LOOKS_UP.contains(&call) || call.ends_with(" /order/test") || call.starts_with("POST /pay/"),
        "409" => !call.starts_with("GET ") && !NO_CONFLICT.contains(&call),
        "422" => has_body || takes_token || parameters("query") || parameters("header"),
        _ => true,
    }
}

fn envelope<'s>(operation: &mut Value, statuses: impl Iterator<Item = &'s &'s str>) {
    let sealed = json!({ "schema": { "$ref": "#/components/schemas/ResultVo" } });
    let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    if let Some(content) = responses.get_mut("200").and_then(|done| done["content"].as_object_mut()) {
        content.insert("application/json".to_owned(), sealed.clone());
    }
    for status in statuses {
        let content = json!({ "application/json": sealed });
        responses.insert(
            (*status).to_owned(),
            json!({ "description": "No valid request, or not allowed 请求无效或没有权限", "content": content }),
        );
    }
    // What is refused before the endpoint is reached is a problem as everywhere.
    for (status, description) in [("403", "Not from here 不允许的来源"), ("503", "Busy: ask again after Retry-After 系统繁忙，请稍后重试")]
    {
        let content = json!({ "application/json": sealed, "application/problem+json": problem });
        responses.insert(status.to_owned(), json!({ "description": description, "content": content }));
    }
}

fn headers(status: &str, response: &mut Value, keyed: bool) {
    let trace = json!({
        "description": "Names this request in the logs 请求的追踪编号",
        "schema": { "type": "string", "pattern": "^[0-9a-fA-F]{32}$" },
    });
    response["headers"]["X-Trace-Id"] = trace;
    let refused_for_now = response["content"].as_object().is_some_and(|content| content.contains_key("application/problem+json"));
    if status == "429" || (status == "503" && refused_for_now) {
        response["headers"]["Retry-After"] = json!({
            "description": "Seconds after which to ask again 多少秒后重试",
            "schema": { "type": "string", "pattern": "^[0-9]+$" },
        });
    }
    if keyed && status.starts_with('2') {
        response["headers"]["Idempotent-Replayed"] = json!({
            "description": "The answer was remembered under the key 该应答来自幂等键的记录",
            "schema": { "type": "string", "enum": ["true"] },
        });
    }
}
