//! What holds for many calls or fields at once in the OpenAPI document: the bounds that the core checks, the statuses that
//! a call can answer, the headers of answers. The handlers say the rest of themselves.

mod answers;
mod bounds;
mod names;

use serde_json::Value;
use utoipa::PartialSchema as _;
use utoipa::openapi::OpenApi;

use super::messages::Standing;
use super::problem::{FieldError, Problem};

/// Completes what the handlers say; a second time changes nothing.
pub(super) fn refine(document: &mut OpenApi) {
    let schemas = &mut document.components.get_or_insert_default().schemas;
    schemas.insert("Problem".to_owned(), Problem::schema());
    schemas.insert("FieldError".to_owned(), FieldError::schema());
    schemas.insert("Standing".to_owned(), Standing::schema());
    let Ok(mut json) = serde_json::to_value(&*document) else { return };
    plain_digits(&mut json);
    bounds::set(&mut json);
    answers::set(&mut json);
    names::set(&mut json);
    if let Ok(refined) = serde_json::from_value(json) {
        *document = refined;
    }
}

/// `\d` is any script's digit to some readers of a pattern; we take 0 to 9.
fn plain_digits(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(pattern) if name == "pattern" => *pattern = pattern.replace(r"\d", "[0-9]"),
                    other => plain_digits(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plain_digits),
        _ => {}
    }
}

/// Every operation with its path and method.
fn operations(json: &mut Value) -> impl Iterator<Item = (&str, &str, &mut Value)> {
    let paths = json["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object_mut().into_iter().flatten();
        methods
            .filter(|(_, operation)| operation["responses"].is_object())
            .map(|(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}
