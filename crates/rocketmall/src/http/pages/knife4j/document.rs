//! The document in the words that Knife4j 4.5 understands. It was written for OpenAPI 3.0: it takes no list of types, no `oneOf`
//! with null, no reference to a plain value, and examples from single properties only. What is left is valid 3.1 too.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::super::super::openapi;

/// Knife4j sends no call that may take a token until it has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    /// Calls are shown with the token they take.
    Taken,
    /// None is needed, so none is shown.
    NotNeeded,
}

/// The document, made once.
pub(super) fn json(tokens: Tokens) -> &'static str {
    static TAKEN: LazyLock<String> = LazyLock::new(|| adapted(Tokens::Taken).to_string());
    static NOT_NEEDED: LazyLock<String> = LazyLock::new(|| adapted(Tokens::NotNeeded).to_string());
    match tokens {
        Tokens::Taken => &TAKEN,
        Tokens::NotNeeded => &NOT_NEEDED,
    }
}

fn adapted(tokens: Tokens) -> Value {
    let mut document: Value = serde_json::from_str(openapi::json()).unwrap_or_default();
    adapt(&mut document, tokens);
    document
}

fn adapt(document: &mut Value, tokens: Tokens) {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    simplify(document, &schemas);
    let adapted = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    adapted.into_iter().flat_map(Map::values_mut).for_each(spread_example);
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut).flat_map(Map::values_mut);
    for operation in operations {
        chinese_first(operation);
        if tokens == Tokens::NotNeeded {
            without_token(operation);
        }
    }
    let components = document.get_mut("components").and_then(Value::as_object_mut);
    match tokens {
        Tokens::NotNeeded => drop(components.and_then(|components| components.remove("securitySchemes"))),
        // it takes the header's name from here, and sends what is entered as it is
        Tokens::Taken => drop(components.and_then(|components| components.insert("securitySchemes".to_owned(), authorization()))),
    }
}

/// Who sends no token has to name the user; Knife4j sends a header by itself only where it is required.
fn without_token(operation: &mut Value) {
    operation.as_object_mut().and_then(|fields| fields.remove("security"));
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten().filter(|parameter| parameter["name"] == openapi::ACTS_FOR) {
        parameter["required"] = json!(true);
    }
}

fn authorization() -> Value {
    json!({ "bearer": { "type": "apiKey", "in": "header", "name": "Authorization", "description": "Bearer TOKEN" } })
}

fn simplify(node: &mut Value, schemas: &Map<String, Value>) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(|item| simplify(item, schemas)),
        Value::Object(fields) => {
            only_choice(fields);
            plain_value(fields, schemas);
            if let Some(Value::Array(types)) = fields.get("type") {
                let wanted = types.iter().rfind(|name| *name != "null").cloned();
                fields.insert("type".to_owned(), wanted.unwrap_or(json!("string")));
            }
            if let Some(Value::Array(examples)) = fields.get("examples") {
                let first = examples.first().cloned();
                fields.entry("example").or_insert(first.unwrap_or_default());
                fields.remove("examples");
            }
            fields.values_mut().for_each(|field| simplify(field, schemas));
        }
        _ => {}
    }
}

/// `oneOf` a schema and null is that schema; of a number and its digits as a string it is the string, which no page rounds.
fn only_choice(fields: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = fields.get("oneOf") else { return };
    let mut left = choices.iter().filter(|choice| choice["type"] != "null");
    let chosen = match (left.next(), left.next()) {
        (only, None) => only,
        _ => choices.iter().find(|choice| choice["type"] == "string"),
    };
    if let Some(Value::Object(chosen)) = chosen.cloned() {
        fields.remove("oneOf");
        add_absent(fields, &chosen);
    }
}

/// A reference to what has no properties becomes what it refers to.
fn plain_value(fields: &mut Map<String, Value>, schemas: &Map<String, Value>) {
    let name = fields.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/components/schemas/"));
    let Some(Value::Object(meant)) = name.and_then(|name| schemas.get(name)) else { return };
    if !meant.contains_key("properties") {
        fields.remove("$ref");
        add_absent(fields, meant);
    }
}

fn add_absent(fields: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        fields.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// The example of the whole becomes the examples of its properties. What it leaves away is marked as read-only, which keeps it
/// out of the body that Knife4j begins with.
fn spread_example(schema: &mut Value) {
    let Some(Value::Object(example)) = schema.get("example").cloned() else { return };
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        match (property.as_object_mut(), example.get(name)) {
            // what is in the list has an example of its own
            (Some(fields), _) if fields.get("type").is_some_and(|kind| kind == "array") => {}
            (Some(fields), Some(value)) => drop(fields.insert("example".to_owned(), value.clone())),
            (Some(fields), None) => drop(fields.insert("readOnly".to_owned(), json!(true))),
            (None, _) => {}
        }
    }
}

/// Its menu is narrow and its readers are Chinese: "Place an order. 下单" reads "下单 Place an order." there.
fn chinese_first(operation: &mut Value) {
    let Some(summary) = operation.get("summary").and_then(Value::as_str) else { return };
    let Some(at) = summary.find(|character: char| ('\u{4e00}'..='\u{9fff}').contains(&character)) else { return };
    let (english, chinese) = summary.split_at(at);
    operation["summary"] = json!(format!("{} {}", chinese.trim(), english.trim()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_construct_that_knife4j_does_not_know_is_gone() {
        let text = json(Tokens::Taken);
        for construct in ["\"oneOf\"", "\"null\"", "\"examples\"", "\"type\":[", "schemas/GoodsId\"", "schemas/Money\""] {
            assert!(!text.contains(construct), "{construct} in {text}");
        }
    }

    #[test]
    fn an_example_of_the_whole_is_spread_over_its_properties() {
        let document: Value = serde_json::from_str(json(Tokens::NotNeeded)).expect("JSON");
        let order = &document["components"]["schemas"]["NewOrder"]["properties"];
        assert_eq!(order["money_paid"]["example"], "100.00");
        assert_eq!((&order["pay_amount"]["readOnly"], &order["money_paid"]["readOnly"]), (&Value::Bool(true), &Value::Null));
        assert_eq!(order["lines"]["items"]["$ref"], "#/components/schemas/NewLine");
        assert_eq!(document["components"]["schemas"]["NewLine"]["properties"]["goods_id"]["example"], "345959443973935104");
        assert_eq!(document["paths"]["/v1/orders"]["post"]["summary"], "下单 Place an order.");
    }
}
