//! A name of its own for every call, and links: what an answer tells, and where it can be sent next.

use serde_json::{Value, json};

/// From the answer of the first call, its `id` goes into the address of the others.
const LINKS: [(&str, &[&str]); 7] = [
    ("POST /v1/goods", &["GET /v1/goods/{id}", "PATCH /v1/goods/{id}", "POST /v1/goods/{id}/stock"]),
    ("POST /v1/users", &["POST /v1/users/{id}/money"]),
    (
        "POST /v1/orders",
        &["GET /v1/orders/{id}", "GET /v1/orders/{id}/timeline", "POST /v1/orders/{id}/cancel", "POST /v1/orders/{id}/payments"],
    ),
    ("POST /v1/orders", &["POST /v1/orders/{id}/ship", "POST /v1/orders/{id}/receive", "POST /v1/orders/{id}/refunds"]),
    ("POST /v1/orders/{id}/payments", &["GET /v1/payments/{id}", "POST /v1/payments/{id}/sync"]),
    ("POST /v1/orders/{id}/refunds", &["GET /v1/refunds/{id}", "POST /v1/refunds/{id}/approve", "POST /v1/refunds/{id}/reject"]),
    (
        "POST /v1/orders/{id}/refunds",
        &["POST /v1/refunds/{id}/goods-received", "POST /v1/refunds/{id}/retry", "POST /v1/refunds/{id}/abandon"],
    ),
];

/// Names every call, then links them.
pub(super) fn set(json: &mut Value) {
    let mut named: Vec<(String, String)> = Vec::new();
    for (path, method, operation) in super::operations(json) {
        let (Some(tag), Some(name)) = (operation["tags"][0].as_str(), operation["operationId"].as_str()) else { continue };
        let full = if name.starts_with(&format!("{tag}_")) { name.to_owned() } else { format!("{tag}_{name}") };
        operation["operationId"] = full.clone().into();
        named.push((format!("{} {path}", method.to_uppercase()), full));
    }
    for (path, method, operation) in super::operations(json) {
        let call = format!("{} {path}", method.to_uppercase());
        let targets = LINKS.iter().filter(|(from, _)| *from == call).flat_map(|(_, targets)| *targets);
        let Some(created) = operation["responses"].get_mut("201") else { continue };
        for target in targets {
            if let Some((_, name)) = named.iter().find(|(call, _)| call == target) {
                created["links"][name] = json!({ "operationId": name, "parameters": { "path.id": "$response.body#/id" } });
            }
        }
    }
}
