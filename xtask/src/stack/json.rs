//! Writing JSON: enough for configurations and the state file. Nothing here reads any.

use std::fmt::Display;

/// A string with its quotes.
pub(super) fn string(text: impl Display) -> String {
    let mut quoted = String::from("\"");
    for c in text.to_string().chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.extend(format!("\\u{:04x}", u32::from(c)).chars()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// An object of names and what is already JSON.
pub(super) fn object<K: Display>(members: impl IntoIterator<Item = (K, String)>) -> String {
    let members: Vec<String> = members.into_iter().map(|(name, value)| format!("{}:{value}", string(name))).collect();
    format!("{{{}}}", members.join(","))
}

/// An object with a line for each member, for people.
pub(super) fn object_in_lines<K: Display>(members: impl IntoIterator<Item = (K, String)>) -> String {
    let members: Vec<String> = members.into_iter().map(|(name, value)| format!("{}: {value}", string(name))).collect();
    format!("{{\n{}\n}}", members.join(",\n"))
}

/// A list of strings.
pub(super) fn strings<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(string).collect();
    format!("[{}]", items.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_string_is_escaped() {
        assert_eq!(string("a \"b\" \\ \n ü"), r#""a \"b\" \\ \u000a ü""#);
    }

    #[test]
    fn objects_hold_json() {
        assert_eq!(object([("a", "1".to_owned()), ("b", strings(["x", "y"]))]), r#"{"a":1,"b":["x","y"]}"#);
        assert_eq!(object_in_lines([("a", "1".to_owned()), ("b", "2".to_owned())]), "{\n\"a\": 1,\n\"b\": 2\n}");
    }
}
